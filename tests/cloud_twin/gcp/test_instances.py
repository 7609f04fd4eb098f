"""What becomes of an instance: states by the clock, addresses, disks."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import Any

import pytest

from .bench import GLOBAL, REGIONAL, SECONDS, ZONAL, ZONE, Bench, Refused, instance_body

ACCESS = {"name": "External NAT", "type": "ONE_TO_ONE_NAT"}


def _status(gcp: Bench, vm: str = f"{ZONAL}/instances/vm") -> str:
    return str(gcp.get(vm)["status"])


def _nic(gcp: Bench, vm: str) -> dict[str, Any]:
    found: dict[str, Any] = gcp.get(vm)["networkInterfaces"][0]
    return found


def test_it_is_provisioned_and_staged_before_it_runs(gcp: Bench) -> None:
    gcp.post(f"{ZONAL}/instances", instance_body())
    seen = [_status(gcp)]
    for _ in range(4):
        gcp.advance(SECONDS / 4)
        seen.append(_status(gcp))
    assert seen == ["PROVISIONING", "PROVISIONING", "STAGING", "STAGING", "RUNNING"]


def test_it_is_stopping_before_it_is_terminated_and_can_be_started_again(gcp: Bench) -> None:
    vm = gcp.instance()
    operation = gcp.post(f"{vm}/stop")
    assert _status(gcp) == "STOPPING"
    gcp.granted(operation)
    assert _status(gcp) == "TERMINATED"
    operation = gcp.post(f"{vm}/start")
    assert _status(gcp) == "PROVISIONING"
    gcp.granted(operation)
    assert _status(gcp) == "RUNNING"


@pytest.mark.parametrize("verb", ["start", "reset"])
def test_what_runs_goes_on_running(gcp: Bench, verb: str) -> None:
    vm = gcp.instance()
    operation = gcp.post(f"{vm}/{verb}")
    assert _status(gcp) == "RUNNING"
    gcp.granted(operation)
    assert _status(gcp) == "RUNNING"


def test_what_is_stopped_stays_so(gcp: Bench) -> None:
    vm = gcp.instance()
    for _ in range(2):
        gcp.granted(gcp.post(f"{vm}/stop"))
        assert _status(gcp) == "TERMINATED"


def test_a_deleted_one_is_stopping_then_gone_with_its_disk_and_address(gcp: Bench) -> None:
    before = gcp.cloud.contents()
    vm = gcp.instance(networkInterfaces=[{"accessConfigs": [ACCESS]}])
    assert f"{ZONAL}/disks/vm" in gcp.cloud.contents()
    operation = gcp.delete(vm)
    assert _status(gcp) == "STOPPING"
    gcp.granted(operation)
    assert gcp.cloud.contents() == before
    with pytest.raises(Refused, match="was not found"):
        gcp.get(vm)


def test_a_change_that_ends_meanwhile_does_not_bring_back_what_leaves(gcp: Bench) -> None:
    vm = gcp.instance()
    gcp.post(f"{vm}/setLabels", {"labels": {"a": "b"}, "labelFingerprint": "42WmSpB8rSM="})
    gcp.advance(SECONDS / 2)
    gcp.delete(vm)
    gcp.advance(SECONDS / 2)
    assert _status(gcp) == "STOPPING"


def test_a_disk_that_is_not_its_own_outlives_it(gcp: Bench) -> None:
    disks = [{**instance_body()["disks"][0], "autoDelete": False}]
    vm = gcp.instance(disks=disks)
    assert gcp.get(f"{ZONAL}/disks/vm")["users"] == [gcp.get(vm)["selfLink"]]
    gcp.granted(gcp.delete(vm))
    assert "users" not in gcp.get(f"{ZONAL}/disks/vm")
    gcp.granted(gcp.delete(f"{ZONAL}/disks/vm"))
    assert "items" not in gcp.get(f"{ZONAL}/disks")


def test_a_disk_is_as_large_as_its_image_or_as_was_asked_for(gcp: Bench) -> None:
    image = instance_body()["disks"][0]["initializeParams"]
    disks = [
        {"boot": True, "initializeParams": image},
        {"initializeParams": {**image, "diskSizeGb": "50", "diskName": "data"}},
    ]
    vm = gcp.instance(disks=disks)
    shown = gcp.get(vm)["disks"]
    assert [one["diskSizeGb"] for one in shown] == ["10", "50"]
    assert [one["source"].rpartition("/")[2] for one in shown] == ["vm", "data"]
    assert [one["boot"] for one in shown] == [True, False]


def test_the_operation_warns_of_an_old_image_and_of_a_larger_disk(gcp: Bench) -> None:
    """The reference, of deprecated.state; both codes are those of the reference's Operation."""
    old = "projects/debian-cloud/global/images/debian-12-bookworm-v20260910"
    disks = [{"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": old, "diskSizeGb": "20"}}]
    operation = gcp.done(gcp.post(f"{ZONAL}/instances", instance_body(disks=disks)))
    codes = [one["code"] for one in operation["warnings"]]
    assert codes == ["DEPRECATED_RESOURCE_USED", "DISK_SIZE_LARGER_THAN_IMAGE_SIZE"]
    assert operation["warnings"][0]["message"].endswith("global/images/debian-12-bookworm-v20261111'.")
    assert _status(gcp) == "RUNNING"


def test_the_first_and_last_two_addresses_of_a_subnetwork_are_googles(gcp: Bench) -> None:
    sub = gcp.subnetwork(gcp.network(), cidr="10.1.0.0/29")
    place = {"networkInterfaces": [{"subnetwork": sub}]}
    addresses = [_nic(gcp, gcp.instance(f"vm-{number}", **place))["networkIP"] for number in range(4)]
    assert addresses == ["10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5"]
    operation = gcp.done(gcp.post(f"{ZONAL}/instances", instance_body("vm-5", **place)))
    assert operation["error"]["errors"][0]["code"] == "IP_SPACE_EXHAUSTED_WITH_DETAILS"
    gcp.granted(gcp.delete(f"{ZONAL}/instances/vm-1"))
    assert _nic(gcp, gcp.instance("vm-6", **place))["networkIP"] == "10.1.0.3"


def test_it_keeps_its_internal_address_and_gets_another_external_one(gcp: Bench) -> None:
    vm = gcp.instance(networkInterfaces=[{"accessConfigs": [ACCESS]}])
    before = _nic(gcp, vm)
    gcp.granted(gcp.post(f"{vm}/stop"))
    assert "natIP" not in _nic(gcp, vm)["accessConfigs"][0]
    gcp.granted(gcp.post(f"{vm}/start"))
    after = _nic(gcp, vm)
    assert after["networkIP"] == before["networkIP"]
    assert after["accessConfigs"][0]["natIP"] != before["accessConfigs"][0]["natIP"]
    nobodys = ipaddress.ip_network("198.18.0.0/15")  # RFC 2544
    assert ipaddress.ip_address(after["accessConfigs"][0]["natIP"]) in nobodys


def test_without_an_access_config_it_has_no_external_address(gcp: Bench) -> None:
    assert "accessConfigs" not in _nic(gcp, gcp.instance())


def test_a_network_in_auto_mode_needs_no_subnetwork_named(gcp: Bench) -> None:
    net = gcp.network("auto", autoCreateSubnetworks=True)
    nic = _nic(gcp, gcp.instance(networkInterfaces=[{"network": net}]))
    assert nic["subnetwork"].endswith(f"{REGIONAL}/subnetworks/auto")
    assert ipaddress.ip_address(nic["networkIP"]) in ipaddress.ip_network("10.128.0.0/20")


def test_times_are_shown_with_their_offset(gcp: Bench) -> None:
    vm = gcp.instance()
    gcp.granted(gcp.post(f"{vm}/stop"))
    shown = gcp.get(vm)
    moments = [datetime.fromisoformat(shown[f"{word}Timestamp"]) for word in ("creation", "lastStart", "lastStop")]
    assert moments == sorted(moments)
    assert all(moment.utcoffset() == timedelta(hours=-7) for moment in moments)


def test_links_are_googles_and_ids_are_numbers_by_which_it_is_found(gcp: Bench) -> None:
    vm = gcp.instance()
    shown = gcp.get(vm)
    assert shown["selfLink"] == f"https://www.googleapis.com/compute/v1/{vm}"
    assert shown["machineType"] == f"https://www.googleapis.com/compute/v1/{ZONAL}/machineTypes/e2-small"
    assert gcp.get(f"{ZONAL}/instances/{shown['id']}")["name"] == "vm"


@pytest.mark.parametrize(
    ("verb", "member", "body"),
    [
        ("setLabels", "labels", lambda shown: {"labels": {"a": "b"}, "labelFingerprint": shown["labelFingerprint"]}),
        ("setTags", "tags", lambda shown: {"items": ["b", "a"], "fingerprint": shown["tags"]["fingerprint"]}),
        (
            "setMetadata",
            "metadata",
            lambda shown: {"items": [{"key": "k", "value": "v"}], "fingerprint": shown["metadata"]["fingerprint"]},
        ),
    ],
)
def test_it_is_changed_by_who_has_read_it_last(gcp: Bench, verb: str, member: str, body: Any) -> None:
    vm = gcp.instance()
    shown = gcp.get(vm)
    change = body(shown)
    gcp.granted(gcp.post(f"{vm}/{verb}", change))
    assert gcp.get(vm)[member] != shown.get(member)
    with pytest.raises(Refused) as caught:
        gcp.post(f"{vm}/{verb}", change)
    assert caught.value.status == 412


def test_protection_is_taken_away(gcp: Bench) -> None:
    vm = gcp.instance(deletionProtection=True)
    gcp.granted(gcp.post(f"{vm}/setDeletionProtection", deletionProtection="false"))
    gcp.granted(gcp.delete(vm))


def test_a_machine_with_gpus_shows_them(gcp: Bench) -> None:
    gpus = gcp.instance(
        machineType=f"zones/{ZONE}/machineTypes/a2-highgpu-2g", scheduling={"onHostMaintenance": "TERMINATE"}
    )
    shown = gcp.get(gpus)["guestAccelerators"]
    kind = f"https://www.googleapis.com/compute/v1/{ZONAL}/acceleratorTypes/nvidia-tesla-a100"
    assert shown == [{"acceleratorCount": 2, "acceleratorType": kind}]


def test_a_zone_may_have_none_of_a_type_left(gcp: Bench) -> None:
    vm = gcp.instance()
    gcp.granted(gcp.post(f"{vm}/stop"))
    before = gcp.cloud.contents()
    gcp.cloud.settings.exhausted = ["e2-small"]
    for operation in (gcp.post(f"{ZONAL}/instances", instance_body("other")), gcp.post(f"{vm}/start")):
        found = gcp.done(operation)
        assert found["error"]["errors"][0]["code"] == "ZONE_RESOURCE_POOL_EXHAUSTED"
        assert found["httpErrorStatusCode"] == 503
    assert gcp.cloud.contents() == before
    assert _status(gcp) == "TERMINATED"
    gcp.instance("small", machineType=f"zones/{ZONE}/machineTypes/e2-micro")


def test_the_default_network_of_a_new_project_is_there(gcp: Bench) -> None:
    assert len(gcp.get(f"{GLOBAL}/networks/default")["subnetworks"]) == 40
    names = [one["name"] for one in gcp.get(f"{GLOBAL}/firewalls")["items"]]
    assert names == ["default-allow-icmp", "default-allow-internal", "default-allow-rdp", "default-allow-ssh"]
