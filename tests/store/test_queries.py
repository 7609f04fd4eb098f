"""Order, ranges, pages, indexes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chalicelib.store import CALLS, CONNECTIONS, OPERATIONS, BadCursor, Page, Put, Store, Update
from tests.store.support import put_calls, ranges


def pages(store: Store, limit: int, **how: Any) -> list[list[str]]:
    """The range keys, page by page."""
    found, cursor = [], None
    while True:
        page = store.query(CALLS, "s", limit=limit, cursor=cursor, **how)
        found.append(ranges(page))
        cursor = page.cursor
        if cursor is None:
            return found
        assert cursor.isascii()
        assert cursor.replace("-", "").replace("_", "").isalnum()


def test_items_come_in_utf8_order_of_the_range_key(store: Store) -> None:
    keys = ["b", "a", "B", "é", "\uffff", "🕷", "a b", "a#", "aa", "10", "9", "\U0010ffff", "~"]
    put_calls(store, *keys)
    put_calls(store, "other", shard="s2")
    in_order = sorted(keys, key=lambda key: key.encode())
    assert ranges(store.query(CALLS, "s")) == in_order
    assert ranges(store.query(CALLS, "s", reverse=True)) == in_order[::-1]


def test_no_items(store: Store) -> None:
    assert store.query(CALLS, "s") == Page([], None)
    assert store.query(CALLS, "s", limit=1) == Page([], None)
    assert store.query(CALLS, "s", index="by_operation") == Page([], None)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["a", "a%", "a#b", "aa", "b", "z\U0010ffff", "z\U0010ffffa", "\U0010ffff", "\U0010ffffb"]),
        ("a", ["a", "a%", "a#b", "aa"]),
        ("a#", ["a#b"]),
        ("a%", ["a%"]),
        ("a_", []),
        ("A", []),
        ("z\U0010ffff", ["z\U0010ffff", "z\U0010ffffa"]),
        ("\U0010ffff", ["\U0010ffff", "\U0010ffffb"]),
        ("\ud7ff", []),
    ],
)
def test_prefix(store: Store, prefix: str, expected: list[str]) -> None:
    put_calls(store, "a", "aa", "a#b", "a%", "b", "z\U0010ffff", "z\U0010ffffa", "\U0010ffff", "\U0010ffffb")
    assert sorted(ranges(store.query(CALLS, "s", prefix=prefix))) == sorted(expected)


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (("b", "d"), ["b", "c", "d"]),
        (("bb", "cc"), ["c"]),
        (("", "b"), ["a", "b"]),
        (("e", "\U0010ffff"), ["e"]),
        (("c", "c"), ["c"]),
        (("d", "b"), []),
        (("", ""), []),
        (("x", ""), []),
    ],
)
def test_between_includes_both_ends(store: Store, between: tuple[str, str], expected: list[str]) -> None:
    put_calls(store, *"abcde")
    assert ranges(store.query(CALLS, "s", between=between)) == expected
    assert ranges(store.query(CALLS, "s", between=between, reverse=True)) == expected[::-1]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("how", [{}, {"prefix": "a"}, {"between": ("a0", "a8")}], ids=str)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_pages_of_three(store: Store, count: int, how: dict[str, Any], reverse: bool) -> None:
    keys = [f"a{n}" for n in range(count)]
    put_calls(store, *keys, *([] if not how else ["A", "b"]))
    expected = keys[::-1] if reverse else keys
    assert pages(store, 3, reverse=reverse, **how) == [expected[n : n + 3] for n in range(0, max(count, 1), 3)]


def test_pages_of_one(store: Store) -> None:
    put_calls(store, *"abc")
    assert pages(store, 1) == [["a"], ["b"], ["c"]]


def test_a_page_goes_on_where_it_stopped_whatever_is_written_between(store: Store) -> None:
    put_calls(store, *"bcdf")
    first = store.query(CALLS, "s", limit=2)
    put_calls(store, *"ae")
    assert ranges(store.query(CALLS, "s", limit=9, cursor=first.cursor)) == ["d", "e", "f"]


def test_without_limit_all_pages_of_the_engine_are_read(store: Store) -> None:
    """3.6 MB: DynamoDB gives at most 1 MB a page."""
    store.put_all(CALLS, [{"shard": "s", "at": f"{n:03}", "text": "x" * 60_000} for n in range(60)])
    assert ranges(store.query(CALLS, "s")) == [f"{n:03}" for n in range(60)]
    page = store.query(CALLS, "s", limit=50)
    assert ranges(page) == [f"{n:03}" for n in range(50)]
    assert ranges(store.query(CALLS, "s", limit=50, cursor=page.cursor)) == [f"{n:03}" for n in range(50, 60)]


def test_table_without_range_key(store: Store) -> None:
    store.write(Put(OPERATIONS, {"id": "o1"}))
    assert store.query(OPERATIONS, "o1", limit=1) == Page([{"id": "o1"}], None)
    with pytest.raises(ValueError, match="range key"):
        store.query(OPERATIONS, "o1", prefix="a")


def due(store: Store, **how: Any) -> list[str]:
    return [item["id"] for item in store.query(OPERATIONS, "y", index="unfinished", **how).items]


def test_sparse_index_follows_the_attributes(store: Store) -> None:
    store.write(Put(OPERATIONS, {"id": "o1", "unfinished": "y", "due": "2"}))
    store.write(Put(OPERATIONS, {"id": "o2", "unfinished": "y", "due": "1", "more": [1]}))
    store.write(Put(OPERATIONS, {"id": "o3", "due": "0"}))
    store.write(Put(OPERATIONS, {"id": "o4", "unfinished": "y"}))
    store.write(Put(OPERATIONS, {"id": "o5", "unfinished": "n", "due": "0"}))
    assert due(store) == ["o2", "o1"]
    assert store.query(OPERATIONS, "y", index="unfinished").items[0]["more"] == [1]
    store.write(Update(OPERATIONS, ("o2",), {"due": "3"}))
    assert due(store) == ["o1", "o2"]
    store.write(Update(OPERATIONS, ("o1",), {"unfinished": None}))
    store.write(Update(OPERATIONS, ("o4",), {"due": "9"}))
    assert due(store) == ["o2", "o4"]
    store.write(Put(OPERATIONS, {"id": "o2"}))
    assert due(store) == ["o4"]


def test_index_with_range_and_reverse(store: Store) -> None:
    store.put_all(OPERATIONS, [{"id": f"o{n}", "unfinished": "y", "due": f"{n}"} for n in range(6)])
    assert due(store, between=("1", "3")) == ["o1", "o2", "o3"]
    assert due(store, prefix="4", reverse=True) == ["o4"]
    assert due(store, reverse=True, limit=2) == ["o5", "o4"]


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_of_an_index_with_equal_range_keys(store: Store, reverse: bool) -> None:
    items = [{"id": f"o{n}", "unfinished": "y", "due": f"{n // 4}"} for n in range(10)]
    store.put_all(OPERATIONS, items)
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = store.query(OPERATIONS, "y", index="unfinished", limit=3, reverse=reverse, cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
        assert len(page.items) == 3
    assert sorted(item["id"] for item in found) == [f"o{n}" for n in range(10)]
    assert [item["due"] for item in found] == sorted((item["due"] for item in items), reverse=reverse)


def test_index_whose_range_key_is_the_tables(store: Store) -> None:
    calls = [{"shard": f"s{n % 2}", "at": f"{n}", "operation": "op"} for n in range(5)]
    store.put_all(CALLS, calls)
    first = store.query(CALLS, "op", index="by_operation", limit=3)
    rest = store.query(CALLS, "op", index="by_operation", limit=3, cursor=first.cursor)
    assert ranges(first) + ranges(rest) == ["0", "1", "2", "3", "4"]
    assert rest.cursor is None


def cursor_of(store: Store, **how: Any) -> str:
    put_calls(store, *"abc")
    cursor = store.query(CALLS, "s", limit=1, **how).cursor
    assert cursor is not None
    return cursor


@pytest.mark.parametrize(
    "broken",
    ["", "x", "====", "bm90IGpzb24", "W10", "WzFd", "e30", "é", "\x00", "W1tbW1tbW1tbW1tbW1tb" * 2000, "InN0cmluZyI"],
    ids=lambda text: f"{text:.12}",
)
def test_broken_cursors(store: Store, broken: str) -> None:
    put_calls(store, *"abc")
    with pytest.raises(BadCursor):
        store.query(CALLS, "s", limit=1, cursor=broken)


def test_truncated_and_altered_cursors(store: Store) -> None:
    cursor = cursor_of(store)
    with pytest.raises(BadCursor):
        store.query(CALLS, "s", limit=1, cursor=cursor[: len(cursor) // 2])
    with pytest.raises(BadCursor):
        store.query(CALLS, "s", limit=1, cursor="A" + cursor[1:])


@pytest.mark.parametrize("position", [["z"], ["\ud800"], [1], [""], [], ["a", "b"]], ids=str)
def test_a_forged_position_is_a_broken_cursor(store: Store, position: list[Any]) -> None:
    put_calls(store, "p1", "p2")
    genuine = store.query(CALLS, "s", prefix="p", limit=1).cursor
    assert genuine is not None
    digest, _ = json.loads(base64.urlsafe_b64decode(genuine + "=="))
    forged = base64.urlsafe_b64encode(json.dumps([digest, *position]).encode()).decode()
    with pytest.raises(BadCursor):
        store.query(CALLS, "s", prefix="p", limit=1, cursor=forged)


@pytest.mark.parametrize(
    "other",
    [
        {"hash_value": "s2"},
        {"reverse": True},
        {"prefix": "a"},
        {"between": ("a", "z")},
        {"index": "by_operation"},
        {"table": CONNECTIONS},
    ],
    ids=str,
)
def test_cursor_of_another_query(store: Store, other: dict[str, Any]) -> None:
    cursor = cursor_of(store)
    with pytest.raises(BadCursor):
        store.query(**{"table": CALLS, "hash_value": "s", "limit": 1, "cursor": cursor, **other})


def test_a_cursor_serves_with_another_limit(store: Store) -> None:
    assert ranges(store.query(CALLS, "s", limit=9, cursor=cursor_of(store))) == ["b", "c"]
    assert ranges(store.query(CALLS, "s", cursor=cursor_of(store))) == ["b", "c"]


@pytest.mark.parametrize(
    "how",
    [{"limit": 0}, {"limit": -1}, {"index": "none"}, {"prefix": "a", "between": ("a", "b")}, {"hash_value": ""}],
    ids=str,
)
def test_arguments_that_do_not_fit(store: Store, how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="."):
        store.query(**{"table": CALLS, "hash_value": "s", **how})
