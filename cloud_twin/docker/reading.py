"""What a request holds: a body as Go reads JSON into its types, and parameters of the query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..facade import Call
from .errors import EngineError

TEXT, NUMBER, FLAG = "string", "int64", "bool"
TEXTS, TEXT_MAP, SLICE = "[]string", "map[string]string", "strslice.StrSlice"
SET, OBJECT, OBJECTS, NUMBERS = "map[string]struct {}", "struct", "[]struct", "[2]uint"

_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    TEXT: str,
    NUMBER: int,
    FLAG: bool,
    TEXTS: list,
    TEXT_MAP: dict,
    SET: dict,
    OBJECT: dict,
    OBJECTS: list,
    NUMBERS: list,
    SLICE: (list, str),
}
_JSON = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


def body(call: Call, struct: str, members: Mapping[str, str], *, status: int) -> dict[str, Any]:
    """Those of `members` that were sent and are not null; Go passes over what it does not know. `status`: with which
    the Engine says that the body is wrong. Raises EngineError."""
    kind = call.request.mimetype
    if kind != "application/json" and call.request.get_data():
        raise EngineError(400, f"Content-Type specified ({kind}) must be 'application/json'")
    try:
        sent = call.body
    except ValueError as error:
        raise EngineError(status, _wording(call.request.get_data(), error)) from None
    if sent is None:
        raise EngineError(status, "EOF" if status == 500 else "got EOF while reading request body")
    return checked(sent, struct, members, status)


def checked(sent: Any, struct: str, members: Mapping[str, str], status: int) -> dict[str, Any]:
    """Raises EngineError."""
    if not isinstance(sent, dict):
        raise EngineError(status, f"json: cannot unmarshal {_json(sent)} into Go value of type {struct}")
    for name, kind in members.items():
        value = sent.get(name)
        if value is not None and not _fits(value, kind):
            shown = TEXT if kind == SLICE else kind
            text = f"json: cannot unmarshal {_json(value)} into Go struct field {struct}.{name} of type {shown}"
            raise EngineError(status, text)
    return {name: sent[name] for name in members if sent.get(name) is not None}


def _fits(value: Any, kind: str) -> bool:
    kinds: Any = _PYTHON[kind]
    if isinstance(value, bool) or not isinstance(value, kinds):
        return isinstance(value, bool) and kind == FLAG
    inner: Any = ()
    if kind == TEXT_MAP:
        inner = value.values()
    elif kind in (TEXTS, SLICE):
        inner = value
    return all(isinstance(one, str) for one in inner)


def _json(value: Any) -> str:
    return _JSON.get(type(value), "null")


def _wording(sent: bytes, error: ValueError) -> str:
    """Of encoding/json, as far as it is the same for all errors of a kind."""
    at = getattr(error, "pos", 0)
    text = sent.decode(errors="replace")
    if at >= len(text.rstrip()):
        return "unexpected EOF"
    return f"invalid character {text[at]!r} looking for beginning of value"


def flag(call: Call, name: str) -> bool:
    """As the Engine's httputils.BoolValue."""
    return call.query.get(name, "").strip().lower() not in ("", "0", "no", "false", "none")


def number(call: Call, name: str, default: int) -> int:
    """Raises EngineError."""
    given = call.query.get(name, "")
    if not given:
        return default
    try:
        return int(given)
    except ValueError:
        raise EngineError(500, f'strconv.Atoi: parsing "{given}": invalid syntax') from None


def filters(call: Call, known: frozenset[str]) -> dict[str, list[str]]:
    """Values by name; either of the two forms that clients send. Raises EngineError."""
    given = call.query.get("filters", "")
    if not given:
        return {}
    try:
        read = json.loads(given)
    except ValueError as error:
        at = getattr(error, "pos", 0)
        unended = at >= len(given)
        text = "unexpected end of JSON input"
        raise EngineError(
            500, text if unended else f"invalid character '{given[at]}' looking for beginning of value"
        ) from None
    found = {name: list(values) for name, values in read.items()} if isinstance(read, dict) else {}
    for name in found:
        if name not in known:
            raise EngineError(400, f"Invalid filter '{name}'")
    return found
