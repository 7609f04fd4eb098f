"""Compute Engine's methods that the twin serves, with the permissions that each asks for. Nothing else is served.

A path is below /compute/v1/projects/{project}. Permissions are those of the IAM reference, and of "Create and start a
VM instance" of the guide. What an insert needs depends on what it names, so its function asks for it; those of the
table are all that it may need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..facade import Call
from . import (
    addresses,
    disks,
    firewalls,
    images,
    instances,
    launch,
    machine_types,
    networks,
    operations,
    projects,
    routes,
    subnetworks,
    zones,
)

if TYPE_CHECKING:
    from .facade import Gcp

LIST = frozenset(("filter", "maxResults", "orderBy", "pageToken", "returnPartialSuccess"))
AGGREGATED = LIST | {"includeAllScopes", "serviceProjectNumber"}
CHANGE = frozenset(("requestId",))
NONE = frozenset[str]()


class Method(NamedTuple):
    """`permissions`: on what the path names, or on the project. `query`: parameters; `more`: those that the real
    service takes besides, and the twin refuses unless they are `false`."""

    name: str
    method: str
    path: str
    act: Callable[[Gcp, Call], Any]
    permissions: tuple[str, ...]
    query: frozenset[str] = NONE
    more: frozenset[str] = NONE

    @property
    def asked_first(self) -> tuple[str, ...]:
        """The permissions without which a request is not even read."""
        return () if self.name.endswith(".insert") else self.permissions


ZONE, REGION = "/zones/<zone>", "/regions/<region>"
_INSTANCE = f"{ZONE}/instances/<instance>"
_SOURCES = frozenset(("sourceInstanceTemplate", "sourceMachineImage"))
_STOP = frozenset(("discardLocalSsd", "noGracefulShutdown"))
_ENDING = frozenset(("noGracefulShutdown",))
_PROTECTION = CHANGE | {"deletionProtection"}

_POLICY = ("compute.networks.updatePolicy",)
_LAUNCH = (
    "compute.instances.create",
    "compute.disks.create",
    "compute.subnetworks.use",
    "compute.subnetworks.useExternalIp",
    "compute.instances.setMetadata",
    "compute.instances.setTags",
    "compute.instances.setLabels",
    "compute.instances.setServiceAccount",
)

METHODS = (
    Method("compute.projects.get", "GET", "", projects.get, ("compute.projects.get",)),
    # Places and types
    Method("compute.regions.list", "GET", "/regions", zones.list_regions, ("compute.regions.list",), LIST),
    Method("compute.regions.get", "GET", REGION, zones.get_region, ("compute.regions.get",)),
    Method("compute.zones.list", "GET", "/zones", zones.list_zones, ("compute.zones.list",), LIST),
    Method("compute.zones.get", "GET", ZONE, zones.get_zone, ("compute.zones.get",)),
    Method(
        "compute.machineTypes.list",
        "GET",
        f"{ZONE}/machineTypes",
        machine_types.list_,
        ("compute.machineTypes.list",),
        LIST,
    ),
    Method(
        "compute.machineTypes.get",
        "GET",
        f"{ZONE}/machineTypes/<machineType>",
        machine_types.get,
        ("compute.machineTypes.get",),
    ),
    Method(
        "compute.machineTypes.aggregatedList",
        "GET",
        "/aggregated/machineTypes",
        machine_types.aggregated,
        ("compute.machineTypes.list",),
        AGGREGATED,
    ),
    # Images
    Method("compute.images.list", "GET", "/global/images", images.list_, ("compute.images.list",), LIST),
    Method("compute.images.get", "GET", "/global/images/<image>", images.get, ("compute.images.get",)),
    Method(
        "compute.images.getFromFamily",
        "GET",
        "/global/images/family/<family>",
        images.get_from_family,
        ("compute.images.getFromFamily",),
        NONE,
        frozenset(("zone",)),
    ),
    # Networks
    Method("compute.networks.list", "GET", "/global/networks", networks.list_, ("compute.networks.list",), LIST),
    Method(
        "compute.networks.insert", "POST", "/global/networks", networks.insert, ("compute.networks.create",), CHANGE
    ),
    Method("compute.networks.get", "GET", "/global/networks/<network>", networks.get, ("compute.networks.get",)),
    Method(
        "compute.networks.delete",
        "DELETE",
        "/global/networks/<network>",
        networks.delete,
        ("compute.networks.delete",),
        CHANGE,
    ),
    Method(
        "compute.subnetworks.list",
        "GET",
        f"{REGION}/subnetworks",
        subnetworks.list_,
        ("compute.subnetworks.list",),
        LIST,
    ),
    Method(
        "compute.subnetworks.insert",
        "POST",
        f"{REGION}/subnetworks",
        subnetworks.insert,
        ("compute.subnetworks.create", *_POLICY),
        CHANGE,
    ),
    Method(
        "compute.subnetworks.get",
        "GET",
        f"{REGION}/subnetworks/<subnetwork>",
        subnetworks.get,
        ("compute.subnetworks.get",),
    ),
    Method(
        "compute.subnetworks.delete",
        "DELETE",
        f"{REGION}/subnetworks/<subnetwork>",
        subnetworks.delete,
        ("compute.subnetworks.delete",),
        CHANGE,
    ),
    Method(
        "compute.subnetworks.aggregatedList",
        "GET",
        "/aggregated/subnetworks",
        subnetworks.aggregated,
        ("compute.subnetworks.list",),
        AGGREGATED,
    ),
    Method("compute.routes.list", "GET", "/global/routes", routes.list_, ("compute.routes.list",), LIST),
    Method(
        "compute.routers.aggregatedList",
        "GET",
        "/aggregated/routers",
        addresses.aggregated_routers,
        ("compute.routers.list",),
        AGGREGATED,
    ),
    Method(
        "compute.forwardingRules.aggregatedList",
        "GET",
        "/aggregated/forwardingRules",
        addresses.aggregated_forwarding_rules,
        ("compute.forwardingRules.list",),
        AGGREGATED,
    ),
    Method("compute.addresses.list", "GET", f"{REGION}/addresses", addresses.list_, ("compute.addresses.list",), LIST),
    Method(
        "compute.addresses.aggregatedList",
        "GET",
        "/aggregated/addresses",
        addresses.aggregated,
        ("compute.addresses.list",),
        AGGREGATED,
    ),
    Method("compute.firewalls.list", "GET", "/global/firewalls", firewalls.list_, ("compute.firewalls.list",), LIST),
    Method(
        "compute.firewalls.insert",
        "POST",
        "/global/firewalls",
        firewalls.insert,
        ("compute.firewalls.create", *_POLICY),
        CHANGE,
    ),
    Method("compute.firewalls.get", "GET", "/global/firewalls/<firewall>", firewalls.get, ("compute.firewalls.get",)),
    Method(
        "compute.firewalls.patch",
        "PATCH",
        "/global/firewalls/<firewall>",
        firewalls.patch,
        ("compute.firewalls.update", *_POLICY),
        CHANGE,
    ),
    Method(
        "compute.firewalls.update",
        "PUT",
        "/global/firewalls/<firewall>",
        firewalls.update,
        ("compute.firewalls.update", *_POLICY),
        CHANGE,
    ),
    Method(
        "compute.firewalls.delete",
        "DELETE",
        "/global/firewalls/<firewall>",
        firewalls.delete,
        ("compute.firewalls.delete", *_POLICY),
        CHANGE,
    ),
    # Instances and their disks
    Method("compute.instances.list", "GET", f"{ZONE}/instances", instances.list_, ("compute.instances.list",), LIST),
    Method(
        "compute.instances.aggregatedList",
        "GET",
        "/aggregated/instances",
        instances.aggregated,
        ("compute.instances.list",),
        AGGREGATED,
    ),
    Method("compute.instances.insert", "POST", f"{ZONE}/instances", launch.insert, _LAUNCH, CHANGE, _SOURCES),
    Method("compute.instances.get", "GET", _INSTANCE, instances.get, ("compute.instances.get",)),
    Method(
        "compute.instances.delete",
        "DELETE",
        _INSTANCE,
        instances.delete,
        ("compute.instances.delete",),
        CHANGE,
        _ENDING,
    ),
    Method(
        "compute.instances.start", "POST", f"{_INSTANCE}/start", instances.start, ("compute.instances.start",), CHANGE
    ),
    Method(
        "compute.instances.stop",
        "POST",
        f"{_INSTANCE}/stop",
        instances.stop,
        ("compute.instances.stop",),
        CHANGE,
        _STOP,
    ),
    Method(
        "compute.instances.reset", "POST", f"{_INSTANCE}/reset", instances.reset, ("compute.instances.reset",), CHANGE
    ),
    Method(
        "compute.instances.setLabels",
        "POST",
        f"{_INSTANCE}/setLabels",
        instances.set_labels,
        ("compute.instances.setLabels",),
        CHANGE,
    ),
    Method(
        "compute.instances.setTags",
        "POST",
        f"{_INSTANCE}/setTags",
        instances.set_tags,
        ("compute.instances.setTags",),
        CHANGE,
    ),
    Method(
        "compute.instances.setMetadata",
        "POST",
        f"{_INSTANCE}/setMetadata",
        instances.set_metadata,
        ("compute.instances.setMetadata",),
        CHANGE,
    ),
    Method(
        "compute.instances.setDeletionProtection",
        "POST",
        f"{ZONE}/instances/<resource>/setDeletionProtection",
        instances.set_deletion_protection,
        ("compute.instances.setDeletionProtection",),
        _PROTECTION,
    ),
    Method("compute.disks.list", "GET", f"{ZONE}/disks", disks.list_, ("compute.disks.list",), LIST),
    Method("compute.disks.get", "GET", f"{ZONE}/disks/<disk>", disks.get, ("compute.disks.get",)),
    Method("compute.disks.delete", "DELETE", f"{ZONE}/disks/<disk>", disks.delete, ("compute.disks.delete",), CHANGE),
    Method(
        "compute.disks.aggregatedList",
        "GET",
        "/aggregated/disks",
        disks.aggregated,
        ("compute.disks.list",),
        AGGREGATED,
    ),
    # Operations
    Method(
        "compute.zoneOperations.list",
        "GET",
        f"{ZONE}/operations",
        operations.list_,
        ("compute.zoneOperations.list",),
        LIST,
    ),
    Method(
        "compute.zoneOperations.get",
        "GET",
        f"{ZONE}/operations/<operation>",
        operations.get,
        ("compute.zoneOperations.get",),
    ),
    Method(
        "compute.zoneOperations.wait",
        "POST",
        f"{ZONE}/operations/<operation>/wait",
        operations.wait,
        ("compute.zoneOperations.get",),
    ),
    Method(
        "compute.regionOperations.list",
        "GET",
        f"{REGION}/operations",
        operations.list_,
        ("compute.regionOperations.list",),
        LIST,
    ),
    Method(
        "compute.regionOperations.get",
        "GET",
        f"{REGION}/operations/<operation>",
        operations.get,
        ("compute.regionOperations.get",),
    ),
    Method(
        "compute.regionOperations.wait",
        "POST",
        f"{REGION}/operations/<operation>/wait",
        operations.wait,
        ("compute.regionOperations.get",),
    ),
    Method(
        "compute.globalOperations.list",
        "GET",
        "/global/operations",
        operations.list_,
        ("compute.globalOperations.list",),
        LIST,
    ),
    Method(
        "compute.globalOperations.get",
        "GET",
        "/global/operations/<operation>",
        operations.get,
        ("compute.globalOperations.get",),
    ),
    Method(
        "compute.globalOperations.wait",
        "POST",
        "/global/operations/<operation>/wait",
        operations.wait,
        ("compute.globalOperations.get",),
    ),
)
