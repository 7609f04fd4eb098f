"""What a list costs the store: a constant, whatever there is to list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalicelib.engine.history import History
from chalicelib.store import CALLS

from .house import VM, VPC, House


class Counting:
    """A store that counts its reads."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.reads: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        if name in ("get", "get_many", "query"):
            self.reads[name] += 1
        return getattr(self._store, name)


def reads(house: House, action: str) -> int:
    counting = Counting(house.engine.store)
    parts: list[Any] = [house.engine.registry, house.engine.operations, house.engine.reads._identities]
    before = [part._store for part in parts]
    for part in parts:
        part._store = counting
    try:
        house.on(action)
    finally:
        for part, store in zip(parts, before, strict=True):
            part._store = store
    return sum(counting.reads.values())


def test_listing_costs_the_store_the_same_for_one_vm_and_for_many(house: House) -> None:
    house.make_all()
    one = {action: reads(house, action) for action in ("list_vm", "list_vm_status", "list_vpc")}
    for number in range(2, 21):
        house.make("vm", {**VM, "Name": f"vm-{number:02}"})
    house.region(TransitionSeconds="60")
    for number in range(21, 26):
        house.make("vm", {**VM, "Name": f"vm-{number:02}"}, respond_async=True)
    assert len(house.on("list_vm")) == 25
    many = {action: reads(house, action) for action in one}
    assert many["list_vm"] <= one["list_vm"] + 1  # one more for those that are being created
    assert max(many.values()) <= 8


def test_calls_are_kept_in_one_batch_per_request(house: House, monkeypatch: Any) -> None:
    batches: list[int] = []
    real = History._write

    def write(self: History, records: Sequence[Any]) -> None:
        batches.append(len(records))
        real(self, records)

    monkeypatch.setattr(History, "_write", write)
    house.make("vpc", VPC)
    seen = house.cloud.calls_seen
    rows = [
        row
        for shard in range(8)
        for row in house.engine.store.query(CALLS, f"{house.clock.now():%Y-%m-%d}#{shard}").items
    ]
    assert len(rows) == sum(batches) == seen
    assert max(batches) > 2
    made = next(row for row in rows if row["api"] == "create_vpc")
    assert (made["cloud"], made["resource_type"], made["resource_name"]) == ("MOCK", "VPC/SUBNET", "vpc-01")
    assert made["operation"]
