"""What a request may say of a VM."""

from __future__ import annotations

from ..shape import ANYTHING, FLAG, IGNORED, NUMBER, TEXT, UNSERVED, ListOf, Members, resource, word
from .disks import OPTIONS, SKUS

_reference = Members(
    "ImageReference",
    {
        "id": TEXT,
        "publisher": TEXT,
        "offer": TEXT,
        "sku": TEXT,
        "version": TEXT,
        "exactVersion": IGNORED,
        "sharedGalleryImageId": UNSERVED,
        "communityGalleryImageId": UNSERVED,
    },
)
_managed = Members(
    "ManagedDiskParameters",
    {"id": TEXT, "storageAccountType": word(*SKUS), "diskEncryptionSet": UNSERVED, "securityProfile": ANYTHING},
)
_disk = {
    "name": TEXT,
    "createOption": word(*OPTIONS),
    "caching": word("None", "ReadOnly", "ReadWrite"),
    "writeAcceleratorEnabled": FLAG,
    "diskSizeGB": NUMBER,
    "managedDisk": _managed,
    "deleteOption": word("Delete", "Detach"),
    "vhd": UNSERVED,
    "image": UNSERVED,
}
_os_disk = Members(
    "OSDisk",
    {**_disk, "osType": word("Windows", "Linux"), "encryptionSettings": UNSERVED, "diffDiskSettings": UNSERVED},
)
data_disk = Members(
    "DataDisk",
    {
        **_disk,
        "lun": NUMBER,
        "toBeDetached": FLAG,
        "detachOption": TEXT,
        "sourceResource": UNSERVED,
        "diskIOPSReadWrite": IGNORED,
        "diskMBpsReadWrite": IGNORED,
    },
)
storage = Members(
    "StorageProfile",
    {
        "imageReference": _reference,
        "osDisk": _os_disk,
        "dataDisks": ListOf(data_disk),
        "diskControllerType": word("SCSI", "NVMe"),
        "alignRegionalDisksToVMZone": FLAG,
    },
)
_key = Members("SshPublicKey", {"path": TEXT, "keyData": TEXT})
_patches = Members(
    "LinuxPatchSettings",
    {
        "patchMode": word("ImageDefault", "AutomaticByPlatform"),
        "assessmentMode": word("ImageDefault", "AutomaticByPlatform"),
        "automaticByPlatformSettings": ANYTHING,
    },
)
linux = Members(
    "LinuxConfiguration",
    {
        "disablePasswordAuthentication": FLAG,
        "ssh": Members("SshConfiguration", {"publicKeys": ListOf(_key)}),
        "provisionVMAgent": FLAG,
        "patchSettings": _patches,
        "enableVMAgentPlatformUpdates": FLAG,
    },
)
windows = Members(
    "WindowsConfiguration",
    {
        "provisionVMAgent": FLAG,
        "enableAutomaticUpdates": FLAG,
        "timeZone": TEXT,
        "additionalUnattendContent": ListOf(ANYTHING),
        "patchSettings": ANYTHING,
        "winRM": ANYTHING,
        "enableVMAgentPlatformUpdates": FLAG,
    },
)
login = Members(
    "OSProfile",
    {
        "computerName": TEXT,
        "adminUsername": TEXT,
        "adminPassword": TEXT,
        "customData": TEXT,
        "windowsConfiguration": windows,
        "linuxConfiguration": linux,
        "secrets": ListOf(ANYTHING),
        "allowExtensionOperations": FLAG,
        "requireGuestProvisionSignal": FLAG,
    },
)
_link = Members(
    "NetworkInterfaceReference",
    {
        "id": TEXT,
        "properties": Members(
            "NetworkInterfaceReferenceProperties", {"primary": FLAG, "deleteOption": word("Delete", "Detach")}
        ),
    },
)
network = Members(
    "NetworkProfile",
    {"networkInterfaces": ListOf(_link), "networkApiVersion": TEXT, "networkInterfaceConfigurations": UNSERVED},
)
properties = Members(
    "VirtualMachineProperties",
    {
        "hardwareProfile": Members("HardwareProfile", {"vmSize": TEXT, "vmSizeProperties": ANYTHING}),
        "storageProfile": storage,
        "osProfile": login,
        "networkProfile": network,
        "userData": TEXT,
        "priority": word("Regular", "Low", "Spot"),
        "evictionPolicy": word("Deallocate", "Delete"),
        "licenseType": TEXT,
        "extensionsTimeBudget": TEXT,
        "platformFaultDomain": NUMBER,
        **dict.fromkeys(
            (
                "additionalCapabilities",
                "securityProfile",
                "diagnosticsProfile",
                "billingProfile",
            ),
            ANYTHING,
        ),
        **dict.fromkeys(
            (
                "availabilitySet",
                "virtualMachineScaleSet",
                "proximityPlacementGroup",
                "host",
                "hostGroup",
                "scheduledEventsProfile",
                "scheduledEventsPolicy",
                "capacityReservation",
                "applicationProfile",
            ),
            UNSERVED,
        ),
        "provisioningState": IGNORED,
        "instanceView": IGNORED,
        "vmId": IGNORED,
        "timeCreated": IGNORED,
    },
)
machine = resource(
    "VirtualMachine",
    properties,
    plan=UNSERVED,
    identity=UNSERVED,
    zones=ListOf(TEXT),
    extendedLocation=UNSERVED,
    resources=IGNORED,
    managedBy=IGNORED,
    placement=UNSERVED,
)
