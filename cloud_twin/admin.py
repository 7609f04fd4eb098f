"""The admin API: what stands before a cloud, or the emulated clouds themselves, are told over HTTP what to do.

GET    /_twin/calls                        the log, one JSON object per line; DELETE empties it
GET    /_twin/faults                       the rules in force, with how many calls fitted, were struck, stand still
POST   /_twin/faults                       a rule as JSON object: `{"id": 1}`; DELETE removes all
DELETE /_twin/faults/{id}                  removes one, and lets go whom it holds
GET    /_twin/faults/{id}/reached          whether a call stands still because of it; `?seconds=30` waits for one
POST   /_twin/clock                        `{"advance": seconds}` pushes the clock forward; GET shows it
PUT    /_twin/clock                        `{"speed": 60}`: its seconds per real second; 0 lets it stand still
POST   /_twin/reset                        no rules, an empty log, and empty clouds

Where clouds are emulated:

GET    /_twin/settings                     by cloud; PUT changes those given, as in settings.py, of all or of `?cloud=`
GET    /_twin/contents                     by cloud, the ids of all that is there; of all that can tell or of `?cloud=`
PUT    /_twin/snapshots/{name}             keeps all that is there; POST puts it back; DELETE forgets it

What is wrong with a request is answered 400 `{"message": "field: why"}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .clock import TwinClock
from .cloud import Cloud
from .faults import Log, Rules
from .faults.active import Active
from .faults.rule import read

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ADMIN = "/_twin"
LONGEST_WAIT = 60.0


class Front(Protocol):
    """A twin, or a proxy before a cloud elsewhere."""

    clock: TwinClock
    log: Log
    rules: Rules

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...

    def reset(self) -> None: ...


class Administered:
    """WSGI: `front`, with the admin API beside it. `clouds`: those that `front` emulates, by name."""

    def __init__(self, front: Front, clouds: Mapping[str, Cloud] | None = None) -> None:
        self._front = front
        self._clouds = clouds or {}
        self._snapshots: dict[str, dict[str, Any]] = {}
        self._routes = _routes(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not str(environ["PATH_INFO"]).startswith(f"{ADMIN}/"):
            return self._front(environ, start_response)
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
        lines = "".join(f"{call.line()}\n" for call in self._front.log.calls())
        return Response(lines, mimetype="application/x-ndjson")

    def forget_calls(self, _: Request) -> Any:
        self._front.log.clear()
        return {}

    def rules(self, _: Request) -> Any:
        return {"faults": [_shown(one) for one in self._front.rules.all()]}

    def add_rule(self, request: Request) -> Any:
        return {"id": self._front.rules.add(read(_body(request)))}

    def clear_rules(self, _: Request) -> Any:
        self._front.rules.clear()
        return {}

    def remove_rule(self, _: Request, rule: int) -> Any:
        return self._of_rule(rule, lambda: self._front.rules.remove(rule)) or {}

    def reached(self, request: Request, rule: int) -> Any:
        seconds = min(_number("seconds", request.args.get("seconds", "0")), LONGEST_WAIT)
        return {"reached": self._of_rule(rule, lambda: self._front.rules.reached(rule, seconds))}

    def clock(self, _: Request) -> Any:
        return {"now": self._front.clock.now().isoformat(), "speed": self._front.clock.speed}

    def advance(self, request: Request) -> Any:
        self._front.clock.advance(_number("advance", _member(request, "advance")))
        return self.clock(request)

    def change_speed(self, request: Request) -> Any:
        self._front.clock.speed = _number("speed", _member(request, "speed"))
        return self.clock(request)

    def settings(self, request: Request) -> Any:
        return {name: cloud.settings.shown() for name, cloud in self._asked(request).items()}

    def change_settings(self, request: Request) -> Any:
        data, clouds = _body(request), self._asked(request).values()
        checked = [cloud.settings.checked(data) for cloud in clouds]
        for cloud, change in zip(clouds, checked, strict=True):
            cloud.settings.change(change)
        return self.settings(request)

    def contents(self, request: Request) -> Any:
        return self._of_each(request, lambda cloud: cloud.contents())

    def take_snapshot(self, request: Request, name: str) -> Any:
        self._snapshots[name] = self._of_each(request, lambda cloud: cloud.snapshot())
        return {"clouds": sorted(self._snapshots[name])}

    def restore_snapshot(self, _: Request, name: str) -> Any:
        taken = self._snapshot(name)
        for word, content in taken.items():
            self._clouds[word].restore(content)
        return {"clouds": sorted(taken)}

    def forget_snapshot(self, _: Request, name: str) -> Any:
        self._snapshot(name)
        del self._snapshots[name]
        return {}

    def reset(self, _: Request) -> Any:
        self._front.reset()
        return {}

    def _asked(self, request: Request) -> Mapping[str, Cloud]:
        """The cloud that the query names, or all."""
        if not self._clouds:
            raise NotFound("this is a proxy: the cloud behind it is not its own")
        name = request.args.get("cloud")
        if name is None:
            return self._clouds
        if name not in self._clouds:
            raise ValueError(f"cloud: '{name}' is none of {', '.join(self._clouds)}")
        return {name: self._clouds[name]}

    def _of_each(self, request: Request, ask: Callable[[Cloud], Any]) -> dict[str, Any]:
        """By cloud. Where none is named, those that cannot do it are left out."""
        found: dict[str, Any] = {}
        for name, cloud in self._asked(request).items():
            try:
                found[name] = ask(cloud)
            except ValueError:
                if "cloud" in request.args:
                    raise
        return found

    def _snapshot(self, name: str) -> dict[str, Any]:
        if name not in self._snapshots:
            raise NotFound(f"there is no snapshot {name}")
        return self._snapshots[name]

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
        ("PUT", "/clock", admin.change_speed),
        ("GET", "/settings", admin.settings),
        ("PUT", "/settings", admin.change_settings),
        ("GET", "/contents", admin.contents),
        ("PUT", "/snapshots/<name>", admin.take_snapshot),
        ("POST", "/snapshots/<name>", admin.restore_snapshot),
        ("DELETE", "/snapshots/<name>", admin.forget_snapshot),
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
    """Raises ValueError naming the field."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is not a number") from None
    if not 0 <= number < float("inf"):
        raise ValueError(f"{name}: {value!r} is not a number from 0 up")
    return number


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")
