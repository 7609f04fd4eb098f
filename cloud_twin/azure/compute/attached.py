"""The interfaces of a VM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...centre import State, Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..network.interfaces import INTERFACE
from ..voices import COMPUTE
from .sizes import Size

if TYPE_CHECKING:
    from .machines import VirtualMachines


class Attached:
    def __init__(self, machines: VirtualMachines) -> None:
        self._arm = machines.arm
        self._interfaces = machines.interfaces

    def checked(
        self, call: Call, resource: ResourceId, location: str, given: dict[str, Any], size: Size
    ) -> list[Thing]:
        """The interfaces that a networkProfile names, which a VM may have. Raises ArmError."""
        named = given.get("networkInterfaces")
        if not named:
            raise COMPUTE.missing("networkProfile.networkInterfaces")
        if len(named) > size.interfaces:
            text = (
                f"The number of network interfaces for virtual machine {resource.name} exceeds the maximum allowed "
                f"for the virtual machine size {size.name}. The number of network interfaces is {len(named)} and the "
                f"maximum allowed is {size.interfaces}."
            )
            raise ArmError(400, "NetworkInterfaceCountExceeded", text, details=[])
        primary = [one for one in named if one.get("properties", {}).get("primary")]
        if len(named) > 1 and len(primary) != 1:
            text = f"Virtual machine {resource} must have one network interface set as the primary."
            raise ArmError(400, "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary", text, details=[])
        found = [self._interface(resource, location, one) for one in named]
        self._arm.require_linked(call, {f"{INTERFACE}/join/action": one.body["id"] for one in found})
        return found

    def _interface(self, resource: ResourceId, location: str, link: dict[str, Any]) -> Thing:
        try:
            named = parse(link.get("id", ""))
        except ValueError:
            text = "The value of parameter networkInterface.id is invalid."
            raise ArmError(400, "InvalidParameter", text, target="networkInterface.id") from None
        found = self._arm.centre.find(named.key)
        if found is None or found.kind != INTERFACE or found.state is State.LEAVING:
            raise ArmError(404, "NotFound", f"Resource {named} not found.", target="networkInterfaces")
        vm = self._interfaces.machine(found)
        if vm is not None and vm.key != resource.key:
            text = f"Network Interface {found.body['id']} is used by existing VM {vm.body['id']}."
            raise ArmError(400, "NicInUse", text)
        if found.body["location"] != location:
            text = (
                f"Resource {found.body['id']} referenced by resource {resource} was not found. Please make sure that "
                "the referenced resource exists, and that both resources are in the same region."
            )
            raise ArmError(400, "InvalidResourceReference", text)
        self._interfaces.check_ready(resource, found)
        link["id"] = found.body["id"]
        return found
