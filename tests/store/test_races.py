"""Many threads, and several stores over the same data."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.store import CONNECTIONS, IDENTITIES, OPERATIONS, Check, Conflict, Put, Store, Update
from tests.store.support import in_threads, refused


def test_one_winner_among_sixteen(store: Store) -> None:
    def compete(number: int) -> bool:
        item = {"connection": "c", "key": "vpc#v1", "winner": number}
        return refused(lambda: store.write(Put(IDENTITIES, item, if_absent=True))) == ()

    won = in_threads(16, compete)
    assert won.count(True) == 1
    item = store.get(IDENTITIES, ("c", "vpc#v1"))
    assert item is not None
    assert item["winner"] == won.index(True)


def test_one_winner_among_sixteen_transactions(store: Store) -> None:
    def compete(number: int) -> tuple[int, ...]:
        name = Put(IDENTITIES, {"connection": "c", "key": "vpc#v1", "winner": number}, if_absent=True)
        return refused(lambda: store.write(Put(OPERATIONS, {"id": f"o{number}"}), name))

    results = in_threads(16, compete)
    assert sorted(results) == [(), *[(1,)] * 15]
    left = store.get_many(OPERATIONS, [(f"o{n}",) for n in range(16)])
    assert [item is not None for item in left] == [result == () for result in results]


def test_increments_of_64_threads_are_all_counted(store: Store) -> None:
    key = ("counter", "n")
    store.write(Put(CONNECTIONS, {"kind": "counter", "name": "n", "value": 0}))

    def increment(_: int) -> int:
        tries = 0
        while True:
            tries += 1
            item = store.get(CONNECTIONS, key)
            assert item is not None
            value = item["value"]
            try:
                store.write(Update(CONNECTIONS, key, {"value": value + 1}, when={"value": value}))
            except Conflict:
                continue
            return tries

    in_threads(64, increment)
    item = store.get(CONNECTIONS, key)
    assert item is not None
    assert item["value"] == 64


def test_a_hundred_threads_write_at_once(store: Store) -> None:
    def work(number: int) -> None:
        store.write(Put(OPERATIONS, {"id": f"o{number}"}, if_absent=True))
        store.write(Update(OPERATIONS, (f"o{number}",), {"done": True}))

    in_threads(100, work)
    found = store.get_many(OPERATIONS, [(f"o{n}",) for n in range(100)])
    assert all(item is not None and item["done"] for item in found)


def test_an_exchange_never_shows_half_of_itself(store: Store) -> None:
    """Of two items exactly one holds the token; transactions pass it to and fro."""
    for name, holds in (("a", True), ("b", False)):
        store.write(Put(CONNECTIONS, {"kind": "k", "name": name, "holds": holds}))

    def move(number: int) -> None:
        source, target = ("a", "b") if number % 2 else ("b", "a")
        for _ in range(8):
            refused(
                lambda: store.write(
                    Update(CONNECTIONS, ("k", source), {"holds": False}, when={"holds": True}),
                    Update(CONNECTIONS, ("k", target), {"holds": True}, when={"holds": False}),
                    Check(CONNECTIONS, ("k", "none"), absent=True),
                )
            )

    in_threads(8, move)
    assert sorted(item["holds"] for item in store.query(CONNECTIONS, "k").items) == [False, True]


def test_two_stores_over_the_same_data(opened: Callable[[], Store]) -> None:
    stores = [opened() for _ in range(4)]
    in_threads(4, lambda number: stores[number].create_tables())
    won = in_threads(
        4, lambda number: refused(lambda: stores[number].write(Put(OPERATIONS, {"id": "o1"}, if_absent=True)))
    )
    assert sorted(won) == [(), (0,), (0,), (0,)]
    assert all(store.get(OPERATIONS, ("o1",)) == {"id": "o1"} for store in stores)


def test_creating_tables_again_keeps_what_is_there(store: Store) -> None:
    store.write(Put(OPERATIONS, {"id": "o1"}))
    store.create_tables()
    assert store.get(OPERATIONS, ("o1",)) == {"id": "o1"}
