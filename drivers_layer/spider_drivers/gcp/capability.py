"""What the driver says of itself. Each verb's IAM permissions are complete: they allow it and nothing more is asked
for."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability
from .names import LONGEST_GROUP, LONGEST_NAME, NAME, RULE

# A GET shows what was made a moment ago; Google says nothing of lists. 30 s is a safe guess.
LAG_SECONDS = 30.0


def _compute(permissions: str) -> tuple[str, ...]:
    return tuple(f"compute.{permission}" for permission in permissions.split())


def _kind(max_name: int = 255, pattern: str = r"(?s).+", rule: str = "", **verbs: str) -> KindCapability:
    return KindCapability(
        max_name=max_name,
        name_pattern=pattern,
        name_rule=rule,
        lag_seconds=LAG_SECONDS if "delete" in verbs else 0.0,
        permissions={verb: _compute(permissions) for verb, permissions in verbs.items()},
    )


_GLOBAL, _REGIONAL, _ZONAL = "globalOperations.get", "regionOperations.get", "zoneOperations.get"
_IMAGE_GET = "images.get images.getFromFamily"
# Without a zone VMs are looked for in the list of all zones, and the first zone of the region in that of zones.
_VM_GET, _ZONES = "instances.get instances.list", "zones.list"
_VPC_READ = "networks.get subnetworks.list"
# To tell who has the name that is taken.
_WHOSE_SUBNET, _WHOSE_FIREWALL = "subnetworks.get", "firewalls.get"
_SUBNETS_ADDED = f"subnetworks.create networks.updatePolicy {_WHOSE_SUBNET} {_VPC_READ} {_REGIONAL}"
_FIREWALLS_ADDED = f"firewalls.create networks.updatePolicy {_WHOSE_FIREWALL} firewalls.list {_GLOBAL}"
_FIREWALLS_DELETED = f"firewalls.delete networks.updatePolicy firewalls.list {_GLOBAL}"
# Each keeps a network from being deleted.
_USERS = "instances.list firewalls.list routes.list routers.list forwardingRules.list addresses.list"

CAPABILITY = Capability(
    credential_keys=(
        Key("PrivateKey", ("private_key",)),
        Key("ProjectID", ("project_id",), secret=False),
        Key("ClientEmail", ("client_email",)),
        Key("PrivateKeyID", ("private_key_id",), required=False),
    ),
    region_keys=(Key("Region"), Key("Zone", required=False), ENDPOINT, CA),
    kinds={
        "image": _kind(create=_IMAGE_GET, list="images.list", get=_IMAGE_GET),
        "spec": _kind(list=f"machineTypes.list {_ZONES}", get=f"machineTypes.get {_ZONES}"),
        "vpc": _kind(
            LONGEST_NAME,
            NAME,
            RULE,
            create=f"networks.create {_SUBNETS_ADDED} {_GLOBAL}",
            list="networks.list subnetworks.list",
            get=_VPC_READ,
            delete=f"networks.get networks.list networks.delete subnetworks.delete {_USERS} {_GLOBAL} {_REGIONAL}",
            add_subnet=_SUBNETS_ADDED,
            remove_subnet=f"{_VPC_READ} subnetworks.get subnetworks.delete {_REGIONAL}",
        ),
        "security_group": _kind(
            LONGEST_GROUP,
            NAME,
            RULE,
            create=_FIREWALLS_ADDED,
            list="firewalls.list",
            get="firewalls.list",
            delete=f"instances.list {_FIREWALLS_DELETED}",
            # The opposite call takes back what was done when the rest is refused.
            add_rules=f"{_FIREWALLS_ADDED} firewalls.delete",
            remove_rules=f"{_FIREWALLS_DELETED} firewalls.create",
        ),
        "key_pair": _kind(),
        "vm": _kind(
            LONGEST_NAME,
            NAME,
            RULE,
            create="instances.create instances.setMetadata instances.setTags instances.setLabels disks.create "
            f"images.useReadOnly subnetworks.use subnetworks.useExternalIp {_VM_GET} {_IMAGE_GET} "
            f"machineTypes.get {_ZONES} firewalls.get {_ZONAL}",
            list="instances.list",
            get=_VM_GET,
            delete=f"instances.list instances.delete {_ZONAL}",
            suspend=f"{_VM_GET} instances.stop",
            resume=f"{_VM_GET} instances.start",
            reboot=f"{_VM_GET} instances.reset",
            tag=f"{_VM_GET} instances.setLabels {_ZONAL}",
        ),
        "region_zone": _kind(list=f"regions.list {_ZONES}", get=f"regions.get {_ZONES}"),
    },
    kept=frozenset({"key_pair"}),
    vpc_cidr=False,
    tagged=frozenset({"vm"}),
    default_network=True,
    default_regions=("us-central1",),
    marked=_compute("networks.list subnetworks.list firewalls.list instances.list"),
)
