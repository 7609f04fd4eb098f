"""What drivers take and give: plain data, integers with units, no CB-Spider spelling.

A field that names another resource carries its kind as metadata (`of_kind`), so that the engine can resolve
names to cloud ids in requests (`Ref`) and cloud ids to names in answers (`Iid`) without knowing the shape.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from .capability import Capability
from .errors import Invalid, Unsupported


def of_kind(kind: str, *, owner: str | None = None, **more: Any) -> Any:
    """Marks a dataclass field as naming a resource of `kind`; `owner` is the field that names its owner."""
    return field(metadata={"kind": kind, "owner": owner}, **more)


@dataclass(frozen=True, slots=True)
class Iid:
    """A resource in an answer: the user's name and the cloud's id."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A resource as an argument. `id` is None until known; `token` is that of the operation that created it."""

    name: str
    id: str | None = None
    token: str = ""


NOWHERE = Iid("", "")


class VmStatus(StrEnum):
    CREATING = "Creating"
    RUNNING = "Running"
    SUSPENDING = "Suspending"
    SUSPENDED = "Suspended"
    RESUMING = "Resuming"
    REBOOTING = "Rebooting"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"
    NOT_EXIST = "NotExist"
    FAILED = "Failed"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Protocol(StrEnum):
    TCP = "TCP"
    UDP = "UDP"
    ICMP = "ICMP"
    ALL = "ALL"


class Architecture(StrEnum):
    ARM32 = "arm32"
    ARM64 = "arm64"
    ARM64_MAC = "arm64_mac"
    X86_32 = "x86_32"
    X86_64 = "x86_64"
    X86_64_MAC = "x86_64_mac"
    UNKNOWN = "NA"


class Platform(StrEnum):
    LINUX = "Linux/UNIX"
    WINDOWS = "Windows"
    UNKNOWN = "NA"


class ImageStatus(StrEnum):
    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    UNKNOWN = "NA"


class ImageType(StrEnum):
    PUBLIC = "PublicImage"
    MINE = "MyImage"


@dataclass(frozen=True, slots=True)
class Image:
    iid: Iid
    architecture: Architecture = Architecture.UNKNOWN
    platform: Platform = Platform.UNKNOWN
    distribution: str = ""
    disk_type: str = ""
    disk_gib: int | None = None
    status: ImageStatus = ImageStatus.UNKNOWN
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gpu:
    count: int
    vendor: str = ""
    model: str = ""
    memory_mib: int | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A machine type. `name` is the cloud's own name and id at once."""

    name: str
    region: str
    vcpus: int
    memory_mib: int
    clock_ghz: float | None = None
    disk_gib: int | None = None
    gpus: tuple[Gpu, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subnet:
    iid: Iid
    cidr: str
    zone: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vpc:
    iid: Iid
    cidr: str
    subnets: tuple[Subnet, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Ports are 0 to 65535, or -1 and -1 where the protocol (ICMP, ALL) has none."""

    direction: Direction
    protocol: Protocol
    from_port: int
    to_port: int
    cidr: str = "0.0.0.0/0"

    def normal(self) -> Rule:
        """One spelling of all that mean the same: ALL has no ports, TCP and UDP without ports mean every port, a CIDR
        has no host bits. Raises Invalid."""
        ports = (self.from_port, self.to_port)
        if self.protocol is Protocol.ALL:
            ports = (-1, -1)
        elif self.protocol is Protocol.ICMP and ports != (-1, -1):
            raise Invalid("a rule for ICMP has no ports (-1 and -1)", field="rules")
        elif self.protocol is not Protocol.ICMP and self.from_port == -1:
            ports = (0, 65535)
        try:
            cidr = str(ipaddress.ip_network(self.cidr, strict=False))
        except ValueError as error:
            raise Invalid(str(error), field="rules") from None
        return Rule(self.direction, self.protocol, *ports, cidr)


# What most clouds give a new group by themselves; a group that is to let nothing more out must be without it.
EVERYTHING_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    iid: Iid
    vpc: Iid = of_kind("vpc", default=NOWHERE)
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyPair:
    iid: Iid
    fingerprint: str = ""
    public_key: str = ""
    vm_user: str = "cb-user"
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


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


class ZoneStatus(StrEnum):
    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    UNTOLD = "StatusNotSupported"


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    display_name: str = ""
    status: ZoneStatus = ZoneStatus.UNTOLD
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegionZone:
    """A region of the cloud, with its zones (none where the cloud has none)."""

    name: str
    display_name: str = ""
    zones: tuple[Zone, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


def iid(ref: Ref) -> Iid:
    return Iid(ref.name, ref.id or "")


@dataclass(frozen=True, slots=True)
class ImageRequest:
    name: str

    def check(self, capability: Capability) -> None:
        """Nothing but the name, which the engine checks for every kind."""

    def expected(self) -> Image:
        return Image(Iid(self.name, ""))


@dataclass(frozen=True, slots=True)
class SubnetRequest:
    name: str
    cidr: str
    zone: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def expected(self) -> Subnet:
        return Subnet(Iid(self.name, ""), self.cidr, self.zone, self.tags)


@dataclass(frozen=True, slots=True)
class VpcRequest:
    name: str
    cidr: str
    subnets: tuple[SubnetRequest, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Raises Invalid when a subnet lies outside the VPC, or two overlap. Some clouds' VPCs have no CIDR."""
        if capability.vpc_cidr and not self.cidr:
            raise Invalid(f"a VPC on this cloud needs a CIDR: {self.name} has none", field="cidr")
        if capability.vpc_cidr:
            self._check_inside(ipaddress.IPv4Network(self.cidr))
        _check_apart(self.subnets)

    def _check_inside(self, whole: ipaddress.IPv4Network) -> None:
        for subnet in self.subnets:
            if not ipaddress.IPv4Network(subnet.cidr).subnet_of(whole):
                raise Invalid(
                    f"subnet '{subnet.name}' ({subnet.cidr}) lies outside its VPC ({self.cidr})",
                    field="subnets",
                )

    def expected(self) -> Vpc:
        subnets = tuple(subnet.expected() for subnet in self.subnets)
        return Vpc(Iid(self.name, ""), self.cidr, subnets, self.tags)


def _check_apart(subnets: Iterable[SubnetRequest]) -> None:
    ordered = sorted((ipaddress.IPv4Network(subnet.cidr), subnet.name) for subnet in subnets)
    for (first, name), (second, other) in pairwise(ordered):
        if first.overlaps(second):
            raise Invalid(f"subnets '{name}' ({first}) and '{other}' ({second}) overlap", field="subnets")


@dataclass(frozen=True, slots=True)
class SecurityGroupRequest:
    name: str
    vpc: Ref = of_kind("vpc")
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Rules are checked where they are read."""

    def expected(self) -> SecurityGroup:
        return SecurityGroup(Iid(self.name, ""), iid(self.vpc), self.rules, self.tags)


@dataclass(frozen=True, slots=True)
class RulesRequest:
    """Rules to add to a security group, or to take from it."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class KeyPairRequest:
    """`public_key` is one line in OpenSSH form. The private half never reaches a driver."""

    name: str
    public_key: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Nothing but the name, which the engine checks for every kind."""

    def expected(self) -> KeyPair:
        return KeyPair(Iid(self.name, ""), public_key=self.public_key, tags=self.tags)


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
