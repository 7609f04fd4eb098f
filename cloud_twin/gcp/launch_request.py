"""The request of compute.instances.insert: what is checked, and what is filled in. All functions raise GceError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from ..facade import Call
from . import bodies, labels, references, shapes
from .catalogue.images import Image
from .catalogue.machine_types import MachineType
from .catalogue.places import region_of
from .errors import bad_request, invalid_field, required, unserved
from .links import check_name, name_of

if TYPE_CHECKING:
    from .facade import Gcp

MOST_DISK_GB = 65536
_INTERFACE = "resource.networkInterfaces[0]"


@dataclass(frozen=True)
class DiskRequest:
    """`given`: as the instance shows it; `params`: those that only the new disk needs."""

    key: str
    image: Image
    size_gb: int
    type_key: str
    given: dict[str, Any]
    params: dict[str, Any]


@dataclass(frozen=True)
class Launch:
    """`key`: the instance's."""

    key: str
    body: dict[str, Any]
    machine_type: MachineType
    disks: list[DiskRequest]
    network: Thing
    subnetwork: Thing

    @property
    def interface(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["networkInterfaces"][0]
        return found


def read(cloud: Gcp, call: Call) -> Launch:
    body = shapes.whole(call.body, bodies.INSTANCE)
    for member in ("name", "machineType", "disks", "networkInterfaces"):
        if not body.get(member):
            raise required(f"resource.{member}")
    check_name(body["name"])
    machine_type = references.machine_type_of(cloud, call, body["machineType"], "resource.machineType")
    disks = _disks(cloud, call, body, machine_type)
    network, subnetwork = _place(cloud, call, body["networkInterfaces"])
    labels.check_labels(body.get("labels", {}))
    labels.check_tags(body.get("tags", {}).get("items", []))
    labels.check_metadata(body.get("metadata", {}).get("items", []))
    _schedule(body.setdefault("scheduling", {}), machine_type)
    for index, account in enumerate(body.get("serviceAccounts", [])):
        if "email" not in account:
            raise required(f"resource.serviceAccounts[{index}].email")
    return Launch(f"{cloud.scope(call)}/instances/{body['name']}", body, machine_type, disks, network, subnetwork)


def _disks(cloud: Gcp, call: Call, body: dict[str, Any], machine_type: MachineType) -> list[DiskRequest]:
    if not body["disks"][0].get("boot"):
        raise invalid_field("resource.disks", "", "Boot disk must be specified and must be the first disk.")
    return [_disk(cloud, call, body["name"], machine_type, index, one) for index, one in enumerate(body["disks"])]


def _disk(
    cloud: Gcp, call: Call, machine: str, machine_type: MachineType, index: int, given: dict[str, Any]
) -> DiskRequest:
    path, params = f"resource.disks[{index}].initializeParams", given.get("initializeParams", {})
    if "sourceImage" not in params:
        raise required(f"{path}.sourceImage")
    image = references.image_of(cloud, call, params["sourceImage"], f"{path}.sourceImage")
    if image.state == "OBSOLETE":
        # The reference, of deprecated.state: operations that use OBSOLETE resources "will be rejected".
        raise invalid_field(f"{path}.sourceImage", params["sourceImage"], "The referenced image resource is obsolete.")
    name = params.get("diskName", machine if not index else f"{machine}-{index}")
    check_name(name, f"{path}.diskName")
    labels.check_labels(params.get("labels", {}), f"{path}.labels")
    size = int(params.get("diskSizeGb", given.get("diskSizeGb", image.size_gb)))
    if size < image.size_gb:
        why = f"Requested disk size cannot be smaller than the image size ({image.size_gb} GB)"
        raise invalid_field(f"{path}.diskSizeGb", size, why)
    if size > MOST_DISK_GB:
        raise invalid_field(f"{path}.diskSizeGb", size, f"Disk size cannot be larger than {MOST_DISK_GB} GB")
    if image.arm != machine_type.arm:
        why = "The architecture of the image is not that of the machine type."
        raise invalid_field(f"{path}.sourceImage", params["sourceImage"], why)
    type_given = params.get("diskType", f"{cloud.scope(call)}/diskTypes/pd-standard")
    type_key = references.disk_type_of(cloud, call, type_given, f"{path}.diskType")
    shown = {name: value for name, value in given.items() if name not in ("initializeParams", "diskSizeGb")}
    return DiskRequest(f"{cloud.scope(call)}/disks/{name}", image, size, type_key, shown, params)


def _place(cloud: Gcp, call: Call, interfaces: list[dict[str, Any]]) -> tuple[Thing, Thing]:
    """Network and subnetwork. Of a network in auto mode the subnetwork may be left out, without both it is default."""
    if len(interfaces) > 1:
        raise unserved("more than one network interface")
    interface = interfaces[0]
    _check_access(interface.get("accessConfigs", []))
    region = region_of(call.values["zone"])
    subnetwork = None
    if "subnetwork" in interface:
        subnetwork = references.subnetwork_of(cloud, call, interface["subnetwork"], f"{_INTERFACE}.subnetwork")
        if f"/regions/{region}/" not in subnetwork.key:
            why = f"The subnetwork is not in the region '{region}' of the instance."
            raise invalid_field(f"{_INTERFACE}.subnetwork", interface["subnetwork"], why)
    if "network" in interface or subnetwork is None:
        named = interface.get("network", "global/networks/default")
        network = references.network_of(cloud, call, named, f"{_INTERFACE}.network")
    else:
        network = cloud.centre.get(subnetwork.body["network"])
    if subnetwork is None and network.body["autoCreateSubnetworks"]:
        subnetwork = cloud.centre.find(f"{cloud.project(call)}/regions/{region}/subnetworks/{name_of(network.key)}")
    if subnetwork is None:
        raise invalid_field(_INTERFACE, "", "Subnetwork should be specified for custom subnetmode network")
    if subnetwork.body["network"] != network.key:
        why = f"The subnetwork is not one of the network '{network.key}'."
        raise invalid_field(f"{_INTERFACE}.subnetwork", interface["subnetwork"], why)
    return network, subnetwork


def _check_access(configs: list[dict[str, Any]]) -> None:
    if len(configs) > 1:
        raise invalid_field(f"{_INTERFACE}.accessConfigs", "", "At most one access config currently supported.")
    for config in configs:
        if "natIP" in config:
            why = "The specified external IP address was not found."
            raise invalid_field(f"{_INTERFACE}.accessConfigs[0].natIP", config["natIP"], why)


def _schedule(scheduling: dict[str, Any], machine_type: MachineType) -> None:
    """A machine with GPUs cannot be moved while it runs, nor can a spot one ("Live migration process", guide)."""
    spot = scheduling.get("preemptible", False) or scheduling.get("provisioningModel") == "SPOT"
    maintenance = scheduling.get("onHostMaintenance", "TERMINATE" if spot else "MIGRATE")
    if machine_type.gpu and maintenance != "TERMINATE":
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
