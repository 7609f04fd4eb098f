"""What the Alibaba driver makes of VMs, images, specs, tags and regions, seen at Cloud-Twin's ECS.

What holds for every driver is in the conformance suite.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest
from spider_drivers.contract import (
    Attempt,
    ImageType,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoCapacity,
    Platform,
    Ref,
    SubnetRequest,
    Unsupported,
    Vm,
    VmRequest,
    VmStatus,
    VpcRequest,
)

from tests.drivers.alibaba_support import (
    IMAGE,
    REGION,
    SPEC,
    ZONE,
    Alibaba,
    Emulated,
    emulated,
    fresh,
    make_vpc,
    vm_request,
)
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref


@pytest.fixture(scope="module")
def ecs() -> Iterator[Emulated]:
    with emulated(judged=True) as found:
        yield found


@pytest.fixture
def alibaba(ecs: Emulated) -> Iterator[Alibaba]:
    with fresh(ecs) as found:
        yield found


def a_request(alibaba: Alibaba) -> VmRequest:
    vpc = make_vpc(alibaba)
    return vm_request(vpc, make_group(alibaba, vpc), public_key=PUBLIC_KEY)


def instance(alibaba: Alibaba, vm: Vm) -> dict[str, object]:
    (found,) = alibaba.all("ecs.DescribeInstances", InstanceIds=f'["{vm.iid.id}"]')
    return found


# VMs


def test_a_vm_has_a_public_address_a_disk_and_an_interface_and_goes_whole(alibaba: Alibaba, ecs: Emulated) -> None:
    request = a_request(alibaba)
    before = ecs.contents()
    vm = make_vm(alibaba, replace(request, tags={"team": "blue"}, root_disk_type="cloud_efficiency", root_disk_gib=77))
    found = instance(alibaba, vm)
    assert (found["InternetChargeType"], found["InternetMaxBandwidthOut"]) == ("PayByBandwidth", 5)
    assert found["InstanceChargeType"] == "PostPaid"
    assert vm.public_ip
    assert vm.private_ip.startswith("10.0.1.")
    assert vm.network_interface.startswith("eni-")
    assert (vm.root_disk_type, vm.root_disk_gib, vm.root_device) == ("cloud_efficiency", 77, "/dev/xvda")
    assert (vm.tags, vm.user, vm.ssh_port, vm.region, vm.zone) == ({"team": "blue"}, "cb-user", 22, REGION, ZONE)
    assert vm.started is not None
    done(lambda attempt: alibaba.connection.vm.delete(ref(vm), attempt))
    assert ecs.contents() == before


def test_a_list_tells_the_root_disk_that_the_cloud_chose(alibaba: Alibaba) -> None:
    vm = make_vm(alibaba, a_request(alibaba))
    assert vm.root_disk_type
    assert vm.root_disk_gib
    assert alibaba.apis_of(lambda: alibaba.connection.vm.list()) == ["DescribeInstances"]
    assert alibaba.connection.vm.list() == [vm]


def test_a_foreign_vm_s_disk_is_told_by_get(alibaba: Alibaba) -> None:
    request = a_request(alibaba)
    where = {"VSwitchId": request.subnet.id, "SecurityGroupIds": [request.security_groups[0].id]}
    answer = alibaba.call("ecs.RunInstances", ImageId=IMAGE, InstanceType=SPEC, **where)
    cloud_id = answer["InstanceIdSets"]["InstanceIdSet"][0]
    (listed,) = alibaba.connection.vm.list()
    assert (listed.iid.id, listed.root_disk_type, listed.public_ip) == (cloud_id, "", "")
    got = alibaba.connection.vm.get(Ref("", cloud_id))
    assert got.root_disk_type
    assert got.root_disk_gib


def test_the_public_key_of_a_foreign_key_pair_is_ecs_s(alibaba: Alibaba) -> None:
    done(lambda attempt: alibaba.connection.key_pair.create(KeyPairRequest("mine", PUBLIC_KEY), attempt))
    request = replace(a_request(alibaba), public_key="", key_pair=Ref("mine", "mine"))
    vm = make_vm(alibaba, request)
    assert vm.key_pair.id == "mine"
    kept = alibaba.call("ecs.DescribeUserData", InstanceId=vm.iid.id)["UserData"]
    assert PUBLIC_KEY.split()[1] in base64.b64decode(kept).decode()


def test_an_image_of_one_s_own_is_remembered(alibaba: Alibaba) -> None:
    request = replace(a_request(alibaba), image_type=ImageType.MINE)
    assert make_vm(alibaba, request).image_type is ImageType.MINE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"image": Ref("no-such", "no-such")}, "image"),
        ({"spec": "ecs.no-such.type"}, "spec"),
        ({"subnet": Ref("gone", "vsw-gone")}, "subnet"),
        ({"security_groups": (Ref("gone", "sg-gone"),)}, "security_groups"),
        ({"security_groups": ()}, "security_groups"),
        ({"subnet": Ref("")}, "subnet"),
        ({"key_pair": Ref("gone", "gone")}, "key_pair"),
        ({"key_pair": Ref("gone", "gone"), "public_key": ""}, "key_pair"),
        ({"root_disk_type": "cloud_magic"}, "root_disk_type"),
        ({"root_disk_gib": 1}, "root_disk_gib"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_in_a_request_is_named(
    alibaba: Alibaba, ecs: Emulated, change: dict[str, object], field: str
) -> None:
    request = a_request(alibaba)
    before = ecs.contents()
    with pytest.raises((Invalid, MissingReference)) as refused:
        make_vm(alibaba, replace(request, **change))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert ecs.contents() == before


def test_a_group_of_another_vpc_is_named(alibaba: Alibaba) -> None:
    request = a_request(alibaba)
    other = make_group(alibaba, make_vpc(alibaba, "other", "10.7.0.0/16", "10.7.1.0/24"), name="foreign")
    with pytest.raises(Invalid) as refused:
        make_vm(alibaba, replace(request, security_groups=(ref(other),)))
    assert refused.value.field == "security_groups"


def test_no_quota_for_machines_is_no_capacity(alibaba: Alibaba, ecs: Emulated) -> None:
    request = a_request(alibaba)
    ecs.cloud.settings.quotas["instances"] = 0
    with pytest.raises(NoCapacity) as refused:
        make_vm(alibaba, request)
    assert refused.value.code == "QuotaExceed.ElasticQuota"


def test_a_vm_with_windows_has_a_password(alibaba: Alibaba) -> None:
    windows = next(image.iid.id for image in alibaba.connection.image.list() if image.platform is Platform.WINDOWS)
    request = replace(a_request(alibaba), image=Ref(windows, windows), spec="ecs.g6.large")
    with pytest.raises(Invalid) as refused:
        make_vm(alibaba, request)
    assert refused.value.field == "password"
    vm = make_vm(alibaba, replace(request, password="Pass-word-1", key_pair=Ref("none", "none")))
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "Administrator", 3389)


def test_a_stopped_vm_is_not_paid_for_and_a_resumed_one_runs(alibaba: Alibaba) -> None:
    vm = make_vm(alibaba, a_request(alibaba))
    done(lambda attempt: alibaba.connection.vm.suspend(ref(vm), attempt))
    assert instance(alibaba, vm)["StoppedMode"] == "StopCharging"
    assert alibaba.connection.vm.status(ref(vm)) is VmStatus.SUSPENDED
    done(lambda attempt: alibaba.connection.vm.resume(ref(vm), attempt))
    assert alibaba.connection.vm.get(ref(vm)).public_ip


def test_another_way_of_stopping_keeps_the_address(alibaba: Alibaba, ecs: Emulated) -> None:
    keeping = ecs.connect(StoppedMode="KeepCharging")
    vm = make_vm(keeping, a_request(keeping))
    done(lambda attempt: keeping.connection.vm.suspend(ref(vm), attempt))
    assert instance(keeping, vm)["StoppedMode"] == "KeepCharging"
    done(lambda attempt: keeping.connection.vm.resume(ref(vm), attempt))
    assert keeping.connection.vm.get(ref(vm)).public_ip == vm.public_ip


def test_a_deletion_waits_for_a_machine_that_is_just_starting(alibaba: Alibaba, ecs: Emulated) -> None:
    request = a_request(alibaba)
    before = ecs.contents()
    ecs.cloud.settings.transition_seconds = 3.0
    try:
        attempt = Attempt("dead")
        alibaba.connection.vm.create(request, attempt)
        undone = Ref("machine", None, "dead")
        done(lambda attempt: alibaba.connection.vm.delete(undone, attempt), attempt, ecs.twin)
    finally:
        ecs.cloud.settings.transition_seconds = 0.0
    assert ecs.contents() == before


# Images and specs


def test_images_are_those_of_the_cloud_of_the_account_and_shared(alibaba: Alibaba, ecs: Emulated) -> None:
    found = {image.iid.id: image for image in alibaba.connection.image.list()}
    assert IMAGE in found
    assert {image.details["ImageOwnerAlias"] for image in found.values()} <= {"system", "self", "others"}
    assert "Ubuntu" in found[IMAGE].distribution
    assert found[IMAGE].disk_gib == 20
    paged = ecs.connect(page_size=1)
    assert {image.iid.id for image in paged.connection.image.list()} == found.keys()


def test_a_spec_tells_figures_in_spider_s_units(alibaba: Alibaba) -> None:
    spec = alibaba.connection.spec.get(Ref(SPEC, SPEC))
    assert (spec.vcpus, spec.memory_mib, spec.region) == (2, 2048, REGION)
    small = alibaba.connection.spec.get(Ref("", "ecs.t5-lc2m1.nano"))
    assert small.memory_mib == 512
    raw = alibaba.connection.spec.raw_get(Ref(SPEC, SPEC))
    assert raw["InstanceTypeId"] == SPEC
    with_gpus = [one for one in alibaba.connection.spec.list() if one.gpus]
    assert with_gpus
    assert all(gpu.count > 0 and gpu.vendor and gpu.model for one in with_gpus for gpu in one.gpus)


# Tags


@pytest.mark.parametrize("key", ["spider-token", "spider-anything"])
def test_spider_s_own_tags_cannot_be_changed(alibaba: Alibaba, key: str) -> None:
    vpc = make_vpc(alibaba)
    with pytest.raises(Invalid) as refused:
        alibaba.connection.tag.add("vpc", ref(vpc), key, "x", Attempt("token"))
    assert refused.value.field == "key"
    with pytest.raises(Invalid):
        alibaba.connection.tag.remove("vpc", ref(vpc), key, Attempt("token"))


def test_tags_of_a_kind_that_has_none(alibaba: Alibaba) -> None:
    with pytest.raises(Unsupported):
        alibaba.connection.tag.add("image", Ref(IMAGE, IMAGE), "a", "b", Attempt("token"))


def test_an_unknown_tag_is_no_error(alibaba: Alibaba) -> None:
    vm = make_vm(alibaba, a_request(alibaba))
    done(lambda attempt: alibaba.connection.tag.remove("vm", ref(vm), "never-there", attempt))


def test_a_tag_that_the_cloud_keeps_for_itself_is_named(alibaba: Alibaba) -> None:
    vpc = make_vpc(alibaba)
    with pytest.raises(Invalid) as refused:
        done(lambda attempt: alibaba.connection.tag.add("vpc", ref(vpc), "aliyun:mine", "x", attempt))
    assert refused.value.field == "key"


# Regions


def test_regions_have_names_and_zones(alibaba: Alibaba) -> None:
    found = {region.name: region for region in alibaba.connection.region_zone.list()}
    assert found[REGION].display_name == "Japan (Tokyo)"
    assert ZONE in {zone.name for zone in found[REGION].zones}
    assert all(region.zones for region in found.values())
    zones = [record for record in alibaba.records if record.api == "DescribeZones"]
    assert len(zones) == len(found)
    assert {record.scope.region for record in zones} == {"", *found} - {REGION}, "each is its region's own"


def test_a_subnet_without_a_zone_where_the_connection_has_none(ecs: Emulated) -> None:
    with fresh(ecs):
        alibaba = ecs.connect(Zone="")
        request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24", ZONE),))
        vpc = done(lambda attempt: alibaba.connection.vpc.create(request, attempt))
        assert vpc.subnets[0].zone == ZONE
        with pytest.raises(Invalid) as refused:
            alibaba.connection.vpc.add_subnet(ref(vpc), SubnetRequest("b", "10.0.2.0/24"), Attempt("token"))
        assert refused.value.field == "zone"
