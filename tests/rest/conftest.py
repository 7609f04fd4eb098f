"""A stand-in engine, and servers that speak for it over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from chalicelib.engine.settings import Settings
from chalicelib.rest import serve
from tests.rest.stand_in import StandIn
from tests.rest.support import Server


@pytest.fixture
def engine(tmp_path: Path) -> StandIn:
    return StandIn(Settings(home=tmp_path))


@pytest.fixture
def stand_in(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.setattr(app, "_open", lambda: engine)
    return engine


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The WSGI front on waitress, in this process."""
    engine = StandIn(Settings(home=tmp_path_factory.mktemp("home")))
    listener = serve.listen("127.0.0.1", 0)
    waitress = serve.make_server(engine, listener)
    threading.Thread(target=waitress.run, daemon=True).start()
    yield Server(listener.getsockname()[1], engine)
    engine.close()
    waitress.task_dispatcher.shutdown(timeout=5)
