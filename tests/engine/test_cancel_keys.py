"""A forced delete that cancels a create, and the cancelling of an operation, are safe to repeat under their key."""

from __future__ import annotations

from typing import Any

import pytest
from spider_drivers.contract import KeyReused, WrongState

from chalicelib.catalogue.records import Accepted, Deleted
from chalicelib.engine.operations import Operations

from .house import VPC, House

FORCED = {"ConnectionName": "mock", "force": True}


class Death(BaseException):
    """The process is gone."""


def begin(house: House) -> str:
    """A create of a VPC that goes on."""
    house.region(Fail="create_subnet:Throttled:always")
    accepted = house.make("vpc", VPC, respond_async=True)
    house.engine.queue.wait("", lambda: False, 10)
    assert list(house.contents.values()) == ["vpc"]
    return str(accepted.operation)


def forced_delete(house: House, body: Any = FORCED, **options: Any) -> Any:
    return house.do("delete_vpc", body, "vpc-01", idempotency_key="once", **options)


def create_is_faster(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends between the look at its identity and the cancelling."""
    real = Operations.cancel

    def cancel(self: Operations, *given: Any) -> None:
        house.region()
        house.engine.queue.wait("", lambda: False, 60)
        real(self, *given)

    monkeypatch.setattr(Operations, "cancel", cancel)


def test_it_is_told_again_and_touches_nothing_made_since(house: House) -> None:
    begin(house)
    assert forced_delete(house) == Deleted()
    assert house.contents == {}
    house.region()
    made = house.make("vpc", VPC)
    assert forced_delete(house) == Deleted()
    assert made.iid.id in house.contents


def test_it_is_told_while_it_goes_on(house: House) -> None:
    operation = begin(house)
    waiting = Accepted(operation, Deleted(done=False))
    assert [forced_delete(house, respond_async=True) for _ in range(2)] == [waiting, waiting]
    assert forced_delete(house) == Deleted()


def test_the_same_request_beside_it_has_the_same_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes, and all is undone, after this one has looked whether it came."""
    begin(house)
    real = Operations.cancelled_by

    def cancelled_by(self: Operations, call: Any) -> str | None:
        monkeypatch.undo()
        found = real(self, call)
        assert forced_delete(house) == Deleted()
        return found

    monkeypatch.setattr(Operations, "cancelled_by", cancelled_by)
    assert forced_delete(house) == Deleted()


def test_the_key_is_refused_to_another_request(house: House) -> None:
    operation = begin(house)
    forced_delete(house)
    with pytest.raises(KeyReused) as refused:
        forced_delete(house, {"ConnectionName": "mock", "force": False})
    assert refused.value.operation == operation


@pytest.mark.parametrize("moment", ["before it is cancelled", "after"])
def test_it_is_told_by_the_next_process(house: House, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    begin(house)
    real = Operations.cancel

    def cancel(self: Operations, *given: Any) -> None:
        if moment == "after":
            real(self, *given)
        raise Death

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "cancel", cancel)
        with pytest.raises(Death):
            forced_delete(house)
    house.restart()
    house.clock.advance(house.settings.sweep_seconds)
    house.engine.sweep()
    house.engine.queue.wait("", lambda: False, 60)
    assert forced_delete(house) == Deleted()
    assert house.contents == {}


def test_a_create_that_was_faster_is_deleted_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(house)
    create_is_faster(house, monkeypatch)
    assert forced_delete(house) == Deleted()
    assert house.contents == {}
    made = house.make("vpc", VPC)
    assert forced_delete(house) == Deleted()
    assert made.iid.id in house.contents


def test_a_process_that_dies_before_it_deletes_what_was_faster_is_followed_by_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(house)
    create_is_faster(house, monkeypatch)

    def dies(*_: Any) -> None:
        raise Death

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "open", dies)
        with pytest.raises(Death):
            forced_delete(house)
    house.restart()
    assert sorted(house.contents.values()) == ["subnet", "vpc"]
    assert forced_delete(house) == Deleted()
    assert house.contents == {}


@pytest.mark.parametrize("faster", [False, True])
def test_the_cancelling_of_an_operation_is_told_again(
    house: House, monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    operation = begin(house)
    if faster:
        create_is_faster(house, monkeypatch)

    def cancel(of: str = operation) -> Any:
        return house.do("cancel_operation", None, of, idempotency_key="once")

    if faster:
        for _ in range(2):
            with pytest.raises(WrongState):
                cancel()
    else:
        assert cancel() == cancel()
    with pytest.raises(KeyReused):
        cancel("another")
