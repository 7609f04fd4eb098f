"""POST servers: what comes to be."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Effect, Exhausted, Machine, Thing
from ..facade import Call, json_response
from . import bodies, quotas, servers, subnets, tenants
from .catalogue import CLUSTERS, SPECS, TEMPLATES, of_id
from .errors import CloudItError, invalid

if TYPE_CHECKING:
    from .facade import CloudIt

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")
_WINDOWS_HOST_NAME = 15
LEAST_PASSWORD = 8
_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


def create(cloud: CloudIt, call: Call) -> Response:
    """A taken name is not refused: clients look themselves. Whether Cloudit does so too is not known."""
    body = bodies.SERVER.read(call.body)
    bodies.check_name(body["name"])
    template = of_id(TEMPLATES, body["templateId"], "template")
    spec = of_id(SPECS, body["specId"], "spec")
    cluster = of_id(CLUSTERS, body["clusterId"], "cluster")
    if template["clusterId"] != cluster["id"]:
        raise invalid(f"The template '{template['name']}' is not of the cluster '{cluster['name']}'.")
    _check_access(body, "Windows" in template["os"])
    subnet = subnets.of_address(cloud, call, body["subnetAddr"])
    wanted = [one["id"] for one in body["secgroups"]]
    groups = [tenants.named(cloud, call, tenants.GROUPS, one, "security group") for one in wanted]
    if spec["name"] in cloud.settings.exhausted:
        raise CloudItError(409, "NO_CAPACITY", f"There is no capacity left for the spec '{spec['name']}'.")
    quotas.check(cloud, call, tenants.SERVERS)
    server = _new(cloud, call, _kept(body, template, spec, cluster), subnet, groups)
    cloud.centre.begin("create", server, Effect.MAKE, cloud.settings.transition_seconds)
    return json_response(servers.shown(cloud, server), 202)


def _new(cloud: CloudIt, call: Call, kept: dict[str, Any], subnet: Thing, groups: list[Thing]) -> Machine:
    key = tenants.key(tenants.of_call(call), tenants.SERVERS, str(uuid.uuid4()))
    uses = {subnet.key, *(group.key for group in groups)}
    server = cloud.centre.new(tenants.SERVERS, key, kept, of=Machine, uses=uses)
    server.body["groups"] = [group.key for group in groups]
    server.body["mac"] = "fa:16:3e:" + ":".join(f"{server.number >> shift & 255:02x}" for shift in (16, 8, 0))
    try:
        server.body["privateIp"] = cloud.centre.take_address(server, subnet.key)
    except Exhausted:
        raise CloudItError(409, "NO_CAPACITY", f"The subnet '{subnet.body['name']}' has no address left.") from None
    return cloud.centre.add(server)


def _check_access(body: dict[str, Any], windows: bool) -> None:
    """Raises CloudItError. What Cloudit asks of a password is not known: length and variety are guesses."""
    longest = _WINDOWS_HOST_NAME if windows else 63
    if not _HOST_NAME.fullmatch(body["hostName"]) or len(body["hostName"]) > longest:
        raise invalid(f"The host name '{body['hostName']}' is none.")
    password = body["rootPassword"]
    if len(password) < LEAST_PASSWORD or sum(bool(re.search(one, password)) for one in _CLASSES) < 3:
        raise invalid(f"The root password must have {LEAST_PASSWORD} characters or more, of three classes.")


def _kept(
    body: dict[str, Any], template: dict[str, Any], spec: dict[str, Any], cluster: dict[str, Any]
) -> dict[str, Any]:
    return {
        **{name: body[name] for name in ("name", "hostName", "rootPassword", "subnetAddr")},
        "description": body.get("description", ""),
        "protection": body.get("protection", 0),
        "sshPublicKey": body.get("sshPublicKey", ""),
        "template": template["name"],
        "templateId": template["id"],
        "osType": template["os"],
        "spec": spec["name"],
        "specId": spec["id"],
        "cpu": spec["cpu"],
        "mem": spec["mem"],
        "clusterId": cluster["id"],
        "clusterName": cluster["name"],
        "volumeId": str(uuid.uuid4()),
        "volumeSize": spec["disk"],
    }
