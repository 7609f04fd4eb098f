"""Over real HTTP: what odd clients send, byte by byte."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.rest.support import Server, exchange

ECHO = "/spider/vmorgspec"
CONNECTION = b'{"ConnectionName":"c"}'


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "garbage",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_bodies_of_any_content_type(server: Server, method: str, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert server.ask(method, "/spider/vpc/x", CONNECTION, headers).status == 200
    assert server.engine.calls[-1].connection == "c"


def test_an_empty_body_with_a_json_content_type(server: Server) -> None:
    headers = {"Content-Type": "application/json"}
    assert server.ask("GET", f"{ECHO}?ConnectionName=c", headers=headers).status == 200


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("a%2Fb", "a/b"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a%3Ab", "a:b"),
        ("%ED%95%9C", "한"),
        ("a;b", "a;b"),
        ("%252F", "%2F"),
    ],
)
def test_names_survive_the_way(server: Server, segment: str, name: str) -> None:
    answer = server.ask("GET", f"{ECHO}/{segment}?ConnectionName=c")
    assert answer.data["VMSpecInfo"]["name"] == name


def test_bytes_beyond_ascii_in_an_address_are_the_callers_fault(server: Server) -> None:
    [answer] = exchange(server.port, f"GET {ECHO}/한 HTTP/1.0\r\n\r\n".encode())
    assert answer.status == 400


def test_a_proxys_absolute_address(server: Server) -> None:
    [answer] = exchange(server.port, f"GET http://a.example:80{ECHO}/x?ConnectionName=c HTTP/1.0\r\n\r\n".encode())
    assert answer.data["VMSpecInfo"]["name"] == "x"


def test_http_1_0(server: Server) -> None:
    [answer] = exchange(server.port, b"GET /spider/cloudos HTTP/1.0\r\n\r\n")
    assert (answer.status, answer.data) == (200, {"cloudos": ["MOCK"]})


def test_a_chunked_body(server: Server) -> None:
    head = b"POST /spider/vpc HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    text = b'{"ConnectionName":"c","ReqInfo":{"Name":"chunked"}}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (text[:7], text[7:20], text[20:]))
    [answer] = exchange(server.port, head + chunks + b"0\r\n\r\n")
    assert answer.data["IId"]["NameId"] == "chunked"


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    names = [f"n{number}" for number in range(20)]
    data = b"".join(
        f"GET {ECHO}/{name} HTTP/1.1\r\nHost: h\r\nContent-Length: 22\r\n\r\n".encode() + CONNECTION for name in names
    )
    answers = exchange(server.port, data, len(names))
    assert [answer.data["VMSpecInfo"]["name"] for answer in answers] == names


def test_a_connection_serves_many_requests(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for method in ("GET", "HEAD", "OPTIONS", "GET", "PATCH", "GET"):
        line.request(method, "/spider/cloudos")
        text = line.getresponse().read()
        assert text == b'{"cloudos":["MOCK"]}' if method == "GET" else True
    line.close()


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    got = server.ask("GET", "/spider/cloudos")
    answer = server.ask("HEAD", "/spider/cloudos")
    assert (answer.status, answer.data) == (200, None)
    assert answer.headers["content-length"] == got.headers["content-length"] == "20"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /spider/cloudos HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400),
        ("GET /spider/cloudos HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        ("GET /spider/cloudos HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST /spider/vpc HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST /spider/vpc HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("GET /spider/" + "x" * 300_000 + " HTTP/1.1\r\nHost: h\r\n\r\n", 431),
    ],
    ids=["garbage length", "negative length", "huge length", "coding", "broken chunk", "nonsense", "long address"],
)
def test_broken_http_is_answered_with_a_problem(server: Server, request_text: str, status: int) -> None:
    [answer] = exchange(server.port, request_text.encode())
    assert answer.status == answer.data["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.data["message"]


def test_a_long_address_within_the_limit(server: Server) -> None:
    answer = server.ask("GET", f"/spider/vpc?ConnectionName=c&filler={'x' * 100_000}")
    assert answer.status == 200
    assert server.ask("GET", f"/spider/vpc/{'x' * 100_000}?ConnectionName=c").status == 400


def test_a_body_that_is_too_large_is_read_and_refused(server: Server) -> None:
    assert server.ask("POST", "/spider/vpc", b"x" * (200 * 1024)).status == 413


def test_expect_continue(server: Server) -> None:
    head = b"GET /spider/vpc/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 22\r\n\r\n"
    [answer] = exchange(server.port, head + CONNECTION)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("sent", "kept"), [("build-7/step.3", True), ("x" * 129, False), ("a b", False), ("a\tb", False), ("", False)]
)
def test_a_sane_request_id_is_taken(server: Server, sent: str, kept: bool) -> None:
    answer = server.ask("GET", "/spider/cloudos", headers={"X-Request-Id": sent})
    assert (answer.headers["x-request-id"] == sent) is kept
    assert answer.headers["x-request-id"]


def test_a_held_call_holds_up_nobody(server: Server) -> None:
    engine = server.engine
    body = json.dumps({"ConnectionName": "c", "ReqInfo": {"Name": "held"}}).encode()
    with ThreadPoolExecutor(100) as pool:
        held = [pool.submit(server.ask, "POST", "/spider/vpc", body) for _ in range(100)]
        try:
            while engine.held < 100:
                time.sleep(0.01)
            began = time.monotonic()
            for _ in range(100):
                assert server.ask("GET", "/spider/cloudos").status == 200
            assert time.monotonic() - began < 5
        finally:
            engine.released.set()
        assert {future.result().status for future in held} == {200}


def test_200_requests_at_once_get_each_its_own_answer(server: Server) -> None:
    def ask(number: int) -> bool:
        headers = {"X-Request-Id": f"r-{number}"}
        answer = server.ask("GET", f"{ECHO}/n{number}", b'{"ConnectionName":"c%d"}' % number, headers)
        return bool(
            answer.data["VMSpecInfo"] == {"name": f"n{number}", "connection": f"c{number}", "request": f"r-{number}"}
        )

    with ThreadPoolExecutor(200) as pool:
        assert all(pool.map(ask, range(1000)))
