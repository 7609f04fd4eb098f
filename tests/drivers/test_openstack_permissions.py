"""Each verb of the OpenStack driver runs with exactly the policies that its capability declares.

Neutron shows nothing where a policy of reading is missing, so that a verb may fail late, or see too little.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from spider_drivers.contract import (
    Attempt,
    Direction,
    ImageRequest,
    KeyPairRequest,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    VirtualClock,
    VmRequest,
    VpcRequest,
    Wait,
)
from spider_drivers.openstack import OpenStackDriver, marks

from cloud_twin.twin import Twin
from tests.drivers.openstack_place import Place, emulated, smallest
from tests.drivers.openstack_support import REGION, Os, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref

KINDS = OpenStackDriver().capability().kinds
VERBS = [(kind, verb) for kind, capability in KINDS.items() for verb in capability.permissions]
RULES = tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (22, 80))
NEW_RULES = RulesRequest(tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (443, 8080)))
TAGS = {"stage": "test"}
KEY = "key"
ROUNDS = 4
# What only a try after a death asks for, a change that is taken back, a VM whose port somebody has changed, or the
# subnet of another VPC.
SELDOM = {
    "vpc create": {"get_port", "get_router"},
    "vpc add_subnet": {"get_port"},
    "security_group remove_rules": {"create_security_group_rule"},
    "key_pair delete": {"os_compute_api:os-keypairs:show"},
    "vpc remove_subnet": {"get_subnet"},
    "vm create": {"get_floatingip", "get_port", "os_compute_api:servers:detail"},
    "vm list": {"get_port"},
    "vm get": {"get_port"},
    "vm delete": {"get_port"},
}


@dataclass
class Bench:
    """A project with a network, a group, a key pair and a VM, to which it can be put back. `tokens`: by which
    operations they were made."""

    place: Place
    os: Os
    refs: Mapping[str, Ref]
    tokens: Mapping[str, str]
    content: Any

    @property
    def twin(self) -> Twin:
        assert self.place.twin
        return self.place.twin

    @property
    def cloud(self) -> Any:
        return self.twin.clouds["openstack"]

    def reset(self) -> None:
        self.cloud.settings.permissions = None
        self.cloud.restore(self.content)

    def vm(self, image: str) -> VmRequest:
        key = Ref(KEY, KEY)
        vpc, subnet, group = (self.refs[kind] for kind in ("vpc", "subnet", "security_group"))
        return VmRequest("new", Ref(image), self.place.spec, vpc, subnet, (group,), key, tags=TAGS)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with emulated() as place:
        os_ = place.connect()
        place.image, place.spec = smallest(os_.cloud)
        vpc = make_vpc(os_)
        group = make_group(os_, vpc, *RULES)
        key = KeyPairRequest(KEY, PUBLIC_KEY)
        done(lambda attempt: os_.connection.key_pair.create(key, attempt))
        vm = make_vm(os_, vm_request(place, vpc, group, tags=TAGS))
        refs = {"vpc": ref(vpc), "subnet": ref(vpc.subnets[0]), "security_group": ref(group), "vm": ref(vm)}
        refs["key_pair"] = Ref(KEY, KEY)
        token = os_.cloud.get(f"compute/servers/{vm.iid.id}")["server"]["metadata"][marks.TOKEN]
        told = {
            "vpc": os_.cloud.get(f"network/networks/{vpc.iid.id}")["network"],
            "security_group": os_.cloud.get(f"network/security-groups/{group.iid.id}")["security_group"],
        }
        tokens = {kind: marks.read(one)[marks.TOKEN] for kind, one in told.items()} | {"vm": token}
        assert place.twin
        yield Bench(place, os_, refs, tokens, place.twin.clouds["openstack"].snapshot())
        os_.connection.close()


Step = Callable[[Bench], object]


def _read(kind: str, verb: str, name: str = "") -> Step:
    def step(bench: Bench) -> object:
        handler = bench.os.connection.handler(kind)
        return getattr(handler, verb)(*([_ref(bench, kind, name)] if verb == "get" else []))

    return step


def _ref(bench: Bench, kind: str, name: str) -> Ref:
    return Ref(name, name) if name else bench.refs[kind]


def _act(kind: str, verb: str, *arguments: Any) -> Step:
    """Arguments that are functions are called with the bench."""

    def step(bench: Bench) -> object:
        bench.os.connection.spec._known.clear()
        bench.os.connection.vpc._routers._known.clear()
        given = [one(bench) if callable(one) else one for one in arguments]
        handler, attempt = getattr(bench.os.connection, kind), Attempt("token", clock=VirtualClock())
        for _ in range(ROUNDS):
            answer = getattr(handler, verb)(*given, attempt)
            if not isinstance(answer, Wait):
                return answer
        return answer

    return step


def _the(kind: str) -> Callable[[Bench], Ref]:
    return lambda bench: bench.refs[kind]


def _undone(kind: str) -> Step:
    """The delete of what is known by its operation alone."""
    return _act(kind, "delete", lambda bench: Ref("other", None, bench.tokens[kind]))


def _group(bench: Bench) -> SecurityGroupRequest:
    outbound = Rule(Direction.OUTBOUND, Protocol.TCP, 443, 443)
    return SecurityGroupRequest("new", bench.refs["vpc"], (*RULES, outbound), TAGS)


def _alone(bench: Bench) -> None:
    done(lambda attempt: bench.os.connection.vm.delete(bench.refs["vm"], attempt))


def _suspended(bench: Bench) -> None:
    _act("vm", "suspend", _the("vm"))(bench)


NEW_NET = VpcRequest("new", "", (SubnetRequest("new-a", "10.8.0.0/24", tags=TAGS),), TAGS)
NEW_SUBNET = SubnetRequest("new-a", "10.8.0.0/24", tags=TAGS)
# What a verb does, and before it what may be done without being asked for.
SCENARIOS: dict[str, list[tuple[Step, Callable[[Bench], None] | None]]] = {
    "image create": [(_act("image", "create", ImageRequest("debian-12")), None), (_read("image", "get", "none"), None)],
    "image list": [(_read("image", "list"), None)],
    "image get": [(_read("image", "get", "debian-12"), None), (_read("image", "get", "none"), None)],
    "spec list": [(_read("spec", "list"), None)],
    "spec get": [(_read("spec", "get", "m1.nano"), None)],
    "vpc create": [(_act("vpc", "create", NEW_NET), None)],
    "vpc list": [(_read("vpc", "list"), None)],
    "vpc get": [(_read("vpc", "get"), None)],
    "vpc delete": [(_act("vpc", "delete", _the("vpc")), _alone), (_undone("vpc"), _alone)],
    "vpc add_subnet": [(_act("vpc", "add_subnet", _the("vpc"), NEW_SUBNET), None)],
    "vpc remove_subnet": [
        (_act("vpc", "remove_subnet", _the("vpc"), _the("subnet")), before) for before in (_alone, None)
    ],
    "vpc tag": [(_act("tag", "add", kind, _the(kind), "team", "blue"), None) for kind in ("vpc", "subnet")],
    "security_group create": [(_act("security_group", "create", _group), None)],
    "security_group list": [(_read("security_group", "list"), None)],
    "security_group get": [(_read("security_group", "get"), None)],
    "security_group delete": [
        (_act("security_group", "delete", _the("security_group")), _alone),
        (_undone("security_group"), _alone),
    ],
    "security_group add_rules": [(_act("security_group", "add_rules", _the("security_group"), NEW_RULES), None)],
    "security_group remove_rules": [
        (_act("security_group", "remove_rules", _the("security_group"), RulesRequest(RULES)), None)
    ],
    "security_group tag": [(_act("tag", "add", "security_group", _the("security_group"), "team", "blue"), None)],
    "key_pair create": [(_act("key_pair", "create", KeyPairRequest("new", PUBLIC_KEY)), None)],
    "key_pair list": [(_read("key_pair", "list"), None)],
    "key_pair get": [(_read("key_pair", "get"), None)],
    "key_pair delete": [(_act("key_pair", "delete", _the("key_pair")), None)],
    "vm create": [
        (_act("vm", "create", lambda bench: bench.vm("debian-12")), None),
        (_act("vm", "create", lambda bench: bench.vm(bench.place.image)), None),
        (_act("vm", "create", lambda bench: replace(bench.vm("debian-12"), vpc=Ref(""))), None),
    ],
    "vm list": [(_read("vm", "list"), None)],
    "vm get": [(_read("vm", "get"), None)],
    "vm delete": [(_act("vm", "delete", _the("vm")), None), (_undone("vm"), None)],
    "vm suspend": [(_act("vm", "suspend", _the("vm")), None)],
    "vm resume": [(_act("vm", "resume", _the("vm")), _suspended)],
    "vm reboot": [(_act("vm", "reboot", _the("vm")), None)],
    "vm tag": [
        (_act("tag", "add", "vm", _the("vm"), "team", "blue"), None),
        (_act("tag", "remove", "vm", _the("vm"), "stage"), None),
    ],
    "region_zone list": [(_read("region_zone", "list"), None)],
    "region_zone get": [(_read("region_zone", "get", REGION), None)],
}


def test_every_verb_has_its_scenarios() -> None:
    assert SCENARIOS.keys() == {f"{kind} {verb}" for kind, verb in VERBS}


@pytest.mark.parametrize(("kind", "verb"), VERBS)
def test_a_verb_needs_what_it_declares_and_nothing_more(bench: Bench, kind: str, verb: str) -> None:
    declared = set(KINDS[kind].permissions[verb])
    scenarios = SCENARIOS[f"{kind} {verb}"]
    everything = [_outcome(bench, scenario, None) for scenario in scenarios]
    assert [_outcome(bench, scenario, declared) for scenario in scenarios] == everything
    for left_out in sorted(declared - SELDOM.get(f"{kind} {verb}", set())):
        without = [_outcome(bench, scenario, declared - {left_out}) for scenario in scenarios]
        assert without != everything, f"it works without {left_out}"


def test_what_is_marked_is_listed_with_what_is_declared_and_nothing_more(bench: Bench) -> None:
    declared = set(OpenStackDriver().capability().marked or ())
    scenario: tuple[Step, None] = (lambda bench: bench.os.connection.marked(), None)
    everything = _outcome(bench, scenario, None)
    assert _outcome(bench, scenario, declared) == everything
    for left_out in sorted(declared):
        assert _outcome(bench, scenario, declared - {left_out}) != everything, f"it works without {left_out}"


def _outcome(
    bench: Bench, scenario: tuple[Step, Callable[[Bench], None] | None], permissions: set[str] | None
) -> tuple[str, int]:
    """How it ends, and how many things the project holds then."""
    step, before = scenario
    bench.reset()
    if before:
        before(bench)
    bench.cloud.settings.permissions = None if permissions is None else sorted(permissions)
    said = "granted"
    with contextlib.suppress(SpiderError):
        try:
            answer = step(bench)
            said = f"{type(answer).__name__} {_shown(answer)}"
        except SpiderError as refusal:
            said = f"{type(refusal).__name__} {refusal.code}"
            raise
    return said, len(bench.cloud.contents())


def _shown(answer: Any) -> int:
    """How much of it is shown."""
    if isinstance(answer, list):
        return sum(_shown(one) for one in answer)
    return 1 + sum(len(getattr(answer, name, ())) for name in ("subnets", "rules", "zones"))
