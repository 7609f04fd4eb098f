"""The Chalice front: chalice.test.Client, and a real `chalice local`."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chalice.test import Client

import app
from chalicelib.catalogue.actions import ACTIONS
from tests.rest.stand_in import StandIn
from tests.rest.support import Answer, over_http
from tests.servers import free_port, server

ROOT = Path(__file__).resolve().parents[2]
ECHO = "/spider/vmorgspec"


@pytest.fixture
def client(stand_in: StandIn) -> Client:
    return Client(app.app, project_dir=str(ROOT))


# -- the application object


def test_every_action_is_a_route() -> None:
    routes = {(method, path) for path, views in app.app.routes.items() for method in views}
    assert {(action.method, f"/spider{action.path}") for action in ACTIONS} <= routes


def test_importing_the_application_loads_neither_engine_nor_sdk() -> None:
    code = "import sys, app; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"boto3", "botocore", "pynamodb", "paramiko", "cryptography", "waitress", "docker"}
    assert "chalicelib.engine.service" not in done.stdout.split()


@pytest.mark.parametrize("content_type", [None, "application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_any_content_type(client: Client, stand_in: StandIn, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = client.http.request("DELETE", "/spider/vpc/x", headers=headers, body=b'{"ConnectionName":"c"}')
    assert (answer.status_code, answer.json_body) == (200, {"Result": "true"})
    assert stand_in.calls[0].connection == "c"


def test_a_binary_content_type(client: Client, stand_in: StandIn) -> None:
    headers = {"content-type": "application/octet-stream"}  # Chalice hands it over in base64
    answer = client.http.request("GET", "/spider/vpc/x", headers=headers, body=b'{"ConnectionName":"c"}')
    assert (answer.status_code, stand_in.calls[0].connection) == (200, "c")


@pytest.mark.parametrize("body", [b"", b"{}", b"null"])
def test_an_empty_body_with_a_json_content_type(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.http.request("GET", f"{ECHO}?CONNECTIONNAME=c", headers=headers, body=body).status_code == 200


def test_a_wrong_method_and_an_error_in_our_words(client: Client) -> None:
    assert client.http.request("PUT", "/spider/vpc/x").json_body["title"] == "Method Not Allowed"
    assert client.http.get("/spider/driver/error-InUse").json_body["message"] == "this is error-InUse"


def test_an_answer_that_is_accepted(client: Client) -> None:
    answer = client.http.request("DELETE", "/spider/vpc/x?ConnectionName=c", headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["Location"]) == (202, "/spider/operation/op-1")


def test_threads_do_not_see_each_others_requests(client: Client) -> None:
    def ask(number: int) -> bool:
        answer = client.http.get(f"{ECHO}/n{number}?ConnectionName=c{number}")
        told = answer.json_body["VMSpecInfo"]
        return bool((told["name"], told["connection"]) == (f"n{number}", f"c{number}"))

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(ask, range(500)))


# -- chalice local


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real `chalice local`, with the stand-in for the engine."""
    port = free_port()
    command = [sys.executable, "-m", "tests.rest.stand_in", "--project-dir", str(ROOT)]
    command += ["local", "--no-autoreload", "--port", str(port)]
    environment = {"SPIDER_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(ROOT)}
    with server(command, f"http://127.0.0.1:{port}", environment):
        yield port


def patiently(port: int, address: str, body: bytes, headers: dict[str, str]) -> Answer:
    """`chalice local` lets five connections wait to be accepted, and the system may reset what comes on top."""
    for _ in range(100):
        with contextlib.suppress(ConnectionError):
            return over_http(port, "GET", address, body, headers)
        time.sleep(0.05)
    raise TimeoutError(address)


def test_200_requests_at_once_get_each_its_own_answer(local: int) -> None:
    def ask(number: int) -> bool:
        headers = {"X-Request-Id": f"r-{number}"}
        body = b'{"ConnectionName":"c%d"}' % number
        answer = patiently(local, f"{ECHO}/n{number}", body, headers)
        expected = {"name": f"n{number}", "connection": f"c{number}", "request": f"r-{number}"}
        return bool(answer.data["VMSpecInfo"] == expected)

    with ThreadPoolExecutor(200) as pool:
        assert all(pool.map(ask, range(400)))


@pytest.mark.parametrize(
    ("segment", "name"),
    [("a%2Fb", "a/b"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("a%3Ab", "a:b"), ("a;b", "a;b"), ("%252F", "%2F")],
)
def test_names_survive_the_way(local: int, segment: str, name: str) -> None:
    assert over_http(local, "GET", f"{ECHO}/{segment}?ConnectionName=c").data["VMSpecInfo"]["name"] == name


def test_odd_requests(local: int) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b'{"ConnectionName":"c"}'
    assert over_http(local, "DELETE", "/spider/vpc/x", body, form).data == {"Result": "true"}
    assert over_http(local, "DELETE", "/spider/driver/d", body).data == {"Result": "true"}
    assert over_http(local, "GET", "/spider/vpc/x/", body).data["IId"]["NameId"] == "x"
    assert over_http(local, "POST", "/spider/vpc", b"{").data["title"] == "Invalid request"
    assert over_http(local, "HEAD", "/spider/cloudos").status == 200
    preflight = over_http(local, "OPTIONS", "/spider/vpc", headers={"Origin": "http://a.example"})
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (200, "*")
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_credentials_in_base64_are_not_mistaken_for_a_body(local: int) -> None:
    login = {"Authorization": "Basic " + base64.b64encode(b"u:p").decode()}
    assert over_http(local, "GET", "/spider/cloudos", headers=login).status == 200
