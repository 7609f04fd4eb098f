"""The frame of a façade: routes to functions, one call at a time, who may do what.

A façade is a table of `Route`s, named as the vendor names its methods, and functions that take a `Call` and answer what
is sent as JSON. Everything that it refuses is raised as a `Refusal` of its own.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .centre import Centre
from .clock import TwinClock
from .faults import Dialect
from .settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LARGEST_BODY = 1024 * 1024
LONGEST_HOLD = 3600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """One method of a cloud's API.

    name          the vendor's own: compute.instances.insert, VirtualMachines_CreateOrUpdate
    path          with variables in <…>, as in werkzeug's rules
    act           what does it
    permissions   the vendor's names of what the caller must be allowed to do; none where everybody may
    """

    name: str
    method: str
    path: str
    act: Callable[[Call], Any]
    permissions: tuple[str, ...] = ()


@dataclass
class Call:
    """One request. `values`: the path's variables; `principal`: who calls, as the cloud names it."""

    route: Route
    request: Request
    values: Mapping[str, str]
    principal: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.args

    @cached_property
    def body(self) -> Any:
        """The JSON that was sent; None without a body. Raises ValueError."""
        sent = self.request.get_data()
        return json.loads(sent) if sent else None

    @property
    def base(self) -> str:
        """The URL under which the caller reaches the twin; no slash at its end."""
        return self.request.host_url.rstrip("/")


class Refusal(Exception):
    """What the cloud says no with. Subclassed by each façade."""

    def response(self) -> Response:
        raise NotImplementedError


class Facade(ABC):
    """Subclasses say `name`, `dialect`, and answer the abstract questions below."""

    name: ClassVar[str]
    dialect: ClassVar[Dialect]
    header: ClassVar[str] = ""
    largest_body: ClassVar[int] = LARGEST_BODY

    def __init__(self, clock: TwinClock, routes: Sequence[Route]) -> None:
        self.settings = Settings()
        self.centre = Centre(clock)
        self._lock = threading.RLock()
        self._others_may_call = threading.Condition(self._lock)
        self._map = Map(
            [Rule(route.path, methods=[route.method], endpoint=route) for route in routes],
            strict_slashes=False,
            merge_slashes=False,
        )
        self.reset()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = self.largest_body
        with self._lock:
            response = self._respond(request)
        return response(environ, start_response)

    @abstractmethod
    def claims(self, path: str, query: str) -> bool: ...

    @abstractmethod
    def files(self, plain: str, tls: str) -> dict[str, str]: ...

    @abstractmethod
    def furnish(self) -> None:
        """Puts into an empty centre what a new account has by itself."""

    @abstractmethod
    def authenticate(self, request: Request) -> str:
        """Who calls. Raises Refusal."""

    @abstractmethod
    def not_found(self, request: Request) -> Refusal:
        """No method has this path."""

    @abstractmethod
    def forbidden(self, call: Call, missing: str) -> Refusal:
        """The caller lacks a permission."""

    @abstractmethod
    def broken(self, error: Exception) -> Refusal:
        """The twin itself has failed."""

    def answer(self, call: Call) -> Response:
        """The route's function called, its answer as JSON with 200 unless it is a Response. Subclasses add checks."""
        made = call.route.act(call)
        return made if isinstance(made, Response) else json_response(made)

    def open_to_all(self, route: Route) -> bool:
        """Whether it asks for no log-in: the log-in's own methods."""
        return False

    def path(self, request: Request) -> str:
        """As the routes spell it."""
        return request.path

    def reset(self) -> None:
        with self._lock:
            self.centre.clear()
            self.furnish()

    def contents(self) -> list[str]:
        with self._lock:
            self.centre.settle()
            return self.centre.keys()

    def snapshot(self) -> Any:
        with self._lock:
            return self.centre.snapshot()

    def restore(self, snapshot: Any) -> None:
        with self._lock:
            self.centre.restore(snapshot)

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Nobody calls meanwhile, and what is due has ended."""
        with self._lock:
            self.centre.settle()
            yield

    def require(self, call: Call, permissions: Iterable[str]) -> None:
        """Raises the façade's refusal for the first that the account lacks."""
        allowed = self.settings.permissions
        if allowed is None:
            return
        for permission in permissions:
            if permission not in allowed:
                raise self.forbidden(call, permission)

    def hold_until(self, ended: Callable[[], bool], seconds: float = LONGEST_HOLD, look: float = 0.02) -> None:
        """Keeps the caller waiting in real time, at most so many seconds, and lets others call meanwhile; not while the
        clock stands still."""
        until = time.monotonic() + seconds
        while not ended() and self.centre.clock.speed and time.monotonic() < until:
            self._others_may_call.wait(look)
            self.centre.settle()

    def _respond(self, request: Request) -> Response:
        self.centre.settle()
        return self._answered(request, self.authenticate)

    def _answered(self, request: Request, who: Callable[[Request], str]) -> Response:
        """`who`: tells who calls, or raises Refusal."""
        try:
            call = self._call(request)
            if not self.open_to_all(call.route):
                call.principal = who(request)
                self.require(call, call.route.permissions)
            return self.answer(call)
        except Refusal as refusal:
            return refusal.response()
        except Exception as error:
            _log.exception("the twin itself has failed")
            return self.broken(error).response()

    def _call(self, request: Request) -> Call:
        """Raises Refusal."""
        try:
            route, values = self._map.bind("").match(self.path(request), method=request.method)
        except HTTPException:
            raise self.not_found(request) from None
        return Call(route, request, values)


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(data), status, headers, content_type="application/json; charset=utf-8")
