"""Compute Engine's methods that the twin serves, with the permissions that each asks for. Nothing else is served.

A path is below /compute/v1/projects/{project}. A method's permission is called as the method itself, with create for
insert, update for patch, list for aggregatedList, get for wait; `also` are further ones (the IAM reference, and "Create
and start a VM instance" of the guide). What an insert needs depends on what it names, so its function asks for it;
those of the table are all that it may need. Query parameters follow from what a method does.
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

LIST = frozenset(("filter", "maxResults", "orderBy", "pageToken"))
AGGREGATED = LIST | {"includeAllScopes", "serviceProjectNumber"}
CHANGE = frozenset(("requestId",))
NONE = frozenset[str]()
# How a permission is called where it is not as the method.
_VERBS = {"insert": "create", "patch": "update", "aggregatedList": "list", "wait": "get"}
_QUERIES = {"list": LIST, "aggregatedList": AGGREGATED, "get": NONE, "getFromFamily": NONE, "wait": NONE}
_WITH_BODY = ("insert", "patch", "update", "setLabels", "setMetadata", "setTags")


class Method(NamedTuple):
    """`permissions`: on what the path names, or on the project. `query`: parameters; `more`: those that the real
    service takes besides, and the twin refuses unless they are `false`."""

    name: str
    method: str
    path: str
    act: Callable[[Gcp, Call], Any]
    permissions: tuple[str, ...]
    query: frozenset[str]
    more: frozenset[str]

    @property
    def asked_first(self) -> tuple[str, ...]:
        """The permissions without which a request is not even read."""
        return () if self.name.endswith(".insert") else self.permissions

    @property
    def takes_body(self) -> bool:
        return self.name.rpartition(".")[2] in _WITH_BODY


def _method(
    name: str,
    method: str,
    path: str,
    act: Callable[[Gcp, Call], Any],
    also: tuple[str, ...] = (),
    query: frozenset[str] = NONE,
    more: frozenset[str] = NONE,
) -> Method:
    service, collection, verb = name.split(".")
    permission = f"{service}.{collection}.{_VERBS.get(verb, verb)}"
    return Method(name, method, path, act, (permission, *also), query or _QUERIES.get(verb, CHANGE), more)


ZONE, REGION = "/zones/<zone>", "/regions/<region>"
_INSTANCE = f"{ZONE}/instances/<instance>"
_ANY_INSTANCE = f"{ZONE}/instances/<resource>"
_SUBNETWORK = f"{REGION}/subnetworks/<subnetwork>"
_SUBNETWORKS = "/aggregated/subnetworks"
_OPERATION = "operations/<operation>"
_SOURCES = frozenset(("sourceInstanceTemplate", "sourceMachineImage"))
_STOP = frozenset(("discardLocalSsd", "noGracefulShutdown"))
_ENDING = frozenset(("noGracefulShutdown",))
_VIEWS = frozenset(("views",))
_PROTECTION = CHANGE | {"deletionProtection"}
_POLICY = ("compute.networks.updatePolicy",)
_LAUNCH = (
    "compute.disks.create",
    "compute.subnetworks.use",
    "compute.subnetworks.useExternalIp",
    "compute.instances.setMetadata",
    "compute.instances.setTags",
    "compute.instances.setLabels",
    "compute.instances.setServiceAccount",
)

METHODS = (
    # The project
    _method("compute.projects.get", "GET", "", projects.get),
    # Places and types
    _method("compute.regions.list", "GET", "/regions", zones.list_regions),
    _method("compute.regions.get", "GET", REGION, zones.get_region),
    _method("compute.zones.list", "GET", "/zones", zones.list_zones),
    _method("compute.zones.get", "GET", ZONE, zones.get_zone),
    _method("compute.machineTypes.list", "GET", f"{ZONE}/machineTypes", machine_types.list_),
    _method("compute.machineTypes.get", "GET", f"{ZONE}/machineTypes/<machineType>", machine_types.get),
    _method("compute.machineTypes.aggregatedList", "GET", "/aggregated/machineTypes", machine_types.aggregated),
    # Images
    _method("compute.images.list", "GET", "/global/images", images.list_),
    _method("compute.images.get", "GET", "/global/images/<image>", images.get),
    _method("compute.images.getFromFamily", "GET", "/global/images/family/<family>", images.get_from_family),
    # Networks
    _method("compute.networks.list", "GET", "/global/networks", networks.list_),
    _method("compute.networks.insert", "POST", "/global/networks", networks.insert),
    _method("compute.networks.get", "GET", "/global/networks/<network>", networks.get),
    _method("compute.networks.delete", "DELETE", "/global/networks/<network>", networks.delete),
    _method("compute.subnetworks.list", "GET", f"{REGION}/subnetworks", subnetworks.list_, more=_VIEWS),
    _method("compute.subnetworks.insert", "POST", f"{REGION}/subnetworks", subnetworks.insert, also=_POLICY),
    _method("compute.subnetworks.get", "GET", _SUBNETWORK, subnetworks.get, more=_VIEWS),
    _method("compute.subnetworks.delete", "DELETE", _SUBNETWORK, subnetworks.delete),
    _method("compute.subnetworks.aggregatedList", "GET", _SUBNETWORKS, subnetworks.aggregated, more=_VIEWS),
    _method("compute.routes.list", "GET", "/global/routes", routes.list_),
    _method("compute.routers.aggregatedList", "GET", "/aggregated/routers", addresses.aggregated_routers),
    _method("compute.forwardingRules.aggregatedList", "GET", "/aggregated/forwardingRules", addresses.aggregated_rules),
    _method("compute.addresses.list", "GET", f"{REGION}/addresses", addresses.list_),
    _method("compute.addresses.aggregatedList", "GET", "/aggregated/addresses", addresses.aggregated),
    _method("compute.firewalls.list", "GET", "/global/firewalls", firewalls.list_),
    _method("compute.firewalls.insert", "POST", "/global/firewalls", firewalls.insert, also=_POLICY),
    _method("compute.firewalls.get", "GET", "/global/firewalls/<firewall>", firewalls.get),
    _method("compute.firewalls.patch", "PATCH", "/global/firewalls/<firewall>", firewalls.patch, also=_POLICY),
    _method("compute.firewalls.update", "PUT", "/global/firewalls/<firewall>", firewalls.update, also=_POLICY),
    _method("compute.firewalls.delete", "DELETE", "/global/firewalls/<firewall>", firewalls.delete, also=_POLICY),
    # Instances and their disks
    _method("compute.instances.list", "GET", f"{ZONE}/instances", instances.list_),
    _method("compute.instances.aggregatedList", "GET", "/aggregated/instances", instances.aggregated),
    _method("compute.instances.insert", "POST", f"{ZONE}/instances", launch.insert, also=_LAUNCH, more=_SOURCES),
    _method("compute.instances.get", "GET", _INSTANCE, instances.get),
    _method("compute.instances.delete", "DELETE", _INSTANCE, instances.delete, more=_ENDING),
    _method("compute.instances.start", "POST", f"{_INSTANCE}/start", instances.start),
    _method("compute.instances.stop", "POST", f"{_INSTANCE}/stop", instances.stop, more=_STOP),
    _method("compute.instances.reset", "POST", f"{_INSTANCE}/reset", instances.reset),
    _method("compute.instances.setLabels", "POST", f"{_INSTANCE}/setLabels", instances.set_labels),
    _method("compute.instances.setTags", "POST", f"{_INSTANCE}/setTags", instances.set_tags),
    _method("compute.instances.setMetadata", "POST", f"{_INSTANCE}/setMetadata", instances.set_metadata),
    _method(
        "compute.instances.setDeletionProtection",
        "POST",
        f"{_ANY_INSTANCE}/setDeletionProtection",
        instances.set_deletion_protection,
        query=_PROTECTION,
    ),
    _method("compute.disks.list", "GET", f"{ZONE}/disks", disks.list_),
    _method("compute.disks.get", "GET", f"{ZONE}/disks/<disk>", disks.get),
    _method("compute.disks.delete", "DELETE", f"{ZONE}/disks/<disk>", disks.delete),
    _method("compute.disks.aggregatedList", "GET", "/aggregated/disks", disks.aggregated),
    # Operations
    _method("compute.zoneOperations.list", "GET", f"{ZONE}/operations", operations.list_),
    _method("compute.zoneOperations.get", "GET", f"{ZONE}/{_OPERATION}", operations.get),
    _method("compute.zoneOperations.wait", "POST", f"{ZONE}/{_OPERATION}/wait", operations.wait),
    _method("compute.regionOperations.list", "GET", f"{REGION}/operations", operations.list_),
    _method("compute.regionOperations.get", "GET", f"{REGION}/{_OPERATION}", operations.get),
    _method("compute.regionOperations.wait", "POST", f"{REGION}/{_OPERATION}/wait", operations.wait),
    _method("compute.globalOperations.list", "GET", "/global/operations", operations.list_),
    _method("compute.globalOperations.get", "GET", "/global/operations/<operation>", operations.get),
    _method("compute.globalOperations.wait", "POST", "/global/operations/<operation>/wait", operations.wait),
)
