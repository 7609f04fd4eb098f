"""Whatever step a worker dies at: nothing is made twice, nothing stays behind."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

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
        before = bench.contents()
        for step in itertools.count(1):
            ref = bench.ref(self.kind, bench.create(self.kind))
            operation = bench.operation(once(step))
            bench.delete(self.kind, ref, operation)
            self._assert_nothing_stays(bench, before, f"a death at step {step} of its deletion")
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
        again = operation.run(lambda connection, attempt: connection.handler(self.kind).create(request, attempt))
        assert again.iid == first.iid
        bench.assert_contents(before, "after the same create again")

    def _undo_at_any_step(self, bench: Bench, *, in_turn_too: bool) -> None:
        for step in itertools.count(1):
            request, operation = bench.request(self.kind), bench.operation(once(step))
            before = bench.contents()
            try:
                operation.run_until_death(
                    lambda connection, attempt, request=request: connection.handler(self.kind).create(request, attempt)
                )
            except Died:
                pass
            bench.undo(self.kind, request.name, operation, in_turn() if in_turn_too else ())
            self._assert_nothing_stays(bench, before, f"a death at step {step} of its creation and undoing it")
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
        before, listed = bench.contents(), bench.ids(self.kind)
        made: Any = bench.create(self.kind, request, operation)
        assert bench.ids(self.kind) - listed == {made.iid.id}, f"{when} the list differs by more than one"
        new = bench.contents() - before
        assert len(new) == size, f"{when} the cloud holds {sorted(new)}, where {size} things were expected"
        bench.delete(self.kind, bench.ref(self.kind, made))
        self._assert_nothing_stays(bench, before, when)

    def _assert_nothing_stays(self, bench: Bench, before: set[str], when: str) -> None:
        bench.assert_contents(before, f"after {when} and its deletion")
        assert bench.ids(self.kind) <= before or bench.cloud.contents, f"after {when} the list holds too much"
