"""Whatever step a worker dies at: nothing is made twice, nothing stays behind."""

from __future__ import annotations

import contextlib
import itertools
from typing import ClassVar

from .bench import Bench
from .case import Cases
from .runner import Died, Operation, in_turn, once


class RecoveryCases(Cases):
    kind: ClassVar[str]

    def test_create_survives_a_death_at_any_step(self, bench: Bench) -> None:
        size = self._size(bench)
        for step in itertools.count(1):
            operation = bench.operation(once(step))
            self._assert_made_once(bench, operation, size, f"after a death at step {step}")
            if not operation.died:
                return

    def test_create_survives_deaths_at_each_step_in_turn(self, bench: Bench) -> None:
        operation = bench.operation(in_turn())
        self._assert_made_once(bench, operation, self._size(bench), "after many deaths")
        assert operation.died > 1

    def test_delete_survives_a_death_at_any_step(self, bench: Bench) -> None:
        bench.request(self.kind)
        before = _Before(bench, self.kind)
        for step in itertools.count(1):
            ref = bench.ref(self.kind, bench.create(self.kind))
            operation = bench.operation(once(step))
            bench.delete(self.kind, ref, operation)
            before.assert_restored(f"after a death at step {step} of its deletion")
            if not operation.died:
                return

    def test_a_dead_create_is_undone(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, in_turn_too=False)

    def test_a_dead_create_is_undone_though_undoing_dies_too(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, in_turn_too=True)

    def test_the_same_create_again_answers_the_same(self, bench: Bench) -> None:
        request, operation = bench.request(self.kind), bench.operation()
        first = bench.create(self.kind, request, operation)
        before = bench.contents()
        again = operation.run(bench.creating(self.kind, request))
        assert again.iid == first.iid
        bench.assert_contents(before, "after the same create again")

    def _undo_at_any_step(self, bench: Bench, *, in_turn_too: bool) -> None:
        for step in itertools.count(1):
            request, operation = bench.request(self.kind), bench.operation(once(step))
            before = _Before(bench, self.kind)
            with contextlib.suppress(Died):
                operation.run_until_death(bench.creating(self.kind, request))
            bench.undo(self.kind, request.name, operation, in_turn() if in_turn_too else ())
            before.assert_restored(f"after a death at step {step} of its creation, then undone")
            if not operation.died:
                return

    def _size(self, bench: Bench) -> int:
        """How many things a create that does not die makes at the cloud."""
        request = bench.request(self.kind)
        before = bench.contents()
        made = bench.create(self.kind, request)
        size = len(bench.contents() - before)
        bench.delete(self.kind, bench.ref(self.kind, made))
        return size

    def _assert_made_once(self, bench: Bench, operation: Operation, size: int, when: str) -> None:
        request = bench.request(self.kind)
        before = _Before(bench, self.kind)
        made = bench.create(self.kind, request, operation)
        assert bench.ids(self.kind) - before.listed == {made.iid.id}, f"{when} the list differs by more than one"
        new = bench.contents() - before.contents
        assert len(new) == size, f"{when} the cloud holds {sorted(new)}, where {size} things were expected"
        bench.delete(self.kind, bench.ref(self.kind, made))
        before.assert_restored(f"{when} and its deletion")


class _Before:
    """What was there before."""

    def __init__(self, bench: Bench, kind: str) -> None:
        self._bench = bench
        self._kind = kind
        self.contents = bench.contents()
        self.listed = bench.ids(kind)

    def assert_restored(self, when: str) -> None:
        self._bench.assert_contents(self.contents, when)
        assert self._bench.ids(self._kind) == self.listed, f"{when} the list is not what it was"
