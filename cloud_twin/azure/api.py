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
ALL_COMPUTE = f"{SUBSCRIPTION}/providers/Microsoft.Compute"
PLACE = f"{ALL_COMPUTE}/locations/<location>"


def routes(arm: Azure) -> list[Route]:
    return [
        *_entra(arm),
        *_subscriptions(arm),
        *_groups(arm),
        *_deployments(arm),
        *_network(arm),
        *_machines(arm),
        *_images(arm),
    ]


def _entra(arm: Azure) -> list[Route]:
    entra = arm.entra
    return [
        _on("Entra_Configuration", "GET /<tenant>/v2.0/.well-known/openid-configuration", entra.openid_configuration),
        _on("Entra_Token", "POST /<tenant>/oauth2/v2.0/token", entra.token),
        _on("Entra_Instances", "GET /common/discovery/instance", entra.instance_discovery),
        _on("Entra_Keys", "GET /<tenant>/discovery/v2.0/keys", entra.keys),
        _on("Entra_CommonKeys", "GET /common/discovery/keys", entra.keys),
    ]


def _subscriptions(arm: Azure) -> list[Route]:
    known, providers = Subscriptions(arm), Providers(arm)
    one, of = "providers/<resourceProviderNamespace>", "Microsoft.Resources/subscriptions"
    return [
        _on("Metadata_Endpoints", "GET /metadata/endpoints", known.endpoints),
        _on("Tenants_List", "GET /tenants", known.tenants),
        _on("Subscriptions_List", "GET /subscriptions", known.list),
        _on("Subscriptions_Get", f"GET {SUBSCRIPTION}", known.get, f"{of}/read"),
        _on("Subscriptions_ListLocations", f"GET {SUBSCRIPTION}/locations", known.locations, f"{of}/locations/read"),
        _on("Providers_List", f"GET {SUBSCRIPTION}/providers", providers.list, f"{of}/providers/read"),
        _on("Providers_ListAtTenantScope", "GET /providers", providers.list),
        _on("Providers_GetAtTenantScope", f"GET /{one}", providers.get),
        _on("Providers_Get", f"GET {SUBSCRIPTION}/{one}", providers.get, f"{of}/providers/read"),
        _on("Providers_Register", f"POST {SUBSCRIPTION}/{one}/register", providers.register),
    ]


def _groups(arm: Azure) -> list[Route]:
    groups, tags = ResourceGroups(arm), TagsAtScope(arm)
    every, of = f"{SUBSCRIPTION}/resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups"
    at, of_tags = "/<path:scope>/providers/Microsoft.Resources/tags/default", "Microsoft.Resources/tags"
    all_in, all_read = f"{SUBSCRIPTION}/resources", "Microsoft.Resources/subscriptions/resources/read"
    return [
        _on("ResourceGroups_CreateOrUpdate", f"PUT {GROUP}", groups.create_or_update, f"{of}/write"),
        _on("ResourceGroups_Get", f"GET {GROUP}", groups.get, f"{of}/read"),
        _on("ResourceGroups_CheckExistence", f"HEAD {GROUP}", groups.exists, f"{of}/read"),
        _on("ResourceGroups_Update", f"PATCH {GROUP}", groups.update, f"{of}/write"),
        _on("ResourceGroups_Delete", f"DELETE {GROUP}", groups.delete, f"{of}/delete"),
        _on("ResourceGroups_List", f"GET {every}", groups.all, f"{of}/read"),
        _on("Operations_Result", f"GET {SUBSCRIPTION}/operationresults/<operationId>", arm.operations.result),
        _on("Resources_List", f"GET {all_in}", groups.resources, all_read),
        _on("Resources_ListByResourceGroup", f"GET {GROUP}/resources", groups.resources, f"{of}/resources/read"),
        _on("Tags_GetAtScope", f"GET {at}", tags.get, f"{of_tags}/read"),
        _on("Tags_CreateOrUpdateAtScope", f"PUT {at}", tags.replace, f"{of_tags}/write"),
        _on("Tags_UpdateAtScope", f"PATCH {at}", tags.update, f"{of_tags}/write"),
        _on("Tags_DeleteAtScope", f"DELETE {at}", tags.delete, f"{of_tags}/delete"),
    ]


def _deployments(arm: Azure) -> list[Route]:
    made, of = arm.deployments, "Microsoft.Resources/deployments"
    every, steps = f"{GROUP}/providers/{of}", f"{GROUP}/deployments/<deploymentName>/operations"
    one = f"{every}/<deploymentName>"
    return [
        _on("Deployments_CreateOrUpdate", f"PUT {one}", made.create_or_update, f"{of}/write"),
        _on("Deployments_Get", f"GET {one}", made.get, f"{of}/read"),
        _on("Deployments_CheckExistence", f"HEAD {one}", made.exists, f"{of}/read"),
        _on("Deployments_Delete", f"DELETE {one}", made.delete, f"{of}/delete"),
        _on("Deployments_Validate", f"POST {one}/validate", made.validate, f"{of}/validate/action"),
        _on("Deployments_ListByResourceGroup", f"GET {every}", made.list_in_group, f"{of}/read"),
        _on("Deployments_Status", f"GET {one}/operationStatuses/<operationId>", arm.operations.status),
        _on("DeploymentOperations_List", f"GET {steps}", made.operations, f"{of}/operations/read"),
    ]


def _network(arm: Azure) -> list[Route]:
    subnets, rules, addresses = Subnets(arm), SecurityRules(arm), PublicIPAddresses(arm)
    networks, groups = VirtualNetworks(arm, subnets), NetworkSecurityGroups(arm, rules)
    arm.addresses, arm.interfaces = addresses, NetworkInterfaces(arm, addresses)
    vnet = "virtualNetworks/<virtualNetworkName>"
    nsg = "networkSecurityGroups/<networkSecurityGroupName>"
    jobs = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/<location>"
    return [
        *_tracked("VirtualNetworks", NETWORK, vnet, networks),
        *_child("Subnets", f"{NETWORK}/{vnet}/subnets/<subnetName>", subnets, subnets.list_in_network),
        *_tracked("NetworkSecurityGroups", NETWORK, nsg, groups),
        *_child("SecurityRules", f"{NETWORK}/{nsg}/securityRules/<securityRuleName>", rules, rules.list_of_owner),
        *_tracked("PublicIPAddresses", NETWORK, "publicIPAddresses/<publicIpAddressName>", addresses),
        *_tracked("NetworkInterfaces", NETWORK, "networkInterfaces/<networkInterfaceName>", arm.interfaces),
        _on("NetworkOperations_Get", f"GET {jobs}/operations/<operationId>", arm.operations.status),
        _on("NetworkOperations_Result", f"GET {jobs}/operationResults/<operationId>", arm.operations.result),
    ]


def _machines(arm: Azure) -> list[Route]:
    disks, images, keys, sizes = Disks(arm), Images(arm), SshPublicKeys(arm), Sizes(arm)
    machines = VirtualMachines(arm, disks, arm.interfaces, arm.addresses)
    power = PowerVerbs(machines)
    vm, of = f"{COMPUTE}/virtualMachines/<vmName>", "Microsoft.Compute/virtualMachines"
    key, of_keys = f"{COMPUTE}/sshPublicKeys/<sshPublicKeyName>", "Microsoft.Compute/sshPublicKeys"
    there = f"{PLACE}/virtualMachines"
    return [
        *_tracked("VirtualMachines", COMPUTE, "virtualMachines/<vmName>", machines, update=machines.update),
        _on("VirtualMachines_ListByLocation", f"GET {there}", machines.list_in_location, f"{of}/read"),
        _on(
            "VirtualMachines_InstanceView", f"GET {vm}/instanceView", machines.instance_view, f"{of}/instanceView/read"
        ),
        _on("VirtualMachines_ListAvailableSizes", f"GET {vm}/vmSizes", machines.sizes_of, f"{of}/vmSizes/read"),
        _on("VirtualMachines_Start", f"POST {vm}/start", power.start, f"{of}/start/action"),
        _on("VirtualMachines_Restart", f"POST {vm}/restart", power.restart, f"{of}/restart/action"),
        _on("VirtualMachines_PowerOff", f"POST {vm}/powerOff", power.power_off, f"{of}/powerOff/action"),
        _on("VirtualMachines_Deallocate", f"POST {vm}/deallocate", power.deallocate, f"{of}/deallocate/action"),
        _on("VirtualMachines_Generalize", f"POST {vm}/generalize", power.generalize, f"{of}/generalize/action"),
        *_tracked("Disks", COMPUTE, "disks/<diskName>", disks, update=disks.update),
        *_tracked("Images", COMPUTE, "images/<imageName>", images),
        *_tracked("SshPublicKeys", COMPUTE, "sshPublicKeys/<sshPublicKeyName>", keys, update=keys.update),
        _on(
            "SshPublicKeys_GenerateKeyPair",
            f"POST {key}/generateKeyPair",
            keys.generate,
            f"{of_keys}/generateKeyPair/action",
        ),
        _on(
            "VirtualMachineSizes_List",
            f"GET {PLACE}/vmSizes",
            sizes.in_location,
            "Microsoft.Compute/locations/vmSizes/read",
        ),
        _on("ResourceSkus_List", f"GET {ALL_COMPUTE}/skus", sizes.skus, "Microsoft.Compute/skus/read"),
        _on("ComputeOperations_Get", f"GET {PLACE}/operations/<operationId>", arm.operations.status),
    ]


def _images(arm: Azure) -> list[Route]:
    market, of = Marketplace(arm), "Microsoft.Compute/locations/publishers"
    publishers, of_offers = f"{PLACE}/publishers", f"{of}/artifacttypes/offers"
    offers = f"{publishers}/<publisherName>/artifacttypes/vmimage/offers"
    skus = f"{offers}/<offer>/skus"
    versions, of_versions = f"{skus}/<skus>/versions", f"{of_offers}/skus/versions"
    return [
        _on("VirtualMachineImages_ListPublishers", f"GET {publishers}", market.publishers, f"{of}/read"),
        _on("VirtualMachineImages_ListOffers", f"GET {offers}", market.offers, f"{of_offers}/read"),
        _on("VirtualMachineImages_ListSkus", f"GET {skus}", market.skus, f"{of_offers}/skus/read"),
        _on("VirtualMachineImages_List", f"GET {versions}", market.versions, f"{of_versions}/read"),
        _on("VirtualMachineImages_Get", f"GET {versions}/<version>", market.get, f"{of_versions}/read"),
    ]


def _on(name: str, call: str, act: Act, action: str = "") -> Route:
    """`call`: method and path; `action`: what the caller must be allowed, "" where everybody may."""
    method, _, path = call.partition(" ")
    return Route(name, method, path, act, (action,) if action else ())


def _tracked(name: str, start: str, one: str, kind: Kind, *, update: Act | None = None) -> list[Route]:
    """The six methods of a resource that stands in a group by itself."""
    path, of, names = f"{start}/{one}", kind.type, _NAMES.get(name, _USUAL)
    in_group = path.rpartition("/")[0]
    everywhere = in_group.replace(GROUP, SUBSCRIPTION)
    return [
        _on(f"{name}_{names.create}", f"PUT {path}", kind.create_or_update, f"{of}/write"),
        _on(f"{name}_Get", f"GET {path}", kind.get, f"{of}/read"),
        _on(f"{name}_{names.update}", f"PATCH {path}", update or kind.update_tags, f"{of}/write"),
        _on(f"{name}_Delete", f"DELETE {path}", kind.delete, f"{of}/delete"),
        _on(f"{name}_{names.in_group}", f"GET {in_group}", kind.list_in_group, f"{of}/read"),
        _on(f"{name}_{names.everywhere}", f"GET {everywhere}", kind.list_all, f"{of}/read"),
    ]


def _child(name: str, path: str, kind: Kind, children: Act) -> list[Route]:
    """The four of one that stands in another."""
    of = kind.type
    return [
        _on(f"{name}_CreateOrUpdate", f"PUT {path}", kind.create_or_update, f"{of}/write"),
        _on(f"{name}_Get", f"GET {path}", kind.get, f"{of}/read"),
        _on(f"{name}_Delete", f"DELETE {path}", kind.delete, f"{of}/delete"),
        _on(f"{name}_List", f"GET {path.rpartition('/')[0]}", children, f"{of}/read"),
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
