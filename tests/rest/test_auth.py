from __future__ import annotations

import base64
from pathlib import Path

import pytest

from chalicelib.engine.settings import Settings
from chalicelib.rest.auth import OPEN_PATHS, is_loopback
from tests.rest.stand_in import StandIn
from tests.rest.support import ask


def basic(login: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(login.encode()).decode()}


@pytest.fixture
def closed(tmp_path: Path) -> StandIn:
    """An engine that asks for a login."""
    return StandIn(Settings(home=tmp_path, username="ädmin", password="s:ecret"))


def test_the_right_login(closed: StandIn) -> None:
    assert ask(closed, "GET", "/spider/cloudos", headers=basic("ädmin:s:ecret")).status == 200
    lower = {"authorization": basic("ädmin:s:ecret")["authorization"].replace("Basic", "basic")}
    assert ask(closed, "GET", "/spider/cloudos", headers=lower).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("ädmin:wrong"),
        basic("admin:s:ecret"),
        basic("ädmin"),
        basic(":"),
        basic(""),
        {"authorization": "Basic !!!"},
        {"authorization": "Basic \xff"},
        {"authorization": "Bearer s:ecret"},
        {"authorization": ""},
    ],
)
@pytest.mark.parametrize("address", ["/spider/cloudos", "/spider/nothing", "/spider/health/x", "/health"])
def test_a_wrong_login(closed: StandIn, headers: dict[str, str], address: str) -> None:
    answer = ask(closed, "GET", address, headers=headers)
    assert (answer.status, answer.data["message"]) == (401, "Unauthorized")
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.headers["content-type"] == "application/problem+json"
    assert closed.calls == []


def test_401_stays_401_with_upstreams_statuses(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, username="u", password="p", error_status="upstream")
    assert ask(StandIn(settings), "GET", "/spider/cloudos").status == 401


@pytest.mark.parametrize("path", sorted(OPEN_PATHS))
def test_health_paths_need_no_login(closed: StandIn, path: str) -> None:
    assert ask(closed, "GET", f"/spider/{path}").status != 401
    assert ask(closed, "GET", f"/spider/{path}/").status != 401
    assert ask(closed, "GET", f"/spider/vm/{path}").status == 401


def test_a_preflight_comes_without_a_login(closed: StandIn) -> None:
    assert ask(closed, "OPTIONS", "/spider/vm", headers={"origin": "https://a.example"}).status == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://a.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.a.example"},
        {"origin": "http://[bad"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_foreign_pages_are_refused_where_no_login_is_asked_for(
    engine: StandIn, closed: StandIn, headers: dict[str, str]
) -> None:
    answer = ask(engine, "POST", "/spider/driver", b"{}", headers=headers)
    assert (answer.status, engine.calls) == (403, [])
    assert "SPIDER_USERNAME" in answer.data["message"]
    assert ask(closed, "GET", "/spider/cloudos", headers=headers | basic("ädmin:s:ecret")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:8080"},
        {"origin": "http://127.0.0.1:1024"},
        {"origin": "http://[::1]:1024"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_pages_of_this_machine_may_call(engine: StandIn, headers: dict[str, str]) -> None:
    assert ask(engine, "GET", "/spider/cloudos", headers=headers).status == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("LocalHost", True)),
        *(("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.example", False), ("", False)),
    ],
)
def test_what_loopback_is(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
