"""Items come back as they were put."""

from __future__ import annotations

import enum
import pprint
from typing import Any

import pytest

from chalicelib.store import CONNECTIONS, OPERATIONS, BadCursor, Put, Store, StoreUnavailable, Update

KEY = ("driver", "d1")


def put_and_get(store: Store, value: Any) -> Any:
    store.write(Put(CONNECTIONS, {"kind": "driver", "name": "d1", "value": value}))
    item = store.get(CONNECTIONS, KEY)
    assert item is not None
    return item["value"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        "Grüße, 世界 🕷 \u2028 \x00 \x1f \" ' \\ \U0010ffff",
        0,
        -7,
        2**63,
        10**38 - 1,
        1.0,
        0.1,
        -2.5e-100,
        1e100,
        123456789.123456789,
        True,
        False,
        b"",
        b"\x00\xff binary",
        [],
        {},
        [1, 1.0, True, None, "1", b"1", [], {}],
        {"a": {"b": [{"c": None, "d": 1.5}]}, "x.y": 2, "x[0]": 3, "#": 4, ":v": 5, "{0}": 6},
        {"$bytes": "YQ=="},
        {"$$bytes": {"$bytes": b"a"}},
        {"$": 1},
        {"S": "like DynamoDB's own"},
        {"NS": ["1"]},
    ],
    ids=repr,
)
def test_every_value_and_its_type_survives(store: Store, value: Any) -> None:
    got = put_and_get(store, value)
    # 1 == 1.0 == True, but their spellings differ. The order of names is not kept.
    assert pprint.pformat(got) == pprint.pformat(value)


def test_float_without_fraction_survives_an_update_and_a_condition(store: Store) -> None:
    put_and_get(store, 1.0)
    store.write(Update(CONNECTIONS, KEY, {"value": 2.0}, when={"value": 1.0}))
    item = store.get(CONNECTIONS, KEY)
    assert item is not None
    assert repr(item["value"]) == "2.0"


def test_minus_zero_is_zero(store: Store) -> None:
    put_and_get(store, -0.0)
    store.write(Update(CONNECTIONS, KEY, {"value": 1}, when={"value": 0.0}))


def test_item_of_300_kb(store: Store) -> None:
    text = "ab€" * 60_000
    assert put_and_get(store, text) == text
    assert put_and_get(store, b"\x00" * 300_000) == b"\x00" * 300_000


def test_deepest_nesting(store: Store) -> None:
    value: Any = "bottom"
    for _ in range(30):
        value = [value]
    assert put_and_get(store, value) == value


def test_top_level_none_is_no_attribute(store: Store) -> None:
    store.write(Put(CONNECTIONS, {"kind": "driver", "name": "d1", "gone": None}))
    assert store.get(CONNECTIONS, KEY) == {"kind": "driver", "name": "d1"}


def test_enums_of_strings_and_tuples_come_back_plain(store: Store) -> None:
    class State(enum.StrEnum):
        ACTIVE = "ACTIVE"

    assert repr(put_and_get(store, State.ACTIVE)) == "'ACTIVE'"
    assert put_and_get(store, (1, 2)) == [1, 2]


def test_the_store_keeps_no_reference_to_what_it_was_given(store: Store) -> None:
    inner: list[int] = [1]
    store.write(Put(CONNECTIONS, {"kind": "driver", "name": "d1", "value": inner}))
    inner.append(2)
    item = store.get(CONNECTIONS, KEY)
    assert item is not None
    assert item["value"] == [1]


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        1e300,
        1e-200,
        10**38,
        {1, 2},
        object(),
        {1: "a"},
        {"": 1},
        "x" * 420_000,
        b"x" * 420_000,
    ],
    ids=lambda value: f"{value!r:.12}",
)
def test_what_an_engine_could_not_keep_is_refused(store: Store, value: Any) -> None:
    with pytest.raises(ValueError, match="."):
        put_and_get(store, value)
    assert store.get(CONNECTIONS, KEY) is None


def test_too_deep_nesting_is_refused(store: Store) -> None:
    value: Any = "bottom"
    for _ in range(40):
        value = {"a": value}
    with pytest.raises(ValueError, match="deep"):
        put_and_get(store, value)


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "driver"},
        {"kind": "", "name": "x"},
        {"kind": "driver", "name": 1},
        {"kind": "driver", "name": "x" * 1025},
        {"kind": "k" * 2049, "name": "x"},
        {"kind": "driver", "name": "x", "expires": 1.5},
        {"kind": "driver", "name": "x", "expires": True},
        {"kind": "driver", "name": "x", "expires": "soon"},
        {"kind": "driver", "name": "x", "": 1},
    ],
    ids=lambda item: f"{item!r:.40}",
)
def test_bad_keys_and_expiry_are_refused(store: Store, item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="."):
        store.write(Put(CONNECTIONS, item))
    with pytest.raises(ValueError, match="."):
        store.put_all(CONNECTIONS, [item])


@pytest.mark.parametrize("value", ["", 5, "x" * 1025])
def test_bad_index_keys_are_refused(store: Store, value: Any) -> None:
    with pytest.raises(ValueError, match="due"):
        store.write(Put(OPERATIONS, {"id": "o1", "unfinished": "y", "due": value}))
    store.write(Put(OPERATIONS, {"id": "o1"}))
    with pytest.raises(ValueError, match="due"):
        store.write(Update(OPERATIONS, ("o1",), {"unfinished": "y", "due": value}))


def test_longest_keys(store: Store) -> None:
    item = {"kind": "k" * 2048, "name": "é" * 512, "value": 1}
    store.write(Put(CONNECTIONS, item))
    assert store.get(CONNECTIONS, ("k" * 2048, "é" * 512)) == item


@pytest.mark.parametrize("key", [(), ("driver",), ("driver", ""), ("driver", "a", "b")])
def test_keys_of_the_wrong_shape_are_refused(store: Store, key: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="."):
        store.get(CONNECTIONS, key)
    with pytest.raises(ValueError, match="."):
        store.get_many(CONNECTIONS, [KEY, key])


def test_get_of_a_missing_item_is_none(store: Store) -> None:
    assert store.get(CONNECTIONS, KEY) is None
    assert store.get(OPERATIONS, ("none",)) is None


def test_get_many_keeps_the_order_and_shows_gaps(store: Store) -> None:
    store.put_all(CONNECTIONS, [{"kind": "k", "name": f"n{n}"} for n in range(0, 250, 2)])
    keys = [("k", f"n{n}") for n in reversed(range(250))]
    got = store.get_many(CONNECTIONS, keys)
    assert [item and item["name"] for item in got] == [f"n{n}" if n % 2 == 0 else None for n in reversed(range(250))]


def test_get_many_of_nothing_and_of_the_same_key_twice(store: Store) -> None:
    assert store.get_many(CONNECTIONS, []) == []
    put_and_get(store, 1)
    assert store.get_many(CONNECTIONS, [KEY, ("k", "none"), KEY])[::2] == [store.get(CONNECTIONS, KEY)] * 2


def test_get_many_of_large_items(store: Store) -> None:
    """More than the 16 MB that one BatchGetItem gives: the rest is asked for again."""
    store.put_all(OPERATIONS, [{"id": f"o{n}", "text": "x" * 350_000} for n in range(60)])
    got = store.get_many(OPERATIONS, [(f"o{n}",) for n in range(60)])
    assert [item and item["id"] for item in got] == [f"o{n}" for n in range(60)]


def test_put_all_writes_all_and_the_last_of_equal_keys_wins(store: Store) -> None:
    items = [{"kind": "k", "name": f"n{n:02}", "value": n} for n in range(60)]
    store.put_all(CONNECTIONS, [*items, {"kind": "k", "name": "n05", "value": "last"}])
    page = store.query(CONNECTIONS, "k")
    assert [item["value"] for item in page.items] == [n if n != 5 else "last" for n in range(60)]
    store.put_all(CONNECTIONS, [])


def test_put_all_replaces_whole_items(store: Store) -> None:
    put_and_get(store, 1)
    store.put_all(CONNECTIONS, [{"kind": "driver", "name": "d1", "other": 2}])
    assert store.get(CONNECTIONS, KEY) == {"kind": "driver", "name": "d1", "other": 2}


def test_the_callers_mistakes_are_value_errors() -> None:
    assert issubclass(BadCursor, ValueError)
    assert not issubclass(StoreUnavailable, ValueError)
