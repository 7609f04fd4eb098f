"""An operation's parameters: declared in one line of text, read from what was sent.

RegionId!               text that must be there
Amount:int              a whole number; also :long, :bool, :float
SecurityGroupIds[]      SecurityGroupIds.1, SecurityGroupIds.2, …
Tag[Key!,Value]         Tag.1.Key, Tag.1.Value, …; with a mark behind the brackets one must be there
SystemDisk.Size         a name with a dot, as it is
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import AlibabaError, invalid, invalid_type, mandatory, unserved

_DECLARED = re.compile(r"([\w.]+)(!?)(?::(\w+))?(\[([\w,!:]*)\](!?))?")
_LISTED = re.compile(r"(\w+)\.([1-9]\d{0,2})(?:\.(\w+))?")
_WHOLE = re.compile(r"-?\d{1,18}")
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Parameter:
    """`members`: of an element of a list of objects; `listed`: whether it is a list."""

    name: str
    kind: str = "text"
    required: bool = False
    listed: bool = False
    members: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class Given:
    """What a caller has given: text, int, float, bool, or lists of texts or of objects with such members."""

    region: str
    values: Mapping[str, Any] = field(repr=False)

    def has(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def number(self, name: str, default: int = 0) -> int:
        return int(self.values.get(name, default))

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.values.get(name, default))

    def texts(self, name: str) -> list[str]:
        return list(self.values.get(name, ()))

    def objects(self, name: str) -> list[dict[str, Any]]:
        return list(self.values.get(name, ()))

    def json_texts(self, name: str) -> list[str] | None:
        """Of a parameter that is a list of texts in JSON; None without it. Raises AlibabaError."""
        if name not in self.values:
            return None
        try:
            found = json.loads(self.text(name))
        except ValueError:
            raise malformed_list(name) from None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise malformed_list(name)
        return found


def malformed_list(name: str) -> AlibabaError:
    return invalid(name, f"Invalid{name}.Malformed")


def declared(text: str) -> tuple[Parameter, ...]:
    return tuple(_parameter(word) for word in text.split())


def _parameter(word: str) -> Parameter:
    found = _DECLARED.fullmatch(word)
    assert found, word
    name, required, kind, brackets, members, list_required = found.groups()
    inner = tuple(_parameter(one) for one in members.split(",") if one) if members else ()
    return Parameter(name, kind or "text", bool(required or list_required), bool(brackets), inner)


def read(known: Sequence[Parameter], sent: Mapping[str, str], region: str) -> Given:
    """Raises AlibabaError for what is not known, missing, or of another type."""
    by_name = {one.name: one for one in known}
    values: dict[str, Any] = {}
    lists: dict[str, dict[int, Any]] = {}
    for name, text in sent.items():
        plain = by_name.get(name)
        if plain and not plain.listed:
            values[name] = _value(plain, name, text)
        elif (found := _LISTED.fullmatch(name)) and (listed := by_name.get(found[1])) and listed.listed:
            _add(listed, lists.setdefault(listed.name, {}), int(found[2]), found[3], name, text)
        elif name != "RegionId":
            raise unserved(f"the parameter '{name}'")
    for name, elements in lists.items():
        values[name] = [elements[index] for index in sorted(elements)]
    _check_required(known, values)
    return Given(region, values)


def _add(listed: Parameter, elements: dict[int, Any], index: int, member: str | None, name: str, text: str) -> None:
    if not listed.members:
        if member:
            raise unserved(f"the parameter '{name}'")
        elements[index] = text
        return
    known = {one.name: one for one in listed.members}
    if not member or member not in known:
        raise unserved(f"the parameter '{name}'")
    elements.setdefault(index, {})[member] = _value(known[member], name, text)


def _value(parameter: Parameter, name: str, text: str) -> Any:
    if parameter.kind in ("int", "long"):
        if not _WHOLE.fullmatch(text):
            raise invalid_type(name)
        return int(text)
    if parameter.kind == "bool":
        if text.lower() not in _FLAGS:
            raise invalid_type(name)
        return _FLAGS[text.lower()]
    if parameter.kind == "float":
        try:
            return float(text)
        except ValueError:
            raise invalid_type(name) from None
    return text


def _check_required(known: Sequence[Parameter], values: Mapping[str, Any]) -> None:
    for one in known:
        if one.required and values.get(one.name) in (None, "", []):
            raise mandatory(one.name)
        for index, element in enumerate(values.get(one.name, ()) if one.members else (), 1):
            for member in one.members:
                if member.required and member.name not in element:
                    raise mandatory(f"{one.name}.{index}.{member.name}")
