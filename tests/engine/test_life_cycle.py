from __future__ import annotations

from pathlib import Path

import pytest
from spider_drivers.contract import AlreadyExists, Conflict, Iid, InUse, KeyReused, NotFound, OutOfService, VmStatus
from spider_drivers.mock.cloud import Knobs

from chalicelib.catalogue.outcomes import IssuedKeyPair
from chalicelib.catalogue.records import Accepted, Deleted, Stub

from .house import GROUP, KEY, VM, VPC, House


def test_links_carry_names_and_ids(house: House) -> None:
    vm = house.make_all()
    vpc = house.on("get_vpc", "vpc-01")
    assert vm.vpc == vpc.iid
    assert vm.subnet == vpc.subnets[0].iid
    assert [group.name for group in vm.security_groups] == ["sg-01"]
    assert vm.key_pair.name == "key-01"
    assert house.on("get_vm", "vm-01") == vm
    assert house.on("list_vm") == [vm]


def test_what_is_deleted_leaves_nothing(house: House) -> None:
    house.make_all()
    for kind, name in (("vm", "vm-01"), ("security_group", "sg-01"), ("key_pair", "key-01"), ("vpc", "vpc-01")):
        assert house.on(f"delete_{kind}", name) == Deleted()
        assert house.on(f"list_{kind}") == []
        with pytest.raises(NotFound, match="does not exist in connection 'mock'"):
            house.on(f"get_{kind}", name)
    assert house.contents == {}


def test_a_vm_is_shown_while_it_is_being_created(house: House) -> None:
    house.make_what_a_vm_needs()
    house.region(TransitionSeconds="60")
    accepted = house.make("vm", VM, respond_async=True)
    assert isinstance(accepted, Accepted)
    assert accepted.known.status == VmStatus.CREATING
    assert house.on("get_vm", "vm-01").iid.id == ""
    assert [vm.iid.name for vm in house.on("list_vm")] == ["vm-01"]
    assert house.on("get_vm_status", "vm-01") == VmStatus.CREATING
    assert [status for _, status in house.on("list_vm_status")] == [VmStatus.CREATING]
    with pytest.raises(AlreadyExists):
        house.make("vm", VM)
    with pytest.raises(Conflict) as busy:
        house.on("delete_vm", "vm-01")
    assert busy.value.operation == accepted.operation


def test_a_dependant_waits_for_its_owner(house: House) -> None:
    house.region(TransitionSeconds="30")
    house.make("vpc", VPC, respond_async=True)
    house.make("key_pair", KEY, respond_async=True)
    house.make("security_group", GROUP, respond_async=True)
    assert house.make("vm", VM).status == VmStatus.RUNNING


def test_in_use_is_told_before_the_cloud_is_asked(house: House) -> None:
    house.make_all()
    seen = house.cloud.calls_seen
    with pytest.raises(InUse, match="sg-01"):
        house.on("delete_vpc", "vpc-01")
    with pytest.raises(InUse, match="vm-01"):
        house.on("delete_security_group", "sg-01")
    assert house.cloud.calls_seen == seen
    assert house.on("delete_key_pair", "key-01") == Deleted()


def test_a_resource_gone_at_the_cloud_is_a_stub_and_can_be_deleted(house: House) -> None:
    vpc = house.make("vpc", {**VPC, "SubnetInfoList": []})
    house.cloud.call("delete_vpc", {"vpc_id": vpc.iid.id}, Knobs(), house.clock.now())
    assert house.on("list_vpc") == [Stub(vpc.iid)]
    with pytest.raises(NotFound, match="was not found at the cloud"):
        house.on("get_vpc", "vpc-01")
    assert house.on("delete_vpc", "vpc-01") == Deleted()
    assert house.on("list_vpc") == []


def test_an_image_is_registered_and_unregistered(house: House) -> None:
    made = house.make("image", {"Name": "mock-vmimage-01"})
    assert made.iid == Iid("mock-vmimage-01", "mock-vmimage-01")
    assert house.on("get_image", "mock-vmimage-01").iid == made.iid
    with pytest.raises(AlreadyExists):
        house.make("image", {"Name": "mock-vmimage-01"})
    listed = [image.iid.name for image in house.on("list_image")]
    assert listed.count("mock-vmimage-01") == 1
    assert len(listed) > 1
    assert house.on("delete_image", "mock-vmimage-01") == Deleted()
    assert house.on("get_image", "mock-vmimage-01").iid == made.iid
    with pytest.raises(NotFound):
        house.make("image", {"Name": "nothing"})
    with pytest.raises(NotFound, match="does not exist in connection 'mock'"):
        house.on("get_image", "nothing")


def test_a_lost_sealing_key_is_told(house: House) -> None:
    house.make("vpc", VPC)
    (house.settings.home / "sealing.key").unlink()
    house.restart()
    with pytest.raises(OutOfService, match=r"sealing\.key"):
        house.on("list_vpc")
    with pytest.raises(OutOfService, match=r"sealing\.key"):
        house.make("key_pair", KEY)


def test_no_connection_name_leads_into_anothers_rows(house: House) -> None:
    house.make("vpc", VPC)
    for name in ("mock#ids", "mock%23ids", "mock#vpc", "mock ids"):
        names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
        house.do("create_connection", {"ConfigName": name, "ProviderName": "MOCK", **names})
        assert house.do("list_vpc", {"ConnectionName": name}) == []


def test_controls_are_sent_once_and_answer_the_transitional_word(house: House) -> None:
    house.make_all()
    house.region(TransitionSeconds="20")
    control = {"ConnectionName": "mock", "action": "suspend"}
    assert house.do("control_vm", control, "vm-01") == VmStatus.SUSPENDING
    assert house.do("control_vm", control, "vm-01") == VmStatus.SUSPENDED
    assert house.do("control_vm", {**control, "action": "resume"}, "vm-01") == VmStatus.RESUMING
    assert house.do("control_vm", {**control, "action": "reboot"}, "vm-01") == VmStatus.REBOOTING


def test_an_idempotency_key_gives_the_same_answer(house: House) -> None:
    first = house.make("key_pair", KEY, idempotency_key="k")
    again = house.make("key_pair", KEY, idempotency_key="k")
    assert isinstance(first, IssuedKeyPair)
    assert first == again
    with pytest.raises(KeyReused):
        house.make("key_pair", {"Name": "other"}, idempotency_key="k")
    assert list(house.contents.values()) == ["key_pair"]


def test_a_key_lives_a_day(house: House) -> None:
    house.make("key_pair", KEY, idempotency_key="k")
    house.clock.advance(24 * 3600 + 1)
    with pytest.raises(AlreadyExists):
        house.make("key_pair", KEY, idempotency_key="k")


def test_the_private_key_is_shown_by_its_own_answers_only(house: House) -> None:
    accepted = house.make("key_pair", KEY, respond_async=True, idempotency_key="k")
    private = accepted.known.private_key
    assert "PRIVATE KEY" in private
    assert house.make("key_pair", KEY, idempotency_key="k").private_key == private
    assert private not in str(house.operation(accepted.operation))
    assert private not in str(house.on("get_key_pair", "key-01"))


def test_everything_is_there_for_the_next_process(house: House) -> None:
    vm = house.make_all()
    house.restart()
    assert house.on("get_vm", "vm-01") == vm


def test_settings_are_overwritten_and_values_stay_hidden(house: House) -> None:
    kept = house.do("get_credential", None, "c")
    assert dict(kept.values) == {"MockName": ""}
    assert house.mock_name not in str(house.do("list_credential"))
    house.do("create_driver", {"DriverName": "d", "ProviderName": "MOCK", "DriverLibFileName": "new"})
    assert house.do("get_driver", None, "d").library == "new"


def test_nothing_secret_is_kept_in_the_clear(tmp_path: Path) -> None:
    house = House(tmp_path)
    private = house.make("key_pair", KEY).private_key
    house.make("vpc", VPC)
    password = "correct-horse-battery"
    house.make("security_group", GROUP)
    house.make("vm", {**VM, "VMUserPasswd": password})
    house.engine.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (house.mock_name, private.splitlines()[3], password):
        assert secret.encode() not in kept
