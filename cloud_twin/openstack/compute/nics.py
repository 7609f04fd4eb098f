"""The ports of new servers: given ones, or made in given networks with the security groups that the request names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...centre import Machine, State, Thing
from ...facade import Call
from .. import quotas
from ..account import PROJECT_ID
from ..errors import ComputeError, NetworkError, bad_request, conflict
from ..network.floating_ips import FLOATING_IPS
from ..network.groups import GROUPS, default_group
from ..network.kinds import PORT
from ..network.networks import NETWORKS, subnets_of
from ..network.ports import PORTS
from .microversions import Version

if TYPE_CHECKING:
    from ..facade import OpenStack

Asked = dict[str, Any]


class Nics:
    """Raises ComputeError for what cannot be had; nothing is taken before `attach`."""

    def __init__(self, cloud: OpenStack, call: Call, asked: Asked, version: Version, count: int) -> None:
        self._cloud = cloud
        self._wanted: list[tuple[Thing, Asked]] = []
        networks = asked.get("networks")
        if networks == "none":
            return
        self._groups = self._named_groups(asked.get("security_groups", []))
        if not networks or networks == "auto":
            self._take_only_network(auto=networks == "auto")
        else:
            cloud.require(call, ("os_compute_api:servers:create:attach_network",))
            self._wanted = [self._one(one) for one in networks]
        ports = [thing.key.partition("/")[2] for thing, _ in self._wanted if thing.kind == PORT.path]
        if twice := next((one for one in ports if ports.count(one) > 1), None):
            raise bad_request(f"Port ID '{twice}' was specified twice: you cannot attach a port multiple times.")
        if count > 1 and ports:
            raise bad_request(
                "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. "
                "Please launch your instance one by one with different ports."
            )
        self._check_quota(count)

    def attach(self, server: Machine, zone: str) -> str:
        """Why it cannot be done, which shows only when the server is built; "" if it is done."""
        server_id = server.key.partition("/")[2]
        made = []
        try:
            for thing, asked in self._wanted:
                made.append(thing if thing.kind == PORT.path else self._make(thing, asked, server))
        except _Hopeless as why:
            for port in made:
                if port.goes_with == server.key:
                    self._cloud.centre.remove(port.key)
            return f"Build of instance {server_id} aborted: {why}"
        for port in made:
            PORTS.attach(self._cloud, port, f"compute:{zone}", server_id, "DOWN")
            server.body["ports"].append(port.key.partition("/")[2])
        return ""

    def _one(self, asked: Asked) -> tuple[Thing, Asked]:
        if asked.get("port"):
            return self._port(asked["port"]), asked
        if "uuid" not in asked:
            raise bad_request("Bad network format: missing 'uuid'")
        try:
            network = NETWORKS.find(self._cloud, asked["uuid"])
        except NetworkError as error:
            raise bad_request(error.message) from None
        if network.body["project_id"] == PROJECT_ID:
            if not subnets_of(self._cloud, network):
                raise bad_request(f"Network {asked['uuid']} requires a subnet in order to boot instances on.")
            self._refuse_taken(network, asked.get("fixed_ip"))
        return network, asked

    def _refuse_taken(self, network: Thing, address: str | None) -> None:
        if any(address in self._cloud.centre.pool(one.key).taken for one in subnets_of(self._cloud, network)):
            raise bad_request(f"Fixed IP address {address} is already in use on instance .")

    def _port(self, port_id: str) -> Thing:
        try:
            port = PORTS.find(self._cloud, port_id)
        except NetworkError:
            raise bad_request(f"Port id {port_id} could not be found.") from None
        if port.body["device_id"]:
            raise conflict(f"Port {port_id} is still in use.")
        if not port.body["fixed_ips"]:
            raise bad_request(f"Port {port_id} requires a FixedIP in order to be used.")
        return port

    def _take_only_network(self, *, auto: bool) -> None:
        """Without a word: the project's network, if it has just one. None is fine too, but for `auto`."""
        found = [one for one in self._cloud.centre.of_kind(NETWORKS.kind.path) if one.body["project_id"] == PROJECT_ID]
        if len(found) > 1:
            raise conflict("Multiple possible networks found, use a Network ID to be more specific.")
        if auto and not found:
            raise bad_request(f"Unable to automatically allocate a network for project {PROJECT_ID}")
        self._wanted = [(one, {}) for one in found if subnets_of(self._cloud, one)]

    def _named_groups(self, asked: list[Asked]) -> list[str]:
        """Their ids, by names or ids."""
        known = self._cloud.centre.of_kind(GROUPS.kind.path) or [default_group(self._cloud)]
        ids = []
        for one in asked:
            name = one.get("name", "")
            found = [thing for thing in known if name in (thing.body["name"], thing.key.partition("/")[2])]
            if not found:
                raise bad_request(f"Unable to find security_group with name or id '{name}'")
            if len(found) > 1:
                text = f"Multiple security_group matches found for name '{name}', use an ID to be more specific."
                raise conflict(text)
            ids.append(found[0].key.partition("/")[2])
        return ids

    def _check_quota(self, count: int) -> None:
        more = count * sum(thing.kind != PORT.path for thing, _ in self._wanted)
        most = quotas.limit(self._cloud, "port")
        if more and 0 <= most < quotas.used(self._cloud, "port") + more:
            raise ComputeError(403, "Maximum number of ports exceeded")

    def _make(self, network: Thing, asked: Asked, server: Machine) -> Thing:
        given: Asked = {
            "network_id": network.key.partition("/")[2],
            "name": "",
            "admin_state_up": True,
            "device_id": "",
            "device_owner": "",
            "allowed_address_pairs": [],
            "binding:vnic_type": "normal",
            "description": "",
        }
        if self._groups:
            given["security_groups"] = self._groups
        if asked.get("fixed_ip"):
            given["fixed_ips"] = [{"ip_address": asked["fixed_ip"]}]
        try:
            port = PORTS.make(self._cloud, given)
        except NetworkError as error:
            raise _Hopeless(_why(error, given["network_id"], asked)) from None
        port.goes_with = server.key
        return port


class _Hopeless(Exception):
    """A port that cannot be made, in the words of the fault."""


def _why(error: NetworkError, network: str, asked: Asked) -> str:
    if error.kind == "InvalidIpForNetwork":
        return f"Invalid input received: Fixed IP {asked['fixed_ip']} is not a valid ip address for network {network}."
    failed = "Failed to allocate the network(s)"
    if error.kind == "IpAddressGenerationFailure":
        return f"{failed} with error No fixed IP addresses available for network: {network}, not rescheduling."
    return f"{failed}, not rescheduling."


def settle(cloud: OpenStack) -> None:
    """What follows for ports from what has become of their servers, and for floating IPs from that of their ports."""
    for port in cloud.centre.of_kind(PORT.path):
        if not port.body["device_owner"].startswith("compute:") or not port.body["device_id"]:
            continue
        server = cloud.centre.find(f"servers/{port.body['device_id']}")
        if server is None and port.body.pop("wired", False):
            PORTS.attach(cloud, port, "", "", "DOWN")
        elif server and server.state is not State.MAKING and not port.body.get("wired"):
            port.body["wired"] = True
            PORTS.attach(cloud, port, port.body["device_owner"], port.body["device_id"], "ACTIVE")
    for floating in cloud.centre.of_kind(FLOATING_IPS.kind.path):
        if floating.body["port_id"] and not cloud.centre.find(f"ports/{floating.body['port_id']}"):
            FLOATING_IPS.let_go(cloud, floating)
