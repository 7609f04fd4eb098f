"""Tags of what exists, for each kind whose tags can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from ..contract import NotFound, Ref, Subnet
from .bench import TAGS, Bench, tagged
from .case import Cases
from .runner import Operation


class TagCases(Cases):
    kind: ClassVar[str]

    def test_tags_asked_for_at_creation_stay(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind)
        before = tagged.tags()
        assert before.items() >= TAGS.items()
        assert not any(key.startswith("spider-") for key in before), "Spider's own tags are shown"
        tagged.add("owner", "ops")
        assert tagged.tags() == {**before, "owner": "ops"}

    def test_a_tag_is_overwritten(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind)
        before = tagged.tags()
        tagged.add("stage", "live")
        assert tagged.tags() == {**before, "stage": "live"}

    def test_a_removed_tag_is_absent_and_the_others_stay(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind)
        before = tagged.tags()
        tagged.remove("stage")
        assert tagged.tags() == {key: value for key, value in before.items() if key != "stage"}

    def test_removing_a_tag_that_is_not_there_is_success(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind)
        before = tagged.tags()
        tagged.remove("spare")
        assert tagged.tags() == before

    def test_tags_of_what_is_gone_are_not_found(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind, own=True)
        tagged.delete()
        with pytest.raises(NotFound):
            tagged.add("owner", "ops")
        with pytest.raises(NotFound):
            tagged.remove("stage")

    def test_changes_of_tags_survive_a_death_at_any_step(self, bench: Bench) -> None:
        tagged = _Tagged(bench, self.kind)
        before = tagged.tags()
        for number, (when, operation) in enumerate(bench.dying()):
            tagged.add("stage", f"live-{number}", operation)
            assert tagged.tags() == {**before, "stage": f"live-{number}"}, f"{when} of an add the tags are others"
        for when, operation in bench.dying():
            tagged.add("owner", "ops")
            tagged.remove("owner", operation)
            assert tagged.tags().keys() == before.keys(), f"{when} of a removal the tags are others"


class _Tagged:
    """Something that was asked to be made with tags: what lasts, or the bench's own. A subnet is one of its VPC's."""

    def __init__(self, bench: Bench, kind: str, *, own: bool = False) -> None:
        self._bench = bench
        self._kind = kind
        self._owner = "vpc" if kind == "subnet" else kind
        lasting = None if own else bench.lasting(self._owner)
        made = lasting or bench.create(self._owner, tagged(bench.request(self._owner)))
        self._owner_ref = bench.ref(self._owner, made)
        self._ref = Ref(made.subnets[0].iid.name, made.subnets[0].iid.id) if kind == "subnet" else self._owner_ref
        if lasting:
            bench.in_the_end(lambda: self._restore(self._of(lasting).tags))

    def tags(self) -> dict[str, str]:
        """As get and list show them."""
        got = self._bench.get(self._owner, self._owner_ref)
        (listed,) = [shape for shape in self._bench.list(self._owner) if shape.iid.id == got.iid.id]
        assert self._of(got).tags == self._of(listed).tags, "get and list disagree"
        return dict(self._of(got).tags)

    def _of(self, shape: Any) -> Any:
        if self._kind != "subnet":
            return shape
        subnets: list[Subnet] = [subnet for subnet in shape.subnets if subnet.iid.id == self._ref.id]
        return subnets[0]

    def add(self, key: str, value: str, operation: Operation | None = None) -> None:
        (operation or self._bench.operation()).run(
            lambda connection, attempt: connection.handler("tag").add(self._kind, self._ref, key, value, attempt)
        )

    def remove(self, key: str, operation: Operation | None = None) -> None:
        (operation or self._bench.operation()).run(
            lambda connection, attempt: connection.handler("tag").remove(self._kind, self._ref, key, attempt)
        )

    def delete(self) -> None:
        self._bench.delete(self._owner, self._owner_ref)

    def _restore(self, before: Mapping[str, str]) -> None:
        now = self.tags()
        for key in now.keys() - before.keys():
            self.remove(key)
        for key, value in before.items() - now.items():
            self.add(key, value)
