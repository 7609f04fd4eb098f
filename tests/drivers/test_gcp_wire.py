"""How the GCP driver takes Compute Engine's answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CloudError,
    InUse,
    Invalid,
    NoAnswer,
    NoCapacity,
    NotFound,
    Ref,
    Refused,
    SpiderError,
    SubnetRequest,
    Throttled,
    Unavailable,
    Unreachable,
    Unsupported,
    VpcRequest,
    Wait,
)
from spider_drivers.gcp import calls
from spider_drivers.gcp.wire import api

from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.gcp_support import ZONE_ANSWER, Gcp, connect, credential, error, failed, listed, operation
from tests.servers import free_port

VPC = VpcRequest("vpc", "")
SUBNET = SubnetRequest("subnet", "10.0.0.0/24")
NETWORK = Answer({"kind": "compute#network", "name": "vpc"})
REGIONAL = {"region": "https://www.googleapis.com/compute/v1/projects/p/regions/us-central1"}


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [listed()]
        yield running


@pytest.fixture
def gcp(server: Wire) -> Gcp:
    return connect(server.url)


@pytest.mark.parametrize(
    ("reason", "status", "expected"),
    [
        ("notFound", 404, NotFound),
        ("alreadyExists", 409, AlreadyExists),
        ("resourceInUseByAnotherResource", 400, InUse),
        ("quotaExceeded", 403, NoCapacity),
        ("limitExceeded", 403, NoCapacity),
        ("forbidden", 403, Refused),
        ("authError", 401, Refused),
        ("required", 401, Refused),
        ("accessNotConfigured", 403, Refused),
        ("invalid", 400, Invalid),
        ("badRequest", 400, Invalid),
        ("required", 400, Invalid),
        ("unsupportedOperation", 400, Unsupported),
        ("rateLimitExceeded", 400, Throttled),
        ("teapot", 418, Refused),
        ("backendError", 503, Unavailable),
        ("internalError", 500, Unavailable),
    ],
)
def test_a_refusal_keeps_google_s_code_and_text(
    server: Wire, gcp: Gcp, reason: str, status: int, expected: type[SpiderError]
) -> None:
    server.answers = [error(status, reason, "What Google said.")]
    with pytest.raises(SpiderError) as refused:
        gcp.connection.vpc.list()
    assert type(refused.value) is expected
    assert (refused.value.code, refused.value.text) == (reason, "What Google said.")
    assert reason in refused.value.message
    assert "What Google said." in refused.value.message
    assert [(one.api, one.error_code, one.error) for one in gcp.records] == [
        ("compute.networks.list", reason, "What Google said.")
    ]


def test_the_front_end_s_own_refusal_has_a_status_in_words(server: Wire, gcp: Gcp) -> None:
    server.answers = [Answer({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}, 403)]
    with pytest.raises(Refused) as refused:
        gcp.connection.check()
    assert (refused.value.code, refused.value.text) == ("PERMISSION_DENIED", "no")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("QUOTA_EXCEEDED", NoCapacity),
        ("ZONE_RESOURCE_POOL_EXHAUSTED", NoCapacity),
        ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", NoCapacity),
        ("IP_SPACE_EXHAUSTED", NoCapacity),
        ("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", InUse),
        ("RESOURCE_ALREADY_EXISTS", AlreadyExists),
        ("RESOURCE_NOT_FOUND", Refused),
        ("INVALID_FIELD_VALUE", Invalid),
        ("UNSUPPORTED_OPERATION", Unsupported),
        ("PERMISSIONS_ERROR", Refused),
        ("INTERNAL_ERROR", Refused),
        ("RESOURCE_NOT_READY", Refused),
        ("RATE_LIMIT_EXCEEDED", Refused),
    ],
)
def test_an_operation_s_error_is_the_change_s(server: Wire, gcp: Gcp, code: str, expected: type[SpiderError]) -> None:
    """Also of those after which a call would be sent again: an ended operation stays what it is."""
    server.answers = [operation("PENDING"), failed(code, "What Google said.")]
    attempt = Attempt("token")
    assert isinstance(gcp.connection.vpc.create(VPC, attempt), Wait)
    with pytest.raises(SpiderError) as refused:
        gcp.connection.vpc.create(VPC, attempt)
    assert type(refused.value) is expected
    assert (refused.value.code, refused.value.text) == (code, "What Google said.")


def test_an_operation_is_noted_and_polled_by_the_next_round(server: Wire, gcp: Gcp) -> None:
    runs = {"operationType": "insert", "targetLink": "networks/vpc"}
    server.answers = [operation("PENDING", **runs), operation("RUNNING", **runs)]
    attempt = Attempt("token")
    waits = [gcp.connection.vpc.create(VPC, attempt) for _ in range(2)]
    assert [wait.reason for wait in waits if isinstance(wait, Wait)] == [
        "the insert of vpc is PENDING",
        "the insert of vpc is RUNNING",
    ]
    assert attempt.parts == {"network": "vpc", "network operation": "global/operation-1"}
    server.answers = [operation(), NETWORK, listed("subnetwork")]
    made = gcp.connection.vpc.create(VPC, Attempt("token", parts=attempt.parts))
    assert not isinstance(made, Wait)
    assert [name for name, _ in gcp.outcomes()] == [
        "compute.networks.insert",
        *["compute.globalOperations.get"] * 2,
        *("compute.networks.get", "compute.subnetworks.list"),
    ]


def test_an_operation_that_google_has_forgotten_is_over(server: Wire, gcp: Gcp) -> None:
    parts = {"network": "vpc", "network operation": "global/operation-1"}
    server.answers = [error(404, "notFound", "no such operation"), NETWORK, listed("subnetwork")]
    assert not isinstance(gcp.connection.vpc.create(VPC, Attempt("token", parts=parts)), Wait)


def test_a_change_is_sent_again_with_the_same_request_id(server: Wire, gcp: Gcp) -> None:
    """Compute Engine answers the operation that the first one has begun."""
    server.answers = [Answer(None), operation("RUNNING")]
    attempt = Attempt("token")
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, attempt)
    gcp.connection.vpc.create(VPC, Attempt("token", unclean_since=attempt.clock.now()))
    first, second = (request for request in server.seen if request.method == "POST")
    assert first.query == second.query == f"requestId={attempt.client_token('network')}"


def test_a_name_that_somebody_else_has_is_taken(server: Wire, gcp: Gcp) -> None:
    taken = error(409, "alreadyExists", "The resource 'projects/p/global/networks/vpc' already exists")
    server.answers = [taken, NETWORK]
    with pytest.raises(AlreadyExists):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    ours = Answer({"kind": "compute#network", "name": "vpc", "description": '{"spider-token": "token"}'})
    server.answers = [taken, ours, ours, listed("subnetwork")]
    assert not isinstance(gcp.connection.vpc.create(VPC, Attempt("token")), Wait)


@pytest.mark.parametrize("verb", ["create", "delete"])
def test_what_is_not_ready_yet_is_waited_for(server: Wire, gcp: Gcp, verb: str) -> None:
    busy = error(400, "resourceNotReady", "The resource 'projects/p/global/networks/vpc' is not ready")
    answer: object
    if verb == "create":
        server.answers = [busy]
        answer = gcp.connection.vpc.create(VPC, Attempt("token"))
    else:
        server.answers = [NETWORK, busy]
        answer = gcp.connection.vpc.delete(Ref("vpc", None, "token"), Attempt("token", parts={"network": "vpc"}))
    assert isinstance(answer, Wait)
    assert "is not ready" in answer.reason


def test_a_delete_that_its_operation_refused_is_another_one_next_time(server: Wire, gcp: Gcp) -> None:
    """The same requestId would be answered with the operation that has failed."""
    used = failed("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "already being used by 'projects/p/global/firewalls/wall'")
    server.answers = [NETWORK, operation(), used]
    undone, attempt = Ref("vpc", None, "token"), Attempt("token", parts={"network": "vpc"})
    with pytest.raises(InUse):
        gcp.connection.vpc.delete(undone, attempt)
    server.answers = [NETWORK, operation(), operation()]
    assert gcp.connection.vpc.delete(undone, Attempt("token", parts=attempt.parts)) is None
    first, second = (request.query for request in server.seen if request.method == "DELETE")
    assert first != second


@pytest.mark.parametrize(
    "slow", [error(429, "rateLimitExceeded", "slow down"), error(403, "userRateLimitExceeded", "slow down")]
)
def test_throttling_is_waited_out(server: Wire, gcp: Gcp, slow: Answer) -> None:
    again = error(403, "rateLimitExceeded", "Rate Limit Exceeded", Retry_After="0.1")
    server.answers = [slow, again, ZONE_ANSWER]
    gcp.connection.check()
    assert len(server.seen) == 3
    assert [record.error_code for record in gcp.records] == [
        slow.body["error"]["errors"][0]["reason"],
        "rateLimitExceeded",
        "",
    ]


def test_retry_after_is_obeyed(server: Wire, gcp: Gcp) -> None:
    server.answers = [error(429, "rateLimitExceeded", "slow down", Retry_After="0.7"), ZONE_ANSWER]
    started = time.monotonic()
    gcp.connection.check()
    assert time.monotonic() - started >= 0.7


def test_a_long_retry_after_is_the_caller_s_to_wait(server: Wire, gcp: Gcp) -> None:
    server.answers = [error(429, "rateLimitExceeded", "slow down", Retry_After="11")]
    started = time.monotonic()
    with pytest.raises(Throttled) as refused:
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert time.monotonic() - started < 2
    assert refused.value.retry_after == 11.0
    assert len(server.seen) == 1


def test_no_quota_left_is_not_throttling(server: Wire, gcp: Gcp) -> None:
    server.answers = [error(403, "quotaExceeded", "Quota 'NETWORKS' exceeded.  Limit: 5.0 globally.")]
    with pytest.raises(NoCapacity):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 1


def test_a_lost_answer_of_a_write_is_not_sent_again(server: Wire, gcp: Gcp) -> None:
    server.answers = [Answer(None)]
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert [request.method for request in server.seen] == ["POST"]
    assert gcp.outcomes() == [("compute.networks.insert", "ConnectionError")]


def test_no_answer_in_time(server: Wire, gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    server.answers = [Answer(None, delay=5)]
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [error(500, "internalError", "oops"), error(503, "backendError", "oops")])
def test_a_write_that_google_broke_down_on_may_have_taken_effect(server: Wire, gcp: Gcp, answer: Answer) -> None:
    server.answers = [answer]
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "no JSON at all", "", "[]", '{"items": []}', '"kind"'])
@pytest.mark.parametrize(("status", "read"), [(200, Unavailable), (302, Unavailable), (502, Unavailable)])
def test_what_is_not_google_s_answer_is_not_believed(
    server: Wire, gcp: Gcp, body: str, status: int, read: type[CloudError]
) -> None:
    server.answers = [Answer(body, status)]
    with pytest.raises(CloudError) as broken:
        gcp.connection.vpc.list()
    assert type(broken.value) is read
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert [record.error_code for record in gcp.records] == [str(status)] * 2


def test_a_page_that_says_404_is_no_absence(server: Wire, gcp: Gcp) -> None:
    server.answers = [Answer("<html>no such host</html>", 404)]
    with pytest.raises(Refused):
        gcp.connection.vpc.get(Ref("vpc", "vpc"))


@pytest.mark.parametrize(
    "item", [{"name": 7}, {"selfLink": "x"}, "no network", {"name": "vpc", "subnetworks": {"a": 1}}], ids=str
)
def test_members_of_other_kinds_are_a_cloud_error(server: Wire, gcp: Gcp, item: object) -> None:
    server.answers = [listed("network", item), listed("subnetwork")]
    with pytest.raises(CloudError):
        gcp.connection.vpc.list()


@pytest.mark.parametrize("kind", ["vm", "security_group", "image", "spec", "region_zone"])
def test_elements_without_a_name_are_a_cloud_error(server: Wire, gcp: Gcp, kind: str) -> None:
    server.answers = [listed("thing", {"description": "nameless"})]
    with pytest.raises(Unavailable):
        gcp.connection.handler(kind).list()


def test_a_change_without_an_operation_may_have_taken_effect(server: Wire, gcp: Gcp) -> None:
    server.answers = [Answer({"kind": "compute#operation"})]
    with pytest.raises(NoAnswer):
        gcp.connection.vpc.create(VPC, Attempt("token"))


def test_what_the_sdk_does_not_know_yet_does_no_harm(server: Wire, gcp: Gcp) -> None:
    new = {"name": "vpc", "routingConfig": {"routingMode": "GALACTIC"}, "madeOf": "glass"}
    server.answers = [listed("network", new), listed("subnetwork")]
    (vpc,) = gcp.connection.vpc.list()
    assert vpc.details["routingConfig"] == '{"routingMode": "GALACTIC"}'


def test_nobody_listens() -> None:
    gcp = connect(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        gcp.connection.vpc.create(VPC, Attempt("token"))
    assert [name for name, _ in gcp.outcomes()] == ["compute.networks.insert"]


def test_secrets_are_masked(server: Wire, gcp: Gcp) -> None:
    key = credential()["PrivateKey"]
    server.answers = [error(401, "authError", f"The key {key} is unknown")]
    with pytest.raises(Refused) as refused:
        gcp.connection.check()
    assert key not in f"{refused.value!r} {refused.value.text} {refused.value.message} {gcp.records}"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/global/networks?maxResults=1", "networks.list"),
        ("POST", "/global/networks", "networks.insert"),
        ("DELETE", "/regions/r/subnetworks/s", "subnetworks.delete"),
        ("GET", "/aggregated/instances", "instances.aggregatedList"),
        ("POST", "/zones/z/instances/i/setLabels?requestId=x", "instances.setLabels"),
        ("PATCH", "/global/firewalls/f", "firewalls.patch"),
        ("GET", "/zones/z/operations/o", "zoneOperations.get"),
        ("GET", "/regions/r/operations/o", "regionOperations.get"),
        ("GET", "/global/operations/o", "globalOperations.get"),
        ("GET", "/global/images/family/f", "images.getFromFamily"),
        ("GET", "/zones", "zones.list"),
        ("GET", "/regions/r", "regions.get"),
        ("GET", "", "projects.get"),
    ],
)
def test_calls_are_named_as_in_the_discovery_document(method: str, path: str, name: str) -> None:
    assert api(method, f"http://gce.example.test/base/compute/v1/projects/p{path}") == f"compute.{name}"


def test_a_refused_subnet_names_the_field(server: Wire, gcp: Gcp) -> None:
    text = "Invalid value for field 'resource.ipCidrRange': '10.0.0.0/24'. Invalid IPCidrRange: 10.0.0.0/24 conflicts"
    server.answers = [NETWORK, error(400, "invalid", text)]
    with pytest.raises(Invalid) as refused:
        gcp.connection.vpc.add_subnet(Ref("vpc", "vpc"), SUBNET, Attempt("token"))
    assert refused.value.field == "cidr"
