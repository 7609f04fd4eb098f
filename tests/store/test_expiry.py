"""An expired item is absent, everywhere, from the second its time has come."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.store import CALLS, OPERATIONS, Check, Delete, Put, Store, Update
from tests.store.support import EPOCH, Clock, put_calls, ranges, refused

NOW = int(EPOCH)
KEY = ("o1",)


def put(store: Store, **attributes: Any) -> None:
    store.write(Put(OPERATIONS, {"id": "o1", **attributes}))


def test_an_item_lives_until_the_second_it_expires(store: Store, clock: Clock) -> None:
    put(store, expires=NOW + 10)
    clock.time = EPOCH + 9.999
    assert store.get(OPERATIONS, KEY) is not None
    clock.time = EPOCH + 10
    assert store.get(OPERATIONS, KEY) is None
    clock.time = EPOCH + 10.5
    assert store.get(OPERATIONS, KEY) is None


def test_expired_items_are_absent_for_every_read(store: Store) -> None:
    put(store, expires=NOW, unfinished="y", due="1")
    assert store.get(OPERATIONS, KEY) is None
    assert store.get_many(OPERATIONS, [KEY]) == [None]
    assert store.query(OPERATIONS, "o1").items == []
    assert store.query(OPERATIONS, "y", index="unfinished").items == []


def test_put_if_absent_over_an_expired_item(store: Store) -> None:
    put(store, expires=NOW, old=True)
    store.write(Put(OPERATIONS, {"id": "o1", "new": True}, if_absent=True))
    assert store.get(OPERATIONS, KEY) == {"id": "o1", "new": True}
    assert refused(lambda: store.write(Put(OPERATIONS, {"id": "o1"}, if_absent=True))) == (0,)


def test_put_if_absent_before_it_expires(store: Store) -> None:
    put(store, expires=NOW + 1)
    assert refused(lambda: store.write(Put(OPERATIONS, {"id": "o1"}, if_absent=True))) == (0,)


def test_conditions_do_not_see_expired_items(store: Store) -> None:
    put(store, expires=NOW, a=1)
    assert refused(lambda: store.write(Update(OPERATIONS, KEY, {"a": 2}))) == (0,)
    assert refused(lambda: store.write(Update(OPERATIONS, KEY, {}))) == (0,)
    assert refused(lambda: store.write(Update(OPERATIONS, KEY, {"expires": NOW + 9}))) == (0,)
    assert refused(lambda: store.write(Delete(OPERATIONS, KEY, {"a": 1}))) == (0,)
    assert refused(lambda: store.write(Check(OPERATIONS, KEY))) == (0,)
    assert refused(lambda: store.write(Check(OPERATIONS, KEY, {"a": 1}))) == (0,)
    store.write(Check(OPERATIONS, KEY, absent=True))
    store.write(Delete(OPERATIONS, KEY))


def test_conditions_see_items_that_will_expire(store: Store) -> None:
    put(store, expires=NOW + 1, a=1)
    store.write(Check(OPERATIONS, KEY, {"expires": NOW + 1}))
    assert refused(lambda: store.write(Check(OPERATIONS, KEY, absent=True))) == (0,)
    store.write(Update(OPERATIONS, KEY, {"a": 2}, when={"a": 1}))
    store.write(Delete(OPERATIONS, KEY, {"a": 2}))


def test_update_moves_and_removes_the_expiry(store: Store, clock: Clock) -> None:
    put(store, expires=NOW + 10)
    store.write(Update(OPERATIONS, KEY, {"expires": NOW + 20}))
    clock.time = EPOCH + 15
    store.write(Update(OPERATIONS, KEY, {"expires": None}))
    clock.time = EPOCH + 1e9
    assert store.get(OPERATIONS, KEY) == {"id": "o1"}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_count_live_items_only(store: Store, limit: int) -> None:
    put_calls(store, "03", "17", "25")
    store.put_all(CALLS, [{"shard": "s", "at": f"{n:02}x", "expires": NOW} for n in range(30)])
    found, cursor = [], None
    while True:
        page = store.query(CALLS, "s", limit=limit, cursor=cursor)
        found.append(ranges(page))
        cursor = page.cursor
        if cursor is None:
            break
    live = ["03", "17", "25"]
    assert found == [live[n : n + limit] for n in range(0, 3, limit)]


def test_a_cursor_whose_item_has_expired_still_serves(store: Store, clock: Clock) -> None:
    store.put_all(CALLS, [{"shard": "s", "at": at, "expires": NOW + 10} for at in "abc"])
    put_calls(store, "d")
    page = store.query(CALLS, "s", limit=2)
    clock.time = EPOCH + 10
    assert ranges(store.query(CALLS, "s", limit=2, cursor=page.cursor)) == ["d"]
