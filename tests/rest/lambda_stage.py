"""Processes of the API's function as Lambda has them, and a DynamoDB that may keep records of calls waiting."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.store import CALLS, Store
from tests.deployment.front import Sent
from tests.deployment.function_url import event
from tests.engine.calls import added, kept, unmerged
from tests.real.lambda_room.function import Function, Process
from tests.rest import lambda_runtime
from tests.rest.lambda_place import PASSWORD, USER
from tests.store.faulty import Body, Faulty

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0
LIST = "/securitygroup?ConnectionName=m"
NO_SETTINGS: Mapping[str, str] = {}


def pairs(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


CONNECTION = (
    ("/driver", {"DriverName": "m", "ProviderName": "MOCK", "DriverLibFileName": "m.so"}),
    ("/credential", {"CredentialName": "m", "ProviderName": "MOCK", "KeyValueInfoList": pairs(MockName="m")}),
    ("/region", {"RegionName": "m", "ProviderName": "MOCK", "KeyValueInfoList": pairs(Region="default")}),
    (
        "/connectionconfig",
        {"ConfigName": "m", "ProviderName": "MOCK", "DriverName": "m", "CredentialName": "m", "RegionName": "m"},
    ),
)


class Stage:
    """A DynamoDB that takes no records of calls while `gate` is closed, and processes of the API's function."""

    def __init__(self, variables: Mapping[str, str], database: Faulty, store: Store, folder: Path) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self._variables = {**variables, "SPIDER_DYNAMODB_ENDPOINT": database.url}
        self._folder = folder
        self._store = store
        self._before = self._count()
        database.for_ever = self._hold

    def process(
        self, handler: str = "app.app", seconds: float = SECONDS, settings: Mapping[str, str] = NO_SETTINGS
    ) -> contextlib.AbstractContextManager[Process]:
        function = Function("api", handler, 1024, seconds, {**self._variables, **settings})
        return running(function, self._folder)

    def recorded(self) -> int:
        """How many calls the history has got since the test began."""
        return self._count() - self._before

    def _count(self) -> int:
        count = len(list(kept(self._store)))
        assert sum(sums.count for sums in added(unmerged(self._store)).values()) == count
        return count

    def _hold(self, operation: str, body: Body) -> None:
        if operation == "TransactWriteItems" and f'-{CALLS.name}"' in json.dumps(body):
            self.gate.wait(SECONDS)


@contextlib.contextmanager
def running(function: Function, folder: Path) -> Iterator[Process]:
    """Modules of its own may be in `folder`."""
    variables = {
        **function.variables,
        "PYTHONPATH": f"{ROOT}:{ROOT}/drivers_layer:{folder}",
        "SPIDER_HOME": str(folder),
    }
    command = [sys.executable, lambda_runtime.__file__, function.handler]
    made = Process(command, replace(function, variables=variables), folder / "log")
    try:
        yield made
    finally:
        made.close()


def ask(process: Process, method: str, path: str, body: Any = None) -> None:
    process.give(request(method, path, body))
    answered(process)


def request(method: str, path: str, body: Any = None) -> dict[str, Any]:
    headers = (
        ("Authorization", f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"),
        ("Content-Type", "application/json"),
    )
    return event(Sent(method, f"/spider{path}", headers, json.dumps(body).encode() if body else b""))


def answered(process: Process) -> None:
    answer = process.answer()
    assert answer["statusCode"] == 200, answer


def look(process: Process) -> None:
    """One call of the cloud."""
    ask(process, "GET", LIST)


def frozen(process: Process) -> bool:
    """Whether it is, once its event is over; the system takes a moment to stop it."""
    assert process.api.wait_until_idle(SECONDS)
    stat = Path(f"/proc/{process.pid}/stat")
    end = time.monotonic() + 1.0
    while stat.read_text().rpartition(") ")[2][0] != "T":
        if time.monotonic() > end:
            return False
    return True
