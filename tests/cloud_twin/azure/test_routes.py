"""The table of routes against the SDK's own operations: names, methods, paths, versions."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from cloud_twin.azure import api, spelling, versions
from cloud_twin.clock import TwinClock
from cloud_twin.facade import Route
from cloud_twin.twin import MAKERS

_BUILDER = re.compile(r"def build_(\w+)_request\(.*?(?=\ndef build_|\nclass )", re.S)
_ROUTES: list[Route] = api.routes(MAKERS["azure"](TwinClock()))  # type: ignore[arg-type]  # it is an Azure

# Not in the SDK's packages at hand.
ELSEWHERE = ("Entra_", "Metadata_", "NetworkOperations_", "ComputeOperations_", "Operations_", "Deployment")


def operations() -> dict[str, tuple[str, str, str]]:
    """By their names in the specification, without the underscores and in lower case: method, path, version."""
    found: dict[str, tuple[str, str, str]] = {}
    for package in ("compute", "network", "resource.resources", "resource.subscriptions"):
        source = inspect.getsource(importlib.import_module(f"azure.mgmt.{package}.operations._operations"))
        for builder in _BUILDER.finditer(source):
            url = re.search(r'_url = (?:\(\s*)?"([^"]+)"', builder[0])
            method = re.search(r'method="(\w+)"', builder[0])
            version = re.search(r'"(20\d\d-\d\d-\d\d)"', builder[0])
            if url and method:
                found[builder[1].replace("_", "")] = (method[1], url[1], version[1] if version else "2025-04-01")
    return found


_OPERATIONS = operations()


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]+\}|<[^>]+>", "{}", path).lower().rstrip("/")


@pytest.mark.parametrize(
    "route", [one for one in _ROUTES if not one.name.startswith(ELSEWHERE)], ids=lambda one: one.name
)
def test_a_route_is_an_operation_of_the_sdk(route: Route) -> None:
    method, path, version = _OPERATIONS[route.name.replace("_", "").lower()]
    assert (route.method, _plain(route.path)) == (method, _plain(path))
    family, _ = spelling.family(route.path)
    assert version in versions.KNOWN[family]


def test_variables_have_the_specifications_names() -> None:
    for route in _ROUTES:
        if not route.name.startswith(ELSEWHERE):
            _, path, _ = _OPERATIONS[route.name.replace("_", "").lower()]
            assert re.findall(r"<(?:path:)?(\w+)>", route.path) == re.findall(r"\{(\w+)\}", path), route.name


def test_no_two_routes_have_one_name() -> None:
    names = [route.name for route in _ROUTES]
    assert len(names) == len(set(names))
