"""P1 and P3: changes with one Idempotency-Key are one change, and of many creates of one name one succeeds.

Over HTTP, on three clouds, whose own contents and calls are counted."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.faults.warm import Start, warm
from tests.servers import twin

from .spider import Client, killed
from .three_clouds import LAG_SECONDS, PROVIDERS, Asking, Emulated

CUT, IN_PARALLEL, IN_TURN = 10, 30, 20
CREATES: Final = 100
SETTINGS: Final = {"lease_seconds": "2", "sweep_seconds": "1"}
KINDS: Final[dict[str, Callable[[Asking, str], dict[str, Any]]]] = {"vpc": Asking.vpc, "keypair": Asking.key_pair}


@pytest.fixture(scope="module", params=PROVIDERS)
def place(request: pytest.FixtureRequest) -> Iterator[Emulated]:
    with twin(request.param.lower(), transition_seconds=0.1) as found:
        yield Emulated(found, request.param)


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with warm(*PROVIDERS, lag_seconds=LAG_SECONDS) as found:
        yield found


def test_fifty_changes_with_one_key_are_one_across_a_kill(place: Emulated, start: Start, tmp_path: Path) -> None:
    asking = Asking(place.cloud())
    with killed(start(tmp_path, **SETTINGS)) as process:
        asking.cloud.register(process.client)
        alone = {path: calls_of_a_create(place, process.client, asking, path) for path in KINDS}
        before = place.contents()
        place.forget_calls()
        with contextlib.ExitStack() as standing:
            for path, calls in alone.items():
                standing.enter_context(standing_still(place, process.client, asking, path, next(iter(calls))))
            process.kill()
    with killed(start(tmp_path, **SETTINGS)) as process:
        for path in KINDS:
            answers = in_parallel(IN_PARALLEL, partial(keyed, process.client, asking, path))
            answers += [keyed(process.client, asking, path) for _ in range(IN_TURN)]
            assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
            assert keyed(process.client, asking, path, "another").status_code == 422
        assert place.changes() == alone["vpc"] + alone["keypair"]
        made = place.contents() - before
        for path in KINDS:
            process.client.call("DELETE", f"/{path}/one", asking.on)
    assert place.contents() == before
    print(f"{place.provider}: of each kind {CUT} requests cut, {len(answers)} answered alike; {len(made)} ids made")


def test_of_a_hundred_creates_of_one_name_one_succeeds(place: Emulated, start: Start, tmp_path: Path) -> None:
    asking = Asking(place.cloud())
    with killed(start(tmp_path, **SETTINGS)) as one, killed(start(tmp_path, **SETTINGS)) as other:
        asking.cloud.register(one.client)
        alone = calls_of_a_create(place, one.client, asking, "vpc")
        before = place.contents()
        place.forget_calls()
        sends = [partial(each.client.send, "POST", "/vpc", asking.vpc("one")) for each in (one, other)]
        answers = in_parallel(CREATES, *sends)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CREATES - 1}
        assert all("already exists" in answer.text for answer in answers if answer.status_code == 409)
        assert place.changes() == alone
        other.client.call("DELETE", "/vpc/one", asking.on)
    assert place.contents() == before
    print(f"{place.provider}: {CREATES} creates of a VPC on two servers: 1 made")


def calls_of_a_create(place: Emulated, client: Client, asking: Asking, path: str) -> Counter[str]:
    """What the cloud is called for one, without reads, the first call first."""
    client.call("POST", f"/{path}", KINDS[path](asking, "first"))  # whose calls may have to make a resource group
    place.forget_calls()
    client.call("POST", f"/{path}", KINDS[path](asking, "alone"))
    calls = place.changes()
    for name in ("first", "alone"):
        client.call("DELETE", f"/{path}/{name}", asking.on)
    return calls


@contextlib.contextmanager
def standing_still(place: Emulated, client: Client, asking: Asking, path: str, api: str) -> Iterator[None]:
    """Requests whose create stands still at the cloud, which has done `api`. The block kills whom they were sent to."""
    with place.rule(api=api, hold="after", times=1) as rule, ThreadPoolExecutor(CUT) as pool:
        cut = [pool.submit(keyed, client, asking, path) for _ in range(CUT)]
        assert place.reached(rule)
        assert keyed(client, asking, path, "another").status_code == 422
        yield
        assert all(isinstance(one.exception(), httpx.HTTPError) for one in cut)


def keyed(client: Client, asking: Asking, path: str, name: str = "one") -> httpx.Response:
    """A create with the key of its kind."""
    return client.send("POST", f"/{path}", KINDS[path](asking, name), Idempotency_Key=f"the key for a {path}")


def in_parallel(count: int, *sends: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """So many requests at once, the ways to send one taken by turns."""
    with ThreadPoolExecutor(count) as pool:
        return [one.result() for one in [pool.submit(sends[n % len(sends)]) for n in range(count)]]
