"""How each emulated cloud's VMs are read: what of a machine's body tells where it is and who may log in.

A cloud that is not here has no VMs behind which a container could stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..centre import Centre, Machine, Thing
from .vm import BackedVm, Logins, boot_of, cloud_config, decoded, frozen

Reader = Callable[[Any], Iterable[BackedVm]]


def _machines(centre: Centre, kind: str) -> Iterator[Machine]:
    return (one for one in centre.of_kind(kind) if isinstance(one, Machine))


def gcp(cloud: Any) -> Iterator[BackedVm]:
    """`ssh-keys`: a line `user:key` for each; the guest agent makes the users."""
    for one in _machines(cloud.centre, "instances"):
        told = {item["key"]: item["value"] for item in one.body["metadata"]}
        logins: Logins = {}
        for line in told.get("ssh-keys", "").splitlines():
            user, colon, key = line.strip().partition(":")
            if colon:
                logins.setdefault(user, []).append(key)
        address = one.body.get("natIP", "")
        yield BackedVm(
            one.key, one.body["name"], address, boot_of(one), frozen(logins, cloud_config(told.get("user-data", "")))
        )


def azure(cloud: Any) -> Iterator[BackedVm]:
    """The osProfile's own user with its keys; customData is not kept by the twin."""
    for one in _machines(cloud.centre, "Microsoft.Compute/virtualMachines"):
        profile = one.body["properties"].get("osProfile", {})
        keys = profile.get("linuxConfiguration", {}).get("ssh", {}).get("publicKeys", [])
        logins = {profile.get("adminUsername", ""): [key["keyData"] for key in keys]} if keys else {}
        addresses = [
            address.body["properties"].get("ipAddress", "")
            for nic in _used(cloud.centre, one, "Microsoft.Network/networkInterfaces")
            for address in _used(cloud.centre, nic, "Microsoft.Network/publicIPAddresses")
        ]
        yield BackedVm(one.key, one.body["name"], next(iter(addresses), ""), boot_of(one), frozen(logins))


def _used(centre: Centre, thing: Thing, kind: str) -> list[Thing]:
    found = (centre.find(key) for key in sorted(thing.uses))
    return [one for one in found if one is not None and one.kind == kind]


def alibaba(cloud: Any) -> Iterator[BackedVm]:
    """The key pair is root's."""
    pairs = {one.body["name"]: one.body.get("public", "") for one in cloud.centre.of_kind("key_pairs")}
    elastic = {one.body.get("InstanceId"): one.body["IpAddress"] for one in cloud.centre.of_kind("eips")}
    for one in _machines(cloud.centre, "instances"):
        key = pairs.get(one.body["KeyPairName"])
        logins = frozen({"root": [key]} if key else {}, cloud_config(decoded(one.body["UserData"])))
        address = one.body["public"] or elastic.get(one.key, "")
        yield BackedVm(one.key, one.body["InstanceName"], address, boot_of(one), logins)


def openstack(cloud: Any) -> Iterator[BackedVm]:
    floating = {one.body["port_id"]: one.body["floating_ip_address"] for one in cloud.centre.of_kind("floatingips")}
    for one in _machines(cloud.centre, "servers"):
        address = next((floating[port] for port in one.body["ports"] if port in floating), "")
        logins = frozen(cloud_config(decoded(one.body.get("user_data"))))
        yield BackedVm(one.key, one.body["name"], address, boot_of(one), logins)


def cloudit(cloud: Any) -> Iterator[BackedVm]:
    """For whom the key is, nobody but Spider has said."""
    public = {one.body["server"]: one.body["ip"] for one in cloud.centre.of_kind("adaptive-ips")}
    for one in _machines(cloud.centre, "servers"):
        key = one.body.get("sshPublicKey")
        logins = frozen({"cb-user": [key]} if key else {})
        yield BackedVm(one.key, one.body["name"], public.get(one.key, ""), boot_of(one), logins)


def docker(cloud: Any) -> Iterator[BackedVm]:
    """Reached at the ports that it publishes; who has an authorized_keys among its files may log in."""
    for one in _machines(cloud.centre, "containers"):
        logins: Logins = {}
        for path, file in one.body["files"].items():
            words = path.split("/")
            if words[-2:] == [".ssh", "authorized_keys"] and len(words) in (3, 4):
                keys = file.content.decode(errors="replace").split("\n")
                logins[words[-3]] = [key.strip() for key in keys if key.strip()]
        places = {port: places[0] for port, places in one.body["ports"].items() if places}
        ports = tuple((port, place["HostIp"], place["HostPort"]) for port, place in sorted(places.items()))
        paused = one.body["state"] == "paused"
        yield BackedVm(one.key, one.body["Name"], "", boot_of(one), frozen(logins), paused, ports)


def aws(cloud: Any) -> Iterator[BackedVm]:
    """moto's instances of all regions; the key pair is the image's own user's, who is not made."""
    for one in cloud.instances():
        name = next((tag["value"] for tag in one.get_tags() if tag["key"] == "Name"), one.id)
        logins = frozen(cloud_config(one.user_data.decode() if one.user_data else ""))
        boot = str(one.launch_time) if one.state == "running" else ""
        yield BackedVm(one.id, name, one.public_ip or "", boot, logins)


READERS: Mapping[str, Reader] = {
    "alibaba": alibaba,
    "aws": aws,
    "azure": azure,
    "cloudit": cloudit,
    "docker": docker,
    "gcp": gcp,
    "openstack": openstack,
}
