"""What networks, subnetworks and firewalls carry in their description, for they have no labels: JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TOKEN, TAGS = "spider-token", "tags"


def packed(token: str, tags: Mapping[str, str], **own: str) -> str:
    """`own`: what the driver keeps, by words that begin with `spider_`."""
    told: dict[str, Any] = {name.replace("_", "-"): value for name, value in own.items()}
    return json.dumps({**told, TOKEN: token, **({TAGS: dict(tags)} if tags else {})})


def of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """{} where Spider has written nothing."""
    try:
        told = json.loads(resource.get("description", ""))
    except ValueError:
        return {}
    return told if isinstance(told, dict) and isinstance(told.get(TOKEN), str) else {}


def token(resource: Mapping[str, Any]) -> str:
    return str(of(resource).get(TOKEN, ""))


def tags(resource: Mapping[str, Any]) -> dict[str, str]:
    told = of(resource).get(TAGS)
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
