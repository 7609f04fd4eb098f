"""Changes that take their time: what Azure answers to them, while they last, and when they have failed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .bench import GROUP, PLACE, Bench, machine_properties
from .refusing import refused

VMS = f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines"


def operation(bench: Bench, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201, 202), answer.text
    url = answer.headers["Azure-AsyncOperation"]
    assert url.startswith(f"{bench.url}/subscriptions/")
    found: dict[str, Any] = bench.http.get(url).json()
    return found


def powers(bench: Bench, vm: str) -> list[str]:
    return [one["code"] for one in bench.get(f"{vm}/instanceView")["statuses"]]


def new(bench: Bench, name: str = "vm-1", **more: Any) -> httpx.Response:
    nic = bench.interface(f"{name}-nic")
    return bench.call(
        "PUT", f"{VMS}/{name}", {"location": PLACE, "properties": machine_properties(bench.id(nic)), **more}
    )


def test_a_vm_is_creating_for_a_while(bench: Bench) -> None:
    bench.group()
    bench.azure.settings.transition_seconds = 20
    nic = bench.interface("vm-1-nic")
    answer = bench.call("PUT", f"{VMS}/vm-1", {"location": PLACE, "properties": machine_properties(bench.id(nic))})
    assert answer.status_code == 201
    assert answer.headers["Retry-After"] == "20"
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert operation(bench, answer)["status"] == "InProgress"
    bench.twin.clock.advance(19)
    assert powers(bench, f"{VMS}/vm-1") == ["ProvisioningState/creating", "PowerState/starting"]
    bench.twin.clock.advance(1)
    done = operation(bench, answer)
    assert (done["status"], done["startTime"] < done["endTime"]) == ("Succeeded", True)
    assert powers(bench, f"{VMS}/vm-1") == ["ProvisioningState/succeeded", "PowerState/running"]


@pytest.mark.parametrize(
    ("first", "verb", "during", "after"),
    [
        ("", "powerOff", "PowerState/stopping", "PowerState/stopped"),
        ("", "deallocate", "PowerState/deallocating", "PowerState/deallocated"),
        ("deallocate", "start", "PowerState/starting", "PowerState/running"),
        ("powerOff", "start", "PowerState/starting", "PowerState/running"),
        ("powerOff", "deallocate", "PowerState/deallocating", "PowerState/deallocated"),
        ("", "restart", "PowerState/running", "PowerState/running"),
    ],
)
def test_a_machines_powers(bench: Bench, first: str, verb: str, during: str, after: str) -> None:
    bench.group()
    vm = bench.machine()
    if first:
        bench.post(f"{vm}/{first}")
        bench.settle()
    answer = bench.post(f"{vm}/{verb}")
    assert (answer.status_code, answer.content) == (202, b"")
    assert bench.http.get(answer.headers["Location"]).status_code == 202
    assert powers(bench, vm) == ["ProvisioningState/updating", during]
    bench.settle()
    assert bench.http.get(answer.headers["Location"]).status_code == 200
    assert powers(bench, vm) == ["ProvisioningState/succeeded", after]


def test_what_a_state_refuses(bench: Bench) -> None:
    bench.group()
    vm = bench.machine()
    bench.post(f"{vm}/deallocate")
    busy = "The request failed due to conflict with a concurrent request."
    refused(bench.post(f"{vm}/start"), 409, "Conflict", busy)
    bench.settle()
    # https://github.com/hashicorp/terraform-provider-azurerm/issues/28218
    refused(
        bench.post(f"{vm}/powerOff"), 409, "OperationNotAllowed", "Operation 'powerOff' is not allowed on VM 'vm-1'"
    )
    refused(bench.post(f"{vm}/restart"), 409, "OperationNotAllowed")
    assert bench.post(f"{vm}/deallocate").status_code == 202
    bench.settle()
    first = bench.delete(vm)
    assert first.status_code == 202
    # https://github.com/Azure/azure-sdk-for-python/issues/2702
    refused(bench.post(f"{vm}/start"), 409, "OperationNotAllowed", "since the VM is marked for deletion")
    again = bench.delete(vm)
    assert again.headers["Location"] == first.headers["Location"]
    bench.settle()
    assert bench.delete(vm).status_code == 204
    refused(bench.post(f"{vm}/start"), 404, "ResourceNotFound")


def test_a_delete_preempts_what_is_under_way(bench: Bench) -> None:
    bench.group()
    made = new(bench)
    assert bench.delete(f"{VMS}/vm-1").status_code == 202
    told = operation(bench, made)
    assert (told["status"], told["error"]["code"]) == ("Failed", "OperationPreempted")
    bench.settle()
    assert bench.call("GET", f"{VMS}/vm-1").status_code == 404


@pytest.mark.parametrize(("zones", "code"), [(None, "AllocationFailed"), (["1"], "ZonalAllocationFailed")])
def test_no_capacity(bench: Bench, zones: Any, code: str) -> None:
    """https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/allocation-failure"""
    bench.group()
    bench.azure.settings.exhausted = ["standard_b1s"]
    made = new(bench, zones=zones)
    assert made.status_code == 201
    bench.settle()
    told = operation(bench, made)
    assert (told["status"], told["error"]["code"]) == ("Failed", code)
    assert "We do not have sufficient capacity for the requested VM size" in told["error"]["message"]
    shown = bench.get(f"{VMS}/vm-1?$expand=instanceView")["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["instanceView"]["statuses"][0]["code"] == f"ProvisioningState/failed/{code}"
    assert bench.delete(f"{VMS}/vm-1").status_code == 202
    bench.settle()
    assert bench.call("GET", f"{VMS}/vm-1").status_code == 404


def test_no_capacity_for_one_that_was_given_back(bench: Bench) -> None:
    bench.group()
    vm = bench.machine()
    bench.post(f"{vm}/deallocate")
    bench.settle()
    bench.azure.settings.exhausted = ["Standard_B1s"]
    started = bench.post(f"{vm}/start")
    assert operation(bench, started)["status"] == "InProgress"
    bench.settle()
    assert operation(bench, started)["error"]["code"] == "AllocationFailed"
    assert powers(bench, vm)[-1] == "PowerState/deallocated"


@pytest.mark.parametrize(
    ("quota", "words"), [("cores", "Total Regional Cores"), ("virtualMachines", "Virtual Machines")]
)
def test_quotas_are_refused_at_once(bench: Bench, quota: str, words: str) -> None:
    bench.group()
    bench.azure.settings.quotas[quota] = 1
    assert new(bench).status_code == 201
    words = (
        f"exceeding approved {words} quota. Additional details - Deployment Model: Resource Manager, Location: {PLACE}"
    )
    refused(new(bench, "vm-2"), 409, "OperationNotAllowed", words, "Current Limit: 1, Current Usage: 1")


@pytest.mark.parametrize("option", ["Delete", "Detach"])
def test_what_goes_along_with_a_vm(bench: Bench, option: str) -> None:
    bench.group()
    address = bench.address()
    nic = bench.interface(address=address)
    body = bench.get(nic)
    inner = body["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"]
    inner["properties"] = {"deleteOption": option}
    bench.put(nic, {"location": PLACE, "properties": body["properties"]})
    properties = machine_properties(bench.id(nic))
    properties["storageProfile"]["osDisk"]["deleteOption"] = option
    properties["networkProfile"]["networkInterfaces"][0]["properties"] = {"deleteOption": option}
    vm = bench.made("Microsoft.Compute/virtualMachines", "vm-1", properties)
    assert bench.get(address)["properties"]["deleteOption"] == option
    before = set(bench.azure.contents())
    bench.delete(vm)
    bench.settle()
    gone = {one.rpartition("/")[2].partition("_")[0] for one in before - set(bench.azure.contents())}
    assert gone == ({"vm-1", "nic-1", "ip-1"} if option == "Delete" else {"vm-1"})
    if option == "Detach":
        assert "virtualMachine" not in bench.get(nic)["properties"]
        (disk,) = bench.get(f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/disks")["value"]
        assert (disk["properties"]["diskState"], disk.get("managedBy")) == ("Unattached", None)


def test_a_dynamic_address_is_there_while_its_vm_has_a_host(bench: Bench) -> None:
    bench.group()
    path = f"/resourceGroups/{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip-1"
    bench.put(path, {"location": PLACE})
    nic = bench.interface(address=path)
    assert "ipAddress" not in bench.get(path)["properties"]
    vm = bench.made("Microsoft.Compute/virtualMachines", "vm-1", machine_properties(bench.id(nic)))
    assert bench.get(path)["properties"]["ipAddress"]
    bench.post(f"{vm}/deallocate")
    bench.settle()
    assert "ipAddress" not in bench.get(path)["properties"]


def test_network_resources_are_updating_and_deleting(bench: Bench) -> None:
    bench.group()
    path = f"/resourceGroups/{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip-1"
    made = bench.call("PUT", path, {"location": PLACE})
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Updating")
    bench.settle()
    changed = bench.call("PUT", path, {"location": PLACE, "tags": {"a": "b"}})
    assert (changed.status_code, operation(bench, changed)["status"]) == (200, "InProgress")
    bench.settle()
    deleted = bench.delete(path)
    assert deleted.status_code == 202
    assert bench.get(path)["properties"]["provisioningState"] == "Deleting"
    assert "/operationResults/" in deleted.headers["Location"]
    bench.settle()
    assert (bench.call("GET", path).status_code, bench.delete(path).status_code) == (404, 204)


def test_the_sdks_pollers_come_to_an_end(bench: Bench) -> None:
    bench.azure.settings.transition_seconds = 0
    bench.group()
    nic = bench.interface()
    sent = {"location": PLACE, "properties": machine_properties(bench.id(nic))}
    made = bench.compute.virtual_machines.begin_create_or_update(GROUP, "vm-1", sent).result()
    assert (made.name, made.provisioning_state) == ("vm-1", "Succeeded")
    for verb in ("begin_power_off", "begin_start", "begin_restart", "begin_deallocate"):
        getattr(bench.compute.virtual_machines, verb)(GROUP, "vm-1").result()
    (listed,) = bench.compute.virtual_machines.list_all(status_only="true")
    assert [one.code for one in listed.instance_view.statuses][-1] == "PowerState/deallocated"
    bench.compute.virtual_machines.begin_delete(GROUP, "vm-1").result()
    bench.resources.resource_groups.begin_delete(GROUP).result()
    assert bench.azure.contents() == []


def test_a_snapshot_brings_all_back(bench: Bench) -> None:
    bench.group()
    vm = bench.machine()
    taken = bench.azure.snapshot()
    bench.delete(f"/resourceGroups/{GROUP}")
    bench.settle()
    assert bench.azure.contents() == []
    bench.azure.restore(taken)
    assert bench.get(vm)["properties"]["provisioningState"] == "Succeeded"


def test_an_operation_that_there_is_not(bench: Bench) -> None:
    path = "/providers/Microsoft.Compute/locations/koreacentral/operations/a0a0a0a0-0000-0000-0000-000000000000"
    refused(bench.call("GET", path), 404, "NotFound")
