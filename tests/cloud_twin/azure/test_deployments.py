"""Template deployments: what they make, in which order, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .bench import GROUP, KEY, PLACE, Bench, machine_properties
from .refusing import refused

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
PATH = f"/resourceGroups/{GROUP}/providers/Microsoft.Resources/deployments/one"
VERSION = "?api-version=2025-04-01"


def vnet(name: str = "net-1", **more: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2025-03-01",
        "name": name,
        "location": PLACE,
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "a", "properties": {"addressPrefix": "10.0.1.0/24"}}],
        },
        **more,
    }


def nic(**more: Any) -> dict[str, Any]:
    subnet = {"id": "[concat(resourceId('Microsoft.Network/virtualNetworks', variables('net')), '/subnets/a')]"}
    return {
        "type": "Microsoft.Network/networkInterfaces",
        "apiVersion": "2025-03-01",
        "name": "[concat(parameters('prefix'), '-nic')]",
        "location": "[resourceGroup().location]",
        "dependsOn": ["[resourceId('Microsoft.Network/virtualNetworks', variables('net'))]"],
        "properties": {"ipConfigurations": [{"name": "one", "properties": {"subnet": subnet}}]},
        **more,
    }


def vm(**more: Any) -> dict[str, Any]:
    properties = machine_properties("[resourceId('Microsoft.Network/networkInterfaces', 'x-nic')]")
    properties["osProfile"] = {"adminUsername": "azure-user", "adminPassword": "[parameters('password')]"}
    return {
        "type": "Microsoft.Compute/virtualMachines",
        "apiVersion": "2026-03-01",
        "name": "vm-1",
        "location": PLACE,
        "dependsOn": ["Microsoft.Network/networkInterfaces/x-nic"],
        "properties": properties,
        **more,
    }


def template(*resources: Any, **more: Any) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"prefix": {"type": "string", "defaultValue": "x"}, "password": {"type": "securestring"}},
        "variables": {"net": "[format('{0}-{1}', 'net', 1)]"},
        "resources": list(resources),
        "outputs": {"place": {"type": "string", "value": "[reference('net-1', '2025-03-01', 'Full').location]"}},
        **more,
    }


def deploy(bench: Bench, sent: dict[str, Any], password: str = "Canary-Passw0rd", mode: str = "Incremental") -> Any:
    parameters = {"password": {"value": password}} if "password" in sent["parameters"] else {}
    body = {"properties": {"template": sent, "parameters": parameters, "mode": mode}}
    return bench.call("PUT", PATH + VERSION, body)


def finished(bench: Bench, answer: Any) -> dict[str, Any]:
    """The operation, once it is over."""
    assert answer.status_code in (200, 201), answer.text
    url = answer.headers["Azure-AsyncOperation"]
    for _ in range(10):
        found: dict[str, Any] = bench.http.get(url).json()
        if found["status"] != "InProgress":
            return found
        bench.settle()
    raise AssertionError("no end")


def test_what_depends_on_others_waits_for_them(bench: Bench) -> None:
    bench.group()
    answer = deploy(bench, template(vm(), nic(), vnet()))
    assert answer.json()["properties"]["provisioningState"] == "Accepted"
    names = [one.rpartition("/")[2] for one in bench.azure.contents()]
    assert names == [GROUP, "one", "net-1", "a"] or set(names) == {GROUP, "one", "net-1", "a"}
    bench.settle()
    assert any(one.endswith("/x-nic") for one in bench.azure.contents())
    assert not any(one.endswith("/vm-1") for one in bench.azure.contents())
    assert finished(bench, answer)["status"] == "Succeeded"
    shown = bench.get(PATH + VERSION)["properties"]
    assert shown["outputs"] == {"place": {"type": "string", "value": PLACE}}
    assert [one["id"].rpartition("/")[2] for one in shown["outputResources"]] == ["vm-1", "x-nic", "net-1"]
    assert shown["parameters"]["password"] == {"type": "securestring"}
    assert bench.get(f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1")["name"] == "vm-1"


def test_passwords_are_forgotten(bench: Bench) -> None:
    bench.group()
    answer = deploy(bench, template(vm(), nic(), vnet()))
    assert "Canary-Passw0rd" not in answer.text
    finished(bench, answer)
    assert "Canary-Passw0rd" not in bench.call("GET", PATH + VERSION).text
    assert "Canary-Passw0rd" not in repr(bench.azure.snapshot())


def test_a_resources_refusal_is_the_deployments_failure(bench: Bench) -> None:
    bench.group()
    answer = deploy(bench, template(vm(), nic(), vnet()), password="weak")
    told = finished(bench, answer)
    assert (told["status"], told["error"]["code"]) == ("Failed", "DeploymentFailed")
    (inner,) = told["error"]["details"]
    assert (inner["code"], inner["target"]) == ("InvalidParameter", "adminPassword")
    assert bench.get(PATH + VERSION)["properties"]["provisioningState"] == "Failed"
    operations = bench.get(f"/resourceGroups/{GROUP}/deployments/one/operations{VERSION}")["value"]
    failed = [one["properties"] for one in operations if one["properties"]["provisioningState"] == "Failed"]
    assert [one["targetResource"]["resourceName"] for one in failed] == ["vm-1"]
    assert failed[0]["statusMessage"]["error"]["code"] == "InvalidParameter"


def test_a_failed_allocation_is_the_deployments_failure(bench: Bench) -> None:
    bench.group()
    bench.azure.settings.exhausted = ["Standard_B1s"]
    told = finished(bench, deploy(bench, template(vm(), nic(), vnet())))
    assert told["error"]["details"][0]["code"] == "AllocationFailed"


def test_outputs_that_name_nothing_are_the_deployments_failure(bench: Bench) -> None:
    bench.group()
    place = {"type": "string", "value": "[reference('none').location]"}
    told = finished(bench, deploy(bench, template(vnet(), outputs={"place": place})))
    assert told["error"]["details"][0]["code"] == "ResourceNotFound"
    assert bench.get(f"/resourceGroups/{GROUP}")["name"] == GROUP


def test_a_condition_leaves_one_out(bench: Bench) -> None:
    bench.group()
    sent = template(vnet(), vnet("net-2", condition=False))
    assert finished(bench, deploy(bench, sent))["status"] == "Succeeded"
    assert not any(one.endswith("net-2") for one in bench.azure.contents())


def test_permissions_are_asked_for_each_resource(bench: Bench) -> None:
    bench.group()
    bench.azure.settings.permissions = [
        "Microsoft.Resources/deployments/write",
        "Microsoft.Resources/deployments/read",
    ]
    told = finished(bench, deploy(bench, template(vnet())))
    assert told["error"]["details"][0]["code"] == "AuthorizationFailed"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (template(vnet("[nonsense('a')]")), "The template function 'nonsense' is not valid."),
        (template(vnet("[parameters('none')]")), "The template parameter 'none' is not found"),
        (template(vnet("[variables('none')]")), "The template variable 'none' is not found"),
        (template(vnet("[concat('a']")), "is not valid"),
        (template(vnet(), vnet()), "is defined multiple times in a template"),
        (template(nic()), "is not defined in the template"),
        (template(vnet(dependsOn=["net-2"]), vnet("net-2", dependsOn=["net-1"])), "Circular dependency detected"),
        (template(vnet(type="Microsoft.Network/virtualNetworks/subnets")), "has incorrect segment lengths"),
        (template(vnet(apiVersion=None)), "must have the property 'apiVersion'"),
    ],
)
def test_templates_that_are_none(bench: Bench, sent: dict[str, Any], words: str) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-template"""
    bench.group()
    refused(deploy(bench, sent), 400, "InvalidTemplate", "Deployment template validation failed", words)
    assert len(bench.azure.contents()) == 1


def test_requests_that_are_none(bench: Bench) -> None:
    bench.group()
    sent = template(vnet())
    refused(bench.call("PUT", PATH + VERSION, {"properties": {"mode": "Incremental"}}), 400, "InvalidRequestContent")
    refused(deploy(bench, sent, mode="Complete"), 400, "InvalidDeploymentMode")
    del sent["parameters"]["password"]
    body = {"properties": {"template": sent, "parameters": {"other": {"value": 1}}, "mode": "Incremental"}}
    refused(bench.call("PUT", PATH + VERSION, body), 400, "InvalidTemplate", "not present in the original template")
    refused(bench.call("GET", PATH + VERSION), 404, "DeploymentNotFound", "Deployment 'one' could not be found.")


def test_validating_makes_nothing(bench: Bench) -> None:
    bench.group()
    body = {
        "properties": {"template": template(vnet()), "parameters": {"password": {"value": "p"}}, "mode": "Incremental"}
    }
    answer = bench.post(f"{PATH}/validate{VERSION}", body)
    assert [one["id"].rpartition("/")[2] for one in answer.json()["properties"]["validatedResources"]] == ["net-1"]
    assert len(bench.azure.contents()) == 1


def test_one_deployment_of_a_name_at_a_time(bench: Bench) -> None:
    bench.group()
    first = deploy(bench, template(vnet()))
    refused(deploy(bench, template(vnet())), 409, "DeploymentActive", "is still active")
    finished(bench, first)
    assert finished(bench, deploy(bench, template(vnet())))["status"] == "Succeeded"
    gone = bench.delete(PATH + VERSION)
    assert gone.status_code == 202
    assert [one.rpartition("/")[2] for one in bench.azure.contents()] == [GROUP, "net-1", "a"]


def test_keys_of_a_template_reach_the_vm(bench: Bench) -> None:
    bench.group()
    machine = vm()
    machine["properties"]["osProfile"] = machine_properties("")["osProfile"]
    finished(bench, deploy(bench, template(machine, nic(), vnet())))
    shown = bench.get(f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1")
    assert KEY in json.dumps(shown)
