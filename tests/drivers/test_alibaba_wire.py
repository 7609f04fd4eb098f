"""How the Alibaba driver takes the cloud's answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest
from spider_drivers.alibaba import calls
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CloudError,
    Conflict,
    InUse,
    Invalid,
    KeyPairRequest,
    NoAnswer,
    NoCapacity,
    NotFound,
    Ref,
    Refused,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    Throttled,
    Unavailable,
    Unreachable,
    VmRequest,
    VmStatus,
    VpcRequest,
    Wait,
)

from tests.drivers.alibaba_support import (
    IMAGE,
    SECRET,
    SPEC,
    VPC,
    ZONE,
    ZONES,
    Alibaba,
    answer,
    connect,
    error,
    parameters,
    switches,
    vpcs,
)
from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.support import PUBLIC_KEY
from tests.servers import free_port

NET = VpcRequest("net", "10.0.0.0/16")
MADE = answer(VpcId="vpc-1")


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [vpcs()]
        yield running


@pytest.fixture
def alibaba(server: Wire) -> Alibaba:
    return connect(server.url)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("InvalidVpcId.NotFound", 404, NotFound),
        ("InvalidVSwitchId.NotFound", 400, NotFound),
        ("InvalidVswitchID.NotFound", 400, NotFound),
        ("InvalidInstanceType.ValueNotSupported", 400, NotFound),
        ("Forbidden.VpcNotFound", 404, NotFound),
        ("NotFound.Something", 404, NotFound),
        ("InvalidKeyPair.Duplicate", 400, AlreadyExists),
        ("KeyPair.AlreadyExist", 400, AlreadyExists),
        ("InvalidSecurityGroupName.Duplicate", 400, AlreadyExists),
        ("DependencyViolation", 403, InUse),
        ("DependencyViolation.VSwitch", 400, InUse),
        ("QuotaExceed.ElasticQuota", 403, NoCapacity),
        ("QuotaExceeded.Vpc", 400, NoCapacity),
        ("InstanceQuotaExceed", 403, NoCapacity),
        ("AuthorizationLimitExceed", 403, NoCapacity),
        ("OperationDenied.NoStock", 403, NoCapacity),
        ("Zone.NotOnSale", 403, NoCapacity),
        ("InvalidResourceType.NotSupported", 403, NoCapacity),
        ("Forbidden.RAM", 403, Refused),
        ("Forbidden", 403, Refused),
        ("InvalidAccessKeyId.NotFound", 404, Refused),
        ("InvalidAccessKeyId.Inactive", 403, Refused),
        ("SignatureDoesNotMatch", 400, Refused),
        ("InvalidSecurityToken.Expired", 400, Refused),
        ("IncorrectVpcStatus", 400, Conflict),
        ("IncorrectInstanceStatus", 403, Conflict),
        ("IncorrectInstanceStatus.Initializing", 400, Conflict),
        ("TaskConflict", 400, Conflict),
        ("LastTokenProcessing", 400, Conflict),
        ("OperationFailed.IdempotentTokenProcessing", 400, Conflict),
        ("InvalidCidrBlock.Overlapped", 400, Invalid),
        ("InvalidParameter", 400, Invalid),
        ("MissingParameter", 400, Invalid),
        ("InvalidAccountStatus.NotEnoughBalance", 403, Invalid),
        ("InvalidRegionId.NotFound", 404, NotFound),
        ("Throttling.User", 400, Throttled),
        ("Teapot", 418, Refused),
        ("InternalError", 500, Unavailable),
        ("ServiceUnavailable", 503, Unavailable),
    ],
)
def test_a_refusal_keeps_the_cloud_s_code_and_text(
    server: Wire, alibaba: Alibaba, monkeypatch: pytest.MonkeyPatch, code: str, status: int, expected: type[SpiderError]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    server.answers = [error(status, code, "What Alibaba said.")]
    with pytest.raises(SpiderError) as refused:
        alibaba.connection.key_pair.list()
    assert type(refused.value) is expected
    assert (refused.value.code, refused.value.text) == (code, "What Alibaba said.")
    assert code in refused.value.message
    assert "What Alibaba said." in refused.value.message
    assert {(one.api, one.error_code, one.error) for one in alibaba.records} == {
        ("DescribeKeyPairs", code, "What Alibaba said.")
    }


def test_a_call_is_one_record(server: Wire, alibaba: Alibaba) -> None:
    alibaba.connection.vpc.list()
    assert alibaba.outcomes() == [("DescribeVpcs", ""), ("DescribeVSwitches", "")]
    assert len(server.seen) == 2


def test_truth_is_spelled_as_the_api_spells_it(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [answer(KeyPairs={"KeyPair": []}, TotalCount=0)]
    alibaba.connection.key_pair.list()
    assert parameters(server.seen[0])["IncludePublicKey"] == "true"


def test_pages_by_number_end_with_the_total(server: Wire, alibaba: Alibaba) -> None:
    def page(*ids: str, total: int = 3) -> Answer:
        return answer(Vpcs={"Vpc": [{**VPC, "VpcId": one} for one in ids]}, TotalCount=total)

    server.answers = [page("vpc-1", "vpc-2"), page("vpc-3"), switches()]
    assert [vpc.iid.id for vpc in alibaba.connection.vpc.list()] == ["vpc-1", "vpc-2", "vpc-3"]
    assert [parameters(one).get("PageNumber") for one in server.seen] == ["1", "2", "1"]


def test_an_empty_page_ends_a_list_that_has_become_shorter(server: Wire, alibaba: Alibaba) -> None:
    first = answer(Vpcs={"Vpc": [VPC]}, TotalCount=2)
    server.answers = [first, answer(Vpcs={"Vpc": []}, TotalCount=2), switches()]
    assert len(alibaba.connection.vpc.list()) == 1


def test_pages_by_token_end_without_one(server: Wire, alibaba: Alibaba) -> None:
    one = {"InstanceId": "i-1", "Status": "Running", "ImageId": IMAGE, "InstanceType": SPEC}
    first = answer(Instances={"Instance": [one]}, NextToken="next", TotalCount=0)
    server.answers = [first, answer(Instances={"Instance": [{**one, "InstanceId": "i-2"}]}, NextToken="")]
    assert [vm.iid.id for vm in alibaba.connection.vm.list()] == ["i-1", "i-2"]
    assert [parameters(one).get("NextToken") for one in server.seen] == [None, "next"]


@pytest.mark.parametrize("code", ["Throttling", "Throttling.User", "Throttling.Api"])
def test_throttling_is_waited_out(server: Wire, alibaba: Alibaba, code: str) -> None:
    slow = error(400, code, "Request was denied due to user flow control.", Retry_After="0.1")
    server.answers = [slow, slow, ZONES]
    alibaba.connection.check()
    assert [one for _, one in alibaba.outcomes()] == [code, code, ""]


def test_a_long_retry_after_is_the_caller_s_to_wait(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [error(503, "ServiceUnavailable", "slow down", Retry_After="11")]
    with pytest.raises(Throttled) as refused:
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert refused.value.retry_after == 11.0
    assert len(server.seen) == 1


def test_a_lost_answer_of_a_write_is_not_sent_again(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [Answer(None)]
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert [parameters(one)["Action"] for one in server.seen] == ["CreateVpc"]
    assert alibaba.outcomes() == [("CreateVpc", "ConnectionError")]


def test_a_create_whose_answer_was_lost_is_sent_again_with_its_client_token(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [Answer(None)]
    attempt = Attempt("token")
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, attempt)
    server.answers = [vpcs(), MADE, vpcs(VPC), vpcs(VPC), switches()]
    again = Attempt("token", unclean_since=attempt.clock.now())
    assert not isinstance(alibaba.connection.vpc.create(NET, again), Wait)
    first, second = (one for one in map(parameters, server.seen) if one["Action"] == "CreateVpc")
    assert first["ClientToken"] == second["ClientToken"] == attempt.client_token("vpc")
    assert len(first["ClientToken"]) <= 64
    assert (first["Tag.1.Key"], first["Tag.1.Value"]) == ("spider-token", "token")


def test_no_answer_in_time(server: Wire, alibaba: Alibaba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    server.answers = [Answer(None, delay=5)]
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("code", ["InternalError", "ServiceUnavailable", "UnknownError"])
def test_a_write_that_the_cloud_broke_down_on_may_have_taken_effect(server: Wire, alibaba: Alibaba, code: str) -> None:
    server.answers = [error(500, code, "oops")]
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "no JSON at all", "", "[]", '{"Vpcs": []}', '"x"'])
@pytest.mark.parametrize(("status", "read"), [(200, Unavailable), (502, Unavailable)])
def test_what_is_not_the_cloud_s_answer_is_not_believed(
    server: Wire, alibaba: Alibaba, body: str, status: int, read: type[CloudError]
) -> None:
    server.answers = [Answer(body, status)]
    with pytest.raises(CloudError) as broken:
        alibaba.connection.vpc.list()
    assert type(broken.value) is read
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert [record.error_code for record in alibaba.records] == [str(status)] * 2


def test_a_page_that_says_404_is_no_absence(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [Answer("<html>no such host</html>", 404)]
    with pytest.raises(Refused):
        alibaba.connection.vpc.get(Ref("net", "vpc-1"))


def test_a_redirection_is_not_followed(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [Answer("", 302, {"Location": "http://127.0.0.1:1/"})]
    with pytest.raises(CloudError):
        alibaba.connection.vpc.list()
    assert len(server.seen) == 1


@pytest.mark.parametrize("kind", ["vm", "security_group", "image", "spec", "vpc", "key_pair", "region_zone"])
@pytest.mark.parametrize("element", [{"Description": "nameless"}, "no object", 7], ids=str)
def test_elements_of_another_kind_are_a_cloud_error(server: Wire, alibaba: Alibaba, kind: str, element: object) -> None:
    lists = "Images.Image InstanceTypes.InstanceType Instances.Instance KeyPairs.KeyPair Vpcs.Vpc VSwitches.VSwitch"
    lists += " SecurityGroups.SecurityGroup Regions.Region"
    members = {outer: {inner: [element]} for outer, _, inner in (one.partition(".") for one in lists.split())}
    server.answers = [answer(**members, TotalCount=1)]
    with pytest.raises(Unavailable):
        alibaba.connection.handler(kind).list()


def test_a_create_without_an_id_may_have_taken_effect(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [answer()]
    with pytest.raises(NoAnswer):
        alibaba.connection.vpc.create(NET, Attempt("token"))


def test_nobody_listens() -> None:
    alibaba = connect(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        alibaba.connection.vpc.create(NET, Attempt("token"))
    assert [name for name, _ in alibaba.outcomes()] == ["CreateVpc"]


def test_secrets_are_masked(server: Wire, alibaba: Alibaba) -> None:
    text = f"Specified signature is not matched with our calculation: {SECRET} LTAI5tExampleExampleExam"
    server.answers = [error(400, "SignatureDoesNotMatch", text)]
    with pytest.raises(Refused) as refused:
        alibaba.connection.check()
    shown = f"{refused.value!r} {refused.value.text} {refused.value.message} {alibaba.records}"
    assert SECRET not in shown
    assert "LTAI" not in shown


def test_a_lost_answer_s_error_shows_neither_password_nor_token() -> None:
    """They stand in the URL, which errors of the network tell."""
    alibaba = connect(f"http://127.0.0.1:{free_port()}", {"ClientId": "a", "ClientSecret": "b", "StsToken": "to/ken"})
    with pytest.raises(Unreachable) as lost:
        alibaba.call("ecs.RunInstances", Password="Pass/word1", InstanceName="machine")
    shown = f"{lost.value!r} {lost.value.text} {lost.value.message} {alibaba.records}"
    assert "machine" in shown
    assert not any(secret in shown for secret in ("Pass/word1", "Pass%2Fword1", "to/ken", "to%2Fken"))


def test_a_vswitch_waits_until_its_vpc_is_available_again(server: Wire, alibaba: Alibaba) -> None:
    request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),))
    attempt = Attempt("token")
    server.answers = [MADE, vpcs({**VPC, "Status": "Pending"})]
    waiting = alibaba.connection.vpc.create(request, attempt)
    assert isinstance(waiting, Wait)
    assert "Pending" in waiting.reason
    busy = error(400, "IncorrectVpcStatus", "Current VPC status does not support this operation.")
    server.answers = [vpcs(VPC), busy]
    waiting = alibaba.connection.vpc.create(request, attempt)
    assert isinstance(waiting, Wait)
    assert "IncorrectVpcStatus" in waiting.reason
    assert attempt.parts == {"vpc": "vpc-1", "again subnet a": "1"}


@pytest.mark.parametrize(("code", "same"), [("IncorrectVpcStatus", False), ("LastTokenProcessing", True)])
def test_what_was_refused_for_now_is_asked_for_with_another_client_token(
    server: Wire, alibaba: Alibaba, code: str, same: bool
) -> None:
    """A known token is answered as before, with the refusal; but while its first call is worked on, it is that call."""
    attempt = Attempt("token")
    busy = error(400, code, "Not now.")
    server.answers = [vpcs(VPC), busy, vpcs(VPC), busy, vpcs(VPC), answer(VSwitchId="vsw-1"), vpcs(VPC), switches()]
    for _ in range(3):
        request = SubnetRequest("a", "10.0.1.0/24")
        assert isinstance(alibaba.connection.vpc.add_subnet(Ref("net", "vpc-1"), request, attempt), Wait)
    sent = [one["ClientToken"] for one in map(parameters, server.seen) if one["Action"] == "CreateVSwitch"]
    assert len(sent) == 3
    assert len(set(sent)) == (1 if same else 3)


def test_a_subnet_without_a_zone_is_refused_before_anything_is_made(server: Wire) -> None:
    alibaba = connect(server.url, Zone="")
    request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),))
    with pytest.raises(Invalid) as refused:
        alibaba.connection.vpc.create(request, Attempt("token"))
    assert refused.value.field == "subnets"
    assert server.seen == []


def test_the_last_request_goes_with_what_ecs_wants_to_know(server: Wire, alibaba: Alibaba) -> None:
    image = {"ImageId": IMAGE, "OSType": "linux"}
    server.answers = [
        answer(Images={"Image": [image]}, TotalCount=1),
        answer(InstanceIdSets={"InstanceIdSet": ["i-1"]}),
        answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": "Pending"}]}),
    ]
    request = VmRequest(
        "machine",
        Ref(IMAGE, IMAGE),
        SPEC,
        Ref("net", "vpc-1"),
        Ref("a", "vsw-1"),
        (Ref("one", "sg-1"), Ref("two", "sg-2")),
        Ref("key", "key"),
        PUBLIC_KEY,
        root_disk_type="cloud_essd",
        root_disk_gib=40,
        tags={"stage": "test"},
    )
    attempt = Attempt("token")
    waiting = alibaba.connection.vm.create(request, attempt)
    assert isinstance(waiting, Wait)
    sent = parameters(server.seen[1])
    expected = {
        "Action": "RunInstances",
        "RegionId": "ap-northeast-1",
        "ImageId": IMAGE,
        "InstanceType": SPEC,
        "InstanceName": "machine",
        "VSwitchId": "vsw-1",
        "SecurityGroupIds.1": "sg-1",
        "SecurityGroupIds.2": "sg-2",
        "KeyPairName": "key",
        "Amount": "1",
        "InstanceChargeType": "PostPaid",
        "InternetChargeType": "PayByBandwidth",
        "InternetMaxBandwidthOut": "5",
        "SystemDisk.Category": "cloud_essd",
        "SystemDisk.Size": "40",
        "ClientToken": attempt.client_token("instance"),
        "Tag.1.Key": "stage",
        "Tag.1.Value": "test",
        "Tag.2.Key": "spider-token",
        "Tag.2.Value": "token",
    }
    assert sent.items() >= expected.items()
    script = base64.b64decode(sent["UserData"]).decode()
    assert script.startswith("#cloud-config\n")
    assert "cb-user" in script
    assert PUBLIC_KEY in script


def test_a_windows_vm_has_a_password_and_no_key(server: Wire, alibaba: Alibaba) -> None:
    image = answer(Images={"Image": [{"ImageId": "win", "OSType": "windows"}]}, TotalCount=1)
    where = (Ref("net", "vpc-1"), Ref("a", "vsw-1"), (Ref("one", "sg-1"),), Ref("key", "key"))
    server.answers = [image]
    with pytest.raises(Invalid) as refused:
        alibaba.connection.vm.create(VmRequest("machine", Ref("win", "win"), SPEC, *where), Attempt("token"))
    assert refused.value.field == "password"
    machine = {"InstanceId": "i-1", "Status": "Pending"}
    server.answers = [image, answer(InstanceIdSets={"InstanceIdSet": ["i-1"]})]
    server.answers.append(answer(Instances={"Instance": [machine]}))
    request = VmRequest("machine", Ref("win", "win"), SPEC, *where, password="Pass-word-1")
    alibaba.connection.vm.create(request, Attempt("token"))
    sent = parameters(next(one for one in server.seen if parameters(one)["Action"] == "RunInstances"))
    assert sent["Password"] == "Pass-word-1"
    assert not {"KeyPairName", "UserData"} & sent.keys()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Pending", VmStatus.CREATING),
        ("Starting", VmStatus.RESUMING),
        ("Running", VmStatus.RUNNING),
        ("Stopping", VmStatus.SUSPENDING),
        ("Stopped", VmStatus.SUSPENDED),
        ("Dancing", VmStatus.FAILED),
    ],
)
def test_words_of_ecs_are_words_of_spider(server: Wire, alibaba: Alibaba, word: str, status: VmStatus) -> None:
    server.answers = [answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": word}]})]
    assert alibaba.connection.vm.status(Ref("machine", "i-1")) is status


@pytest.mark.parametrize(
    ("told", "minute"), [("2026-11-25T10:00Z", 0), ("2026-11-25T10:07:31Z", 7), ("", None), ("yesterday", None)]
)
def test_times_may_have_minutes_only(server: Wire, alibaba: Alibaba, told: str, minute: int | None) -> None:
    machine = {"InstanceId": "i-1", "Status": "Running", "ImageId": IMAGE, "InstanceType": SPEC, "StartTime": told}
    server.answers = [answer(Instances={"Instance": [machine]})]
    (vm,) = alibaba.connection.vm.list()
    assert (vm.started.minute if vm.started else None) == minute
    assert vm.started is None or vm.started.tzinfo is not None


@pytest.mark.parametrize(("mode", "sent"), [("", "StopCharging"), ("KeepCharging", "KeepCharging")])
def test_a_vm_is_stopped_as_the_region_says(server: Wire, mode: str, sent: str) -> None:
    alibaba = connect(server.url, StoppedMode=mode)
    server.answers = [answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": "Running"}]}), answer()]
    assert alibaba.connection.vm.suspend(Ref("machine", "i-1"), Attempt("token")) is VmStatus.SUSPENDING
    assert parameters(server.seen[-1])["StoppedMode"] == sent


@pytest.mark.parametrize(("status", "force"), [("Running", "true"), ("Stopped", None)])
def test_a_release_is_forced_only_where_the_vm_is_not_stopped(
    server: Wire, alibaba: Alibaba, status: str, force: str | None
) -> None:
    server.answers = [answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": status}]}), answer()]
    assert isinstance(alibaba.connection.vm.delete(Ref("machine", "i-1"), Attempt("token")), Wait)
    sent = parameters(server.seen[-1])
    assert (sent["Action"], sent.get("Force")) == ("DeleteInstance", force)


@pytest.mark.parametrize("verb", ["suspend", "resume", "reboot"])
def test_a_verb_that_another_change_bars_is_waited_for(server: Wire, alibaba: Alibaba, verb: str) -> None:
    now = "Stopped" if verb == "resume" else "Running"
    busy = error(403, "IncorrectInstanceStatus", "The current status of the resource does not support this operation.")
    server.answers = [answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": now}]}), busy]
    waiting = getattr(alibaba.connection.vm, verb)(Ref("machine", "i-1"), Attempt("token"))
    assert isinstance(waiting, Wait)
    assert "IncorrectInstanceStatus" in waiting.reason


def test_no_stock_is_no_capacity(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [
        answer(Instances={"Instance": [{"InstanceId": "i-1", "Status": "Stopped"}]}),
        error(403, "OperationDenied.NoStock", "The resource is out of stock in the specified zone."),
    ]
    with pytest.raises(NoCapacity):
        alibaba.connection.vm.resume(Ref("machine", "i-1"), Attempt("token"))


def test_a_key_pair_of_that_name_is_not_taken_over(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [error(400, "KeyPair.AlreadyExist", "The key pair already exist.")]
    with pytest.raises(AlreadyExists):
        alibaba.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), Attempt("token"))


def test_a_refused_zone_names_the_field(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [vpcs(VPC), error(404, "InvalidZoneId.NotFound", "Specified value of ZoneId is not exists.")]
    with pytest.raises(SpiderError) as refused:
        alibaba.connection.vpc.add_subnet(
            Ref("net", "vpc-1"), SubnetRequest("a", "10.0.1.0/24", f"{ZONE}x"), Attempt("token")
        )
    assert refused.value.field == "zone"


def test_a_vpc_that_is_gone_is_a_missing_reference_of_a_group(server: Wire, alibaba: Alibaba) -> None:
    server.answers = [error(404, "InvalidVpcId.NotFound", "The specified parameter VpcId does not exist.")]
    request = SecurityGroupRequest("group", Ref("net", "vpc-1"))
    with pytest.raises(SpiderError) as refused:
        alibaba.connection.security_group.create(request, Attempt("token"))
    assert refused.value.field == "vpc"
