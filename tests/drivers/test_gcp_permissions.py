"""Each verb of the GCP driver runs with exactly the IAM permissions that its capability declares."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Direction,
    ImageRequest,
    Invalid,
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
from spider_drivers.gcp import GcpDriver, descriptions
from spider_drivers.gcp.rules import name_of

from cloud_twin.faults import Rule as Fault
from tests.drivers.gcp_support import IMAGE, REGION, SPEC, ZONE, Emulated, Gcp, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm

KINDS = GcpDriver().capability().kinds
VERBS = [(kind, verb) for kind, capability in KINDS.items() for verb in capability.permissions]
# What only images of the project's own ask for; Cloud-Twin has public ones alone.
NOT_EMULATED = {"compute.images.useReadOnly"}
RULES = tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (22, 80))
NEW_RULES = RulesRequest(tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (443, 8080)))
NET, SUBNET, GROUP, VM = (Ref(name, name) for name in ("net", "net-a", "group", "vm"))
SHORT_IMAGE = "debian-12-bookworm-v20261111"


@dataclass
class Bench:
    """A project with a network, a group and a VM, to which it can be put back; connections with a zone and without.
    `tokens`: by which operations the three were made."""

    gce: Emulated
    gcp: Gcp
    regional: Gcp
    tokens: Mapping[str, str]
    content: Any

    def reset(self) -> None:
        self.gce.twin.reset()
        self.gce.cloud.settings.quotas.clear()
        self.gce.cloud.restore(self.content)

    @contextlib.contextmanager
    def allowed(self, permissions: set[str]) -> Iterator[None]:
        self.gce.cloud.settings.permissions = sorted(permissions)
        try:
            yield
        finally:
            self.gce.cloud.settings.permissions = None


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with emulated() as gce, fresh(gce) as gcp:
        vpc = make_vpc(gcp)
        make_vm(gcp, vm_request(vpc, make_group(gcp, vpc, *RULES), tags={"stage": "test"}))
        tokens = {
            "vpc": descriptions.token(gcp.call("networks.get", network="net")),
            "security_group": descriptions.token(gcp.call("firewalls.get", firewall="group")),
            "vm": gcp.call("instances.get", zone=ZONE, instance="vm")["labels"]["spider-token"],
        }
        regional = gce.connect(Zone="")
        yield Bench(gce, gcp, regional, tokens, gce.cloud.snapshot())
        regional.connection.close()


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


def _of(bench: Bench, regional: bool) -> Gcp:
    """A connection that remembers nothing."""
    found = bench.regional if regional else bench.gcp
    found.connection._zones._home = found.connection._zones.named
    return found


def _read(kind: str, verb: str, *arguments: Any, regional: bool = False) -> Scenario:
    return Scenario(lambda bench: getattr(_of(bench, regional).connection.handler(kind), verb)(*arguments))


def _act(kind: str, verb: str, *arguments: Any, regional: bool = False) -> Step:
    def step(bench: Bench) -> object:
        handler = getattr(_of(bench, regional).connection, kind)
        return done(lambda attempt: getattr(handler, verb)(*arguments, attempt))

    return step


def _undo(kind: str) -> Step:
    """The delete of what is known by its operation alone."""

    def step(bench: Bench) -> object:
        handler, token = bench.gcp.connection.handler(kind), bench.tokens[kind]
        return done(lambda attempt: handler.delete(Ref("other", None, token), attempt))

    return step


def _undo_subnet(bench: Bench) -> object:
    subnet = Ref("net-a", None, bench.tokens["vpc"])
    return done(lambda attempt: bench.gcp.connection.vpc.remove_subnet(NET, subnet, attempt))


def _without(*kinds: str) -> Step:
    def steps(bench: Bench) -> None:
        for kind, one in (("vm", VM), ("security_group", GROUP)):
            if kind in kinds:
                _act(kind, "delete", one)(bench)

    return steps


def _few_firewalls(bench: Bench) -> None:
    """Room for one more."""
    bench.gce.cloud.settings.quotas["firewalls"] = len(bench.gcp.all("firewalls.list")) + 1


def _taken(bench: Bench) -> None:
    """Somebody has a firewall of the name that a rule's would have."""
    name = name_of("group", NEW_RULES.rules[0])
    body = {"name": name, "network": "global/networks/net", "allowed": [{"IPProtocol": "esp"}]}
    bench.gcp.call("firewalls.insert", body=body)


def _second_delete_fails(bench: Bench) -> None:
    fault = Fault(api="compute.firewalls.delete", first=2, times=1, status=400, code="invalid", message="not now")
    bench.gce.twin.rules.add(fault)


def _vm(image: str = IMAGE, name: str = "new") -> VmRequest:
    tags = {"stage": "test"}
    return VmRequest(name, Ref(image, image), SPEC, NET, SUBNET, (GROUP,), public_key=PUBLIC_KEY, tags=tags)


def _both(kind: str, verb: str, *arguments: Any) -> list[Scenario]:
    """By connections with a zone and without."""
    return [Scenario(_act(kind, verb, *arguments, regional=regional)) for regional in (False, True)]


NEW_NET = VpcRequest("new", "", (SubnetRequest("new-a", "10.8.0.0/24"),))
TAKEN_SUBNET = VpcRequest("new", "", (SubnetRequest("net-a", "10.8.0.0/24"),))
SUSPENDED = _act("vm", "suspend", VM)

SCENARIOS: dict[str, list[Scenario]] = {
    "image create": [Scenario(_act("image", "create", ImageRequest(name))) for name in (SHORT_IMAGE, IMAGE)],
    "image list": [_read("image", "list")],
    "image get": [_read("image", "get", Ref(name, name)) for name in (SHORT_IMAGE, IMAGE)],
    "spec list": [_read("spec", "list", regional=regional) for regional in (False, True)],
    "spec get": [_read("spec", "get", Ref(SPEC, SPEC), regional=regional) for regional in (False, True)],
    "vpc create": [
        Scenario(_act("vpc", "create", NEW_NET)),
        Scenario(_act("vpc", "create", TAKEN_SUBNET), refused=AlreadyExists),
    ],
    "vpc list": [_read("vpc", "list")],
    "vpc get": [_read("vpc", "get", NET)],
    "vpc delete": [
        Scenario(_act("vpc", "delete", NET), _without("vm", "security_group")),
        Scenario(_undo("vpc"), _without("vm", "security_group")),
    ],
    "vpc add_subnet": [
        Scenario(_act("vpc", "add_subnet", NET, SubnetRequest("new-a", "10.8.0.0/24"))),
        Scenario(_act("vpc", "add_subnet", NET, SubnetRequest("net-a", "10.8.0.0/24")), refused=AlreadyExists),
    ],
    "vpc remove_subnet": [
        Scenario(_act("vpc", "remove_subnet", NET, SUBNET), _without("vm")),
        Scenario(_undo_subnet, _without("vm")),
    ],
    "security_group create": [
        Scenario(_act("security_group", "create", SecurityGroupRequest("new", NET, RULES))),
        Scenario(_act("security_group", "create", SecurityGroupRequest("group", NET, RULES)), refused=AlreadyExists),
    ],
    "security_group list": [_read("security_group", "list")],
    "security_group get": [_read("security_group", "get", GROUP)],
    "security_group delete": [
        Scenario(_act("security_group", "delete", GROUP), _without("vm")),
        Scenario(_undo("security_group"), _without("vm")),
    ],
    "security_group add_rules": [
        Scenario(_act("security_group", "add_rules", GROUP, NEW_RULES)),
        Scenario(_act("security_group", "add_rules", GROUP, NEW_RULES), _taken, AlreadyExists),
        Scenario(_act("security_group", "add_rules", GROUP, NEW_RULES), _few_firewalls, NoCapacity),
    ],
    "security_group remove_rules": [
        Scenario(_act("security_group", "remove_rules", GROUP, RulesRequest(RULES))),
        Scenario(_act("security_group", "remove_rules", GROUP, RulesRequest(RULES)), _second_delete_fails, Invalid),
    ],
    "vm create": [*_both("vm", "create", _vm()), *_both("vm", "create", _vm(SHORT_IMAGE))],
    "vm list": [_read("vm", "list", regional=regional) for regional in (False, True)],
    "vm get": [_read("vm", "get", VM, regional=regional) for regional in (False, True)],
    "vm delete": [*_both("vm", "delete", VM), Scenario(_undo("vm"))],
    "vm suspend": _both("vm", "suspend", VM),
    "vm resume": [Scenario(one.step, SUSPENDED) for one in _both("vm", "resume", VM)],
    "vm reboot": _both("vm", "reboot", VM),
    "vm tag": [*_both("tag", "add", "vm", VM, "team", "blue"), *_both("tag", "remove", "vm", VM, "stage")],
    "region_zone list": [_read("region_zone", "list")],
    "region_zone get": [_read("region_zone", "get", Ref("", REGION))],
}


def test_every_verb_has_its_scenarios() -> None:
    assert SCENARIOS.keys() == {f"{kind} {verb}" for kind, verb in VERBS}


@pytest.mark.parametrize(("kind", "verb"), VERBS)
def test_a_verb_needs_what_it_declares_and_nothing_more(bench: Bench, kind: str, verb: str) -> None:
    declared = set(KINDS[kind].permissions[verb])
    assert declared
    scenarios = SCENARIOS[f"{kind} {verb}"]
    for scenario in scenarios:
        scenario.run(bench, declared)
    for left_out in sorted(declared - NOT_EMULATED):
        said = [_said(scenario, bench, declared - {left_out}) for scenario in scenarios]
        assert any(f"'{left_out}'" in one for one in said), f"it works without {left_out}"


def test_a_credential_is_checked_with_one_permission(bench: Bench) -> None:
    for gcp, permission in ((bench.gcp, "compute.zones.get"), (bench.regional, "compute.regions.get")):
        with bench.allowed({permission}):
            gcp.connection.check()
        with bench.allowed(set()), pytest.raises(Refused, match=permission):
            gcp.connection.check()


@pytest.mark.parametrize("regional", [False, True])
def test_what_is_marked_is_listed_with_what_is_declared_and_nothing_more(bench: Bench, regional: bool) -> None:
    declared = set(GcpDriver().capability().marked or ())
    scenario = Scenario(lambda bench: _of(bench, regional).connection.marked())
    scenario.run(bench, declared)
    for left_out in sorted(declared):
        assert f"'{left_out}'" in _said(scenario, bench, declared - {left_out})


def _said(scenario: Scenario, bench: Bench, permissions: set[str]) -> str:
    """Google's words to the verb; "" where it was granted."""
    try:
        scenario.run(bench, permissions)
    except SpiderError as refusal:
        return refusal.text
    return ""
