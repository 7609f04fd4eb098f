"""No request, however broken, is answered 500."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.vocabulary import Action
from chalicelib.rest.handle import handle
from chalicelib.rest.http import HttpRequest
from tests.engine.house import House

WORDS = ["mock", "vpc-01", "a", "sg-01", "key-01", "10.0.0.0/16", "10.0.1.0/24", "MOCK", "AWS", "tcp", "22", "suspend"]
ODD = [
    "",
    " ",
    "\ud800",
    "\ud83d\ud83d",
    "\x00",
    "é" * 300,
    "#" * 300,
    "%" * 299,
    "a" * 5000,
    "💥" * 300,
    "../..",
    "0",
    "-1",
    "1e9",
]
LEAVES = st.one_of(
    st.sampled_from(WORDS + ODD),
    st.text(max_size=20),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
JUNK = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """What fits a field's type more or less, and what does not."""
    models = [one for one in _types(kind) if isinstance(one, type) and issubclass(one, BaseModel)]
    if not models:
        return LEAVES | JUNK
    one = like(models[0])
    return st.lists(one, max_size=3) | JUNK if "list" in str(kind) else st.one_of(one, one, JUNK)


def _types(kind: Any) -> Iterator[Any]:
    yield kind
    for inner in getattr(kind, "__args__", ()):
        yield from _types(inner)


def like(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: values(field.annotation) for name, field in model.model_fields.items()}
    return st.fixed_dictionaries({}, optional=fields)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as home:
        found = House(Path(home), endpoint_allow="127.0.0.*")  # no stranger's port is knocked at
        yield found
        found.engine.close()


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.name != "run_ssh"], ids=lambda one: one.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_request_is_answered_500(house: House, action: Action, data: st.DataObject) -> None:
    body = data.draw(like(action.request_model) | JUNK if action.request_model else JUNK)
    if isinstance(body, dict) and data.draw(st.booleans()):
        body["ConnectionName"] = "mock"
    name = data.draw(st.sampled_from(WORDS + ODD) | st.text(max_size=20))
    request = HttpRequest(
        method=action.method,
        path="/spider" + action.path.replace("{name}", quote(name, safe="", errors="surrogatepass")),
        query="",
        headers={},
        body=json.dumps(body).encode(),
        request_id="r",
    )
    answer = handle(house.engine, request)
    assert answer.status != 500, answer.body
    if answer.headers["Content-Type"].startswith("text/plain"):
        assert answer.body
        return
    lines = answer.headers["Content-Type"] == "application/jsonl"
    for text in answer.body.splitlines() if lines else [answer.body]:
        assert json.loads(text) is not None
