"""How the Docker driver takes an Engine's answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CloudError,
    ImageRequest,
    InUse,
    Invalid,
    MissingReference,
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
    VmRequest,
    VpcRequest,
    WrongState,
)
from spider_drivers.docker import calls
from spider_drivers.docker import wire as docker_wire
from spider_drivers.docker.connection import DockerConnection

from tests.drivers.docker_support import CONTAINER, Answer, Docker, Wire, connect, error, wire
from tests.servers import free_port

VPC = VpcRequest("net", "10.9.0.0/16", (SubnetRequest("a", "10.9.1.0/24"),))
VM = VmRequest("web", Ref("nginx:latest", "nginx:latest"))
CONTAINER_ID = str(CONTAINER["Id"])
BUSY = "You have too many calls."


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def docker(server: Wire) -> Docker:
    return connect(server.url)


def create_vpc(connection: DockerConnection) -> object:
    return connection.vpc.create(VPC, Attempt("token"))


def create_vm(connection: DockerConnection) -> object:
    return connection.vm.create(VM, Attempt("token"))


def pull(connection: DockerConnection) -> object:
    return connection.image.create(ImageRequest("nginx"), Attempt("token"))


def suspend(connection: DockerConnection) -> object:
    return connection.vm.suspend(Ref("web", CONTAINER_ID), Attempt("token"))


def delete_image(connection: DockerConnection) -> object:
    connection.image.delete(Ref("nginx:latest", "nginx:latest"), Attempt("token"))
    return None


def delete_vpc(connection: DockerConnection) -> object:
    return connection.vpc.delete(Ref("net", "vpc-1"), Attempt("token"))


def add_subnet(connection: DockerConnection) -> object:
    return connection.vpc.add_subnet(Ref("net", "vpc-1"), SubnetRequest("b", "10.9.2.0/24"), Attempt("token"))


def remove_subnet(connection: DockerConnection) -> object:
    return connection.vpc.remove_subnet(Ref("net", "vpc-1"), Ref("a", "n" * 64), Attempt("token"))


IMAGE = Answer({"Id": "sha256:1", "Size": 1, "Config": {}})
NO_IMAGE = error(404, "No such image: nginx:latest")
LISTED = Answer([CONTAINER])
_OF_VPC = {"spider-vpc": "vpc-1", "spider-vpc-name": "net", "spider-vpc-cidr": "10.9.0.0/16", "spider-vpc-tags": "{}"}
_IPAM = {"Config": [{"Subnet": "10.9.1.0/24"}]}
NETWORKS = Answer([{"Id": each * 64, "Labels": {**_OF_VPC, "spider-name": each}, "IPAM": _IPAM} for each in "an"])
NOTHING = Answer([])
OVERLAP = "Pool overlaps with other one on this address space"


# The answers before the refusal, the refusal in Engine 20.10's words, and what it is.
REFUSALS: list[tuple[Any, list[Answer], int, str, type[SpiderError], str | None]] = [
    (create_vpc, [], 403, OVERLAP, Invalid, "subnets"),
    (create_vpc, [], 403, f"invalid pool request: {OVERLAP}", Invalid, "subnets"),
    (create_vpc, [], 400, "invalid network name", Refused, None),
    (add_subnet, [NETWORKS], 403, OVERLAP, Invalid, "cidr"),
    (create_vm, [], 404, "No such image: nginx:latest", MissingReference, "image"),
    (create_vm, [IMAGE], 404, "No such image: nginx:latest", MissingReference, "image"),
    (create_vm, [IMAGE], 400, "invalid hostname", Refused, None),
    (create_vm, [IMAGE], 500, "no space left on device", NoCapacity, None),
    (create_vm, [IMAGE], 500, "Bind for 0.0.0.0:80 failed: port is already allocated", Refused, None),
    (suspend, [LISTED], 409, "Container c is not running", WrongState, None),
    (suspend, [LISTED], 500, "Container c is already paused", WrongState, None),
    (suspend, [LISTED], 404, "No such container: c", NotFound, None),
    (suspend, [LISTED], 501, "not supported here", Unsupported, None),
    (delete_image, [], 409, "conflict: unable to remove repository reference (must force)", InUse, None),
    (delete_vpc, [NETWORKS, NOTHING], 403, "network net has active endpoints", InUse, None),
    (remove_subnet, [NETWORKS, NOTHING], 403, "network net.a has active endpoints", InUse, None),
    (pull, [NO_IMAGE], 404, "manifest for nginx:latest not found: manifest unknown", NotFound, None),
    (pull, [NO_IMAGE], 404, "pull access denied for nginx, repository does not exist", NotFound, None),
    (pull, [NO_IMAGE], 500, "Get https://registry-1.docker.io/v2/: dial tcp: no such host", Refused, None),
    (suspend, [LISTED], 403, "authorization denied by plugin", Refused, None),
]


@pytest.mark.parametrize(
    ("step", "before", "status", "message", "expected", "field"), REFUSALS, ids=[each[3][:40] for each in REFUSALS]
)
def test_a_refusal_keeps_the_engine_s_status_and_words(
    server: Wire,
    docker: Docker,
    step: Any,
    before: list[Answer],
    status: int,
    message: str,
    expected: type[SpiderError],
    field: str | None,
) -> None:
    server.answers = [*before, error(status, message)]
    with pytest.raises(SpiderError) as refused:
        step(docker.connection)
    assert type(refused.value) is expected
    assert (refused.value.field, refused.value.code, refused.value.text) == (field, str(status), message)
    assert message in refused.value.message
    assert (docker.records[-1].error_code, docker.records[-1].error) == (str(status), message)


def test_a_read_that_the_engine_broke_down_on_is_unavailable(server: Wire, docker: Docker) -> None:
    server.answers = [error(500, "context deadline exceeded")]
    with pytest.raises(Unavailable):
        docker.connection.vm.list()


def test_a_name_that_somebody_else_has_is_taken(server: Wire, docker: Docker) -> None:
    server.answers = [IMAGE, error(409, 'Conflict. The container name "/web" is already in use'), NOTHING]
    with pytest.raises(AlreadyExists):
        create_vm(docker.connection)


def test_an_error_within_a_stream_is_told_as_one(server: Wire, docker: Docker) -> None:
    stream = '{"status":"Pulling from library/nginx"}\r\n{"errorDetail":{"message":"toomanyrequests: pull rate limit"}}'
    server.answers = [NO_IMAGE, Answer(stream)]
    with pytest.raises(NoCapacity, match="toomanyrequests"):
        pull(docker.connection)
    assert docker.records[-1].api == "POST /images/create"
    assert docker.records[-1].error == "toomanyrequests: pull rate limit"


def test_a_pull_that_is_nobody_s_any_more_is_broken_off(server: Wire, docker: Docker) -> None:
    """Its lease is lost: somebody else goes on with it."""

    class LostError(Exception):
        pass

    def check() -> None:
        if len(server.seen) == 2:
            raise LostError

    server.answers = [NO_IMAGE, Answer('{"status":"Pulling"}\n' * 100)]
    with pytest.raises(LostError):
        docker.connection.image.create(ImageRequest("nginx"), Attempt("token", check=check))
    assert [api for api, _ in docker.outcomes()] == ["GET /images/{id}/json", "POST /images/create"]


def test_throttling_is_waited_out(server: Wire, docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    server.answers = [error(429, BUSY), error(429, BUSY, Retry_After="3"), error(503, BUSY, Retry_After="1"), LISTED]
    assert len(docker.connection.vm.list()) == 1
    assert len(server.seen) == 4
    assert [code for _, code in docker.outcomes()] == ["429", "429", "503", ""]
    assert 0.25 <= pauses[0] <= 0.5
    assert pauses[1:] == [3.0, 1.0]


def test_a_change_is_sent_again_when_it_was_throttled(
    server: Wire, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    server.answers = [LISTED, error(429, BUSY), Answer(status=204)]
    suspend(docker.connection)
    assert [api for api, _ in docker.outcomes()] == ["GET /containers/json", *["POST /containers/{id}/pause"] * 2]


def test_a_long_retry_after_is_the_caller_s_to_wait(server: Wire, docker: Docker) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server.answers = [error(429, BUSY, Retry_After=later)]
    started = time.monotonic()
    with pytest.raises(Throttled) as refused:
        create_vpc(docker.connection)
    assert time.monotonic() - started < 5
    assert 50 < (refused.value.retry_after or 0) <= 60
    assert len(server.seen) == 1


def test_throttled_to_the_end_it_has_paused_for_ten_seconds_at_most(
    server: Wire, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    server.answers = [error(429, BUSY)]
    with pytest.raises(Throttled):
        docker.connection.vm.list()
    assert sum(pauses) <= 10
    assert len(server.seen) == len(pauses) + 1 > 3


def test_without_a_word_of_when_503_is_not_throttling(server: Wire, docker: Docker) -> None:
    server.answers = [error(503, "this node is not ready")]
    with pytest.raises(Unavailable):
        docker.connection.vm.list()
    with pytest.raises(NoAnswer):
        create_vpc(docker.connection)
    assert len(server.seen) == 2


def test_a_lost_answer_of_a_change_is_not_sent_again(server: Wire, docker: Docker) -> None:
    server.answers = [Answer(None)]
    with pytest.raises(NoAnswer):
        create_vpc(docker.connection)
    assert [request.path for request in server.seen] == ["/v1.41/networks/create"]
    assert docker.outcomes() == [("POST /networks/create", "ConnectionError")]


def test_no_answer_in_time(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    server.answers = [Answer(None, delay=5)]
    with pytest.raises(NoAnswer):
        create_vpc(connect(server.url).connection)
    assert len(server.seen) == 1


def test_the_time_to_stop_a_container_is_not_the_answer_s_time(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Engine answers when the container has stopped."""
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    server.answers = [LISTED, Answer(status=204, delay=0.5)]
    docker = connect(server.url)
    docker.connection.vm.reboot(Ref("web", CONTAINER_ID), Attempt("token"))
    assert [request.query for request in server.seen][1] == "t=10"


@pytest.mark.parametrize("body", ["<html>Log in first</html>", "{}", "[]", '{"message": 7}', '"text"', "null"])
@pytest.mark.parametrize("status", [200, 204, 302, 502])
def test_what_is_not_the_engine_s_answer_is_a_cloud_error(server: Wire, docker: Docker, body: str, status: int) -> None:
    content = "" if status == 204 else body
    server.answers = [Answer(content, status, {"Location": "http://127.0.0.1:1/"}, foreign=True)]
    with pytest.raises(Unavailable):
        docker.connection.vm.list()
    with pytest.raises(NoAnswer):
        create_vpc(docker.connection)
    assert len(server.seen) == 2


def test_a_stranger_s_404_is_not_the_engine_s(server: Wire, docker: Docker) -> None:
    """Else a proxy that has lost its way would make a delete succeed."""
    server.answers = [Answer("<html>404</html>", 404, foreign=True)]
    with pytest.raises(Refused):
        delete_image(docker.connection)


@pytest.mark.parametrize("body", [{}, [{}], [1], [{"Id": ""}], "no JSON"])
def test_an_answer_of_another_shape_is_a_cloud_error(server: Wire, docker: Docker, body: Any) -> None:
    server.answers = [Answer(body)]
    for read in (docker.connection.vm.list, docker.connection.image.list, docker.connection.vpc.list):
        with pytest.raises(CloudError):
            read()


@pytest.mark.parametrize("broken", [{"Created": "x"}, {"Names": 5}, {"Ports": [1]}, {"Image": None}, {"Status": None}])
def test_a_container_of_another_shape_is_a_cloud_error(server: Wire, docker: Docker, broken: dict[str, Any]) -> None:
    server.answers = [Answer([{**CONTAINER, "State": "exited", **broken}])]
    with pytest.raises(CloudError):
        docker.connection.vm.list()


def test_nobody_listens() -> None:
    docker = connect(f"tcp://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        create_vpc(docker.connection)
    assert [(one.api, one.error_code) for one in docker.records] == [("GET /version", "ConnectionError")]


def test_no_such_socket() -> None:
    with pytest.raises(Unreachable):
        connect("unix:///nowhere/docker.sock").connection.vm.list()


def test_a_name_that_leads_nowhere() -> None:
    with pytest.raises(Unreachable):
        connect("tcp://docker.invalid:2375").connection.vm.list()


def test_secrets_are_masked(server: Wire) -> None:
    docker = connect(server.url)
    server.answers = [error(403, f"{server.url} is not for you")]
    with pytest.raises(Refused) as refused:
        docker.connection.vm.list()
    shown = f"{refused.value!r} {refused.value.text} {refused.value.message} {docker.records}"
    assert server.url not in shown


def test_each_exchange_is_one_record(server: Wire, docker: Docker) -> None:
    server.answers = [LISTED, Answer(status=204)]
    suspend(docker.connection)
    assert [(one.api, one.error_code) for one in docker.records] == [
        ("GET /version", ""),
        ("GET /containers/json", ""),
        ("POST /containers/{id}/pause", ""),
    ]
    assert all(one.elapsed >= 0 for one in docker.records)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1.41/containers/json?all=1", "GET /containers/json"),
        ("PUT", "/v1.41/containers/abc/archive?path=%2F", "PUT /containers/{id}/archive"),
        ("DELETE", "/v1.41/containers/abc?v=True", "DELETE /containers/{id}"),
        ("GET", "/v1.41/images/registry:5000/team/app:1/json", "GET /images/{id}/json"),
        ("DELETE", "/v1.41/images/registry:5000/team/app:1", "DELETE /images/{id}"),
        ("POST", "/v1.41/images/create?fromImage=nginx", "POST /images/create"),
        ("GET", "/v1.41/networks?filters=x", "GET /networks"),
        ("POST", "/v1.41/networks/create", "POST /networks/create"),
        ("DELETE", "/v1.41/networks/abc", "DELETE /networks/{id}"),
        ("GET", "/version", "GET /version"),
    ],
)
def test_a_call_is_named_by_its_path_s_template(method: str, path: str, expected: str) -> None:
    assert docker_wire.api(method, path) == expected
    assert docker_wire.api(method, f"/behind/a/proxy{path}", "/behind/a/proxy") == expected
