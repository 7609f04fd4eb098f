"""The mock driver, broken on purpose in its changes of what exists (subnets, rules, tags) and in what it tells of
regions: each class has one fault that drivers are known to have."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from spider_drivers.contract import (
    Attempt,
    Direction,
    InUse,
    Invalid,
    KeyPair,
    MissingReference,
    NotFound,
    Part,
    Ref,
    RegionZone,
    Rule,
    RulesRequest,
    SecurityGroup,
    SubnetRequest,
    Vm,
    VmRequest,
    Vpc,
    VpcHandler,
    Wait,
    converge,
)
from spider_drivers.mock.key_pair import MockKeyPairs
from spider_drivers.mock.region_zone import MockRegions
from spider_drivers.mock.security_group import MockSecurityGroups
from spider_drivers.mock.tag import MockTags
from spider_drivers.mock.vm import MockVms
from spider_drivers.mock.vpc import MockVpcs


def _forgetful(attempt: Attempt) -> Attempt:
    """The attempt, without what was noted."""
    return Attempt(attempt.token, clock=attempt.clock)


# Subnets


class DeclaresMoreThanItCan(MockVpcs):
    add_subnet = VpcHandler.add_subnet
    remove_subnet = VpcHandler.remove_subnet


class AnswersUnseenSubnets(MockVpcs):
    def _add_parts(self, vpc_id: str, request: SubnetRequest, attempt: Attempt) -> Iterator[Part]:
        yield self._subnet_part(request, vpc_id, attempt.token)


class MergesAddedSubnets(MockVpcs):
    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        vpc = self.get(ref)
        taken = any(subnet.cidr == request.cidr for subnet in vpc.subnets)
        return vpc if taken else super().add_subnet(ref, request, attempt)


class FindsSubnetsByName(MockVpcs):
    def _find_subnet(self, token: str, vpc_id: str, name: str) -> str | None:
        rows = self._client.all("describe_subnets", {"vpc_id": vpc_id, "name": name})
        return rows[0]["id"] if rows else None


class DoesNotLookForTheVpc(MockVpcs):
    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        wait = converge.create(self._add_parts(ref.id or "", request, attempt), attempt)
        return wait or self.get(ref)


class NotesNoSubnet(MockVpcs):
    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        return super().add_subnet(ref, request, _forgetful(attempt))


class DoesNotAwaitTheRemoval(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        super().remove_subnet(ref, subnet, attempt)
        return None


class RemovesAllSubnets(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        for other in self.get(ref).subnets:
            super().remove_subnet(ref, Ref("", other.iid.id), attempt)
        return None


class FailsWhenTheSubnetIsGone(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        if subnet.id and not self._shown(ref.id or "", subnet.id):
            raise NotFound(f"there is no {subnet.id}")
        return super().remove_subnet(ref, subnet, attempt)


class RemovesWhateverItIsGiven(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        if subnet.id:
            return self._remove_subnet(subnet.id)
        return super().remove_subnet(ref, subnet, attempt)


class SwallowsSubnetInUse(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        try:
            return super().remove_subnet(ref, subnet, attempt)
        except InUse:
            return None


class DoesNotFindItsSubnet(MockVpcs):
    def _find_subnet(self, token: str, vpc_id: str, name: str) -> str | None:
        return None


class UndoesWhatIsNotedOnly(MockVpcs):
    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        return super().remove_subnet(ref, subnet, attempt) if subnet.id or attempt.parts else None


class RunsInTheFirstSubnet(MockVms):
    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        first = self._client.all("describe_subnets", {"vpc_id": request.vpc.id or ""})[0]
        return super().create(replace(request, subnet=Ref("", first["id"])), attempt)


class NeedsASubnet(MockVms):
    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        if not request.subnet.id:
            raise Invalid("a VM needs a subnet", field="subnet")
        return super().create(request, attempt)


# Rules


class ReplacesTheRules(MockSecurityGroups):
    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        others = tuple(rule for rule in self.get(ref).rules if rule not in request.rules)
        self._no_rules_part(ref.id or "", others).make("")
        return super().add_rules(ref, request, attempt)


class SkipsRulesThatAreThere(MockSecurityGroups):
    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        there = set(self.get(ref).rules)
        new = tuple(rule for rule in request.rules if rule not in there)
        return super().add_rules(ref, RulesRequest(new), attempt)


class AddsADirectionAtATime(MockSecurityGroups):
    """Learns only from the second call that a rule is there; by then the rules of the first are added."""

    def _rules_part(self, group_id: str, rules: tuple[Rule, ...]) -> Part:
        def make(token: str) -> str:
            for direction in Direction:
                part = super(AddsADirectionAtATime, self)._rules_part
                part(group_id, tuple(rule for rule in rules if rule.direction is direction)).make(token)
            return group_id

        return replace(super()._rules_part(group_id, rules), make=make)


class RemovesAllRules(MockSecurityGroups):
    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        return super().remove_rules(ref, RulesRequest(self.get(ref).rules), attempt)


class SkipsRulesThatAreAbsent(MockSecurityGroups):
    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        there = set(self.get(ref).rules)
        return super().remove_rules(ref, RulesRequest(tuple(rule for rule in request.rules if rule in there)), attempt)


class NotesNoRules(MockSecurityGroups):
    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return super().add_rules(ref, request, _forgetful(attempt))


class TakesTheGroupForAReference(MockSecurityGroups):
    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        try:
            return super().add_rules(ref, request, attempt)
        except NotFound as missing:
            raise MissingReference(str(missing)) from missing


class DoesNotFindItsRules(MockSecurityGroups):
    def _rules_part(self, group_id: str, rules: tuple[Rule, ...]) -> Part:
        return replace(super()._rules_part(group_id, rules), find=lambda: None)


class DoesNotFindItsRulesGone(MockSecurityGroups):
    def _no_rules_part(self, group_id: str, rules: tuple[Rule, ...]) -> Part:
        return replace(super()._no_rules_part(group_id, rules), find=lambda: None)


# Tags


class ShowsSpidersOwnTags(MockKeyPairs):
    def get(self, ref: Ref) -> KeyPair:
        return replace(super().get(ref), tags=self._client.one("describe_key_pairs", ref)["tags"])

    def list(self) -> builtins.list[KeyPair]:
        return [self.get(Ref("", key.iid.id)) for key in super().list()]


class ForgetsTheTags(MockVms):
    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        return super().create(replace(request, tags={}), attempt)


class ReplacesAllTags(MockTags):
    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        others = [other for other in self._row(kind, ref, key)["tags"] if other != key]
        self._client.call("untag_resource", kind=kind, resource_id=ref.id, keys=others)
        return super().add(kind, ref, key, value, attempt)


class KeepsTheFirstValue(MockTags):
    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        if key in self._row(kind, ref, key)["tags"]:
            return None
        return super().add(kind, ref, key, value, attempt)


class RemovesInWordsOnly(MockTags):
    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        self._row(kind, ref, key)
        return None


class DoesNotAwaitTheTag(MockTags):
    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        super().add(kind, ref, key, value, attempt)
        return None


class FailsWhenTheTagIsGone(MockTags):
    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        if key not in self._row(kind, ref, key)["tags"] and not attempt.parts:
            raise NotFound(f"there is no tag {key}")
        return super().remove(kind, ref, key, attempt)


class TagsNothing(MockTags):
    """What is not there has every tag that one wants."""

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        with contextlib.suppress(NotFound):
            return super().add(kind, ref, key, value, attempt)
        return None


class NotesTheTagFirst(MockTags):
    """A death between the note and the call leaves a note of what was never done."""

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        if "tag" not in attempt.parts:
            attempt.check()
            attempt.note("tag", key)
            self._client.call("tag_resource", kind=kind, resource_id=ref.id, tags={key: value})
        return None


# Regions


class LeavesOutItsOwnRegion(MockRegions):
    def list(self) -> builtins.list[RegionZone]:
        return [region for region in super().list() if region.name != self._client.region]


class ListsRegionsTwice(MockRegions):
    def list(self) -> builtins.list[RegionZone]:
        return 2 * super().list()


class NamesItsOwnRegionOnly(MockRegions):
    def names(self) -> Sequence[str]:
        return [self._client.region]


class AsksForEachRegionsName(MockRegions):
    def names(self) -> Sequence[str]:
        return [self.get(Ref(name, name)).name for name in super().names()]


class GetsNoZones(MockRegions):
    def get(self, ref: Ref) -> RegionZone:
        return replace(super().get(ref), zones=())


class AnswersAnyRegion(MockRegions):
    def get(self, ref: Ref) -> RegionZone:
        return RegionZone(ref.name)


class GivesRawDates(MockRegions):
    def raw_zones(self) -> Any:
        return {"Zones": super().raw_zones(), "At": datetime.now(UTC)}


class IgnoresZonesInRaw(MockRegions):
    def raw_zones(self) -> Any:
        return {}
