"""Answers of EC2 against the output shapes of botocore's model."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape

# Answers of the real service that its model does not enumerate: moto's data of types and images come from there.
UNLISTED = {
    ("PlatformValues", "windows"),
    ("SupportedAdditionalProcessorFeature", "metal-compatibility"),
}
NAMESPACE = "{http://ec2.amazonaws.com/doc/2016-11-15}"


def faults(body: bytes, operation: OperationModel) -> list[str]:
    """What the model does not know, or knows as something else; each with its place in the document."""
    root = ET.fromstring(body)
    if root.tag != f"{NAMESPACE}{operation.name}Response":
        return [f"the root is {root.tag}"]
    ids = root.findall(f"{NAMESPACE}requestId")
    for element in ids:
        root.remove(element)
    found = [] if len(ids) == 1 and ids[0].text else ["there is no requestId"]
    return found + list(_structure(root, operation.output_shape, operation.name))


def _structure(element: ET.Element, shape: Any, path: str) -> Iterator[str]:
    known = {inner.serialization.get("name", name): inner for name, inner in shape.members.items()} if shape else {}
    if element.text and element.text.strip():
        yield f"{path}: text in a structure: {element.text!r}"
    seen: set[str] = set()
    for child in element:
        name = child.tag.removeprefix(NAMESPACE)
        if name not in known:
            yield f"{path}: the element {name} is unknown"
        elif name in seen:
            yield f"{path}: the element {name} comes twice"
        else:
            yield from _any(child, known[name], f"{path}.{name}")
        seen.add(name)


def _list(element: ET.Element, shape: Any, path: str) -> Iterator[str]:
    own = shape.member.serialization.get("name", "member")
    for index, child in enumerate(element):
        if child.tag != NAMESPACE + own:
            yield f"{path}: {child.tag} stands among {own}s"
        yield from _any(child, shape.member, f"{path}[{index}]")


def _any(element: ET.Element, shape: Shape, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure(element, shape, path)
    elif shape.type_name == "list":
        yield from _list(element, shape, path)
    elif len(element):
        yield f"{path}: elements in a {shape.type_name}"
    elif not _TYPES.get(shape.type_name, _anything)(element.text or ""):
        yield f"{path}: {element.text!r} is no {shape.type_name}"
    elif not _enumerated(shape, element.text or ""):
        yield f"{path}: {element.text!r} is not in the enumeration {shape.name}"


def _enumerated(shape: Any, text: str) -> bool:
    values = getattr(shape, "enum", None)
    return not values or text in values or (shape.name, text) in UNLISTED


def _anything(_: str) -> bool:
    return True


def _time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _integer(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+", text))


_TYPES: dict[str, Callable[[str], bool]] = {
    "boolean": lambda text: text in ("true", "false"),
    "double": lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", text)),
    "integer": _integer,
    "long": _integer,
    "timestamp": _time,
}
