"""How the OpenStack driver takes the services' answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from requests import Request
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    InUse,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Ref,
    Refused,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    VmRequest,
    VmStatus,
    VpcRequest,
    Wait,
    WrongState,
)
from spider_drivers.openstack import errors
from spider_drivers.openstack.wire import OpenStackSpeech

from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.openstack_support import GIVEN, SERVERS, Os, connect, log_in, refusal
from tests.drivers.support import PUBLIC_KEY
from tests.servers import free_port

ID = "0f0c2d4e-6a77-4b52-9f3c-8f6f2f0b7c11"
VM = Ref("vm", ID)
SERVER: dict[str, Any] = {"id": ID, "name": "vm", "status": "ACTIVE", "addresses": {}, "flavor": {}}
SUBNETS = Answer({"subnets": []})


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        log_in(running)
        yield running


@pytest.fixture
def os_(server: Wire) -> Iterator[Os]:
    found = connect({**GIVEN, "IdentityEndpoint": f"{server.url}/identity/v3"})
    yield found
    found.connection.close()


def then(server: Wire, *answers: Answer) -> None:
    """What the server says next, to who is logged in."""
    server.answers = list(answers)


def neutron(status: int, kind: str, text: str = "What neutron said.") -> Answer:
    return refusal(status, {"NeutronError": {"type": kind, "message": text, "detail": ""}})


def nova(status: int, word: str, text: str = "What nova said.") -> Answer:
    return refusal(status, {word: {"code": status, "message": text}})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (neutron(404, "NetworkNotFound"), NotFound),
        (neutron(404, "HTTPNotFound", "The resource could not be found."), Refused),
        (nova(404, "itemNotFound", "The resource could not be found."), Refused),
        (neutron(409, "NetworkInUse"), InUse),
        (neutron(409, "RouterInterfaceInUseByFloatingIP"), InUse),
        (neutron(409, "SecurityGroupRuleExists"), AlreadyExists),
        (neutron(409, "OverQuota", "Quota exceeded for resources: ['network']."), NoCapacity),
        (neutron(409, "IpAddressGenerationFailure", "No more IP addresses available on network x."), NoCapacity),
        (neutron(409, "Conflict"), Refused),
        (neutron(400, "InvalidInput"), Invalid),
        (neutron(403, "PolicyNotAuthorized"), Refused),
        (neutron(503, "ServiceUnavailable"), Unavailable),
        (nova(404, "itemNotFound"), NotFound),
        (nova(400, "badRequest"), Invalid),
        (nova(403, "forbidden"), Refused),
        (nova(403, "forbidden", "Quota exceeded for instances: Requested 1, but already used 10 of 10"), NoCapacity),
        (nova(409, "conflictingRequest", "Cannot 'stop' instance x while it is in vm_state stopped"), WrongState),
        (nova(409, "conflictingRequest", "Cannot 'stop' instance x while it is in task_state reboot"), errors.NotReady),
        (nova(409, "conflictingRequest", "Key pair 'x' already exists."), AlreadyExists),
        (nova(500, "computeFault"), Unavailable),
        (nova(406, "computeFault", "Version 2.60 is not supported by the API."), Refused),
    ],
)
def test_a_refusal_keeps_the_cloud_s_code_and_text(
    server: Wire, os_: Os, answer: Answer, expected: type[SpiderError]
) -> None:
    log_in(server, answer)
    with pytest.raises(SpiderError) as refused:
        os_.connection.vpc.list()
    assert type(refused.value) is expected
    ((word, told),) = answer.body.items()
    code, text = told.get("type", word), told["message"]
    assert (refused.value.code, refused.value.text) == (code, text)
    assert [(one.api, one.error_code, one.error) for one in os_.records[1:]] == [("GET network/networks", code, text)]


def test_glance_refuses_with_a_web_page(server: Wire, os_: Os) -> None:
    page = "<html>\n <head><title>404 Not Found</title></head>\n <body><h1>404 Not Found</h1>\n"
    page += f"  No image found with ID {ID}<br /><br />\n </body>\n</html>"
    log_in(server, refusal(404, page))
    with pytest.raises(NotFound) as missing:
        os_.connection.image.get(Ref(ID, ID))
    assert (missing.value.code, missing.value.text) == ("404", f"No image found with ID {ID}")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer("<html>please log in to the hotel</html>", 200), Unavailable),
        (Answer("bad gateway", 502), Unavailable),
        (Answer("go away", 403), Refused),
        (Answer("", 302, {"Location": "http://127.0.0.1:1/"}), Refused),
        (Answer("[]", 200), Unavailable),
        (Answer({"networks": [{"id": ID}]}, 200), None),
    ],
)
def test_what_is_no_answer_of_openstack_s_is_told(
    server: Wire, os_: Os, answer: Answer, expected: type[SpiderError] | None
) -> None:
    log_in(server, answer, SUBNETS)
    if expected is None:
        assert os_.connection.vpc.list()[0].iid.id == ID
        return
    with pytest.raises(expected):
        os_.connection.vpc.list()


def test_an_answer_without_its_members_is_no_crash(server: Wire, os_: Os) -> None:
    log_in(server, Answer({"servers": [{"id": ID}]}))
    with pytest.raises(Unavailable, match="no answer of OpenStack"):
        os_.connection.vm.list()
    then(server, Answer({"nothing": 1}))
    with pytest.raises(Unavailable, match="no answer of OpenStack"):
        os_.connection.vm.status(VM)
    then(server, Answer({"network": {}}, 201))
    with pytest.raises(NoAnswer, match="no answer of OpenStack"):
        os_.connection.vpc.create(VpcRequest("net", ""), Attempt("token"))


def test_a_throttled_call_is_sent_again_as_it_is_told(server: Wire, os_: Os, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    log_in(server, nova(429, "tooManyRequests"), SERVERS)
    server.answers[1].headers["Retry-After"] = "3"
    assert os_.connection.vm.list() == []
    assert slept == [3.0]
    assert [code for _, code in os_.outcomes()] == ["", "tooManyRequests", ""]
    then(server, refusal(413, {"overLimit": {"code": 413, "message": "slow down"}}, Retry_After="30"))
    with pytest.raises(Throttled) as refused:
        os_.connection.vm.list()
    assert refused.value.retry_after == 30.0


def test_a_lost_answer_to_a_change_may_have_taken_effect(server: Wire, os_: Os) -> None:
    log_in(server, Answer(None))
    with pytest.raises(NoAnswer):
        os_.connection.vpc.create(VpcRequest("net", ""), Attempt("token"))
    assert [request.path for request in server.seen] == ["/identity/v3/auth/tokens", "/networking/v2.0/networks"]
    then(server, nova(500, "computeFault"))
    with pytest.raises(NoAnswer):
        os_.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), Attempt("token"))


def test_nobody_there_is_unreachable() -> None:
    os_ = connect({**GIVEN, "IdentityEndpoint": f"http://127.0.0.1:{free_port()}/v3"})
    with pytest.raises(Unreachable):
        os_.connection.vm.list()
    assert [api for api, _ in os_.outcomes()] == ["POST identity/auth/tokens"]


def test_pages_are_followed_by_their_marker_and_never_elsewhere(server: Wire, os_: Os) -> None:
    links = [{"rel": "next", "href": f"http://169.254.169.254/v2.0/networks?limit=1&marker={ID}"}]
    log_in(server, Answer({"networks": [{"id": ID}], "networks_links": links}), Answer({"networks": []}), SUBNETS)
    assert len(os_.connection.vpc.list()) == 1
    assert f"marker={ID}" in server.seen[2].query
    then(server, Answer({"images": [], "next": f"/v2/images?marker={ID}"}), Answer({"images": []}))
    assert os_.connection.image.list() == []
    assert f"marker={ID}" in server.seen[-1].query


@pytest.mark.parametrize(
    ("method", "url", "body", "expected"),
    [
        ("GET", "http://a/compute/v2.1/servers/detail?limit=1", None, "GET compute/servers/detail"),
        ("GET", f"http://a/compute/v2.1/servers/{ID}", None, "GET compute/servers/{id}"),
        ("POST", f"http://a/compute/v2.1/servers/{ID}/action", {"os-stop": None}, None),
        ("DELETE", f"http://a/compute/v2.1/servers/{ID}/metadata/k", None, "DELETE compute/servers/{id}/metadata/{id}"),
        ("GET", "http://a/compute/v2.1/os-keypairs/my%20key", None, "GET compute/os-keypairs/{id}"),
        (
            "PUT",
            f"http://n:9696/v2.0/routers/{ID}/add_router_interface",
            None,
            "PUT network/routers/{id}/add_router_interface",
        ),
        ("GET", "http://a/volume/v3/5b1/volumes", None, "GET volumev3/volumes"),
        ("POST", "http://a/identity/v3/auth/tokens", None, "POST identity/auth/tokens"),
        ("GET", "http://n:9696/", None, "GET network"),
        ("GET", "http://elsewhere/v2/x?secret=1", None, "GET http://elsewhere/v2/x"),
    ],
)
def test_calls_are_named_by_service_and_path(method: str, url: str, body: Any, expected: str | None) -> None:
    speech = OpenStackSpeech()
    speech.learn("identity", "http://a/identity/v3")
    speech.learn("compute", "http://a/compute/v2.1")
    speech.learn("network", "http://n:9696")
    speech.learn("volumev3", "http://a/volume/v3/5b1")
    expected = expected or "POST compute/servers/{id}/action/os-stop"
    assert speech.api(Request(method, url, json=body).prepare()) == expected


def test_a_server_that_is_given_up_tells_why(server: Wire, os_: Os) -> None:
    fault = {"code": 500, "message": "No valid host was found. There are not enough hosts available."}
    log_in(server, *_launch({**SERVER, "status": "ERROR", "fault": fault}))
    with pytest.raises(NoCapacity) as given_up:
        _create(os_)
    assert (given_up.value.code, given_up.value.text) == ("500", fault["message"])


def test_an_active_server_with_a_task_is_waited_for(server: Wire, os_: Os) -> None:
    log_in(server, *_launch({**SERVER, "OS-EXT-STS:task_state": "spawning"}))
    assert isinstance(_create(os_), Wait)


def test_an_action_during_a_reboot_waits(server: Wire, os_: Os) -> None:
    busy = nova(409, "conflictingRequest", f"Cannot 'stop' instance {ID} while it is in task_state reboot_started")
    log_in(server, Answer({"server": SERVER}), busy)
    assert isinstance(os_.connection.vm.suspend(VM, Attempt("token")), Wait)
    then(server, Answer({"server": {**SERVER, "status": "REBOOT"}}))
    assert isinstance(os_.connection.vm.suspend(VM, Attempt("token")), Wait)


@pytest.mark.parametrize(
    ("status", "action"), [("SHUTOFF", "os-start"), ("PAUSED", "unpause"), ("SUSPENDED", "resume")]
)
def test_what_somebody_has_put_to_sleep_is_woken_as_it_must_be(server: Wire, os_: Os, status: str, action: str) -> None:
    log_in(server, Answer({"server": {**SERVER, "status": status}}), Answer("", 202))
    assert os_.connection.vm.resume(VM, Attempt("token")) is VmStatus.RESUMING
    assert os_.records[-1].api == f"POST compute/servers/{{id}}/action/{action}"


@pytest.mark.parametrize(
    ("status", "task", "expected"),
    [
        ("ACTIVE", None, VmStatus.RUNNING),
        ("ACTIVE", "powering-off", VmStatus.SUSPENDING),
        ("SHUTOFF", "powering-on", VmStatus.RESUMING),
        ("ACTIVE", "deleting", VmStatus.TERMINATING),
        ("HARD_REBOOT", "rebooting_hard", VmStatus.REBOOTING),
        ("SHELVED_OFFLOADED", None, VmStatus.SUSPENDED),
        ("ERROR", None, VmStatus.FAILED),
        ("UNKNOWN", None, VmStatus.FAILED),
    ],
)
def test_states_are_told(server: Wire, os_: Os, status: str, task: str | None, expected: VmStatus) -> None:
    log_in(server, Answer({"server": {**SERVER, "status": status, "OS-EXT-STS:task_state": task}}))
    assert os_.connection.vm.status(VM) is expected


def test_a_password_that_nova_makes_up_is_shown_nowhere(server: Wire, os_: Os) -> None:
    log_in(server, Answer({"servers": [{**SERVER, "adminPass": "canary-of-nova"}]}), Answer({"ports": []}))
    assert "canary" not in str(os_.connection.vm.list())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Flavor x could not be found.", "spec"),
        ("Can not find requested image", "image"),
        ("Invalid key_name provided.", "key_pair"),
    ],
)
def test_what_a_request_names_and_is_not_there_is_named(server: Wire, os_: Os, text: str, field: str) -> None:
    log_in(server, *_launch(SERVER))
    server.answers[4] = nova(400, "badRequest", text)
    with pytest.raises(MissingReference) as missing:
        _create(os_)
    assert missing.value.field == field


def _launch(found: dict[str, Any]) -> list[Answer]:
    """What is answered until the server is looked at."""
    port = {"id": ID, "network_id": ID, "fixed_ips": [{"subnet_id": ID}], "security_groups": []}
    return [
        Answer({"flavors": [{"id": "1", "name": "small", "vcpus": 1, "ram": 1, "disk": 1}]}),
        Answer({"images": [{"id": ID, "name": "debian"}]}),
        Answer({"port": port}, 201),
        Answer({"server": {"id": ID}}, 202),
        Answer({"server": found}),
    ]


def _create(os_: Os) -> object:
    request = VmRequest("vm", Ref("debian"), "small", Ref("", ID), Ref("", ID))
    return os_.connection.vm.create(request, Attempt("token"))
