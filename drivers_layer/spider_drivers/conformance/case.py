"""What all cases share: the bench, and by which capability a case is claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

import pytest

from ..contract import AlreadyExists, Capability, NotFound, Ref
from .bench import Bench
from .cloud import Cloud
from .runner import once
from .well_formed import assert_well_formed

Case = TypeVar("Case", bound=Callable[..., None])


def claimed_if(condition: Callable[[Capability], bool]) -> Callable[[Case], Case]:
    """Marks a case that only drivers with such a capability claim to pass."""

    def mark(case: Case) -> Case:
        case.claimed_if = condition  # type: ignore[attr-defined]  # read by cases_for
        return case

    return mark


def offers(*kinds: str) -> Callable[[Capability], bool]:
    """Whether the cloud itself has these kinds."""
    return lambda capability: all(kind in capability.kinds and kind not in capability.kept for kind in kinds)


def declares(kind: str, *verbs: str) -> Callable[[Capability], bool]:
    """Whether the cloud itself has the kind, and can do with it what some clouds cannot."""
    return lambda capability: offers(kind)(capability) and capability.kinds[kind].permissions.keys() >= set(verbs)


class Cases:
    """Base of all. Whoever subclasses it supplies the fixture `cloud`."""

    @pytest.fixture
    def bench(self, cloud: Cloud) -> Iterator[Bench]:
        with Bench(cloud) as bench:
            yield bench


class LifecycleCases(Cases):
    """What holds for every kind that is created and deleted."""

    kind: ClassVar[str]

    def test_create_get_and_list_agree(self, bench: Bench) -> None:
        made = bench.create(self.kind)
        assert_well_formed(made)
        ref = bench.ref(self.kind, made)
        got = bench.get(self.kind, ref)
        (listed,) = [shape for shape in bench.list(self.kind) if shape.iid.id == made.iid.id]
        assert got == listed
        assert got.iid == made.iid
        assert got.iid.name in (ref.name, ""), "the answer has a name of somebody else"

    def test_all_that_is_listed_is_well_formed(self, bench: Bench) -> None:
        bench.create(self.kind)
        for shape in bench.list(self.kind):
            assert_well_formed(shape)

    def test_what_is_deleted_is_absent(self, bench: Bench) -> None:
        ref = bench.ref(self.kind, bench.create(self.kind))
        bench.delete(self.kind, ref)
        assert ref.id not in bench.ids(self.kind)
        with pytest.raises(NotFound):
            bench.get(self.kind, ref)

    def test_an_unknown_id_is_not_found(self, bench: Bench) -> None:
        with pytest.raises(NotFound):
            bench.get(self.kind, Ref("spider-none", "spider-no-such-id"))

    def test_deleting_what_is_gone_is_success(self, bench: Bench) -> None:
        ref = bench.ref(self.kind, bench.create(self.kind))
        bench.delete(self.kind, ref)
        before = bench.contents()
        bench.delete(self.kind, ref)
        bench.delete(self.kind, Ref(bench.name(), None, "an-operation-that-made-nothing"))
        assert bench.contents() == before

    def test_deleting_one_leaves_the_other(self, bench: Bench) -> None:
        first, second = bench.create(self.kind), bench.create(self.kind)
        bench.delete(self.kind, bench.ref(self.kind, first))
        assert bench.get(self.kind, bench.ref(self.kind, second)).iid == second.iid

    @pytest.mark.parametrize("deaths", [(), once(1)], ids=["at_once", "after_a_death"])
    def test_a_second_create_of_a_name_loses_nothing(self, bench: Bench, deaths: list[int]) -> None:
        """Either the cloud has both, or AlreadyExists is raised, and undoing the second leaves the first alone."""
        name = bench.name()
        first = bench.create(self.kind, bench.request(self.kind, name))
        before = bench.get(self.kind, bench.ref(self.kind, first))
        request, operation = bench.request(self.kind, name), bench.operation(deaths)
        try:
            second: Any = bench.create(self.kind, request, operation)
        except AlreadyExists:
            bench.undo(self.kind, name, operation)
        else:
            assert second.iid.id != first.iid.id, "the second create took over what the first had made"
            assert second.iid.id in bench.ids(self.kind)
        assert bench.get(self.kind, bench.ref(self.kind, first)) == before
        assert first.iid.id in bench.ids(self.kind)
