"""Microsoft.Compute's refusals, with ARM's status, code and words. Where no source stands beside a case, the words are
those of error messages quoted in issues of hashicorp/terraform-provider-azurerm and Azure/azure-cli."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .bench import GROUP, KEY, PLACE, Bench, machine_properties
from .refusing import refused

COMPUTE = f"/resourceGroups/{GROUP}/providers/Microsoft.Compute"
VM = f"{COMPUTE}/virtualMachines/vm-1"
DISK = f"{COMPUTE}/disks/disk-1"


def put(bench: Bench, properties: Any, path: str = VM, **more: Any) -> Any:
    return bench.call("PUT", path, {"location": PLACE, "properties": properties, **more})


def changed(bench: Bench, where: str, value: Any) -> dict[str, Any]:
    """Properties of a VM with one member, `osProfile.adminUsername`, set or (None) left out."""
    bench.group()
    properties = machine_properties(bench.id(bench.interface()))
    inner, *_ = [properties]
    *path, last = where.split(".")
    for word in path:
        inner = inner.setdefault(word, {})
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = copy.deepcopy(value)
    return properties


SSH = "osProfile.linuxConfiguration.ssh.publicKeys"
PASSWORDS = {"disablePasswordAuthentication": False}


@pytest.mark.parametrize(
    ("where", "value", "status", "code", "words"),
    [
        ("storageProfile", None, 400, "InvalidParameter", "Required parameter 'storageProfile' is missing (null)."),
        ("networkProfile", None, 400, "InvalidParameter", "'networkProfile' is missing"),
        ("osProfile", None, 400, "InvalidParameter", "Required parameter 'osProfile' is missing (null)."),
        ("hardwareProfile.vmSize", None, 400, "InvalidParameter", "vmSize"),
        # https://github.com/ContainerSolutions/terraform-examples/pull/62
        (
            "hardwareProfile.vmSize",
            "B1ls",
            400,
            "InvalidParameter",
            "The value B1ls provided for the VM size",
        ),
        (
            "storageProfile.imageReference.sku",
            "none",
            404,
            "PlatformImageNotFound",
            "lts:none:latest' is not available",
        ),
        ("storageProfile.imageReference.version", "1.2.3", 404, "PlatformImageNotFound", "server:1.2.3"),
        ("storageProfile.osDisk.createOption", "Empty2", 400, "InvalidParameter", "The value 'Empty2' of parameter"),
        ("storageProfile.osDisk.caching", "Write", 400, "InvalidParameter", "Allowed values are 'None','ReadOnly'"),
        (
            "storageProfile.osDisk.diskSizeGB",
            10,
            409,
            "OperationNotAllowed",
            "smaller than the size",
        ),
        ("storageProfile.osDisk.diskSizeGB", "big", 400, "BadRequest", 'Error converting value "big"'),
        ("storageProfile.osDisk.colour", "red", 400, "BadRequest", "Could not find member 'colour'"),
        # https://learn.microsoft.com/azure/virtual-desktop/troubleshoot-set-up-issues
        ("osProfile.adminUsername", "root", 400, "InvalidParameter", "The Admin Username specified is not allowed."),
        ("osProfile.adminUsername", "Admin", 400, "InvalidParameter", "The Admin Username specified is not allowed."),
        ("osProfile.adminUsername", "a b", 400, "InvalidParameter", "The Admin Username specified is not allowed."),
        ("osProfile.adminUsername", None, 400, "InvalidParameter", "adminUsername"),
        # terraform-provider-azurerm, internal/services/compute/linux_virtual_machine_resource.go
        (
            SSH,
            [],
            400,
            "InvalidParameter",
            "Authentication using either SSH or by user name",
        ),
        (SSH, [{"keyData": "ssh-rsa nonsense"}], 400, "InvalidParameter", "publicKeys.keyData is invalid"),
        (
            SSH,
            [{"keyData": KEY, "path": "/home/other/keys"}],
            400,
            "InvalidParameter",
            "default value /home/cb-user",
        ),
        ("osProfile.linuxConfiguration", PASSWORDS, 400, "InvalidParameter", "'adminPassword' is missing"),
        ("osProfile.windowsConfiguration", {}, 400, "InvalidParameter", "'windowsConfiguration' is not allowed"),
        ("osProfile.adminPassword", "Str0ng-enough", 400, "InvalidParameter", "adminPassword"),
        ("osProfile.computerName", "n" * 65, 400, "InvalidParameter", "Linux host name cannot exceed 64 characters"),
        ("osProfile.computerName", "a_b", 400, "InvalidParameter", "Linux host name"),
        ("osProfile.customData", "not base64!", 400, "InvalidParameter", "must be in Base64 encoding"),
        ("networkProfile.networkInterfaces", [], 400, "InvalidParameter", "networkInterfaces"),
        (
            "networkProfile.networkInterfaces",
            [{"id": "nic"}],
            400,
            "InvalidParameter",
            "networkInterface.id is invalid",
        ),
        ("priority", "High", 400, "InvalidParameter", "Allowed values are 'Regular','Low','Spot'"),
    ],
)
def test_a_new_vm(bench: Bench, where: str, value: Any, status: int, code: str, words: str) -> None:
    properties = changed(bench, where, value)
    before = bench.azure.contents()
    refused(put(bench, properties), status, code, words)
    assert bench.azure.contents() == before


@pytest.mark.parametrize("password", ["short", "alllowercase", "Password1", "n" * 73])
def test_passwords(bench: Bench, password: str) -> None:
    """https://github.com/nforgeio/neonKUBE quotes Azure's words."""
    properties = changed(bench, "osProfile.linuxConfiguration", {"disablePasswordAuthentication": False})
    properties["osProfile"]["adminPassword"] = password
    answer = put(bench, properties)
    refused(answer, 400, "InvalidParameter", "The supplied password ")
    assert password == "short" or password not in answer.text


def test_secrets_never_come_back(bench: Bench) -> None:
    properties = changed(bench, "osProfile.linuxConfiguration", {"disablePasswordAuthentication": False})
    properties["osProfile"] |= {"adminPassword": "Canary-Passw0rd", "customData": "Q2FuYXJ5LURhdGE="}
    properties["userData"] = "Q2FuYXJ5LVVzZXI="
    for answer in (put(bench, properties), bench.call("GET", VM), bench.call("GET", f"{VM}?$expand=instanceView")):
        assert answer.status_code in (200, 201)
        assert "Canary-Passw0rd" not in answer.text
        assert "Q2FuYXJ5" not in answer.text
    refused(bench.call("GET", f"{VM}?$expand=all"), 400, "InvalidParameter", "'instanceView','userData'")
    assert bench.get(f"{VM}?$expand=userData")["properties"]["userData"] == "Q2FuYXJ5LVVzZXI="


def test_windows_machines(bench: Bench) -> None:
    properties = changed(bench, "osProfile.linuxConfiguration", None)
    server = {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter-g2"}
    properties["storageProfile"]["imageReference"] = server
    properties["osProfile"] |= {"adminPassword": "Canary-Passw0rd", "computerName": "n" * 16}
    words = "Windows computer name cannot be more than 15 characters long"
    refused(put(bench, properties), 400, "InvalidParameter", words)
    properties["osProfile"]["computerName"] = "win-1"
    assert put(bench, properties).status_code == 201
    assert bench.get(VM)["properties"]["storageProfile"]["osDisk"]["osType"] == "Windows"


def test_interfaces_of_machines(bench: Bench) -> None:
    bench.group()
    nic = bench.interface()
    lost = machine_properties(bench.id(nic) + "-lost")
    refused(put(bench, lost), 404, "NotFound", "nic-1-lost not found.")
    assert put(bench, machine_properties(bench.id(nic))).status_code == 201
    # https://github.com/hashicorp/terraform/issues/18127
    other = put(bench, machine_properties(bench.id(nic)), f"{COMPUTE}/virtualMachines/vm-2")
    refused(other, 400, "NicInUse", f"Network Interface {bench.id(nic)} is used by existing VM {bench.id(VM)}.")
    second = bench.interface("nic-2")
    third = bench.interface("nic-3")
    two = machine_properties(bench.id(second))
    two["networkProfile"]["networkInterfaces"].append({"id": bench.id(third)})
    ambiguous = put(bench, two, f"{COMPUTE}/virtualMachines/vm-2")
    refused(ambiguous, 400, "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary")
    sent = {"location": "eastus", "properties": machine_properties(bench.id(second))}
    elsewhere = bench.call("PUT", f"{COMPUTE}/virtualMachines/vm-2", sent)
    refused(elsewhere, 400, "InvalidResourceReference", "in the same region")


@pytest.mark.parametrize(
    ("where", "value", "name"),
    [
        ("storageProfile.imageReference.sku", "server-gen1", "imageReference"),
        ("storageProfile.osDisk.name", "other", "osDisk.name"),
        ("osProfile.adminUsername", "somebody", "osProfile.adminUsername"),
        ("osProfile.computerName", "other", "osProfile.computerName"),
        ("osProfile.customData", "QQ==", "osProfile.customData"),
        (SSH, [], "linuxConfiguration.ssh.publicKeys"),
    ],
)
def test_what_a_put_cannot_change(bench: Bench, where: str, value: Any, name: str) -> None:
    properties = changed(bench, "priority", "Regular")
    assert put(bench, properties).status_code == 201
    bench.settle()
    again = changed(bench, where, value)
    error = refused(put(bench, again), 409, "PropertyChangeNotAllowed", f"Changing property '{name}' is not allowed.")
    assert error["target"] == name


def test_a_put_of_the_same_secrets_is_no_change(bench: Bench) -> None:
    properties = changed(bench, "osProfile.linuxConfiguration", {"disablePasswordAuthentication": False})
    properties["osProfile"] |= {"adminPassword": "Canary-Passw0rd", "customData": "Q2FuYXJ5LURhdGE="}
    assert put(bench, copy.deepcopy(properties)).status_code == 201
    bench.settle()
    assert put(bench, copy.deepcopy(properties)).status_code == 200
    bench.settle()
    properties["osProfile"]["adminPassword"] = "Another-Passw0rd"
    refused(put(bench, properties), 409, "PropertyChangeNotAllowed", "osProfile.adminPassword")


def test_a_put_of_what_is_there_changes_it(bench: Bench) -> None:
    bench.group()
    vm = bench.machine()
    etag = bench.get(vm)["etag"]
    properties = bench.get(vm)["properties"]
    properties["hardwareProfile"] = {"vmSize": "Standard_B2s"}
    answer = put(bench, properties, vm, tags={"a": "b"})
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    bench.settle()
    shown = bench.get(vm)
    assert (shown["properties"]["hardwareProfile"]["vmSize"], shown["tags"]) == ("Standard_B2s", {"a": "b"})
    assert shown["properties"]["vmId"] == properties["vmId"]
    assert shown["etag"] != etag
    stale = bench.call("PUT", vm, {"location": PLACE, "properties": properties}, headers={"If-Match": etag})
    refused(stale, 412, "PreconditionFailed")
    new = bench.call("PUT", vm, {"location": PLACE, "properties": properties}, headers={"If-None-Match": "*"})
    refused(new, 412, "PreconditionFailed")


def test_disks(bench: Bench) -> None:
    bench.group()
    empty = {"creationData": {"createOption": "Empty"}}
    refused(put(bench, {}, DISK), 400, "InvalidParameter", "creationData")
    refused(put(bench, empty, DISK), 400, "InvalidParameter", "diskSizeGB")
    refused(put(bench, {**empty, "diskSizeGB": 40000}, DISK), 400, "InvalidParameter", "out of range")
    refused(put(bench, {**empty, "diskSizeGB": 8}, DISK, sku={"name": "Gold"}), 400, "InvalidParameter", "'Gold'")
    assert put(bench, {**empty, "diskSizeGB": 8}, DISK).status_code == 202
    bench.settle()
    refused(put(bench, {**empty, "diskSizeGB": 4}, DISK), 409, "OperationNotAllowed", "Shrinking")
    other = {"creationData": {"createOption": "Upload"}, "diskSizeGB": 8}
    refused(put(bench, other, DISK), 409, "PropertyChangeNotAllowed", "creationData.createOption")
    properties = changed(bench, "storageProfile.dataDisks", [attach(bench)])
    assert put(bench, properties).status_code == 201
    # https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/ quotes the words
    refused(bench.delete(DISK), 409, "OperationNotAllowed", f"Disk disk-1 is attached to VM {bench.id(VM)}.")
    second = machine_properties(bench.id(bench.interface("nic-2")))
    second["storageProfile"]["dataDisks"] = [attach(bench)]
    refused(put(bench, second, f"{COMPUTE}/virtualMachines/vm-2"), 409, "ConflictingUserInput", bench.id(VM))
    # https://github.com/hashicorp/terraform: "Disk … already exists in resource group …. Only CreateOption.Attach …"
    second["storageProfile"] |= {"dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 4, "name": "disk-1"}]}
    words = f"Disk disk-1 already exists in resource group {GROUP.upper()}. Only CreateOption.Attach is supported."
    refused(put(bench, second, f"{COMPUTE}/virtualMachines/vm-2"), 409, "ConflictingUserInput", words)
    second["storageProfile"]["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 4}] * 2
    refused(put(bench, second, f"{COMPUTE}/virtualMachines/vm-2"), 400, "InvalidParameter", "LUN 0")


def attach(bench: Bench) -> dict[str, Any]:
    return {"lun": 0, "createOption": "Attach", "managedDisk": {"id": bench.id(DISK)}}


def test_ssh_keys(bench: Bench) -> None:
    bench.group()
    path = f"{COMPUTE}/sshPublicKeys/key-1"
    refused(put(bench, {"publicKey": "ssh-rsa AAAA"}, path), 400, "InvalidParameter", "keyData is invalid")
    assert put(bench, {}, path).status_code == 201
    made = bench.post(f"{path}/generateKeyPair").json()
    assert made["privateKey"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert bench.get(path)["properties"]["publicKey"] == made["publicKey"]
    refused(bench.post(f"{path}/generateKeyPair"), 409, "PropertyChangeNotAllowed")
    refused(put(bench, {"publicKey": KEY}, path), 409, "PropertyChangeNotAllowed")
    assert [bench.delete(path).status_code for _ in range(2)] == [200, 204]


def test_images_are_made_of_what_is_generalized(bench: Bench) -> None:
    bench.group()
    vm, path = bench.machine(), f"{COMPUTE}/images/image-1"
    source = {"sourceVirtualMachine": {"id": bench.id(vm)}}
    refused(put(bench, source, path), 409, "OperationNotAllowed", "must be generalized")
    refused(bench.post(f"{vm}/generalize"), 409, "OperationNotAllowed", "since the VM is running")
    bench.post(f"{vm}/deallocate")
    bench.settle()
    assert bench.post(f"{vm}/generalize").status_code == 200
    refused(bench.post(f"{vm}/start"), 409, "OperationNotAllowed", "generalized")
    assert put(bench, source, path).status_code == 201
    bench.settle()
    properties = machine_properties(bench.id(bench.interface("nic-2")))
    properties["storageProfile"]["imageReference"] = {"id": bench.id(path)}
    second = f"{COMPUTE}/virtualMachines/vm-2"
    assert put(bench, properties, second).status_code == 201
    # https://github.com/coreos/fedora-coreos-tracker/issues/1444
    words = "Operation 'Image Delete' is not allowed since the Virtual Machines 'vm-2' are being provisioned"
    refused(bench.delete(path), 409, "OperationNotAllowed", words)
    bench.settle()
    assert bench.delete(path).status_code == 202
    bench.settle()
    properties["storageProfile"]["imageReference"] = {"id": bench.id(path)}
    third = machine_properties(bench.id(bench.interface("nic-3")))
    third["storageProfile"]["imageReference"] = {"id": bench.id(path)}
    refused(put(bench, third, f"{COMPUTE}/virtualMachines/vm-3"), 404, "ImageNotFound", "cannot be found")


def test_what_the_marketplace_lacks(bench: Bench) -> None:
    start = "/providers/Microsoft.Compute/locations/koreacentral/publishers"
    refused(bench.call("GET", f"{start}/Nobody/artifacttypes/vmimage/offers"), 404, "NotFound", "Nobody")
    refused(
        bench.call("GET", f"{start}/Debian/artifacttypes/vmimage/offers/none/skus"), 404, "NotFound", "VMImage was not"
    )
    refused(
        bench.call("GET", "/providers/Microsoft.Compute/locations/atlantis/vmSizes"), 400, "NoRegisteredProviderFound"
    )
