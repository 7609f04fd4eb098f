"""The dialect: throttling, errors, lag, lost answers, told from requests and answers alone."""

from __future__ import annotations

import json

import pytest

from cloud_twin.faults import ALIBABA, Answer, Request, Rule

from .bench import REGION, Bench, Refused

LAG = 30.0


def test_throttling_and_errors_in_alibabas_own_form(alibaba: Bench) -> None:
    alibaba.twin.rules.add(Rule(api="DescribeVpcs", times=1, throttle=True, retry_after=2))
    answer = alibaba.send("DescribeVpcs")
    assert (answer.status_code, answer.headers["Retry-After"]) == (400, "2")
    assert json.loads(answer.data)["Code"] == "Throttling.User"
    alibaba.twin.rules.add(Rule(api="Describe*", region=REGION, times=1, status=503, code="ServiceUnavailable"))
    with pytest.raises(Refused) as refused:
        alibaba.call("DescribeVpcs")
    assert (refused.value.status, refused.value.code) == (503, "ServiceUnavailable")
    assert alibaba.call("DescribeVpcs")["TotalCount"] == 0
    assert [(one.api, one.region, one.code) for one in alibaba.twin.log.calls()] == [
        ("DescribeVpcs", REGION, "Throttling.User"),
        ("DescribeVpcs", REGION, "ServiceUnavailable"),
        ("DescribeVpcs", REGION, ""),
    ]


def test_a_new_vpc_is_seen_late(alibaba: Bench) -> None:
    alibaba.twin.rules.add(Rule(api="CreateVpc", lag=LAG))
    vpc = alibaba.vpc()
    assert (alibaba.call("DescribeVpcs")["TotalCount"], alibaba.call("DescribeVpcs")["Vpcs"]["Vpc"]) == (0, [])
    with pytest.raises(Refused, match="InvalidVpcId.NotFound"):
        alibaba.call("DescribeVpcAttribute", VpcId=vpc)
    switch = alibaba.vswitch(vpc)
    assert alibaba.call("DescribeVSwitches", VpcId=vpc)["VSwitches"]["VSwitch"][0]["VSwitchId"] == switch
    alibaba.advance(LAG)
    assert alibaba.call("DescribeVpcs")["TotalCount"] == 1
    assert alibaba.call("DescribeVpcAttribute", VpcId=vpc)["VSwitchIds"] == {"VSwitchId": [switch]}


def test_a_vpc_shows_a_late_vswitch_late(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    alibaba.twin.rules.add(Rule(api="CreateVSwitch", lag=LAG))
    alibaba.vswitch(vpc)
    assert alibaba.call("DescribeVpcAttribute", VpcId=vpc)["VSwitchIds"] == {"VSwitchId": []}
    alibaba.advance(LAG)
    assert len(alibaba.call("DescribeVpcAttribute", VpcId=vpc)["VSwitchIds"]["VSwitchId"]) == 1


def test_new_instances_are_seen_late_and_their_states_too(alibaba: Bench) -> None:
    place = alibaba.place()
    alibaba.twin.rules.add(Rule(api="RunInstances", lag=LAG))
    vm = alibaba.instance(**place)
    assert alibaba.call("DescribeInstances")["Instances"]["Instance"] == []
    assert alibaba.call("DescribeInstanceStatus")["InstanceStatuses"]["InstanceStatus"] == []
    alibaba.call("StopInstance", InstanceId=vm)  # a change of what is hidden is no read
    alibaba.advance(LAG)
    assert alibaba.status(vm) == "Stopped"


def test_a_key_pair_is_seen_late_by_its_name(alibaba: Bench) -> None:
    alibaba.key_pair("key-1")
    alibaba.twin.rules.add(Rule(api="ImportKeyPair", lag=LAG))
    alibaba.key_pair("key-2")
    (shown,) = alibaba.call("DescribeKeyPairs")["KeyPairs"]["KeyPair"]
    assert shown["KeyPairName"] == "key-1"
    alibaba.advance(LAG)
    assert alibaba.call("DescribeKeyPairs")["TotalCount"] == 2


def test_a_key_pair_of_a_name_that_was_there_before_is_late_again(alibaba: Bench) -> None:
    alibaba.twin.rules.add(Rule(api="CreateKeyPair", lag=LAG))
    for _ in range(2):
        alibaba.call("CreateKeyPair", KeyPairName="key-1")
        assert alibaba.call("DescribeKeyPairs")["TotalCount"] == 0
        alibaba.advance(LAG)
        assert alibaba.call("DescribeKeyPairs")["TotalCount"] == 1
        alibaba.call("DeleteKeyPairs", KeyPairNames='["key-1"]')


def test_an_element_is_hidden_by_its_own_id_and_not_by_those_it_names() -> None:
    body = {"VSwitches": {"VSwitch": [{"VpcId": "vpc-00000001", "VSwitchId": "vsw-00000001"}]}, "TotalCount": 1}
    answer = Answer(200, [], json.dumps(body).encode())
    assert json.loads(ALIBABA.without(answer, {"vpc-00000001"}).body) == body
    hidden = json.loads(ALIBABA.without(answer, {"vsw-00000001"}).body)
    assert hidden == {"VSwitches": {"VSwitch": []}, "TotalCount": 0}


@pytest.mark.parametrize(
    ("query", "form", "named"),
    [
        ("Action=DeleteVpc&VpcId=vpc-00000001", b"", {"vpc-00000001"}),
        ("Action=RunInstances", b"VSwitchId=vsw-00000001&ImageId=m-1", {"vsw-00000001"}),
        ('Action=DescribeInstances&InstanceIds=["i-00000001","i-00000002"]', b"", {"i-00000001", "i-00000002"}),
        ("Action=DescribeVpcs&VpcName=vpc-1", b"", set()),
    ],
)
def test_what_a_request_names(query: str, form: bytes, named: set[str]) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"} if form else {}
    assert ALIBABA.named(Request("POST", "/", query, headers, form)) == named
