"""Which items and changes a store takes: DynamoDB's limits, held on every engine so that none surprises.

Source of the figures: "Quotas in Amazon DynamoDB" in AWS's developer guide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from .interface import ABSENT, EXPIRES, MAX_CHANGES, Change, Check, Item, Key, Put, Table, Update

MAX_ITEM_BYTES: Final = 400 * 1024
MAX_DEPTH: Final = 31
MAX_HASH_BYTES: Final = 2048
MAX_RANGE_BYTES: Final = 1024
MAX_INT: Final = 10**38 - 1
MAX_EXPIRES: Final = 2**53
MIN_FLOAT: Final = 1e-130
MAX_FLOAT: Final = 9.9e125


def plain(value: Any, depth: int = 0) -> Any:
    """A deep copy of the value in plain types (an enum of strings becomes a string). Raises ValueError."""
    if type(value) is str or value is None or isinstance(value, bool | bytes):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise ValueError("integer of more than 38 digits")
        return int(value)
    if isinstance(value, float):
        if value and not MIN_FLOAT <= abs(value) <= MAX_FLOAT:  # infinities and NaN fail this too
            raise ValueError(f"number out of range: {value}")
        return float(value) + 0.0  # -0.0 becomes 0.0: DynamoDB does not tell them apart
    if depth > MAX_DEPTH:
        raise ValueError("value nested too deeply")
    if isinstance(value, list | tuple):
        return [plain(element, depth + 1) for element in value]
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) and name for name in value):
            raise ValueError("a name inside an item is empty or not a string")
        return {str.__str__(name): plain(element, depth + 1) for name, element in value.items()}
    raise ValueError(f"a store does not take values of type {type(value).__name__}")


def plain_item(table: Table, item: Mapping[str, Any]) -> Item:
    """The item as it will be kept, checked against the table. Raises ValueError."""
    kept: Item = plain({name: value for name, value in item.items() if value is not None})
    check_key(table, tuple(kept.get(name, "") for name in table.keys))
    _check_attributes(table, kept)
    _check_size(kept)
    return kept


def updated_item(item: Item, attributes: Mapping[str, Any]) -> Item:
    """A kept item as an update, which is prepared, leaves it. Raises ValueError."""
    kept = {name: value for name, value in {**item, **attributes}.items() if value is not None}
    _check_size(kept)
    return kept


def key_of(table: Table, item: Mapping[str, Any]) -> Key:
    """The item's key."""
    return tuple(item[name] for name in table.keys)


def check_key(table: Table, key: Sequence[Any]) -> None:
    """Raises ValueError unless the key fits the table."""
    if len(key) != len(table.keys):
        raise ValueError(f"a key of {table.name} has {len(table.keys)} part(s), not {len(key)}")
    for name, value, longest in zip(table.keys, key, (MAX_HASH_BYTES, MAX_RANGE_BYTES), strict=False):
        check_key_value(name, value, longest)


def check_key_value(name: str, value: Any, longest: int = MAX_HASH_BYTES) -> None:
    """Raises ValueError unless the value can be a key attribute."""
    if not isinstance(value, str) or not 0 < len(value.encode()) <= longest:
        raise ValueError(f"key attribute {name} is not a string of 1 to {longest} bytes: {value!r:.80}")


def prepare(changes: Sequence[Change]) -> list[Change]:
    """The changes out of plain values, a `when` of None meaning "not there".

    Raises ValueError for too many changes, two of one item, or one that no engine could make.
    """
    if len(changes) > MAX_CHANGES:
        raise ValueError(f"{len(changes)} changes in one transaction; {MAX_CHANGES} are allowed")
    prepared = [_prepare(change) for change in changes]
    keys = {(change.table.name, change_key(change)) for change in prepared}
    if len(keys) < len(changes):
        raise ValueError("two changes of one item in one transaction")
    return prepared


def change_key(change: Change) -> Key:
    """The key of the item that the change is about."""
    return key_of(change.table, change.item) if isinstance(change, Put) else change.key


def _prepare(change: Change) -> Change:
    if isinstance(change, Put):
        return replace(change, item=plain_item(change.table, change.item))
    check_key(change.table, change.key)
    when = {name: None if value is ABSENT else plain(value) for name, value in change.when.items()}
    if isinstance(change, Check) and change.absent and when:
        raise ValueError("a check cannot ask for an absent item and for its attributes")
    if isinstance(change, Update):
        return _prepare_update(change, when)
    return replace(change, when=when)


def _prepare_update(change: Update, when: Mapping[str, Any]) -> Update:
    attributes = plain(change.set)
    if any(name in attributes for name in change.table.keys):
        raise ValueError(f"an update cannot change a key attribute of {change.table.name}")
    _check_attributes(change.table, attributes)
    return replace(change, set=attributes, when=when)


def floor_seconds(now: float) -> int:
    """The whole seconds of a clock's reading: an item is expired when its `expires` is at most that."""
    return math.floor(now)


def _check_attributes(table: Table, attributes: Mapping[str, Any]) -> None:
    for index in table.indexes.values():
        for name, longest in ((index.hash_key, MAX_HASH_BYTES), (index.range_key, MAX_RANGE_BYTES)):
            if attributes.get(name) is not None:
                check_key_value(name, attributes[name], longest)
    expires = attributes.get(EXPIRES, 0)
    if expires is not None and (type(expires) is not int or not 0 <= expires <= MAX_EXPIRES):
        raise ValueError(f"expires is not an integer of epoch seconds: {expires!r:.80}")


def _check_size(item: Item) -> None:
    most = 4 * len(repr(item))  # quick, and never less than the size
    if most > MAX_ITEM_BYTES and _size(item) > MAX_ITEM_BYTES:
        raise ValueError(f"item larger than {MAX_ITEM_BYTES} bytes")


def _size(value: Any) -> int:
    """About what DynamoDB counts: names and strings by their UTF-8 bytes, numbers by their digits."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, list):
        return 3 + sum(1 + _size(element) for element in value)
    if isinstance(value, dict):
        return 3 + sum(1 + _size(name) + _size(element) for name, element in value.items())
    return 1 if value is None or isinstance(value, bool) else 2 + len(str(value)) // 2
