"""What belongs to a server: metadata, tags, addresses, interfaces, groups, and what has been done to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Machine, State, Thing
from ...facade import Call
from .. import services
from ..account import PROJECT_ID, USER_ID
from ..errors import ComputeError, bad_request, conflict, not_found
from ..network.kinds import GROUP
from ..times import micros
from . import bodies, microversions, pages, servers, shape
from .schema import check_body

if TYPE_CHECKING:
    from ..facade import OpenStack


# Some of nova's answers are of no content, and say that it is a page.
_PAGE = "text/html; charset=UTF-8"


def metadata(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return {"metadata": servers.find(cloud, call).body["metadata"]}


def add_metadata(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return _set_metadata(cloud, call, replace=False)


def replace_metadata(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return _set_metadata(cloud, call, replace=True)


def metadata_item(cloud: OpenStack, call: Call) -> dict[str, Any]:
    server = servers.find(cloud, call)
    return {"meta": {_known_key(server, call): server.body["metadata"][call.values["key"]]}}


def put_metadata_item(cloud: OpenStack, call: Call) -> dict[str, Any]:
    body = pages.read_body(call)
    check_body(body, bodies.SERVER_METADATA_ITEM)
    if call.values["key"] not in body["meta"]:
        raise bad_request("Request body and URI mismatch")
    server = _changing(cloud, call, "update metadata")
    server.body["metadata"] = {**server.body["metadata"], **body["meta"]}
    return body


def delete_metadata_item(cloud: OpenStack, call: Call) -> Response:
    server = _changing(cloud, call, "delete metadata")
    del server.body["metadata"][_known_key(server, call)]
    return Response(status=204, content_type="application/json")


def tags(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return {"tags": sorted(servers.find(cloud, call).body["tags"])}


def replace_tags(cloud: OpenStack, call: Call) -> dict[str, Any]:
    body = pages.read_body(call)
    check_body(body, bodies.SERVER_TAGS)
    server = servers.find(cloud, call)
    server.body["tags"] = sorted(set(body["tags"]))
    return {"tags": server.body["tags"]}


def clear_tags(cloud: OpenStack, call: Call) -> Response:
    servers.find(cloud, call).body["tags"] = []
    return Response(status=204, content_type="application/json")


def tag(cloud: OpenStack, call: Call) -> Response:
    _tagged(cloud, call, "Server")
    return Response(status=204, content_type="application/json")


def put_tag(cloud: OpenStack, call: Call) -> Response:
    server, new = servers.find(cloud, call), call.values["tag"]
    if not re.search(bodies.TAG_PATTERN, new):
        text = f"Tag '{new}' is invalid. It must be a non empty string without characters '/' and ','. Validation error"
        raise bad_request(f"{text} message: {new!r} does not match {bodies.TAG['pattern']!r}")
    if new in server.body["tags"]:
        return Response(status=204, content_type=_PAGE)
    if len(server.body["tags"]) >= bodies.MOST_TAGS:
        raise bad_request(f"The number of tags exceeded the per-server limit {bodies.MOST_TAGS}")
    server.body["tags"] = sorted([*server.body["tags"], new])
    url = f"{services.version_url(call, 'compute')}/servers/{shape.server_id(server)}/tags/{new}"
    return Response(status=201, headers={"Location": url}, content_type=_PAGE)


def delete_tag(cloud: OpenStack, call: Call) -> Response:
    _tagged(cloud, call, "Instance").body["tags"].remove(call.values["tag"])
    return Response(status=204, content_type="application/json")


def addresses(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return {"addresses": shape.addresses(cloud, servers.find(cloud, call), extended=False)}


def network_addresses(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found = shape.addresses(cloud, servers.find(cloud, call), extended=False)
    if call.values["network"] not in found:
        raise not_found("Instance is not a member of specified network")
    return {call.values["network"]: found[call.values["network"]]}


def interfaces(cloud: OpenStack, call: Call) -> dict[str, Any]:
    server = servers.find(cloud, call)
    version = microversions.asked(call.request)
    shown = [_interface(one) for one in shape.ports_of(cloud, server)]
    return {"interfaceAttachments": [one | ({"tag": None} if version >= (2, 70) else {}) for one in shown]}


def interface(cloud: OpenStack, call: Call) -> dict[str, Any]:
    for port in shape.ports_of(cloud, servers.find(cloud, call)):
        if port.key == f"ports/{call.values['port']}":
            return {"interfaceAttachment": _interface(port)}
    raise not_found(f"Port id {call.values['port']} could not be found.")


def groups(cloud: OpenStack, call: Call) -> dict[str, Any]:
    ports = shape.ports_of(cloud, servers.find(cloud, call))
    ids = sorted({one for port in ports for one in port.body["security_groups"]})
    return {"security_groups": [_group(cloud, cloud.centre.get(f"{GROUP.path}/{one}")) for one in ids]}


def volumes(cloud: OpenStack, call: Call) -> dict[str, Any]:
    servers.find(cloud, call)
    return {"volumeAttachments": []}


def done(cloud: OpenStack, call: Call) -> dict[str, Any]:
    server = servers.find(cloud, call)
    version = microversions.asked(call.request)
    shown = [
        {
            "action": action,
            "instance_uuid": shape.server_id(server),
            "request_id": request_id,
            "user_id": USER_ID,
            "project_id": PROJECT_ID,
            "start_time": micros(moment),
            "message": None,
        }
        | ({"updated_at": micros(moment)} if version >= (2, 58) else {})
        for action, request_id, moment in reversed(server.body["actions"])
    ]
    return {"instanceActions": shown}


def _set_metadata(cloud: OpenStack, call: Call, *, replace: bool) -> dict[str, Any]:
    body = pages.read_body(call)
    check_body(body, bodies.SERVER_METADATA)
    server = _changing(cloud, call, "update metadata")
    server.body["metadata"] = {**({} if replace else server.body["metadata"]), **body["metadata"]}
    return {"metadata": server.body["metadata"]}


def _changing(cloud: OpenStack, call: Call, verb: str) -> Machine:
    server = servers.find(cloud, call)
    state = shape.vm_state(server)
    if server.state is State.MAKING or server.state is State.FAILED:
        where = f"vm_state {state}"
        raise conflict(f"Cannot '{verb}' instance {shape.server_id(server)} while it is in {where}")
    servers.touch(cloud, server)
    return server


def _known_key(server: Machine, call: Call) -> str:
    key: str = call.values["key"]
    if key not in server.body["metadata"]:
        raise not_found("Metadata item was not found")
    return key


def _tagged(cloud: OpenStack, call: Call, word: str) -> Machine:
    """`word`: how nova calls a server in this refusal."""
    server = servers.find(cloud, call)
    if call.values["tag"] not in server.body["tags"]:
        text = f"{word} {shape.server_id(server)} has no tag '{call.values['tag']}'"
        raise ComputeError(404, text)
    return server


def _interface(port: Thing) -> dict[str, Any]:
    return {
        "net_id": port.body["network_id"],
        "port_id": port.key.partition("/")[2],
        "mac_addr": port.body["mac_address"],
        "port_state": port.body["status"],
        "fixed_ips": port.body["fixed_ips"],
    }


def _group(cloud: OpenStack, group: Thing) -> dict[str, Any]:
    """As nova shows neutron's: rules that let in, and only those."""
    group_id = group.key.partition("/")[2]
    rules = [one for one in cloud.centre.of_kind("security-group-rules") if one.goes_with == group.key]
    return {
        "id": group_id,
        "description": group.body["description"],
        "name": group.body["name"],
        "tenant_id": PROJECT_ID,
        "rules": [_rule(cloud, group_id, one) for one in rules if one.body["direction"] == "ingress"],
    }


def _rule(cloud: OpenStack, group_id: str, rule: Thing) -> dict[str, Any]:
    body = rule.body
    other = cloud.centre.find(f"{GROUP.path}/{body['remote_group_id']}")
    return {
        "id": rule.key.partition("/")[2],
        "parent_group_id": group_id,
        "ip_protocol": body["protocol"],
        "from_port": body["port_range_min"],
        "to_port": body["port_range_max"],
        "group": {"name": other.body["name"], "tenant_id": PROJECT_ID} if other else {},
        "ip_range": {"cidr": body["remote_ip_prefix"]} if body["remote_ip_prefix"] else {},
    }
