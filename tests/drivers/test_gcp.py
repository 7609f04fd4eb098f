"""What the GCP driver makes of VMs, images, machine types, regions and labels, seen at Cloud-Twin's Compute Engine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from spider_drivers.contract import (
    Attempt,
    ImageType,
    Invalid,
    MissingReference,
    NoCapacity,
    NotFound,
    Platform,
    Ref,
    Refused,
    SpiderError,
    SubnetRequest,
    Unsupported,
    VirtualClock,
    Vm,
    VmRequest,
    VmStatus,
    VpcRequest,
    Wait,
    WrongState,
    ZoneStatus,
)
from spider_drivers.gcp.instance import status_of

from cloud_twin.faults import Rule as Fault
from tests.drivers.gcp_support import IMAGE, REGION, SPEC, ZONE, Emulated, Gcp, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref

NEWEST = "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-bookworm-v20261111"
NEWEST_NAME = NEWEST.rpartition("/")[2]
WINDOWS = "projects/windows-cloud/global/images/family/windows-2022"


@pytest.fixture(scope="module")
def gce() -> Iterator[Emulated]:
    with emulated(judged=True) as found:
        yield found


@pytest.fixture
def gcp(gce: Emulated) -> Iterator[Gcp]:
    with fresh(gce) as found:
        yield found


@pytest.fixture
def regional(gce: Emulated, gcp: Gcp) -> Iterator[Gcp]:
    """The same project by a connection that names no zone."""
    found = gce.connect(Zone="")
    yield found
    found.connection.close()


def metadata(gcp: Gcp, name: str = "vm") -> dict[str, str]:
    found = gcp.call("instances.get", zone=ZONE, instance=name)
    return {item["key"]: item["value"] for item in found["metadata"]["items"]}


# VMs


def test_a_vm_is_an_instance_with_an_external_address_and_a_disk_of_its_own(gcp: Gcp, gce: Emulated) -> None:
    vpc, before = make_vpc(gcp), gce.contents()
    group = make_group(gcp, vpc)
    request = vm_request(vpc, group, public_key=PUBLIC_KEY, tags={"stage": "test"}, root_disk_gib=20)
    attempt = Attempt("my-token", clock=VirtualClock())
    vm = done(lambda attempt: gcp.connection.vm.create(replace(request, root_disk_type="pd-ssd"), attempt), attempt)
    found = gcp.call("instances.get", zone=ZONE, instance="vm")
    assert found["labels"] == {"stage": "test", "spider-token": "my-token"}
    assert found["tags"]["items"] == ["group"]
    assert found["disks"][0]["autoDelete"] is True
    disk = gcp.call("disks.get", zone=ZONE, disk="vm")
    assert (disk["sizeGb"], disk["type"].rpartition("/")[2]) == ("20", "pd-ssd")
    assert metadata(gcp)["ssh-keys"] == f"cb-user:{PUBLIC_KEY}"
    assert vm.public_ip == found["networkInterfaces"][0]["accessConfigs"][0]["natIP"]
    assert (vm.image.id, vm.spec, vm.zone, vm.region) == (NEWEST, SPEC, ZONE, REGION)
    assert (vm.root_disk_gib, vm.root_disk_type, vm.tags) == (20, "pd-ssd", {"stage": "test"})
    assert (vm.user, vm.ssh_port, vm.platform, vm.image_type) == ("cb-user", 22, Platform.LINUX, ImageType.PUBLIC)
    done(lambda attempt: gcp.connection.vm.delete(ref(vm), attempt))
    done(lambda attempt: gcp.connection.security_group.delete(ref(group), attempt))
    assert gce.contents() == before


def test_a_windows_vm_has_no_linux_user(gcp: Gcp) -> None:
    vpc = make_vpc(gcp)
    vm = make_vm(gcp, replace(vm_request(vpc, public_key=PUBLIC_KEY), image=Ref(WINDOWS, WINDOWS)))
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "Administrator", 3389)
    assert "ssh-keys" not in metadata(gcp)
    assert gcp.connection.vm.list() == [vm]


def test_my_own_image_stays_mine(gcp: Gcp) -> None:
    vm = make_vm(gcp, vm_request(make_vpc(gcp), image_type=ImageType.MINE))
    assert vm.image_type is ImageType.MINE
    assert gcp.connection.vm.list() == [vm]


def test_a_vm_that_spider_did_not_make_is_listed_with_what_google_tells(gcp: Gcp) -> None:
    body = {
        "name": "theirs",
        "machineType": f"zones/{ZONE}/machineTypes/{SPEC}",
        "disks": [{"boot": True, "initializeParams": {"sourceImage": IMAGE.partition("/v1/")[2]}}],
        "networkInterfaces": [{"network": "global/networks/default"}],
    }
    gcp.call("instances.insert", zone=ZONE, body=body)
    (vm,) = gcp.connection.vm.list()
    assert (vm.iid.id, vm.status, vm.public_ip, vm.image.id) == ("theirs", VmStatus.RUNNING, "", "")
    assert vm.private_ip
    assert vm.vpc.id == "default"


def test_a_create_waits_for_its_operation_and_for_the_vm(gcp: Gcp, gce: Emulated) -> None:
    request, attempt = vm_request(make_vpc(gcp)), Attempt("token", clock=VirtualClock())
    gce.cloud.settings.transition_seconds = 5.0
    waits: list[str] = []

    def step(attempt: Attempt) -> Vm | Wait:
        answer = gcp.connection.vm.create(request, attempt)
        if isinstance(answer, Wait):
            waits.append(answer.reason)
        return answer

    vm = done(step, attempt, gce.twin)
    gce.cloud.settings.transition_seconds = 0.0
    assert vm.status is VmStatus.RUNNING
    assert set(waits) <= {"the insert of vm is RUNNING", "the insert of vm is PENDING", "the VM is STAGING"}
    assert waits


@pytest.mark.parametrize(
    ("google_s", "expected"),
    [
        ("PROVISIONING", VmStatus.CREATING),
        ("STAGING", VmStatus.CREATING),
        ("RUNNING", VmStatus.RUNNING),
        ("STOPPING", VmStatus.SUSPENDING),
        ("PENDING_STOP", VmStatus.SUSPENDING),
        ("SUSPENDING", VmStatus.SUSPENDING),
        ("TERMINATED", VmStatus.SUSPENDED),
        ("STOPPED", VmStatus.SUSPENDED),
        ("SUSPENDED", VmStatus.SUSPENDED),
        ("REPAIRING", VmStatus.REBOOTING),
        ("DEPROVISIONING", VmStatus.TERMINATING),
        ("something new", VmStatus.FAILED),
    ],
)
def test_a_terminated_instance_is_one_that_can_be_started_again(google_s: str, expected: VmStatus) -> None:
    assert status_of({"status": google_s}) is expected


def test_without_capacity_a_vm_is_no_capacity_and_nothing_stays(gcp: Gcp, gce: Emulated) -> None:
    request, attempt = vm_request(make_vpc(gcp)), Attempt("token", clock=VirtualClock())
    before = gce.contents()
    gce.cloud.settings.exhausted = [SPEC]
    with pytest.raises(NoCapacity) as refused:
        done(lambda attempt: gcp.connection.vm.create(request, attempt), attempt)
    assert refused.value.code == "ZONE_RESOURCE_POOL_EXHAUSTED"
    undoing = Attempt("token", parts=attempt.parts, clock=VirtualClock())
    done(lambda attempt: gcp.connection.vm.delete(Ref("vm", None, "token"), attempt), undoing)
    assert gce.contents() == before


@pytest.mark.parametrize(
    ("change", "expected", "field"),
    [
        ({"image": Ref("x", "debian-12-of-nobody")}, MissingReference, "image"),
        ({"spec": "e2-gigantic"}, MissingReference, "spec"),
        ({"spec": "no/spec"}, MissingReference, "spec"),
        ({"subnet": Ref("x", "no-such-subnet")}, MissingReference, "subnet"),
        ({"subnet": Ref("")}, Invalid, "subnet"),
        ({"security_groups": (Ref("x", "no-such-group"),)}, MissingReference, "security_groups"),
        ({"security_groups": (Ref("x", "default-allow-ssh"),)}, Unsupported, None),
        ({"root_disk_gib": 1}, Invalid, "root_disk_gib"),
        ({"root_disk_type": "pd-of-glass"}, MissingReference, "root_disk_type"),
        ({"tags": {"Upper": "case"}}, Invalid, "tags"),
        ({"tags": {"spider-token": "mine"}}, Invalid, "tags"),
        ({"name": "No Name"}, Invalid, "name"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_vm_is_named_and_nothing_is_made(
    gcp: Gcp, gce: Emulated, change: dict[str, Any], expected: type[SpiderError], field: str | None
) -> None:
    request = replace(vm_request(make_vpc(gcp)), **change)
    before = gce.contents()
    with pytest.raises(expected) as refused:
        make_vm(gcp, request)
    if field:
        assert refused.value.field == field
    assert gce.contents() == before


def test_a_group_of_another_vpc_is_refused(gcp: Gcp) -> None:
    """To Compute Engine it would be a word that bars nobody."""
    other = make_group(gcp, make_vpc(gcp, "other", "10.7.0.0/24"))
    with pytest.raises(Invalid) as refused:
        make_vm(gcp, vm_request(make_vpc(gcp), other))
    assert refused.value.field == "security_groups"


def test_a_subnet_is_enough_to_say_where_a_vm_goes(gcp: Gcp) -> None:
    vpc = make_vpc(gcp)
    request = replace(vm_request(vpc, make_group(gcp, vpc)), vpc=Ref(""))
    assert make_vm(gcp, request).vpc.id == "net"


def test_without_a_default_network_a_vm_needs_a_subnet(gcp: Gcp) -> None:
    for one in gcp.all("firewalls.list"):
        gcp.call("firewalls.delete", firewall=one["name"])
    done(lambda attempt: gcp.connection.vpc.delete(Ref("default", "default"), attempt))
    with pytest.raises(Unsupported, match="default network"):
        make_vm(gcp, VmRequest("vm", Ref(IMAGE, IMAGE), SPEC))


def test_a_verb_is_sent_once_and_answers_what_is_under_way(gcp: Gcp, gce: Emulated) -> None:
    vm = make_vm(gcp, vm_request(make_vpc(gcp)))
    gce.cloud.settings.transition_seconds = 5.0
    attempt = Attempt("token", clock=VirtualClock())
    apis = gcp.apis_of(lambda: done(lambda attempt: gcp.connection.vm.suspend(ref(vm), attempt), attempt))
    assert apis == ["compute.instances.get", "compute.instances.stop"]
    assert gcp.apis_of(lambda: gcp.connection.vm.suspend(ref(vm), attempt)) == []
    assert gcp.connection.vm.status(ref(vm)) is VmStatus.SUSPENDING
    assert isinstance(gcp.connection.vm.resume(ref(vm), Attempt("other", clock=VirtualClock())), Wait)
    gce.twin.clock.advance(10)
    assert gcp.connection.vm.status(ref(vm)) is VmStatus.SUSPENDED
    with pytest.raises(WrongState):
        gcp.connection.vm.reboot(ref(vm), Attempt("third", clock=VirtualClock()))
    gce.cloud.settings.transition_seconds = 0.0


def test_a_list_of_vms_costs_a_call_per_page(gcp: Gcp, gce: Emulated) -> None:
    """1,000 VMs, ⌈1,000 / 500⌉ calls."""
    request = VpcRequest("net", "", (SubnetRequest("wide", "10.32.0.0/20"),))
    done(lambda attempt: gcp.connection.vpc.create(request, attempt))
    body = {
        "machineType": f"zones/{ZONE}/machineTypes/{SPEC}",
        "disks": [{"boot": True, "initializeParams": {"sourceImage": NEWEST}}],
        "networkInterfaces": [{"subnetwork": f"regions/{REGION}/subnetworks/wide"}],
    }
    for number in range(1000):
        gcp.call("instances.insert", zone=ZONE, body={**body, "name": f"vm-{number}"})
    seen: list[Vm] = []
    assert gcp.apis_of(lambda: seen.extend(gcp.connection.vm.list())) == ["compute.instances.list"] * 2
    assert len({vm.iid.id for vm in seen}) == 1000
    paged = gce.connect(page_size=60)
    assert paged.apis_of(paged.connection.vm.statuses) == ["compute.instances.list"] * math.ceil(1000 / 60)
    paged.connection.close()


# Without a zone


def test_without_a_zone_vms_go_to_the_first_of_the_region_that_is_up(gcp: Gcp, regional: Gcp, gce: Emulated) -> None:
    vpc, before = make_vpc(gcp), gce.contents()
    elsewhere = gce.connect(Zone="us-central1-f")
    far = gce.connect(Region="us-east1", Zone="us-east1-b")
    make_vm(elsewhere, vm_request(vpc, name="other"))
    make_vm(far, VmRequest("far", Ref(IMAGE, IMAGE), SPEC))
    vm = make_vm(regional, vm_request(vpc))
    assert vm.zone == ZONE
    assert {one.iid.id: one.zone for one in regional.connection.vm.list()} == {"vm": ZONE, "other": "us-central1-f"}
    other = Ref("other", "other")
    assert done(lambda attempt: regional.connection.vm.suspend(other, attempt)) is VmStatus.SUSPENDING
    assert regional.connection.vm.status(other) is VmStatus.SUSPENDED
    done(lambda attempt: regional.connection.tag.add("vm", other, "stage", "test", attempt))
    assert elsewhere.connection.vm.get(other).tags == {"stage": "test"}
    done(lambda attempt: regional.connection.vm.delete(other, attempt))
    done(lambda attempt: regional.connection.vm.delete(ref(vm), attempt))
    with pytest.raises(NotFound):
        regional.connection.vm.get(other)
    done(lambda attempt: far.connection.vm.delete(Ref("far", "far"), attempt))
    assert gce.contents() == before
    elsewhere.connection.close()
    far.connection.close()


def test_without_a_zone_the_chosen_one_is_noted_before_anything_is_made(gcp: Gcp, regional: Gcp, gce: Emulated) -> None:
    """Another zone may be the first when the next try looks."""
    request, before = vm_request(make_vpc(gcp)), gce.contents()
    gce.twin.rules.add(Fault(api="compute.instances.insert", lose="after", times=1))
    clock = VirtualClock()
    attempt = Attempt("token", clock=clock)
    with pytest.raises(SpiderError):
        regional.connection.vm.create(request, attempt)
    assert dict(attempt.parts) == {"zone": ZONE}
    undoing = Attempt("token", parts=attempt.parts, clock=clock)
    done(lambda attempt: regional.connection.vm.delete(Ref("vm", None, "token"), attempt), undoing)
    assert gce.contents() == before


def test_without_a_zone_specs_are_those_of_the_first_zone_which_is_looked_up_once(regional: Gcp) -> None:
    apis = regional.apis_of(lambda: [regional.connection.spec.get(Ref(SPEC, SPEC)) for _ in range(2)])
    assert apis == ["compute.zones.list", "compute.machineTypes.get", "compute.machineTypes.get"]


# Images, machine types, regions


@pytest.mark.parametrize(
    "spelling",
    [
        NEWEST,
        NEWEST.replace("www.googleapis.com/compute", "compute.googleapis.com/compute"),
        f"projects/debian-cloud/global/images/{NEWEST_NAME}",
        "projects/debian-cloud/global/images/family/debian-12",
        IMAGE,
        "debian-cloud/debian-12",
        NEWEST_NAME,
    ],
)
def test_an_image_may_be_spelled_in_many_ways(gcp: Gcp, spelling: str) -> None:
    image = gcp.connection.image.get(Ref(spelling, spelling))
    assert image.iid.id == image.iid.name == NEWEST
    assert (image.disk_gib, image.platform) == (10, Platform.LINUX)


@pytest.mark.parametrize("spelling", ["no-such-image", "debian-cloud/no-family", "a/b/c", "", "https://example.test/x"])
def test_what_is_no_image_is_not_found(gcp: Gcp, spelling: str) -> None:
    with pytest.raises((NotFound, Invalid)):
        gcp.connection.image.get(Ref(spelling, spelling))


def test_deprecated_images_are_not_listed_and_found_by_name(gcp: Gcp) -> None:
    every = gcp.all("images.list", project="debian-cloud")
    deprecated = [one["selfLink"] for one in every if one.get("deprecated")]
    listed = {image.iid.id for image in gcp.connection.image.list()}
    assert deprecated
    assert not listed & set(deprecated)
    assert NEWEST in listed
    assert gcp.connection.image.get(Ref("", deprecated[0])).iid.id == deprecated[0]


def test_images_of_a_project_that_google_gave_up_are_no_error(gcp: Gcp, gce: Emulated) -> None:
    gce.twin.rules.add(Fault(api="compute.images.list", first=5, times=1, status=404, code="notFound", message="gone"))
    assert NEWEST in {image.iid.id for image in gcp.connection.image.list()}
    gce.twin.rules.add(Fault(api="compute.images.list", first=1, times=1, status=403, code="forbidden", message="no"))
    with pytest.raises(Refused):
        gcp.connection.image.list()


def test_gpus_are_told(gcp: Gcp) -> None:
    spec = gcp.connection.spec.get(Ref("", "a2-highgpu-1g"))
    assert [(gpu.count, gpu.vendor, gpu.model) for gpu in spec.gpus] == [(1, "NVIDIA", "nvidia-tesla-a100")]
    assert (spec.vcpus, spec.memory_mib, spec.region) == (12, 87040, REGION)


def test_regions_and_all_zones_are_two_lists(gcp: Gcp) -> None:
    apis = gcp.apis_of(gcp.connection.region_zone.list)
    assert apis == ["compute.regions.list", "compute.zones.list"]
    region = gcp.connection.region_zone.get(Ref("", "us-central1"))
    assert {zone.name: zone.status for zone in region.zones}[ZONE] is ZoneStatus.AVAILABLE
    raw = gcp.connection.region_zone.raw_zones()
    assert {zone["name"] for zone in raw["items"]} == {zone.name for zone in region.zones}


# Labels


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("Stage", "x", "key"),
        ("1st", "x", "key"),
        ("", "x", "key"),
        ("k" * 64, "x", "key"),
        ("spider-token", "x", "key"),
        ("stage", "Test", "value"),
        ("stage", "two words", "value"),
        ("stage", "v" * 64, "value"),
    ],
)
def test_a_tag_that_is_no_label_is_named_without_a_call(gcp: Gcp, key: str, value: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        gcp.connection.tag.add("vm", Ref("vm", "vm"), key, value, Attempt("token"))
    assert refused.value.field == field
    assert gcp.records == []


def test_labels_that_somebody_else_changes_meanwhile_stay(gcp: Gcp, gce: Emulated) -> None:
    vm = make_vm(gcp, vm_request(make_vpc(gcp), tags={"stage": "test"}))
    gce.twin.rules.add(
        Fault(
            api="compute.instances.setLabels", times=1, status=412, code="conditionNotMet", message="Labels fingerprint"
        )
    )
    attempt = Attempt("token", clock=VirtualClock())
    waiting = gcp.connection.tag.add("vm", ref(vm), "team", "blue", attempt)
    assert isinstance(waiting, Wait)
    other = gce.connect()
    done(lambda attempt: other.connection.tag.add("vm", ref(vm), "owner", "ops", attempt))
    other.connection.close()
    done(lambda attempt: gcp.connection.tag.add("vm", ref(vm), "team", "blue", attempt), attempt)
    assert gcp.connection.vm.get(ref(vm)).tags == {"stage": "test", "owner": "ops", "team": "blue"}


def test_tags_of_other_kinds_cannot_be_changed(gcp: Gcp) -> None:
    vpc = make_vpc(gcp)
    with pytest.raises(Unsupported):
        gcp.connection.tag.add("vpc", ref(vpc), "team", "blue", Attempt("token"))
