"""Servers: lists, details, changes of what they are called, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Effect, Machine, State
from ...facade import Call
from ..errors import conflict, not_found
from . import bodies, finding, launch, microversions, pages, shape
from .schema import check_body

if TYPE_CHECKING:
    from ..facade import OpenStack


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found, following = finding.page(cloud, call)
    return pages.listed("servers", [shape.basic(call, one) for one in found], following)


def details(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found, following = finding.page(cloud, call)
    version = microversions.asked(call.request)
    shown = [shape.shown(cloud, call, one, version, alone=False) for one in found]
    return pages.listed("servers", shown, following)


def get(cloud: OpenStack, call: Call) -> dict[str, Any]:
    version = microversions.asked(call.request)
    return {"server": shape.shown(cloud, call, find(cloud, call), version, alone=True)}


def update(cloud: OpenStack, call: Call) -> dict[str, Any]:
    version, body = microversions.asked(call.request), pages.read_body(call)
    check_body(body, bodies.update(version))
    server = find(cloud, call)
    kept = {"OS-DCF:diskConfig": "diskConfig", "description": "server_description"}
    for name, value in body["server"].items():
        server.body[kept.get(name, name)] = value
    server.body["updated"] = cloud.centre.clock.now()
    shown = shape.shown(cloud, call, server, version, alone=True)
    if version < (2, 75):
        # Until then a change showed less than a look did.
        for name in [*shown]:
            if name.startswith(("OS-EXT", "OS-SRV", "os-ext")) or name in (
                "key_name",
                "config_drive",
                "security_groups",
            ):
                del shown[name]
        shown["addresses"] = shape.addresses(cloud, server, extended=False)
    return {"server": shown}


def delete(cloud: OpenStack, call: Call) -> Response:
    """Of one that is being made, or deleted already, as well."""
    server = find(cloud, call)
    if server.body["locked"]:
        raise conflict(f"Instance {shape.server_id(server)} is locked")
    if server.state is not State.LEAVING:
        for job in cloud.centre.under_way(server.key):
            cloud.centre.finish(job)
        touch(cloud, server)
        launch.note(cloud, call, server, "delete")
        wait = cloud.settings.transition_seconds
        cloud.centre.begin("delete", server, Effect.REMOVE, wait, body={"task": "deleting"})
    return Response(status=204, content_type="application/json")


def find(cloud: OpenStack, call: Call, absent: str = "Instance {} could not be found.") -> Machine:
    """That of the path. Raises ComputeError."""
    found = cloud.centre.find(f"{launch.KIND}/{call.values['id']}")
    if not isinstance(found, Machine):
        raise not_found(absent.format(call.values["id"]))
    return found


def touch(cloud: OpenStack, server: Machine) -> None:
    server.body["updated"] = cloud.centre.clock.now()
