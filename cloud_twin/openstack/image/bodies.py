"""What requests about images may hold: the members of a new one, and patches (glance/api/v2/images.py)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...centre import Thing
from ...facade import Call
from ..errors import PageError

# What a request may set besides properties of its own, and what it is without.
SET: Mapping[str, Any] = {
    "name": None,
    "disk_format": None,
    "container_format": None,
    "visibility": "shared",
    "protected": False,
    "min_ram": 0,
    "min_disk": 0,
    "os_hidden": False,
}
_READ_ONLY = (
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "os_hash_algo",
    "os_hash_value",
)
_ID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
_TYPES: Mapping[str, tuple[type, str]] = {
    "name": (str, "'null', 'string'"),
    "protected": (bool, "'boolean'"),
    "os_hidden": (bool, "'boolean'"),
    "min_ram": (int, "'integer'"),
    "min_disk": (int, "'integer'"),
    "tags": (list, "'array'"),
}
_VALUES: Mapping[str, tuple[str | None, ...]] = {
    "visibility": ("community", "public", "private", "shared"),
    "container_format": (None, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"),
    "disk_format": (None, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"),
}


def read(call: Call) -> dict[str, Any]:
    try:
        body = json.loads(call.request.get_data() or b"null")
    except ValueError:
        raise PageError(400, "Malformed JSON in request body.") from None
    if not isinstance(body, dict):
        raise PageError(400, "Malformed JSON in request body.")
    for name in _READ_ONLY:
        if name in body:
            raise PageError(403, f"Attribute '{name}' is read-only.")
    for name, value in body.items():
        if why := _why_not(name, value):
            raise PageError(400, f"Provided object does not match schema 'image': {why}")
    return dict(body)


def _why_not(name: str, value: Any) -> str:
    """What is wrong with a member; "" if nothing is."""
    kind, types = _TYPES.get(name, (str, "'string'"))
    if value is None and name in ("name", "disk_format", "container_format"):
        return ""
    if not isinstance(value, kind):
        return f"{value!r} is not of type {types}"
    if name == "id" and not re.fullmatch(_ID, str(value)):
        return f"{value!r} does not match {_ID!r}"
    if name == "tags":
        return next((f"{one!r} is not of type 'string'" for one in _elements(value) if not isinstance(one, str)), "")
    if name in _VALUES and not isinstance(value, str):
        return f"{value!r} is not of type 'string'"
    allowed = _VALUES.get(name)
    return f"{value!r} is not one of {list(allowed)!r}" if allowed and value not in allowed else ""


def _elements(value: Any) -> list[Any]:
    return list(value)


def read_patch(call: Call) -> Iterator[tuple[str, str, Any]]:
    """A JSON patch (RFC 6902) whose paths have one word: operation, member, value."""
    try:
        patch = json.loads(call.request.get_data())
    except ValueError:
        patch = None
    if not isinstance(patch, list) or not all(isinstance(one, dict) for one in patch):
        raise PageError(400, "Request body must be a JSON array of operation objects.")
    for one in patch:
        yield str(one.get("op")), str(one.get("path", "")).lstrip("/"), one.get("value")


def apply(image: Thing, operation: str, name: str, value: Any) -> None:
    if operation not in ("add", "replace", "remove"):
        raise PageError(
            400, f"Invalid operation: `{operation}`. It must be one of the following: add, remove, replace."
        )
    if name in _READ_ONLY or name in ("id", "owner"):
        raise PageError(403, f"Attribute '{name}' is read-only.")
    if name == "visibility" and value == "public":
        raise PageError(403, "You are not authorized to complete publicize_image action.")
    kept = image.body if name in SET or name == "tags" else image.body["properties"]
    if operation != "add" and name not in kept:
        raise PageError(409, more=f"Property {name} does not exist.")
    if operation == "remove":
        if kept is image.body:
            raise PageError(403, more=f"Property {name} may not be removed.")
        del kept[name]
    else:
        kept[name] = value
