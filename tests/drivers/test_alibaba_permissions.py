"""Each verb of the Alibaba driver runs with exactly the RAM permissions that its capability declares."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from spider_drivers.alibaba import AlibabaDriver, tags
from spider_drivers.contract import (
    EVERYTHING_OUT,
    Direction,
    ImageRequest,
    KeyPairRequest,
    NoCapacity,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    VmRequest,
    VpcRequest,
)

from cloud_twin.faults import Rule as Fault
from tests.drivers.alibaba_support import IMAGE, REGION, SPEC, Alibaba, Emulated, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref

KINDS = AlibabaDriver().capability().kinds
VERBS = [(kind, verb) for kind, capability in KINDS.items() for verb in capability.permissions]
RULES = (Rule(Direction.INBOUND, Protocol.TCP, 22, 22), Rule(Direction.OUTBOUND, Protocol.TCP, 443, 443))
NEW_RULES = RulesRequest(tuple(Rule(direction, Protocol.UDP, 53, 53) for direction in Direction))


@dataclass
class Bench:
    """An account with a VPC, a group, a key pair and a VM, to which it can be put back. `refs`: of the four and the
    subnet; `tokens`: by which operations they were made."""

    ecs: Emulated
    alibaba: Alibaba
    refs: Mapping[str, Ref]
    tokens: Mapping[str, str]
    content: Any

    def reset(self) -> None:
        self.ecs.twin.reset()
        self.ecs.cloud.restore(self.content)

    @contextlib.contextmanager
    def allowed(self, permissions: set[str]) -> Iterator[None]:
        self.ecs.cloud.settings.permissions = sorted(permissions)
        try:
            yield
        finally:
            self.ecs.cloud.settings.permissions = None


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with emulated() as ecs, fresh(ecs) as alibaba:
        vpc = make_vpc(alibaba)
        group = make_group(alibaba, vpc, *RULES)
        request = KeyPairRequest("key", PUBLIC_KEY)
        key = done(lambda attempt: alibaba.connection.key_pair.create(request, attempt))
        vm = make_vm(alibaba, vm_request(vpc, group, key_pair=ref(key), tags={"stage": "test"}))
        shapes = {"vpc": vpc, "subnet": vpc.subnets[0], "security_group": group, "key_pair": key, "vm": vm}
        lists = {
            "vpc": "vpc.DescribeVpcs",
            "subnet": "vpc.DescribeVSwitches",
            "security_group": "ecs.DescribeSecurityGroups",
            "key_pair": "ecs.DescribeKeyPairs",
            "vm": "ecs.DescribeInstances",
        }
        tokens = {kind: tags.of(alibaba.all(api)[0])[tags.TOKEN] for kind, api in lists.items()}
        yield Bench(ecs, alibaba, {kind: ref(one) for kind, one in shapes.items()}, tokens, ecs.cloud.snapshot())


Step = Callable[[Bench], object]


@dataclass
class Scenario:
    """`step` is what a verb does, after `before`, which may do anything. It may end in `refused` by other reasons."""

    step: Step
    before: Step = lambda _: None
    refused: type[SpiderError] | None = None

    def run(self, bench: Bench, permissions: set[str]) -> None:
        """Raises SpiderErrors."""
        bench.reset()
        self.before(bench)
        with bench.allowed(permissions), contextlib.suppress(*([self.refused] if self.refused else [])):
            self.step(bench)


def _read(kind: str, verb: str, *arguments: Any) -> Scenario:
    return Scenario(lambda bench: getattr(bench.alibaba.connection.handler(kind), verb)(*arguments))


def _get(kind: str) -> Scenario:
    return Scenario(lambda bench: bench.alibaba.connection.handler(kind).get(bench.refs[kind]))


def _act(handler: str, verb: str, *arguments: Any) -> Step:
    """A text among the arguments that names a kind stands for that resource."""

    def step(bench: Bench) -> object:
        given = [bench.refs.get(one, one) if isinstance(one, str) else one for one in arguments]
        given = [one(bench) if callable(one) else one for one in given]
        found = getattr(bench.alibaba.connection, handler)
        return done(lambda attempt: getattr(found, verb)(*given, attempt))

    return step


def _tag(kind: str, verb: str, *arguments: str) -> Step:
    def step(bench: Bench) -> object:
        handler = bench.alibaba.connection.tag
        return done(lambda attempt: getattr(handler, verb)(kind, bench.refs[kind], *arguments, attempt))

    return step


def _undo(kind: str) -> Step:
    """The delete of what is known by its operation alone."""

    def step(bench: Bench) -> object:
        handler, unknown = bench.alibaba.connection.handler(kind), Ref("other", None, bench.tokens[kind])
        return done(lambda attempt: handler.delete(unknown, attempt))

    return step


def _undo_subnet(bench: Bench) -> object:
    subnet = Ref("net-a", None, bench.tokens["subnet"])
    return done(lambda attempt: bench.alibaba.connection.vpc.remove_subnet(bench.refs["vpc"], subnet, attempt))


def _without(*kinds: str) -> Step:
    def steps(bench: Bench) -> None:
        for kind in kinds:
            _act(kind, "delete", kind)(bench)

    return steps


def _outbound_refused(bench: Bench) -> None:
    fault = Fault(
        api="AuthorizeSecurityGroupEgress", times=1, status=403, code="AuthorizationLimitExceed", message="no"
    )
    bench.ecs.twin.rules.add(fault)


def _second_half_refused(bench: Bench) -> None:
    """Of rules that need two calls."""
    api = "AuthorizeSecurityGroupEgress"
    fault = Fault(api=api, first=2, times=1, status=403, code="AuthorizationLimitExceed", message="no")
    bench.ecs.twin.rules.add(fault)


def _outbound_kept(bench: Bench) -> None:
    """The rules are there, and those of one direction cannot be removed."""
    ADD(bench)
    fault = Fault(api="RevokeSecurityGroupEgress", times=1, status=403, code="AuthorizationLimitExceed", message="no")
    bench.ecs.twin.rules.add(fault)


def _group_request(bench: Bench) -> SecurityGroupRequest:
    return SecurityGroupRequest("new", bench.refs["vpc"], RULES)


def _vm_request(bench: Bench) -> VmRequest:
    refs, image = bench.refs, Ref(IMAGE, IMAGE)
    return VmRequest("new", image, SPEC, refs["vpc"], refs["subnet"], (refs["security_group"],), refs["key_pair"])


NEW_NET = VpcRequest("new", "10.8.0.0/16", (SubnetRequest("new-a", "10.8.0.0/24"),))
ADD, REMOVE = (_act("security_group", verb, "security_group", NEW_RULES) for verb in ("add_rules", "remove_rules"))
NOTHING_OUT = RulesRequest((EVERYTHING_OUT,))
MANY_OUT = RulesRequest(tuple(Rule(Direction.OUTBOUND, Protocol.UDP, port, port) for port in range(1000, 1026)))

SCENARIOS: dict[str, list[Scenario]] = {
    "image create": [Scenario(_act("image", "create", ImageRequest(IMAGE)))],
    "image list": [_read("image", "list")],
    "image get": [_read("image", "get", Ref(IMAGE, IMAGE))],
    "spec list": [_read("spec", "list")],
    "spec get": [_read("spec", "get", Ref(SPEC, SPEC))],
    "vpc create": [Scenario(_act("vpc", "create", NEW_NET))],
    "vpc list": [_read("vpc", "list")],
    "vpc get": [_get("vpc")],
    "vpc delete": [
        Scenario(_act("vpc", "delete", "vpc"), _without("vm", "security_group")),
        Scenario(_undo("vpc"), _without("vm", "security_group")),
    ],
    "vpc add_subnet": [Scenario(_act("vpc", "add_subnet", "vpc", SubnetRequest("new-a", "10.0.8.0/24")))],
    "vpc remove_subnet": [
        Scenario(_act("vpc", "remove_subnet", "vpc", "subnet"), _without("vm")),
        Scenario(_undo_subnet, _without("vm")),
    ],
    "vpc tag": [Scenario(_tag(kind, "add", "team", "blue")) for kind in ("vpc", "subnet")]
    + [Scenario(_tag(kind, "remove", "stage")) for kind in ("vpc", "subnet")],
    "security_group create": [Scenario(_act("security_group", "create", _group_request))],
    "security_group list": [_read("security_group", "list")],
    "security_group get": [_get("security_group")],
    "security_group delete": [
        Scenario(_act("security_group", "delete", "security_group"), _without("vm")),
        Scenario(_undo("security_group"), _without("vm")),
    ],
    "security_group add_rules": [
        Scenario(ADD),
        Scenario(ADD, _outbound_refused, NoCapacity),
        Scenario(_act("security_group", "add_rules", "security_group", MANY_OUT), _second_half_refused, NoCapacity),
    ],
    "security_group remove_rules": [
        Scenario(REMOVE, ADD),
        Scenario(_act("security_group", "remove_rules", "security_group", NOTHING_OUT),
                 _act("security_group", "add_rules", "security_group", NOTHING_OUT)),
        Scenario(REMOVE, _outbound_kept, NoCapacity),
    ],
    "security_group tag": [
        Scenario(_tag("security_group", "add", "team", "blue")),
        Scenario(_tag("security_group", "remove", "stage")),
    ],
    "key_pair create": [Scenario(_act("key_pair", "create", KeyPairRequest("new", PUBLIC_KEY)))],
    "key_pair list": [_read("key_pair", "list")],
    "key_pair get": [_get("key_pair")],
    "key_pair delete": [
        Scenario(_act("key_pair", "delete", "key_pair"), _without("vm")),
        Scenario(_undo("key_pair"), _without("vm")),
    ],
    "key_pair tag": [
        Scenario(_tag("key_pair", "add", "team", "blue")),
        Scenario(_tag("key_pair", "remove", "stage")),
    ],
    "vm create": [Scenario(_act("vm", "create", _vm_request))],
    "vm list": [_read("vm", "list")],
    "vm get": [_get("vm")],
    "vm delete": [Scenario(_act("vm", "delete", "vm")), Scenario(_undo("vm"))],
    "vm suspend": [Scenario(_act("vm", "suspend", "vm"))],
    "vm resume": [Scenario(_act("vm", "resume", "vm"), _act("vm", "suspend", "vm"))],
    "vm reboot": [Scenario(_act("vm", "reboot", "vm"))],
    "vm tag": [Scenario(_tag("vm", "add", "team", "blue")), Scenario(_tag("vm", "remove", "stage"))],
    "region_zone list": [_read("region_zone", "list")],
    "region_zone get": [_read("region_zone", "get", Ref("", REGION))],
}  # fmt: skip


def test_every_verb_has_its_scenarios() -> None:
    assert SCENARIOS.keys() == {f"{kind} {verb}" for kind, verb in VERBS}


@pytest.mark.parametrize(("kind", "verb"), VERBS)
def test_a_verb_needs_what_it_declares_and_nothing_more(bench: Bench, kind: str, verb: str) -> None:
    declared = set(KINDS[kind].permissions[verb])
    assert declared
    scenarios = SCENARIOS[f"{kind} {verb}"]
    for scenario in scenarios:
        scenario.run(bench, declared)
    for left_out in sorted(declared):
        codes = [_code(scenario, bench, declared - {left_out}) for scenario in scenarios]
        assert any(code.startswith("Forbidden") for code in codes), f"it works without {left_out}"


def test_a_credential_is_checked_with_one_permission(bench: Bench) -> None:
    with bench.allowed({"ecs:DescribeZones"}):
        bench.alibaba.connection.check()
    with bench.allowed(set()), pytest.raises(Refused, match=r"Forbidden\.RAM"):
        bench.alibaba.connection.check()


def test_what_is_marked_is_listed_with_what_is_declared_and_nothing_more(bench: Bench) -> None:
    declared = set(AlibabaDriver().capability().marked or ())
    bench.reset()
    with bench.allowed(declared):
        told = bench.alibaba.connection.marked()
    assert {(one.kind, one.token) for one in told} == set(bench.tokens.items())
    for left_out in sorted(declared):
        with bench.allowed(declared - {left_out}), pytest.raises(Refused):
            bench.alibaba.connection.marked()


def _code(scenario: Scenario, bench: Bench, permissions: set[str]) -> str:
    """The cloud's to the verb; "" where it was granted."""
    try:
        scenario.run(bench, permissions)
    except SpiderError as refusal:
        return refusal.code
    return ""
