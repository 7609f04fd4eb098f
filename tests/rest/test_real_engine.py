"""Both servers with the real engine and the MOCK driver: the classic walk through every kind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.vocabulary import Action
from chalicelib.engine.service import open_engine
from chalicelib.engine.settings import Settings
from tests.rest.support import Answer, over_http
from tests.servers import free_port, server

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "serve": [sys.executable, "-m", "chalicelib.rest.serve", "--port"],
    "chalice local": [
        str(Path(sys.executable).parent / "chalice"),
        "--project-dir",
        str(ROOT),
        "local",
        "--no-autoreload",
        "--port",
    ],
}
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("driver", {"DriverName": "mock-driver", "ProviderName": "MOCK", "DriverLibFileName": "mock.so"}),
    ("credential", {"CredentialName": "mock-credential", "KeyValueInfoList": [{"Key": "MockName", "Value": "m"}]}),
    ("region", {"RegionName": "mock-region", "KeyValueInfoList": [{"Key": "TransitionSeconds", "Value": "0.1"}]}),
]
CONFIG = {
    "ConfigName": "mock",
    "DriverName": "mock-driver",
    "CredentialName": "mock-credential",
    "RegionName": "mock-region",
}
VM = {
    "Name": "vm-01",
    "ImageName": "mock-vmimage-01",
    "VMSpecName": "mock-vmspec-01",
    "VPCName": "vpc-01",
    "SubnetName": "subnet-01",
    "SecurityGroupNames": ["sg-01"],
    "KeyPairName": "keypair-01",
    "VMUserPasswd": "ignored on Linux",
}
SUBNET = {"Name": "subnet-01", "IPv4_CIDR": "10.0.8.0/22"}
RULE = {"FromPort": "1", "ToPort": "65535", "IPProtocol": "tcp", "Direction": "inbound"}
RESOURCES: list[tuple[str, dict[str, Any]]] = [
    ("vpc", {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": [SUBNET]}),
    ("securitygroup", {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": [RULE]}),
    ("keypair", {"Name": "keypair-01"}),
    ("vm", VM),
]


class Api:
    def __init__(self, port: int) -> None:
        self.port = port

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """As CB-Spider's own scripts send it: JSON in every body, GET and DELETE too."""
        text = json.dumps(body).encode() if body else None
        return over_http(self.port, method, f"/spider/{path}", text, {"Content-Type": "application/json"})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.status == 200, answer
        return answer.data

    def create(self, path: str, info: dict[str, Any]) -> Any:
        return self.call("POST", path, {"ConnectionName": "mock", "ReqInfo": info})

    def connect(self) -> None:
        for path, body in SETTINGS:
            assert self.call("POST", path, {"ProviderName": "mock", **body})
        assert self.call("POST", "connectionconfig", {"ProviderName": "mock", **CONFIG})["ProviderName"] == "MOCK"


@pytest.fixture(scope="module", params=list(COMMANDS))
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    port = free_port()
    environment = {"SPIDER_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(ROOT)}
    with server([*COMMANDS[request.param], str(port)], f"http://127.0.0.1:{port}", environment):
        api = Api(port)
        api.connect()
        yield api


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_has_its_function_in_the_engine(action: Action, tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    try:
        assert callable(attrgetter(action.does)(engine))
    finally:
        engine.close()


def test_the_classic_walk(api: Api) -> None:
    here = {"ConnectionName": "mock"}
    for path, info in RESOURCES:
        name = info["Name"]
        assert api.create(path, info)["IId"]["NameId"] == name
        assert [one["IId"]["NameId"] for one in api.call("GET", path, here)[path]] == [name]
        assert api.call("GET", f"{path}/{name}", here)["IId"]["NameId"] == name
        assert api.send("POST", path, {**here, "ReqInfo": info}).status == 409
    assert api.call("GET", "vmstatus", here)["vmstatus"][0]["VmStatus"] == "Running"
    for verb, status in (("suspend", "Suspended"), ("resume", "Running"), ("reboot", "Running")):
        assert api.call("GET", f"controlvm/vm-01?action={verb}", here)["Status"]
        wait_for(api, status)
    assert api.send("DELETE", "vpc/vpc-01", here).status == 409
    assert api.call("DELETE", "vm/vm-01", here) == {"Status": "Terminated"}
    for path, info in reversed(RESOURCES[:3]):
        assert api.call("DELETE", f"{path}/{info['Name']}", here) == {"Result": "true"}
        assert api.call("GET", path, here) == {path: []}


def wait_for(api: Api, status: str) -> None:
    for _ in range(200):
        if api.call("GET", "vmstatus/vm-01?ConnectionName=mock")["Status"] == status:
            return
    raise TimeoutError(status)


def test_images_and_specs(api: Api) -> None:
    here = "?ConnectionName=mock"
    assert api.call("GET", f"vmimage/mock-vmimage-01{here}")["IId"]["NameId"] == "mock-vmimage-01"
    assert len(api.call("GET", f"vmimage{here}")["image"]) > 1
    assert api.call("GET", f"vmspec/mock-vmspec-01{here}")["Name"] == "mock-vmspec-01"
    assert api.call("GET", f"vmorgspec/mock-vmspec-01{here}")["VMSpecInfo"]
    assert "MOCK" in api.call("GET", "cloudos")["cloudos"]


def test_spider_and_the_cloud_as_a_whole(api: Api) -> None:
    assert api.call("GET", "readyz") == {"message": "CB-Spider is ready"}
    assert api.call("GET", "endpointinfo").endswith(f"http://127.0.0.1:{api.port}/spider\n")
    assert api.call("GET", "driver/capability", {"ConnectionName": "mock"})["RegionZoneHandler"] is True
    before = api.call("GET", "preconfig/regionzone?CredentialName=mock-credential&DriverName=mock-driver")
    assert before == api.call("GET", "regionzone?ConnectionName=mock")
    call = {"ConnectionName": "mock", "ReqInfo": {"FID": "countAll"}}
    assert {one["Key"] for one in api.call("POST", "anycall", call)["OKeyValueList"]} >= {"vpc", "vm"}
    assert api.call("GET", f"check/tcp?HostName=127.0.0.1&Port={api.port}")["message"].endswith("is open")


def test_messages_that_clients_search_for(api: Api) -> None:
    gone = api.send("GET", "vpc/none?ConnectionName=mock")
    assert (gone.status, "does not exist in connection" in gone.data["message"]) == (404, True)
    unknown = api.send("GET", "vpc?ConnectionName=none")
    assert (unknown.status, "does not exist" in unknown.data["message"]) == (404, True)
    body = {"ConnectionName": "mock", "ReqInfo": {**VM, "Name": "vm-02", "VPCName": "none"}}
    missing = api.send("POST", "vm", body)
    assert (missing.status, missing.data["field"]) == (422, "VPCName")


def test_one_of_a_hundred_creates_of_a_name_wins(api: Api) -> None:
    body = {"ConnectionName": "mock", "ReqInfo": {"Name": "one-owner", "IPv4_CIDR": "10.9.0.0/16"}}
    with ThreadPoolExecutor(25) as pool:
        statuses = sorted(answer.status for answer in pool.map(lambda _: create(api, body), range(100)))
    assert statuses == [200] + [409] * 99


def create(api: Api, body: dict[str, Any]) -> Answer:
    for _ in range(100):
        try:
            return api.send("POST", "vpc", body)
        except ConnectionError:  # chalice local lets five connections wait
            continue
    raise TimeoutError


def test_an_operation_shows_what_its_change_answered(api: Api) -> None:
    body = json.dumps({"ConnectionName": "mock", "ReqInfo": {"Name": "later"}}).encode()
    headers = {"Prefer": "respond-async", "Idempotency-Key": "later"}
    accepted = over_http(api.port, "POST", "/spider/keypair", body, headers)
    assert (accepted.status, accepted.data["IId"]["NameId"]) == (202, "later")
    again = over_http(api.port, "POST", "/spider/keypair", body, {"Idempotency-Key": "later"})
    assert (again.status, again.data["PrivateKey"]) == (200, accepted.data["PrivateKey"])
    operation = over_http(api.port, "GET", accepted.headers["location"]).data
    assert (operation["State"], operation["IId"]["NameId"]) == ("SUCCEEDED", "later")
    other = over_http(api.port, "POST", "/spider/keypair", body.replace(b"later", b"other"), headers)
    assert (other.status, other.data["type"]) == (422, "urn:spider:problem:key-reused")
