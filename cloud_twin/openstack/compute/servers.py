"""Servers: lists, details, changes of what they are called, and their end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Effect, Machine, State
from ...facade import Call
from ..errors import bad_request, conflict, not_found
from ..times import micros, seconds
from . import bodies, launch, microversions, pages, shape
from .microversions import Version
from .schema import check_body, check_query

if TYPE_CHECKING:
    from ..facade import OpenStack

_SORT_KEYS = (
    "access_ip_v4",
    "access_ip_v6",
    "auto_disk_config",
    "availability_zone",
    "config_drive",
    "created_at",
    "display_description",
    "display_name",
    "host",
    "hostname",
    "image_ref",
    "instance_type_id",
    "kernel_id",
    "key_name",
    "launch_index",
    "launched_at",
    "locked_by",
    "node",
    "power_state",
    "progress",
    "project_id",
    "ramdisk_id",
    "root_device_name",
    "task_state",
    "terminated_at",
    "updated_at",
    "user_id",
    "uuid",
    "vm_state",
)
# Of the table's columns; a member may name them, and is then refused by name.
_INNER_SORT_KEYS = (
    "architecture",
    "cell_name",
    "cleaned",
    "default_ephemeral_device",
    "default_swap_device",
    "deleted",
    "deleted_at",
    "disable_terminate",
    "ephemeral_gb",
    "ephemeral_key_uuid",
    "id",
    "key_data",
    "launched_on",
    "locked",
    "memory_mb",
    "os_type",
    "reservation_id",
    "root_gb",
    "shutdown_terminate",
    "user_data",
    "vcpus",
    "vm_mode",
)
_MOMENT = {"type": "array", "items": {"type": "string", "format": "date-time"}}
_FILTERS = (
    "user_id",
    "project_id",
    "tenant_id",
    "launch_index",
    "image_ref",
    "image",
    "kernel_id",
    "ramdisk_id",
    "hostname",
    "key_name",
    "instance_type_id",
    "vm_state",
    "task_state",
    "host",
    "node",
    "flavor",
    "reservation_id",
    "launched_at",
    "terminated_at",
    "availability_zone",
    "name",
    "display_name",
    "description",
    "display_description",
    "locked_by",
    "uuid",
    "root_device_name",
    "config_drive",
    "access_ip_v4",
    "access_ip_v6",
    "auto_disk_config",
    "ip",
    "ip6",
    "progress",
    "power_state",
    "status",
    "all_tenants",
    "deleted",
    "soft_deleted",
    "tags",
    "tags-any",
    "not-tags",
    "not-tags-any",
    "created_at",
    "marker",
    "sort_dir",
    "locked",
)
_QUERY = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_FILTERS, pages.ANY),
        "limit": pages.NUMBER,
        "changes-since": _MOMENT,
        "changes-before": _MOMENT,
        "sort_key": {"type": "array", "items": {"type": "string", "enum": [*_SORT_KEYS, *_INNER_SORT_KEYS]}},
    },
    "patternProperties": {"^_": pages.ANY},
}


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found, following = _page(cloud, call)
    return pages.listed("servers", [shape.basic(call, one) for one in found], following)


def details(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found, following = _page(cloud, call)
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
        seconds_ = cloud.settings.transition_seconds
        cloud.centre.begin("delete", server, Effect.REMOVE, seconds_, body={"task": "deleting"})
    return Response(status=204, content_type="application/json")


def find(cloud: OpenStack, call: Call, absent: str = "Instance {} could not be found.") -> Machine:
    """That of the path. Raises ComputeError."""
    found = cloud.centre.find(f"{launch.KIND}/{call.values['id']}")
    if not isinstance(found, Machine):
        raise not_found(absent.format(call.values["id"]))
    return found


def touch(cloud: OpenStack, server: Machine) -> None:
    server.body["updated"] = cloud.centre.clock.now()


def _page(cloud: OpenStack, call: Call) -> tuple[list[Machine], list[dict[str, str]]]:
    version = microversions.asked(call.request)
    check_query(pages.query_of(call), {**_QUERY, "additionalProperties": version < (2, 75)})
    if call.query.get("all_tenants", "0").lower() not in ("0", "false", "f", "no", "off", "n"):
        verb = call.route.name.endswith("detail")
        raise cloud.forbidden(call, f"os_compute_api:servers:{'detail' if verb else 'index'}:get_all_tenants")
    machines = [one for one in cloud.centre.of_kind(launch.KIND) if isinstance(one, Machine)]
    fitting = [one for one in machines if _fits(cloud, call, one, version)]
    return pages.page(cloud, call, _ordered(call, fitting), shape.server_id)


def _ordered(call: Call, found: list[Machine]) -> list[Machine]:
    """The newest first, if nothing else is asked for."""
    keys, directions = call.request.args.getlist("sort_key"), call.request.args.getlist("sort_dir")
    if any(one not in ("asc", "desc") for one in directions):
        raise bad_request("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'")
    ordered = sorted(found, key=lambda one: (one.made, one.number), reverse=True)
    for at, key in reversed(list(enumerate(keys))):
        direction = directions[min(at, len(directions) - 1)] if directions else "desc"
        ordered.sort(key=_sort_value(key), reverse=direction == "desc")
    return ordered


def _sort_value(key: str) -> Callable[[Machine], str]:
    bodies_ = {"display_name": "name", "hostname": "hostname", "key_name": "key_name", "availability_zone": "zone"}
    own: dict[str, Callable[[Machine], str]] = {
        "created_at": lambda one: one.made.isoformat(),
        "updated_at": lambda one: str(one.body["updated"].isoformat()),
        "uuid": shape.server_id,
        "vm_state": shape.vm_state,
    }
    return own.get(key) or (lambda one: str(one.body.get(bodies_.get(key, ""), "")))


def _fits(cloud: OpenStack, call: Call, server: Machine, version: Version) -> bool:
    """Filters that a member has not are passed over, as nova does."""
    tests: dict[str, Callable[[str], bool]] = {
        "name": lambda wanted: bool(re.search(wanted, server.body["name"])),
        "status": lambda wanted: shape.status(cloud, server) == wanted.upper(),
        "image": lambda wanted: bool(server.body["image"] == wanted),
        "flavor": lambda wanted: bool(server.body["flavor"]["id"] == wanted),
        "ip": lambda wanted: _has_address(cloud, server, wanted),
        "uuid": lambda wanted: shape.server_id(server) == wanted,
        "changes-since": lambda wanted: bool(server.body["updated"] >= _moment(wanted)),
    }
    if version >= (2, 26):
        tags: list[str] = server.body["tags"]
        tests |= {
            "tags": lambda wanted: all(one in tags for one in wanted.split(",")),
            "tags-any": lambda wanted: any(one in tags for one in wanted.split(",")),
            "not-tags": lambda wanted: not all(one in tags for one in wanted.split(",")),
            "not-tags-any": lambda wanted: not any(one in tags for one in wanted.split(",")),
        }
    if version >= (2, 66):
        tests["changes-before"] = lambda wanted: bool(server.body["updated"] <= _moment(wanted))
    if version >= (2, 83):
        tests |= {
            "availability_zone": lambda wanted: bool(server.body["zone"] == wanted),
            "key_name": lambda wanted: bool(server.body["key_name"] == wanted),
            "vm_state": lambda wanted: shape.vm_state(server) == wanted,
            "task_state": lambda wanted: str(shape.task_state(cloud, server)) == wanted,
            "created_at": lambda wanted: micros(server.made) == wanted or seconds(server.made) == wanted,
        }
    asked = call.request.args
    return all(any(tests[name](one) for one in asked.getlist(name)) for name in asked if name in tests)


def _has_address(cloud: OpenStack, server: Machine, wanted: str) -> bool:
    found = shape.addresses(cloud, server)
    return any(re.search(wanted, one["addr"]) for several in found.values() for one in several)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
