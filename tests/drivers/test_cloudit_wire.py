"""How the Cloudit driver takes answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spider_drivers.cloudit import calls, marks
from spider_drivers.cloudit.connection import CloudItConnection
from spider_drivers.contract import (
    AlreadyExists,
    Direction,
    ImageStatus,
    InUse,
    Invalid,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    Throttled,
    Unavailable,
    Unreachable,
    Unsupported,
    VmRequest,
    VmStatus,
    VpcRequest,
    WrongState,
)

from tests.drivers.cloudit_support import Cloudit, connect
from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.support import an_attempt
from tests.servers import free_port

PASSWORD = "Canary-4711"
VPC = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.4.0/22"),))
GROUP = SecurityGroupRequest("web", Ref("net", "Default-VPC"), (Rule(Direction.INBOUND, Protocol.TCP, 22, 22),))
VM = VmRequest("vm", Ref("CentOS-7"), "small-1", subnet=Ref("a", "s-1"), password=PASSWORD)
SUBNET = {"id": "s-1", "name": "a-spider-aaaaaa", "addr": "10.0.4.0", "prefix": "22"}
SERVER = {"id": "v-1", "name": "vm", "state": "running", "privateIp": "10.0.4.2", "subnetAddr": "10.0.4.0"}
NOTHING, FREE = Answer([]), Answer([{"addr": "198.19.200.2"}])
TEMPLATES, SPECS = Answer([{"id": "t-1", "name": "CentOS-7"}]), Answer([{"id": "p-1", "name": "small-1"}])
CLUSTERS = Answer([{"id": "c-1", "name": "cluster01"}])
# What a create of a VM reads before it makes anything.
READ = [NOTHING, TEMPLATES, SPECS, Answer([SUBNET]), FREE, CLUSTERS]

Step = Callable[[CloudItConnection], object]


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def cloudit(server: Wire) -> Cloudit:
    return connect(server.url)


def create_vpc(connection: CloudItConnection) -> object:
    return connection.vpc.create(VPC, an_attempt())


def add_subnet(connection: CloudItConnection) -> object:
    return connection.vpc.add_subnet(Ref("net", "Default-VPC"), SubnetRequest("b", "10.0.8.0/22"), an_attempt())


def delete_vpc(connection: CloudItConnection) -> object:
    return connection.vpc.delete(Ref("net", "Default-VPC"), an_attempt())


def create_group(connection: CloudItConnection) -> object:
    return connection.security_group.create(GROUP, an_attempt())


def delete_group(connection: CloudItConnection) -> object:
    return connection.security_group.delete(Ref("web", "g-1"), an_attempt())


def add_rules(connection: CloudItConnection) -> object:
    return connection.security_group.add_rules(Ref("web", "g-1"), RulesRequest(GROUP.rules), an_attempt())


def create_vm(connection: CloudItConnection) -> object:
    return connection.vm.create(VM, an_attempt())


def suspend(connection: CloudItConnection) -> object:
    return connection.vm.suspend(Ref("vm", "v-1"), an_attempt())


def get_vm(connection: CloudItConnection) -> object:
    return connection.vm.get(Ref("vm", "v-1"))


def refusal(status: int, code: str = "ODD", text: str = "Something odd.") -> Answer:
    return Answer({"code": code, "message": text}, status)


RUNNING = Answer(SERVER)
OWN = Answer([SUBNET])
# The answers before the refusal, the refusal, and what it is.
REFUSALS: list[tuple[Step, list[Answer], Answer, type[SpiderError], str | None]] = [
    (create_vpc, [NOTHING], refusal(400), Invalid, "subnets"),
    (create_vpc, [NOTHING], refusal(422), Invalid, "subnets"),
    (create_vpc, [NOTHING], refusal(409), Invalid, "subnets"),
    (create_vpc, [NOTHING], refusal(403), Refused, None),
    (create_vpc, [NOTHING], refusal(403, "QUOTA_EXCEEDED"), NoCapacity, None),
    (create_vpc, [NOTHING], refusal(500, text="The subnet quota is used up"), NoCapacity, None),
    (create_vpc, [NOTHING], refusal(500), NoAnswer, None),
    (create_vpc, [NOTHING], refusal(503), NoAnswer, None),
    (create_vpc, [NOTHING], refusal(501), Unsupported, None),
    (create_vpc, [], refusal(500), Unavailable, None),
    (create_vpc, [], refusal(401), Refused, None),
    (create_vpc, [], refusal(401, text="The limit of log-ins is exceeded"), Refused, None),
    (add_subnet, [OWN, OWN], refusal(409), Invalid, "cidr"),
    (delete_vpc, [OWN, NOTHING], refusal(409), InUse, None),
    (delete_vpc, [OWN, NOTHING], refusal(403), Refused, None),
    (create_group, [NOTHING], refusal(409), AlreadyExists, None),
    (create_group, [NOTHING], refusal(400), Invalid, "rules"),
    (delete_group, [NOTHING], refusal(409), InUse, None),
    (add_rules, [], refusal(404), NotFound, None),
    (create_vm, READ, refusal(400), Invalid, None),
    (create_vm, READ, refusal(409), AlreadyExists, None),
    (create_vm, READ, refusal(409, "NO_CAPACITY"), NoCapacity, None),
    (create_vm, READ, refusal(500, text="Insufficient memory"), NoCapacity, None),
    (create_vm, READ[:1], Answer([]), MissingReference, "image"),
    (create_vm, [*READ[:2], NOTHING], refusal(404), MissingReference, "spec"),
    (create_vm, [*READ[:3], NOTHING], refusal(404), MissingReference, "subnet"),
    (create_vm, [*READ[:4], NOTHING], refusal(404), NoCapacity, None),
    (create_vm, [*READ[:5], NOTHING], refusal(404), Invalid, "ClusterId"),
    (suspend, [RUNNING], refusal(409), WrongState, None),
    (suspend, [RUNNING], refusal(404), NotFound, None),
    (get_vm, [], refusal(404), NotFound, None),
    (get_vm, [], Answer("<html>not here</html>", 404), Refused, None),
    (get_vm, [], Answer("<html>bad gateway</html>", 502), Unavailable, None),
    (get_vm, [], Answer("", 302, {"Location": "http://127.0.0.1:1/"}), Refused, None),
    (get_vm, [], Answer(SERVER, 203), Unavailable, None),
    (get_vm, [], Answer("{", 200), Unavailable, None),
    (get_vm, [], Answer([SERVER], 200), Unavailable, None),
    (get_vm, [], Answer(None), NoAnswer, None),
    (create_vpc, [NOTHING], Answer(SUBNET, 200), NoAnswer, None),
    (create_vpc, [NOTHING], Answer(None), NoAnswer, None),
    (create_vpc, [NOTHING], Answer("no JSON", 201), NoAnswer, None),
]


@pytest.mark.parametrize(("step", "before", "last", "kind", "field"), REFUSALS)
def test_what_a_refusal_is(
    server: Wire,
    cloudit: Cloudit,
    step: Step,
    before: list[Answer],
    last: Answer,
    kind: type[SpiderError],
    field: str | None,
) -> None:
    if kind is MissingReference and field == "image":
        before, last = [*before, last], refusal(404)
    server.answers = [*before, last]
    with pytest.raises(SpiderError) as refused:
        step(cloudit.connection)
    assert (type(refused.value), refused.value.field) == (kind, field)
    assert len(cloudit.records) == len(server.seen)
    # "200" is the code of an answer that is none, which is on record as answered.
    assert refused.value.code in {"", "200", cloudit.records[-1].error_code}


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"code": "ODD", "message": "Odd."}, "ODD", "Odd."),
        ({"Code": 4711, "Message": "Odd."}, "4711", "Odd."),
        ({"error": {"code": "ODD", "message": "Odd."}}, "ODD", "Odd."),
        ({"error": "Odd."}, "400", "Odd."),
        ({"code": "ODD", "msg": "Odd."}, "ODD", "Odd."),
        ({"reason": "odd"}, "400", '{"reason": "odd"}'),
        ("plain words", "400", "plain words"),
        ("", "400", "Cloudit answered 400"),
    ],
)
def test_a_refusal_keeps_the_cloud_s_own_words(server: Wire, cloudit: Cloudit, body: Any, code: str, text: str) -> None:
    server.answers = [Answer(body, 400)]
    with pytest.raises(SpiderError) as refused:
        cloudit.connection.spec.list()
    assert (refused.value.code, refused.value.text) == (code, text)
    assert [(one.error_code, one.error) for one in cloudit.records] == [(code, text)]


def test_a_refused_log_in_is_final(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [refusal(401)]
    with pytest.raises(Refused):
        cloudit.connection.check()
    assert len(server.seen) == 1


def test_members_are_read_whatever_their_case_is(server: Wire, cloudit: Cloudit) -> None:
    told = {"ID": "v-1", "Name": "vm", "STATE": "Running", "privateip": "10.0.4.2", "AdaptiveIP": "198.19.200.2"}
    server.answers = [Answer({**told, "SubnetAddr": "10.0.4.0", "MemSize": 2.0}), Answer([SUBNET])]
    vm = cloudit.connection.vm.get(Ref("vm", "v-1"))
    assert (vm.iid.id, vm.status, vm.private_ip, vm.public_ip) == (
        "v-1",
        VmStatus.RUNNING,
        "10.0.4.2",
        "198.19.200.2",
    )
    assert (vm.subnet.name, vm.vpc.id, vm.details) == ("a", "Default-VPC", {"memSize": "2.0"})


def test_a_list_of_nothing_may_be_null_and_is_never_silence(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [Answer("null")]
    assert cloudit.connection.vm.list() == []
    server.answers = [Answer("")]
    with pytest.raises(Unavailable):
        cloudit.connection.vm.list()


@pytest.mark.parametrize("cloud_id", [".", ".."])
def test_no_id_leads_to_another_path(server: Wire, cloudit: Cloudit, cloud_id: str) -> None:
    with pytest.raises(NotFound):
        cloudit.connection.vm.get(Ref("vm", cloud_id))
    assert server.seen == []


def test_an_id_stands_in_the_path_as_one_word(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [refusal(404)]
    with pytest.raises(NotFound):
        cloudit.connection.vm.get(Ref("vm", "../a?b#c"))
    assert server.seen[0].target == "/cloudit/v5.0/ace/v1.0/tnt0009/servers/..%2Fa%3Fb%23c"


def test_an_empty_answer_to_a_create_is_success_once_it_is_shown(server: Wire, cloudit: Cloudit) -> None:
    given = an_attempt("operation")
    server.answers = [NOTHING, Answer("", 201), NOTHING]
    with pytest.raises(NoAnswer):
        cloudit.connection.vpc.create(VPC, given)
    name = json.loads(server.seen[1].body)["name"]
    server.answers = [NOTHING, Answer("", 201), Answer([{**SUBNET, "name": name}])]
    made = cloudit.connection.vpc.create(VPC, an_attempt("operation"))
    assert [subnet.iid.id for subnet in made.subnets] == ["s-1"]  # type: ignore[union-attr]  # it is no Wait


def test_what_an_earlier_try_has_made_is_taken_though_it_is_shown_late(server: Wire, cloudit: Cloudit) -> None:
    subnet = {**SUBNET, "name": marks.marked("a", "operation")}
    server.answers = [NOTHING, refusal(409), Answer([subnet])]
    made = cloudit.connection.vpc.create(VPC, an_attempt("operation"))
    assert [one.iid.id for one in made.subnets] == ["s-1"]  # type: ignore[union-attr]  # it is no Wait
    group, rule = {"id": "g-1", "name": "web"}, {"id": "r-1", "name": marks.rule_name("operation", 0)}
    given = an_attempt("operation")
    server.answers = [Answer([group]), Answer([group]), Answer([rule]), Answer(group), NOTHING]
    cloudit.connection.security_group.create(GROUP, given)
    assert given.parts["group"] == "g-1"
    given = an_attempt("operation")
    server.answers = [
        Answer([{**SERVER, "description": marks.description("operation", {})}]),
        RUNNING,
        FREE,
        Answer({}, 201),
    ]
    cloudit.connection.vm.create(VM, given)
    assert given.parts["server"] == "v-1"
    assert [one.method for one in server.seen].count("POST") == 2, "of the refused subnet and of the address"


def test_empty_answers_to_verbs_and_deletes_are_success(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [RUNNING, Answer("", 202)]
    assert suspend(cloudit.connection) is VmStatus.SUSPENDING
    server.answers = [OWN, NOTHING, Answer("", 204), NOTHING]
    assert delete_vpc(cloudit.connection) is None


def test_a_call_that_comes_too_fast_is_sent_again_as_the_cloud_says(
    server: Wire, cloudit: Cloudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    busy = Answer({"code": "BUSY", "message": "Slower."}, 429, {"Retry-After": "3"})
    server.answers = [busy, busy, Answer([])]
    assert cloudit.connection.vm.list() == []
    assert slept == [3.0, 3.0]
    assert cloudit.outcomes() == [("GET /ace/servers", "BUSY")] * 2 + [("GET /ace/servers", "")]


def test_one_who_is_always_too_fast_is_told_so(server: Wire, cloudit: Cloudit, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    server.answers = [NOTHING, Answer({"code": "BUSY", "message": "Slower."}, 429, {"Retry-After": "4"})]
    with pytest.raises(Throttled) as refused:
        create_vpc(cloudit.connection)
    assert refused.value.retry_after == 4.0
    assert slept == [4.0, 4.0]
    assert [one.method for one in server.seen] == ["GET", "POST", "POST", "POST"]


def test_nothing_is_sent_again_but_what_was_throttled(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [NOTHING, Answer(None)]
    with pytest.raises(NoAnswer):
        create_vpc(cloudit.connection)
    assert [one.method for one in server.seen] == ["GET", "POST"]


def test_what_never_reached_the_cloud_is_known_to_be_undone() -> None:
    cloudit = connect(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        create_vpc(cloudit.connection)
    assert cloudit.outcomes() == [("GET /dna/subnets", "ConnectError")]


def test_an_answer_is_not_waited_for_for_ever(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    cloudit = connect(server.url)
    server.answers = [Answer([], delay=5.0)]
    with pytest.raises(NoAnswer):
        cloudit.connection.vm.list()
    assert cloudit.outcomes() == [("GET /ace/servers", "ReadTimeout")]


def test_a_redirect_is_not_followed(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [Answer("", 307, {"Location": f"{server.url}/elsewhere"}), Answer([])]
    with pytest.raises(Refused):
        cloudit.connection.vm.list()
    assert len(server.seen) == 1


def test_secrets_that_the_cloud_repeats_are_masked(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [*READ, refusal(400, text=f"rootPassword {PASSWORD} with token-of-nobody")]
    with pytest.raises(Invalid) as refused:
        create_vm(cloudit.connection)
    assert refused.value.text == "rootPassword *** with ***"
    assert cloudit.records[-1].error == refused.value.text
    assert PASSWORD not in f"{refused.value!r} {cloudit.records!r}"


def test_what_a_server_is_made_with(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [*READ, Answer({**SERVER, "state": "creating", "rootPassword": PASSWORD}, 202)]
    create_vm(cloudit.connection)
    sent = json.loads(server.seen[-1].body)
    description = json.loads(sent.pop("description"))
    assert set(description) == {"spider-token"}
    assert sent == {
        "templateId": "t-1",
        "specId": "p-1",
        "name": "vm",
        "hostName": "vm",
        "rootPassword": PASSWORD,
        "subnetAddr": "10.0.4.0",
        "secgroups": [],
        "protection": 0,
        "clusterId": "c-1",
    }


def test_groups_are_those_that_the_server_tells(server: Wire, cloudit: Cloudit) -> None:
    kept = json.dumps({"spider-token": "x", "spider-groups": ["g-1"]})
    told = [{"id": "g-2", "name": "web"}]
    for more, groups in (
        ({}, []),
        ({"description": kept}, ["g-1"]),
        ({"description": kept, "secgroups": told}, ["g-2"]),
    ):
        server.answers = [Answer({**SERVER, **more}), OWN]
        vm = cloudit.connection.vm.get(Ref("vm", "v-1"))
        assert [group.id for group in vm.security_groups] == groups


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("creating", VmStatus.CREATING),
        ("running", VmStatus.RUNNING),
        ("stopping", VmStatus.SUSPENDING),
        ("stopped", VmStatus.SUSPENDED),
        ("starting", VmStatus.RESUMING),
        ("rebooting", VmStatus.REBOOTING),
        ("terminating", VmStatus.TERMINATING),
        ("failed", VmStatus.FAILED),
        ("odd", VmStatus.FAILED),
    ],
)
def test_states_are_statuses(server: Wire, cloudit: Cloudit, state: str, status: VmStatus) -> None:
    server.answers = [Answer({**SERVER, "state": state})]
    assert cloudit.connection.vm.status(Ref("vm", "v-1")) is status


@pytest.mark.parametrize(
    ("created", "started"),
    [
        ("2026-11-25 19:01:20", "2026-11-25T19:01:20+00:00"),
        ("2026-11-25T19:01:20+09:00", "2026-11-25T19:01:20+09:00"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_without_a_zone_are_utc(server: Wire, cloudit: Cloudit, created: str | None, started: str | None) -> None:
    server.answers = [Answer({**SERVER, "createdAt": created}), OWN]
    found = cloudit.connection.vm.get(Ref("vm", "v-1")).started
    assert (found.isoformat() if found else None) == started


def test_an_address_that_the_server_alone_tells_is_taken_back(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [Answer({**SERVER, "adaptiveIp": "198.19.200.2"}), NOTHING, Answer("", 202)]
    cloudit.connection.vm.delete(Ref("vm", "v-1"), an_attempt())
    assert [one.target.rpartition("/v1.0/tnt0009/")[2] for one in server.seen] == [
        "servers/v-1",
        "adaptive-ips",
        "adaptive-ips/198.19.200.2",
    ]


def test_what_is_terminated_is_absent(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [Answer([{**SERVER, "state": "terminated"}])]
    assert cloudit.connection.vm.list() == []
    server.answers = [Answer({**SERVER, "state": "terminated"})]
    with pytest.raises(NotFound):
        get_vm(cloudit.connection)


def test_a_server_that_fails_to_run_is_told(server: Wire, cloudit: Cloudit) -> None:
    given = an_attempt("operation", parts={"server": "v-1"})
    server.answers = [Answer({**SERVER, "state": "failed"})]
    with pytest.raises(Refused, match="failed instead of running"):
        cloudit.connection.vm.create(VM, given)


@pytest.mark.parametrize(
    ("port", "protocol", "rule"),
    [
        ("22", "tcp", Rule(Direction.INBOUND, Protocol.TCP, 22, 22)),
        ("1-65535", "UDP", Rule(Direction.INBOUND, Protocol.UDP, 1, 65535)),
        ("*", "tcp", Rule(Direction.INBOUND, Protocol.TCP, 0, 65535)),
        ("0", "all", Rule(Direction.INBOUND, Protocol.ALL, -1, -1)),
        ("0", "icmp", Rule(Direction.INBOUND, Protocol.ICMP, -1, -1)),
    ],
)
def test_rules_of_others_are_read(server: Wire, cloudit: Cloudit, port: str, protocol: str, rule: Rule) -> None:
    told = {"id": "r-1", "name": "x", "type": "inbound", "port": port, "target": "0.0.0.0/0", "protocol": protocol}
    odd = {**told, "protocol": "gre"}
    server.answers = [Answer({"id": "g-1", "name": "web"}), Answer([told, odd])]
    assert cloudit.connection.security_group.get(Ref("web", "g-1")).rules == (rule,)


def test_a_rule_that_is_no_rule_is_no_answer_of_cloudit_s(server: Wire, cloudit: Cloudit) -> None:
    told = {"id": "r-1", "type": "inbound", "port": "ssh", "target": "0.0.0.0/0", "protocol": "tcp"}
    server.answers = [Answer({"id": "g-1", "name": "web"}), Answer([told])]
    with pytest.raises(Unavailable):
        cloudit.connection.security_group.get(Ref("web", "g-1"))


def test_images_tell_whether_they_can_be_used(server: Wire, cloudit: Cloudit) -> None:
    server.answers = [
        Answer(
            [{"id": "a", "name": "a", "enabled": 1}, {"id": "b", "name": "b", "enabled": 0}, {"id": "c", "name": "c"}]
        )
    ]
    statuses = [image.status for image in cloudit.connection.image.list()]
    assert statuses == [ImageStatus.AVAILABLE, ImageStatus.UNAVAILABLE, ImageStatus.UNKNOWN]
