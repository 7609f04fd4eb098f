"""How the AWS driver takes EC2's answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from spider_drivers.aws import client, http
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CloudError,
    InUse,
    Invalid,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Ref,
    Refused,
    SecurityGroupRequest,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    Unsupported,
    VpcRequest,
    WrongState,
)

from tests.drivers.aws_support import EMPTY, SECRET, Answer, Aws, Wire, connect, error, wire
from tests.servers import free_port

VPC = VpcRequest("vpc", "10.0.0.0/16")


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def aws(server: Wire) -> Aws:
    return connect(server.url)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("InvalidVpcID.NotFound", 400, NotFound),
        ("InvalidInstanceID.Malformed", 400, NotFound),
        ("InvalidGroup.Duplicate", 400, AlreadyExists),
        ("DependencyViolation", 400, InUse),
        ("InvalidGroup.InUse", 400, InUse),
        ("VcpuLimitExceeded", 400, NoCapacity),
        ("InsufficientInstanceCapacity", 500, NoCapacity),
        ("InsufficientFreeAddressesInSubnet", 400, NoCapacity),
        ("IncorrectInstanceState", 400, WrongState),
        ("UnsupportedOperation", 400, Unsupported),
        ("AuthFailure", 401, Refused),
        ("UnauthorizedOperation", 403, Refused),
        ("InvalidClientTokenId", 403, Refused),
        ("OptInRequired", 401, Refused),
        ("InvalidParameterValue", 400, Invalid),
        ("InvalidSubnet.Conflict", 400, Invalid),
        ("MissingParameter", 400, Invalid),
        ("InternalError", 500, Unavailable),
        ("Unavailable", 503, Unavailable),
    ],
)
def test_a_refusal_keeps_ec2_s_code_and_text(
    server: Wire, aws: Aws, code: str, status: int, expected: type[SpiderError]
) -> None:
    server.answers = [error(code, "What EC2 said.", status)]
    with pytest.raises(SpiderError) as refused:
        aws.connection.vpc.list()
    assert type(refused.value) is expected
    assert (refused.value.code, refused.value.text) == (code, "What EC2 said.")
    assert code in refused.value.message
    assert "What EC2 said." in refused.value.message
    assert [(one.api, one.error_code, one.error) for one in aws.records] == [
        ("DescribeSubnets", code, "What EC2 said.")
    ]


@pytest.mark.parametrize(
    ("code", "expected", "field"),
    [
        ("InvalidVpcRange", Invalid, "cidr"),
        ("InvalidParameterValue", Invalid, "cidr"),
        ("VpcLimitExceeded", NoCapacity, None),
    ],
)
def test_a_refused_create_names_the_field(
    server: Wire, aws: Aws, code: str, expected: type[SpiderError], field: str | None
) -> None:
    server.answers = [error(code, "no")]
    with pytest.raises(expected) as refused:
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert refused.value.field == field


def test_what_a_request_names_and_does_not_exist_is_a_missing_reference(server: Wire, aws: Aws) -> None:
    server.answers = [error("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")]
    request = SecurityGroupRequest("group", Ref("vpc", "vpc-1"))
    with pytest.raises(MissingReference) as refused:
        aws.connection.security_group.create(request, Attempt("token"))
    assert refused.value.field == "vpc"


def test_throttling_is_waited_out(server: Wire, aws: Aws) -> None:
    throttled = error("RequestLimitExceeded", "Request limit exceeded.", 503)
    server.answers = [throttled, error("Throttling", "Rate exceeded", 400, Retry_After="0.1"), EMPTY]
    aws.connection.check()
    assert len(server.seen) == 3
    codes = [record.error_code for record in aws.records]
    assert codes == ["RequestLimitExceeded", "Throttling", ""]


def test_retry_after_is_obeyed(server: Wire, aws: Aws) -> None:
    server.answers = [error("RequestLimitExceeded", "slow down", 503, Retry_After="1"), EMPTY]
    started = time.monotonic()
    aws.connection.check()
    assert time.monotonic() - started >= 1.0


def test_a_long_retry_after_is_the_caller_s_to_wait(server: Wire, aws: Aws) -> None:
    server.answers = [error("RequestLimitExceeded", "slow down", 503, Retry_After="11")]
    started = time.monotonic()
    with pytest.raises(Throttled) as refused:
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert time.monotonic() - started < 2
    assert refused.value.retry_after == 11.0
    assert len(server.seen) == 1


def test_throttled_to_the_end(server: Wire, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "THROTTLED_SECONDS", 1.0)
    server.answers = [error("RequestLimitExceeded", "slow down", 503, Retry_After="0.3")]
    with pytest.raises(Throttled):
        aws.connection.check()
    assert len(server.seen) == 4
    assert len(aws.records) == 4


def test_a_lost_answer_of_a_write_is_not_sent_again(server: Wire, aws: Aws) -> None:
    server.answers = [Answer(None)]
    with pytest.raises(NoAnswer):
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert [request["Action"] for request in server.seen] == ["CreateVpc"]
    assert [(one.api, one.error_code) for one in aws.records] == [("CreateVpc", "ConnectionClosedError")]


def test_no_answer_in_time(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    server.answers = [Answer(None, delay=5)]
    with pytest.raises(NoAnswer):
        connect(server.url).connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [error("InternalError", "oops", 500), error("Unavailable", "oops", 503)])
def test_a_write_that_ec2_broke_down_on_may_have_taken_effect(server: Wire, aws: Aws, answer: Answer) -> None:
    server.answers = [answer]
    with pytest.raises(NoAnswer):
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "no XML at all"])
@pytest.mark.parametrize("status", [200, 502])
def test_what_is_not_ec2_s_answer_is_a_cloud_error(server: Wire, aws: Aws, body: str, status: int) -> None:
    server.answers = [Answer(body, status)]
    with pytest.raises(CloudError) as broken:
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert type(broken.value) is NoAnswer
    assert len(aws.records) == 1
    assert aws.records[0].error_code


def test_nobody_listens() -> None:
    aws = connect(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        aws.connection.vpc.create(VPC, Attempt("token"))
    assert [(one.api, one.error_code) for one in aws.records] == [("CreateVpc", "EndpointConnectionError")]


def test_secrets_are_masked(server: Wire, aws: Aws) -> None:
    server.answers = [error("AuthFailure", f"The key {SECRET} of AKIAIOSFODNN7EXAMPLE is unknown", 401)]
    with pytest.raises(Refused) as refused:
        aws.connection.check()
    shown = f"{refused.value!r} {refused.value.text} {refused.value.message} {aws.records}"
    assert SECRET not in shown
    assert "AKIAIOSFODNN7EXAMPLE" not in shown
