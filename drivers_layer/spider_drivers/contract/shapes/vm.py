"""VMs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..capability import Capability
from ..errors import Unsupported
from . import NOWHERE, Iid, Ref, VmStatus, iid, of_kind
from .image import ImageType, Platform
from .security_group import Rule


@dataclass(frozen=True, slots=True)
class Vm:
    """`ssh_port`: at the public address; None where no port leads to the VM's SSH."""

    iid: Iid
    status: VmStatus
    started: datetime | None = None
    region: str = ""
    zone: str = ""
    image_type: ImageType = ImageType.PUBLIC
    image: Iid = of_kind("image", default=NOWHERE)
    spec: str = ""
    vpc: Iid = of_kind("vpc", default=NOWHERE)
    subnet: Iid = of_kind("subnet", owner="vpc", default=NOWHERE)
    security_groups: tuple[Iid, ...] = of_kind("security_group", default=())
    key_pair: Iid = of_kind("key_pair", default=NOWHERE)
    platform: Platform = Platform.LINUX
    user: str = "cb-user"
    network_interface: str = ""
    public_ip: str = ""
    public_dns: str = ""
    private_ip: str = ""
    private_dns: str = ""
    ssh_port: int | None = 22
    root_disk_type: str = ""
    root_disk_gib: int | None = None
    root_device: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VmRequest:
    """`public_key` is the key pair's public half. `rules` is filled where the cloud has no groups of its own
    (capability: kept): the union of the named groups' rules. `password` matters on Windows only."""

    name: str
    image: Ref = of_kind("image")
    spec: str = ""
    vpc: Ref = of_kind("vpc", default=Ref(""))
    subnet: Ref = of_kind("subnet", owner="vpc", default=Ref(""))
    security_groups: tuple[Ref, ...] = of_kind("security_group", default=())
    key_pair: Ref = of_kind("key_pair", default=Ref(""))
    public_key: str = ""
    rules: tuple[Rule, ...] = ()
    image_type: ImageType = ImageType.PUBLIC
    root_disk_type: str = ""
    root_disk_gib: int | None = None
    password: str = field(default="", repr=False)
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Raises Unsupported without a subnet where the cloud has no default network. What the request names is checked
        as it is resolved."""
        if not (self.vpc.name or self.subnet.name or capability.default_network):
            raise Unsupported("a VM on this cloud needs a VPC and a subnet: there is no default network")

    def expected(self) -> Vm:
        return Vm(
            Iid(self.name, ""),
            VmStatus.CREATING,
            image_type=self.image_type,
            image=iid(self.image),
            spec=self.spec,
            vpc=iid(self.vpc),
            subnet=iid(self.subnet),
            security_groups=tuple(iid(group) for group in self.security_groups),
            key_pair=iid(self.key_pair),
            root_disk_type=self.root_disk_type,
            root_disk_gib=self.root_disk_gib,
            tags=self.tags,
        )
