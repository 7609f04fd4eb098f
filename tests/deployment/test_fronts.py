"""The application behind both fronts that AWS has for it, in this process: requests arrive as they were sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import LAMBDA_ANSWER, Settings
from deployment.chalice_part import Json

from .asked import TABLE, Asked, Told, register, send
from .front import Event, Front, serving
from .function_url import FunctionUrl
from .rest_api import RestApi, definition

LOGIN = ("me", "a password: with a colon")
FRONTS = ("REST API", "Function URL")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp("home")
    username, password = LOGIN
    opened = open_engine(Settings(home=home, username=username, password=password, answer_limit=LAMBDA_ANSWER))
    opened.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_open", lambda: opened)
        yield opened
    opened.close()


@pytest.fixture(scope="module")
def fronts(engine: Engine, built: Json) -> dict[str, Front]:
    def invoke(event: Event) -> Any:
        return app.app(event, None)

    return dict(zip(FRONTS, (RestApi(definition(built), invoke), FunctionUrl(invoke)), strict=True))


@pytest.fixture(scope="module")
def urls(fronts: dict[str, Front]) -> Iterator[dict[str, str]]:
    with serving(fronts["REST API"]) as one, serving(fronts["Function URL"]) as other:
        register(one, LOGIN)
        yield dict(zip(FRONTS, (one, other), strict=True))


@pytest.fixture(params=FRONTS)
def ask(request: pytest.FixtureRequest, urls: dict[str, str], fronts: dict[str, Front]) -> Iterator[Ask]:
    yield lambda asked, login=LOGIN: send(urls[request.param], asked, login)
    assert fronts[request.param].failures == []


Ask = Callable[..., Told]


@pytest.mark.parametrize("asked", TABLE, ids=lambda one: one.name)
def test_requests_arrive_as_they_were_sent(ask: Ask, asked: Asked) -> None:
    asked.check(ask(asked))
