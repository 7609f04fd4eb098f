"""What exists: every kind and every action, each declared once."""

from __future__ import annotations

from . import wire
from .actions import Action, Kind, Managed, Role, expand

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
VPC = Kind(
    name="vpc",
    path="vpc",
    title="VPC",
    history="VPC/SUBNET",
    managed=Managed.MANAGEABLE,
    request=wire.VpcCreate,
    answer=wire.VpcInfo,
    parts=("subnets", "subnet"),
)
SUBNET = Kind(
    name="subnet",
    path="subnet",
    title="Subnet",
    history="VPC/SUBNET",
    managed=Managed.MANAGEABLE,
    answer=wire.SubnetInfo,
    owner="vpc",
    named_in_owner=True,
)
SECURITY_GROUP = Kind(
    name="security_group",
    path="securitygroup",
    title="Security Group",
    history="SECURITYGROUP",
    managed=Managed.MANAGEABLE,
    request=wire.SecurityGroupCreate,
    answer=wire.SecurityInfo,
    owner="vpc",
)
KEY_PAIR = Kind(
    name="key_pair",
    path="keypair",
    title="KeyPair",
    history="VMKEYPAIR",
    managed=Managed.MANAGEABLE,
    request=wire.KeyPairCreate,
    answer=wire.KeyPairInfo,
    free=True,
    remembered=True,
)
VM = Kind(
    name="vm",
    path="vm",
    title="VM",
    history="VM",
    managed=Managed.MANAGEABLE,
    request=wire.VmStart,
    answer=wire.VmInfo,
    owner="vpc",
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        DRIVER,
        CREDENTIAL,
        REGION,
        CONNECTION,
        IMAGE,
        SPEC,
        VPC,
        SUBNET,
        SECURITY_GROUP,
        KEY_PAIR,
        VM,
    )
}

ACTIONS: tuple[Action, ...] = (
    Action(
        name="list_cloudos",
        method="GET",
        path="/cloudos",
        does="registry.clouds",
        summary="List the clouds that a driver is installed for",
        answer=wire.Name,
        envelope="cloudos",
    ),
    *expand(DRIVER),
    *expand(CREDENTIAL),
    *expand(REGION),
    *expand(CONNECTION),
    *expand(IMAGE),
    *expand(SPEC, ("list", "get")),
    Action(
        name="list_original_spec",
        method="GET",
        path="/vmorgspec",
        does="reads.raw_list",
        summary="List every VM Spec in the cloud's own form",
        request=wire.OnConnection,
        answer=wire.OriginalSpec,
        kind=SPEC,
    ),
    Action(
        name="get_original_spec",
        method="GET",
        path="/vmorgspec/{name}",
        does="reads.raw_get",
        summary="Get a VM Spec in the cloud's own form",
        request=wire.OnConnection,
        answer=wire.OriginalSpec,
        kind=SPEC,
    ),
    *expand(VPC),
    *expand(SECURITY_GROUP),
    *expand(KEY_PAIR),
    *expand(VM, ("create", "list", "get")),
    Action(
        name="delete_vm",
        method="DELETE",
        path="/vm/{name}",
        does="changes.delete",
        summary="Terminate a VM",
        request=wire.Delete,
        answer=wire.Status,
        kind=VM,
        role=Role.OPERATOR,
        operation=True,
        verb="delete",
    ),
    Action(
        name="list_vm_status",
        method="GET",
        path="/vmstatus",
        does="reads.statuses",
        summary="List the status of every VM",
        request=wire.OnConnection,
        answer=wire.VmStatusInfo,
        kind=VM,
        envelope="vmstatus",
    ),
    Action(
        name="get_vm_status",
        method="GET",
        path="/vmstatus/{name}",
        does="reads.status",
        summary="Get the status of a VM",
        request=wire.OnConnection,
        answer=wire.Status,
        kind=VM,
    ),
    Action(
        name="control_vm",
        method="GET",
        path="/controlvm/{name}",
        does="changes.control",
        summary="Suspend, resume or reboot a VM (?action=)",
        request=wire.Control,
        answer=wire.Status,
        kind=VM,
        role=Role.OPERATOR,
        operation=True,
    ),
    Action(
        name="run_ssh",
        method="POST",
        path="/sshrun",
        does="ssh.run",
        summary="Run a command on a host over SSH",
        request=wire.SshRun,
        answer=wire.Output,
        role=Role.ADMIN,
    ),
    Action(
        name="get_operation",
        method="GET",
        path="/operation/{name}",
        does="operations.get",
        summary="Get an operation: its state, what it waits for, its outcome",
        answer=wire.OperationInfo,
    ),
)
