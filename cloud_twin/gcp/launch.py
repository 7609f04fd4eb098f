"""compute.instances.insert: what comes to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Exhausted, Failure, Machine, State, Taken
from ..facade import Call
from . import addresses, disks, launch_request, operations, quotas, service_accounts
from .catalogue.places import region_of
from .errors import exists, invalid_field
from .launch_request import DiskRequest, Launch
from .links import name_of

if TYPE_CHECKING:
    from .facade import Gcp

_ACCESS = {"type": "ONE_TO_ONE_NAT", "name": "External NAT", "networkTier": "PREMIUM"}


def insert(cloud: Gcp, call: Call) -> dict[str, Any]:
    launch = launch_request.read(cloud, call)
    cloud.require_all(call, _permissions(launch))
    for key in (launch.key, *(disk.key for disk in launch.disks)):
        if cloud.centre.find(key):
            raise exists(key)
    for thing in (launch.network, launch.subnetwork):
        operations.refuse_unready(thing)
    uses = {launch.network.key, launch.subnetwork.key, *(disk.key for disk in launch.disks)}
    machine = cloud.centre.new("instances", launch.key, _kept(cloud, launch), of=Machine, uses=uses)
    failure = _failure(cloud, launch) or _take_address(cloud, launch, machine)
    cloud.centre.add(machine)
    if failure is None:
        _add_disks(cloud, launch)
        if launch.interface.get("accessConfigs"):
            machine.body["natIP"] = addresses.take_external(cloud, machine)
    warnings = [one for disk in launch.disks for one in _warnings(disk)]
    return operations.begin(cloud, call, "insert", machine, Effect.MAKE, failure=failure, warnings=warnings)


def no_room(cloud: Gcp, machine_type: str, zone: str) -> Failure | None:
    """`zone`: its key."""
    if machine_type not in cloud.settings.exhausted:
        return None
    text = f"The zone '{zone}' does not have enough resources available to fulfill the request.  "
    return Failure("ZONE_RESOURCE_POOL_EXHAUSTED", text + "Try a different zone, or try again later.")


def _warnings(disk: DiskRequest) -> Iterator[operations.Notice]:
    image = disk.image
    if image.state:
        instead = f"projects/{image.project}/global/images/{image.replacement}"
        text = f"The resource '{image.key}' is deprecated. A suggested replacement is '{instead}'."
        yield "DEPRECATED_RESOURCE_USED", text
    if disk.size_gb > image.size_gb:
        sizes = f"Disk size: '{disk.size_gb} GB' is larger than image size: '{image.size_gb} GB'."
        advice = "You might need to resize the root repartition manually if the operating system does not support "
        yield "DISK_SIZE_LARGER_THAN_IMAGE_SIZE", f"{sizes} {advice}automatic resizing."


def _permissions(launch: Launch) -> dict[str, str]:
    """Permission to the key of what it is needed for."""
    body = launch.body
    needed = {
        "compute.instances.create": launch.key,
        "compute.disks.create": launch.disks[0].key,
        "compute.subnetworks.use": launch.subnetwork.key,
    }
    if launch.interface.get("accessConfigs"):
        needed["compute.subnetworks.useExternalIp"] = launch.subnetwork.key
    for verb, given in (
        ("setMetadata", body.get("metadata", {}).get("items")),
        ("setTags", body.get("tags", {}).get("items")),
        ("setLabels", body.get("labels")),
        ("setServiceAccount", body.get("serviceAccounts")),
    ):
        if given:
            needed[f"compute.instances.{verb}"] = launch.key
    return needed


def _failure(cloud: Gcp, launch: Launch) -> Failure | None:
    zone = launch.key.rpartition("/instances/")[0]
    where = f"in region {region_of(name_of(zone))}"
    addresses_wanted = len(launch.interface.get("accessConfigs", []))
    return (
        service_accounts.refused(cloud, launch.body.get("serviceAccounts", []))
        or no_room(cloud, launch.machine_type.name, zone)
        or quotas.exceeded(cloud, "instances", 1, where)
        or quotas.exceeded(cloud, "cpus", launch.machine_type.cpus, where)
        or quotas.exceeded(cloud, "in_use_addresses", addresses_wanted, where)
    )


def _take_address(cloud: Gcp, launch: Launch, machine: Machine) -> Failure | None:
    """Raises GceError for one that was asked for and cannot be had."""
    subnetwork, wanted = launch.subnetwork, launch.interface.get("networkIP")
    try:
        machine.body["networkIP"] = cloud.centre.take_address(machine, subnetwork.key, wanted)
    except Exhausted:
        text = f"IP space of '{subnetwork.key}' is exhausted. "
        more = f"Insufficient free IP addresses in the IP range '{subnetwork.body['ipCidrRange']}'."
        return Failure("IP_SPACE_EXHAUSTED_WITH_DETAILS", text + more)
    except (Taken, ValueError):
        why = "Requested internal IP address is in use, or outside the subnetwork range."
        raise invalid_field("resource.networkInterfaces[0].networkIP", wanted, why) from None
    return None


def _add_disks(cloud: Gcp, launch: Launch) -> None:
    for one in launch.disks:
        disk = disks.new(cloud, one.key, one.image, one.size_gb, one.type_key, one.params)
        disk.goes_with = launch.key if one.given.get("autoDelete") else None
        disk.state = State.READY
        cloud.centre.add(disk)


def _kept(cloud: Gcp, launch: Launch) -> dict[str, Any]:
    body = launch.body
    return {
        "name": body["name"],
        "description": body.get("description", ""),
        "machineType": launch.machine_type.name,
        "cpus": launch.machine_type.cpus,
        "gpu": launch.machine_type.gpu,
        "canIpForward": body.get("canIpForward", False),
        "deletionProtection": body.get("deletionProtection", False),
        "labels": body.get("labels", {}),
        "metadata": body.get("metadata", {}).get("items", []),
        "tags": sorted(set(body.get("tags", {}).get("items", []))),
        "scheduling": body["scheduling"],
        "serviceAccounts": [service_accounts.named(one) for one in body.get("serviceAccounts", [])],
        "shieldedInstanceConfig": body.get("shieldedInstanceConfig", {}),
        "network": launch.network.key,
        "subnetwork": launch.subnetwork.key,
        "accessConfigs": [{**_ACCESS, **one} for one in launch.interface.get("accessConfigs", [])],
        "disks": [{**one.given, "key": one.key} for one in launch.disks],
        "started": cloud.centre.clock.now(),
    }
