"""The mock cloud itself: its refusals, its knobs, and faults told to it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from spider_drivers.conformance import Bench, Cloud, public_key
from spider_drivers.contract import (
    Attempt,
    ConnectionInfo,
    InUse,
    Invalid,
    KeyPairRequest,
    NoAnswer,
    NoCapacity,
    Refused,
    SpiderError,
    Throttled,
    Unreachable,
    VmStatus,
    Wait,
)
from spider_drivers.mock import MockDriver, faults
from spider_drivers.mock.cloud import MockCloud, fresh_name
from spider_drivers.mock.cloud import cloud as cloud_named
from spider_drivers.mock.faults import Fault, WireError
from spider_drivers.mock.knobs import Knobs

NAME = "MockName"


def mock(**keys: str) -> Cloud:
    info = ConnectionInfo("mock-connection", "MOCK", {NAME: fresh_name()}, keys)
    cloud = Cloud(MockDriver(), info, image="mock-vmimage-01", spec="mock-vmspec-01")
    cloud.contents = lambda: set(cloud_of(cloud).contents(cloud.clock.now()))
    return cloud


def cloud_of(cloud: Cloud) -> MockCloud:
    return cloud_named(cloud.info.credential[NAME])


def call(cloud: Cloud, api: str, **params: object) -> dict[str, object]:
    return cloud_of(cloud).call(api, params, Knobs(), cloud.clock.now())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("run_vm:Refused", Fault("run_vm", "Refused")),
        ("create_subnet:2:Throttled", Fault("create_subnet", "Throttled", nth=2)),
        ("create_vpc:NoAnswer", Fault("create_vpc", "NoAnswer", after=True)),
        ("create_vpc:before:NoAnswer", Fault("create_vpc", "NoAnswer")),
        ("delete_vpc:3:after:Unavailable:always", Fault("delete_vpc", "Unavailable", 3, after=True, always=True)),
    ],
)
def test_a_fault_is_told_in_a_word(text: str, rule: Fault) -> None:
    assert faults.parse(f" {text}, ") == (rule,)


@pytest.mark.parametrize("text", ["run_vm", ":Refused", "run_vm:x:Refused", "run_vm:1:2:Refused", "run_vm:always"])
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        faults.parse(text)
    with pytest.raises(Invalid):
        mock(Fail=text).new_connection()


@pytest.mark.parametrize("keys", [{"PageSize": "0"}, {"PageSize": "x"}, {"LagSeconds": "soon"}])
def test_a_wrong_knob_is_invalid(keys: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        mock(**keys).new_connection()


@pytest.mark.parametrize(
    ("word", "error"),
    [("Refused", Refused), ("NoCapacity", NoCapacity), ("Throttled", Throttled), ("Unreachable", Unreachable)],
)
def test_a_fault_happens_once_and_the_call_does_nothing(word: str, error: type[SpiderError]) -> None:
    cloud = mock(Fail=f"create_vpc:{word}")
    bench = Bench(cloud)
    request = bench.request("vpc")
    with pytest.raises(error) as told:
        cloud.connection.handler("vpc").create(request, Attempt("token", clock=cloud.clock))
    assert told.value.code
    assert bench.contents() == set()
    bench.create("vpc", request)
    assert len(bench.list("vpc")) == 1


def test_a_fault_that_is_always_there_does_not_end() -> None:
    cloud = mock(Fail="create_vpc:2:InsufficientCapacity:always")
    bench = Bench(cloud)
    bench.create("vpc")
    for _ in range(2):
        with pytest.raises(NoCapacity):
            bench.create("vpc")


@pytest.mark.parametrize("api", ["create_vpc", "create_subnet", "create_subnet:2"])
@pytest.mark.parametrize("lag", ["0", "10"])
def test_a_lost_answer_makes_no_second_vpc(api: str, lag: str) -> None:
    cloud = mock(Fail=f"{api}:NoAnswer", LagSeconds=lag)
    with Bench(cloud) as bench:
        assert len(bench.create("vpc").subnets) == 2
        assert len(bench.contents()) == 3


@pytest.mark.parametrize("api", ["run_vm", "allocate_address"])
def test_a_lost_answer_makes_no_second_vm(api: str) -> None:
    cloud = mock(Fail=f"{api}:NoAnswer", LagSeconds="10")
    with Bench(cloud) as bench:
        bench.create("vm")
        kinds = list(cloud_of(cloud).contents(cloud.clock.now()).values())
        assert (kinds.count("vm"), kinds.count("address")) == (1, 1)


@pytest.mark.parametrize("fail", ["terminate_vm:NoAnswer", "release_address:Throttled", "delete_subnet:2:Unavailable"])
def test_a_fault_in_a_delete_leaves_nothing(fail: str) -> None:
    with Bench(mock(Fail=fail)) as bench:
        bench.create("vm")


def test_states_take_their_time() -> None:
    cloud = mock(TransitionSeconds="30")
    bench = Bench(cloud)
    request, began = bench.request("vm"), cloud.clock.now()
    ref = bench.ref("vm", bench.create("vm", request))
    assert (cloud.clock.now() - began).total_seconds() >= 30
    bench.operation().run(lambda connection, attempt: connection.handler("vm").suspend(ref, attempt))
    assert bench.get("vm", ref).status is VmStatus.SUSPENDING
    cloud.wait(30)
    assert bench.get("vm", ref).status is VmStatus.SUSPENDED
    handler = cloud.connection.handler("vm")
    assert isinstance(handler.delete(ref, Attempt("token", clock=cloud.clock)), Wait)
    assert bench.get("vm", ref).status is VmStatus.TERMINATING


def test_reads_lag() -> None:
    cloud = mock(LagSeconds="10")
    call(cloud, "create_vpc", name="late", cidr="10.0.0.0/16", tags={})
    bench = Bench(cloud)
    assert bench.list("vpc") == []
    cloud.wait(10)
    assert [vpc.iid.name for vpc in bench.list("vpc")] == ["late"]


def test_latency_is_in_the_records() -> None:
    cloud = mock(LatencySeconds="2.5")
    cloud.connection.check()
    assert [(record.api, record.elapsed) for record in cloud.records] == [("describe_account", 2.5)]


def test_one_name_is_one_cloud() -> None:
    cloud, other = mock(), mock()
    made = Bench(cloud).create("vpc")
    again = Cloud(cloud.driver, cloud.info, clock=cloud.clock)
    assert [vpc.iid for vpc in Bench(again).list("vpc")] == [made.iid]
    assert Bench(other).list("vpc") == []


def test_what_is_in_use_is_not_deleted_by_the_cloud_either() -> None:
    cloud = mock()
    bench = Bench(cloud)
    vm = bench.create("vm")
    for api, params in (
        ("delete_vpc", {"vpc_id": vm.vpc.id}),
        ("delete_subnet", {"subnet_id": vm.subnet.id}),
        ("delete_security_group", {"group_id": vm.security_groups[0].id}),
    ):
        with pytest.raises(WireError, match="DependencyViolation"):
            call(cloud, api, **params)


def test_a_vpc_in_use_by_a_group_is_not_deleted() -> None:
    bench = Bench(mock())
    bench.create("security_group")
    ref = bench.ref("vpc", bench.shared("vpc"))
    with pytest.raises(InUse):
        bench.operation().run(bench.deleting("vpc", ref))


def test_an_unknown_action_is_refused() -> None:
    for api in ("fly", "_new", "named"):
        with pytest.raises(WireError, match="InvalidAction"):
            call(mock(), api)


def test_a_client_token_serves_one_request() -> None:
    cloud = mock()
    subnet = Bench(cloud).create("vpc").subnets[0].iid.id
    params = {"image": "mock-vmimage-01", "spec": "mock-vmspec-01", "subnet_id": subnet, "name": "a", "tags": {}}
    params |= {"security_group_ids": [], "key_id": "", "disk_gib": 8, "client_token": "one"}
    first = call(cloud, "run_vm", **params)
    assert call(cloud, "run_vm", **params)["id"] == first["id"]
    with pytest.raises(WireError, match="IdempotencyMismatch"):
        call(cloud, "run_vm", **{**params, "name": "b"})


def test_one_of_many_at_a_time_gets_the_name() -> None:
    cloud = mock()
    requests = [KeyPairRequest("wanted", public_key()) for _ in range(20)]

    def create(request: KeyPairRequest) -> str:
        try:
            call(cloud, "import_key_pair", name="wanted", public_key=request.public_key, tags={})
        except WireError as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(create, requests))
    assert sorted(answers) == ["KeyPairDuplicate"] * 19 + ["made"]


def test_lost_answers_are_typed() -> None:
    cloud = mock(Fail="describe_account:NoAnswer")
    with pytest.raises(NoAnswer):
        cloud.connection.check()
    assert cloud.records[-1].error_code == "NoAnswer"


def test_the_driver_alone_loads_no_cloud() -> None:
    script = "import sys, spider_drivers.mock as m; m.MockDriver(); print('spider_drivers.mock.cloud' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
