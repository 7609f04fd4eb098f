"""What the driver says of itself. Each verb's Azure actions are complete: they allow it, and nothing more is needed."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability

# Azure's guides tell to repeat a read that does not find what was just made ("Resolve errors for resource not found"),
# and give no figure: 30 s is a safe guess.
LAG_SECONDS = 30.0

_VNETS, _SUBNETS = "Microsoft.Network/virtualNetworks", "Microsoft.Network/virtualNetworks/subnets"
_GROUPS, _KEYS = "Microsoft.Network/networkSecurityGroups", "Microsoft.Compute/sshPublicKeys"
_NICS, _ADDRESSES = "Microsoft.Network/networkInterfaces", "Microsoft.Network/publicIPAddresses"
_VMS, _DISKS, _SIZES = "Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks", "Microsoft.Compute/skus"
_IMAGES, _OFFERED = "Microsoft.Compute/images", "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus"
_TAGS = "Microsoft.Resources/tags/write"
_RESOURCE_GROUP = (
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/write",
)
_LOCATIONS = ("Microsoft.Resources/subscriptions/locations/read",)


def _on(kind: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"{kind}/{verb}" for verb in verbs)


def _kind(max_name: int, pattern: str, rule: str, **permissions: tuple[str, ...]) -> KindCapability:
    return KindCapability(
        max_name=max_name,
        name_pattern=pattern,
        name_rule=rule,
        lag_seconds=LAG_SECONDS if "delete" in permissions else 0.0,
        permissions=permissions,
    )


# "Naming rules and restrictions for Azure resources".
_ENDS = "characters, a letter or digit first and a letter, digit or _ last, with ._- in between"
_NAMED = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?"
_VNET = r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9_]", f"is not 2 to 64 {_ENDS}"
_GROUP = _NAMED, f"is not 1 to 80 {_ENDS}"
_KEY = _NAMED, f"is not 1 to 128 {_ENDS}"
_VM = (
    r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?",
    "is not 1 to 64 of a-z, A-Z, 0-9 and ._-, with a letter or digit at the ends",
)
_ANY = r"(?s).+", ""

_READ_IMAGES = (*_on(_IMAGES, "read"), f"{_OFFERED}/read")
_ONE_IMAGE = (*_on(_IMAGES, "read"), f"{_OFFERED}/versions/read")
_MADE_VM = (
    *_on(_VMS, "read", "write"),
    *_on(_NICS, "read", "write", "join/action"),
    *_on(_ADDRESSES, "read", "write", "join/action"),
    *_on(_GROUPS, "read", "write", "join/action"),
    *_on(_SUBNETS, "join/action"),
    *_on(_SIZES, "read"),
    *_on(_KEYS, "read"),
    f"{_OFFERED}/versions/read",
    *_on(_IMAGES, "read"),
    *_on(_DISKS, "write"),
    *_RESOURCE_GROUP,
)
_GOT_VM = (*_on(_VMS, "read"), *_on(_NICS, "read"), *_on(_ADDRESSES, "read"))

CAPABILITY = Capability(
    credential_keys=(
        Key("ClientId", ("clientId",)),
        Key("ClientSecret", ("clientSecret",)),
        Key("TenantId", ("tenantId",), secret=False),
        Key("SubscriptionId", ("subscriptionId",), secret=False),
    ),
    region_keys=(
        Key("Region", ("location",)),
        Key("Zone", required=False),
        Key("ResourceGroup", required=False),
        Key("AuthorityHost", required=False),
        ENDPOINT,
        CA,
    ),
    kinds={
        "image": _kind(1024, *_ANY, create=_ONE_IMAGE, list=_READ_IMAGES, get=_ONE_IMAGE),
        "spec": _kind(255, *_ANY, list=_on(_SIZES, "read"), get=_on(_SIZES, "read")),
        "vpc": _kind(
            64,
            *_VNET,
            create=(*_on(_VNETS, "read", "write"), *_RESOURCE_GROUP),
            list=_on(_VNETS, "read"),
            get=_on(_VNETS, "read"),
            delete=(*_on(_VNETS, "read", "delete"), *_on(_GROUPS, "read")),
            add_subnet=(*_on(_VNETS, "read"), *_on(_SUBNETS, "write"), _TAGS),
            remove_subnet=(*_on(_VNETS, "read"), *_on(_SUBNETS, "delete"), _TAGS),
            tag=(*_on(_VNETS, "read"), _TAGS),
        ),
        "security_group": _kind(
            80,
            *_GROUP,
            create=(*_on(_GROUPS, "read", "write"), *_on(_VNETS, "read"), *_RESOURCE_GROUP),
            list=_on(_GROUPS, "read"),
            get=_on(_GROUPS, "read"),
            delete=_on(_GROUPS, "read", "delete"),
            add_rules=_on(_GROUPS, "read", "write"),
            remove_rules=_on(_GROUPS, "read", "write"),
            tag=(*_on(_GROUPS, "read"), _TAGS),
        ),
        "key_pair": _kind(
            128,
            *_KEY,
            create=(*_on(_KEYS, "read", "write"), *_RESOURCE_GROUP),
            list=_on(_KEYS, "read"),
            get=_on(_KEYS, "read"),
            delete=_on(_KEYS, "read", "delete"),
            tag=(*_on(_KEYS, "read"), _TAGS),
        ),
        "vm": _kind(
            64,
            *_VM,
            create=_MADE_VM,
            list=_on(_VMS, "read"),
            get=_GOT_VM,
            delete=(
                *_on(_VMS, "read", "delete"),
                *_on(_NICS, "read", "delete"),
                *_on(_ADDRESSES, "read", "delete"),
                *_on(_GROUPS, "read", "delete"),
                *_on(_DISKS, "read", "delete"),
            ),
            suspend=_on(_VMS, "read", "deallocate/action"),
            resume=_on(_VMS, "read", "start/action"),
            reboot=_on(_VMS, "read", "restart/action"),
            tag=(*_on(_VMS, "read"), _TAGS),
        ),
        "region_zone": _kind(255, *_ANY, list=_LOCATIONS, get=_LOCATIONS),
    },
    tagged=frozenset({"vpc", "security_group", "key_pair", "vm"}),
    default_regions=("eastus",),
    marked=("Microsoft.Resources/subscriptions/resourceGroups/resources/read",),
    unmarked=frozenset({"subnet"}),
)
