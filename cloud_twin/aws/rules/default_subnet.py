"""RunInstances without a subnet ("Default subnets", VPC user guide)."""

from __future__ import annotations

from ..call import Call, rule


@rule("RunInstances")
def default_subnet_is_taken(call: Call) -> None:
    """For a new interface; moto gives it an address of no subnet. Where there is no default subnet, moto refuses."""
    zone = call.given.get("Placement", {}).get("AvailabilityZone")
    defaults = call.cloud.get_default_subnets()
    subnet = defaults.get(zone) if zone else next(iter(defaults.values()), None)
    if subnet is None:
        return
    for interface in call.given.get("NetworkInterfaces", []):
        if not interface.get("SubnetId") and "NetworkInterfaceId" not in interface:
            interface["SubnetId"] = subnet.id
