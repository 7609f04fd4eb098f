"""What the API's functions do behind their answers: processes as Lambda has them, frozen whenever it may."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.engine.service import open_engine
from chalicelib.engine.settings import Settings
from chalicelib.rest.opening import open_in_lambda
from chalicelib.store import Store
from tests.real.lambda_room.function import Died, Function, Process
from tests.rest.lambda_place import place
from tests.rest.lambda_stage import CONNECTION, LIST, SECONDS, Stage, answered, ask, frozen, look, request, running
from tests.servers import DUMMY_CREDENTIALS
from tests.store.faulty import faulty

CARELESS = """
import pathlib, threading, time

def handler(event, context):
    threading.Thread(target=lambda: (time.sleep(0.3), pathlib.Path(event).touch())).start()
    return event
"""


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
        assert not process.api.wait_until_idle(0.5)
        assert stage.recorded() == 1
        stage.gate.set()
        assert frozen(process)
        assert stage.recorded() == 2
