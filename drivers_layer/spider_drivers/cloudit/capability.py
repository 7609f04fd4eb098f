"""What the driver says of itself. Cloudit's permissions are not known: a token may do all or nothing."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability

# Known of Cloudit is only that names are at most this long.
LONGEST_NAME = 45
# A VM's adaptive IP is called as the VM, and this.
ADDRESS_SUFFIX = "-PublicIP"
# How late Cloudit shows what was made is not known: a safe guess.
LAG_SECONDS = 30.0


def _made(max_name: int = LONGEST_NAME, *verbs: str) -> KindCapability:
    return KindCapability(
        max_name=max_name,
        name_pattern=r"\S(?:.*\S)?",
        name_rule="has blanks around it, or is empty",
        lag_seconds=LAG_SECONDS,
        permissions=dict.fromkeys(verbs, ()),
    )


CAPABILITY = Capability(
    credential_keys=(
        Key("IdentityEndpoint", secret=False),
        Key("AuthToken"),
        Key("TenantId", secret=False),
        Key("ClusterId", secret=False),
        # CB-Spider's users give them; no call of Cloudit's takes them.
        Key("Username", required=False),
        Key("Password", required=False),
    ),
    region_keys=(Key("Region", required=False), ENDPOINT, CA),
    kinds={
        "image": KindCapability(),
        "spec": KindCapability(),
        "vpc": _made(LONGEST_NAME, "add_subnet", "remove_subnet"),
        "security_group": _made(LONGEST_NAME, "add_rules", "remove_rules"),
        "key_pair": KindCapability(),
        "vm": _made(LONGEST_NAME - len(ADDRESS_SUFFIX)),
        "region_zone": KindCapability(),
    },
    kept=frozenset({"key_pair"}),
    single_vpc=True,
    paged=False,
    marked=(),
)
