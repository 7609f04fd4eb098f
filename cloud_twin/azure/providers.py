"""The resource providers: which types there are, in which versions, where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import versions
from .errors import ArmError
from .regions import REGIONS

if TYPE_CHECKING:
    from .facade import Azure

TYPES = {
    "Microsoft.Compute": (
        "virtualMachines",
        "disks",
        "images",
        "sshPublicKeys",
        "locations",
        "locations/operations",
        "locations/vmSizes",
        "locations/publishers",
        "skus",
    ),
    "Microsoft.Network": (
        "virtualNetworks",
        "virtualNetworks/subnets",
        "networkSecurityGroups",
        "networkSecurityGroups/securityRules",
        "publicIPAddresses",
        "networkInterfaces",
        "locations",
        "locations/operations",
        "locations/operationResults",
    ),
    "Microsoft.Resources": (
        "subscriptions",
        "resourceGroups",
        "tenants",
        "locations",
        "providers",
        "resources",
        "tags",
        "deployments",
        "deployments/operations",
    ),
}


class Providers:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def list(self, call: Call) -> Any:
        return {"value": [self._shown(name) for name in TYPES]}

    def get(self, call: Call) -> Any:
        wanted = call.values["resourceProviderNamespace"]
        for name in TYPES:
            if name.lower() == wanted.lower():
                return self._shown(name)
        text = f"The resource namespace '{wanted}' is invalid."
        raise ArmError(404, "InvalidResourceNamespace", text)

    def register(self, call: Call) -> Any:
        """All are registered."""
        return self.get(call)

    def _shown(self, namespace: str) -> dict[str, Any]:
        return {
            "id": f"{self._arm.subscription_id()}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationRequired" if namespace != "Microsoft.Resources" else "RegistrationFree",
            "registrationState": "Registered",
            "resourceTypes": [self._type(namespace, kind) for kind in TYPES[namespace]],
        }

    def _type(self, namespace: str, kind: str) -> dict[str, Any]:
        special = f"{namespace}/{kind}".lower()
        known = versions.KNOWN.get(special) or versions.KNOWN[namespace.lower()]
        return {
            "resourceType": kind,
            "locations": [region.shown for region in REGIONS.values()],
            "apiVersions": list(reversed(known)),
            "defaultApiVersion": known[-1],
            "zoneMappings": [
                {"location": region.shown, "zones": [str(number + 1) for number in range(region.zones)]}
                for region in REGIONS.values()
                if region.zones and kind in ("virtualMachines", "disks", "publicIPAddresses")
            ],
            "capabilities": "SupportsTags, SupportsLocation",
        }
