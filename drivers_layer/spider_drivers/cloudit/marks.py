"""How what Spider has made is known again: by what travels in the call that makes it.

A subnet's create takes nothing but a name and addresses, so that the mark is the end of its name. A security group's
takes names of rules: the mark is in them. A server's takes a description, which holds what a server does not tell.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from .calls import Thing

_LENGTH = 6
_MARK = re.compile(rf"(spider-[a-z2-7]{{{_LENGTH}}})(?:-\d+)?$")
_SUBNET = re.compile(rf"(.+)-spider-[a-z2-7]{{{_LENGTH}}}")
LONGEST_MARK = len("-spider-") + _LENGTH
TOKEN = "spider-token"


def of(token: str) -> str:
    """Of an operation."""
    digest = base64.b32encode(hashlib.sha256(token.encode()).digest()).decode().lower()
    return f"spider-{digest[:_LENGTH]}"


def marked(name: str, token: str) -> str:
    return f"{name}-{of(token)}"


def unmarked(name: str) -> str | None:
    """The name that Spider was given; None for one that it did not mark."""
    found = _SUBNET.fullmatch(name)
    return found[1] if found else None


def shown(name: str) -> str:
    """The mark in a subnet's name or a rule's; "" where there is none."""
    found = _MARK.search(name)
    return found[1] if found else ""


def made_by(name: str, token: str) -> bool:
    """Of a subnet's name."""
    return bool(token) and name.endswith(f"-{of(token)}")


def rule_name(token: str, number: int) -> str:
    """Of a rule that an operation makes, the `number`-th."""
    return f"{of(token)}-{number}"


def is_rule_of(rule: Thing, token: str) -> bool:
    return bool(token) and str(rule.get("name", "")).startswith(f"{of(token)}-")


def description(token: str, kept: Mapping[str, Any]) -> str:
    return json.dumps({TOKEN: token, **{key: value for key, value in kept.items() if value}})


def described(server: Thing) -> dict[str, Any]:
    """What Spider keeps in a server's description; {} for another's."""
    try:
        kept = json.loads(server.get("description") or "{}")
    except (TypeError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and isinstance(kept.get(TOKEN), str) else {}
