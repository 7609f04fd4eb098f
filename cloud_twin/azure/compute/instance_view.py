"""What a VM does just now, as its instance view tells it."""

from __future__ import annotations

from typing import Any

from ...centre import Job, Machine, Power, State
from ..times import written

_POWERS = {
    Power.STARTING: ("starting", "VM starting"),
    Power.ON: ("running", "VM running"),
    Power.RESTARTING: ("running", "VM running"),
    Power.STOPPING: ("stopping", "VM stopping"),
    Power.OFF: ("stopped", "VM stopped"),
}
_SHOWN = {
    "Creating": ("creating", "Creating"),
    "Updating": ("updating", "Updating"),
    "Deleting": ("deleting", "Deleting"),
    "Failed": ("failed", "Provisioning failed"),
    "Succeeded": ("succeeded", "Provisioning succeeded"),
}


def view(vm: Machine, state: str, under_way: list[Job]) -> dict[str, Any]:
    """`state`: its provisioningState."""
    inner = vm.body["properties"]
    running = vm.power is Power.ON and vm.state is not State.MAKING
    shown: dict[str, Any] = {
        "disks": [
            {"name": disk["name"], "statuses": [_status("ProvisioningState/succeeded", "Provisioning succeeded", vm)]}
            for disk in [inner["storageProfile"]["osDisk"], *inner["storageProfile"]["dataDisks"]]
        ],
        "hyperVGeneration": "V2",
        "isVMInStandbyPool": False,
        "statuses": statuses(vm, state, under_way),
    }
    if running:
        system = inner["storageProfile"]["osDisk"]["osType"]
        reference = inner["storageProfile"].get("imageReference", {})
        shown |= {
            "computerName": inner.get("osProfile", {}).get("computerName", vm.body["name"]),
            "osName": reference.get("offer", system),
            "osVersion": reference.get("sku", ""),
            "vmAgent": {
                "vmAgentVersion": "2.9.1.1",
                "statuses": [
                    {
                        **_status("ProvisioningState/succeeded", "Ready", vm),
                        "message": "Guest Agent is running",
                    }
                ],
                "extensionHandlers": [],
            },
        }
    return shown


def statuses(vm: Machine, state: str, under_way: list[Job]) -> list[dict[str, Any]]:
    word, text = _SHOWN[state]
    if vm.state is State.FAILED:
        failure = vm.body["_failure"]
        first = {
            **_status(f"ProvisioningState/failed/{failure['code']}", text, vm, "Error"),
            "message": failure["message"],
        }
        return [first]
    found = [_status(f"ProvisioningState/{word}", text, vm)]
    if vm.body.get("_generalized"):
        found.insert(0, {"code": "OSState/generalized", "level": "Info", "displayStatus": "VM generalized"})
    power, shown = _power(vm, under_way)
    return [*found, {"code": f"PowerState/{power}", "level": "Info", "displayStatus": shown}]


def _power(vm: Machine, under_way: list[Job]) -> tuple[str, str]:
    if vm.power is Power.STOPPING and any(job.verb == "deallocate" for job in under_way):
        return "deallocating", "VM deallocating"
    if vm.power is Power.OFF and vm.body.get("_deallocated"):
        return "deallocated", "VM deallocated"
    return _POWERS[vm.power]


def _status(code: str, text: str, vm: Machine, level: str = "Info") -> dict[str, Any]:
    return {"code": code, "level": level, "displayStatus": text, "time": written(vm.powered or vm.made)}
