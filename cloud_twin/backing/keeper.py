"""Keeps a container for each VM that has somewhere to be reached and somebody to let in: made at its first start,
started, stopped, moved and removed as the VM is. It looks at the clouds; they know nothing of it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from ..cloud import Cloud
from . import accounts
from .engine import Engine, EngineRefusal
from .readers import READERS
from .vm import BackedVm

# Wide enough for every emulated cloud's public addresses (RFC 2544); its bridge has the last one.
NETWORK, RANGE, BRIDGE = "cloud-twin", "198.18.0.0/15", "198.19.255.254"
LABEL = "cloud-twin"
LOOK_SECONDS = 0.3
STOP_SECONDS = "1"

_log = logging.getLogger(__name__)


@dataclass
class Kept:
    """`seen`: the VM as the container follows it; `id`: the container's, "" if the Engine has refused it."""

    id: str
    seen: BackedVm


class Keeper:
    """`image`: of the containers; it must run an SSH server. One keeper at a time on an Engine."""

    def __init__(self, engine: Engine, image: str, clouds: Mapping[str, Cloud]) -> None:
        self._engine = engine
        self._image = image
        self._clouds = {name: cloud for name, cloud in clouds.items() if name in READERS}
        self._kept: dict[tuple[str, str], Kept] = {}
        self._ended = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Nothing of it is left at the Engine afterwards. Raises EngineRefusal, httpx.HTTPError."""
        self._clear()  # what a killed one has left
        config = [{"Subnet": RANGE, "Gateway": BRIDGE}]
        self._engine.call("POST", "/networks/create", {"Name": NETWORK, "IPAM": {"Config": config}})
        thread = threading.Thread(target=self._follow_all, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self._clear()

    def _follow_all(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                wanted = dict(self._wanted())
            except Exception:
                _log.exception("what the clouds hold cannot be read")
                continue
            for place in self._kept.keys() - wanted.keys():
                self._try(place, None)
            for place, vm in wanted.items():
                kept = self._kept.get(place)
                if (kept and kept.seen != vm) or (kept is None and vm.boot):
                    self._try(place, vm)

    def _wanted(self) -> Iterator[tuple[tuple[str, str], BackedVm]]:
        for name, cloud in self._clouds.items():
            with cloud.standing_still():
                found = list(READERS[name](cloud))
            for vm in found:
                if vm.logins and (vm.address or vm.ports or (name, vm.key) in self._kept):
                    yield (name, vm.key), vm

    def _try(self, place: tuple[str, str], vm: BackedVm | None) -> None:
        try:
            self._follow(place, vm)
        except (EngineRefusal, httpx.HTTPError) as error:
            _log.warning("no container stands behind %s of %s any more: %s", place[1], place[0], error)
            if vm:
                kept = self._kept.get(place)
                self._kept[place] = Kept(kept.id if kept else "", vm)

    def _follow(self, place: tuple[str, str], vm: BackedVm | None) -> None:
        """`vm` None: it is gone. Raises EngineRefusal, httpx.HTTPError."""
        kept = self._kept.get(place)
        if vm is None:
            if kept and kept.id:
                self._remove(kept.id)
            self._kept.pop(place, None)
            return
        if kept is None or not kept.id or (vm.ports, vm.logins) != (kept.seen.ports or vm.ports, kept.seen.logins):
            if kept and kept.id:
                self._remove(kept.id)
            kept = self._kept[place] = Kept(self._made(place[0], vm), replace(vm, boot=""))
        if vm.boot != kept.seen.boot and kept.seen.boot:
            self._engine.call("POST", f"/containers/{kept.id}/stop", t=STOP_SECONDS)
        if vm.address != kept.seen.address and vm.address:
            self._move(kept.id, vm.address)
        if vm.boot and vm.boot != kept.seen.boot:
            self._engine.call("POST", f"/containers/{kept.id}/start")
        if vm.boot and vm.paused != (kept.seen.paused and vm.boot == kept.seen.boot):
            self._engine.call("POST", f"/containers/{kept.id}/{'pause' if vm.paused else 'unpause'}")
        # Without an address it keeps the old one's container until it has another.
        kept.seen = replace(vm, address=vm.address or kept.seen.address)

    def _made(self, cloud: str, vm: BackedVm) -> str:
        host: dict[str, Any] = {"NetworkMode": NETWORK}
        body: dict[str, Any] = {"Image": self._image, "Hostname": vm.name[:63], "Labels": {LABEL: f"{cloud} {vm.key}"}}
        if vm.ports:
            bindings = {port: [{"HostIp": ip, "HostPort": number}] for port, ip, number in vm.ports}
            host = {"NetworkMode": "bridge", "PortBindings": bindings}
            body["ExposedPorts"] = {port: {} for port in bindings}
        else:
            body["NetworkingConfig"] = {"EndpointsConfig": {NETWORK: _at(vm.address)}}
        container = str(self._engine.call("POST", "/containers/create", {**body, "HostConfig": host})["Id"])
        accounts.grant(self._engine, container, vm.logins)
        return container

    def _move(self, container: str, address: str) -> None:
        told = {"Container": container, "Force": True}
        self._engine.call("POST", f"/networks/{NETWORK}/disconnect", told)
        self._engine.call("POST", f"/networks/{NETWORK}/connect", {**told, "EndpointConfig": _at(address)})

    def _remove(self, container: str) -> None:
        with contextlib.suppress(EngineRefusal):
            self._engine.call("DELETE", f"/containers/{container}", force="1", v="1")

    def _clear(self) -> None:
        for one in self._engine.call("GET", "/containers/json", all="1", filters=f'{{"label":["{LABEL}"]}}'):
            self._remove(one["Id"])
        with contextlib.suppress(EngineRefusal):
            self._engine.call("DELETE", f"/networks/{NETWORK}")
        self._kept.clear()


def _at(address: str) -> dict[str, Any]:
    return {"IPAMConfig": {"IPv4Address": address}}
