"""Random histories: the store against a plain dict."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.store import ABSENT, CALLS, Change, Check, Conflict, Delete, Put, Store, Update
from tests.store.support import EPOCH, Clock

RUNS = itertools.count()

Action = tuple[str, Any]

AT = st.sampled_from(["a", "ab", "b", "c#d"])
OPERATION = st.sampled_from([None, "x", "y"])
VALUE = st.sampled_from([None, 0, 1, 1.0, True, "", "1", b"1", [None, {"n": 1.5}]])
EXPIRES = st.sampled_from([None, int(EPOCH) + 2, int(EPOCH) + 6])
ATTRIBUTES = st.fixed_dictionaries({"operation": OPERATION, "value": VALUE, "expires": EXPIRES})
WHEN: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.fixed_dictionaries({"value": VALUE | st.just(ABSENT)})
)
CHANGE = st.one_of(
    st.tuples(st.just("put"), AT, ATTRIBUTES, st.booleans()),
    st.tuples(st.just("update"), AT, ATTRIBUTES, WHEN),
    st.tuples(st.just("delete"), AT, WHEN),
    st.tuples(st.just("check"), AT, WHEN),
    st.tuples(st.just("absent"), AT),
)
HISTORY = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.lists(CHANGE, min_size=1, max_size=3, unique_by=lambda change: change[1])),
        st.tuples(st.just("wait"), st.integers(1, 3)),
        st.tuples(st.just("read"), st.tuples(st.booleans(), st.integers(1, 3))),
    ),
    max_size=12,
)


class Model:
    """What a store does, with one dict."""

    def __init__(self, shard: str, clock: Clock) -> None:
        self.shard = shard
        self.clock = clock
        self.items: dict[str, dict[str, Any]] = {}

    def live(self) -> dict[str, dict[str, Any]]:
        return {at: i for at, i in sorted(self.items.items()) if i.get("expires", 1e99) > self.clock()}

    def write(self, changes: list[Change]) -> list[int]:
        live = self.live()
        failed = [n for n, change in enumerate(changes) if not holds(change, live.get(at_of(change)))]
        for change in [] if failed else changes:
            at = at_of(change)
            if isinstance(change, Put):
                self.items[at] = present(change.item)
            elif isinstance(change, Update):
                self.items[at] = present({**live[at], **change.set})
            elif isinstance(change, Delete):
                self.items.pop(at, None)
        return failed


def holds(change: Change, item: Mapping[str, Any] | None) -> bool:
    if isinstance(change, Put):
        return item is None or not change.if_absent
    if isinstance(change, Check) and change.absent:
        return item is None
    if item is None:
        return isinstance(change, Delete) and not change.when
    wanted = {name: None if value is ABSENT else value for name, value in change.when.items()}
    return all(repr(item.get(name)) == repr(value) for name, value in wanted.items())


def at_of(change: Change) -> str:
    return str(change.item["at"]) if isinstance(change, Put) else change.key[1]


def present(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def change_of(told: tuple[Any, ...], shard: str) -> Change:
    kind, at, *rest = told
    if kind == "put":
        item = {"shard": shard, "at": at, **rest[0]}
        return Put(CALLS, {**item, "operation": item["operation"] and shard + item["operation"]}, rest[1])
    if kind == "update":
        attributes = {**rest[0], "operation": rest[0]["operation"] and shard + rest[0]["operation"]}
        return Update(CALLS, (shard, at), attributes, rest[1])
    if kind == "delete":
        return Delete(CALLS, (shard, at), rest[0])
    return Check(CALLS, (shard, at), *([{}, True] if kind == "absent" else rest))


def write(store: Store, changes: list[Change]) -> list[int]:
    try:
        store.write(*changes)
    except Conflict as conflict:
        return list(conflict.failed)
    return []


def all_pages(store: Store, hash_value: str, index: str | None, reverse: bool, limit: int) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        how: dict[str, Any] = {"index": index, "reverse": reverse, "limit": limit, "cursor": cursor}
        page = store.query(CALLS, hash_value, **how)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
        assert len(page.items) == limit


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
def test_a_store_does_what_a_dict_does(store: Store, clock: Clock, history: list[Action]) -> None:
    clock.time = EPOCH
    shard = f"run{next(RUNS)}"
    model = Model(shard, clock)
    for kind, told in [*history, ("read", (False, 2))]:
        if kind == "write":
            changes = [change_of(one, shard) for one in told]
            assert write(store, changes) == model.write(changes)
        elif kind == "wait":
            clock.time += told
        else:
            compare(store, model, *told)


def compare(store: Store, model: Model, reverse: bool, limit: int) -> None:
    live = model.live()
    keys = [(model.shard, at) for at in ("a", "ab", "b", "c#d")]
    same(store.get_many(CALLS, keys), [live.get(at) for _, at in keys])
    same([store.get(CALLS, key) for key in keys], [live.get(at) for _, at in keys])
    expected = list(live.values())[::-1] if reverse else list(live.values())
    same(all_pages(store, model.shard, None, reverse, limit), expected)
    for operation in (f"{model.shard}x", f"{model.shard}y"):
        indexed = [item for item in expected if item.get("operation") == operation]
        same(all_pages(store, operation, "by_operation", reverse, limit), indexed)


def same(got: list[Any], expected: list[Any]) -> None:
    """Equal, types included; the order of names does not matter."""
    assert [item and sorted(map(repr, item.items())) for item in got] == [
        item and sorted(map(repr, item.items())) for item in expected
    ]
