"""compute.instances.insert: what is checked, what is filled in, and what comes to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Exhausted, Failure, Machine, State, Taken, Thing
from ..facade import Call
from . import addresses, bodies, disks, labels, operations, quotas, references, shapes
from .catalogue.images import Image
from .catalogue.machine_types import MachineType
from .catalogue.places import region_of
from .errors import bad_request, exists, invalid, invalid_field, required
from .links import check_name, name_of

if TYPE_CHECKING:
    from .facade import Gcp

MOST_DISK_GB = 65536
_ACCESS = "External NAT"


@dataclass
class Launch:
    """A checked request. `sizes`: the disks' in GB."""

    key: str
    body: dict[str, Any]
    machine_type: MachineType
    images: list[Image] = field(default_factory=list)
    disk_keys: list[str] = field(default_factory=list)
    disk_types: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    network: Thing | None = None
    subnetwork: Thing | None = None

    @property
    def interface(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["networkInterfaces"][0]
        return found


def insert(cloud: Gcp, call: Call) -> dict[str, Any]:
    launch = _checked(cloud, call)
    cloud.require_all(call, _permissions(launch))
    if cloud.centre.find(launch.key):
        raise exists(launch.key)
    for key in launch.disk_keys:
        if cloud.centre.find(key):
            raise exists(key)
    assert launch.network is not None
    assert launch.subnetwork is not None
    references.ready(cloud, launch.network, launch.subnetwork)
    return _launch(cloud, call, launch)


def _checked(cloud: Gcp, call: Call) -> Launch:
    """Raises GceError."""
    body = shapes.whole(call.body, bodies.INSTANCE)
    for member in ("name", "machineType", "disks", "networkInterfaces"):
        if not body.get(member):
            raise required(f"resource.{member}")
    check_name(body["name"])
    key = f"{cloud.scope(call)}/instances/{body['name']}"
    machine_type = references.machine_type_of(cloud, call, body["machineType"], "resource.machineType")
    launch = Launch(key, body, machine_type)
    _check_disks(cloud, call, launch)
    _check_interfaces(cloud, call, launch)
    labels.check_labels(body.get("labels", {}))
    labels.check_tags(body.get("tags", {}).get("items", []))
    labels.check_metadata(body.get("metadata", {}).get("items", []))
    _check_scheduling(launch)
    _check_accounts(body)
    return launch


def _check_disks(cloud: Gcp, call: Call, launch: Launch) -> None:
    given = launch.body["disks"]
    if not given[0].get("boot"):
        raise invalid_field("resource.disks", "", "Boot disk must be specified and must be the first disk.")
    for index, disk in enumerate(given):
        path = f"resource.disks[{index}].initializeParams"
        params = disk.get("initializeParams", {})
        if "sourceImage" not in params:
            raise invalid_field(f"resource.disks[{index}]", "", "Cloud-Twin makes disks from images only.")
        image = references.image_of(cloud, call, params["sourceImage"], f"{path}.sourceImage")
        name = params.get("diskName", launch.body["name"] if not index else f"{launch.body['name']}-{index}")
        check_name(name, f"{path}.diskName")
        size = int(params.get("diskSizeGb", disk.get("diskSizeGb", image.size_gb)))
        if size < image.size_gb:
            why = f"Requested disk size cannot be smaller than the image size ({image.size_gb} GB)"
            raise invalid_field(
                f"{path}.diskSizeGb" if "diskSizeGb" in params else f"resource.disks[{index}]", size, why
            )
        if size > MOST_DISK_GB:
            raise invalid_field(f"{path}.diskSizeGb", size, f"Disk size cannot be larger than {MOST_DISK_GB} GB")
        labels.check_labels(params.get("labels", {}), f"{path}.labels")
        if image.arm != launch.machine_type.arm:
            why = "The architecture of the image is not that of the machine type."
            raise invalid_field(f"{path}.sourceImage", params["sourceImage"], why)
        default = f"{cloud.scope(call)}/diskTypes/pd-standard"
        type_given = params.get("diskType", default)
        launch.disk_types.append(references.disk_type_of(cloud, call, type_given, f"{path}.diskType"))
        launch.images.append(image)
        launch.disk_keys.append(f"{cloud.scope(call)}/disks/{name}")
        launch.sizes.append(str(size))


def _check_interfaces(cloud: Gcp, call: Call, launch: Launch) -> None:
    given = launch.body["networkInterfaces"]
    if len(given) > 1:
        raise invalid_field("resource.networkInterfaces", len(given), "Cloud-Twin serves one network interface.")
    interface, path = given[0], "resource.networkInterfaces[0]"
    region = region_of(call.values["zone"])
    if "subnetwork" in interface:
        launch.subnetwork = references.subnetwork_of(cloud, call, interface["subnetwork"], f"{path}.subnetwork")
        if f"/regions/{region}/" not in launch.subnetwork.key:
            why = f"The subnetwork is not in the region '{region}' of the instance."
            raise invalid_field(f"{path}.subnetwork", interface["subnetwork"], why)
        network = cloud.centre.get(launch.subnetwork.body["network"])
    if "network" in interface or "subnetwork" not in interface:
        named = interface.get("network", "global/networks/default")
        network = references.network_of(cloud, call, named, f"{path}.network")
    launch.network = network
    if launch.subnetwork is None:
        key = f"{cloud.project(call)}/regions/{region}/subnetworks/{name_of(network.key)}"
        launch.subnetwork = cloud.centre.find(key) if network.body["autoCreateSubnetworks"] else None
    if launch.subnetwork is None:
        raise invalid(
            f"Invalid value for field '{path}': ''. Subnetwork should be specified for custom subnetmode network"
        )
    if launch.subnetwork.body["network"] != network.key:
        why = "Network interface must specify a subnet if the network resource is in custom subnet mode."
        raise invalid_field(f"{path}.subnetwork", interface["subnetwork"], why)
    if len(interface.get("accessConfigs", [])) > 1:
        raise invalid_field(f"{path}.accessConfigs", "", "At most one access config currently supported.")
    for config in interface.get("accessConfigs", []):
        if "natIP" in config:
            raise invalid_field(
                f"{path}.accessConfigs[0].natIP", config["natIP"], "The specified external IP address was not found."
            )


def _check_scheduling(launch: Launch) -> None:
    """A machine with GPUs cannot be moved while it runs, nor can a spot one ("Live migration process", guide)."""
    scheduling = launch.body.setdefault("scheduling", {})
    spot = scheduling.get("preemptible", False) or scheduling.get("provisioningModel") == "SPOT"
    maintenance = scheduling.get("onHostMaintenance", "TERMINATE" if spot else "MIGRATE")
    if launch.machine_type.gpu and maintenance != "TERMINATE":
        raise bad_request("Instances with guest accelerators do not support live migration.")
    must_be = "Scheduling must have preemptible be false when"
    if spot and scheduling.get("automaticRestart"):
        raise invalid_field("resource.scheduling.preemptible", "true", f"{must_be} AutomaticRestart is true.")
    if spot and maintenance != "TERMINATE":
        raise invalid_field("resource.scheduling.preemptible", "true", f"{must_be} OnHostMaintenance isn't TERMINATE.")
    scheduling["onHostMaintenance"] = maintenance
    scheduling.setdefault("automaticRestart", not spot)
    scheduling.setdefault("preemptible", spot)
    scheduling.setdefault("provisioningModel", "SPOT" if spot else "STANDARD")


def _check_accounts(body: dict[str, Any]) -> None:
    for index, account in enumerate(body.get("serviceAccounts", [])):
        if "email" not in account:
            raise required(f"resource.serviceAccounts[{index}].email")


def _permissions(launch: Launch) -> dict[str, str]:
    """Permission to what it is needed for ("instances.insert" of the IAM reference)."""
    assert launch.subnetwork is not None
    needed = {"compute.instances.create": launch.key}
    needed["compute.disks.create"] = launch.disk_keys[0]
    needed["compute.subnetworks.use"] = launch.subnetwork.key
    if launch.interface.get("accessConfigs"):
        needed["compute.subnetworks.useExternalIp"] = launch.subnetwork.key
    if launch.body.get("metadata", {}).get("items"):
        needed["compute.instances.setMetadata"] = launch.key
    if launch.body.get("tags", {}).get("items"):
        needed["compute.instances.setTags"] = launch.key
    if launch.body.get("labels"):
        needed["compute.instances.setLabels"] = launch.key
    if launch.body.get("serviceAccounts"):
        needed["compute.instances.setServiceAccount"] = launch.key
    return needed


def _launch(cloud: Gcp, call: Call, launch: Launch) -> dict[str, Any]:
    centre = cloud.centre
    assert launch.subnetwork is not None
    assert launch.network is not None
    uses = {launch.network.key, launch.subnetwork.key, *launch.disk_keys}
    kept = {**_kept(launch), "started": centre.clock.now()}
    machine = centre.new("instances", launch.key, kept, of=Machine, uses=uses)
    failure = _failure(cloud, launch)
    if failure is None:
        try:
            wanted = launch.interface.get("networkIP")
            machine.body["networkIP"] = centre.take_address(machine, launch.subnetwork.key, wanted)
        except Exhausted:
            cidr = launch.subnetwork.body["ipCidrRange"]
            text = (
                f"IP space of '{launch.subnetwork.key}' is exhausted. "
                f"Insufficient free IP addresses in the IP range '{cidr}'."
            )
            failure = Failure("IP_SPACE_EXHAUSTED_WITH_DETAILS", text)
        except (Taken, ValueError):
            field = "resource.networkInterfaces[0].networkIP"
            raise invalid_field(
                field, wanted, "The IP address is invalid, in use or outside of the subnetwork."
            ) from None
    centre.add(machine)
    if failure is None:
        _add_disks(cloud, launch)
        if launch.interface.get("accessConfigs"):
            machine.body["natIP"] = addresses.take_external(cloud, machine)
    return operations.begin(cloud, call, "insert", machine, Effect.MAKE, failure=failure)


def _failure(cloud: Gcp, launch: Launch) -> Failure | None:
    zone = launch.key.rpartition("/instances/")[0]
    if launch.machine_type.name in cloud.settings.exhausted:
        text = f"The zone '{zone}' does not have enough resources available to fulfill the request.  "
        return Failure("ZONE_RESOURCE_POOL_EXHAUSTED", text + "Try a different zone, or try again later.")
    where = f"in region {region_of(name_of(zone))}"
    external = bool(launch.interface.get("accessConfigs"))
    return (
        quotas.exceeded(cloud, "instances", 1, where)
        or quotas.exceeded(cloud, "cpus", launch.machine_type.cpus, where)
        or (quotas.exceeded(cloud, "in_use_addresses", 1, where) if external else None)
    )


def _add_disks(cloud: Gcp, launch: Launch) -> None:
    for index, given in enumerate(launch.body["disks"]):
        params = given.get("initializeParams", {})
        disk = disks.new(
            cloud, launch.disk_keys[index], launch.images[index], launch.sizes[index], launch.disk_types[index], params
        )
        disk.goes_with = launch.key if given.get("autoDelete") else None
        disk.state = State.READY
        cloud.centre.add(disk)


def _kept(launch: Launch) -> dict[str, Any]:
    body = launch.body
    assert launch.network is not None
    assert launch.subnetwork is not None
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
        "serviceAccounts": body.get("serviceAccounts", []),
        "shieldedInstanceConfig": body.get("shieldedInstanceConfig", {}),
        "network": launch.network.key,
        "subnetwork": launch.subnetwork.key,
        "accessConfigs": [
            {"type": "ONE_TO_ONE_NAT", "name": _ACCESS, "networkTier": "PREMIUM", **one}
            for one in launch.interface.get("accessConfigs", [])
        ],
        "disks": [
            {
                **{name: value for name, value in one.items() if name != "initializeParams"},
                "key": launch.disk_keys[index],
            }
            for index, one in enumerate(body["disks"])
        ],
    }
