"""No answer is longer than what Lambda carries: the fronts would answer 502, and every one of these is another."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CallRecord, CallScope, Iid, Vm, VmStatus, errors

import app
from chalicelib.catalogue.asked import ConnectionStatuses
from chalicelib.catalogue.mapped import Drift
from chalicelib.catalogue.outcomes import Destroyed
from chalicelib.catalogue.wire.listing import MOST_ON_A_PAGE
from chalicelib.engine.call import Call
from chalicelib.engine.settings import LAMBDA_ANSWER, Settings
from deployment.chalice_part import Json
from tests.engine.house import House
from tests.rest.stand_in import StandIn

from .front import LARGEST_ANSWER, Event, Front, Headers, Reply, Sent
from .function_url import FunctionUrl
from .rest_api import RestApi, definition

MANY = 10_000
OFFERED = {"vmspec": 9_000, "vmimage": 20_000}
GZIP: Headers = (("Accept-Encoding", "gzip"),)
TOO_LONG = "urn:spider:problem:answer-too-long"
ON = "ConnectionName=mock"
FRONTS = ("REST API", "Function URL")
BOTH = pytest.mark.parametrize("ask", FRONTS, indirect=True)


def invoke(event: Event) -> Any:
    return app.app(event, None)


@pytest.fixture
def ask(request: pytest.FixtureRequest, built: Json) -> Iterator[Ask]:
    """Behind a front, which is its parameter."""
    api = request.param == "REST API"
    front: Front = RestApi(definition(built), invoke, 300.0) if api else FunctionUrl(invoke)

    def ask(method: str, target: str, headers: Headers = (), **body: Any) -> Reply:
        sent = json.dumps(body).encode() if body else b""
        return front.answer(Sent(method, f"{front.prefix}/spider{target}", headers, sent))

    yield ask
    assert front.failures == []


Ask = Callable[..., Reply]


def told(reply: Reply) -> Any:
    packed = ("Content-Encoding", "gzip") in reply.headers
    return json.loads(gzip.decompress(reply.body) if packed else reply.body)


# -- what a large cloud offers, with a real engine behind


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("home"), answer_limit=LAMBDA_ANSWER)
    found.region(Specs=str(OFFERED["vmspec"]), Images=str(OFFERED["vmimage"]), PageSize="10000")
    yield found
    found.engine.close()


@pytest.fixture
def offering(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_open", lambda: house.engine)


WORDS = pytest.mark.parametrize(
    ("ask", "word", "envelope"),
    [("REST API", "vmspec", "vmspec"), ("Function URL", "vmimage", "image")],
    indirect=["ask"],
)


@WORDS
def test_a_long_list_is_sent_whole_in_gzip(offering: None, ask: Ask, word: str, envelope: str) -> None:
    reply = ask("GET", f"/{word}?{ON}", GZIP)
    assert (reply.status, len(told(reply)[envelope])) == (200, OFFERED[word])
    assert len(json.dumps(told(reply))) > LARGEST_ANSWER


@WORDS
def test_it_is_refused_to_who_takes_no_gzip(offering: None, ask: Ask, word: str, envelope: str) -> None:
    reply = ask("GET", f"/{word}?{ON}")
    assert (reply.status, told(reply)["type"], told(reply)["field"]) == (422, TOO_LONG, "limit")
    assert "ask for fewer elements with limit, or accept gzip" in told(reply)["message"]


@pytest.mark.parametrize("ask", ["REST API"], indirect=True)
def test_pages_lead_through_it_without_gzip(offering: None, ask: Ask) -> None:
    seen: set[str] = set()
    target = f"/vmspec?{ON}&limit=1000"
    while target:
        reply = ask("GET", target)
        seen |= {spec["Name"] for spec in told(reply)["vmspec"]}
        link = dict(reply.headers).get("Link", "")
        target = link.partition("/spider")[2].partition(">")[0]
    assert len(seen) == OFFERED["vmspec"]


# -- what else can be long, with an engine that has it at once

VMS = tuple(Vm(Iid(f"vm-{number:0200}", f"i-{number:017}"), VmStatus.RUNNING) for number in range(MANY))
IIDS = tuple(one.iid for one in VMS) * 3
RUNNING = tuple((one, VmStatus.RUNNING) for one in IIDS)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ODD = CallRecord(CallScope("c", "AWS", "r", "z", "vm", "v", "o", "q"), "RunInstances", NOON, 0.1, "Odd", "odd " * 2000)
RESULTS: dict[str, Any] = {
    "list_vm_status": list(RUNNING),
    "list_all_vm_status": [ConnectionStatuses("c", "MOCK", RUNNING)],
    "list_all_vm": Drift(IIDS, IIDS, IIDS),
    "list_all_info_vm": Drift(VMS, (), (), "vm"),
    "list_vm": list(VMS),
    "list_call": [ODD] * MOST_ON_A_PAGE,
    "export_call": [ODD] * MOST_ON_A_PAGE,
    "run_ssh": '"\n' * (3 * 2**20 // 2),
    "destroy": [Destroyed("vm", IIDS, {one.name: "the cloud refused" * 10 for one in IIDS})],
}


class Plenty(StandIn):
    def perform(self, call: Call) -> Any:
        if call.name == "loud":
            raise errors.Refused("the cloud refused", code="Odd", text="\x01é" * 2**21)
        return RESULTS.get(call.action.name) or super().perform(call)


@pytest.fixture
def plenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Plenty(Settings(home=tmp_path, answer_limit=LAMBDA_ANSWER))
    monkeypatch.setattr(app, "_open", lambda: engine)


LISTS = ("/vmstatus", "/allvmstatus", "/allvm", "/allvminfo", "/vm", "/hiscall", "/hiscall/export")


@pytest.mark.parametrize(("ask", "path"), list(zip(cycle(FRONTS), LISTS, strict=False)), indirect=["ask"])
def test_what_every_cloud_holds(plenty: None, ask: Ask, path: str) -> None:
    packed = ask("GET", f"{path}?{ON}", GZIP)
    assert packed.status == 200
    assert len(gzip.decompress(packed.body)) > LARGEST_ANSWER
    plain = ask("GET", f"{path}?{ON}")
    assert (plain.status, told(plain)["type"]) == (422, TOO_LONG)
    assert "accept gzip" in told(plain)["message"]


@BOTH
def test_what_a_command_said_and_what_is_destroyed(plenty: None, ask: Ask) -> None:
    """Both are done. Neither is compressed: what a command says may be a secret."""
    command = {"UserName": "u", "PrivateKey": ["k"], "ServerPort": "h:22", "Command": "cat log"}
    for reply in (ask("POST", "/sshrun", GZIP, **command), ask("DELETE", "/destroy", GZIP, ConnectionName="c")):
        assert (reply.status, told(reply)["type"]) == (422, TOO_LONG)
        assert told(reply)["message"].startswith("it is done, but the answer has")


@BOTH
def test_a_failure_that_says_megabytes(plenty: None, ask: Ask) -> None:
    reply = ask("GET", f"/vpc/loud?{ON}")
    assert (reply.status, told(reply)["code"]) == (502, "Odd")
    assert told(reply)["message"].startswith("the cloud refused: Odd: \x01é")
    assert len(reply.body) < LAMBDA_ANSWER / 2
