"""What the driver says of itself. Each verb's IAM permissions are complete: they allow it and nothing more is asked
for."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability
from .names import LONGEST_GROUP, LONGEST_NAME, NAME, RULE

# A GET shows what was made a moment ago; Google says nothing of lists. 10 s is a guess.
LAG_SECONDS = 10.0


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
_VPC_READ = "networks.get subnetworks.list"
_VPC_LIST = "networks.list subnetworks.list"
_FIREWALLS_ADDED = f"firewalls.create networks.updatePolicy firewalls.list {_GLOBAL}"
_FIREWALLS_DELETED = f"firewalls.delete networks.updatePolicy firewalls.list {_GLOBAL}"
_CONTROL = "instances.get"
_ZONES = "zones.list"

CAPABILITY = Capability(
    credential_keys=(
        Key("PrivateKey", ("private_key",)),
        Key("ProjectID", ("project_id",)),
        Key("ClientEmail", ("client_email",)),
        Key("PrivateKeyID", ("private_key_id",), required=False),
    ),
    region_keys=(Key("Region"), Key("Zone", required=False), ENDPOINT, CA),
    kinds={
        "image": _kind(create=_IMAGE_GET, list="images.list", get=_IMAGE_GET),
        "spec": _kind(list="machineTypes.list", get="machineTypes.get"),
        "vpc": _kind(
            LONGEST_NAME,
            NAME,
            RULE,
            create=f"networks.create subnetworks.create networks.updatePolicy {_VPC_READ} {_GLOBAL} {_REGIONAL}",
            list=_VPC_LIST,
            get=_VPC_READ,
            delete="networks.get networks.list networks.delete networks.updatePolicy subnetworks.delete "
            "instances.list firewalls.list routes.list routers.list forwardingRules.list addresses.list "
            f"{_GLOBAL} {_REGIONAL}",
            add_subnet=f"subnetworks.create networks.updatePolicy {_VPC_READ} {_REGIONAL}",
            remove_subnet=f"networks.get subnetworks.get subnetworks.list subnetworks.delete networks.updatePolicy "
            f"{_REGIONAL}",
        ),
        "security_group": _kind(
            LONGEST_GROUP,
            NAME,
            RULE,
            create=f"{_FIREWALLS_ADDED}",
            list="firewalls.list",
            get="firewalls.list",
            delete=f"instances.list {_FIREWALLS_DELETED}",
            add_rules=f"{_FIREWALLS_ADDED} firewalls.delete",
            remove_rules=f"{_FIREWALLS_DELETED} firewalls.create",
        ),
        "key_pair": _kind(),
        "vm": _kind(
            LONGEST_NAME,
            NAME,
            RULE,
            create="instances.create instances.setMetadata instances.setTags instances.setLabels disks.create "
            f"images.useReadOnly subnetworks.use subnetworks.useExternalIp instances.get {_IMAGE_GET} "
            f"machineTypes.get firewalls.get {_ZONAL}",
            list="instances.list",
            get="instances.get",
            delete=f"instances.list instances.delete {_ZONAL}",
            suspend=f"{_CONTROL} instances.stop",
            resume=f"{_CONTROL} instances.start",
            reboot=f"{_CONTROL} instances.reset",
            tag=f"instances.get instances.setLabels {_ZONAL}",
        ),
        "region_zone": _kind(list=f"regions.list {_ZONES}", get=f"regions.get {_ZONES}"),
    },
    kept=frozenset({"key_pair"}),
    vpc_cidr=False,
    tagged=frozenset({"vm"}),
    default_network=True,
    default_regions=("us-central1",),
)
