"""A full look at a cloud: what carries Spider's tokens, held against the identities and the operations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from spider_drivers.contract import VmStatus
from spider_drivers.mock.cloud import Knobs

from chalicelib.catalogue.asked import Finding
from chalicelib.engine.identities import Identities, State
from chalicelib.engine.operations import Operations
from chalicelib.store import IDENTITIES, OPERATIONS, Delete, Update

from .house import VPC, House
from .test_last_look import Post, refused

CIDR = "10.9.0.0/16"


def reconcile(house: House, *remove: str) -> list[Finding]:
    found: list[Finding] = house.do("reconcile", {"ConnectionName": "mock", "Remove": list(remove)})
    return found


def make_at_cloud(house: House, token: str, name: str = "vpc-x") -> str:
    """A VPC that carries a token, made by somebody else."""
    params = {"name": name, "cidr": CIDR, "tags": {"spider-token": token}}
    made = house.cloud.call("create_vpc", params, Knobs(), house.clock.now())
    return str(made["id"])


def forget(house: House, operation: str) -> None:
    """As a table that was restored, or a row that has expired."""
    house.engine.store.write(Delete(OPERATIONS, (operation,)))


def test_where_all_is_known_there_is_nothing_to_tell(house: House) -> None:
    house.make_all()
    before = house.contents
    assert reconcile(house) == []
    named = reconcile(house, _token(house, "vpc-01"))
    assert {(one.kind, one.found, one.done) for one in named} == {
        ("vpc", "Named", "Reported"),
        ("subnet", "Named", "Reported"),
    }
    assert house.contents == before


def test_what_a_failed_create_has_left_is_removed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    failed = refused(house)
    post.deliver()
    (vpc_id,) = house.contents
    (finding,) = reconcile(house)
    assert (finding.found, finding.done, finding.iid.id) == ("Left", "Removed", vpc_id)
    assert failed.id in finding.why
    assert house.contents == {}
    removal = house.operation(finding.operation)
    assert (removal.verb, removal.state, removal.iid.name) == ("delete_csp", "SUCCEEDED", "vpc-01")


def test_what_a_failed_add_of_a_subnet_has_left_is_removed_though_its_name_has_been_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.make("vpc", VPC)
    post = Post(house, monkeypatch, "create_subnet")
    subnet = {"ConnectionName": "mock", "ReqInfo": {"Name": "b", "IPv4_CIDR": "10.0.2.0/24"}}
    house.region(Fail="create_subnet:Refused")
    with pytest.raises(Exception, match="told to"):
        house.do("add_subnet", subnet, "vpc-01")
    again = {"ConnectionName": "mock", "ReqInfo": {"Name": "b", "IPv4_CIDR": "10.0.3.0/24"}}
    house.do("add_subnet", again, "vpc-01")
    before = house.contents
    post.deliver()
    (finding,) = reconcile(house)
    assert (finding.kind, finding.found, finding.done) == ("subnet", "Left", "Removed")
    assert house.contents == before
    assert [one.iid.name for one in house.on("get_vpc", "vpc-01").subnets] == ["a", "b"]


def test_what_nobody_knows_of_is_told_and_removed_only_when_asked(house: House) -> None:
    token = uuid.uuid4().hex
    vpc_id = make_at_cloud(house, token)
    (finding,) = reconcile(house)
    assert (finding.found, finding.done, finding.iid.id, finding.token) == ("Unknown", "Reported", vpc_id, token)
    assert "POST /spider/regvpc" in finding.why
    assert vpc_id in house.contents
    (finding,) = reconcile(house, token)
    assert (finding.found, finding.done) == ("Unknown", "Removed")
    assert house.contents == {}
    assert reconcile(house) == []


def test_what_has_been_adopted_is_no_finding_and_what_has_been_forgotten_is(house: House) -> None:
    vpc = house.make("vpc", VPC)
    house.do("unregister_vpc", {"ConnectionName": "mock"}, "vpc-01")
    found = {(one.kind, one.found, one.done) for one in reconcile(house)}
    assert found == {("vpc", "Deleted", "Reported"), ("subnet", "Deleted", "Reported")}
    house.do("register_vpc", {"ConnectionName": "mock", "ReqInfo": {"Name": "mine", "CSPId": vpc.iid.id}})
    assert reconcile(house) == []


def test_another_connection_s_is_no_finding(house: House) -> None:
    names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
    house.do("create_connection", {"ConfigName": "other", "ProviderName": "MOCK", **names})
    house.make("vpc", VPC)
    assert house.do("reconcile", {"ConnectionName": "other"}) == []
    forget(house, next(iter(Identities(house.engine.store).of_connection("mock").all)).token)
    assert house.do("reconcile", {"ConnectionName": "other"}) == []


def test_what_is_being_made_is_left_alone_even_if_asked(house: House) -> None:
    house.region(Fail="create_subnet:Throttled:always")
    accepted = house.make("vpc", VPC, respond_async=True)
    house.engine.queue.wait("", lambda: False, 10)
    assert reconcile(house) == []
    (finding,) = reconcile(house, accepted.operation)
    assert (finding.found, finding.done) == ("Busy", "Reported")
    house.region()
    house.engine.queue.wait("", lambda: False, 60)
    assert sorted(house.contents.values()) == ["subnet", "vpc"]


def test_what_was_made_twice_is_told(house: House) -> None:
    vpc = house.make("vpc", VPC)
    double = make_at_cloud(house, _token(house, "vpc-01"))
    (finding,) = reconcile(house, _token(house, "vpc-01"))
    assert (finding.found, finding.done, finding.iid.id) == ("Double", "Reported", double)
    assert vpc.iid.id in finding.why
    assert house.do("delete_csp_vpc", {"ConnectionName": "mock"}, double)
    assert reconcile(house) == []
    assert vpc.iid.id in house.contents


def _token(house: House, name: str) -> str:
    held = Identities(house.engine.store).find("mock", "vpc", name)
    assert held
    return held.token


def test_parts_without_a_kind_go_with_what_they_belong_to(house: House) -> None:
    house.make_all()
    house.do("unregister_vm", {"ConnectionName": "mock"}, "vm-01")
    found = reconcile(house)
    assert {(one.kind, one.part) for one in found} == {("vm", ""), ("vm", "address")}
    (token,) = {one.token for one in found}
    assert {one.done for one in reconcile(house, token)} == {"Removed"}
    assert sorted(house.contents.values()) == ["key_pair", "security_group", "subnet", "vpc"]


@pytest.mark.parametrize("gone", [True, False], ids=["its row is gone", "it is over"])
@pytest.mark.parametrize("state", [State.CREATING, State.DELETING, State.ACTIVE])
def test_an_identity_whose_operation_will_never_end_it_is_set_right(house: House, state: State, gone: bool) -> None:
    vpc = house.make("vpc", VPC)
    operation = _hold(house, "vpc-01", state, gone)
    findings = {one.kind: one for one in reconcile(house)}
    finding = findings["vpc"]
    assert (finding.found, finding.done) == ("Stuck", "Freed" if state == State.ACTIVE else "Removed")
    assert operation in finding.why
    if state == State.ACTIVE:
        assert vpc.iid.id in house.contents
        assert house.on("delete_vpc", "vpc-01").done
    assert house.contents == {}
    house.make("vpc", VPC)
    assert reconcile(house) == []


def _hold(house: House, name: str, state: State, gone: bool) -> str:
    """The identity as it was before an operation that nobody works on any more."""
    held = Identities(house.engine.store).find("mock", "vpc", name)
    assert held
    operation = uuid.uuid4().hex if gone else held.token
    made = state != State.CREATING
    change = {"state": state.value, "operation": operation, "system_id": held.system_id if made else None}
    house.engine.store.write(Update(IDENTITIES, (held.connection, held.key), change))
    return operation


def test_a_subnet_that_is_stuck_goes_alone(house: House) -> None:
    house.make("vpc", VPC)
    before = house.contents
    subnet = {"ConnectionName": "mock", "ReqInfo": {"Name": "b", "IPv4_CIDR": "10.0.2.0/24"}}
    house.do("add_subnet", subnet, "vpc-01")
    held = Identities(house.engine.store).find("mock", "subnet", "b", "vpc-01")
    assert held
    change = {"state": "CREATING", "operation": held.token, "system_id": None}
    forget(house, held.token)
    house.engine.store.write(Update(IDENTITIES, (held.connection, held.key), change))
    _hold(house, "vpc-01", State.ACTIVE, gone=True)
    assert [(one.kind, one.done) for one in reconcile(house)] == [("vpc", "Freed"), ("subnet", "Removed")]
    assert house.contents == before
    assert [one.iid.name for one in house.on("get_vpc", "vpc-01").subnets] == ["a"]


def test_what_an_operation_works_on_is_not_stuck(house: House) -> None:
    house.make_all()
    house.region(Fail="suspend_vm:Throttled:always")
    house.do("control_vm", {"ConnectionName": "mock", "action": "suspend"}, "vm-01", respond_async=True)
    house.engine.queue.wait("", lambda: False, 10)
    assert reconcile(house) == []
    house.region()
    house.engine.queue.wait("", lambda: False, 60)
    assert house.on("get_vm_status", "vm-01") == VmStatus.SUSPENDED


def test_a_removal_that_the_cloud_refuses_is_told(house: House) -> None:
    token = uuid.uuid4().hex
    make_at_cloud(house, token)
    house.region(Fail="delete_vpc:Refused:always")
    (finding,) = reconcile(house, token)
    assert finding.done == "Failed"
    assert "told to" in finding.why
    assert house.operation(finding.operation).state == "FAILED"


def test_the_job_looks_at_every_connection_though_one_is_out_of_order(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    refused(house)
    post.deliver()
    bad = {"CredentialName": "x", "ProviderName": "MOCK", "KeyValueInfoList": [{"Key": "MockName", "Value": "else"}]}
    house.do("create_credential", bad)
    names = {"DriverName": "d", "CredentialName": "x", "RegionName": "r"}
    house.do("create_connection", {"ConfigName": "a-first", "ProviderName": "MOCK", **names})
    house.do("delete_credential", None, "x")
    with caplog.at_level("WARNING", logger="spider.reconciling"):
        house.engine.reconciling.reconcile_all()
    house.engine.queue.wait("", lambda: False, 60)
    assert house.contents == {}
    assert any("a-first" in record.getMessage() for record in caplog.records)


def test_it_costs_one_list_of_each_kind(house: House) -> None:
    house.make_all()
    before = house.cloud.seen.copy()
    reconcile(house)
    assert dict(house.cloud.seen - before) == dict.fromkeys(
        (f"describe_{word}" for word in ["vpcs", "subnets", "security_groups", "key_pairs", "vms", "addresses"]), 1
    )


def test_an_operation_that_ends_while_it_is_looked_at_leaves_no_finding(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.region(Fail="create_subnet:Throttled:always")
    house.make("vpc", VPC, respond_async=True)
    house.engine.queue.wait("", lambda: False, 10)
    real = Operations.rows

    def rows(self: Operations, ids: Sequence[str]) -> dict[str, Any]:
        """Slow: in the meantime the create has ended."""
        house.region()
        house.engine.queue.wait("", lambda: False, 60)
        return real(self, ids)

    monkeypatch.setattr(Operations, "rows", rows)
    assert reconcile(house) == []
    assert sorted(house.contents.values()) == ["subnet", "vpc"]
