"""Servers that exist: what they show, their network interface, and every change of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Effect, Machine, Power, State
from ..facade import Call, json_response
from . import addresses, bodies, tenants
from .errors import absent, in_use, protected, wrong_state

if TYPE_CHECKING:
    from .facade import CloudIt

_STATES = {
    Power.STARTING: "starting",
    Power.ON: "running",
    Power.RESTARTING: "rebooting",
    Power.STOPPING: "stopping",
    Power.OFF: "stopped",
}


def list_(cloud: CloudIt, call: Call) -> Any:
    return [shown(cloud, one) for one in tenants.all_of(cloud, call, tenants.SERVERS) if isinstance(one, Machine)]


def get(cloud: CloudIt, call: Call) -> Any:
    return shown(cloud, _named(cloud, call))


def change_power(verb: str, effect: Effect, allowed: Power) -> Callable[[CloudIt, Call], Response]:
    """As version 5: with an empty body."""

    def act(cloud: CloudIt, call: Call) -> Response:
        server = _named(cloud, call)
        if server.state is not State.READY or server.power is not allowed:
            raise wrong_state(server.body["name"], state_of(server))
        cloud.centre.begin(verb, server, effect, cloud.settings.transition_seconds)
        return Response(status=202)

    return act


def delete(cloud: CloudIt, call: Call) -> Response:
    """One that has an adaptive IP is in use: clients delete that first."""
    server = _named(cloud, call)
    if server.body["protection"]:
        raise protected("server", server.body["name"])
    if server.state is not State.READY or server.power not in (Power.ON, Power.OFF):
        raise wrong_state(server.body["name"], state_of(server))
    if address := addresses.of_server(cloud, server):
        raise in_use("server", server.body["name"], address.body["ip"])
    cloud.centre.begin("delete", server, Effect.REMOVE, cloud.settings.transition_seconds)
    return Response(status=202)


def list_nics(cloud: CloudIt, call: Call) -> Any:
    return [_nic(cloud, _named(cloud, call))]


def get_nic(cloud: CloudIt, call: Call) -> Any:
    return _nic(cloud, _with_nic(cloud, call))


def change_groups(cloud: CloudIt, call: Call) -> Response:
    """With 200, which CB-Spider's client takes for an error and passes over."""
    server = _with_nic(cloud, call)
    wanted = [one["id"] for one in bodies.NIC_GROUPS.read(call.body)["secgroups"]]
    keys = [tenants.named(cloud, call, tenants.GROUPS, one, "security group").key for one in wanted]
    server.uses = (server.uses - set(server.body["groups"])) | set(keys)
    server.body["groups"] = keys
    return json_response(_nic(cloud, server), 200)


def state_of(server: Machine) -> str:
    if server.state is State.MAKING:
        return "creating"
    return "terminating" if server.state is State.LEAVING else _STATES[server.power]


def shown(cloud: CloudIt, server: Machine) -> dict[str, Any]:
    """No address before it runs. Its groups only its interface tells, as CB-Spider reads them there."""
    body, made = server.body, server.state is not State.MAKING
    public = _public(cloud, server)
    return tenants.common(
        server,
        **{name: body[name] for name in ("name", "hostName", "description", "protection", "rootPassword")},
        **{name: body[name] for name in ("template", "templateId", "spec", "specId", "osType", "sshPublicKey")},
        **{name: body[name] for name in ("clusterId", "clusterName", "subnetAddr", "volumeId", "volumeSize")},
        state=state_of(server),
        cpuNum=float(body["cpu"]),
        memSize=float(body["mem"]),
        macAddr=body["mac"],
        privateIp=body["privateIp"] if made else "",
        ip=body["privateIp"] if made else "",
        adaptiveIp=public,
        adaptiveIpMapInfo=[{"ip": public, "count": 1, "private_ip": body["privateIp"]}] if public else [],
        nicMapInfo=[{"name": "eth0", "count": 1, "addr": body["subnetAddr"]}],
        secgroups=None,
        diskSize=0,
        diskCount=0,
        gpu="",
        gpuCount=0,
        templateOwnership="PUBLIC",
        templateType="DEFAULT",
    )


def _public(cloud: CloudIt, server: Machine) -> str:
    found = addresses.of_server(cloud, server)
    return str(found.body["ip"]) if found and found.state is State.READY else ""


def _nic(cloud: CloudIt, server: Machine) -> dict[str, Any]:
    tenant, body = server.key.partition("/")[0], server.body
    groups = [cloud.centre.get(key) for key in body["groups"]]
    return {
        "tenantId": tenant,
        "vmId": tenants.id_of(server),
        "vmName": body["name"],
        "type": "INTERNAL",
        "mac": body["mac"],
        "dev": "eth0",
        "ip": body["privateIp"],
        "subnetAddr": body["subnetAddr"],
        "adaptiveIp": _public(cloud, server),
        "state": "active",
        "createdAt": tenants.shown_time(server),
        "template": body["template"],
        "specName": body["spec"],
        "cpuNum": str(body["cpu"]),
        "memSize": str(body["mem"]),
        "volumeSize": str(body["volumeSize"]),
        "qos": 0,
        "secgroupMapInfo": [
            {
                "secgroup_id": tenants.id_of(group),
                "name": group.body["name"],
                "tenant_id": tenant,
                "state": "active",
                "mac": body["mac"],
                "protection": group.body["protection"],
            }
            for group in groups
        ],
    }


def _with_nic(cloud: CloudIt, call: Call) -> Machine:
    server = _named(cloud, call)
    if server.body["mac"] != call.values["mac"]:
        raise absent("network interface", call.values["mac"])
    return server


def _named(cloud: CloudIt, call: Call) -> Machine:
    found = tenants.named(cloud, call, tenants.SERVERS, call.values["id"], "server")
    assert isinstance(found, Machine)
    return found
