"""The XML of answers: by moto's serializer, without what it would work out anew for each value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import Shape
from moto.core.serialize import (
    AttributePickerContext,
    EC2Serializer,
    SerializationContext,
    XFormedAttributePicker,
)
from moto.core.utils import get_service_model, get_value

Changes = Mapping[str, Callable[[Any], Any]]

_MISSING = object()
_picker = XFormedAttributePicker()
# Where a value of this class may keep the member of this shape: never another in the life of the process.
_places: dict[tuple[type, Shape], tuple[str, ...]] = {}


def write(action: str, result: Any, changes: Changes, request_id: str) -> str:
    """`changes`: by the end of a member's path, what is made of its value; the first that fits decides."""
    serializer = _Serializer(get_service_model("ec2").operation_model(action), SerializationContext(request_id))
    for path, change in changes.items():
        serializer.changes[path.rpartition(".")[2]].append((path, change))
    return str(serializer.serialize(result)["body"])


class _Serializer(EC2Serializer):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.changes: dict[str, list[tuple[str, Callable[[Any], Any]]]] = defaultdict(list)

    def get_value(self, value: Any, key: str, shape: Shape) -> Any:
        found = None
        for place in _places_of(value, key, shape):
            held = get_value(value, place, _MISSING)
            if held is not _MISSING:
                found = held
                break
        if key in self.changes:
            path = ".".join([*self.path, key])
            for end, change in self.changes[key]:
                if path.endswith(end):
                    return change(found)
        return found

    def _serialize_body(self, body: Mapping[str, Any]) -> str:
        ((name, members),) = body.items()
        namespace = members.pop("@xmlns")
        return f'<?xml version="1.0" encoding="utf-8"?>\n<{name} xmlns="{namespace}">{_inside(members)}</{name}>'


def _places_of(value: Any, key: str, shape: Shape) -> tuple[str, ...]:
    known = _places.get((type(value), shape))
    if known is None:
        known = tuple(dict.fromkeys(_picker.get_possible_keys(AttributePickerContext(value, key, shape))))
        _places[type(value), shape] = known
    return known


def _element(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, list):
        for one in value:
            yield from _element(name, one)
        return
    inside = _inside(value) if isinstance(value, dict) else escape(str(value))
    yield f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"


def _inside(members: Mapping[str, Any]) -> str:
    return "".join(piece for name, value in members.items() for piece in _element(name, value))
