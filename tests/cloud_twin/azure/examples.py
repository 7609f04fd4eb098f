"""Microsoft's examples as calls to the twin: what stands for something is replaced by what the stage has."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud_twin.facade import Route

from .bench import KEY

FOLDER = Path(__file__).with_name("examples")
NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json"))

# Of the files that do not say it themselves.
OPERATIONS = {
    "Disk_CreateOrUpdate_BurstingEnabled": "Disks_Update",
    "Disk_Create_Empty": "Disks_CreateOrUpdate",
    "Disk_Delete": "Disks_Delete",
    "Disk_Get": "Disks_Get",
    "Disk_ListByResourceGroup": "Disks_ListByResourceGroup",
    "Disk_ListBySubscription": "Disks_List",
    "Disk_Update_ChangeTier": "Disks_Update",
    "ListAvailableResourceSkusForARegion": "ResourceSkus_List",
    "VirtualMachine_Deallocate_MaximumSet_Gen": "VirtualMachines_Deallocate",
    "NetworkInterfaceCreate": "NetworkInterfaces_CreateOrUpdate",
    "NetworkSecurityGroupGet": "NetworkSecurityGroups_Get",
    "NetworkSecurityGroupRuleGet": "SecurityRules_Get",
    "NetworkSecurityGroupRuleList": "SecurityRules_List",
    "PublicIpAddressGet": "PublicIPAddresses_Get",
    "PublicIpAddressList": "PublicIPAddresses_List",
    "SubnetCreate": "Subnets_CreateOrUpdate",
    "SubnetDelete": "Subnets_Delete",
    "CreateResourceGroup": "ResourceGroups_CreateOrUpdate",
    "DeleteTagsResource": "Tags_DeleteAtScope",
    "ForceDeleteVMsInResourceGroup": "ResourceGroups_Delete",
    "GetLocations": "Subscriptions_ListLocations",
    "GetProvider": "Providers_Get",
    "GetSubscription": "Subscriptions_Get",
    "GetSubscriptions": "Subscriptions_List",
    "GetTagsResource": "Tags_GetAtScope",
    "PatchTagsResource": "Tags_UpdateAtScope",
    "PutTagsResource": "Tags_CreateOrUpdateAtScope",
}

# Placeholders and machine-made filler, by what they stand for.
PLACEHOLDERS = {
    "{your-username}": "azure-user",
    "{your-password}": "Passw0rd-of-nobody",
    "{ssh-rsa public key}": KEY,
    "{image_publisher}": "Canonical",
    "{image_offer}": "ubuntu-24_04-lts",
    "{image_sku}": "server",
    "{existing-nic-name}": "existing-nic",
    "{existing-custom-image-name}": "existing-image",
    "{publisher}": "MicrosoftWindowsServer",
    "{offer}": "WindowsServer",
    "{sku}": "2016-Datacenter",
    "Versions/1.0.0": "Versions/14393.7969.250416",
    "myPRNameSpace/VM": "Microsoft.Compute/virtualMachines",
    "Microsoft.TestRP1": "Microsoft.Compute",
}
_IMAGES = {
    "location": "westus",
    "publisherName": "Debian",
    "offer": "debian-12",
    "skus": "12-gen2",
    "version": "0.20250911.2232",
    "$expand": "properties",
    "$orderby": "name desc",
}
_SUBSCRIPTION = re.compile(r"(?<=subscriptions/)(\{[^}]+\}|subid|[0-9a-f-]{36})", re.I)
_BODIES = ("parameters", "disk", "subnetParameters", "securityRuleParameters")
_QUERY = (
    "api-version",
    "$expand",
    "$filter",
    "$top",
    "$orderby",
    "hibernate",
    "skipShutdown",
    "forceDeletion",
    "forceDeletionTypes",
)


@dataclass(frozen=True)
class Example:
    """`answers` by status; a body None where there is none."""

    name: str
    operation: str
    group: str
    path: str
    query: dict[str, str]
    body: Any
    answers: dict[int, Any]


def read(name: str, routes: dict[str, Route], subscription: str) -> Example:
    data = json.loads((FOLDER / f"{name}.json").read_text())
    operation = data.get("operationId") or OPERATIONS[name.partition("/")[2]]
    data = _replaced(data, subscription)
    given = data["parameters"]
    if operation.startswith("VirtualMachineImages_") or operation == "VirtualMachineSizes_List":
        given |= {name: value for name, value in _IMAGES.items() if name in given}
    given["subscriptionId"] = subscription
    body = next((given[word] for word in _BODIES if word in given), None)
    path = re.sub(r"<(?:path:)?(\w+)>", lambda found: str(given[found[1]]).strip("/"), routes[operation].path)
    query = {word: str(given[word]) for word in _QUERY if word in given}
    answers = {int(status): answer.get("body") for status, answer in data["responses"].items()}
    return Example(name, operation, given.get("resourceGroupName", "my-resource-group"), path, query, body, answers)


def _replaced(data: Any, subscription: str) -> Any:
    if isinstance(data, dict):
        return {name: _replaced(one, subscription) for name, one in data.items()}
    if isinstance(data, list):
        return [_replaced(one, subscription) for one in data]
    if not isinstance(data, str):
        return data
    for placeholder, real in PLACEHOLDERS.items():
        data = data.replace(placeholder, real)
    return _SUBSCRIPTION.sub(subscription, data)
