"""What exists: every kind, declared once."""

from __future__ import annotations

from . import wire
from .vocabulary import Kind, Managed, Role

DRIVER = Kind(
    name="driver",
    path="driver",
    title="driver",
    managed=Managed.SETTING,
    request=wire.DriverIn,
    answer=wire.DriverInfo,
    changes=Role.ADMIN,
)
CREDENTIAL = Kind(
    name="credential",
    path="credential",
    title="credential",
    managed=Managed.SETTING,
    request=wire.CredentialIn,
    answer=wire.CredentialInfo,
    changes=Role.ADMIN,
)
REGION = Kind(
    name="region",
    path="region",
    title="region",
    managed=Managed.SETTING,
    request=wire.RegionIn,
    answer=wire.RegionInfo,
    changes=Role.ADMIN,
)
CONNECTION = Kind(
    name="connection",
    path="connectionconfig",
    title="connection config",
    managed=Managed.SETTING,
    request=wire.ConnectionConfigIn,
    answer=wire.ConnectionConfigInfo,
    changes=Role.ADMIN,
)
IMAGE = Kind(
    name="image",
    path="vmimage",
    envelope="image",
    word="image",
    title="VM Image",
    history="VMIMAGE",
    managed=Managed.DEFAULT,
    request=wire.ImageCreate,
    answer=wire.ImageInfo,
    free=True,
)
SPEC = Kind(
    name="spec",
    path="vmspec",
    title="VM Spec",
    history="VMSPEC",
    managed=Managed.DEFAULT,
    answer=wire.SpecInfo,
)
REGION_ZONE = Kind(
    name="region_zone",
    path="regionzone",
    title="Region/Zone",
    history="REGIONZONE",
    managed=Managed.DEFAULT,
    answer=wire.RegionZoneInfo,
)
VPC = Kind(
    name="vpc",
    path="vpc",
    title="VPC",
    word="vpc",
    history="VPC/SUBNET",
    managed=Managed.MANAGEABLE,
    request=wire.VpcCreate,
    registration=wire.Register,
    answer=wire.VpcInfo,
    parts=("subnets", "subnet"),
    turn=3,
)
SUBNET = Kind(
    name="subnet",
    path="subnet",
    title="Subnet",
    word="subnet",
    history="VPC/SUBNET",
    managed=Managed.MANAGEABLE,
    request=wire.SubnetAdd,
    registration=wire.SubnetRegister,
    answer=wire.SubnetInfo,
    owner="vpc",
    named_in_owner=True,
)
SECURITY_GROUP = Kind(
    name="security_group",
    path="securitygroup",
    title="Security Group",
    word="sg",
    history="SECURITYGROUP",
    managed=Managed.MANAGEABLE,
    request=wire.SecurityGroupCreate,
    registration=wire.Register,
    answer=wire.SecurityInfo,
    owner="vpc",
    turn=2,
)
KEY_PAIR = Kind(
    name="key_pair",
    path="keypair",
    title="KeyPair",
    word="keypair",
    history="VMKEYPAIR",
    managed=Managed.MANAGEABLE,
    request=wire.KeyPairCreate,
    registration=wire.Register,
    answer=wire.KeyPairInfo,
    free=True,
    remembered=True,
    turn=2,
)
VM = Kind(
    name="vm",
    path="vm",
    title="VM",
    word="vm",
    history="VM",
    managed=Managed.MANAGEABLE,
    request=wire.VmStart,
    registration=wire.Register,
    answer=wire.VmInfo,
    deletion=wire.Status,
    owner="vpc",
    turn=1,
)

BY_WORD: dict[str, Kind] = {kind.word: kind for kind in (IMAGE, VPC, SUBNET, SECURITY_GROUP, KEY_PAIR, VM)}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        DRIVER,
        CREDENTIAL,
        REGION,
        CONNECTION,
        IMAGE,
        SPEC,
        REGION_ZONE,
        VPC,
        SUBNET,
        SECURITY_GROUP,
        KEY_PAIR,
        VM,
    )
}
