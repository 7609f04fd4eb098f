"""Ports of the host at which a running container's ports are published: numbers alone, nobody listens there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from .errors import EngineError

if TYPE_CHECKING:
    from .facade import Docker

# Linux' net.ipv4.ip_local_port_range, from which the Engine takes what nobody has named.
_FIRST, _LAST = 32768, 60999
_EVERYWHERE = ("0.0.0.0", "::")


def check(bindings: dict[str, Any] | None) -> None:
    """HostConfig.PortBindings. Raises EngineError."""
    for port, places in (bindings or {}).items():
        for place in places or ():
            given = str(place.get("HostPort") or "")
            if given and not _range(given):
                raise EngineError(400, f'invalid port specification: "{given}"')
        if not re.fullmatch(r"\d+(/(tcp|udp|sctp))?", port):
            raise EngineError(400, f"Invalid port specification: {port!r}".replace("'", '"'))


def publish(cloud: Docker, container: Thing) -> None:
    """As it starts. Raises EngineError, and then nothing is published."""
    body = container.body
    published: dict[str, list[dict[str, str]] | None] = dict.fromkeys(sorted(exposed(body)))
    if "host" in body["networks"] or "none" in body["networks"]:
        body["ports"] = {}
        return
    body["ports"] = published
    try:
        for port, places in _asked(body).items():
            published[port] = None
            for place in places or [{}]:
                published[port] = [*(published[port] or []), *_bound(cloud, container, port, place)]
    except EngineError:
        body["ports"] = {}
        raise


def _asked(body: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    host = body["HostConfig"]
    asked = {_whole(port): places for port, places in (host.get("PortBindings") or {}).items()}
    if host.get("PublishAllPorts"):
        asked = {**{port: [{}] for port in exposed(body)}, **asked}
    return asked


def exposed(body: dict[str, Any]) -> set[str]:
    return {_whole(port) for port in body["Config"].get("ExposedPorts") or ()}


def _whole(port: str) -> str:
    return port if "/" in port else f"{port}/tcp"


def _bound(cloud: Docker, container: Thing, port: str, place: dict[str, str]) -> list[dict[str, str]]:
    """Raises EngineError."""
    ip, protocol = place.get("HostIp") or "0.0.0.0", port.partition("/")[2]
    taken = set(_taken(cloud, protocol, ip))
    named = _range(str(place.get("HostPort") or ""))
    wanted = range(named[0], named[1] + 1) if named else _ephemeral(cloud)
    number = next((number for number in wanted if number not in taken), None)
    if number is None:
        endpoint = next((one["live"]["EndpointID"] for one in container.body["networks"].values() if one["live"]), "")
        why = f"Bind for {ip}:{place.get('HostPort')} failed: port is already allocated"
        told = f"driver failed programming external connectivity on endpoint {container.body['Name']} ({endpoint})"
        raise EngineError(500, f"{told}: {why}")
    if not named:
        cloud.last_port = number
    return [{"HostIp": one, "HostPort": str(number)} for one in (_EVERYWHERE if ip == "0.0.0.0" else (ip,))]


def _ephemeral(cloud: Docker) -> Iterator[int]:
    """All, beginning after the one that was given out last."""
    last = cloud.last_port
    yield from range(max(last + 1, _FIRST), _LAST + 1)
    yield from range(_FIRST, last + 1)


def _taken(cloud: Docker, protocol: str, ip: str) -> Iterator[int]:
    for one in cloud.centre.of_kind("containers"):
        for port, places in one.body["ports"].items():
            for place in places or ():
                same = ip == place["HostIp"] or ip in _EVERYWHERE or place["HostIp"] in _EVERYWHERE
                if same and port.partition("/")[2] == protocol:
                    yield int(place["HostPort"])


def _range(text: str) -> tuple[int, int] | None:
    """Of `80` or `8000-8010`; None for anything else."""
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if 0 < first <= last < 65536 else None


def listed(body: dict[str, Any]) -> list[dict[str, Any]]:
    """As in the list of containers."""
    shown: list[dict[str, Any]] = []
    for port, places in body["ports"].items():
        number, _, protocol = port.partition("/")
        if not places:
            shown.append({"PrivatePort": int(number), "Type": protocol})
        for place in places or ():
            public = int(place["HostPort"])
            shown.append({"IP": place["HostIp"], "PrivatePort": int(number), "PublicPort": public, "Type": protocol})
    return shown
