"""Each fault does what its rule says, to the calls that the rule means and to no other."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cloud_twin.faults import Rule
from cloud_twin.faults.active import Allowance
from cloud_twin.faults.middleware import FIRST_CALL
from cloud_twin.faults.rule import read
from cloud_twin.serve import serving

from .cloud import Bench

CREATE, LIST = "POST /things/create", "GET /things/json"


def statuses(twin: Bench, calls: int) -> list[int]:
    return [twin.http.get("/things/json").status_code for _ in range(calls)]


def test_without_rules_everything_passes_unchanged(twin: Bench) -> None:
    made = twin.make()
    assert twin.listed() == [made] == twin.things.ids
    missing = twin.http.get("/things/none/json")
    assert (missing.status_code, missing.json()) == (404, {"message": "No such thing: none"})
    assert twin.http.get("/stream").text == "one two"
    assert twin.things.asked[0] == b"{}"


def test_every_third_call_is_throttled_in_the_cloud_s_own_form(twin: Bench) -> None:
    twin.add(first=3, every=3, throttle=True, retry_after=2)
    assert statuses(twin, 7) == [200, 200, 429, 200, 200, 429, 200]
    assert len(twin.things.asked) == 5
    twin.add(throttle=True, retry_after=2)
    refused = twin.http.get("/things/json")
    assert refused.headers["Retry-After"] == "2"
    assert "message" in refused.json()


@pytest.mark.parametrize(
    ("fields", "struck"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"first": 3}, [3, 4, 5, 6]),
        ({"first": 2, "every": 2}, [2, 4, 6]),
        ({"first": 2, "every": 3, "times": 1}, [2]),
        ({"times": 2}, [1, 2]),
    ],
)
def test_a_rule_strikes_the_calls_it_counts_to(fields: dict[str, int], struck: list[int]) -> None:
    rule = Rule(**fields)  # type: ignore[arg-type]
    assert [number for number in range(1, 7) if rule.strikes(number)] == struck


def test_so_many_calls_per_second_pass_and_a_second_s_are_saved_up() -> None:
    now = 0.0
    allowance = Allowance(4.0, lambda: now)
    assert [allowance.take() for _ in range(6)] == [True] * 4 + [False] * 2
    now = 0.25
    assert [allowance.take() for _ in range(2)] == [True, False]
    now = 100.0
    assert [allowance.take() for _ in range(6)] == [True] * 4 + [False] * 2


def test_what_comes_too_fast_is_throttled(twin: Bench) -> None:
    twin.add(api="GET *", throttle=True, rate=0.001, retry_after=1)
    assert statuses(twin, 3) == [200, 429, 429]
    assert twin.make()


def test_a_rule_is_about_the_apis_and_regions_that_it_names(twin: Bench) -> None:
    twin.add(api="POST *", status=500, message="out of order")
    twin.add(region="mars", status=500)
    assert statuses(twin, 1) == [200]
    refused = twin.http.post("/things/create", json={})
    assert (refused.status_code, refused.json()["message"]) == (500, "out of order")
    assert twin.things.ids == []


def test_a_rule_may_begin_to_count_when_another_one_has_struck(twin: Bench) -> None:
    refusal = twin.add(api="POST *", times=1, status=500)
    twin.add(api=LIST, first=2, times=1, status=418, after=refusal)
    assert statuses(twin, 3) == [200, 200, 200]
    twin.http.post("/things/create", json={})
    assert statuses(twin, 3) == [200, 418, 200]


def test_latency_passes_before_the_call_arrives(twin: Bench) -> None:
    twin.add(api=LIST, latency=0.3)
    started = time.monotonic()
    statuses(twin, 1)
    assert time.monotonic() - started >= 0.3


def test_latency_is_told_by_region() -> None:
    rule = Rule(latency=0.2, latencies={"mars": 1.5, "moon": 0})
    assert [rule.delay(region, first=False) for region in ("mars", "moon", "", "earth")] == [1.5, 0, 0.2, 0.2]


def test_the_first_call_of_a_connection_waits_for_its_handshakes(twin: Bench) -> None:
    assert Rule(latencies={"mars": 2}, handshakes=2).delay("mars", first=True) == 6
    twin.add(latency=0.1, handshakes=2)
    statuses(twin, 2)
    first, second = twin.faults.log.calls()
    assert first.elapsed >= 0.3
    assert second.elapsed >= 0.1


def test_the_server_knows_the_first_call_of_a_connection() -> None:
    seen: list[object] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(environ[FIRST_CALL])
        start_response("204 No Content", [])
        return []

    with serving(app) as url:
        for calls in (3, 2):
            with httpx.Client(trust_env=False) as http:
                for _ in range(calls):
                    http.get(url)
    assert seen == [True, False, False, True, False]


@pytest.mark.parametrize(
    "fields",
    [{"latencies": {"mars": -1}}, {"latencies": {"mars": "far"}}, {"latencies": {"mars": True}}, {"latencies": 3}],
)
def test_a_latency_that_is_none_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="^latencies: "):
        read(fields)


def test_a_lost_call_never_reaches_the_cloud(twin: Bench) -> None:
    twin.add(api=CREATE, lose="before")
    with pytest.raises(httpx.RemoteProtocolError):
        twin.make()
    assert twin.things.ids == []


def test_a_lost_answer_is_of_a_call_that_the_cloud_has_done(twin: Bench) -> None:
    twin.add(api=CREATE, lose="after", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        twin.make()
    assert twin.listed() == twin.things.ids
    assert len(twin.things.ids) == 1


@pytest.mark.parametrize(("moment", "done"), [("before", 0), ("after", 1)])
def test_a_held_call_stands_still_until_it_is_let_go_and_is_never_answered(twin: Bench, moment: str, done: int) -> None:
    rule = twin.add(api=CREATE, hold=moment, first=2, times=1)
    first = twin.make()
    assert not twin.faults.rules.reached(rule, 0)
    errors: list[Exception] = []
    held = _aside(twin.make, errors)
    assert twin.faults.rules.reached(rule, 10)
    assert len(twin.things.ids) == 1 + done
    assert held.is_alive()
    twin.faults.rules.remove(rule)
    held.join(10)
    assert [type(error) for error in errors] == [httpx.RemoteProtocolError]
    assert len(twin.things.ids) == 1 + done
    assert first in twin.listed()


def _aside(act: Callable[[], object], errors: list[Exception]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except httpx.HTTPError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_reads_show_what_was_made_only_after_the_lag(twin: Bench) -> None:
    old = twin.make()
    twin.add(api=CREATE, lag=10)
    new = twin.make()
    assert twin.listed() == [old]
    assert twin.http.get(f"/things/{new}/json").status_code == 404
    twin.faults.clock.advance(9)
    assert twin.listed() == [old]
    twin.faults.clock.advance(1.1)
    assert twin.listed() == [old, new]
    assert twin.http.get(f"/things/{new}/json").status_code == 200


def test_the_log_has_one_line_per_call_and_nothing_of_what_was_sent(twin: Bench) -> None:
    rule = twin.add(api=LIST, first=2, lose="before")
    lines: list[str] = []
    twin.faults.log._write = lines.append
    twin.http.post("/things/create?token=canary", json={"password": "canary"})
    twin.listed()
    with pytest.raises(httpx.RemoteProtocolError):
        twin.listed()
    twin.http.get("/v1.41/things/none/json")
    logged = [json.loads(line) for line in lines]
    assert [(one["number"], one["api"], one["status"], one["faults"]) for one in logged] == [
        (1, CREATE, 201, []),
        (2, LIST, 200, []),
        (3, LIST, 0, [rule]),
        (4, "GET /things/{id}/json", 404, []),
    ]
    assert [one["read"] for one in logged] == [False, True, True, True]
    assert logged[3]["code"] == "404"
    assert all(one["elapsed"] >= 0 and one["cloud"] == "docker" for one in logged)
    assert "canary" not in "".join(lines)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], "object"),
        ({"apy": "*"}, "apy"),
        ({"first": 0}, "first"),
        ({"first": True}, "first"),
        ({"first": "1"}, "first"),
        ({"lag": -1}, "lag"),
        ({"hold": "during"}, "hold"),
        ({"status": 200}, "status"),
        ({"api": 7}, "api"),
    ],
)
def test_a_wrong_rule_is_refused_by_the_field_s_name(data: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read(data)
