"""The Docker Engine API on the wire. What it serves is the table in api.py."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route
from ..faults import DOCKER
from . import api, catalogue, images, networks, power
from .answers import as_json
from .errors import EngineError
from .host import API_VERSION, MIN_API_VERSION, VERSION
from .settings import EngineSettings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_SAID_BY_ALL = {
    "Api-Version": API_VERSION,
    "Docker-Experimental": "false",
    "Ostype": "linux",
    "Server": f"Docker/{VERSION} (linux)",
}
_COLLECTIONS = frozenset(route.path.split("/")[1] for route in api.METHODS)


class Docker(Facade):
    """One Engine, which asks nobody who calls. `docker.json` says where it is."""

    name = "docker"
    dialect = DOCKER
    largest_body = 512 * 1024 * 1024  # archives of images

    def __init__(self, clock: TwinClock) -> None:
        routes = [Route(one.name, one.method, one.path, partial(one.act, self)) for one in api.METHODS]
        self._heads = {route.path: route for route in routes if route.method == "HEAD"}
        super().__init__(clock, [route for route in routes if route.method != "HEAD"])
        self.settings = EngineSettings()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *_SAID_BY_ALL.items()], *more)

        return super().__call__(environ, started)

    def claims(self, path: str, query: str) -> bool:
        return bool(_VERSIONED.fullmatch(path)) or path.split("/")[1] in _COLLECTIONS

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"docker.json": json.dumps({"Host": plain.replace("http:", "tcp:")}, indent=2) + "\n"}

    def furnish(self) -> None:
        self.last_port = 0  # that was given out where none was named
        networks.add_defaults(self)
        for name in catalogue.THERE_FROM_THE_START:
            images.add_known(self, catalogue.KNOWN[name])

    def authenticate(self, request: Request) -> str:
        return ""

    def path(self, request: Request) -> str:
        return self._plain(request.path)

    def answer(self, call: Call) -> Response:
        _check_version(call.request.path)
        if call.request.method == "HEAD":
            head = self._heads.get(call.route.path)
            if head is None:
                raise self.not_found(call.request)
            call = replace(call, route=head)
        power.settle(self)
        made = call.route.act(call)
        return made if isinstance(made, Response) else as_json(made)

    def not_found(self, request: Request) -> Refusal:
        return EngineError(404, "page not found")

    def forbidden(self, call: Call, missing: str) -> Refusal:
        raise AssertionError("never: an Engine knows no permissions")

    def broken(self, error: Exception) -> Refusal:
        return EngineError(500, f"the twin itself has failed: {type(error).__name__}: {error}")

    def pass_time(self, seconds: float) -> None:
        """Keeps the caller waiting for so long by the twin's clock, as the Engine does until it is done."""
        until = self.centre.clock.stopwatch() + seconds
        self.hold_until(lambda: self.centre.clock.stopwatch() >= until)

    def hold_answer(self, ended: Callable[[], bool]) -> None:
        """Within an answer that has begun already."""
        with self._lock:
            self.hold_until(ended)

    @staticmethod
    def _plain(path: str) -> str:
        versioned = _VERSIONED.fullmatch(path)
        return versioned[3] if versioned else path


def _check_version(path: str) -> None:
    """Raises EngineError."""
    versioned = _VERSIONED.fullmatch(path)
    if not versioned:
        return
    asked = int(versioned[1]), int(versioned[2])
    told = f"client version {asked[0]}.{asked[1]} is too"
    if asked > _numbers(API_VERSION):
        raise EngineError(400, f"{told} new. Maximum supported API version is {API_VERSION}")
    if asked < _numbers(MIN_API_VERSION):
        least = f"Minimum supported API version is {MIN_API_VERSION}"
        raise EngineError(400, f"{told} old. {least}, please upgrade your client to a newer version", plain=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
