"""What exists: every kind, declared once."""

from __future__ import annotations

from .vocabulary import Kind, Managed, Role

DRIVER = Kind(
    name="driver",
    path="driver",
    title="driver",
    managed=Managed.SETTING,
    request="requests.DriverIn",
    answer="answers.DriverInfo",
    changes=Role.ADMIN,
)
CREDENTIAL = Kind(
    name="credential",
    path="credential",
    title="credential",
    managed=Managed.SETTING,
    request="requests.CredentialIn",
    answer="answers.CredentialInfo",
    changes=Role.ADMIN,
)
REGION = Kind(
    name="region",
    path="region",
    title="region",
    managed=Managed.SETTING,
    request="requests.RegionIn",
    answer="answers.RegionInfo",
    changes=Role.ADMIN,
)
CONNECTION = Kind(
    name="connection",
    path="connectionconfig",
    title="connection config",
    managed=Managed.SETTING,
    request="requests.ConnectionConfigIn",
    answer="answers.ConnectionConfigInfo",
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
    request="requests.ImageCreate",
    answer="resources.ImageInfo",
    free=True,
)
SPEC = Kind(
    name="spec",
    path="vmspec",
    title="VM Spec",
    history="VMSPEC",
    managed=Managed.DEFAULT,
    answer="resources.SpecInfo",
)
REGION_ZONE = Kind(
    name="region_zone",
    path="regionzone",
    title="Region/Zone",
    history="REGIONZONE",
    managed=Managed.DEFAULT,
    answer="system.RegionZoneInfo",
)
VPC = Kind(
    name="vpc",
    path="vpc",
    title="VPC",
    word="vpc",
    history="VPC/SUBNET",
    managed=Managed.MANAGEABLE,
    request="requests.VpcCreate",
    registration="mapping.Register",
    answer="resources.VpcInfo",
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
    request="requests.SubnetAdd",
    registration="mapping.SubnetRegister",
    answer="resources.SubnetInfo",
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
    request="requests.SecurityGroupCreate",
    registration="mapping.Register",
    answer="resources.SecurityInfo",
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
    request="requests.KeyPairCreate",
    registration="mapping.Register",
    answer="resources.KeyPairInfo",
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
    request="requests.VmStart",
    registration="mapping.Register",
    answer="resources.VmInfo",
    deletion="answers.Status",
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
