"""Lost answers, throttling and meeting transactions are not the caller's business while they pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.store import (
    CALLS,
    OPERATIONS,
    Change,
    Check,
    Conflict,
    Delete,
    Put,
    Store,
    StoreUnavailable,
    Update,
    dynamodb_calls,
    open_store,
)
from tests.store.faulty import Answer, Body, Fault, Faulty, cancelled, error, faulty
from tests.store.support import Clock

KEY = ("o1",)
ITEM = {"id": "o1", "value": 1}


@pytest.fixture(scope="module")
def behind(dynamodb_store: Store, dynamodb_endpoint: str, shared_clock: Clock) -> Iterator[tuple[Store, Faulty]]:
    """A store of little patience behind a proxy, over the shared tables."""
    with pytest.MonkeyPatch.context() as patch, faulty(dynamodb_endpoint) as proxy:
        patch.setattr(dynamodb_calls, "PATIENCE_SECONDS", 0.6)
        patch.setattr(dynamodb_calls, "READ_SECONDS", 0.3)
        how = {"prefix": "shared", "region": "us-east-1", "endpoint": proxy.url}
        store = open_store("dynamodb", path=Path(), now=shared_clock, **how)
        yield store, proxy
        store.close()


@pytest.fixture
def proxy(behind: tuple[Store, Faulty]) -> Faulty:
    behind[1].reset()
    return behind[1]


@pytest.fixture
def store(behind: tuple[Store, Faulty], proxy: Faulty, clock: Clock, empty_dynamodb: Callable[[], None]) -> Store:
    empty_dynamodb()
    return behind[0]


def always(what: Answer | str | None) -> Fault:
    return lambda operation, body: what


def unprocessed(operation: str, body: Body) -> Answer:
    """Nothing was done: the whole batch comes back."""
    kind = "UnprocessedItems" if operation == "BatchWriteItem" else "UnprocessedKeys"
    return Answer(200, {kind: body["RequestItems"], "Responses": {}})


PASSING = {
    "answer lost": "lose",
    "dropped": "drop",
    "hanging": "hang",
    "throttled": error("ThrottlingException"),
    "throughput": error("ProvisionedThroughputExceededException"),
    "request limit": error("RequestLimitExceeded"),
    "server error": error("InternalServerError", 500),
    "bare 503": Answer(503, {}),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize(
    "change",
    [
        Put(OPERATIONS, ITEM),
        Put(OPERATIONS, {"id": "o2"}, if_absent=True),
        Update(OPERATIONS, KEY, {"value": 2}, when={"value": 1}),
        Delete(OPERATIONS, KEY),
        Delete(OPERATIONS, KEY, {"value": 1}),
        Check(OPERATIONS, KEY, {"value": 1}),
    ],
    ids=lambda change: f"{type(change).__name__}-{getattr(change, 'if_absent', getattr(change, 'when', ''))}",
)
def test_a_change_is_made_once_in_spite_of(store: Store, proxy: Faulty, change: Change, fault: Answer | str) -> None:
    store.write(Put(OPERATIONS, ITEM))
    proxy.calls.clear()
    proxy.faults.append(always(fault))
    store.write(change)
    assert len(proxy.calls) == 2
    if isinstance(change, Update):
        assert store.get(OPERATIONS, KEY) == {"id": "o1", "value": 2}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_reads_and_batches_in_spite_of(store: Store, proxy: Faulty, fault: Answer | str) -> None:
    proxy.faults.append(always(fault))
    store.put_all(OPERATIONS, [{"id": f"o{n}"} for n in range(3)])
    proxy.faults.append(always(fault))
    assert store.get(OPERATIONS, KEY) == {"id": "o1"}
    proxy.faults.append(always(fault))
    assert store.get_many(OPERATIONS, [KEY]) == [{"id": "o1"}]
    proxy.faults.append(always(fault))
    assert store.query(OPERATIONS, "o1").items == [{"id": "o1"}]
    assert len(proxy.calls) == 8


def test_a_refusal_behind_a_lost_answer_is_still_a_conflict(store: Store, proxy: Faulty) -> None:
    store.write(Put(OPERATIONS, ITEM))
    proxy.faults.append(always("lose"))
    with pytest.raises(Conflict):
        store.write(Put(OPERATIONS, ITEM, if_absent=True))


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_transactions_that_meet_are_tried_again(store: Store, proxy: Faulty, code: str) -> None:
    proxy.faults += [always(cancelled("None", code)), always(cancelled(code, "TransactionConflict"))]
    store.write(Put(OPERATIONS, ITEM), Put(OPERATIONS, {"id": "o2"}, if_absent=True))
    assert store.get(OPERATIONS, KEY) == ITEM
    assert proxy.calls[:3] == ["TransactWriteItems"] * 3


def test_a_lasting_meeting_is_not_a_conflict(store: Store, proxy: Faulty) -> None:
    proxy.for_ever = always(cancelled("TransactionConflict"))
    with pytest.raises(StoreUnavailable, match="TransactionCanceled"):
        store.write(Put(OPERATIONS, ITEM, if_absent=True))
    assert len(proxy.calls) > 3


def test_a_refused_condition_beside_a_meeting_is_a_conflict(store: Store, proxy: Faulty) -> None:
    proxy.faults.append(always(cancelled("TransactionConflict", "ConditionalCheckFailed")))
    with pytest.raises(Conflict) as conflict:
        store.write(Put(OPERATIONS, ITEM), Put(OPERATIONS, {"id": "o2"}, if_absent=True))
    assert conflict.value.failed == (1,)


def test_what_a_transaction_finds_invalid_is_a_value_error(store: Store, proxy: Faulty) -> None:
    proxy.faults.append(always(cancelled("ValidationError", "None")))
    with pytest.raises(ValueError, match="."):
        store.write(Put(OPERATIONS, ITEM), Put(OPERATIONS, {"id": "o2"}))


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_does_not_pass_is_unavailable_in_time(store: Store, proxy: Faulty, fault: Answer | str) -> None:
    proxy.for_ever = always(fault)
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="."):
        store.get(OPERATIONS, KEY)
    assert time.monotonic() - begun < 2
    assert len(proxy.calls) > 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ExpiredTokenException"])
def test_what_time_does_not_mend_is_unavailable_at_once(store: Store, proxy: Faulty, code: str) -> None:
    proxy.faults.append(always(error(code)))
    with pytest.raises(StoreUnavailable, match=code):
        store.get(OPERATIONS, KEY)
    assert len(proxy.calls) == 1


def test_unprocessed_items_and_keys_are_sent_again(store: Store, proxy: Faulty) -> None:
    proxy.faults += [unprocessed, unprocessed]
    store.put_all(OPERATIONS, [{"id": f"o{n}"} for n in range(30)])
    assert proxy.calls == ["BatchWriteItem"] * 4
    proxy.faults += [unprocessed]
    assert None not in store.get_many(OPERATIONS, [(f"o{n}",) for n in range(30)])
    assert proxy.calls[4:] == ["BatchGetItem"] * 2


def test_batches_that_stay_unprocessed_are_unavailable(store: Store, proxy: Faulty) -> None:
    proxy.for_ever = unprocessed
    with pytest.raises(StoreUnavailable, match="unprocessed"):
        store.put_all(OPERATIONS, [ITEM])
    with pytest.raises(StoreUnavailable, match="unprocessed"):
        store.get_many(OPERATIONS, [KEY])


@pytest.mark.usefixtures("proxy")
def test_nobody_listening_is_unavailable(clock: Clock) -> None:
    url = "http://127.0.0.1:1"
    store = open_store("dynamodb", path=Path(), prefix="p", region="us-east-1", endpoint=url, now=clock)
    with pytest.raises(StoreUnavailable, match="127.0.0.1:1"):
        store.get(OPERATIONS, KEY)
    store.close()


def test_calls_per_read(store: Store, proxy: Faulty) -> None:
    store.put_all(OPERATIONS, [{"id": f"o{n}", "unfinished": "y", "due": f"{n:03}"} for n in range(120)])
    proxy.calls.clear()
    store.get_many(OPERATIONS, [(f"o{n}",) for n in range(120)])
    assert proxy.calls == ["BatchGetItem", "BatchGetItem"]
    proxy.calls.clear()
    store.query(OPERATIONS, "y", index="unfinished", limit=50)
    assert proxy.calls == ["Query", "BatchGetItem"]
    proxy.calls.clear()
    store.query(OPERATIONS, "y", index="unfinished")
    assert proxy.calls == ["Query", "BatchGetItem", "BatchGetItem"]
    proxy.calls.clear()
    store.query(CALLS, "one", index="by_operation")
    store.query(CALLS, "one")
    assert proxy.calls == ["Query", "Query"]


def test_what_has_moved_in_an_index_since_is_not_found(store: Store, proxy: Faulty, dynamodb_store: Store) -> None:
    """An index of keys alone names what is then read from the table."""
    store.put_all(OPERATIONS, [{"id": f"o{n}", "unfinished": "y", "due": str(n)} for n in range(4)])

    def meanwhile(_operation: str, _body: Body) -> None:
        out, later = Update(OPERATIONS, ("o0",), {"unfinished": None}), Update(OPERATIONS, ("o1",), {"due": "9"})
        dynamodb_store.write(out, later, Delete(OPERATIONS, ("o2",)))

    proxy.faults = [always(None), meanwhile]
    assert [one["id"] for one in store.query(OPERATIONS, "y", index="unfinished").items] == ["o3"]
    assert [one["id"] for one in store.query(OPERATIONS, "y", index="unfinished").items] == ["o3", "o1"]


def test_reads_are_strongly_consistent(store: Store, proxy: Faulty) -> None:
    store.get(OPERATIONS, KEY)
    store.get_many(OPERATIONS, [KEY])
    store.query(OPERATIONS, "o1")
    get, batch, query = proxy.bodies
    assert get["ConsistentRead"] is True
    assert batch["RequestItems"]["shared-operations"]["ConsistentRead"] is True
    assert query["ConsistentRead"] is True
