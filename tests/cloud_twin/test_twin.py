"""All emulated clouds in one process: whose a call is, what each is told, and the command that serves them."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cloud_twin import tls
from cloud_twin.admin import Administered
from cloud_twin.serve import serving
from cloud_twin.twin import MAKERS, Twin

ROOT = Path(__file__).resolve().parents[2]
GCP_CALL = "/compute/v1/projects/p/zones"
AZURE_CALL = "/subscriptions?api-version=2022-12-01"
AWS_CALL = "/?Action=DescribeVpcs&Version=2016-11-15"
ALIBABA_CALL = "/?Action=DescribeVpcs&Version=2016-04-28"


@pytest.fixture(scope="module")
def twin() -> Twin:
    return Twin()


@pytest.fixture
def http(twin: Twin) -> Iterator[httpx.Client]:
    twin.reset()
    with serving(Administered(twin, twin.clouds)) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def test_a_call_goes_to_the_cloud_that_claims_its_path(twin: Twin, http: httpx.Client) -> None:
    for path in (GCP_CALL, AZURE_CALL, AWS_CALL, ALIBABA_CALL):
        assert http.get(path).status_code in (400, 401, 403)
    assert [(call.cloud, call.api) for call in twin.log.calls()] == [
        ("gcp", "compute.zones.list"),
        ("azure", "GET subscriptions"),
        ("aws", "DescribeVpcs"),
        ("alibaba", "DescribeVpcs"),
    ]


def test_a_call_of_alibabas_new_sdk_is_known_by_its_header(twin: Twin, http: httpx.Client) -> None:
    http.post("/", headers={"x-acs-action": "DescribeRegions"})
    assert [(call.cloud, call.api) for call in twin.log.calls()] == [("alibaba", "DescribeRegions")]


def test_a_rule_may_be_about_one_cloud(http: httpx.Client) -> None:
    http.post("/_twin/faults", json={"cloud": "azure", "status": 599, "code": "Odd"}).raise_for_status()
    assert [http.get(path).status_code == 599 for path in (GCP_CALL, AZURE_CALL, AWS_CALL)] == [False, True, False]


def test_settings_are_of_one_cloud_or_of_all(twin: Twin, http: httpx.Client) -> None:
    before = http.get("/_twin/settings").json()
    assert set(before) == set(MAKERS)
    http.put("/_twin/settings?cloud=gcp", json={"page_size": 3}).raise_for_status()
    http.put("/_twin/settings", json={"transition_seconds": 7}).raise_for_status()
    now = http.get("/_twin/settings").json()
    assert {name: one["transition_seconds"] for name, one in now.items()} == dict.fromkeys(MAKERS, 7.0)
    assert (now["gcp"]["page_size"], now["azure"]["page_size"]) == (3, None)
    for cloud in twin.clouds.values():
        cloud.settings.transition_seconds = 0.5
    twin.clouds["gcp"].settings.page_size = None


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("PUT", "/settings", {"page_size": 1}, " has only "),
        ("PUT", "/settings?cloud=aws", {"page_size": 1}, "page_size: aws has only"),
        ("PUT", "/settings?cloud=gcp", {"page_size": 0}, "page_size: 0 is not a number above 0"),
        ("PUT", "/settings?cloud=ibm", {"page_size": 1}, "cloud: 'ibm' is none of"),
        ("PUT", "/snapshots/a?cloud=aws", None, "aws cannot be kept"),
        ("PUT", "/clock", {"speed": -1}, "speed: -1 is not a number from 0 up"),
    ],
)
def test_what_cannot_be_is_told(http: httpx.Client, method: str, path: str, body: Any, words: str) -> None:
    before = http.get("/_twin/settings").json()
    answer = http.request(method, f"/_twin{path}", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert http.get("/_twin/settings").json() == before


def test_a_snapshot_is_put_back_until_it_is_forgotten(twin: Twin, http: httpx.Client) -> None:
    def held() -> list[str]:
        found: list[str] = http.get("/_twin/contents?cloud=gcp").json()["gcp"]
        return found

    furnished = held()
    assert any(key.endswith("global/networks/default") for key in furnished)
    assert http.put("/_twin/snapshots/new?cloud=gcp").json() == {"clouds": ["gcp"]}
    gcp: Any = twin.clouds["gcp"]
    gcp.centre.remove(next(key for key in furnished if "networks" in key))
    assert held() != furnished
    assert http.post("/_twin/snapshots/new").json() == {"clouds": ["gcp"]}
    assert held() == furnished
    http.delete("/_twin/snapshots/new").raise_for_status()
    assert [http.request(method, "/_twin/snapshots/new").status_code for method in ("POST", "DELETE")] == [404, 404]


def test_without_a_name_all_clouds_that_can_tell_are_asked(http: httpx.Client) -> None:
    told = sorted(MAKERS.keys() - {"aws"})  # it has no snapshots
    assert set(http.get("/_twin/contents").json()) == set(MAKERS)
    assert http.put("/_twin/snapshots/all").json() == {"clouds": told}
    assert http.post("/_twin/snapshots/all").json() == {"clouds": told}


def test_the_clock_can_be_told_its_speed(http: httpx.Client) -> None:
    assert http.put("/_twin/clock", json={"speed": 0}).json()["speed"] == 0
    stands = http.get("/_twin/clock").json()
    assert http.get("/_twin/clock").json() == stands
    assert http.post("/_twin/clock", json={"advance": 60}).json()["now"] > stands["now"]
    assert http.put("/_twin/clock", json={"speed": 1}).json()["speed"] == 1


def test_a_path_that_no_cloud_claims_is_told_and_an_unknown_cloud_is_refused() -> None:
    with serving(Twin("gcp")) as url:
        answer = httpx.get(f"{url}/nothing", trust_env=False)
    assert (answer.status_code, "/nothing" in answer.text) == (404, True)
    with pytest.raises(ValueError, match="there is no cloud 'ibm'; there are alibaba, aws, azure, "):
        Twin("ibm")


def test_the_command_serves_over_http_and_strict_tls_and_writes_what_clients_need(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    command = [sys.executable, "-m", "cloud_twin", "--clouds", "azure,gcp", "--folder", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr
    assert process.stdout
    plain, _, secure = process.stderr.readline().split()[-3:]
    assert str(folder) in process.stderr.readline()
    try:
        assert {path.name for path in folder.iterdir()} == {"ca.pem", "azure.json", "gcp.json"}
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        assert json.loads((folder / "gcp.json").read_text())["token_uri"].startswith(plain)
        assert json.loads((folder / "azure.json").read_text())["resourceManagerEndpointUrl"].startswith(secure)
        trusted = tls.client_context((folder / "ca.pem").read_text())
        trusted.verify_flags |= ssl.VERIFY_X509_STRICT  # what Python 3.13 sets by itself
        for url, verify in ((plain, True), (secure, trusted)):
            assert httpx.get(f"{url}{GCP_CALL}", trust_env=False, verify=verify).status_code == 401
        logged = [json.loads(process.stdout.readline())["api"] for _ in range(2)]
        assert logged == ["compute.zones.list"] * 2
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        process.stderr.close()
        process.stdout.close()
