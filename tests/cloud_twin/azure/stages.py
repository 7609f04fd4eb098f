"""What must be there before an example is replayed, by the example's name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .bench import KEY, Bench, machine_properties
from .examples import Example

Stage = Callable[[Bench, Example], object]


def group(bench: Bench, example: Example) -> None:
    bench.put(f"/resourceGroups/{example.group}", {"location": "westus"})


def nothing(bench: Bench, example: Example) -> None: ...


def _made(bench: Bench, example: Example, kind: str, name: str, properties: Any, **more: Any) -> str:
    path = f"/resourceGroups/{example.group}/providers/{kind}/{name}"
    place = "eastus" if example.name.endswith("_ByLocation") else "westus"
    bench.put(path, {"location": place, "properties": properties, "tags": {"myTag1": "tagValue1"}, **more})
    return bench.id(path)


def network(bench: Bench, example: Example, name: str = "test-vnet", subnet: str = "subnet1", **more: Any) -> str:
    inline = [{"name": subnet, "properties": {"addressPrefix": "10.0.0.0/24"}}] if subnet else []
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": inline}
    properties["dhcpOptions"] = {"dnsServers": ["10.0.0.9"]}
    return _made(bench, example, "Microsoft.Network/virtualNetworks", name, properties, **more)


def address(bench: Bench, example: Example, name: str = "test-ip", **more: Any) -> str:
    return _made(bench, example, "Microsoft.Network/publicIPAddresses", name, {}, **more)


def rules(bench: Bench, example: Example, name: str = "testnsg", **more: Any) -> str:
    ends = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "sourcePortRange": "*"}
    rule = {"protocol": "*", "access": "Allow", "priority": 130, "direction": "Inbound", "destinationPortRange": "80"}
    properties = {"securityRules": [{"name": "rule1", "properties": {**ends, **rule}}]}
    return _made(bench, example, "Microsoft.Network/networkSecurityGroups", name, properties, **more)


def busy_interface(bench: Bench, example: Example) -> None:
    machine(bench, example, "vm1", networkProfile={"networkInterfaces": [{"id": interface(bench, example)}]})


def interface(bench: Bench, example: Example, name: str = "test-nic") -> str:
    """In a network, behind a security group, with a public address."""
    inner = {
        "subnet": {"id": f"{network(bench, example)}/subnets/subnet1"},
        "publicIPAddress": {"id": address(bench, example, f"{name}-ip")},
    }
    properties = {
        "ipConfigurations": [{"name": "ipconfig1", "properties": inner}],
        "networkSecurityGroup": {"id": rules(bench, example)},
    }
    return _made(bench, example, "Microsoft.Network/networkInterfaces", name, properties)


def machine(bench: Bench, example: Example, name: str = "", off: bool = False, **more: Any) -> str:
    """Named as the example's, with a Windows, a data disk, and what else an example shows."""
    name = name or example.path.partition("/virtualMachines/")[2].partition("/")[0] or "myVM"
    properties = machine_properties("" if "networkProfile" in more else interface(bench, example, f"{name}-nic"))
    properties["hardwareProfile"] = {"vmSize": "Standard_DS3_v2"}
    properties["storageProfile"]["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 30}]
    properties["userData"] = "RXhhbXBsZSBVc2VyRGF0YQ=="
    properties["diagnosticsProfile"] = {"bootDiagnostics": {"enabled": True}}
    made = _made(bench, example, "Microsoft.Compute/virtualMachines", name, {**properties, **more})
    if off:
        assert bench.post(f"{made}/powerOff").status_code == 202
        bench.settle()
    return made


def windows(bench: Bench, example: Example) -> str:
    """As the examples show most machines."""
    server = {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2016-Datacenter"}
    disk = {"createOption": "FromImage", "managedDisk": {"storageAccountType": "Premium_LRS"}}
    login = {"adminUsername": "azure-user", "adminPassword": "Passw0rd-of-nobody"}
    login["windowsConfiguration"] = {"provisionVMAgent": True, "enableAutomaticUpdates": False}  # type: ignore[assignment]  # an object among texts
    return machine(
        bench,
        example,
        storageProfile={
            "imageReference": server,
            "osDisk": disk,
            "dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 30}],
        },
        osProfile=login,
        securityProfile={"securityType": "Standard"},
    )


def generalized(bench: Bench, example: Example, name: str = "myVM") -> str:
    made = machine(bench, example, name, off=True)
    assert bench.post(f"{made}/generalize").status_code == 200
    return made


def image(bench: Bench, example: Example, name: str = "myImage") -> str:
    source = {"sourceVirtualMachine": {"id": generalized(bench, example, "source")}}
    return _made(bench, example, "Microsoft.Compute/images", name, source)


def disk(bench: Bench, example: Example, name: str = "myDisk") -> str:
    properties = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 10, "osType": "Windows"}
    return _made(bench, example, "Microsoft.Compute/disks", name, properties)


def system_disk(bench: Bench, example: Example) -> None:
    machine(
        bench,
        example,
        "owner",
        storageProfile={
            "imageReference": {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"},
            "osDisk": {"createOption": "FromImage", "name": "myManagedDisk"},
        },
    )


def key(bench: Bench, example: Example, name: str = "mySshPublicKeyName", text: str = KEY) -> str:
    given = {"publicKey": text} if text else {}
    return _made(bench, example, "Microsoft.Compute/sshPublicKeys", name, given)


def for_machine(bench: Bench, example: Example) -> None:
    interface(bench, example, "existing-nic")


def custom_image(bench: Bench, example: Example) -> None:
    image(bench, example, "existing-image")
    for_machine(bench, example)


def for_interface(bench: Bench, example: Example) -> None:
    address(bench, example, location="eastus")
    network(bench, example, "rg1-vnet", "default", location="eastus")


def used_address(bench: Bench, example: Example) -> None:
    inner = {
        "subnet": {"id": f"{network(bench, example)}/subnets/subnet1"},
        "publicIPAddress": {"id": address(bench, example, "testDNS-ip")},
    }
    properties = {"ipConfigurations": [{"name": "ipconfig1", "properties": inner}]}
    _made(bench, example, "Microsoft.Network/networkInterfaces", "testDNS649", properties)


def used_network(bench: Bench, example: Example) -> None:
    interface(bench, example)


STAGES: dict[str, Stage] = {
    "CreateResourceGroup": nothing,
    "Disk_CreateOrUpdate_BurstingEnabled": disk,
    "Disk_Delete": disk,
    "Disk_Get": system_disk,
    "Disk_ListByResourceGroup": disk,
    "Disk_ListBySubscription": disk,
    "Disk_Update_ChangeTier": disk,
    "Image_CreateFromAVM": generalized,
    "Image_Get": image,
    "Image_ListByResourceGroup": image,
    "Images_Delete_MaximumSet_Gen": partial(image, name="aaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    "SshPublicKey_Delete_MaximumSet_Gen": partial(key, name="aaaaaaaaaa"),
    "SshPublicKey_GenerateKeyPair": partial(key, text=""),
    "SshPublicKey_Get": key,
    "SshPublicKey_ListByResourceGroup_MaximumSet_Gen": key,
    "SshPublicKey_ListBySubscription_MaximumSet_Gen": key,
    "VirtualMachine_Create_FromACustomImage": custom_image,
    "VirtualMachine_Create_LinuxVmWithPatchSettingModeOfImageDefault": for_machine,
    "VirtualMachine_Create_WithEmptyDataDisks": for_machine,
    "VirtualMachine_Create_WithSshAuthentication": for_machine,
    "VirtualMachine_Deallocate_MaximumSet_Gen": machine,
    "VirtualMachine_Deallocate_MinimumSet_Gen": machine,
    "VirtualMachine_Delete_Force": machine,
    "VirtualMachine_Generalize": partial(machine, off=True),
    "VirtualMachine_Get": windows,
    "VirtualMachine_Get_AutoPlacedOnDedicatedHostGroup": windows,
    "VirtualMachine_Get_InstanceView": windows,
    "VirtualMachine_Get_InstanceViewAutoPlacedOnDedicatedHostGroup": windows,
    "VirtualMachine_ListAll_MinimumSet_Gen": machine,
    "VirtualMachine_ListAvailableVmSizes": machine,
    "VirtualMachine_ListBySubscription_ByLocation": windows,
    "VirtualMachine_List_MinimumSet_Gen": machine,
    "VirtualMachine_PowerOff_MaximumSet_Gen": machine,
    "VirtualMachine_Restart_MaximumSet_Gen": machine,
    "VirtualMachine_Start_MaximumSet_Gen": partial(machine, off=True),
    "NetworkInterfaceCreate": for_interface,
    "NetworkInterfaceDelete": interface,
    "NetworkInterfaceGet": busy_interface,
    "NetworkInterfaceList": busy_interface,
    "NetworkSecurityGroupDelete": rules,
    "NetworkSecurityGroupGet": rules,
    "NetworkSecurityGroupList": rules,
    "NetworkSecurityGroupRuleCreate": rules,
    "NetworkSecurityGroupRuleDelete": rules,
    "NetworkSecurityGroupRuleGet": rules,
    "NetworkSecurityGroupRuleList": rules,
    "PublicIpAddressDelete": address,
    "PublicIpAddressGet": used_address,
    "PublicIpAddressList": used_address,
    "SubnetCreate": partial(network, name="vnetname", subnet=""),
    "SubnetDelete": partial(network, name="vnetname"),
    "SubnetGet": partial(network, name="vnetname"),
    "SubnetList": partial(network, name="vnetname"),
    "VirtualNetworkDelete": network,
    "VirtualNetworkGet": used_network,
    "VirtualNetworkList": used_network,
    "DeleteTagsResource": partial(machine, name="myVm"),
    "ForceDeleteVMsInResourceGroup": machine,
    "GetTagsResource": partial(machine, name="myVm"),
    "PatchTagsResource": partial(machine, name="myVm"),
    "PutTagsResource": partial(machine, name="myVm"),
}
