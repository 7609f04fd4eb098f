"""Microsoft's examples replayed: the same status, and in the answer every member of the example's, of the same type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from cloud_twin.azure import api

from .bench import Bench
from .differences import DIFFERENCES
from .examples import NAMES, Example, read
from .stages import STAGES, group, nothing


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_answered_as_it_says(bench: Bench, name: str) -> None:
    short = name.partition("/")[2]
    routes = {route.name: route for route in api.routes(bench.azure)}
    example = read(name, routes, bench.azure.account.subscription)
    stage = STAGES.get(short)
    if stage is not nothing:
        group(bench, example)
    if stage:
        stage(bench, example)
    method = routes[example.operation].method
    answer = bench.http.request(method, f"{example.path}?{urlencode(example.query)}", json=example.body)
    assert answer.status_code in example.answers, answer.text
    wanted = example.answers[answer.status_code]
    if wanted is None:
        assert not answer.content
        return
    found = answer.json()
    lacking = set(_lacking(wanted, found, ""))
    assert lacking == set(DIFFERENCES.get(short, {}))
    _echoes(example, wanted, found)


def test_every_difference_is_of_an_example_and_has_a_reason() -> None:
    assert set(DIFFERENCES) <= {name.partition("/")[2] for name in NAMES}
    assert set(STAGES) <= {name.partition("/")[2] for name in NAMES}
    assert all(len(reason) > 10 for paths in DIFFERENCES.values() for reason in paths.values())


def _lacking(wanted: Any, found: Any, path: str) -> Iterator[str]:
    """Paths of members that are not in `found`, or of another type. Of lists every element must have what the example's
    has in its place, or what the first has."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, one in wanted.items():
            inner = f"{path}.{name}" if path else name
            if name not in found and one is not None:
                yield inner
            elif one is not None and name != "tags":  # whose names are the caller's
                yield from _lacking(one, found[name], inner)
    elif isinstance(wanted, list) and isinstance(found, list):
        if wanted and not found:
            yield f"{path}[]"
        for number, one in enumerate(found if wanted else []):
            yield from _lacking(wanted[number if number < len(wanted) else 0], one, f"{path}[]")
    elif type(wanted) is not type(found):
        yield path


def _echoes(example: Example, wanted: Any, found: Any) -> None:
    """What the example's answer repeats of its request, the twin repeats too."""
    for path, value in _leaves(example.body, ()):
        if _at(wanted, path) == value and path != ("location",):  # "West US", and "westus" in most answers
            assert _at(found, path) == value, path


def _leaves(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, one in pairs:
        yield from _leaves(one, (*path, name))
    if not isinstance(data, dict | list):
        yield path, data


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
