"""Nonsense is refused, and breaks nothing: each parameter of each operation, with what nobody should send."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cloud_twin.alibaba import api
from cloud_twin.alibaba.parameters import Parameter

from .bench import Bench, flat
from .granted import GIVEN, filled, furnish

BROKEN = 500
NONSENSE = ("", "9" * 30, "[]", '["', "\x00é\n")


def _names(parameter: Parameter) -> list[str]:
    if not parameter.listed:
        return [parameter.name, f"{parameter.name}.1"]
    members = [f"{parameter.name}.1.{one.name}" for one in parameter.members]
    return [*members, f"{parameter.name}.1", f"{parameter.name}.0", parameter.name]


def _calls(operation: api.Operation, made: dict[str, str]) -> Iterator[dict[str, str]]:
    right = flat(filled(GIVEN.get(operation.permission, {}), made))
    for parameter in operation.shape:
        for name in _names(parameter):
            yield from ({**right, name: text} for text in NONSENSE)


def test_no_nonsense_breaks_an_operation(alibaba: Bench) -> None:
    made = furnish(alibaba)
    furnished = alibaba.cloud.snapshot()
    for operation in api.OPERATIONS:
        for given in _calls(operation, made):
            answer = alibaba.send(operation.name, operation.product, **given)
            assert answer.status_code != BROKEN, (operation.name, given, json.loads(answer.data)["Message"])
            if answer.status_code < 400 and not operation.name.startswith(("Describe", "List")):
                alibaba.cloud.restore(furnished)
