"""Whatever step a worker dies at: nothing is made twice, nothing stays behind."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import ClassVar

from .bench import Bench
from .case import Cases, claimed_if
from .runner import Died, Operation, many


class RecoveryCases(Cases):
    kind: ClassVar[str]

    def test_create_and_delete_survive_a_death_at_any_step(self, bench: Bench) -> None:
        before = _Before(bench, self.kind)
        for when, creation, deletion in bench.dying_in_both():
            before.assert_made_once(creation, f"{when} of its creation", deletion)

    def test_create_survives_many_deaths(self, bench: Bench) -> None:
        operation = bench.operation(many())
        _Before(bench, self.kind).assert_made_once(operation, "after many deaths")
        assert operation.died > 1, "it did not die: it noted no part and recorded no call"

    def test_a_dead_create_is_undone(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, dying_too=False)

    def test_a_dead_create_is_undone_though_undoing_dies_too(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, dying_too=True)

    def test_the_same_create_again_answers_the_same(self, bench: Bench) -> None:
        request, operation = bench.request(self.kind), bench.operation()
        first = bench.create(self.kind, request, operation)
        before = bench.contents()
        again = operation.run(bench.creating(self.kind, request))
        assert again.iid == first.iid
        bench.assert_contents(before, "after the same create again")

    @claimed_if(lambda capability: capability.marked is not None)
    def test_what_a_create_has_made_is_told_by_its_token_and_removed_by_it_alone(self, bench: Bench) -> None:
        """By a delete that knows nothing else: no id, no part."""
        before = _Before(bench, self.kind)
        alone = self.kind == "vpc" and bench.cloud.capability.single_vpc
        other = None if alone else bench.create(self.kind)
        operation = bench.operation()
        made = bench.create(self.kind, operation=operation)
        found = bench.marked(operation.token)
        if not bench.marks(self.kind):
            assert not found
            return
        (itself,) = [one for one in found if one.kind == self.kind and not one.part]
        assert itself.id == made.iid.id
        assert len({(one.kind, one.part, one.id) for one in found}) == len(found), f"told twice: {found}"
        if bench.marks("subnet"):
            told = {(one.id, one.owner) for one in found if one.kind == "subnet"}
            assert told == {(one.iid.id, made.iid.id) for one in getattr(made, "subnets", ())}
        operation.parts.clear()
        operation.unclean_since = bench.cloud.clock.now()
        bench.undo(self.kind, itself.name, operation)
        assert not bench.marked(operation.token), "it is told though it is gone"
        if other:
            assert other.iid.id in bench.ids(self.kind)
            bench.delete(self.kind, bench.ref(self.kind, other))
        before.assert_restored("after it was removed by its token")

    def _undo_at_any_step(self, bench: Bench, *, dying_too: bool) -> None:
        before = _Before(bench, self.kind)
        for when, operation in bench.dying():
            request = bench.request(self.kind)
            with contextlib.suppress(Died):
                operation.run_until_death(bench.creating(self.kind, request))
            bench.undo(self.kind, request.name, operation, many() if dying_too else ())
            before.assert_restored(f"{when} of its creation, then undone")


class _Before:
    """What was there before."""

    def __init__(self, bench: Bench, kind: str) -> None:
        bench.request(kind)  # makes what it refers to
        self._bench = bench
        self._kind = kind
        self._contents = bench.contents()
        self._listed = bench.ids(kind)

    @cached_property
    def _size(self) -> int:
        """How many things a create that does not die makes at the cloud."""
        ref = self._bench.ref(self._kind, self._bench.create(self._kind))
        size = len(self._bench.contents() - self._contents)
        self._bench.delete(self._kind, ref)
        self.assert_restored("after its creation and deletion")
        return size

    def assert_made_once(self, operation: Operation, when: str, deletion: Operation | None = None) -> None:
        """Creates one; then there is one more, and when it is deleted there is as much as before."""
        size = self._size
        made = self._bench.create(self._kind, operation=operation)
        new = self._bench.contents() - self._contents
        assert len(new) == size, f"{when} the cloud holds {sorted(new)}, where {size} things were expected"
        assert self._bench.ids(self._kind) - self._listed == {made.iid.id}, f"{when} the list shows another number"
        self._bench.delete(self._kind, self._bench.ref(self._kind, made), deletion)
        self.assert_restored(f"{when} and its deletion")

    def assert_restored(self, when: str) -> None:
        """Raises AssertionError when there is more or less than before."""
        self._bench.assert_contents(self._contents, when)
        assert self._bench.ids(self._kind) == self._listed, f"{when} the list is not what it was"
