"""Volumes, named or made with a container that wants one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import State, Thing
from ..facade import Call
from . import filters, ids, reading, times
from .answers import as_json, nothing
from .errors import EngineError, no_space, no_volume
from .host import DATA
from .networks import filters_out
from .reading import TEXT, TEXT_MAP

if TYPE_CHECKING:
    from .facade import Docker

_MEMBERS = {"Name": TEXT, "Driver": TEXT, "DriverOpts": TEXT_MAP, "Labels": TEXT_MAP}
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_FILTERS = frozenset({"dangling", "driver", "label", "name"})


def create(cloud: Docker, call: Call) -> Response:
    body = reading.body(call, "VolumeCreateBody", _MEMBERS, status=400)
    name, driver = body.get("Name") or ids.new(), body.get("Driver") or "local"
    if driver != "local":
        why = f'error looking up volume plugin {driver}: plugin "{driver}" not found'
        raise EngineError(404, f"create {name}: {why}")
    return as_json(_shown(ensure(cloud, name, body.get("Labels"), body.get("DriverOpts"))), 201)


def ensure(
    cloud: Docker, name: str, labels: dict[str, str] | None = None, options: dict[str, str] | None = None
) -> Thing:
    """The one of this name, made if it is not there. Raises EngineError."""
    if found := cloud.centre.find(f"volumes/{name}"):
        return found
    if len(name) < 2:
        why = "volume name is too short, names should be at least two alphanumeric characters"
        raise EngineError(400, f"create {name}: {why}")
    if not _NAME.fullmatch(name):
        why = f'"{name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]"'
        advice = "are allowed. If you intended to pass a host directory, use absolute path"
        raise EngineError(400, f"create {name}: {why} {advice}")
    quota = cloud.settings.quotas.get("volumes")
    if quota is not None and len(cloud.centre.of_kind("volumes")) >= quota:
        raise no_space(f"volumes/{name}")
    body = {"Name": name, "Labels": labels, "Options": options}
    thing: Thing = cloud.centre.new("volumes", f"volumes/{name}", body)
    thing.state = State.READY
    return cloud.centre.add(thing)


def list_(cloud: Docker, call: Call) -> dict[str, Any]:
    given = reading.filters(call, _FILTERS)
    found = [one for one in cloud.centre.of_kind("volumes") if _fits(cloud, one, given)]
    return {"Volumes": [_shown(one) for one in found], "Warnings": None}


def _fits(cloud: Docker, volume: Thing, given: filters.Given) -> bool:
    used = "true" if cloud.centre.users(volume.key) else "false"
    return (
        filters.matches(given, "name", volume.body["Name"])
        and filters.labelled(given, volume.body["Labels"])
        and filters.exactly(given, "driver", "local")
        and not filters_out(given, "dangling", used)
    )


def inspect(cloud: Docker, call: Call) -> dict[str, Any]:
    return _shown(_named(cloud, call.values["name"]))


def remove(cloud: Docker, call: Call) -> Response:
    found = cloud.centre.find(f"volumes/{call.values['name']}")
    if found is None and reading.flag(call, "force"):
        return nothing(204)
    volume = found or _named(cloud, call.values["name"])
    if users := cloud.centre.users(volume.key):
        holders = ", ".join(one.body["Id"] for one in users)
        raise EngineError(409, f"remove {volume.body['Name']}: volume is in use - [{holders}]")
    cloud.centre.remove(volume.key)
    return nothing(204)


def prune(cloud: Docker, call: Call) -> dict[str, Any]:
    given = reading.filters(call, frozenset({"label", "all"}))
    gone = [
        one
        for one in cloud.centre.of_kind("volumes")
        if not cloud.centre.users(one.key) and filters.labelled(given, one.body["Labels"])
    ]
    for one in gone:
        cloud.centre.remove(one.key)
    return {"VolumesDeleted": [one.body["Name"] for one in gone], "SpaceReclaimed": 0}


def place(name: str) -> str:
    return f"{DATA}/volumes/{name}/_data"


def _named(cloud: Docker, name: str) -> Thing:
    """Raises EngineError."""
    found = cloud.centre.find(f"volumes/{name}")
    if found is None:
        raise no_volume(name)
    return found


def _shown(volume: Thing) -> dict[str, Any]:
    return {
        "CreatedAt": times.to_the_second(volume.made),
        "Driver": "local",
        "Labels": volume.body["Labels"],
        "Mountpoint": place(volume.body["Name"]),
        "Name": volume.body["Name"],
        "Options": volume.body["Options"],
        "Scope": "local",
    }
