"""The admin API: what stands before a cloud, or the emulated cloud itself, is told over HTTP what to do.

GET    /_twin/calls                    the log, one JSON object per line; DELETE empties it
GET    /_twin/faults                   the rules in force, with how many calls fitted, were struck, stand still
POST   /_twin/faults                   a rule as JSON object: `{"id": 1}`; DELETE removes all
DELETE /_twin/faults/{id}              removes one, and lets go whom it holds
GET    /_twin/faults/{id}/reached      whether a call stands still because of it; `?seconds=30` waits for one
POST   /_twin/clock                    `{"advance": seconds}` pushes the twin's clock forward; GET shows it
PUT    /_twin/settings                 `{"transition_seconds": 2.5}`; GET shows them (emulated clouds only)
POST   /_twin/reset                    no rules, an empty log, and an empty cloud if it is an emulated one

What is wrong with a request is answered 400 `{"message": "field: why"}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .active import Active
from .middleware import Faults
from .rule import read

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ADMIN = "/_twin"
LONGEST_WAIT = 60.0


class Emulated(Protocol):
    """An emulated cloud. `transition_seconds`: how long a state in between lasts."""

    transition_seconds: float

    def reset(self) -> None:
        """Empties the cloud."""


class Administered:
    """WSGI: `faults`, with the admin API beside it."""

    def __init__(self, faults: Faults, cloud: Emulated | None = None) -> None:
        self._faults = faults
        self._cloud = cloud
        self._routes = _routes(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not str(environ["PATH_INFO"]).startswith(f"{ADMIN}/"):
            return self._faults(environ, start_response)
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, values = self._routes.bind_to_environ(request.environ).match()
            answer = endpoint(request, **values)
        except HTTPException as error:
            return _json({"message": error.description}, error.code or 500)
        except ValueError as error:
            return _json({"message": str(error)}, 400)
        return answer if isinstance(answer, Response) else _json(answer)

    def calls(self, _: Request) -> Response:
        lines = "".join(f"{call.line()}\n" for call in self._faults.log.calls())
        return Response(lines, mimetype="application/x-ndjson")

    def forget_calls(self, _: Request) -> Any:
        self._faults.log.clear()
        return {}

    def rules(self, _: Request) -> Any:
        return {"faults": [_shown(one) for one in self._faults.rules.all()]}

    def add_rule(self, request: Request) -> Any:
        return {"id": self._faults.rules.add(read(_body(request)))}

    def clear_rules(self, _: Request) -> Any:
        self._faults.rules.clear()
        return {}

    def remove_rule(self, _: Request, rule: int) -> Any:
        return self._of_rule(rule, lambda: self._faults.rules.remove(rule)) or {}

    def reached(self, request: Request, rule: int) -> Any:
        seconds = min(_number("seconds", request.args.get("seconds", "0")), LONGEST_WAIT)
        return {"reached": self._of_rule(rule, lambda: self._faults.rules.reached(rule, seconds))}

    def clock(self, _: Request) -> Any:
        return {"now": self._faults.clock.now().isoformat()}

    def advance(self, request: Request) -> Any:
        self._faults.clock.advance(_number("advance", _member(request, "advance")))
        return {"now": self._faults.clock.now().isoformat()}

    def settings(self, _: Request) -> Any:
        return {"transition_seconds": self._emulated().transition_seconds}

    def change_settings(self, request: Request) -> Any:
        cloud = self._emulated()
        cloud.transition_seconds = _number("transition_seconds", _member(request, "transition_seconds"))
        return self.settings(request)

    def reset(self, _: Request) -> Any:
        self._faults.reset()
        if self._cloud:
            self._cloud.reset()
        return {}

    def _emulated(self) -> Emulated:
        if self._cloud is None:
            raise NotFound("this is a proxy: the cloud behind it has no settings here")
        return self._cloud

    def _of_rule(self, rule: int, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except KeyError:
            raise NotFound(f"there is no fault {rule}") from None


def _routes(admin: Administered) -> Map:
    table = (
        ("GET", "/calls", admin.calls),
        ("DELETE", "/calls", admin.forget_calls),
        ("GET", "/faults", admin.rules),
        ("POST", "/faults", admin.add_rule),
        ("DELETE", "/faults", admin.clear_rules),
        ("DELETE", "/faults/<int:rule>", admin.remove_rule),
        ("GET", "/faults/<int:rule>/reached", admin.reached),
        ("GET", "/clock", admin.clock),
        ("POST", "/clock", admin.advance),
        ("GET", "/settings", admin.settings),
        ("PUT", "/settings", admin.change_settings),
        ("POST", "/reset", admin.reset),
    )
    return Map([Rule(ADMIN + path, methods=[method], endpoint=endpoint) for method, path, endpoint in table])


def _shown(active: Active) -> dict[str, Any]:
    counts = {"fitting": active.fitting, "struck": active.struck, "held": active.held}
    return {"id": active.id, **asdict(active.rule), **counts}


def _body(request: Request) -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError as error:
        raise BadRequest(f"the body is no JSON: {error}") from None


def _member(request: Request, name: str) -> Any:
    body = _body(request)
    if not isinstance(body, dict) or name not in body:
        raise ValueError(f"{name}: missing")
    return body[name]


def _number(name: str, value: Any) -> float:
    """Seconds. Raises ValueError naming the field."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is not a number") from None
    if not 0 <= number < float("inf"):
        raise ValueError(f"{name}: {value!r} is not a number of seconds")
    return number


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")
