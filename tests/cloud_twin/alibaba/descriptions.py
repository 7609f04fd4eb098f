"""Alibaba Cloud's own description of its operations: which parameters there are, of which types."""

from __future__ import annotations

import functools
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "descriptions"
MODELS = {"ecs": "alibabacloud_ecs20140526.models", "vpc": "alibabacloud_vpc20160428.models"}
_INDEXED = re.compile(r"([^.]+)\.([1-9]\d*)(?:\.(.+))?")
_LISTS, _NONE = ("RepeatList", "Array"), {"type": ""}
_TYPES = {
    "String": r".*",
    "Integer": r"-?\d{1,10}",
    "Long": r"-?\d{1,19}",
    "Float": r"-?\d+(\.\d+)?",
    "Boolean": r"true|false",
}


@functools.cache
def of(product: str, operation: str) -> Mapping[str, Any] | None:
    path = FOLDER / product / f"{operation}.json"
    found: Mapping[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
    return found


@functools.cache
def parameters(product: str, operation: str) -> Mapping[str, Mapping[str, Any]]:
    """By name."""
    found = of(product, operation)
    assert found, f"{product} {operation} is not described"
    return {one["name"]: one for one in found["parameters"]}


@functools.cache
def members(product: str, operation: str, parameter: str) -> Mapping[str, str]:
    """Name to type, of an element of a list of objects; empty for a list of texts. For lists that are called arrays the
    description does not tell: the typed request of the new SDK does."""
    found = parameters(product, operation)[parameter]
    if found["type"] != "Array":
        return {one["name"]: one["type"] for one in found.get("sub_parameters", ())}
    module = importlib.import_module(MODELS[product])
    made = getattr(module, f"{operation}Request{parameter}")()
    names = {name.replace("_", "").lower(): name for name in vars(made)}
    return dict.fromkeys(_wire_names(made, names), "String")


def _wire_names(made: Any, names: Mapping[str, str]) -> list[str]:
    """As `to_map` writes them."""
    for name in names.values():
        setattr(made, name, "x")
    return list(made.to_map())


def request_faults(product: str, operation: str, sent: Mapping[str, str]) -> Iterator[str]:
    """`sent`: the operation's own parameters."""
    known = parameters(product, operation)
    for name, text in sent.items():
        if name != "RegionId" or name in known:
            yield from _parameter_faults(product, operation, name, text)
    for name, one in known.items():
        there = name in sent or any(given.startswith(f"{name}.") for given in sent)
        if one["required"] and not there:
            yield f"{name} is required, and was not sent"


def _parameter_faults(product: str, operation: str, name: str, text: str) -> Iterator[str]:
    known = parameters(product, operation)
    kind = known[name]["type"] if name in known else None
    if kind is None and (found := _INDEXED.fullmatch(name)) and known.get(found[1], _NONE)["type"] in _LISTS:
        inner = members(product, operation, found[1])
        kind = inner.get(found[3]) if found[3] else None if inner else "String"
    if kind is None:
        yield f"there is no parameter {name}"
    elif not re.fullmatch(_TYPES[kind], text, re.DOTALL):
        yield f"{name} is {text!r}, and should be of the type {kind}"
