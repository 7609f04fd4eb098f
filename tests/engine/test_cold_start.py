"""What a process loads for its first request, as Lambda starts it: each module takes time that the caller waits for."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from spider_drivers import contract

from chalicelib.engine.once import once

from .house import House

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
import json, sys
import app
answer = app.app(json.loads(sys.argv[1]), None)
print(json.dumps([answer["statusCode"], json.loads(answer["body"]), sorted(sys.modules)]))
"""
EVENT = {
    "resource": "/spider/vpc",
    "path": "/spider/vpc",
    "httpMethod": "GET",
    "headers": {"Host": "spider"},
    "multiValueQueryStringParameters": {"ConnectionName": ["mock"]},
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {"resourcePath": "/spider/vpc", "httpMethod": "GET", "path": "/api/spider/vpc", "stage": "api"},
    "body": None,
    "isBase64Encoded": False,
}
# Of these packages a list of VPCs needs the modules named here, and no other.
NEEDED = {
    "chalicelib.catalogue": "actions history kinds recorded records system verbs vocabulary wire",
    "chalicelib.catalogue.wire": "base listing resources",
    "chalicelib.engine": """
        call connections deadline endpoints fanout faults history identities log once operations pages parts queue reads
        registry sealing service settings shapes timers times
    """,
    "chalicelib.engine.history": "gathering line rows sketch spans sums writer",
    "spider_drivers.contract": """
        attempt calls capability clock converge errors handling interface lazy marked reach redacting registry shapes
    """,
    "spider_drivers.contract.shapes": "vpc",
    "spider_drivers.mock": "catalogue cloud connection faults knobs machines memory networks operations rows vpc",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules that a fresh process has when it has answered."""
    home = tmp_path_factory.mktemp("home")
    House(home).engine.close()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SPIDER_", "AWS_"))},
        "SPIDER_HOME": str(home),
        "SPIDER_JOBS": "outside",
        "SPIDER_QUEUE_URL": "http://127.0.0.1:9/nobody-sends-anything",
        "SPIDER_HISTORY_WRITES": "before",
    }
    command = [sys.executable, "-c", FIRST, json.dumps(EVENT)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    status, body, modules = json.loads(done.stdout)
    assert (status, body) == (200, {"vpc": []})
    return set(modules)


@pytest.mark.parametrize("package", NEEDED)
def test_the_first_read_loads_what_it_needs(loaded: set[str], package: str) -> None:
    there = {name for _, name, _ in pkgutil.iter_modules(import_module(package).__path__)}
    needed = set(NEEDED[package].split())
    assert {name for name in there if f"{package}.{name}" in loaded} == needed


def test_nor_does_it_load_what_is_slow_and_only_for_others(loaded: set[str]) -> None:
    slow = {"botocore", "cryptography.hazmat.primitives.asymmetric", "paramiko", "pickle", "pynamodb", "xml.sax"}
    assert slow & loaded == set()


def test_whatever_the_contract_offers_is_there_when_it_is_asked_for() -> None:
    assert set(contract._HOMES) <= set(contract.__all__)
    for name in contract.__all__:
        assert hasattr(contract, name)
    assert not hasattr(contract, "Nothing")


def test_two_that_ask_for_a_part_at_once_get_the_same() -> None:
    made: list[object] = []
    both = threading.Barrier(8)

    class Whole:
        @once
        def part(self) -> object:
            time.sleep(0.05)
            made.append(object())
            return made[-1]

    def ask(whole: Whole) -> object:
        both.wait()
        return whole.part

    whole = Whole()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, [whole] * 8)) == set(made)
    assert len(made) == 1
