"""What is served: every method by its name in Azure's REST specification, and what the caller must be allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..facade import Call, Route
from .compute import Disks, Images, Marketplace, PowerVerbs, Sizes, SshPublicKeys, VirtualMachines
from .groups import ResourceGroups
from .kind import Kind
from .network import (
    NetworkInterfaces,
    NetworkSecurityGroups,
    PublicIPAddresses,
    SecurityRules,
    Subnets,
    VirtualNetworks,
)
from .providers import Providers
from .subscriptions import Subscriptions
from .tags import TagsAtScope

if TYPE_CHECKING:
    from .facade import Azure

Act = Callable[[Call], Any]

SUBSCRIPTION = "/subscriptions/<subscriptionId>"
GROUP = f"{SUBSCRIPTION}/resourceGroups/<resourceGroupName>"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
ALL_NETWORK = f"{SUBSCRIPTION}/providers/Microsoft.Network"
ALL_COMPUTE = f"{SUBSCRIPTION}/providers/Microsoft.Compute"
PUBLISHERS = f"{ALL_COMPUTE}/locations/<location>/publishers"
OFFERS = f"{PUBLISHERS}/<publisherName>/artifacttypes/vmimage/offers"


def routes(arm: Azure) -> list[Route]:
    return [*_entra(arm), *_resources(arm), *_deployments(arm), *_network(arm), *_compute(arm)]


def _entra(arm: Azure) -> list[Route]:
    entra = arm.entra
    return [
        Route(
            "Entra_Configuration", "GET", "/<tenant>/v2.0/.well-known/openid-configuration", entra.openid_configuration
        ),
        Route("Entra_Token", "POST", "/<tenant>/oauth2/v2.0/token", entra.token),
        Route("Entra_Instances", "GET", "/common/discovery/instance", entra.instance_discovery),
        Route("Entra_Keys", "GET", "/<tenant>/discovery/v2.0/keys", entra.keys),
        Route("Entra_CommonKeys", "GET", "/common/discovery/keys", entra.keys),
    ]


def _resources(arm: Azure) -> list[Route]:
    subscriptions, providers = Subscriptions(arm), Providers(arm)
    groups, tags = ResourceGroups(arm), TagsAtScope(arm)
    group, of_group = (
        f"{SUBSCRIPTION}/resourceGroups/<resourceGroupName>",
        "Microsoft.Resources/subscriptions/resourceGroups",
    )
    one_provider = "providers/<resourceProviderNamespace>"
    tags_at, of_tags = "/<path:scope>/providers/Microsoft.Resources/tags/default", "Microsoft.Resources/tags"
    return [
        Route("Metadata_Endpoints", "GET", "/metadata/endpoints", subscriptions.endpoints),
        Route("Tenants_List", "GET", "/tenants", subscriptions.tenants),
        Route("Subscriptions_List", "GET", "/subscriptions", subscriptions.list),
        Route("Subscriptions_Get", "GET", SUBSCRIPTION, subscriptions.get, ("Microsoft.Resources/subscriptions/read",)),
        Route(
            "Subscriptions_ListLocations",
            "GET",
            f"{SUBSCRIPTION}/locations",
            subscriptions.locations,
            ("Microsoft.Resources/subscriptions/locations/read",),
        ),
        Route(
            "Providers_List",
            "GET",
            f"{SUBSCRIPTION}/providers",
            providers.list,
            ("Microsoft.Resources/subscriptions/providers/read",),
        ),
        Route("Providers_ListAtTenantScope", "GET", "/providers", providers.list),
        Route("Providers_GetAtTenantScope", "GET", f"/{one_provider}", providers.get),
        Route(
            "Providers_Get",
            "GET",
            f"{SUBSCRIPTION}/{one_provider}",
            providers.get,
            ("Microsoft.Resources/subscriptions/providers/read",),
        ),
        Route("Providers_Register", "POST", f"{SUBSCRIPTION}/{one_provider}/register", providers.register),
        Route("ResourceGroups_CreateOrUpdate", "PUT", group, groups.create_or_update, (f"{of_group}/write",)),
        Route("ResourceGroups_Get", "GET", group, groups.get, (f"{of_group}/read",)),
        Route("ResourceGroups_CheckExistence", "HEAD", group, groups.exists, (f"{of_group}/read",)),
        Route("ResourceGroups_Update", "PATCH", group, groups.update, (f"{of_group}/write",)),
        Route("ResourceGroups_Delete", "DELETE", group, groups.delete, (f"{of_group}/delete",)),
        Route("ResourceGroups_List", "GET", f"{SUBSCRIPTION}/resourceGroups", groups.all, (f"{of_group}/read",)),
        Route("Operations_Result", "GET", f"{SUBSCRIPTION}/operationresults/<operationId>", arm.operations.result),
        Route(
            "Resources_List",
            "GET",
            f"{SUBSCRIPTION}/resources",
            groups.resources,
            ("Microsoft.Resources/subscriptions/resources/read",),
        ),
        Route(
            "Resources_ListByResourceGroup",
            "GET",
            f"{group}/resources",
            groups.resources,
            ("Microsoft.Resources/subscriptions/resourceGroups/resources/read",),
        ),
        Route("Tags_GetAtScope", "GET", tags_at, tags.get, (f"{of_tags}/read",)),
        Route("Tags_CreateOrUpdateAtScope", "PUT", tags_at, tags.replace, (f"{of_tags}/write",)),
        Route("Tags_UpdateAtScope", "PATCH", tags_at, tags.update, (f"{of_tags}/write",)),
        Route("Tags_DeleteAtScope", "DELETE", tags_at, tags.delete, (f"{of_tags}/delete",)),
    ]


def _deployments(arm: Azure) -> list[Route]:
    made, action = arm.deployments, "Microsoft.Resources/deployments"
    one = f"{GROUP}/providers/Microsoft.Resources/deployments/<deploymentName>"
    return [
        Route("Deployments_CreateOrUpdate", "PUT", one, made.create_or_update, (f"{action}/write",)),
        Route("Deployments_Get", "GET", one, made.get, (f"{action}/read",)),
        Route("Deployments_CheckExistence", "HEAD", one, made.exists, (f"{action}/read",)),
        Route("Deployments_Delete", "DELETE", one, made.delete, (f"{action}/delete",)),
        Route("Deployments_Validate", "POST", f"{one}/validate", made.validate, (f"{action}/validate/action",)),
        Route(
            "Deployments_ListByResourceGroup", "GET", one.rpartition("/")[0], made.list_in_group, (f"{action}/read",)
        ),
        Route("Deployments_Status", "GET", f"{one}/operationStatuses/<operationId>", arm.operations.status),
        Route(
            "DeploymentOperations_List",
            "GET",
            f"{GROUP}/deployments/<deploymentName>/operations",
            made.operations,
            (f"{action}/operations/read",),
        ),
    ]


def _network(arm: Azure) -> list[Route]:
    subnets, rules, addresses = Subnets(arm), SecurityRules(arm), PublicIPAddresses(arm)
    networks, groups = VirtualNetworks(arm, subnets), NetworkSecurityGroups(arm, rules)
    interfaces = NetworkInterfaces(arm, addresses)
    arm.interfaces, arm.addresses = interfaces, addresses
    vnet, nsg = (
        f"{NETWORK}/virtualNetworks/<virtualNetworkName>",
        f"{NETWORK}/networkSecurityGroups/<networkSecurityGroupName>",
    )
    subnet, rule = f"{vnet}/subnets/<subnetName>", f"{nsg}/securityRules/<securityRuleName>"
    address, nic = (
        f"{NETWORK}/publicIPAddresses/<publicIpAddressName>",
        f"{NETWORK}/networkInterfaces/<networkInterfaceName>",
    )
    operations = f"{ALL_NETWORK}/locations/<location>"
    return [
        *_tracked("VirtualNetworks", vnet, networks, "Microsoft.Network/virtualNetworks"),
        *_child("Subnets", subnet, subnets, "Microsoft.Network/virtualNetworks/subnets", subnets.list_in_network),
        *_tracked("NetworkSecurityGroups", nsg, groups, "Microsoft.Network/networkSecurityGroups"),
        *_child(
            "SecurityRules",
            rule,
            rules,
            "Microsoft.Network/networkSecurityGroups/securityRules",
            rules.list_in_group_of_rules,
        ),
        *_tracked("PublicIPAddresses", address, addresses, "Microsoft.Network/publicIPAddresses"),
        *_tracked("NetworkInterfaces", nic, interfaces, "Microsoft.Network/networkInterfaces"),
        Route("NetworkOperations_Get", "GET", f"{operations}/operations/<operationId>", arm.operations.status),
        Route("NetworkOperations_Result", "GET", f"{operations}/operationResults/<operationId>", arm.operations.result),
    ]


def _compute(arm: Azure) -> list[Route]:
    disks, images, keys = Disks(arm), Images(arm), SshPublicKeys(arm)
    machines = VirtualMachines(arm, disks, arm.interfaces, arm.addresses)
    power, sizes, market = PowerVerbs(machines), Sizes(arm), Marketplace(arm)
    vm, of_vm = f"{COMPUTE}/virtualMachines/<vmName>", "Microsoft.Compute/virtualMachines"
    key, of_key = f"{COMPUTE}/sshPublicKeys/<sshPublicKeyName>", "Microsoft.Compute/sshPublicKeys"
    return [
        *_tracked("VirtualMachines", vm, machines, of_vm, update=machines.update),
        Route(
            "VirtualMachines_ListByLocation",
            "GET",
            f"{ALL_COMPUTE}/locations/<location>/virtualMachines",
            machines.list_in_location,
            (f"{of_vm}/read",),
        ),
        Route(
            "VirtualMachines_InstanceView",
            "GET",
            f"{vm}/instanceView",
            machines.instance_view,
            (f"{of_vm}/instanceView/read",),
        ),
        Route(
            "VirtualMachines_ListAvailableSizes", "GET", f"{vm}/vmSizes", machines.sizes_of, (f"{of_vm}/vmSizes/read",)
        ),
        Route("VirtualMachines_Start", "POST", f"{vm}/start", power.start, (f"{of_vm}/start/action",)),
        Route("VirtualMachines_Restart", "POST", f"{vm}/restart", power.restart, (f"{of_vm}/restart/action",)),
        Route("VirtualMachines_PowerOff", "POST", f"{vm}/powerOff", power.power_off, (f"{of_vm}/powerOff/action",)),
        Route(
            "VirtualMachines_Deallocate", "POST", f"{vm}/deallocate", power.deallocate, (f"{of_vm}/deallocate/action",)
        ),
        Route(
            "VirtualMachines_Generalize", "POST", f"{vm}/generalize", power.generalize, (f"{of_vm}/generalize/action",)
        ),
        *_tracked("Disks", f"{COMPUTE}/disks/<diskName>", disks, "Microsoft.Compute/disks", update=disks.update),
        *_tracked("Images", f"{COMPUTE}/images/<imageName>", images, "Microsoft.Compute/images"),
        *_tracked("SshPublicKeys", key, keys, of_key, update=keys.update),
        Route(
            "SshPublicKeys_GenerateKeyPair",
            "POST",
            f"{key}/generateKeyPair",
            keys.generate,
            (f"{of_key}/generateKeyPair/action",),
        ),
        Route(
            "VirtualMachineSizes_List",
            "GET",
            f"{ALL_COMPUTE}/locations/<location>/vmSizes",
            sizes.in_location,
            ("Microsoft.Compute/locations/vmSizes/read",),
        ),
        Route("ResourceSkus_List", "GET", f"{ALL_COMPUTE}/skus", sizes.skus, ("Microsoft.Compute/skus/read",)),
        Route(
            "VirtualMachineImages_ListPublishers",
            "GET",
            PUBLISHERS,
            market.publishers,
            ("Microsoft.Compute/locations/publishers/read",),
        ),
        Route(
            "VirtualMachineImages_ListOffers",
            "GET",
            OFFERS,
            market.offers,
            ("Microsoft.Compute/locations/publishers/artifacttypes/offers/read",),
        ),
        Route(
            "VirtualMachineImages_ListSkus",
            "GET",
            f"{OFFERS}/<offer>/skus",
            market.skus,
            ("Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/read",),
        ),
        Route(
            "VirtualMachineImages_List",
            "GET",
            f"{OFFERS}/<offer>/skus/<skus>/versions",
            market.versions,
            ("Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",),
        ),
        Route(
            "VirtualMachineImages_Get",
            "GET",
            f"{OFFERS}/<offer>/skus/<skus>/versions/<version>",
            market.get,
            ("Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",),
        ),
        Route(
            "ComputeOperations_Get",
            "GET",
            f"{ALL_COMPUTE}/locations/<location>/operations/<operationId>",
            arm.operations.status,
        ),
    ]


def _tracked(name: str, path: str, kind: Kind, action: str, *, update: Act | None = None) -> list[Route]:
    """The six methods of a resource that stands in a group by itself."""
    in_group = path.rpartition("/")[0]
    everywhere = in_group.replace("/resourceGroups/<resourceGroupName>", "")
    names = _NAMES.get(name, _USUAL)
    return [
        Route(f"{name}_{names.create}", "PUT", path, kind.create_or_update, (f"{action}/write",)),
        Route(f"{name}_Get", "GET", path, kind.get, (f"{action}/read",)),
        Route(f"{name}_{names.update}", "PATCH", path, update or kind.update_tags, (f"{action}/write",)),
        Route(f"{name}_Delete", "DELETE", path, kind.delete, (f"{action}/delete",)),
        Route(f"{name}_{names.in_group}", "GET", in_group, kind.list_in_group, (f"{action}/read",)),
        Route(f"{name}_{names.everywhere}", "GET", everywhere, kind.list_all, (f"{action}/read",)),
    ]


def _child(name: str, path: str, kind: Kind, action: str, children: Act) -> list[Route]:
    """The four of one that stands in another."""
    return [
        Route(f"{name}_CreateOrUpdate", "PUT", path, kind.create_or_update, (f"{action}/write",)),
        Route(f"{name}_Get", "GET", path, kind.get, (f"{action}/read",)),
        Route(f"{name}_Delete", "DELETE", path, kind.delete, (f"{action}/delete",)),
        Route(f"{name}_List", "GET", path.rpartition("/")[0], children, (f"{action}/read",)),
    ]


class _Names(NamedTuple):
    """What one specification calls what all have."""

    create: str = "CreateOrUpdate"
    update: str = "Update"
    in_group: str = "ListByResourceGroup"
    everywhere: str = "List"


_USUAL = _Names()
_OF_NETWORK = _Names(update="UpdateTags", in_group="List", everywhere="ListAll")
_NAMES = {
    "VirtualNetworks": _OF_NETWORK,
    "NetworkSecurityGroups": _OF_NETWORK,
    "PublicIPAddresses": _OF_NETWORK,
    "NetworkInterfaces": _OF_NETWORK,
    "VirtualMachines": _Names(in_group="List", everywhere="ListAll"),
    "SshPublicKeys": _Names(create="Create", everywhere="ListBySubscription"),
}
