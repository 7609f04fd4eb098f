"""An Idempotency-Key makes any change safe to repeat: every action of the catalogue that opens an operation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalogue.actions import ACTIONS
from tests.engine.house import GROUP, KEY, VM, VPC, House
from tests.rest.support import Answer, ask

DAY = 24 * 3600
RULE = {"Direction": "inbound", "IPProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CIDR": "0.0.0.0/0"}
SUBNETS = ({"Name": "b", "IPv4_CIDR": "10.0.2.0/24"}, {"Name": "c", "IPv4_CIDR": "10.0.3.0/24"})
TAG = {"ResourceType": "vpc", "ResourceName": "vpc-01"}


@dataclass(frozen=True)
class Step:
    """`path`: `{id}` in it stands for the cloud's id of the resource at `of`."""

    action: str
    path: str
    info: Any = None
    of: str = ""
    more: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        return next(one.method for one in ACTIONS if one.name == self.action)

    def body(self, connection: str = "mock") -> dict[str, Any]:
        told = {} if self.info is None else {"ReqInfo": self.info}
        return {"ConnectionName": connection, **told, **dict(self.more)}


STEPS = [
    Step("create_image", "/vmimage", {"Name": "mock-vmimage-01"}),
    Step("create_vpc", "/vpc", VPC),
    Step("add_subnet", "/vpc/vpc-01/subnet", SUBNETS[0]),
    Step("remove_subnet", "/vpc/vpc-01/subnet/b"),
    Step("add_subnet", "/vpc/vpc-01/subnet", SUBNETS[1]),
    Step("remove_csp_subnet", "/vpc/vpc-01/cspsubnet/{id}", of="/vpc/vpc-01/subnet/c"),
    Step("add_tag", "/tag", {**TAG, "Tag": {"Key": "k", "Value": "v"}}),
    Step("remove_tag", "/tag/k", TAG),
    Step("create_security_group", "/securitygroup", GROUP),
    Step("add_rules", "/securitygroup/sg-01/rules", {"RuleInfoList": [RULE]}),
    Step("remove_rules", "/securitygroup/sg-01/rules", {"RuleInfoList": [RULE]}),
    Step("create_key_pair", "/keypair", KEY),
    Step("create_vm", "/vm", VM),
    Step("control_vm", "/controlvm/vm-01", more=(("action", "suspend"),)),
    Step("put_control_vm", "/controlvm/vm-01", more=(("action", "resume"),)),
    Step("delete_vm", "/vm/vm-01"),
    Step("create_vm", "/vm", VM),
    Step("delete_csp_vm", "/cspvm/{id}", of="/vm/vm-01"),
    Step("delete_key_pair", "/keypair/key-01"),
    Step("create_key_pair", "/keypair", KEY),
    Step("delete_csp_key_pair", "/cspkeypair/{id}", of="/keypair/key-01"),
    Step("delete_security_group", "/securitygroup/sg-01"),
    Step("create_security_group", "/securitygroup", GROUP),
    Step("delete_csp_security_group", "/cspsecuritygroup/{id}", of="/securitygroup/sg-01"),
    Step("delete_vpc", "/vpc/vpc-01"),
    Step("create_vpc", "/vpc", VPC),
    Step("delete_csp_vpc", "/cspvpc/{id}", of="/vpc/vpc-01"),
    Step("delete_image", "/vmimage/mock-vmimage-01"),
]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as home:
        found = House(Path(home))
        found.region(TransitionSeconds="5")
        yield found
        found.engine.close()


def operations(house: House) -> int:
    return len(ask(house.engine, "GET", "/spider/operation?limit=1000").data["operation"])


def test_the_steps_are_all_actions_that_open_an_operation() -> None:
    opening = {one.name for one in ACTIONS if one.operation}
    assert {step.action for step in STEPS} == opening - {"cancel_operation"}


def test_every_change_is_made_once_and_its_answer_told_again(house: House) -> None:
    for number, step in enumerate(STEPS):
        before = operations(house)
        send = partial(_send, house, step, f"key {number}", _path(house, step))
        _is_made_once(house, send, step)
        assert operations(house) == before + 1, step


def _is_made_once(house: House, send: Callable[..., Answer], step: Step) -> None:
    """Asked for again before it is begun, while it goes on, when it is done; the key is refused to another request."""
    accepted = [send(prefer="respond-async") for _ in range(2)]
    assert {one.status for one in accepted} == {202}, (step, accepted)
    assert accepted[0] == accepted[1], step
    assert send("other").status == 422, step
    house.engine.queue.wait("", lambda: False, 0.5)
    done = [send() for _ in range(3)]
    assert {one.status for one in done} == {200}, (step, done)
    assert done[0] == done[1] == done[2], step
    other = send("other")
    assert (other.status, other.data["type"]) == (422, "urn:spider:problem:key-reused"), step
    assert other.data["operation"] == accepted[0].headers["spider-operation"]


def _path(house: House, step: Step) -> str:
    if not step.of:
        return step.path
    owner = ask(house.engine, "GET", f"/spider{step.of}", {"ConnectionName": "mock"})
    return step.path.replace("{id}", owner.data["IId"]["SystemId"])


def _send(house: House, step: Step, key: str, path: str, connection: str = "mock", **more: str) -> Answer:
    headers = {"idempotency-key": key, **more}
    return ask(house.engine, step.method, f"/spider{path}", step.body(connection), headers=headers)


def test_a_failure_is_told_again_too(house: House) -> None:
    house.region(Fail="create_vpc:Refused")
    body = {"ConnectionName": "mock", "ReqInfo": {**VPC, "Name": "vpc-02"}}
    answers = [ask(house.engine, "POST", "/spider/vpc", body, headers={"idempotency-key": "failing"}) for _ in range(3)]
    assert {one.status for one in answers} == {502}
    assert answers[0] == answers[1] == answers[2]
    assert ask(house.engine, "POST", "/spider/vpc", body).status == 200


@pytest.mark.parametrize(("seconds", "status"), [(DAY - 60, 422), (DAY + 1, 200)])
def test_a_key_lives_a_day(house: House, seconds: float, status: int) -> None:
    headers = {"idempotency-key": f"of a day {seconds}"}
    names = [f"first-{status}", f"second-{status}"]
    bodies = [{"ConnectionName": "mock", "ReqInfo": {"Name": name}} for name in names]
    assert ask(house.engine, "POST", "/spider/keypair", bodies[0], headers=headers).status == 200
    house.clock.advance(seconds)
    assert ask(house.engine, "POST", "/spider/keypair", bodies[1], headers=headers).status == status
