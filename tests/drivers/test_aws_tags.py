"""Tags that the AWS driver changes, and CB-Spider's calls of AWS alone, seen at Cloud-Twin's EC2."""

from __future__ import annotations

import json

import pytest
from spider_drivers.aws import AwsDriver
from spider_drivers.contract import (
    Attempt,
    Invalid,
    KeyPairRequest,
    NoCapacity,
    NotFound,
    Ref,
    SpiderError,
    Unsupported,
    VmRequest,
    Vpc,
)

from tests.drivers.aws_support import Aws
from tests.drivers.support import PUBLIC_KEY, done, ref

LINUX = "ami-785db401"


def add(aws: Aws, kind: str, one: Ref, key: str, value: str) -> None:
    done(lambda attempt: aws.connection.tag.add(kind, one, key, value, attempt))


def remove(aws: Aws, kind: str, one: Ref, key: str) -> None:
    done(lambda attempt: aws.connection.tag.remove(kind, one, key, attempt))


def test_name_and_token_stay(aws: Aws, vpc: Vpc) -> None:
    before = aws.tags(vpc.iid.id)
    add(aws, "vpc", ref(vpc), "stage", "")
    assert aws.tags(vpc.iid.id) == {**before, "stage": ""}
    assert aws.connection.vpc.get(ref(vpc)).tags == {"stage": ""}
    remove(aws, "vpc", ref(vpc), "stage")
    assert aws.tags(vpc.iid.id) == before


def test_a_key_pair_is_tagged_by_its_id(aws: Aws) -> None:
    request = KeyPairRequest("key", PUBLIC_KEY)
    key = ref(done(lambda attempt: aws.connection.key_pair.create(request, attempt)))
    add(aws, "key_pair", key, "stage", "test")
    assert aws.connection.key_pair.get(key).tags == {"stage": "test"}
    remove(aws, "key_pair", key, "stage")
    assert aws.connection.key_pair.get(key).tags == {}


def test_every_kind_that_the_capability_names_is_taken_and_no_other(aws: Aws) -> None:
    for kind in AwsDriver().capability().tagged:
        with pytest.raises(NotFound):
            add(aws, kind, Ref("none", "no-such-id"), "stage", "test")
    with pytest.raises(Unsupported):
        add(aws, "image", Ref(LINUX, LINUX), "stage", "test")


def test_a_terminated_vm_is_not_found(aws: Aws) -> None:
    request = VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", public_key=PUBLIC_KEY)
    vm = ref(done(lambda attempt: aws.connection.vm.create(request, attempt)))
    add(aws, "vm", vm, "stage", "test")
    assert aws.connection.vm.get(vm).tags == {"stage": "test"}
    done(lambda attempt: aws.connection.vm.delete(vm, attempt))
    with pytest.raises(NotFound):
        add(aws, "vm", vm, "stage", "live")


@pytest.mark.parametrize("key", ["Name", "spider-token", "spider-anything"])
def test_spider_s_own_tags_are_refused_without_a_call(aws: Aws, vpc: Vpc, key: str) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as added:
            add(aws, "vpc", ref(vpc), key, "x")
        with pytest.raises(Invalid) as removed:
            remove(aws, "vpc", ref(vpc), key)
        assert added.value.field == removed.value.field == "key"

    assert aws.apis_of(refused) == []


@pytest.mark.parametrize(
    ("key", "value", "expected", "field"),
    [
        ("aws:stage", "test", Invalid, "key"),
        ("k" * 129, "test", Invalid, "key"),
        ("stage", "v" * 257, Invalid, "value"),
    ],
    ids=["reserved", "long_key", "long_value"],
)
def test_what_ec2_refuses_names_the_field(
    aws: Aws, vpc: Vpc, key: str, value: str, expected: type[SpiderError], field: str
) -> None:
    with pytest.raises(expected) as refused:
        add(aws, "vpc", ref(vpc), key, value)
    assert (refused.value.code, refused.value.field) == ("InvalidParameterValue", field)
    assert aws.connection.vpc.get(ref(vpc)).tags == {}


def test_more_tags_than_ec2_takes_are_no_capacity(aws: Aws, vpc: Vpc) -> None:
    for number in range(48):
        aws.ec2("create_tags", Resources=[vpc.iid.id], Tags=[{"Key": f"k{number}", "Value": ""}])
    with pytest.raises(NoCapacity, match="TagLimitExceeded"):
        add(aws, "vpc", ref(vpc), "one-more", "")


def test_a_tag_is_sent_again_after_an_unclean_try(aws: Aws, vpc: Vpc) -> None:
    """At once: what the first try may have set is set again."""
    attempt = Attempt("add")
    unclean = Attempt("add", unclean_since=attempt.clock.now())
    assert aws.connection.tag.add("vpc", ref(vpc), "stage", "test", unclean) is None
    assert aws.connection.vpc.get(ref(vpc)).tags == {"stage": "test"}


# CB-Spider's calls


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ({"Key": "stage", "Value": "test"}, {"stage": "test"}),
        ([{"Key": "stage", "Value": "test"}, {"key": "team", "value": "blue"}], {"stage": "test", "team": "blue"}),
        ({"Key": "stage"}, {"stage": ""}),
    ],
    ids=["one", "several", "without_a_value"],
)
def test_create_tags(aws: Aws, vpc: Vpc, tag: object, expected: dict[str, str]) -> None:
    call = aws.connection.any_calls()["createTags"]
    assert call({"ResourceId": vpc.iid.id, "Tag": json.dumps(tag)}) == {"Result": "true"}
    assert aws.connection.vpc.get(ref(vpc)).tags == expected


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"Tag": '{"Key": "stage", "Value": "test"}'}, "ResourceId"),
        ({"ResourceId": "vpc-1"}, "Tag"),
        ({"ResourceId": "vpc-1", "Tag": "stage=test"}, "Tag"),
        ({"ResourceId": "vpc-1", "Tag": "[]"}, "Tag"),
        ({"ResourceId": "vpc-1", "Tag": '{"Value": "test"}'}, "Tag"),
        ({"ResourceId": "vpc-1", "Tag": '{"Key": "stage", "Value": 1}'}, "Tag"),
        ({"ResourceId": "vpc-1", "Tag": '{"Key": "Name", "Value": "test"}'}, "key"),
    ],
    ids=["no_resource", "no_tag", "no_json", "empty", "no_key", "number", "own"],
)
def test_create_tags_says_what_is_wrong_without_a_call(aws: Aws, given: dict[str, str], field: str) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as error:
            aws.connection.any_calls()["createTags"](given)
        assert error.value.field == field

    assert aws.apis_of(refused) == []


def test_create_tags_of_what_is_not_there(aws: Aws) -> None:
    with pytest.raises(NotFound, match="InvalidVpcID"):
        aws.connection.any_calls()["createTags"](
            {"ResourceId": "vpc-12345678", "Tag": '{"Key": "stage", "Value": "test"}'}
        )


def test_get_region_info(aws: Aws) -> None:
    assert aws.connection.any_calls()["getRegionInfo"]({}) == {"Region": "us-east-1", "Zone": "us-east-1b"}
