"""What there is no more of: quotas of the subscription, machines of a size in a region."""

from __future__ import annotations

from ...centre import Failure, Thing
from ...settings import Settings
from ..errors import ArmError
from .sizes import Size, found


def check_quotas(settings: Settings, there: list[Thing], location: str, size: Size) -> None:
    """`there`: the VMs of the location. Raises ArmError."""
    cores = sum(found(one.body["properties"]["hardwareProfile"]["vmSize"]).cores for one in there)
    for name, shown, usage, more in (
        ("cores", "Total Regional Cores", cores, size.cores),
        ("virtualMachines", "Virtual Machines", len(there), 1),
    ):
        most = settings.quotas.get(name)
        if most is not None and usage + more > most:
            raise ArmError(
                409,
                "OperationNotAllowed",
                f"Operation could not be completed as it results in exceeding approved {shown} quota. Additional "
                f"details - Deployment Model: Resource Manager, Location: {location}, Current Limit: {most}, Current "
                f"Usage: {usage}, Additional Required: {more}, (Minimum) New Limit Required: {usage + more}. Submit a "
                "request for Quota increase at https://aka.ms/ProdportalCRP by specifying parameters listed in the "
                "'Details' section for deployment to succeed. Please read more about quota limits at "
                "https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests",
            )


def lacking(settings: Settings, vm: Thing) -> Failure | None:
    """https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/allocation-failure"""
    size = vm.body["properties"]["hardwareProfile"]["vmSize"]
    if size.lower() not in (one.lower() for one in settings.exhausted):
        return None
    code, place = ("ZonalAllocationFailed", "zone") if vm.body.get("zones") else ("AllocationFailed", "region")
    text = (
        f"Allocation failed. We do not have sufficient capacity for the requested VM size in this {place}. Read more "
        "about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
    )
    return Failure(code, text)
