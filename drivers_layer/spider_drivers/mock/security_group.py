"""Security groups and their rules. Parts: group, rules, visible. A change of its rules: rules, visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from ..contract import (
    Attempt,
    Direction,
    Iid,
    InUse,
    Part,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    converge,
)
from .connection import Client, going, tags, users_tags
from .memory import Row


class MockSecurityGroups(SecurityGroupHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[SecurityGroup]:
        return [_group(row) for row in self._client.all("describe_security_groups")]

    def get(self, ref: Ref) -> SecurityGroup:
        return _group(self._client.one("describe_security_groups", ref))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        wait = converge.create(self._parts(request, attempt), attempt, lag_seconds=self._client.lag)
        return wait or self.get(Ref(request.name, attempt.parts["group"]))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        group_id = ref.id or attempt.parts.get("group") or self._find(ref.token)
        if group_id is None:
            return converge.delete([], attempt, lag_seconds=self._client.lag)
        rows = self._client.all("describe_vms", {"security_group_ids": group_id})
        if users := [row["id"] for row in rows if row["state"] != "terminated"]:
            raise InUse(f"the security group '{group_id}' is in use by {', '.join(users)}")
        return converge.delete([going("group", group_id, self._remove)], attempt, lag_seconds=self._client.lag)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        group_id = self._client.one("describe_security_groups", ref)["id"]
        wait = converge.create([self._rules_part(group_id, request.rules)], attempt, lag_seconds=self._client.lag)
        return wait or self.get(ref)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        group_id = self._client.one("describe_security_groups", ref)["id"]
        return converge.create([self._no_rules_part(group_id, request.rules)], attempt, lag_seconds=self._client.lag)

    def _parts(self, request: SecurityGroupRequest, attempt: Attempt) -> Iterator[Part]:
        call = self._client.call
        yield Part(
            "group",
            make=lambda _: call(
                "create_security_group",
                vpc_id=request.vpc.id,
                name=request.name,
                tags=tags(attempt.token, request.tags),
            )["id"],
            find=lambda: self._find(attempt.token),
        )
        group_id = attempt.parts["group"]
        if request.rules:
            yield self._rules_part(group_id, request.rules)
        yield converge.visible(lambda: group_id, lambda _: self._has(group_id, request.rules))

    def _rules_part(self, group_id: str, rules: tuple[Rule, ...]) -> Part:
        """They go with their group, so nothing removes them."""

        def make(_: str) -> str:
            self._client.call("authorize_rules", group_id=group_id, rules=[asdict(rule) for rule in rules])
            return group_id

        def ready(_: str) -> Wait | None:
            return None if self._has(group_id, rules) else Wait(1.0, "the cloud does not show the rules yet")

        return Part("rules", make=make, find=lambda: group_id if self._has(group_id, rules) else None, ready=ready)

    def _no_rules_part(self, group_id: str, rules: tuple[Rule, ...]) -> Part:
        """That they are not there: made like anything else, for the cloud refuses it where there is none to remove."""

        def make(_: str) -> str:
            self._client.call("revoke_rules", group_id=group_id, rules=[asdict(rule) for rule in rules])
            return group_id

        def ready(_: str) -> Wait | None:
            return None if self._has_none(group_id, rules) else Wait(1.0, "the cloud still shows the rules")

        return Part(
            "no rules", make=make, find=lambda: group_id if self._has_none(group_id, rules) else None, ready=ready
        )

    def _has(self, group_id: str, rules: tuple[Rule, ...]) -> bool:
        shown = self._shown(group_id)
        return shown is not None and shown.issuperset(rules)

    def _has_none(self, group_id: str, rules: tuple[Rule, ...]) -> bool:
        shown = self._shown(group_id)
        return shown is not None and shown.isdisjoint(rules)

    def _shown(self, group_id: str) -> set[Rule] | None:
        """The group's rules; None while the cloud does not show the group."""
        rows = self._client.all("describe_security_groups", {"id": group_id})
        return set(_group(rows[0]).rules) if rows else None

    def _find(self, token: str) -> str | None:
        return self._client.made_by("describe_security_groups", token)

    def _remove(self, group_id: str) -> Wait | None:
        return self._client.remove("delete_security_group", "describe_security_groups", group_id=group_id)


def _group(row: Row) -> SecurityGroup:
    return SecurityGroup(
        iid=Iid(row["name"], row["id"]),
        vpc=Iid("", row["vpc_id"]),
        rules=tuple(_rule(rule) for rule in row["rules"]),
        tags=users_tags(row),
    )


def _rule(row: Row) -> Rule:
    return Rule(**{**row, "direction": Direction(row["direction"]), "protocol": Protocol(row["protocol"])})
