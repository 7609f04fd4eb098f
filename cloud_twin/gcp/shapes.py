"""What a request's body may hold: members, their types, and what is taken and not kept.

Google's front end reads JSON as protocol buffers do: a member that is null is not there, a 64-bit number may be a
string, and a name or type that the message does not have is refused before anything else is looked at.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .errors import GceError, invalid_field, required, unserved

_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}


@dataclass(frozen=True)
class Enum:
    """`unserved`: values that the service would take, and the twin refuses."""

    values: tuple[str, ...]
    unserved: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListOf:
    kind: Kind


@dataclass(frozen=True)
class MapOf:
    """Of strings."""


@dataclass(frozen=True)
class Shape:
    """members    what the twin serves
    output     what the service itself sets: a client may send it back, and it is not looked at
    unserved   what the service would take, and the twin refuses
    """

    members: Mapping[str, Kind]
    output: frozenset[str] = frozenset()
    unserved: frozenset[str] = frozenset()


# The word is string, boolean, byte, float, or one of _RANGES.
Kind: TypeAlias = "str | Enum | ListOf | MapOf | Shape"


def shape(output: str = "", unserved: str = "", **members: Kind) -> Shape:
    """Names separated by spaces; a member that is called as a word of Python ends with an underscore."""
    named = {name.removesuffix("_"): kind for name, kind in members.items()}
    return Shape(named, frozenset(output.split()), frozenset(unserved.split()))


def enum(words: str, unserved: str = "") -> Enum:
    return Enum(tuple(words.split()), tuple(unserved.split()))


def read(data: Any, kind: Kind, path: str = "resource") -> Any:
    """`data` as the service keeps it: numbers of 64 bits as strings, nothing that is null or the service's own. Raises
    GceError."""
    if isinstance(kind, Shape):
        return _object(data, kind, path)
    if isinstance(kind, ListOf):
        if not isinstance(data, list):
            raise _wrong_type(path, data, "list")
        return [read(one, kind.kind, f"{path}[{index}]") for index, one in enumerate(data)]
    if isinstance(kind, MapOf):
        if not isinstance(data, dict):
            raise _wrong_type(path, data, "map")
        return {name: read(value, "string", f"{path}.{name}") for name, value in data.items()}
    if isinstance(kind, Enum):
        if not isinstance(data, str):
            raise _wrong_type(path, data, "string")
        if data in kind.unserved:
            raise unserved(f"'{data}' for the field '{path}'")
        if data not in kind.values:
            raise invalid_field(path, data, f"Must be one of [{', '.join(sorted(kind.values + kind.unserved))}]")
        return data
    return _scalar(data, kind, path)


def whole(data: Any, kind: Shape) -> dict[str, Any]:
    """A body that must be there and hold something. Raises GceError."""
    # googleapis/google-api-python-client#608: an empty object is none.
    if data is None or data == {}:
        raise required("resource")
    made: dict[str, Any] = read(data, kind)
    return made


def _object(data: Any, kind: Shape, path: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _wrong_type(path, data, "object")
    made: dict[str, Any] = {}
    for name, value in data.items():
        if name in kind.members:
            if value is not None:
                made[name] = read(value, kind.members[name], f"{path}.{name}")
        elif name in kind.unserved:
            if value is not None:
                raise unserved(f"the field '{path}.{name}'")
        elif name not in kind.output:
            raise unknown_name(name, path)
    return made


def _scalar(data: Any, kind: str, path: str) -> Any:
    if kind == "boolean":
        if not isinstance(data, bool):
            raise _wrong_type(path, data, kind)
    elif kind in _RANGES:
        return _integer(data, kind, path)
    elif kind == "float":
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise _wrong_type(path, data, kind)
    elif not isinstance(data, str) or (kind == "byte" and not _is_base64(data)):
        raise _wrong_type(path, data, kind)
    return data


def _integer(data: Any, kind: str, path: str) -> int | str:
    text = str(data)
    low, high = _RANGES[kind]
    if isinstance(data, bool) or not re.fullmatch(r"-?\d{1,20}", text) or not low <= int(text) <= high:
        raise _wrong_type(path, data, kind)
    return text if kind.endswith("64") else int(text)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return False
    return True


def unknown_name(name: str, path: str) -> GceError:
    where = f" at '{path}'" if path else ""
    message = f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    return GceError(400, "invalid", message, status_name="INVALID_ARGUMENT")


_PROTO = {
    "list": "REPEATED",
    "map": "TYPE_MESSAGE",
    "object": "TYPE_MESSAGE",
    "boolean": "TYPE_BOOL",
    "byte": "TYPE_BYTES",
}


def _wrong_type(path: str, data: Any, kind: str) -> GceError:
    shown = f'"{data}"' if isinstance(data, str) else data
    message = f"Invalid value at '{path}' ({_PROTO.get(kind, f'TYPE_{kind.upper()}')}), {shown}"
    return GceError(400, "invalid", message, status_name="INVALID_ARGUMENT")
