"""Plain values <-> DynamoDB's attribute values (AttributeValue in its API reference).

A float without a fraction is a number set of one: DynamoDB returns the number 1.0 as 1, but types must
survive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Attribute = dict[str, Any]


def encode(value: Any) -> Attribute:
    """The attribute value of a plain value."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, float):
        return {"NS": [repr(value)]} if value.is_integer() else {"N": repr(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list):
        return {"L": [encode(element) for element in value]}
    return {"M": encode_item(value)}


def encode_item(item: Mapping[str, Any]) -> dict[str, Attribute]:
    """The attribute values of an item, or of a nested dict."""
    return {name: encode(value) for name, value in item.items()}


def decode(attribute: Mapping[str, Any]) -> Any:
    """The plain value that `encode` was given. Raises ValueError for a kind that this store never writes."""
    kind, value = next(iter(attribute.items()))
    if kind in ("S", "BOOL", "B"):
        return value
    if kind == "NULL":
        return None
    if kind == "N":
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if kind == "NS":
        return float(value[0])
    if kind == "L":
        return [decode(element) for element in value]
    if kind == "M":
        return decode_item(value)
    raise ValueError(f"attribute of a kind that Spider does not write: {kind}")


def decode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values of an item, or of a nested dict."""
    return {name: decode(value) for name, value in item.items()}
