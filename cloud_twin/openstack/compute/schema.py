"""JSON schemas, as far as nova's need them, with the words of the validator that nova has (jsonschema 4.10).

Of several faults the first is told, in the order of the schema's words.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..errors import ComputeError, bad_request

Schema = Mapping[str, Any]
_NAME_RULE = "printable characters. Can not start or end with whitespace."


class Fault(Exception):
    """`path`: where, from the outside; `value`: what is wrong."""

    def __init__(self, path: tuple[Any, ...], value: Any, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.value = value
        self.message = message


class BadName(Exception):
    """Told without a place."""


def check_body(data: Any, schema: Schema) -> None:
    """Raises ComputeError."""
    _check(data, schema, "field/attribute")


def check_query(query: Mapping[str, list[str]], schema: Schema) -> None:
    """Raises ComputeError."""
    _check(dict(query), schema, "query parameters")


def _check(data: Any, schema: Schema, where: str) -> None:
    try:
        walk(data, schema)
    except BadName as error:
        raise bad_request(f"An invalid 'name' value was provided. The name must be: {error}") from None
    except Fault as fault:
        raise _told(fault, where) from None


def _told(fault: Fault, where: str) -> ComputeError:
    if not fault.path:
        return bad_request(fault.message)
    names = [one for one in fault.path if not isinstance(one, int)] if where.startswith("query") else fault.path
    return bad_request(f"Invalid input for {where} {names[-1]}. Value: {fault.value}. {fault.message}")


def walk(data: Any, schema: Schema, path: tuple[Any, ...] = ()) -> None:
    """Raises Fault, BadName."""
    for word, rule in schema.items():
        if word in _WORDS:
            _WORDS[word](data, rule, schema, path)


def _type(data: Any, rule: str | Sequence[str], _: Schema, path: tuple[Any, ...]) -> None:
    kinds = [rule] if isinstance(rule, str) else list(rule)
    if not any(_is(data, kind) for kind in kinds):
        names = ", ".join(repr(kind) for kind in kinds)
        raise Fault(path, data, f"{data!r} is not of type {names}")


def _is(data: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(data, int) and not isinstance(data, bool)
    known = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}
    return isinstance(data, known[kind])


def _properties(data: Any, rule: Mapping[str, Schema], _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, dict):
        for name, schema in rule.items():
            if name in data:
                walk(data[name], schema, (*path, name))


def _pattern_properties(data: Any, rule: Mapping[str, Schema], _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, dict):
        for pattern, schema in rule.items():
            for name, value in data.items():
                if re.search(pattern, name):
                    walk(value, schema, (*path, name))


def _additional(data: Any, rule: bool, schema: Schema, path: tuple[Any, ...]) -> None:
    if rule or not isinstance(data, dict):
        return
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    more = [name for name in data if name not in known and not any(re.search(one, name) for one in patterns)]
    if not more:
        return
    if patterns:
        names = ", ".join(repr(one) for one in sorted(more))
        rules = ", ".join(repr(one) for one in sorted(patterns))
        verb = "does" if len(more) == 1 else "do"
        raise Fault(path, data, f"{names} {verb} not match any of the regexes: {rules}")
    names = ", ".join(repr(one) for one in more)
    verb = "was" if len(more) == 1 else "were"
    raise Fault(path, data, f"Additional properties are not allowed ({names} {verb} unexpected)")


def _required(data: Any, rule: Sequence[str], _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, dict):
        for name in rule:
            if name not in data:
                raise Fault(path, data, f"{name!r} is a required property")


def _items(data: Any, rule: Schema, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, list):
        for number, one in enumerate(data):
            walk(one, rule, (*path, number))


def _least_members(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, dict) and len(data) < rule:
        raise Fault(path, data, f"{data!r} does not have enough properties")


def _most_members(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, dict) and len(data) > rule:
        raise Fault(path, data, f"{data!r} has too many properties")


def _least_length(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, str) and len(data) < rule:
        raise Fault(path, data, f"{data!r} is too short")


def _most_length(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, str) and len(data) > rule:
        raise Fault(path, data, f"{data!r} is too long")


def _most_items(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, list) and len(data) > rule:
        raise Fault(path, data, f"{data!r} is too long")


def _least(data: Any, rule: int, _: Schema, path: tuple[Any, ...]) -> None:
    """Of a text that is a number, too."""
    try:
        number = int(data)
    except (TypeError, ValueError):
        return
    if number < rule:
        raise Fault(path, data, f"{number} is less than the minimum of {rule}")


def _pattern(data: Any, rule: str, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, str) and not re.search(rule, data):
        raise Fault(path, data, f"{data!r} does not match {rule!r}")


def _enum(data: Any, rule: Sequence[Any], _: Schema, path: tuple[Any, ...]) -> None:
    if not any(data == one and isinstance(data, bool) == isinstance(one, bool) for one in rule):
        raise Fault(path, data, f"{data!r} is not one of {list(rule)!r}")


def _one_of(data: Any, rule: Sequence[Schema], _: Schema, path: tuple[Any, ...]) -> None:
    for schema in rule:
        try:
            walk(data, schema, path)
        except Fault:
            continue
        return
    raise Fault(path, data, f"{data!r} is not valid under any of the given schemas")


def _format(data: Any, rule: str, _: Schema, path: tuple[Any, ...]) -> None:
    if isinstance(data, str) and not _FORMATS[rule](data):
        raise Fault(path, data, f"{data!r} is not a {rule!r}")


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)).replace("-", "") == text.replace("-", "").lower()
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    """As Python decodes it, which passes over what is no base64 at all."""
    if not text.isascii():
        # A fault of nova's own, which it answers as such.
        why = "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log "
        raise ComputeError(500, f"{why}if possible.\n<class 'UnicodeDecodeError'>")
    try:
        base64.b64decode(text.encode())
    except (binascii.Error, ValueError):
        return False
    return True


def _is_address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return check


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    if text != text.strip() or not text.isprintable():
        raise BadName(_NAME_RULE)
    return True


def _keypair_name(more: str) -> Callable[[str], bool]:
    allowed = f"{more} 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def check(text: str) -> bool:
        if not set(text) <= set(allowed):
            raise BadName(f"Only expected characters: [{allowed}]")
        return _is_name(text)

    return check


_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": _is_uuid,
    "base64": _is_base64,
    "ipv4": _is_address(4),
    "ipv6": _is_address(6),
    "date-time": _is_moment,
    "name": _is_name,
    "keypair_name_20": _keypair_name("_-"),
    "keypair_name_292": _keypair_name("@._-"),
}
_WORDS: Mapping[str, Callable[[Any, Any, Schema, tuple[Any, ...]], None]] = {
    "type": _type,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "minProperties": _least_members,
    "maxProperties": _most_members,
    "minLength": _least_length,
    "maxLength": _most_length,
    "maxItems": _most_items,
    "minimum": _least,
    "pattern": _pattern,
    "enum": _enum,
    "oneOf": _one_of,
    "format": _format,
}
