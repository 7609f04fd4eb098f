from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import SpiderError, errors

from chalicelib.engine.settings import Settings
from chalicelib.rest import problems
from tests.rest.stand_in import StandIn
from tests.rest.support import ask

STATUSES = {
    "Invalid": 400,
    "MissingReference": 422,
    "NotFound": 404,
    "AlreadyExists": 409,
    "InUse": 409,
    "WrongState": 409,
    "Conflict": 409,
    "KeyReused": 422,
    "Unsupported": 501,
    "LimitExceeded": 429,
    "OutOfService": 503,
    "Cancelled": 409,
    "TimedOut": 504,
    "CloudError": 502,
    "Refused": 502,
    "NoCapacity": 503,
    "Throttled": 503,
    "Unavailable": 503,
    "Unreachable": 504,
    "NoAnswer": 504,
    "SpiderError": 500,
}

# What Tumblebug, SpiderWatch and CB-Spider's own tests search for in messages, lower-cased.
PHRASES = [
    *("does not exist", "not exist", "not found", "notfound", "is undefined", "no such", "cannot get"),
    *("already exist", "duplicate", "not implemented", "does not support"),
    *("quota", "overlimit", "insufficientcapacity", "skunotavailable", "resource_pool_exhausted"),
    *("resourceinsufficient", "limitexceeded", "operationnotallowed", "ratelimitexceeded", "operationdenied"),
    *("no available public ip", "failed to create public ip", "creation limit", "capacity"),
    *("connection reset", "connection refused", "i/o timeout", "tls handshake timeout", "unexpected eof"),
    *("requestlimitexceeded", "toomanyrequests", "throttl", "ratelimit"),
]


def body(error: Exception, *, upstream: bool = False) -> Any:
    return json.loads(problems.write(error, "r", upstream=upstream).body)


def every_error() -> list[type[SpiderError]]:
    return [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, SpiderError)]


def test_every_error_has_its_status() -> None:
    assert {kind.__name__: problems.MEANINGS[kind].status for kind in every_error()} == STATUSES


def test_every_error_has_a_type_of_its_own() -> None:
    assert len({meaning.type for meaning in problems.MEANINGS.values()}) == len(problems.MEANINGS)


def test_a_subclass_means_what_its_parent_means() -> None:
    class Odd(errors.NoCapacity):
        pass

    assert body(Odd("x"))["status"] == 503


def test_our_own_words_hold_nothing_that_clients_search_for() -> None:
    own = [f"{meaning.type} {meaning.title}" for meaning in problems.MEANINGS.values()]
    own += [json.dumps(body(ZeroDivisionError())), json.dumps(body(problems.unknown_route(ours=False)))]
    own += [json.dumps(body(problems.wrong_method("PUT", ["GET"])))]
    # "no-capacity" is the one that is meant.
    found = [(phrase, text) for phrase in PHRASES for text in own if phrase in text.lower().replace("no-capacity", "")]
    assert found == []


def test_a_problem_in_full() -> None:
    error = errors.Refused("vpc 'v' was refused", field="cidr", code="Bad.Range", text="said so", operation="op-1")
    assert body(error) == {
        "type": "urn:spider:problem:refused",
        "title": "The cloud refused",
        "status": 502,
        "detail": "vpc 'v' was refused: Bad.Range: said so",
        "message": "vpc 'v' was refused: Bad.Range: said so",
        "field": "IPv4_CIDR",
        "code": "Bad.Range",
        "operation": "op-1",
        "request": "r",
    }


def test_the_clouds_words_are_kept_and_not_said_twice() -> None:
    said = errors.NoCapacity(
        "no room: InsufficientInstanceCapacity", code="InsufficientInstanceCapacity", text="We lack it."
    )
    assert body(said)["message"] == "no room: InsufficientInstanceCapacity: We lack it."


def test_what_is_not_known_is_left_out() -> None:
    assert set(body(errors.NotFound("gone"))) == {"type", "title", "status", "detail", "message", "request"}


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.Throttled("slow down", retry_after=2.4), "3"),
        (errors.Throttled("slow down"), "5"),
        (errors.Unavailable("down", retry_after=0.0), "1"),
        (errors.NoCapacity("full"), None),
        (errors.Conflict("busy", retry_after=7), "7"),
    ],
)
def test_retry_after(error: SpiderError, seconds: str | None) -> None:
    assert problems.write(error, "r").headers.get("Retry-After") == seconds


def upstream_engine(home: Path) -> StandIn:
    return StandIn(replace(Settings(home=home), error_status="upstream"))


@pytest.mark.parametrize("name", list(STATUSES))
def test_errors_over_rest(engine: StandIn, tmp_path: Path, name: str) -> None:
    address = f"/spider/driver/error-{name}"
    answer = ask(engine, "GET", address)
    assert (answer.status, answer.data["status"]) == (STATUSES[name], STATUSES[name])
    assert answer.data["message"] == f"this is error-{name}"
    upstream = ask(upstream_engine(tmp_path), "GET", address)
    expected = 503 if name == "OutOfService" else 500
    assert (upstream.status, upstream.data["status"]) == (expected, expected)
    assert upstream.data["message"] == answer.data["message"]


@pytest.mark.parametrize(
    ("method", "address", "data", "status"),
    [
        ("GET", "/spider/nothing", b"", 500),
        ("GET", "/nothing", b"", 404),
        ("PATCH", "/spider/vpc", b"", 405),
        ("POST", "/spider/vpc", b"{", 500),
        ("GET", "/spider/vpc/%zz", b"", 500),
        ("GET", "/spider/driver/crash", b"", 500),
    ],
)
def test_upstreams_statuses(tmp_path: Path, method: str, address: str, data: bytes, status: int) -> None:
    assert ask(upstream_engine(tmp_path), method, address, data).status == status


def test_an_unknown_route_does_not_look_like_a_resource_that_is_gone(engine: StandIn) -> None:
    answer = ask(engine, "DELETE", "/spider/nlb/notfound")
    assert answer.status == 501
    assert answer.data["type"] == "urn:spider:problem:no-route"
    assert answer.data["message"] == "Spider does not support this route: not implemented"
