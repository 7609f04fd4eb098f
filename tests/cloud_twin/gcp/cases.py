"""Requests that Compute Engine refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .bench import DEBIAN, GLOBAL, REGIONAL, SECONDS, ZONAL, Bench, firewall_body, instance_body

Case = Callable[[Bench], object]

NETWORKS, FIREWALLS = f"{GLOBAL}/networks", f"{GLOBAL}/firewalls"
SUBNETWORKS, INSTANCES = f"{REGIONAL}/subnetworks", f"{ZONAL}/instances"
DEFAULT = f"{NETWORKS}/default"


def network(**body: Any) -> Case:
    return lambda gcp: gcp.post(NETWORKS, {"name": "net", "autoCreateSubnetworks": False, **body})


def firewall(**body: Any) -> Case:
    return lambda gcp: gcp.post(FIREWALLS, firewall_body(**body))


def subnetwork(**body: Any) -> Case:
    def case(gcp: Bench) -> object:
        given = {"name": "sub", "network": gcp.network(), "ipCidrRange": "10.1.0.0/24", **body}
        return gcp.post(SUBNETWORKS, {name: value for name, value in given.items() if value is not None})

    return case


def instance(**body: Any) -> Case:
    return lambda gcp: gcp.post(INSTANCES, instance_body(**body))


def disk(boot: bool = True, **params: Any) -> list[dict[str, Any]]:
    return [{"boot": boot, "autoDelete": True, "initializeParams": params}]


def interface(**members: Any) -> Case:
    return instance(networkInterfaces=[members])


def listed(path: str = f"{GLOBAL}/networks", **query: str) -> Case:
    return lambda gcp: gcp.get(path, **query)


def got(path: str) -> Case:
    return lambda gcp: gcp.get(path)


def sent(path: str, body: Any, **query: str) -> Case:
    return lambda gcp: gcp.post(path, body, **query)


def of_instance(verb: str, body: Any = None) -> Case:
    """A call of the instance that the case makes."""
    return lambda gcp: gcp.post(f"{gcp.instance()}/{verb}", body)


def network_twice(gcp: Bench) -> object:
    return gcp.post(NETWORKS, {"name": gcp.network().rpartition("/")[2], "autoCreateSubnetworks": False})


def firewall_twice(gcp: Bench) -> object:
    return gcp.post(FIREWALLS, firewall_body(gcp.firewall().rpartition("/")[2]))


def instance_twice(gcp: Bench) -> object:
    return gcp.post(INSTANCES, instance_body(gcp.instance().rpartition("/")[2]))


def disk_of_another(gcp: Bench) -> object:
    gcp.instance()
    return gcp.post(INSTANCES, instance_body("other", disks=disk(sourceImage=DEBIAN, diskName="vm")))


def subnetwork_twice(gcp: Bench) -> object:
    net = gcp.network()
    gcp.subnetwork(net)
    return gcp.post(SUBNETWORKS, {"name": "sub", "network": net, "ipCidrRange": "10.2.0.0/24"})


def overlapping(gcp: Bench) -> object:
    net = gcp.network()
    gcp.subnetwork(net, "first", "192.168.0.0/24")
    return gcp.post(SUBNETWORKS, {"name": "sub", "network": net, "ipCidrRange": "192.168.0.0/28"})


def in_auto_range(gcp: Bench) -> object:
    return gcp.post(SUBNETWORKS, {"name": "sub", "network": DEFAULT, "ipCidrRange": "10.200.0.0/16"})


def used_subnetwork(gcp: Bench) -> object:
    sub = gcp.subnetwork(gcp.network())
    gcp.instance(networkInterfaces=[{"subnetwork": sub}])
    return gcp.delete(sub)


def auto_subnetwork(gcp: Bench) -> object:
    return gcp.delete(f"{SUBNETWORKS}/default")


def used_disk(gcp: Bench) -> object:
    gcp.instance()
    return gcp.delete(f"{ZONAL}/disks/vm")


def protected(gcp: Bench) -> object:
    return gcp.delete(gcp.instance(deletionProtection=True))


def no_subnetwork(gcp: Bench) -> object:
    return gcp.post(INSTANCES, instance_body(networkInterfaces=[{"network": gcp.network()}]))


def subnetwork_of_another(gcp: Bench) -> object:
    sub = gcp.subnetwork(gcp.network())
    return gcp.post(INSTANCES, instance_body(networkInterfaces=[{"network": DEFAULT, "subnetwork": sub}]))


def subnetwork_elsewhere(gcp: Bench) -> object:
    sub = gcp.subnetwork(gcp.network())
    body = instance_body(machineType="zones/us-east1-b/machineTypes/e2-small", networkInterfaces=[{"subnetwork": sub}])
    return gcp.post(f"projects/{ZONAL.split('/')[1]}/zones/us-east1-b/instances", body)


def address_in_use(gcp: Bench) -> object:
    sub = gcp.subnetwork(gcp.network())
    gcp.instance(networkInterfaces=[{"subnetwork": sub, "networkIP": "10.1.0.9"}])
    return gcp.post(INSTANCES, instance_body("b", networkInterfaces=[{"subnetwork": sub, "networkIP": "10.1.0.9"}]))


def network_not_ready(gcp: Bench) -> object:
    gcp.post(NETWORKS, {"name": "net", "autoCreateSubnetworks": False})
    return gcp.post(FIREWALLS, firewall_body(network=f"{NETWORKS}/net"))


def subnetwork_not_ready(gcp: Bench) -> object:
    body = {"name": "sub", "network": gcp.network(), "ipCidrRange": "10.1.0.0/24"}
    gcp.post(SUBNETWORKS, body)
    return gcp.post(INSTANCES, instance_body(networkInterfaces=[{"subnetwork": f"{SUBNETWORKS}/sub"}]))


def leaving_network(gcp: Bench) -> object:
    net = gcp.network()
    gcp.delete(net)
    return gcp.post(SUBNETWORKS, {"name": "sub", "network": net, "ipCidrRange": "10.1.0.0/24"})


def deleted_while_made(gcp: Bench) -> object:
    gcp.post(INSTANCES, instance_body())
    return gcp.delete(f"{INSTANCES}/vm")


def deleted_twice(gcp: Bench) -> object:
    vm = gcp.instance()
    gcp.delete(vm)
    return gcp.delete(vm)


def started_while_stopping(gcp: Bench) -> object:
    vm = gcp.instance()
    gcp.post(f"{vm}/stop")
    gcp.advance(SECONDS / 2)
    return gcp.post(f"{vm}/start")


def reset_while_stopped(gcp: Bench) -> object:
    vm = gcp.instance()
    gcp.granted(gcp.post(f"{vm}/stop"))
    return gcp.post(f"{vm}/reset")


def stale_labels(gcp: Bench) -> object:
    vm = gcp.instance(labels={"a": "b"})
    return gcp.post(f"{vm}/setLabels", {"labels": {"a": "c"}, "labelFingerprint": "42WmSpB8rSM="})


def labels_twice(gcp: Bench) -> object:
    """The second change has read the same labels as the first."""
    vm = gcp.instance()
    gcp.post(f"{vm}/setLabels", {"labels": {"a": "b"}, "labelFingerprint": "42WmSpB8rSM="})
    return gcp.post(f"{vm}/setLabels", {"labels": {"a": "c"}, "labelFingerprint": "42WmSpB8rSM="})


def request_id_of_another(gcp: Bench) -> object:
    request_id = "7f7c26a4-6d2b-4f5e-9a3c-0a4d0f0e8b11"
    gcp.post(NETWORKS, {"name": "a", "autoCreateSubnetworks": False}, requestId=request_id)
    return gcp.post(NETWORKS, {"name": "b", "autoCreateSubnetworks": False}, requestId=request_id)


def renamed_firewall(gcp: Bench) -> object:
    return gcp.call("PATCH", gcp.firewall(), {"name": "other"})
