"""What OpenStack refuses, word for word as a real Zed has said it (said.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloud_twin.openstack.account import PROJECT_ID, USER_ID

from .asked import Asked, all_asked
from .bench import COMPUTE, IMAGE, NETWORK, Bench
from .stage import Builder, Stage, said

SAID: dict[str, list[Any]] = json.loads((Path(__file__).parent / "said.json").read_text())
_BASES = {"network": NETWORK, "compute": COMPUTE, "image": IMAGE}


@pytest.fixture(scope="module")
def stage(served: Bench) -> Stage:
    served.twin.reset()
    served.cloud.settings.transition_seconds = 0.0
    builder = Builder(lambda asked: ask(served, asked))
    made = builder.build(USER_ID, PROJECT_ID)
    return made | {"server": builder.launch(made)}


def ask(openstack: Bench, asked: Asked) -> tuple[int, str]:
    answer = openstack.call(asked.method, _BASES[asked.service] + asked.path, asked.body, asked.version)
    return answer.status_code, answer.text


def test_what_was_asked_of_the_real_one_is_what_is_asked_here() -> None:
    assert [one.name for one in all_asked()] == list(SAID)


@pytest.mark.parametrize("asked", all_asked(), ids=lambda one: one.name[:100])
def test_it_is_refused_as_the_real_one_refuses_it(served: Bench, stage: Stage, asked: Asked) -> None:
    before = served.cloud.contents()
    assert said(lambda one: ask(served, one), asked, stage) == SAID[asked.name]
    assert served.cloud.contents() == before
