"""A container as it is listed, and as it is inspected."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from ..facade import Call
from . import endpoints, files, filters, ids, images, mounts, networks, ports, power, reading, times
from .containers import all_of, command, commands_words, find, named
from .errors import EngineError
from .host import DATA, OS

if TYPE_CHECKING:
    from .facade import Docker

_STATES = ("created", "dead", "exited", "paused", "removing", "restarting", "running")
_FILTERS = frozenset(
    [
        "ancestor",
        "before",
        "exited",
        "expose",
        "health",
        "id",
        "is-task",
        "isolation",
        "label",
        "name",
        "network",
        "publish",
        "since",
        "status",
        "volume",
    ]
)


def list_(cloud: Docker, call: Call) -> list[dict[str, Any]]:
    """Newest first. One filter is enough to see also what does not run, if it is about states."""
    given = reading.filters(call, _FILTERS)
    limit = reading.number(call, "limit", 0)
    for word in given.get("status", ()):
        if word not in _STATES:
            raise EngineError(400, f"Invalid filter 'status={word}'")
    stopped_too = reading.flag(call, "all") or limit > 0 or "status" in given or "exited" in given
    shown = [
        _listed(cloud, one, sized=reading.flag(call, "size"))
        for one in reversed(_between(cloud, given))
        if (stopped_too or one.body["state"] in ("running", "paused")) and _fits(cloud, one, given)
    ]
    return shown[:limit] if limit > 0 else shown


def _between(cloud: Docker, given: filters.Given) -> list[Thing]:
    """Those made before and after the ones that the filters name. Raises EngineError."""
    found = all_of(cloud)
    for name in given.get("before", ()):
        found = [one for one in found if one.number < _bound(cloud, name).number]
    for name in given.get("since", ()):
        found = [one for one in found if one.number > _bound(cloud, name).number]
    return found


def _bound(cloud: Docker, name: str) -> Thing:
    found = find(cloud, name)
    if found is None:
        raise EngineError(500, f"no such container {name}")
    return found


def _fits(cloud: Docker, container: Thing, given: filters.Given) -> bool:
    body = container.body
    in_networks = [*body["networks"], *(one["id"] for one in body["networks"].values())]
    mounted = [value for one in body["mounts"] for value in (one.get("Name", ""), one["Destination"])]
    return (
        filters.matches(given, "name", body["Name"], f"/{body['Name']}")
        and filters.matches(given, "id", body["Id"])
        and filters.labelled(given, body["Config"]["Labels"])
        and filters.exactly(given, "status", body["state"])
        and filters.exactly(given, "network", *in_networks)
        and filters.exactly(given, "volume", *mounted)
        and (
            "exited" not in given or (body["state"] == "exited" and filters.exactly(given, "exited", str(body["code"])))
        )
        and ("ancestor" not in given or any(_descends(cloud, container, name) for name in given["ancestor"]))
        and _opens(given, "expose", list(body["ports"]))
        and _opens(given, "publish", [port for port, places in body["ports"].items() if places])
    )


def _descends(cloud: Docker, container: Thing, name: str) -> bool:
    """From the image of this name, or from one made of it."""
    ancestor, image = images.find(cloud, name), cloud.centre.find(f"images/{container.body['ImageId']}")
    while image and ancestor and image is not ancestor:
        image = cloud.centre.find(f"images/{image.body['Parent']}")
    return image is not None and image is ancestor


def _opens(given: filters.Given, name: str, opened: list[str]) -> bool:
    return name not in given or any((port if "/" in port else f"{port}/tcp") in opened for port in given[name])


def _listed(cloud: Docker, container: Thing, *, sized: bool) -> dict[str, Any]:
    body = container.body
    image = cloud.centre.find(f"images/{body['ImageId']}")
    name = body["Config"]["Image"]
    known_so = image is not None and images.find(cloud, name) is image
    sizes: dict[str, int] = {}
    if sized:
        written = files.size(body["files"].values())
        sizes = {"SizeRw": written} if written else {}
        sizes["SizeRootFs"] = written + files.size(body["base"].values())
    return {
        "Id": body["Id"],
        "Names": [f"/{body['Name']}"],
        "Image": name if known_so else body["ImageId"],
        "ImageID": body["ImageId"],
        "Command": commands_words(body["Config"]),
        "Created": int(container.made.timestamp()),
        "Ports": ports.listed(body),
        **sizes,
        "Labels": body["Config"]["Labels"] or {},
        "State": body["state"],
        "Status": _status(body, cloud.centre.clock.now()),
        "HostConfig": {"NetworkMode": body["HostConfig"]["NetworkMode"]},
        "NetworkSettings": {
            "Networks": {name: endpoints.shown(name, one, None) for name, one in body["networks"].items()}
        },
        "Mounts": mounts.shown(body["mounts"], anonymous_source=False),
    }


def _status(body: dict[str, Any], now: datetime) -> str:
    if body["state"] == "created":
        return "Created"
    if body["state"] == "exited":
        return f"Exited ({body['code']}) {times.words((now - body['finished']).total_seconds())} ago"
    up = times.words((now - body["started"]).total_seconds())
    return f"Up {up}{' (Paused)' if body['state'] == 'paused' else ''}"


def inspect(cloud: Docker, call: Call) -> dict[str, Any]:
    container = named(cloud, call.values["id"])
    body = container.body
    words, folder = command(body["Config"]), f"{DATA}/containers/{body['Id']}"
    networked, ran = body["sandbox"] != "", body["started"] is not None or body["code"] == power.NO_COMMAND
    shown = {
        "Id": body["Id"],
        "Created": times.shown(container.made),
        "Path": words[0],
        "Args": words[1:],
        "State": _state(body),
        "Image": body["ImageId"],
        "ResolvConfPath": f"{folder}/resolv.conf" if networked else "",
        "HostnamePath": f"{folder}/hostname" if ran else "",
        "HostsPath": f"{folder}/hosts" if networked else "",
        "LogPath": f"{folder}/{body['Id']}-json.log" if ran else "",
        "Name": f"/{body['Name']}",
        "RestartCount": 0,
        "Driver": "overlay2",
        "Platform": OS,
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": None,
        "HostConfig": body["HostConfig"],
        "GraphDriver": images.graph_driver(body["Id"], inside=f"{body['Id']}-init"),
        "Mounts": mounts.shown(body["mounts"], anonymous_source=True),
        "Config": body["Config"],
        "NetworkSettings": _network_settings(body),
    }
    if reading.flag(call, "size"):
        written = files.size(body["files"].values())
        whole = written + files.size(body["base"].values())
        shown |= {"SizeRw": written, "SizeRootFs": whole}
    return shown


def _state(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "Status": body["state"],
        "Running": body["state"] in ("running", "paused"),
        "Paused": body["state"] == "paused",
        "Restarting": False,
        "OOMKilled": False,
        "Dead": False,
        "Pid": body["pid"],
        "ExitCode": body["code"],
        "Error": body["error"],
        "StartedAt": times.shown(body["started"]),
        "FinishedAt": times.shown(body["finished"]),
    }


_OF_BRIDGE = {
    "EndpointID": "",
    "Gateway": "",
    "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0,
    "IPAddress": "",
    "IPPrefixLen": 0,
    "IPv6Gateway": "",
    "MacAddress": "",
}


def _network_settings(body: dict[str, Any]) -> dict[str, Any]:
    """The members beside Networks are those of the default bridge alone."""
    on_bridge = (body["networks"].get("bridge") or {}).get("live") or {}
    box = body["sandbox"]
    return {
        "Bridge": "",
        "SandboxID": box,
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": body["ports"],
        "SandboxKey": f"/var/run/docker/netns/{box[: ids.SHORT]}" if box else "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        **{name: on_bridge.get(name, nothing) for name, nothing in _OF_BRIDGE.items()},
        "Networks": {
            name: endpoints.shown(name, one, _aliases(body, name, one)) for name, one in body["networks"].items()
        },
    }


def _aliases(body: dict[str, Any], name: str, endpoint: dict[str, Any]) -> list[str] | None:
    """By which others find it in networks that somebody has made: its short id, its host's name, those asked for."""
    asked: list[str] | None = endpoint["asked"].get("Aliases")
    if name in networks.DEFAULTS or not endpoint["id"]:
        return asked
    short, host = ids.short(body["Id"]), body["Config"]["Hostname"]
    return [*(asked or ()), short, *([host] if host != short else ())]
