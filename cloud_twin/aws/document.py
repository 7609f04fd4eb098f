"""The XML of answers, in the order and under the names of botocore's model.

moto's own serializer finds out anew, for each value of each element, where that is kept and how it is written: half of
what an answer cost.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import Shape
from moto.core.serialize import AttributePickerContext, TimestampSerializer, XFormedAttributePicker
from moto.core.utils import get_service_model, get_value

Changes = Mapping[str, Callable[[Any], Any]]
# How a value is asked for what it keeps in a place, and the places in which that may be.
Reading = tuple[Callable[[Any, str, Any], Any], tuple[str, ...]]

_MISSING = object()
_picker = XFormedAttributePicker()
_times = TimestampSerializer(TimestampSerializer.TIMESTAMP_FORMAT_ISO8601_ZEROED)
# Where a value of this class may keep the member of this shape: never another in the life of the process.
_readings: dict[tuple[type, Shape], Reading] = {}


def write(action: str, result: Any, changes: Changes, request_id: str) -> str:
    """`changes`: by the end of a member's path, what is made of its value; the first that fits decides."""
    model = get_service_model("ec2")
    shape = model.operation_model(action).output_shape
    inside = "" if shape is None or result is None else _Writer(action, changes).inside(result, shape, shape.name)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<{action}Response xmlns="{model.metadata["xmlNamespace"]}">'
        f"{inside}<requestId>{request_id}</requestId></{action}Response>"
    )


class _Writer:
    def __init__(self, action: str, changes: Changes) -> None:
        self._path = [action]
        self._changes: dict[str, list[tuple[str, Callable[[Any], Any]]]] = defaultdict(list)
        for path, change in changes.items():
            self._changes[path.rpartition(".")[2]].append((path, change))

    def inside(self, value: Any, shape: Any, name: str) -> str:
        """What stands between an element's tags. `name`: the model's, of this member."""
        scalar = _SCALARS.get(shape.type_name)
        if scalar:
            return escape(scalar(value))
        self._path.append(name)
        pieces = self._members(value, shape) if shape.type_name == "structure" else self._elements(value, shape.member)
        inside = "".join(pieces)
        self._path.pop()
        return inside

    def _members(self, value: Any, shape: Any) -> Iterator[str]:
        for name, tag, member in _known(shape):
            held = self._held(value, name, member)
            if held is not None:
                yield _element(tag, self.inside(held, member, name))

    def _elements(self, values: Any, shape: Any) -> Iterator[str]:
        """Without structures that have no members."""
        tag = shape.serialization.get("name", "member")
        is_structure = shape.type_name == "structure"
        for value in values:
            inside = "" if is_structure and value is None else self.inside(value, shape, shape.name)
            if inside or not is_structure:
                yield _element(tag, inside)

    def _held(self, value: Any, name: str, shape: Shape) -> Any:
        read, places = _readings.get((type(value), shape)) or _reading(value, name, shape)
        found = None
        for place in places:
            held = read(value, place, _MISSING)
            if held is not _MISSING:
                found = held
                break
        if name in self._changes:
            path = ".".join([*self._path, name])
            for end, change in self._changes[name]:
                if path.endswith(end):
                    return change(found)
        return found


def _element(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>" if inside else f"<{tag}/>"


@cache
def _known(shape: Any) -> list[tuple[str, str, Any]]:
    """A structure's members: name, tag and shape."""
    for member in shape.members.values():
        member.parent = shape  # which moto's picker asks for
    return [(name, member.serialization.get("name", name), member) for name, member in shape.members.items()]


def _reading(value: Any, name: str, shape: Shape) -> Reading:
    places = tuple(dict.fromkeys(_picker.get_possible_keys(AttributePickerContext(value, name, shape))))
    kind = type(value)
    read: Callable[[Any, str, Any], Any] = get_value
    if not any("." in place for place in places):
        if kind is dict:
            read = dict.get
        elif not hasattr(kind, "__getitem__"):
            read = getattr
    _readings[kind, shape] = read, places
    return read, places


def _truth(value: Any) -> str:
    """moto keeps some of them as texts."""
    return "true" if str(value).lower() == "true" else "false"


def _time(value: Any) -> str:
    return str(_times._convert_timestamp_to_str(value, _times.default_format))


def _blob(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def _integer(value: Any) -> str:
    return str(int(value))


def _number(value: Any) -> str:
    return str(float(value))


_SCALARS: Mapping[str, Callable[[Any], str]] = {
    "blob": _blob,
    "boolean": _truth,
    "double": _number,
    "float": _number,
    "integer": _integer,
    "long": _integer,
    "string": str,
    "timestamp": _time,
}
