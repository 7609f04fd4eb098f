"""P11: clouds that show what was made up to 30 s late. Nothing is told to be absent that is there, and nothing is made
twice, whatever answer is lost.

A tenth of the time: 3 s, which the drivers believe to be the clouds' lag."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from spider_drivers.contract import registry

from tests.faults.warm import warm
from tests.servers import twin

from .spider import Client, killed
from .three_clouds import PROVIDERS, Asking, Emulated

PROMISED_SECONDS: Final = 30.0
LAG_SECONDS: Final = PROMISED_SECONDS / 10
SETTINGS: Final = {"retry_seconds": "0.2", "retry_limit_seconds": "1"}
LATE: Final = ("AWS", "AZURE", "GCP", "ALIBABA", "OPENSTACK", "CLOUDIT")


@pytest.mark.parametrize("provider", LATE)
def test_a_cloud_is_believed_to_be_as_late_as_it_may_be(provider: str) -> None:
    capability = registry.driver(provider).capability()
    made = {"vpc", "security_group", "key_pair", "vm"} - capability.kept
    assert {capability.kinds[kind].lag_seconds for kind in made} == {PROMISED_SECONDS}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_is_absent_or_made_twice_where_reads_are_late(provider: str, tmp_path: Path) -> None:
    with (
        warm(provider, lag_seconds=LAG_SECONDS) as start,
        twin(provider.lower(), transition_seconds=0.1) as found,
        killed(start(tmp_path, **SETTINGS)) as one,
        killed(start(tmp_path, **SETTINGS)) as other,
    ):
        place = Emulated(found, provider)
        late = Late(place, one.client, other.client)
        late.begin()
        before = place.contents()
        with place.rule(lag=LAG_SECONDS):
            lost = {path: late.make_and_lose(path) for path in KINDS}
            late.destroy()
        assert place.contents() == before
        print(f"{provider}: answers of changes lost while reads were late, by what was made: {lost}")


KINDS: Final[dict[str, Callable[[Asking, str], dict[str, Any]]]] = {
    "vpc": Asking.vpc,
    "securitygroup": lambda asking, name: asking.group(name, "first"),
    "keypair": Asking.key_pair,
    "vm": lambda asking, name: asking.vm(name, "first", "first", "first"),
}


class Late:
    """A cloud whose reads are late, changed by one server and looked at by another."""

    def __init__(self, place: Emulated, client: Client, other: Client) -> None:
        self._place = place
        self._asking = Asking(place.cloud())
        self._client = client
        self._other = other

    def begin(self) -> None:
        """The first change may make more than it is asked for: a resource group."""
        self._asking.cloud.register(self._client)
        self._make("vpc", "before")
        self._client.call("DELETE", "/vpc/before", self._asking.on)

    def make_and_lose(self, path: str) -> int:
        """Makes one; then as many more as that has taken calls, each of which loses one answer. How many were lost."""
        calls, size = self._made(path, ["first"])
        with contextlib.ExitStack() as losing:
            for api in calls:
                losing.enter_context(self._place.rule(api=api, lose="after", times=1))
            again, ids = self._made(path, [f"n{number}" for number in range(len(calls))])
        assert again == Counter({api: number * len(calls) for api, number in calls.items()})
        assert ids == size * len(calls)
        return len(calls)

    def destroy(self) -> None:
        assert self._client.call("DELETE", "/destroy", self._asking.on)["IsAllDestroyed"]

    def _made(self, path: str, names: list[str]) -> tuple[Counter[str], int]:
        """The calls, without reads, and how many things are at the cloud that were not."""
        before = self._place.contents()
        self._place.forget_calls()
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(partial(self._make, path), names))
        return self._place.changes(), len(self._place.contents() - before)

    def _make(self, path: str, name: str) -> None:
        made = self._client.call("POST", f"/{path}", KINDS[path](self._asking, name))
        shown = self._other.call("GET", f"/{path}/{name}", self._asking.on)
        listed = self._other.call("GET", f"/{path}", self._asking.on)[path]
        assert shown["IId"] == made["IId"]
        assert made["IId"] in [one["IId"] for one in listed]
