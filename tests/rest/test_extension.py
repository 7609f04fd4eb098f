"""What the API's functions do behind their answers: processes as Lambda has them, frozen whenever it may."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.service import open_engine
from chalicelib.engine.settings import Settings
from chalicelib.rest.opening import open_in_lambda
from chalicelib.store import CALLS, Store
from tests.deployment.front import Sent
from tests.deployment.function_url import event
from tests.engine.calls import added, kept, unmerged
from tests.real.lambda_room.function import Died, Function, Process
from tests.rest import lambda_runtime
from tests.rest.lambda_place import PASSWORD, USER, place
from tests.servers import DUMMY_CREDENTIALS
from tests.store.faulty import Body, Faulty, faulty

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
CARELESS = """
import pathlib, threading, time

def handler(event, context):
    threading.Thread(target=lambda: (time.sleep(0.3), pathlib.Path(event).touch())).start()
    return event
"""


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


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of processes; a connection is registered."""
    with place() as given:
        found = {**DUMMY_CREDENTIALS, **given, "AWS_ENDPOINT_URL": given["SPIDER_DYNAMODB_ENDPOINT"]}
        with running(Function("api", "app.app", 1024, SECONDS, found), tmp_path_factory.mktemp("first")) as process:
            for path, body in CONNECTION:
                ask(process, "POST", path, body)
        yield found


@pytest.fixture(scope="module")
def store(variables: dict[str, str]) -> Iterator[Store]:
    engine = open_engine(Settings.from_env({**variables, "SPIDER_HOME": "/nowhere"}))
    yield engine.store
    engine.close()


@pytest.fixture
def stage(variables: dict[str, str], store: Store, tmp_path: Path) -> Iterator[Stage]:
    with faulty(variables["SPIDER_DYNAMODB_ENDPOINT"]) as database:
        made = Stage(variables, database, store, tmp_path)
        yield made
        made.gate.set()


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


def test_a_process_is_frozen_once_it_has_answered(stage: Stage, tmp_path: Path) -> None:
    """So what a thread does behind the answer waits for the next event."""
    (tmp_path / "careless.py").write_text(CARELESS)
    with stage.process("careless.handler") as process:
        assert process.invoke(str(tmp_path / "one")) == str(tmp_path / "one")
        assert frozen(process)
        threading.Event().wait(1.0)
        assert not (tmp_path / "one").exists()
        process.invoke(str(tmp_path / "two"))
        process.api.wait_until_idle(SECONDS)


def test_the_answer_comes_before_its_calls_are_recorded(stage: Stage) -> None:
    with stage.process() as process:
        stage.gate.clear()
        look(process)
        assert not process.api.wait_until_idle(1.0)
        assert stage.recorded() == 0
        stage.gate.set()
        assert frozen(process)
        assert stage.recorded() == 1


def test_each_of_many_is_recorded_before_the_process_is_frozen(stage: Stage) -> None:
    with stage.process() as process:
        for count in range(1, 6):
            look(process)
            assert frozen(process)
            assert stage.recorded() == count


def test_a_kill_behind_the_answer_costs_what_that_request_called(stage: Stage) -> None:
    with stage.process() as process:
        look(process)
        assert frozen(process)
        stage.gate.clear()
        look(process)
        process.kill()
        stage.gate.set()
    with stage.process() as another:
        look(another)
        assert frozen(another)
    assert stage.recorded() == 2


def test_what_comes_behind_the_answer_has_the_functions_time(stage: Stage) -> None:
    """AWS calls it the duration limit of the phase."""
    with stage.process(seconds=5.0) as process:
        stage.gate.clear()
        look(process)
        with pytest.raises(Died):
            process.invoke(request("GET", LIST))


def late(process: Process) -> None:
    process.api.late = 0.5


def test_an_event_may_come_to_the_extension_after_the_answer(stage: Stage) -> None:
    with stage.process() as process:
        late(process)
        for count in (1, 2):
            look(process)
            assert frozen(process)
            assert stage.recorded() == count


def test_an_event_may_come_again_under_the_same_id(stage: Stage) -> None:
    """As Lambda repeats those that nobody waits for."""
    with stage.process() as process:
        for count in (1, 2):
            stage.gate.clear()
            process.api.put("the-same", json.dumps(request("GET", LIST)).encode())
            answered(process)
            assert not process.api.wait_until_idle(1.0)
            stage.gate.set()
            assert frozen(process)
            assert stage.recorded() == count


def refused(process: Process) -> None:
    process.api.takes = False


def lost(process: Process) -> None:
    process.api.lost = 1


@pytest.mark.parametrize(
    ("handicap", "settings"),
    [(refused, {}), (lost, {}), (lambda _: None, {"SPIDER_HISTORY_WRITES": "before"})],
    ids=["refused", "event lost", "not wanted"],
)
def test_without_the_extension_calls_are_recorded_before_the_answer(
    stage: Stage, handicap: Callable[[Process], None], settings: dict[str, str]
) -> None:
    with stage.process(settings=settings) as process:
        handicap(process)
        stage.gate.clear()
        process.give(request("GET", LIST))
        threading.Timer(3.0, stage.gate.set).start()
        answered(process)
        assert stage.gate.is_set()
        assert stage.recorded() == 1


@pytest.mark.usefixtures("stage")
def test_functions_that_nobody_waits_for_record_before_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPIDER_HISTORY_WRITES", "behind")
    engine = open_in_lambda()
    engine.close()
    assert engine.settings.history_writes == "before"


def test_an_event_that_is_lost_after_the_answer_costs_no_record(stage: Stage) -> None:
    """Lambda takes the thread for one that is done, as soon as it asks again."""
    with stage.process() as process:
        look(process)
        assert frozen(process)
        late(process)
        lost(process)
        stage.gate.clear()
        look(process)
        assert not process.api.wait_until_idle(2.0)
        stage.gate.set()
        assert frozen(process)
        assert stage.recorded() == 2


def test_after_a_lost_event_it_goes_on_behind_the_next_answer(stage: Stage) -> None:
    with stage.process() as process:
        lost(process)
        look(process)
        assert frozen(process)
        stage.gate.clear()
        look(process)
        assert stage.recorded() == 1
        stage.gate.set()
        assert frozen(process)
        assert stage.recorded() == 2
