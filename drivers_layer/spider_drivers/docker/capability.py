"""What the driver says of itself. Docker has no permissions of its own: who may speak to an Engine may do all."""

from __future__ import annotations

from dataclasses import replace

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability

# The Engine's own rule for the names of containers, kept for networks too.
_NAMED = KindCapability(
    max_name=128,
    name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9_.-]+",
    name_rule="is not two or more of a-z, A-Z, 0-9 and _.- that begin with a letter or digit",
)
_IMAGE = KindCapability(
    max_name=2048,
    name_pattern=r"https?://\S+|[a-zA-Z0-9][a-zA-Z0-9_./:@-]*",
    name_rule="is neither repository:tag nor a URL",
)

CAPABILITY = Capability(
    credential_keys=(
        Key("Host"),
        Key("APIVersion", required=False),
        CA,
        Key("ClientCertificate", required=False),
        Key("ClientKey", required=False),
    ),
    region_keys=(Key("Region", required=False), ENDPOINT, CA),
    kinds={
        "image": _IMAGE,
        "spec": KindCapability(),
        "vpc": replace(_NAMED, permissions={"add_subnet": (), "remove_subnet": ()}),
        "security_group": KindCapability(),
        "key_pair": KindCapability(),
        "vm": _NAMED,
        "region_zone": KindCapability(),
    },
    kept=frozenset({"security_group", "key_pair"}),
    paged=False,
    default_network=True,
    marked=(),
)
