"""What the Cloudit driver makes of what is asked for, on the emulated Cloudit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from spider_drivers.cloudit import CloudItDriver, marks
from spider_drivers.contract import (
    EVERYTHING_OUT,
    NOWHERE,
    AlreadyExists,
    Direction,
    InUse,
    Invalid,
    NoAnswer,
    NoCapacity,
    NotFound,
    Platform,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SubnetRequest,
    Unavailable,
    Unsupported,
    VmStatus,
    VpcRequest,
    Wait,
)

from cloud_twin.cloudit.catalogue import fixed_id
from cloud_twin.faults import Rule as Fault
from tests.drivers.cloudit_support import CIDR, IMAGE, Cloudit, Emulated, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, an_attempt, done, make_group, make_vm, ref

SSH = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
WEB = Rule(Direction.INBOUND, Protocol.TCP, 80, 443, "10.0.0.0/8")
FOREIGN = {"name": "of-somebody", "addr": "10.0.12.0", "prefix": "22"}


@pytest.fixture(scope="module")
def emulation() -> Iterator[Emulated]:
    with emulated() as found:
        yield found


@pytest.fixture
def cloudit(emulation: Emulated) -> Iterator[Cloudit]:
    with fresh(emulation) as found:
        yield found


def _names(cloudit: Cloudit, path: str) -> list[str]:
    return [one["name"] for one in cloudit.call("GET", path)]


# VPCs and subnets


def test_a_subnet_s_name_at_the_cloud_bears_spider_s_mark(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit, "10.0.4.0/22", "10.0.8.0/22")
    assert (vpc.iid.name, vpc.iid.id, vpc.cidr) == ("", "Default-VPC", CIDR)
    assert [(one.iid.name, one.cidr) for one in vpc.subnets] == [("net-1", "10.0.4.0/22"), ("net-2", "10.0.8.0/22")]
    own = [name for name in _names(cloudit, "dna/subnets") if name != "Default Network"]
    assert [marks.unmarked(name) for name in own] == ["net-1", "net-2"]
    assert len({name.rpartition("-")[2] for name in own}) == 1, "both are of one operation"


def test_there_is_no_vpc_before_spider_has_made_a_subnet(cloudit: Cloudit) -> None:
    cloudit.call("POST", "dna/subnets", body=FOREIGN)
    assert cloudit.connection.vpc.list() == []
    with pytest.raises(NotFound):
        cloudit.connection.vpc.get(Ref("net", "Default-VPC"))


def test_subnets_of_others_are_neither_shown_nor_removed(cloudit: Cloudit) -> None:
    cloudit.call("POST", "dna/subnets", body=FOREIGN)
    vpc = make_vpc(cloudit)
    assert [subnet.iid.name for subnet in vpc.subnets] == ["net-1"]
    done(lambda attempt: cloudit.connection.vpc.delete(ref(vpc), attempt))
    assert _names(cloudit, "dna/subnets") == ["Default Network", "of-somebody"]


def test_a_vpc_takes_subnets_along_that_were_added_later(cloudit: Cloudit) -> None:
    vpc, more = make_vpc(cloudit), SubnetRequest("more", "10.0.8.0/22")
    grown = done(lambda attempt: cloudit.connection.vpc.add_subnet(ref(vpc), more, attempt))
    assert [subnet.iid.name for subnet in grown.subnets] == ["net-1", "more"]
    done(lambda attempt: cloudit.connection.vpc.delete(ref(vpc), attempt))
    assert _names(cloudit, "dna/subnets") == ["Default Network"]


@pytest.mark.parametrize(
    "cidr", ["10.0.4.0/24", "10.0.5.0/22", "10.0.252.0/22", "10.1.4.0/22", "10.0.0.0/16", "fd00::/22", "nonsense", ""]
)
def test_a_subnet_that_cloudit_would_not_make_is_invalid(cloudit: Cloudit, cidr: str) -> None:
    request = VpcRequest("net", CIDR, (SubnetRequest("a", cidr),))
    with pytest.raises(Invalid) as refused:
        cloudit.connection.vpc.create(request, an_attempt())
    assert refused.value.field == "subnets"
    assert cloudit.records == []


@pytest.mark.parametrize("cidr", ["192.168.0.0/16", "10.0.0.0/8", "10.300.0.0/16", ""])
def test_the_vpc_has_the_range_that_it_has(cloudit: Cloudit, cidr: str) -> None:
    with pytest.raises(Invalid) as refused:
        cloudit.connection.vpc.create(VpcRequest("net", cidr, (SubnetRequest("a", "10.0.4.0/22"),)), an_attempt())
    assert refused.value.field == "cidr"


def test_a_vpc_needs_subnets_of_different_names(cloudit: Cloudit) -> None:
    twins = (SubnetRequest("a", "10.0.4.0/22"), SubnetRequest("a", "10.0.8.0/22"))
    for subnets in ((), twins):
        with pytest.raises(Invalid):
            cloudit.connection.vpc.create(VpcRequest("net", CIDR, subnets), an_attempt())


@pytest.mark.parametrize("name", ["", " ", "n" * 32])
def test_a_subnet_s_name_leaves_room_for_the_mark(cloudit: Cloudit, name: str) -> None:
    request = VpcRequest("net", CIDR, (SubnetRequest(name, "10.0.4.0/22"),))
    with pytest.raises(Invalid):
        cloudit.connection.vpc.create(request, an_attempt())
    longest = replace(request, subnets=(SubnetRequest("n" * 31, "10.0.4.0/22"),))
    made = done(lambda attempt: cloudit.connection.vpc.create(longest, attempt))
    assert made.subnets[0].iid.name == "n" * 31


def test_an_address_of_somebody_s_is_named_before_anything_is_made(cloudit: Cloudit) -> None:
    cloudit.call("POST", "dna/subnets", body=FOREIGN)
    subnets = (SubnetRequest("a", "10.0.4.0/22"), SubnetRequest("b", "10.0.12.0/22"))
    with pytest.raises(Invalid, match="of-somebody"):
        cloudit.connection.vpc.create(VpcRequest("net", CIDR, subnets), an_attempt())
    assert _names(cloudit, "dna/subnets") == ["Default Network", "of-somebody"]


def test_undoing_takes_nothing_that_has_come_in_its_place(cloudit: Cloudit) -> None:
    given = an_attempt("dead")
    request = VpcRequest("net", CIDR, (SubnetRequest("a", "10.0.12.0/22"),))
    done(lambda attempt: cloudit.connection.vpc.create(request, attempt), given)
    cloudit.call("DELETE", "dna/subnets/{}", "10.0.12.0")
    cloudit.call("POST", "dna/subnets", body=FOREIGN)
    undoing = an_attempt("dead", parts=given.parts)
    done(lambda attempt: cloudit.connection.vpc.delete(Ref("net", None, "dead"), attempt), undoing)
    assert _names(cloudit, "dna/subnets") == ["Default Network", "of-somebody"]


def test_what_is_not_shown_yet_is_undone_by_what_was_noted(emulation: Emulated, cloudit: Cloudit) -> None:
    given = an_attempt("refused")
    emulation.twin.rules.add(Fault(lag=600.0))
    emulation.cloud.settings.quotas = {"subnets": 2}
    subnets = (SubnetRequest("a", "10.0.4.0/22"), SubnetRequest("b", "10.0.8.0/22"))
    with pytest.raises(NoCapacity):
        cloudit.connection.vpc.create(VpcRequest("net", CIDR, subnets), given)
    undoing = an_attempt("refused", parts=given.parts)
    done(lambda attempt: cloudit.connection.vpc.delete(Ref("net", None, "refused"), attempt), undoing)
    assert len([one for one in emulation.contents() if "/subnets/" in one]) == 1


def test_the_last_subnet_is_the_vpc(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    with pytest.raises(InUse):
        cloudit.connection.vpc.remove_subnet(ref(vpc), ref(vpc.subnets[0]), an_attempt())


def test_a_vpc_with_somebody_s_server_in_it_stays(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    make_vm(cloudit, vm_request(vpc))
    with pytest.raises(InUse, match="vm"):
        cloudit.connection.vpc.delete(ref(vpc), an_attempt())


def test_a_vpc_with_a_protected_subnet_stays_whole(emulation: Emulated, cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit, "10.0.4.0/22", "10.0.8.0/22")
    emulation.cloud.centre.get(f"tnt0009/subnets/{vpc.subnets[0].iid.id}").body["protection"] = 1
    with pytest.raises(Refused, match="protected"):
        cloudit.connection.vpc.delete(ref(vpc), an_attempt())
    assert len(cloudit.connection.vpc.get(ref(vpc)).subnets) == 2


def test_where_cloudit_keeps_nothing_of_tags_they_are_refused(cloudit: Cloudit) -> None:
    tags = {"stage": "test"}
    vpc = make_vpc(cloudit)
    with pytest.raises(Unsupported):
        cloudit.connection.vpc.create(VpcRequest("net", CIDR, (SubnetRequest("a", "10.0.4.0/22"),), tags), an_attempt())
    with pytest.raises(Unsupported):
        cloudit.connection.vpc.add_subnet(ref(vpc), SubnetRequest("b", "10.0.8.0/22", tags=tags), an_attempt())
    with pytest.raises(Unsupported):
        cloudit.connection.security_group.create(SecurityGroupRequest("web", ref(vpc), (SSH,), tags), an_attempt())


# Security groups


def test_a_group_without_outbound_rules_lets_everything_out(cloudit: Cloudit) -> None:
    vpc, out = make_vpc(cloudit), Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53)
    assert set(make_group(cloudit, vpc, SSH).rules) == {SSH, EVERYTHING_OUT}
    assert make_group(cloudit, vpc, name="nothing").rules == (EVERYTHING_OUT,)
    assert make_group(cloudit, vpc, out, name="little").rules == (out,)


@pytest.mark.parametrize("name", ["web", "WEB"])
def test_a_group_s_name_is_taken_whatever_its_case(cloudit: Cloudit, name: str) -> None:
    vpc = make_vpc(cloudit)
    make_group(cloudit, vpc, name="web")
    with pytest.raises(AlreadyExists):
        make_group(cloudit, vpc, name=name)


def test_rules_that_cloudit_lacks_are_refused(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    with pytest.raises(Unsupported) as refused:
        make_group(cloudit, vpc, Rule(Direction.INBOUND, Protocol.ICMP, -1, -1))
    assert refused.value.field == "rules"
    with pytest.raises(Invalid):
        make_group(cloudit, vpc, replace(SSH, cidr="::/0"))


def test_the_group_that_a_tenant_has_by_itself_is_shown(cloudit: Cloudit) -> None:
    (group,) = cloudit.connection.security_group.list()
    assert (group.iid.name, set(group.rules)) == ("SSH", {SSH, EVERYTHING_OUT})


def test_when_a_rule_is_refused_those_before_it_are_taken_back(emulation: Emulated, cloudit: Cloudit) -> None:
    group = make_group(cloudit, make_vpc(cloudit), SSH)
    emulation.twin.rules.add(Fault(api="POST /iam/securitygroups/{id}/inbound", first=2, status=403, code="ODD"))
    more = RulesRequest((WEB, replace(WEB, protocol=Protocol.UDP)))
    with pytest.raises(Refused):
        cloudit.connection.security_group.add_rules(ref(group), more, an_attempt())
    assert cloudit.connection.security_group.get(ref(group)).rules == group.rules


def test_what_was_refused_is_taken_back_after_a_death_too(emulation: Emulated, cloudit: Cloudit) -> None:
    group, given = make_group(cloudit, make_vpc(cloudit), SSH), an_attempt()
    more = RulesRequest((WEB, replace(WEB, protocol=Protocol.UDP)))
    emulation.twin.rules.add(Fault(api="POST /iam/securitygroups/{id}/inbound", first=2, times=1, status=403))
    emulation.twin.rules.add(Fault(api="DELETE /iam/securitygroups/{id}/{id}", times=1, lose="before"))
    add = cloudit.connection.security_group.add_rules
    with pytest.raises(NoAnswer):
        add(ref(group), more, given)
    with pytest.raises(Refused):
        add(ref(group), more, an_attempt(given.token, parts=given.parts, unclean_since=given.clock.now()))
    assert cloudit.connection.security_group.get(ref(group)).rules == group.rules


def test_when_a_removal_is_refused_what_was_removed_comes_back(emulation: Emulated, cloudit: Cloudit) -> None:
    group = make_group(cloudit, make_vpc(cloudit), SSH, WEB)
    emulation.twin.rules.add(Fault(api="DELETE /iam/securitygroups/{id}/{id}", first=2, status=403, code="ODD"))
    with pytest.raises(Refused):
        cloudit.connection.security_group.remove_rules(ref(group), RulesRequest((SSH, WEB)), an_attempt())
    assert set(cloudit.connection.security_group.get(ref(group)).rules) == set(group.rules)


# VMs


def test_a_vm_is_all_that_was_asked_for(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    group = make_group(cloudit, vpc, SSH)
    more: dict[str, Any] = {"key_pair": Ref("key", "key"), "public_key": PUBLIC_KEY, "tags": {"stage": "test"}}
    vm = make_vm(cloudit, vm_request(vpc, group, **more))
    assert (vm.status, vm.spec, vm.image.name, vm.platform) == (VmStatus.RUNNING, "small-1", IMAGE, Platform.LINUX)
    assert (vm.private_ip, vm.public_ip[:10]) == ("10.0.4.2", "198.19.200")
    assert (vm.key_pair.id, vm.tags, vm.root_disk_gib) == ("key", {"stage": "test"}, 50)
    assert [one.id for one in vm.security_groups] == [group.iid.id]
    assert cloudit.connection.vm.list() == [vm]
    server = cloudit.call("GET", "ace/servers/{}", vm.iid.id)
    assert server["sshPublicKey"] == PUBLIC_KEY
    nics = cloudit.call("GET", "ace/servers/{}/nics", vm.iid.id)
    assert [one["secgroup_id"] for one in nics[0]["secgroupMapInfo"]] == [group.iid.id]


def test_the_password_is_random_and_told_to_nobody(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    made = [make_vm(cloudit, vm_request(vpc, name=name)) for name in ("one", "two")]
    passwords = [cloudit.call("GET", "ace/servers/{}", vm.iid.id)["rootPassword"] for vm in made]
    assert len(set(passwords)) == 2
    assert all(len(one) == 24 for one in passwords)
    shown = f"{made!r} {cloudit.connection.vm.list()!r} {cloudit.records!r}"
    assert not any(password in shown for password in passwords)


def test_a_given_password_is_the_root_s(cloudit: Cloudit) -> None:
    vm = make_vm(cloudit, vm_request(make_vpc(cloudit), password="Canary-4711"))
    assert cloudit.call("GET", "ace/servers/{}", vm.iid.id)["rootPassword"] == "Canary-4711"
    assert "Canary-4711" not in f"{vm!r} {cloudit.records!r}"


def test_windows_needs_a_password_and_gets_no_key(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    windows: dict[str, Any] = {"image": Ref("windows-2019"), "public_key": PUBLIC_KEY}
    with pytest.raises(Invalid) as refused:
        make_vm(cloudit, vm_request(vpc, **windows))
    assert refused.value.field == "password"
    vm = make_vm(cloudit, vm_request(vpc, name="a_long.name-of-a-host", password="Canary-4711", **windows))
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "Administrator", 3389)
    server = cloudit.call("GET", "ace/servers/{}", vm.iid.id)
    assert (server["hostName"], server["sshPublicKey"]) == ("a-long-name-of", "")


@pytest.mark.parametrize("more", [{"root_disk_type": "ssd"}, {"root_disk_gib": 100}])
def test_a_root_disk_cannot_be_chosen(cloudit: Cloudit, more: dict[str, Any]) -> None:
    with pytest.raises(Unsupported) as refused:
        make_vm(cloudit, vm_request(make_vpc(cloudit), **more))
    assert refused.value.field in more


@pytest.mark.parametrize("name", ["vm", "VM"])
def test_a_vm_s_name_is_taken_whatever_its_case(cloudit: Cloudit, name: str) -> None:
    vpc = make_vpc(cloudit)
    make_vm(cloudit, vm_request(vpc))
    with pytest.raises(AlreadyExists):
        make_vm(cloudit, vm_request(vpc, name=name))


def test_an_image_of_a_name_is_that_of_the_connection_s_cluster(emulation: Emulated, cloudit: Cloudit) -> None:
    for cluster in ("cluster01", "cluster02"):
        elsewhere = emulation.connect()
        elsewhere.connection.image._clusters._name = cluster
        assert elsewhere.connection.image.get(Ref("centos-7")).iid.id == fixed_id("templates", cluster, IMAGE)
        elsewhere.connection.close()
    assert cloudit.connection.spec.get(Ref("SMALL-1")).name == "small-1"
    assert cloudit.connection.spec.get(Ref(fixed_id("specs", "gpu-8"))).gpus[0].count == 1


def test_a_list_of_vms_costs_two_calls(cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    for number in range(3):
        make_vm(cloudit, vm_request(vpc, name=f"vm-{number}"))
    assert cloudit.apis_of(cloudit.connection.vm.list) == ["GET /ace/servers", "GET /dna/subnets"]
    assert cloudit.apis_of(cloudit.connection.vm.statuses) == ["GET /ace/servers"]


def test_a_server_of_somebody_s_is_a_vm_of_no_vpc(cloudit: Cloudit) -> None:
    body = {
        "templateId": fixed_id("templates", "cluster01", IMAGE),
        "specId": fixed_id("specs", "small-1"),
        "clusterId": fixed_id("clusters", "cluster01"),
        "name": "foreign",
        "hostName": "foreign",
        "rootPassword": "Canary-4711",
        "description": "words",
        "subnetAddr": "10.0.248.0",
        "secgroups": [],
    }
    cloudit.call("POST", "ace/servers", body=body)
    (vm,) = cloudit.connection.vm.list()
    assert (vm.iid.name, vm.vpc, vm.subnet.name, vm.tags) == ("foreign", NOWHERE, "Default Network", {})
    done(lambda attempt: cloudit.connection.vm.delete(ref(vm), attempt))
    assert cloudit.connection.vm.list() == []


def test_a_free_address_that_others_take_first_is_no_failure(emulation: Emulated, cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    emulation.twin.rules.add(Fault(api="POST /dna/adaptive-ips", times=2, status=409, code="TAKEN"))
    assert make_vm(cloudit, vm_request(vpc)).public_ip
    emulation.twin.rules.add(Fault(api="POST /dna/adaptive-ips", times=3, status=409, code="TAKEN"))
    given, request = an_attempt(), vm_request(vpc, name="other")
    with pytest.raises(Unavailable):
        done(lambda attempt: cloudit.connection.vm.create(request, attempt), given)
    assert done(lambda attempt: cloudit.connection.vm.create(request, attempt), given).public_ip


def test_an_address_given_by_a_lost_answer_is_found(emulation: Emulated, cloudit: Cloudit) -> None:
    request, given = vm_request(make_vpc(cloudit)), an_attempt()
    emulation.twin.rules.add(Fault(api="POST /dna/adaptive-ips", times=1, lose="after"))
    with pytest.raises(NoAnswer):
        done(lambda attempt: cloudit.connection.vm.create(request, attempt), given)
    again = an_attempt(given.token, parts=given.parts, unclean_since=given.clock.now())
    assert done(lambda attempt: cloudit.connection.vm.create(request, attempt), again).public_ip
    assert len(cloudit.call("GET", "dna/adaptive-ips")) == 1


def test_what_is_used_up_is_no_capacity(emulation: Emulated, cloudit: Cloudit) -> None:
    vpc = make_vpc(cloudit)
    emulation.cloud.settings.exhausted = ["small-1"]
    with pytest.raises(NoCapacity) as refused:
        make_vm(cloudit, vm_request(vpc))
    assert refused.value.code == "NO_CAPACITY"
    emulation.cloud.settings.exhausted = []
    emulation.cloud.settings.quotas = {"adaptive-ips": 0}
    with pytest.raises(NoCapacity) as refused:
        make_vm(cloudit, vm_request(vpc))
    assert refused.value.code == "QUOTA_EXCEEDED"


def test_a_vm_goes_with_its_address(cloudit: Cloudit) -> None:
    vm = make_vm(cloudit, vm_request(make_vpc(cloudit)))
    calls = cloudit.apis_of(lambda: done(lambda attempt: cloudit.connection.vm.delete(ref(vm), attempt)))
    changes = [api for api in calls if not api.startswith("GET")]
    assert changes == ["DELETE /dna/adaptive-ips/{id}", "DELETE /ace/servers/{id}"]
    assert cloudit.call("GET", "dna/adaptive-ips") == []


def test_an_undone_server_that_is_not_shown_yet_is_taken_away(emulation: Emulated, cloudit: Cloudit) -> None:
    given, request = an_attempt("cancelled"), vm_request(make_vpc(cloudit))
    emulation.twin.rules.add(Fault(api="POST /ace/servers", lag=600.0))
    assert isinstance(cloudit.connection.vm.create(request, given), Wait)
    assert cloudit.connection.vm.list() == []
    undoing = an_attempt("cancelled", parts=given.parts)
    done(lambda attempt: cloudit.connection.vm.delete(Ref("vm", None, "cancelled"), attempt), undoing)
    assert not [one for one in emulation.contents() if "/servers/" in one]


def test_an_undone_server_that_is_being_made_is_waited_for(emulation: Emulated, cloudit: Cloudit) -> None:
    given, request = an_attempt("cancelled"), vm_request(make_vpc(cloudit))
    emulation.cloud.settings.transition_seconds = 30.0
    try:
        cloudit.connection.vm.create(request, given)
        undoing = an_attempt("cancelled", parts=given.parts)
        delete = cloudit.connection.vm.delete
        done(lambda attempt: delete(Ref("vm", None, "cancelled"), attempt), undoing, emulation.twin)
    finally:
        emulation.cloud.settings.transition_seconds = 0.0
    assert cloudit.connection.vm.list() == []


def test_a_description_of_somebody_s_says_nothing() -> None:
    for text in ("", "words", "[]", "{}", '{"spider-token": 1}', "null", None):
        assert marks.described({"description": text}) == {}
    told = json.dumps({"spider-token": "x", "spider-tags": {"a": "b"}})
    assert marks.described({"description": told})["spider-tags"] == {"a": "b"}


def test_marks_are_known_again_and_nobody_else_s_are() -> None:
    name = marks.marked("net", "operation")
    assert marks.unmarked(name) == "net"
    assert marks.made_by(name, "operation")
    assert not marks.made_by(name, "other")
    assert not marks.made_by(name, "")
    for foreign in ("net", "net-spider", "net-spider-ABCDEF", "net-spider-abc", "-spider-abcdef", "spider-abcdef"):
        assert marks.unmarked(foreign) is None


def test_a_region_is_what_the_connection_says(emulation: Emulated) -> None:
    elsewhere = emulation.connect(Region="seoul")
    assert [region.name for region in elsewhere.connection.region_zone.list()] == ["seoul"]
    assert elsewhere.records == []
    elsewhere.connection.close()


def test_the_capability_says_what_cloudit_is() -> None:
    capability = CloudItDriver().capability()
    assert (capability.single_vpc, capability.paged, capability.kept) == (True, False, frozenset({"key_pair"}))
    assert capability.kinds["vm"].complaint("n" * 36) is None
    assert capability.kinds["vm"].complaint("n" * 37)
    given = {"IdentityEndpoint": "http://x", "AuthToken": "a", "TenantId": "b", "ClusterId": "c", "Password": "d"}
    assert capability.secrets(given) == ("a", "d")
