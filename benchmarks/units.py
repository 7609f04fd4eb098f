"""The units that DynamoDB bills a request in: "DynamoDB read and write operations" and "DynamoDB item sizes and
formats" in its developer guide. Items and values are as its API spells them."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from chalicelib.store.interface import Index, Table

READ_UNIT: Final = 4096
WRITE_UNIT: Final = 1024
OVERHEAD: Final = 100  # of each item in what is stored, and of it in each index

Item = Mapping[str, Any]


def of_read(operation: str, told: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """GetItem, BatchGetItem, Query. What is not there is paid for as the smallest item ("BatchGetItem")."""
    if operation == "BatchGetItem":
        return sum(_of_batch(told["RequestItems"], answer))
    found = answer.get("Items") or [answer[word] for word in ("Item",) if word in answer]
    return _read(sum(map(size, found)), consistent=told.get("ConsistentRead", False))


def _of_batch(wanted: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[float]:
    for table, part in wanted.items():
        found = answer.get("Responses", {}).get(table, [])
        sizes = [*map(size, found), *[0] * (len(part["Keys"]) - len(found))]
        yield from (_read(one, consistent=part.get("ConsistentRead", False)) for one in sizes)


def _read(length: int, *, consistent: bool) -> float:
    units = max(1, math.ceil(length / READ_UNIT))
    return units if consistent else units / 2


def of_write(old: Item | None, new: Item | None) -> int:
    """Of a write to the table, before a transaction doubles it: the larger of both counts. A refused one, too. What
    that does to the indexes is doubled with it, says AWS's DynamoDB Local."""
    return max([1, *(math.ceil(size(one) / WRITE_UNIT) for one in (old, new) if one)])


def of_indexes(table: Table, old: Item | None, new: Item | None) -> int:
    """Indexes hold all that an item has, or its keys alone. A change of their keys is a delete and a put."""
    return sum(
        _of_index(index, *(_held(table, index, item) for item in (old, new))) for index in table.indexes.values()
    )


def _held(table: Table, index: Index, item: Item | None) -> Item | None:
    """What is in the index of it, if it is in it."""
    if item is None or _entry(index, item) is None:
        return None
    keys = (*table.keys, index.hash_key, index.range_key)
    return {name: item[name] for name in keys} if index.keys_only else item


def _of_index(index: Index, was: Item | None, is_now: Item | None) -> int:
    if was == is_now:
        return 0
    if _entry(index, was) == _entry(index, is_now):
        return of_write(was, is_now)
    return sum(of_write(one, None) for one in (was, is_now) if one is not None)


def _entry(index: Index, item: Item | None) -> tuple[str, str] | None:
    """An item's keys in an index, if it is in it."""
    keys = [(item or {}).get(name, {}).get("S") for name in (index.hash_key, index.range_key)]
    return None if None in keys else (str(keys[0]), str(keys[1]))


def stored(table: Table, item: Item) -> int:
    """Bytes that it takes, with its copies in indexes."""
    copies = [item, *filter(None, (_held(table, index, item) for index in table.indexes.values()))]
    return sum(size(one) + OVERHEAD for one in copies)


def size(item: Item) -> int:
    """Bytes."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return _number(held)
        case "B":
            return len(base64.b64decode(held)) if isinstance(held, str) else len(held)
        case "NS":
            return sum(map(_number, held))
        case "L":
            return 3 + _all(held)
        case "M":
            return 3 + size(held) + len(held)
        case _:
            return 1  # NULL, BOOL


def _all(values: Iterable[Mapping[str, Any]]) -> int:
    return sum(1 + _value(value) for value in values)


def _number(text: str) -> int:
    """A byte for each two digits, counted from the decimal point, without zeros at the ends; one more, and one for a
    sign."""
    whole, _, fraction = f"{abs(Decimal(text)):f}".partition(".")
    digits = whole.zfill(len(whole) + len(whole) % 2) + fraction.ljust(len(fraction) + len(fraction) % 2, "0")
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    while pairs and pairs[0] == "00":
        pairs.pop(0)
    return len(pairs) + 1 + text.startswith("-")
