"""What the Azure driver makes of VMs, images and specs, seen at Cloud-Twin's Azure.

What holds for every driver is in the conformance suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from spider_drivers.azure import resources
from spider_drivers.azure.place import NIC, VM
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    ImageType,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoCapacity,
    NotFound,
    Platform,
    Ref,
    SpiderError,
    SubnetRequest,
    Vm,
    VmRequest,
    VmStatus,
    Vpc,
    VpcRequest,
)

from tests.drivers.azure_support import UBUNTU, Azure, AzureTwin, azure_twin
from tests.drivers.support import PUBLIC_KEY, done, ref

WINDOWS = "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition:latest"


@pytest.fixture(scope="module")
def running() -> Iterator[AzureTwin]:
    with azure_twin() as found:
        yield found


@pytest.fixture
def twin(running: AzureTwin) -> AzureTwin:
    running.reset()
    return running


@pytest.fixture
def azure(twin: AzureTwin) -> Iterator[Azure]:
    found = twin.connect(Zone="1")
    yield found
    found.connection.close()


@pytest.fixture
def vpc(azure: Azure) -> Vpc:
    request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),))
    return done(lambda attempt: azure.connection.vpc.create(request, attempt))


def asked(vpc: Vpc, **changes: Any) -> VmRequest:
    request = VmRequest("vm", Ref(UBUNTU, UBUNTU), "Standard_B1s", ref(vpc), ref(vpc.subnets[0]), public_key=PUBLIC_KEY)
    return replace(request, **changes)


def make_vm(azure: Azure, vpc: Vpc, **changes: Any) -> Vm:
    return done(lambda attempt: azure.connection.vm.create(asked(vpc, **changes), attempt))


def machine_of(azure: Azure, name: str = "vm") -> dict[str, Any]:
    return resources.machines(azure.arm).named(name)


def held(twin: AzureTwin) -> set[str]:
    """Types and names of what is in the resource group."""
    return {"/".join(one.split("/")[-2:]) for one in twin.azure.contents() if "/providers/" in one}


# VM


def test_a_vm_is_a_family_that_goes_whole(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    before = held(twin)
    vm = make_vm(azure, vpc, tags={"team": "blue"})
    family = {"virtualMachines/vm", "networkInterfaces/vm-nic", "publicIPAddresses/vm-pip", "disks/vm-osdisk"}
    assert held(twin) == before | family
    deletes = azure.apis_of(lambda: done(lambda attempt: azure.connection.vm.delete(ref(vm), attempt)))
    assert [api for api in deletes if api.startswith("DELETE")] == [f"DELETE {VM}/{{name}}"]
    assert held(twin) == before


def test_every_part_carries_token_and_tags(azure: Azure, vpc: Vpc) -> None:
    attempt = Attempt("the-operation")
    done(lambda one: azure.connection.vm.create(asked(vpc, tags={"team": "blue"}), one), attempt)
    arm = azure.arm
    for kind, name in ((resources.addresses, "vm-pip"), (resources.interfaces, "vm-nic"), (resources.machines, "vm")):
        found = kind(arm).named(name)["tags"]
        assert found.items() >= {"spider-token": "the-operation", "team": "blue"}.items(), name


def test_what_is_asked_for_is_what_is_made(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc, root_disk_type="PremiumSSD", root_disk_gib=64)
    properties = machine_of(azure)["properties"]
    disk = properties["storageProfile"]["osDisk"]
    assert (disk["name"], disk["deleteOption"], disk["diskSizeGB"]) == ("vm-osdisk", "Delete", 64)
    assert disk["managedDisk"]["storageAccountType"] == "Premium_LRS"
    assert (vm.root_disk_type, vm.root_disk_gib) == ("PremiumSSD", 64)
    system = properties["osProfile"]
    assert system["adminUsername"] == vm.user == "cb-user"
    assert system["linuxConfiguration"]["disablePasswordAuthentication"] is True
    (key,) = system["linuxConfiguration"]["ssh"]["publicKeys"]
    assert (key["path"], key["keyData"]) == ("/home/cb-user/.ssh/authorized_keys", PUBLIC_KEY)
    assert (vm.zone, vm.image.id, vm.image_type, vm.ssh_port) == ("1", UBUNTU, ImageType.PUBLIC, 22)
    assert vm.public_ip
    assert vm.private_ip.startswith("10.0.1.")


def test_a_list_tells_as_much_as_get(azure: Azure, vpc: Vpc) -> None:
    key = done(lambda attempt: azure.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), attempt))
    made = make_vm(azure, vpc, key_pair=ref(key), tags={"team": "blue"})
    assert azure.connection.vm.list() == [made]
    assert (made.key_pair.id, made.vpc.id, made.subnet.id) == (key.iid.id, vpc.iid.id, vpc.subnets[0].iid.id)
    assert made.tags == {"team": "blue"}


def test_ids_are_found_in_any_case(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc)
    shouted = Ref("vm", vm.iid.id.upper())
    assert azure.connection.vm.get(shouted) == vm
    assert azure.connection.vm.status(shouted) is VmStatus.RUNNING
    assert azure.connection.vpc.get(Ref("net", vpc.iid.id.upper())).iid == vpc.iid
    done(lambda attempt: azure.connection.vm.delete(shouted, attempt))
    assert azure.connection.vm.list() == []


@pytest.mark.parametrize(
    "cloud_id",
    [
        "/subscriptions/7d0b2c9e-5a41-4f83-9c6d-e1f20a8b3d57/resourceGroups/koreacentral/providers/{}/vm",
        "/subscriptions/{subscription}/resourceGroups/koreacentral/providers/Microsoft.Compute/disks/vm",
        "/subscriptions/{subscription}",
        "vm/../../other",
    ],
)
def test_an_id_of_something_else_is_no_vm_s(azure: Azure, cloud_id: str) -> None:
    cloud_id = cloud_id.replace("{subscription}", azure.arm.place.subscription)

    def asked_for() -> None:
        with pytest.raises(NotFound):
            azure.connection.vm.get(Ref("vm", cloud_id))
        assert azure.connection.vm.delete(Ref("vm", cloud_id), Attempt("delete")) is None

    assert azure.apis_of(asked_for) == []


def test_a_vm_that_spider_has_not_made_is_read_by_its_interface(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc)
    found = machine_of(azure)
    change = {"operation": "Replace", "properties": {"tags": {"owner": "somebody"}}}
    azure.arm.begin("resources.tags.begin_update_at_scope", found["id"].strip("/"), change)
    foreign = azure.connection.vm.get(ref(vm))
    assert foreign == replace(vm, tags={"owner": "somebody"})
    (listed,) = azure.connection.vm.list()
    assert (listed.iid, listed.public_ip, listed.subnet.id) == (vm.iid, "", "")
    done(lambda attempt: azure.connection.vm.delete(ref(vm), attempt))


def test_the_public_address_stays_over_suspend_and_resume(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc)
    done(lambda attempt: azure.connection.vm.suspend(ref(vm), attempt))
    assert azure.connection.vm.status(ref(vm)) is VmStatus.SUSPENDED
    done(lambda attempt: azure.connection.vm.resume(ref(vm), attempt))
    assert azure.connection.vm.get(ref(vm)) == vm


def test_suspending_deallocates(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc)
    apis = azure.apis_of(lambda: done(lambda attempt: azure.connection.vm.suspend(ref(vm), attempt)))
    assert apis == [f"GET {VM}/{{name}}", f"POST {VM}/{{name}}/deallocate"]


def test_windows(azure: Azure, vpc: Vpc) -> None:
    vm = make_vm(azure, vpc, image=Ref(WINDOWS, WINDOWS), password="Pa55-word-of-nobody", public_key="")
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "cb-user", 3389)
    assert "linuxConfiguration" not in machine_of(azure)["properties"]["osProfile"]


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({"image": Ref("Canonical:none:server:latest", None)}, MissingReference, "image"),
        ({"image": Ref("no-image", None)}, MissingReference, "image"),
        ({"spec": "Standard_None"}, MissingReference, "spec"),
        ({"public_key": ""}, Invalid, "key_pair"),
        ({"public_key": "", "key_pair": Ref("none", None)}, MissingReference, "key_pair"),
        ({"subnet": Ref("")}, Invalid, "subnet"),
        ({"image": Ref(WINDOWS, WINDOWS)}, Invalid, "password"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_before_anything_is_made(
    twin: AzureTwin, azure: Azure, vpc: Vpc, changes: dict[str, Any], expected: type[SpiderError], field: str
) -> None:
    before = held(twin)
    with pytest.raises(expected) as refused:
        make_vm(azure, vpc, **changes)
    assert refused.value.field == field
    assert held(twin) == before


def test_a_missing_subnet_or_group_is_named(azure: Azure, vpc: Vpc) -> None:
    nowhere = Ref("none", vpc.subnets[0].iid.id + "-none")
    for changes, field in (({"subnet": nowhere}, "subnet"), ({"security_groups": (Ref("none"),)}, "security_groups")):
        attempt = Attempt("create")
        with pytest.raises(MissingReference) as refused:
            done(lambda one, changes=changes: azure.connection.vm.create(asked(vpc, **changes), one), attempt)  # type: ignore[misc]
        assert refused.value.field == field
        done(lambda one: azure.connection.vm.delete(Ref("vm", None, "create"), one), attempt)


def test_no_capacity_is_said_and_undone(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    before, attempt = held(twin), Attempt("create")
    twin.azure.settings.exhausted = ["Standard_B1s"]
    with pytest.raises(NoCapacity) as refused:
        done(lambda one: azure.connection.vm.create(asked(vpc), one), attempt)
    twin.azure.settings.exhausted = []
    assert refused.value.code
    undone = Attempt("create", parts=attempt.parts)
    done(lambda one: azure.connection.vm.delete(Ref("vm", None, "create"), one), undone)
    assert held(twin) == before


def test_a_part_of_somebody_else_s_is_not_taken(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    """Nor removed when the create is undone."""
    body = {
        "location": "koreacentral",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
    }
    azure.arm.begin("network.public_ip_addresses.begin_create_or_update", azure.arm.place.group, "vm-pip", body)
    before, attempt = held(twin), Attempt("create")
    with pytest.raises(AlreadyExists):
        done(lambda one: azure.connection.vm.create(asked(vpc), one), attempt)
    done(lambda one: azure.connection.vm.delete(Ref("vm", None, "create"), one), attempt)
    assert held(twin) == before


def test_what_stays_of_a_vm_is_removed(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    """Azure removes an interface with its VM only if it is told so; here it is told to leave it."""
    before, vm = held(twin), make_vm(azure, vpc)
    machine = machine_of(azure)
    (interface,) = machine["properties"]["networkProfile"]["networkInterfaces"]
    interface["properties"]["deleteOption"] = "Detach"
    change = {"properties": {"networkProfile": machine["properties"]["networkProfile"]}}
    azure.arm.begin("compute.virtual_machines.begin_update", azure.arm.place.group, "vm", change)
    token = machine["tags"]["spider-token"]
    deleting = Ref("vm", vm.iid.id, token)
    apis = azure.apis_of(lambda: done(lambda attempt: azure.connection.vm.delete(deleting, attempt)))
    assert f"DELETE {NIC}/{{name}}" in apis
    assert held(twin) == before


def test_a_list_of_1000_vms_costs_its_pages(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    """The twin's VMs are copies of one, for the sake of time."""
    make_vm(azure, vpc)
    centre = twin.azure.centre
    (one,) = centre.of_kind(VM)
    for number in range(999):
        name = f"vm{number}"
        body = {**one.body, "name": name, "id": f"{one.body['id']}{number}"}
        centre.add(replace(one, key=f"{one.key}{number}", body=body, uses=set()))
    twin.azure.settings.page_size = 50
    fresh = twin.connect()
    listed: list[Vm] = []
    calls = fresh.apis_of(lambda: listed.extend(fresh.connection.vm.list()))
    assert len({vm.iid.id for vm in listed}) == 1000
    assert len(calls) <= 1000 / 50 + 3
    assert len(fresh.apis_of(fresh.connection.vm.statuses)) == 1000 / 50


# Images and specs


def test_an_image_tells_what_it_is(azure: Azure) -> None:
    image = azure.connection.image.get(Ref(UBUNTU, UBUNTU))
    assert image.iid.name == image.iid.id == UBUNTU
    assert (image.platform, image.architecture) == (Platform.LINUX, "x86_64")
    assert image.details["exactVersion"] != "latest"
    exact = UBUNTU.replace("latest", image.details["exactVersion"])
    assert azure.connection.image.get(Ref(exact, exact)).iid.id == exact
    assert azure.connection.image.get(Ref(WINDOWS, WINDOWS)).platform is Platform.WINDOWS


def test_a_list_of_images_is_a_few_calls(azure: Azure) -> None:
    listed: list[Any] = []
    calls = azure.apis_of(lambda: listed.extend(azure.connection.image.list()))
    assert len(calls) <= 24
    assert {UBUNTU, WINDOWS} <= {image.iid.id for image in listed}


def test_a_spec_tells_its_gpus_and_disk(azure: Azure) -> None:
    spec = azure.connection.spec.get(Ref("", "standard_nc4as_t4_v3"))
    assert (spec.name, spec.vcpus, spec.memory_mib) == ("Standard_NC4as_T4_v3", 4, 28672)
    assert [gpu.count for gpu in spec.gpus] == [1]
    assert azure.connection.spec.raw_get(Ref("", spec.name))["name"] == spec.name


def test_specs_are_asked_for_once(azure: Azure) -> None:
    def twice() -> None:
        for name in ("Standard_B1s", "Standard_B2s"):
            azure.connection.spec.get(Ref("", name))

    assert len([api for api in azure.apis_of(twice) if "skus" in api]) == 1


# The resource group


def test_nothing_is_there_before_anything_is_made(azure: Azure) -> None:
    connection = azure.connection
    for handler in (connection.vpc, connection.security_group, connection.key_pair, connection.vm):
        assert handler.list() == []
    assert connection.vm.statuses() == []


def test_the_resource_group_is_made_once_and_stays(twin: AzureTwin) -> None:
    azure = twin.connect(ResourceGroup="Of-Spider")
    keys = azure.connection.key_pair

    def twice() -> None:
        for name in ("one", "two"):
            key = done(lambda attempt, name=name: keys.create(KeyPairRequest(name, PUBLIC_KEY), attempt))  # type: ignore[misc]
            assert "/resourceGroups/Of-Spider/" in key.iid.id
            done(lambda attempt, key=key: keys.delete(ref(key), attempt))  # type: ignore[misc]

    assert azure.apis_of(twice).count("PUT resourceGroups/{name}") == 1
    assert [one for one in twin.azure.contents() if one.endswith("/resourceGroups/Of-Spider")]


def test_a_resource_group_that_somebody_has_deleted_is_made_again(azure: Azure, vpc: Vpc) -> None:
    azure.arm.begin("resources.resource_groups.begin_delete", azure.arm.place.group)
    key = done(lambda attempt: azure.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), attempt))
    assert azure.connection.key_pair.list() == [key]
    assert azure.connection.vpc.list() == []


def test_lists_are_of_the_region_alone(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    other = twin.connect(Region="japaneast", ResourceGroup="koreacentral")
    assert other.connection.vpc.list() == []
    assert [one.iid for one in azure.connection.vpc.list()] == [vpc.iid]
