"""The routes about Spider itself and about clouds as a whole, on the real engine."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.vocabulary import Role
from chalicelib.engine.about import VERSION
from chalicelib.rest.auth import OPEN_PATHS
from chalicelib.rest.handle import handle
from chalicelib.rest.http import HttpRequest, HttpResponse
from tests.engine.house import House

LOGIN = {"authorization": "Basic " + base64.b64encode(b"admin:secret").decode()}
READY = ["readyz", "health", "healthcheck", "ping"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An engine that asks for a login."""
    found = House(tmp_path, username="admin", password="secret")
    yield found
    found.engine.close()


def send(
    house: House, address: str, headers: dict[str, str], *, method: str = "GET", body: Any = None, mount: str = ""
) -> HttpResponse:
    path, _, query = address.partition("?")
    text = b"" if body is None else json.dumps(body).encode()
    request = HttpRequest(
        method=method, path="/spider" + path, query=query, headers=headers, body=text, request_id="r", mount=mount
    )
    return handle(house.engine, request)


def told(house: House, address: str, *, method: str = "GET", body: Any = None) -> Any:
    answer = send(house, address, LOGIN, method=method, body=body)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def break_store(home: Path) -> None:
    """As a disk would that lost its data."""
    for path in home.glob("spider.db*"):
        path.write_bytes(b"\xff" * 8192)


@pytest.mark.parametrize("path", READY)
def test_it_is_ready(house: House, path: str) -> None:
    answer = send(house, f"/{path}", {})
    assert (answer.status, json.loads(answer.body)) == (200, {"message": "CB-Spider is ready"})


@pytest.mark.parametrize("path", READY)
def test_it_is_not_ready_without_its_store(house: House, tmp_path: Path, path: str) -> None:
    break_store(tmp_path)
    answer = send(house, f"/{path}", {})
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1
    message = json.loads(answer.body)["message"]
    assert message.startswith("Spider's own store did not answer: ")
    assert "spider.db" in message


@pytest.mark.parametrize("path", ["version", "ver"])
def test_the_version(house: House, path: str) -> None:
    assert json.loads(send(house, f"/{path}", {}).body) == {"Version": f"CB-Spider compatible; Spider {VERSION}"}


@pytest.mark.parametrize(
    ("headers", "mount", "address"),
    [
        ({"host": "127.0.0.1:1024"}, "", "http://127.0.0.1:1024/spider"),
        ({"host": "[::1]:1024"}, "", "http://[::1]:1024/spider"),
        ({"host": "a.example.org", "x-forwarded-proto": "https"}, "/api", "https://a.example.org/api/spider"),
        ({"host": "<script>"}, "", " /spider"),
        ({}, "/api", " /api/spider"),
    ],
)
def test_the_api_is_told_as_plain_text(house: House, headers: dict[str, str], mount: str, address: str) -> None:
    answer = send(house, "/endpointinfo", headers, mount=mount)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.body.decode().endswith(f"{address}\n")
    assert b"<" not in answer.body


def test_open_paths_are_routes_that_anybody_may_read() -> None:
    known = {action.path[1:]: action for action in ACTIONS}
    for path in OPEN_PATHS:
        assert (known[path].method, known[path].role, known[path].request) == ("GET", Role.VIEWER, "")


def test_all_other_routes_need_a_login(house: House) -> None:
    for action in ACTIONS:
        if action.path[1:] not in OPEN_PATHS:
            assert send(house, action.path, {}, method=action.method).status == 401


def test_a_capability_is_no_drivers_name(house: House) -> None:
    house.do("create_driver", {"DriverName": "capability", "ProviderName": "MOCK"})
    assert told(house, "/driver/capability?ConnectionName=mock")["VMHandler"] is True
    assert told(house, "/driver/capability", body={"connectionname": "mock"})["VMHandler"] is True
    assert send(house, "/driver/capability", LOGIN).status == 400
    assert send(house, "/driver/capability?ConnectionName=none", LOGIN).status == 404


def test_meta_information_of_clouds(house: House) -> None:
    for cloud in told(house, "/cloudos")["cloudos"]:
        assert told(house, f"/cloudos/metainfo/{cloud}")["Credential"]
    answer = send(house, "/cloudos/metainfo/NIMBUS", LOGIN)
    assert (answer.status, "does not exist" in json.loads(answer.body)["message"]) == (404, True)


def test_counts_and_filters_of_settings(house: House) -> None:
    assert told(house, "/countconnectionconfig") == {"count": 1}
    assert told(house, "/countconnectionconfig/Mock") == {"count": 1}
    assert told(house, "/countconnectionconfig/aws") == {"count": 0}
    for kind in ("driver", "credential", "region", "connectionconfig"):
        assert len(told(house, f"/{kind}")[kind]) == len(told(house, f"/{kind}?provider=mock")[kind]) == 1
        assert told(house, f"/{kind}?provider=AWS") == {kind: []}


def test_regions_before_there_is_a_connection_as_upstreams_helper_reads_them(house: House) -> None:
    query = "CredentialName=c&DriverName=d"
    listed = told(house, f"/preconfig/regionzone?{query}")
    assert listed["regionzone"] == told(house, "/regionzone?ConnectionName=mock")["regionzone"] != []
    name = listed["regionzone"][0]["Name"]
    assert told(house, f"/preconfig/regionzone/{name}?{query}") == listed["regionzone"][0]
    assert told(house, f"/regionzone/{name}", body={"ConnectionName": "mock"}) == listed["regionzone"][0]
    assert told(house, f"/preconfig/orgregion?{query}") == told(house, "/orgregion?ConnectionName=mock")
    assert list(told(house, "/orgzone?ConnectionName=mock")) == ["ZoneInfo"]
    assert send(house, f"/preconfig/regionzone/nowhere?{query}", LOGIN).status == 404
    assert send(house, "/preconfig/regionzone?CredentialName=c", LOGIN).status == 400
    assert send(house, "/preconfig/regionzone?CredentialName=x&DriverName=d", LOGIN).status == 404


def test_a_call_of_the_clouds_own(house: House) -> None:
    info = {"FID": "countAll", "IKeyValueList": []}
    answer = told(house, "/anycall", method="POST", body={"ConnectionName": "mock", "ReqInfo": info})
    assert list(answer) == ["FID", "IKeyValueList", "OKeyValueList"]
    body = {"ConnectionName": "mock", "ReqInfo": {"FID": "other"}}
    refused = send(house, "/anycall", LOGIN, method="POST", body=body)
    assert (refused.status, "countAll" in json.loads(refused.body)["message"]) == (501, True)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_checks_of_ports_refuse_bad_input(house: House, protocol: str) -> None:
    for query in ("", "HostName=a", "Port=1", "HostName=a&Port=x", "HostName=169.254.169.254&Port=80"):
        assert send(house, f"/check/{protocol}?{query}", LOGIN).status == 400


def test_what_reaches_beyond_spiders_resources_is_the_admins() -> None:
    roles = {action.name: action.role for action in ACTIONS}
    assert {roles["check_tcp"], roles["check_udp"], roles["call_any"]} == {Role.ADMIN}
