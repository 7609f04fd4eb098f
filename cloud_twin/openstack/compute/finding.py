"""Which servers a list shows: filters, order, pages (nova/api/openstack/compute/schemas/servers.py, query_params)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...centre import Machine
from ...facade import Call
from ..errors import bad_request
from ..times import micros, seconds
from . import launch, microversions, pages, shape
from .microversions import Version
from .schema import check_query

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


def page(cloud: OpenStack, call: Call) -> tuple[list[Machine], list[dict[str, str]]]:
    """And the links to the next one."""
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
        "name": lambda wanted: _matches(wanted, server.body["name"]),
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


def _matches(pattern: str, text: str) -> bool:
    """What is no pattern is found in nothing."""
    try:
        return bool(re.search(pattern, text))
    except re.error:
        return False


def _has_address(cloud: OpenStack, server: Machine, wanted: str) -> bool:
    found = shape.addresses(cloud, server)
    return any(_matches(wanted, one["addr"]) for several in found.values() for one in several)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
