"""What users ask for, and what others do at the cloud beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from spider_drivers.contract import OutOfService, SpiderError
from spider_drivers.mock.cloud import Knobs
from spider_drivers.mock.faults import WireError

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.records import Accepted
from chalicelib.catalogue.wire.base import parse
from chalicelib.engine.call import Call
from chalicelib.engine.operations import _key_id
from chalicelib.store import OPERATIONS

from .process import Process
from .world import World

CONNECTIONS = ("c-1", "c-2")
KINDS = ("vpc", "security_group", "key_pair", "vm")
BY_NAME = {action.name: action for action in ACTIONS}
RULE = {"Direction": "inbound", "IPProtocol": "tcp", "FromPort": "8080", "ToPort": "8080", "CIDR": "10.0.0.0/8"}


@dataclass(frozen=True)
class Step:
    """`at`: seconds after the beginning. `key`: an Idempotency-Key, or ""."""

    at: float
    action: str
    body: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    member: str = ""
    key: str = ""
    respond_async: bool = False


def script(chance: Random) -> list[Step]:
    """Mostly what may succeed: dependants come after what they need, a little later or at the same time."""
    steps = []
    if chance.random() < 0.8:
        pause = chance.choice((0.1, 3.0))
        steps += [Step(n * pause, *_creation(kind, "1", CONNECTIONS[0])) for n, kind in enumerate(KINDS)]
        if chance.random() < 0.6:
            steps += _rest_of_a_life(chance)
    length = chance.choice((5.0, 60.0, 300.0))
    for _ in range(chance.randint(3, 12)):
        at, asynchronous = chance.uniform(0.0, length), chance.random() < 0.5
        step = Step(at, *_change(chance), respond_async=asynchronous)
        steps.append(step)
        if chance.random() < 0.2:  # asked again, as clients do that have no answer
            key = f"key-{len(steps)}"
            again = [
                Step(at + later, step.action, step.body, step.path, step.member, key) for later in (0.0, 1.0, 40.0)
            ]
            steps[-1:] = again
    return sorted(steps, key=lambda step: step.at)


def _rest_of_a_life(chance: Random) -> list[Step]:
    """Of what was made first: the VM is stopped and started, and all is deleted again, dependants before what they
    need."""
    on = {"ConnectionName": CONNECTIONS[0]}
    at, steps = 30.0, []
    for _ in range(chance.randint(0, 3)):
        at += chance.choice((2.0, 40.0))
        steps.append(Step(at, "control_vm", {**on, "action": chance.choice(("suspend", "resume", "reboot"))}, "vm-1"))
    for kind in reversed(KINDS):
        at += chance.choice((1.0, 60.0))
        steps.append(Step(at, f"delete_{kind}", on, f"{kind}-1"))
    return steps


def _change(chance: Random) -> tuple[str, dict[str, Any], str, str]:
    connection = chance.choice(CONNECTIONS[:1] * 3 + CONNECTIONS[1:])
    kind, number = chance.choice(KINDS), chance.choice("112")
    on: dict[str, Any] = {"ConnectionName": connection}
    match chance.choice(("create",) * 5 + ("delete",) * 5 + ("control",) * 3 + ("subnet", "rules")):
        case "create":
            return _creation(kind, number, connection)
        case "delete":
            forced = {"force": "true"} if chance.random() < 0.1 else {}
            return f"delete_{kind}", {**on, **forced}, f"{kind}-{number}", ""
        case "control":
            return "control_vm", {**on, "action": chance.choice(("suspend", "resume", "reboot"))}, f"vm-{number}", ""
        case "subnet":
            if chance.random() < 0.5:
                info = {"Name": "extra", "IPv4_CIDR": "10.0.77.0/24"}
                return "add_subnet", {**on, "ReqInfo": info}, f"vpc-{number}", ""
            return "remove_subnet", on, f"vpc-{number}", "extra"
    verb = chance.choice(("add_rules", "remove_rules"))
    return verb, {**on, "ReqInfo": {"RuleInfoList": [RULE]}}, f"security_group-{number}", ""


def _creation(kind: str, number: str, connection: str) -> tuple[str, dict[str, Any], str, str]:
    info: dict[str, Any] = {"Name": f"{kind}-{number}"}
    if kind == "vpc":
        subnets = [{"Name": name, "IPv4_CIDR": f"10.0.{place}.0/24"} for place, name in enumerate("ab"[: int(number)])]
        info |= {"IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": subnets}
    elif kind == "security_group":
        info |= {"VPCName": f"vpc-{number}", "SecurityRules": [{**RULE, "FromPort": "22", "ToPort": "22"}]}
    elif kind == "vm":
        info |= {
            "ImageName": "mock-vmimage-01",
            "VMSpecName": "mock-vmspec-01",
            "VPCName": f"vpc-{number}",
            "SubnetName": "a",
            "SecurityGroupNames": [f"security_group-{number}"],
            "KeyPairName": "key_pair-1",
        }
    return f"create_{kind}", {"ConnectionName": connection, "ReqInfo": info}, "", ""


class Users:
    """`accepted`: the operations that were acknowledged; `by_key`: the same by idempotency key; `broken_words`: where a
    key's later requests were told of something else than its operation."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.accepted: list[str] = []
        self.by_key: dict[str, set[str]] = {}
        self.broken_words: list[str] = []

    def come(self, steps: list[Step]) -> None:
        for step in steps:
            self._world.fibers.spawn("", lambda step=step: self._arrive(step), self._world, step.at)  # type: ignore[misc]

    def _arrive(self, step: Step) -> None:
        process = self._world.chance.choice(self._world.processes)
        self._world.fibers.spawn(f"{process.name} user", lambda: self._ask(process, step), process)

    def _ask(self, process: Process, step: Step) -> None:
        name = step.path or step.body["ReqInfo"]["Name"]
        what = f"{step.action} {name} on {step.body['ConnectionName']}"
        self._world.tell(f"{process.name} is asked: {what} {step.key}")
        try:
            answer = perform(process, step)
        except SpiderError as error:
            self._world.tell(f"{process.name} refuses: {what}: {error.message}")
            opened = self._opened_by(step.key)
            if opened and error.operation != opened and not isinstance(error, OutOfService):
                self.broken_words.append(f"{step.key} has opened {opened}, and is told of another matter: {error}")
            return
        self._world.tell(f"{process.name} answers: {what}: {type(answer).__name__}")
        if isinstance(answer, Accepted):
            self.accepted.append(answer.operation)
            if step.key and "force" not in step.body:  # which may cancel the create, with no operation of its own
                self.by_key.setdefault(step.key, set()).add(answer.operation)

    def _opened_by(self, key: str) -> str:
        row = self._world.store.get(OPERATIONS, (_key_id(key),)) if key else None
        return row["operation"] if row else ""


def perform(process: Process, step: Step) -> Any:
    action = BY_NAME[step.action]
    request = parse(action.request_model, step.body) if action.request_model else None
    call = Call(
        action=action,
        name=step.path,
        member=step.member,
        connection=getattr(request, "ConnectionName", ""),
        body=request.read() if request else None,
        idempotency_key=step.key,
        fingerprint=json.dumps([step.action, step.path, step.member, step.body], sort_keys=True),
        respond_async=step.respond_async,
    )
    return process.engine.perform(call)


def settle_in(process: Process, cloud_name: str, region: dict[str, str]) -> None:
    """Two connections to one account, whose cloud behaves as the region's keys say."""
    pairs = [{"Key": key, "Value": value} for key, value in region.items()]
    mock = {"ProviderName": "MOCK"}
    secret = [{"Key": "MockName", "Value": cloud_name}]
    perform(process, Step(0, "create_driver", {"DriverName": "d", **mock}))
    perform(process, Step(0, "create_credential", {"CredentialName": "c", "KeyValueInfoList": secret, **mock}))
    perform(process, Step(0, "create_region", {"RegionName": "r", "KeyValueInfoList": pairs, **mock}))
    names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
    for connection in CONNECTIONS:
        perform(process, Step(0, "create_connection", {"ConfigName": connection, **names, **mock}))


class Outsiders:
    """They make what is none of Spider's, and destroy what is."""

    def __init__(self, world: World, region: dict[str, str]) -> None:
        self._world = world
        self._knobs = Knobs.of(region)
        self.made: dict[str, str] = {}
        self.destroyed: set[str] = set()
        self.stopped: set[str] = set()

    def come(self) -> None:
        deeds = (self._make_vpc, self._make_key, self._make_group, self._destroy, self._destroy, self._stop)
        for _ in range(self._world.chance.randint(1, 6)):
            deed = self._world.chance.choice(deeds)
            at = self._world.chance.uniform(0.0, 120.0)
            self._world.fibers.spawn("outsider", lambda deed=deed: self._try(deed), self._world, at)  # type: ignore[misc]

    def _try(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except WireError as error:
            self._world.tell(f"an outsider is refused: {error}")

    def _call(self, api: str, **params: Any) -> dict[str, Any]:
        return self._world.cloud.call(api, params, self._knobs, self._world.clock.now())

    def _make(self, kind: str, api: str, **params: Any) -> None:
        made = self._call(api, tags={}, **params)["id"]
        self.made[made] = kind
        self._world.tell(f"an outsider makes the {kind} {made}")

    def _make_vpc(self) -> None:
        self._make("vpc", "create_vpc", name="vpc-1", cidr="10.0.0.0/16")

    def _make_key(self) -> None:
        name = self._world.chance.choice(("key_pair-1", "key_pair-2"))
        self._make("key_pair", "import_key_pair", name=name, public_key="ssh-rsa AAAA foreign")

    def _make_group(self) -> None:
        """In a VPC of Spider's, if there is one: it is in use then."""
        if vpc := self._any("vpc"):
            self._make("security_group", "create_security_group", vpc_id=vpc, name="security_group-1")

    def _destroy(self) -> None:
        kind, api, field = self._world.chance.choice(
            (
                ("vm", "terminate_vm", "vm_id"),
                ("security_group", "delete_security_group", "group_id"),
                ("key_pair", "delete_key_pair", "key_id"),
            )
        )
        if found := self._any(kind):
            self._call(api, **{field: found})
            self.destroyed.add(found)
            self.made.pop(found, None)
            self._world.tell(f"an outsider destroys the {kind} {found}")

    def _stop(self) -> None:
        if found := self._any("vm"):
            self._call("suspend_vm", vm_id=found)
            self.stopped.add(found)
            self._world.tell(f"an outsider stops {found}")

    def _any(self, kind: str) -> str | None:
        found = [one for one, of in self._world.contents.items() if of == kind]
        return self._world.chance.choice(found) if found else None
