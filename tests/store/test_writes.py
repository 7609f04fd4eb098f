"""Conditions and transactions."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chalicelib.store import (
    ABSENT,
    CONNECTIONS,
    IDENTITIES,
    OPERATIONS,
    Change,
    Check,
    Conflict,
    Delete,
    Put,
    Store,
    Update,
)
from tests.store.support import refused

KEY = ("driver", "d1")


def item(**attributes: Any) -> dict[str, Any]:
    return {"kind": "driver", "name": "d1", **attributes}


def put(store: Store, **attributes: Any) -> None:
    store.write(Put(CONNECTIONS, item(**attributes)))


def test_put_replaces_the_whole_item(store: Store) -> None:
    put(store, a=1)
    put(store, b=2)
    assert store.get(CONNECTIONS, KEY) == item(b=2)


def test_put_if_absent(store: Store) -> None:
    store.write(Put(CONNECTIONS, item(a=1), if_absent=True))
    with pytest.raises(Conflict) as conflict:
        store.write(Put(CONNECTIONS, item(a=2), if_absent=True))
    assert conflict.value.failed == (0,)
    assert store.get(CONNECTIONS, KEY) == item(a=1)


def test_update_sets_and_removes(store: Store) -> None:
    put(store, a=1, b=2, c={"x": 1})
    store.write(Update(CONNECTIONS, KEY, {"a": 10, "b": None, "d": "new", "e": None}))
    assert store.get(CONNECTIONS, KEY) == item(a=10, c={"x": 1}, d="new")


def test_update_of_names_that_mean_something_to_an_engine(store: Store) -> None:
    names = {"size": 1, "a.b": 2, "status": 3, "{0}": 4, 'q"uote': 5, "#n": 6, ":v": 7, "with space": 8, "é": 9}
    put(store, a={"b": "untouched"})
    store.write(Update(CONNECTIONS, KEY, names))
    store.write(Update(CONNECTIONS, KEY, {"done": True}, when=names))
    assert store.get(CONNECTIONS, KEY) == item(a={"b": "untouched"}, done=True, **names)


def test_update_of_a_missing_item_is_a_conflict(store: Store) -> None:
    for changes in ({"a": 1}, {"a": None}, {}):
        with pytest.raises(Conflict):
            store.write(Update(CONNECTIONS, KEY, changes))
    assert store.get(CONNECTIONS, KEY) is None


def test_update_of_nothing_only_demands_that_the_item_is_there(store: Store) -> None:
    put(store, a=1)
    store.write(Update(CONNECTIONS, KEY, {}, when={"a": 1}))
    assert refused(lambda: store.write(Update(CONNECTIONS, KEY, {}, when={"a": 2}))) == (0,)
    assert store.get(CONNECTIONS, KEY) == item(a=1)


def test_update_cannot_move_an_item(store: Store) -> None:
    put(store)
    with pytest.raises(ValueError, match="key"):
        store.write(Update(CONNECTIONS, KEY, {"name": "d2"}))


def test_update_cannot_outgrow_the_limit(store: Store) -> None:
    put(store, a="x" * 300_000)
    with pytest.raises(ValueError, match="."):
        store.write(Update(CONNECTIONS, KEY, {"b": "x" * 200_000}))
    assert store.get(CONNECTIONS, KEY) == item(a="x" * 300_000)


VALUES = ["", "1", 1, 1.0, 0, 0.5, True, False, b"1", b"", [], [1], [1.0], {}, {"a": None}, {"a": 1}, {"a": True}]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_condition_holds_for_the_equal_value_of_the_same_type_only(store: Store, value: Any) -> None:
    put(store, a=value)
    for other in VALUES:
        check = Check(CONNECTIONS, KEY, {"a": other})
        assert refused(partial(store.write, check)) == (() if repr(other) == repr(value) else (0,)), other


def test_conditions_on_absent_attributes(store: Store) -> None:
    put(store, a=1)
    store.write(Update(CONNECTIONS, KEY, {"b": 1}, when={"b": ABSENT, "a": 1}))
    assert refused(lambda: store.write(Update(CONNECTIONS, KEY, {"b": 2}, when={"b": ABSENT}))) == (0,)
    assert refused(lambda: store.write(Update(CONNECTIONS, KEY, {"b": 2}, when={"b": None}))) == (0,)
    assert refused(lambda: store.write(Update(CONNECTIONS, KEY, {"b": 2}, when={"c": 1}))) == (0,)
    assert refused(lambda: store.write(Update(CONNECTIONS, KEY, {"b": 2}, when={"a": 1, "b": 0}))) == (0,)
    assert store.get(CONNECTIONS, KEY) == item(a=1, b=1)


def test_order_of_names_in_a_nested_value_does_not_matter(store: Store) -> None:
    put(store, a={"x": 1, "y": [{"p": 1, "q": 2}]})
    store.write(Check(CONNECTIONS, KEY, {"a": {"y": [{"q": 2, "p": 1}], "x": 1}}))


def test_delete(store: Store) -> None:
    put(store)
    store.write(Delete(CONNECTIONS, KEY))
    assert store.get(CONNECTIONS, KEY) is None
    store.write(Delete(CONNECTIONS, KEY))


def test_conditional_delete(store: Store) -> None:
    assert refused(lambda: store.write(Delete(CONNECTIONS, KEY, {"a": ABSENT}))) == (0,)
    put(store, a=1)
    assert refused(lambda: store.write(Delete(CONNECTIONS, KEY, {"a": 2}))) == (0,)
    assert store.get(CONNECTIONS, KEY) == item(a=1)
    store.write(Delete(CONNECTIONS, KEY, {"a": 1}))
    assert store.get(CONNECTIONS, KEY) is None


def test_check(store: Store) -> None:
    store.write(Check(CONNECTIONS, KEY, absent=True))
    assert refused(lambda: store.write(Check(CONNECTIONS, KEY))) == (0,)
    put(store)
    store.write(Check(CONNECTIONS, KEY))
    assert refused(lambda: store.write(Check(CONNECTIONS, KEY, absent=True))) == (0,)


def test_transaction_over_tables_writes_all(store: Store) -> None:
    put(store, old=1)
    store.write(
        Put(IDENTITIES, {"connection": "c", "key": "vpc#v1"}, if_absent=True),
        Put(OPERATIONS, {"id": "o1", "state": "RUNNING"}),
        Update(CONNECTIONS, KEY, {"a": 2}, when={"old": 1}),
        Delete(IDENTITIES, ("c", "gone")),
        Check(CONNECTIONS, ("driver", "none"), absent=True),
    )
    assert store.get(IDENTITIES, ("c", "vpc#v1")) == {"connection": "c", "key": "vpc#v1"}
    assert store.get(OPERATIONS, ("o1",)) == {"id": "o1", "state": "RUNNING"}
    assert store.get(CONNECTIONS, KEY) == item(old=1, a=2)


def test_refused_transaction_writes_nothing_and_names_every_failed_change(store: Store) -> None:
    put(store, a=1)
    changes: list[Change] = [
        Put(OPERATIONS, {"id": "o1"}),
        Update(OPERATIONS, ("missing",), {"a": 1}),
        Delete(CONNECTIONS, ("driver", "none")),
        Put(CONNECTIONS, item(a=2), if_absent=True),
        Put(IDENTITIES, {"connection": "c", "key": "k"}, if_absent=True),
        Delete(IDENTITIES, ("c", "none"), {"a": 1}),
        Check(IDENTITIES, ("c", "none2"), absent=True),
        Check(IDENTITIES, ("c", "none3"), {"a": 1}),
    ]
    assert refused(lambda: store.write(*changes)) == (1, 3, 5, 7)
    assert store.get(OPERATIONS, ("o1",)) is None
    assert store.get(IDENTITIES, ("c", "k")) is None
    assert store.get(CONNECTIONS, KEY) == item(a=1)


def test_a_hundred_changes_and_not_one_more(store: Store) -> None:
    puts = [Put(OPERATIONS, {"id": f"o{n}"}) for n in range(101)]
    with pytest.raises(ValueError, match="101 changes"):
        store.write(*puts)
    store.write(*puts[:100])
    assert None not in store.get_many(OPERATIONS, [(f"o{n}",) for n in range(100)])


def test_two_changes_of_one_item_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="two changes"):
        store.write(Put(CONNECTIONS, item()), Check(CONNECTIONS, KEY, absent=True))
    assert store.get(CONNECTIONS, KEY) is None


def test_a_check_for_absence_takes_no_conditions(store: Store) -> None:
    with pytest.raises(ValueError, match="absent"):
        store.write(Check(CONNECTIONS, KEY, {"a": 1}, absent=True))


def test_writing_nothing(store: Store) -> None:
    store.write()
