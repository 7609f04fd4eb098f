"""The admin API and the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cloud_twin import tls
from cloud_twin.serve import serving

from .cloud import Bench, Things

ROOT = Path(__file__).resolve().parents[2]


def test_rules_are_added_shown_and_removed(twin: Bench) -> None:
    made = twin.http.post("/_twin/faults", json={"api": "GET *", "throttle": True}).json()
    assert twin.http.get("/things/json").status_code == 429
    (shown,) = twin.http.get("/_twin/faults").json()["faults"]
    assert {key: shown[key] for key in ("id", "api", "struck", "held")} == {
        "id": made["id"],
        "api": "GET *",
        "struck": 1,
        "held": 0,
    }
    assert twin.http.delete(f"/_twin/faults/{made['id']}").status_code == 200
    assert twin.http.get("/things/json").status_code == 200
    assert twin.http.delete(f"/_twin/faults/{made['id']}").status_code == 404


def test_a_crash_point_is_waited_for_and_let_go(twin: Bench) -> None:
    rule = twin.http.post("/_twin/faults", json={"api": "POST *", "hold": "before"}).json()["id"]
    path = f"/_twin/faults/{rule}/reached"
    assert twin.http.get(path).json() == {"reached": False}
    lost: list[Exception] = []

    def make() -> None:
        try:
            twin.make()
        except httpx.HTTPError as error:
            lost.append(error)

    held = threading.Thread(target=make)
    held.start()
    assert twin.http.get(path, params={"seconds": "20"}).json() == {"reached": True}
    twin.http.delete("/_twin/faults").raise_for_status()
    held.join(10)
    assert lost
    assert twin.things.ids == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/_twin/faults", b"{", 400),
        ("POST", "/_twin/faults", b'{"first": 0}', 400),
        ("POST", "/_twin/clock", b"{}", 400),
        ("POST", "/_twin/clock", b'{"advance": "nan"}', 400),
        ("POST", "/_twin/clock", b'{"advance": -1}', 400),
        ("GET", "/_twin/settings", b"", 404),
        ("GET", "/_twin/nothing", b"", 404),
        ("PUT", "/_twin/calls", b"", 405),
    ],
)
def test_a_wrong_request_is_told_why(twin: Bench, method: str, path: str, body: bytes, status: int) -> None:
    answer = twin.http.request(method, path, content=body)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_admin_calls_are_no_calls_to_the_cloud(twin: Bench) -> None:
    twin.listed()
    twin.http.post("/_twin/clock", json={"advance": 1}).raise_for_status()
    (line,) = twin.http.get("/_twin/calls").text.splitlines()
    assert json.loads(line)["api"] == "GET /things/json"
    twin.http.post("/_twin/reset").raise_for_status()
    assert twin.http.get("/_twin/calls").text == ""


def test_the_command_line_starts_a_proxy_and_tells_it_what_to_do(tmp_path: Path) -> None:
    things = Things()
    with serving(things) as upstream, _started("proxy", upstream, "--dialect", "docker") as url:
        rule = json.loads(_said("add", url, "api=GET /things/*", "throttle=true", "retry_after=3"))["id"]
        refused = httpx.get(f"{url}/things/json", trust_env=False)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        assert json.loads(_said("faults", url))["faults"][0]["struck"] == 1
        _said("remove", url, str(rule))
        assert httpx.get(f"{url}/things/json", trust_env=False).json() == []
        assert [json.loads(line)["status"] for line in _said("calls", url).splitlines()] == [429, 200]
        assert "first" in _told("add", url, "first=0").stderr


def test_a_proxy_before_tls_and_behind_tls(tmp_path: Path) -> None:
    """Both sides show certificates: the upstream and the proxy each serve only whom they know."""
    things = Things()
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    with (
        serving(things, tls=tls.mutual(inner)) as upstream,
        _started("proxy", upstream, "--dialect", "docker", "--upstream-tls", str(inner), "--tls", str(outer)) as url,
    ):
        ca, certificate, key = ((outer / name).read_text() for name in tls.FILES)
        known = tls.client_context(ca, tls.Identity(certificate, key))
        assert httpx.get(f"{url}/things/json", verify=known, trust_env=False).json() == []
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/things/json", verify=tls.client_context(ca), trust_env=False)
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{url}/things/json", verify=tls.client_context(tls.Authority().certificate), trust_env=False)
    assert len(things.asked) == 1
    assert {path.stat().st_mode & 0o777 for path in outer.iterdir()} == {0o600}


def test_a_cloud_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with _started("proxy", f"unix://{tmp_path}/none.sock", "--dialect", "docker") as url:
        assert httpx.get(f"{url}/version", trust_env=False).status_code == 502


@contextmanager
def _started(*words: str) -> Iterator[str]:
    command = [sys.executable, "-m", "cloud_twin", *words]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr
    try:
        yield process.stderr.readline().split()[-1]
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        process.stderr.close()


def _told(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cloud_twin", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def _said(*words: str) -> Any:
    told = _told(*words)
    assert told.returncode == 0, told.stderr
    return told.stdout
