"""Labels: they travel in the call that creates, so that what a lost answer left behind can be found, and lists show
them, so that nothing has to be inspected one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PREFIX = "spider-"
TOKEN = "spider-token"
NAME = "spider-name"
TAGS = "spider-tags"  # JSON: the keys of the user's tags, for a container inherits its image's labels
VPC = "spider-vpc"
VPC_NAME = "spider-vpc-name"
VPC_CIDR = "spider-vpc-cidr"
VPC_PLACE = "spider-vpc-place"  # a number: of the subnet among those of its VPC
VPC_TAGS = "spider-vpc-tags"  # JSON: Docker has no thing that is the VPC
SUBNET = "spider-subnet"
IMAGE = "spider-image"
SPEC = "spider-spec"
UNPUBLISHED = "spider-unpublished"


def made(name: str, token: str, tags: Mapping[str, str], **more: str) -> dict[str, str]:
    """Those of a new thing. `more` without prefix and with _ for -."""
    ours = {PREFIX + key.replace("_", "-"): value for key, value in more.items() if value}
    return {**tags, NAME: name, TOKEN: token, TAGS: json.dumps(sorted(tags)), **ours}


def of(thing: Mapping[str, Any]) -> dict[str, str]:
    return dict(thing.get("Labels") or {})


def users(labels: Mapping[str, str]) -> dict[str, str]:
    """The user's tags; of what Spider did not make every label."""
    if TAGS in labels:
        return {key: labels[key] for key in json.loads(labels[TAGS]) if key in labels}
    return {key: value for key, value in labels.items() if not key.startswith(PREFIX)}


def by(label: str, value: str | None = None) -> dict[str, str]:
    """A filter of the Engine's lists."""
    return {"label": label if value is None else f"{label}={value}"}
