"""What the OpenStack driver makes of images, flavors, key pairs and servers, on Cloud-Twin's OpenStack."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoCapacity,
    Ref,
    SpiderError,
    VmStatus,
)
from spider_drivers.openstack.server import GROUPS, PORT

from tests.drivers.openstack_place import Place, emulated, smallest
from tests.drivers.openstack_support import Os, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with emulated() as found:
        os_ = found.connect()
        found.image, found.spec = smallest(os_.cloud)
        os_.connection.close()
        yield found


@pytest.fixture
def os_(place: Place) -> Iterator[Os]:
    place.reset()
    found = place.connect()
    yield found
    found.connection.close()


def test_an_image_may_be_asked_for_by_its_name(os_: Os) -> None:
    image = os_.connection.image.get(Ref("debian-12"))
    assert image.iid.id == image.iid.name
    assert image.details["name"] == "debian-12"
    assert os_.connection.image.get(ref(image)) == image


def test_specs_are_flavors_by_name(os_: Os, place: Place) -> None:
    listed = {spec.name: spec for spec in os_.connection.spec.list()}
    raw = os_.connection.spec.raw_get(Ref(place.spec))
    assert listed[place.spec].memory_mib == raw["ram"]
    assert listed[place.spec].vcpus == raw["vcpus"]


def test_a_vm_is_a_port_a_server_and_a_floating_address(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    group = make_group(os_, vpc)
    done(lambda attempt: os_.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), attempt))
    vm = make_vm(os_, vm_request(place, vpc, group, key_pair=Ref("key", "key"), tags={"stage": "test"}))
    (port,) = os_.cloud.all("network/ports", device_id=vm.iid.id)
    (address,) = os_.cloud.all("network/floatingips")
    assert (vm.network_interface, vm.public_ip) == (port["id"], address["floating_ip_address"])
    assert port["id"] == address["port_id"]
    assert vm.private_ip == port["fixed_ips"][0]["ip_address"]
    assert (vm.status, vm.user, vm.key_pair.id, vm.spec) == (VmStatus.RUNNING, "cb-user", "key", place.spec)
    assert [one.id for one in vm.security_groups] == [group.iid.id]
    assert vm.tags == {"stage": "test"}
    assert os_.connection.vm.list() == [os_.connection.vm.get(ref(vm))]


def test_cloud_init_makes_cb_user(os_: Os, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    post = os_.cloud.post

    def watched(path: str, body: dict[str, dict[str, str]], *rest: object, **more: object) -> object:
        sent.append(body.get("server", {}).get("user_data", ""))
        return post(path, body, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os_.cloud, "post", watched)
    make_vm(os_, vm_request(place, make_vpc(os_), public_key=PUBLIC_KEY))
    (told,) = (base64.b64decode(data).decode() for data in sent if data)
    head, _, config = told.partition("\n")
    assert head == "#cloud-config"
    assert json.loads(config)["users"][1] | {"shell": ""} == {
        "name": "cb-user",
        "shell": "",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": [PUBLIC_KEY],
    }


def test_all_of_a_vm_goes_and_what_is_somebody_else_s_stays(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    vm = make_vm(os_, vm_request(place, vpc))
    (external,) = os_.cloud.all("network/networks", **{"router:external": True})
    theirs = os_.cloud.post("network/floatingips", {"floatingip": {"floating_network_id": external["id"]}})
    assert place.twin
    done(lambda attempt: os_.connection.vm.delete(ref(vm), attempt), twin=place.twin)
    assert os_.connection.vm.list() == []
    assert [one["id"] for one in os_.cloud.all("network/floatingips")] == [theirs["floatingip"]["id"]]
    assert not [port for port in os_.cloud.all("network/ports") if port["name"] == "vm"]


def test_a_server_that_somebody_made_is_shown_by_its_port(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    vm = _foreign(os_, place, vpc.iid.id)
    (shown,) = os_.connection.vm.list()
    assert shown == os_.connection.vm.get(Ref("theirs", vm))
    assert (shown.vpc.id, shown.subnet.id) == (vpc.iid.id, vpc.subnets[0].iid.id)
    assert shown.network_interface
    assert place.twin
    done(lambda attempt: os_.connection.vm.delete(Ref("theirs", vm), attempt), twin=place.twin)
    assert os_.connection.vm.list() == []


def test_a_list_tells_many_groups_as_they_were(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    groups = [make_group(os_, vpc, name=f"group-{number}") for number in range(7)]
    vm = make_vm(os_, vm_request(place, vpc, *groups))
    (listed,) = os_.connection.vm.list()
    assert {one.id for one in listed.security_groups} == {group.iid.id for group in groups}
    kept = os_.cloud.get(f"compute/servers/{vm.iid.id}")["server"]["metadata"]
    assert {GROUPS, f"{GROUPS}-2", PORT} <= kept.keys()
    assert all(len(value) <= 255 for value in kept.values())


def test_a_root_disk_of_its_own_is_a_volume(os_: Os, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cloud-Twin has no cinder and may refuse; what is asked of nova is as nova's reference has it."""
    sent: list[dict[str, object]] = []
    post = os_.cloud.post

    def watched(path: str, body: dict[str, dict[str, object]], *rest: object, **more: object) -> object:
        sent.append(body.get("server", {}))
        return post(path, body, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os_.cloud, "post", watched)
    with contextlib.suppress(SpiderError):
        make_vm(os_, vm_request(place, make_vpc(os_), root_disk_gib=20, root_disk_type="fast"))
    (asked,) = (server for server in sent if server)
    assert asked["block_device_mapping_v2"] == [
        {
            "boot_index": 0,
            "uuid": place.image,
            "source_type": "image",
            "destination_type": "volume",
            "volume_size": 20,
            "delete_on_termination": True,
            "volume_type": "fast",
        }
    ]


def test_no_capacity_is_told_in_nova_s_words(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    assert place.twin
    settings = place.twin.clouds["openstack"].settings
    settings.exhausted = [place.spec]
    try:
        with pytest.raises(NoCapacity, match="No valid host"):
            make_vm(os_, vm_request(place, vpc))
    finally:
        settings.exhausted = []


def test_a_quota_is_told_in_the_cloud_s_words(os_: Os, place: Place) -> None:
    assert place.twin
    settings = place.twin.clouds["openstack"].settings
    settings.quotas["network"] = 1
    make_vpc(os_, "one")
    try:
        with pytest.raises(NoCapacity, match="Quota exceeded"):
            make_vpc(os_, "two", "10.0.2.0/24")
    finally:
        settings.quotas.clear()


def test_a_group_that_is_not_there_is_named(os_: Os, place: Place) -> None:
    nobody = Ref("", "0f0c2d4e-6a77-4b52-9f3c-8f6f2f0b7c11")
    request = replace(vm_request(place, make_vpc(os_)), security_groups=(nobody,))
    with pytest.raises(MissingReference) as missing:
        done(lambda attempt: os_.connection.vm.create(request, attempt))
    assert missing.value.field == "security_groups"


@pytest.mark.parametrize("key", ["spider-token", "what?"])
def test_a_tag_that_cannot_be_kept_is_refused_before_anything_is_made(os_: Os, place: Place, key: str) -> None:
    vpc = make_vpc(os_)
    with pytest.raises(Invalid) as refused:
        done(lambda attempt: os_.connection.vm.create(vm_request(place, vpc, tags={key: "x"}), attempt))
    assert refused.value.field == "tags"


def test_a_key_pair_of_a_taken_name_is_not_ours_by_its_name(os_: Os) -> None:
    theirs, ours = (f"ssh-ed25519 {PUBLIC_KEY.split()[1][:-4]}{ending} x" for ending in ("PnAS", "PnAT"))
    done(lambda attempt: os_.connection.key_pair.create(KeyPairRequest("key", theirs), attempt))
    with pytest.raises(AlreadyExists):
        done(lambda attempt: os_.connection.key_pair.create(KeyPairRequest("key", ours), attempt))
    assert os_.connection.key_pair.get(Ref("key", "key")).public_key == theirs


def _foreign(os_: Os, place: Place, network: str) -> str:
    flavor = os_.connection.spec.raw_get(Ref(place.spec))
    body = {"name": "theirs", "imageRef": place.image, "flavorRef": flavor["id"], "networks": [{"uuid": network}]}
    return str(os_.cloud.post("compute/servers", {"server": body})["server"]["id"])
