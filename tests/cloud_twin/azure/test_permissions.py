"""What the account may do: RBAC's actions, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_twin.azure import api

from .bench import GROUP, PLACE, Bench, machine_properties
from .refusing import refused

WRITE = "Microsoft.Compute/virtualMachines/write"
NETWORK = f"/resourceGroups/{GROUP}/providers/Microsoft.Network"


def allow(bench: Bench, *actions: str) -> None:
    bench.azure.settings.permissions = list(actions)


def test_without_an_action_arm_forbids(bench: Bench) -> None:
    bench.group()
    vm = f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1"
    allow(bench, "Microsoft.Compute/virtualMachines/read")
    assert bench.call("GET", vm).status_code == 404
    principal = bench.azure.account.principal
    words = (
        f"The client '{principal}' with object id '{principal}' does not have authorization to perform action "
        f"'Microsoft.Compute/virtualMachines/delete' over scope '{bench.id(vm)}' or the scope is invalid."
    )
    refused(bench.delete(vm), 403, "AuthorizationFailed", words)
    start = bench.post(f"{vm}/start")
    refused(start, 403, "AuthorizationFailed", "Microsoft.Compute/virtualMachines/start/action", f"'{bench.id(vm)}'")


def test_every_route_that_touches_resources_asks_for_an_action(bench: Bench) -> None:
    free = {route.name for route in api.routes(bench.azure) if not route.permissions}
    assert free == {
        *(route.name for route in api.routes(bench.azure) if bench.azure.open_to_all(route)),
        "Tenants_List",
        "Subscriptions_List",
        "Providers_ListAtTenantScope",
        "Providers_GetAtTenantScope",
        "Providers_Register",
        "Operations_Result",
        "NetworkOperations_Get",
        "NetworkOperations_Result",
        "ComputeOperations_Get",
        "Deployments_Status",
    }


def vm_sent(bench: Bench) -> tuple[str, Any]:
    return "Microsoft.Compute/virtualMachines/vm-1", machine_properties(bench.id(bench.interface()))


def nic_sent(bench: Bench) -> tuple[str, Any]:
    inner = {
        "subnet": {"id": bench.id(bench.network(a="10.0.1.0/24") + "/subnets/a")},
        "publicIPAddress": {"id": bench.id(bench.address())},
    }
    configurations = [{"name": "one", "properties": inner}]
    group = {"id": bench.id(bench.rules())}
    return "Microsoft.Network/networkInterfaces/nic-1", {
        "ipConfigurations": configurations,
        "networkSecurityGroup": group,
    }


@pytest.mark.parametrize(
    ("sent", "own", "linked"),
    [
        (vm_sent, WRITE, ["Microsoft.Network/networkInterfaces/join/action"]),
        (
            nic_sent,
            "Microsoft.Network/networkInterfaces/write",
            [
                "Microsoft.Network/virtualNetworks/subnets/join/action",
                "Microsoft.Network/publicIPAddresses/join/action",
                "Microsoft.Network/networkSecurityGroups/join/action",
            ],
        ),
    ],
)
def test_who_joins_needs_to_be_allowed_on_what_is_joined(bench: Bench, sent: Any, own: str, linked: list[str]) -> None:
    bench.group()
    name, properties = sent(bench)
    path = f"/resourceGroups/{GROUP}/providers/{name}"
    for action in linked:
        allow(bench, own, *(one for one in linked if one != action))
        answer = bench.call("PUT", path, {"location": PLACE, "properties": properties})
        words = f"it does not have permission to perform action(s) '{action}' on the linked scope(s) '/subscriptions/"
        refused(answer, 403, "LinkedAuthorizationFailed", f"perform action '{own}'", words)
    allow(bench, own, *linked)
    assert bench.call("PUT", path, {"location": PLACE, "properties": properties}).status_code == 201
