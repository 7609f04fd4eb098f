"""The façade's table against Alibaba's descriptions, the dialect against the table, the judge against nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_twin.alibaba import api, wire
from cloud_twin.alibaba.parameters import Parameter
from cloud_twin.faults import ALIBABA, Request

from . import descriptions
from .bench import REGION, Bench
from .judge import error_faults, faults

SERVED = pytest.mark.parametrize("operation", api.OPERATIONS, ids=[one.permission for one in api.OPERATIONS])
KINDS = {
    "text": {"String"},
    "int": {"Integer"},
    "long": {"Long"},
    "bool": {"Boolean"},
    "float": {"Float", "Double"},
}


@SERVED
def test_an_operations_parameters_are_alibabas(operation: api.Operation) -> None:
    described = descriptions.of(operation.product, operation.name)
    assert described
    assert described["method"] in ("GET|POST", "GET|HEAD|POST")
    assert list(_differences(operation)) == []


@SERVED
def test_what_alibaba_requires_the_façade_requires(operation: api.Operation) -> None:
    known = descriptions.parameters(operation.product, operation.name)
    required = {name for name, one in known.items() if one["required"]}
    # The gateway fills in the region of its own address, and so does the façade: it is never missed.
    assert {one.name for one in operation.shape if one.required} - {"RegionId"} == required - {"RegionId"}


def _differences(operation: api.Operation) -> Any:
    known = descriptions.parameters(operation.product, operation.name)
    for one in operation.shape:
        if one.name not in known:
            yield f"there is no {one.name}"
        elif one.listed:
            yield from _of_list(operation, one)
        elif known[one.name]["type"] not in KINDS[one.kind]:
            yield f"{one.name} is a {known[one.name]['type']}"


def _of_list(operation: api.Operation, one: Parameter) -> Any:
    known = descriptions.parameters(operation.product, operation.name)[one.name]
    if known["type"] not in ("RepeatList", "Array"):
        yield f"{one.name} is no list"
    inner = descriptions.members(operation.product, operation.name, one.name)
    for member in one.members:
        if inner.get(member.name) not in KINDS[member.kind]:
            yield f"{one.name} has no {member.name}, or of another type"
    if bool(one.members) != bool(inner):
        yield f"{one.name} is a list of other things"


@SERVED
def test_the_dialect_names_an_operation_as_alibaba_does(operation: api.Operation) -> None:
    old = Request("GET", "/", f"Action={operation.name}&RegionId={REGION}", {}, b"")
    new = Request("POST", "/", f"RegionId={REGION}", {"x-acs-action": operation.name}, b"")
    for request in (old, new):
        assert ALIBABA.api(request) == operation.name
        assert ALIBABA.region(request) == REGION
        assert ALIBABA.is_read(request) is operation.name.startswith(("Describe", "List"))


def test_operations_differ() -> None:
    assert len({one.path for one in api.OPERATIONS}) == len(api.OPERATIONS)


def test_what_is_described_is_served() -> None:
    found = {f"/{path.parent.name}/{path.stem}" for path in descriptions.FOLDER.glob("*/*.json")}
    assert found == {one.path for one in api.OPERATIONS}


@pytest.mark.parametrize(
    ("own", "complaint"),
    [
        ({"VpcId": "v", "Nonsense": "1"}, "there is no parameter Nonsense"),
        ({"VpcId": "v", "DryRun": "yes"}, "DryRun is 'yes', and should be of the type Boolean"),
        ({"VpcId": "v", "VpcId.1": "v"}, "there is no parameter VpcId.1"),
        ({}, "VpcId is required, and was not sent"),
    ],
)
def test_the_judge_sees_what_is_wrong_with_a_request(own: dict[str, str], complaint: str) -> None:
    sent = wire.Sent("DeleteVpc", "2016-04-28", {"RegionId": REGION, **own}, {}, False)
    assert complaint in list(faults(sent, 200, b'{"RequestId": "r"}'))


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"Nonsense": 1}, "answer.Nonsense is unknown"),
        ({"TotalCount": "1"}, "answer.total_count is '1', and should be int"),
        ({"PageSize": True}, "answer.page_size is True, and should be int"),
        ({"Vpcs": {"Vpc": [{"IsDefault": "false"}]}}, "answer.vpcs.vpc[0].is_default is 'false', and should be bool"),
        ({"Vpcs": {"Vpc": [{"Name": "n"}]}}, "answer.Vpcs.Vpc[0].Name is unknown"),
    ],
)
def test_the_judge_sees_what_is_wrong_with_an_answer(answer: dict[str, Any], complaint: str) -> None:
    sent = wire.Sent("DescribeVpcs", "2016-04-28", {"RegionId": REGION}, {}, False)
    assert list(faults(sent, 200, json.dumps(answer).encode())) == [complaint]


def test_the_judge_sees_what_is_wrong_with_an_error() -> None:
    assert list(error_faults(b"no JSON"))
    assert list(error_faults(b'{"Code": "c", "Message": "m"}'))


def test_the_judge_has_looked(alibaba: Bench) -> None:
    before = alibaba.judge.messages
    alibaba.call("DescribeRegions")
    assert alibaba.judge.messages == before + 2
    assert "ecs:DescribeRegions" in alibaba.judge.operations
