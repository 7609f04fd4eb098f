"""P9: a cloud that does not answer holds up nobody for longer than SPIDER_WAIT_SECONDS, whatever is asked for; and what
was under way when its server was killed is done by the next."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib.engine import keys
from tests.faults.warm import warm
from tests.servers import twin

from .clouds import mock
from .every_action import Furnished, Silent
from .forked import spider
from .spider import Client, killed
from .three_clouds import LAG_SECONDS, PROVIDERS, Asking, Emulated

CLOUD_SECONDS: Final = 60
WAIT_SECONDS: Final = 10.0  # so long that a busy machine does not take as long again
AT_ONCE: Final = 40
IMPATIENT: Final = {"wait_seconds": f"{WAIT_SECONDS:g}"}
SETTINGS: Final = {"lease_seconds": "3", "sweep_seconds": "1", "workers": "60"}
DONE, ACCEPTED, UNSUPPORTED, NO_ANSWER = EXPECTED = 200, 202, 501, 504


def test_a_slow_cloud_is_not_waited_for(tmp_path: Path) -> None:
    on = {"ConnectionName": "mock-config"}
    with mock() as cloud, spider(tmp_path, wait_seconds="1") as client:
        cloud.register(client)
        slow = [{"Key": "Region", "Value": "default"}, {"Key": "LatencySeconds", "Value": str(CLOUD_SECONDS)}]
        region = {"RegionName": "mock-region", "ProviderName": "MOCK", "KeyValueInfoList": slow}
        client.call("POST", "/region", region)
        began = time.monotonic()
        made = client.send("POST", "/keypair", {**on, "ReqInfo": {"Name": "key-01"}})
        reads = [client.send("GET", path, on) for path in ("/vm", "/vmstatus", "/vmimage", "/vmspec/mock-vmspec-01")]
        assert time.monotonic() - began < CLOUD_SECONDS / 2
        assert made.status_code == 202
        assert made.json()["IId"] == {"NameId": "key-01", "SystemId": ""}
        assert "PRIVATE KEY" in made.json()["PrivateKey"]
        assert [answer.status_code for answer in reads] == [504] * 4
        assert client.call("GET", made.headers["Location"].removeprefix("/spider"))["State"] == "RUNNING"
        known = client.call("GET", "/keypair/key-01", on)
        assert known["IId"]["SystemId"] == ""
        assert "PRIVATE KEY" not in known["PrivateKey"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_action_is_held_by_a_cloud_that_stands_still(provider: str, tmp_path: Path) -> None:
    with (
        warm(provider, lag_seconds=LAG_SECONDS) as start,
        twin(provider.lower(), transition_seconds=0.1) as found,
        nobody() as silent,
    ):
        place = Emulated(found, provider)
        asking, other, spare = (Asking(place.cloud(label)) for label in ("", "-other", "-spare"))
        with killed(start(tmp_path, **SETTINGS)) as process:
            furnished = Furnished(process.client, asking, other, spare, silent)
        with place.rule(hold="before"), killed(start(tmp_path, **SETTINGS, **IMPATIENT)) as process:
            cancelled = begun(process.client, asking, "cancelled")
            answers = ask_all(process.client, furnished, cancelled)
        statuses = Counter(status for status, _ in answers.values())
        longest = max(answers, key=lambda words: answers[words][1])
        assert answers[longest][1] < 2 * WAIT_SECONDS, longest
        assert not {words: status for words, (status, _) in answers.items() if status not in EXPECTED}
        assert statuses[ACCEPTED] >= 20
        assert statuses[NO_ANSWER] >= 40
        print(f"{provider}: answers while the cloud stood still, by statuses: {dict(statuses)}")
        with killed(start(tmp_path, **SETTINGS)) as process:
            assert set(not_done := failed(process.client)) == {cancelled}, not_done


Answers = dict[str, tuple[int, float]]  # by method and path: status, and the seconds that it took


def ask_all(client: Client, furnished: Furnished, operation: str) -> Answers:
    def ask(method: str, path: str, body: Any) -> tuple[int, float]:
        began = time.monotonic()
        status = client.send(method, path, body).status_code
        return status, time.monotonic() - began

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {
            f"{action.method} {action.path}": pool.submit(ask, action.method, path, body)
            for action, path, body in furnished.requests(operation)
        }
        return {words: answer.result() for words, answer in asked.items()}


def begun(client: Client, asking: Asking, name: str) -> str:
    """The id of the operation that creates a VPC."""
    answer = client.send("POST", "/vpc", asking.vpc(name), Prefer="respond-async")
    return answer.headers["Location"].rpartition("/")[2]


def failed(client: Client) -> dict[str, Any]:
    """Operations that have failed, by their ids, when all are over."""
    while any(client.call("GET", f"/operation?State={state}")["operation"] for state in ("RUNNING", "COMPENSATING")):
        time.sleep(0.5)
    listed = client.call("GET", "/operation?State=FAILED")["operation"]
    return {one["OperationId"]: one for one in listed}


@contextlib.contextmanager
def nobody() -> Iterator[Silent]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.1", 0))
        yield Silent(listener.getsockname()[1], datagrams.getsockname()[1], keys.generate().private)
