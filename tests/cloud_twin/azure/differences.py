"""Members of Microsoft's examples that the twin's answers lack, by example, each with the reason."""

from __future__ import annotations

_PAGE = "filler: what the stage holds is on one page (test_lists.py has the pages)"
_KEYS = "the twin encrypts no disk with keys of a vault"
_COPIED = "the example's disk is a copy of another; the twin makes none"
_PLAN = "none of the twin's images is bought with a plan"
_EDGE = "the twin has no edge zones"
_MACHINE_MADE = "the example is machine-made: one of every member there is"
_DDOS = "the twin has no DDoS protection plans"
_HELD = "the example's address is one that an interface has already; it has just been made"
_DISK_ONLY = "the example's image is also made of a snapshot and a blob; the twin's of a disk"
_NAT = "the twin has no NAT gateways"
_TAGS = "the twin's subscription has no tags"
_TENANTS = "no other tenant manages the twin's subscription"

DIFFERENCES: dict[str, dict[str, str]] = {
    "Disk_Create_FromAPlatformImage": {"properties.purchasePlan": _PLAN},
    "Disk_Get": {
        "properties.encryptionSettingsCollection": _KEYS,
        "properties.purchasePlan": _PLAN,
        "properties.securityProfile": "the example's VM is of trusted launch; the twin's is not",
        "tags": "the disk of a VM, which is made along with it, has no tags",
    },
    "Disk_ListByResourceGroup": {
        "nextLink": _PAGE,
        "value[].properties.creationData.sourceResourceId": _COPIED,
        "value[].properties.encryptionSettingsCollection": _KEYS,
    },
    "Disk_ListBySubscription": {
        "nextLink": _PAGE,
        "value[].properties.creationData.sourceResourceId": _COPIED,
        "value[].properties.encryptionSettingsCollection": _KEYS,
    },
    "Disk_Update_ChangeTier": {
        "properties.propertyUpdatesInProgress": "the twin's disk has its new tier at once, while it is Updating"
    },
    "Image_Get": {
        "properties.storageProfile.osDisk.blobUri": _DISK_ONLY,
        "properties.storageProfile.osDisk.snapshot": _DISK_ONLY,
        "properties.storageProfile.dataDisks[].blobUri": _DISK_ONLY,
        "properties.storageProfile.dataDisks[].snapshot": _DISK_ONLY,
    },
    "Image_ListByResourceGroup": {
        "nextLink": _PAGE,
        "value[].properties.storageProfile.osDisk.blobUri": _DISK_ONLY,
        "value[].properties.storageProfile.osDisk.snapshot": _DISK_ONLY,
        "value[].properties.storageProfile.dataDisks[].blobUri": _DISK_ONLY,
        "value[].properties.storageProfile.dataDisks[].snapshot": _DISK_ONLY,
    },
    "ListAvailableResourceSkusForARegion": {
        "value[].locationInfo[].zones[]": "West US has no zones; the example is older than its answer",
        "value[].locationInfo[].zoneDetails[]": "West US has no zones; the example is older than its answer",
    },
    "SshPublicKey_ListByResourceGroup_MaximumSet_Gen": {"nextLink": _PAGE},
    "SshPublicKey_ListBySubscription_MaximumSet_Gen": {"nextLink": _PAGE},
    "VirtualMachineImage_Get_MaximumSet_Gen": {
        "extendedLocation": _EDGE,
        "properties.dataDiskImages[]": _MACHINE_MADE,
        "properties.imageDeprecationStatus.alternativeOption": "none of the twin's images is to be deprecated",
        "properties.imageDeprecationStatus.scheduledDeprecationTime": "none of the twin's images is to be deprecated",
        "properties.plan": _PLAN,
        "tags": _MACHINE_MADE,
    },
    "VirtualMachineImage_ListOffers_MaximumSet_Gen": {"[].extendedLocation": _EDGE, "[].tags": _MACHINE_MADE},
    "VirtualMachineImage_ListPublishers_MaximumSet_Gen": {"[].extendedLocation": _EDGE, "[].tags": _MACHINE_MADE},
    "VirtualMachineImage_ListSkus_MaximumSet_Gen": {"[].extendedLocation": _EDGE, "[].tags": _MACHINE_MADE},
    "VirtualMachineImage_List_MaximumSet_Gen": {"[].extendedLocation": _EDGE, "[].tags": _MACHINE_MADE},
    "VirtualMachine_Get": {
        "managedBy": "the twin has no scale sets",
        "properties.applicationProfile": "the twin has no galleries of applications",
        "properties.availabilitySet": "the twin has no availability sets",
        "properties.diagnosticsProfile.bootDiagnostics.storageUri": "the twin has no storage accounts",
        "properties.extensionsTimeBudget": "the twin has no extensions",
        "properties.proximityPlacementGroup": "the twin has no proximity placement groups",
        "resources": "the twin has no extensions",
    },
    "VirtualMachine_Get_AutoPlacedOnDedicatedHostGroup": {"properties.hostGroup": "the twin has no dedicated hosts"},
    "VirtualMachine_Get_InstanceView": {
        "bootDiagnostics": "the twin has no storage accounts",
        "extensions": "the twin has no extensions",
        "patchStatus": "nobody patches the twin's machines",
        "platformFaultDomain": "only in availability sets, which the twin has not",
        "platformUpdateDomain": "only in availability sets, which the twin has not",
        "vmAgent.extensionHandlers[]": "the twin has no extensions",
    },
    "VirtualMachine_Get_InstanceViewAutoPlacedOnDedicatedHostGroup": {
        "assignedHost": "the twin has no dedicated hosts"
    },
    "VirtualMachine_ListBySubscription_ByLocation": {
        "value[].properties.availabilitySet": "the twin has no availability sets",
        "value[].properties.storageProfile.osDisk.vhd": "the example's disks are unmanaged; the twin's are managed",
    },
    "NetworkInterfaceGet": {"properties.dscpConfiguration": "the twin has no DSCP configurations"},
    "PublicIpAddressCreateCustomizedValues": {
        "properties.ddosSettings": _DDOS,
        "properties.ipConfiguration": _HELD,
        "zones": "the example has the zones beside the request's body, where no server sees them",
    },
    "PublicIpAddressCreateDefaults": {"properties.ipConfiguration": _HELD},
    "PublicIpAddressCreateDns": {"properties.ddosSettings": _DDOS, "properties.ipConfiguration": _HELD},
    "PublicIpAddressGet": {
        "properties.ddosSettings": _DDOS,
        "properties.ipTags[]": "of addresses of Microsoft's own services",
    },
    "PublicIpAddressList": {
        "value[].properties.ddosSettings": _DDOS,
        "value[].properties.ipTags[]": "of addresses of Microsoft's own services",
    },
    "VirtualNetworkGet": {"properties.defaultPublicNatGateway": _NAT},
    "VirtualNetworkList": {"value[].properties.defaultPublicNatGateway": _NAT},
    "GetLocations": {"value[].availabilityZoneMappings": "some of the twin's regions have no zones, as of Azure's"},
    "GetProvider": {"resourceTypes[].locationMappings": _EDGE},
    "GetSubscription": {"managedByTenants[]": _TENANTS, "tags": _TAGS},
    "GetSubscriptions": {"nextLink": _PAGE, "value[].managedByTenants[]": _TENANTS, "value[].tags": _TAGS},
}
