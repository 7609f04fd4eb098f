"""Compute Engine's v1 API on the wire. What it serves is the table in api.py."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import partial

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route
from ..faults import GCP
from . import addresses, api, firewalls, networks, operations, shapes
from .account import PROJECT, Account
from .catalogue.images import IMAGES
from .catalogue.places import ALL_ZONES, ZONES
from .errors import GceError, absent, invalid_field, unserved
from .links import check_path, project_key
from .permissions import forbidden

PREFIX = "/compute/v1/projects/<project>"
TOKEN = "/token"
# Parameters of every method of Google's APIs, and what of them the twin can do ("Standard query parameters").
_STANDARD: Mapping[str, tuple[str, ...] | None] = {
    "alt": ("json",),
    "$alt": ("json", "json;enum-encoding=string"),
    "prettyPrint": None,
    "key": None,
    "quotaUser": None,
    "userIp": None,
}
_STANDARD_UNSERVED = ("fields", "callback", "access_token", "oauth_token", "uploadType", "upload_protocol", "$.xgafv")


class Gcp(Facade):
    """One project, one service account, whose key file is `gcp.json`."""

    name = "gcp"
    dialect = GCP

    def __init__(self, clock: TwinClock) -> None:
        self.account = Account()
        self._methods = {one.name: one for one in api.METHODS}
        routes = [
            Route(one.name, one.method, PREFIX + one.path, partial(one.act, self), one.asked_first)
            for one in api.METHODS
        ]
        login = Route("oauth2.token", "POST", TOKEN, lambda call: self.account.token(call.request))
        super().__init__(clock, [*routes, login])

    def claims(self, path: str, _: str) -> bool:
        return path == TOKEN or path.startswith("/compute/v1/projects/")

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"gcp.json": self.account.key_file(plain)}

    def furnish(self) -> None:
        addresses.open_pool(self)
        firewalls.add_defaults(self, networks.add_default(self, f"projects/{PROJECT}"))

    def authenticate(self, request: Request) -> str:
        return self.account.authenticate(request)

    def open_to_all(self, route: Route) -> bool:
        return route.path == TOKEN

    def answer(self, call: Call) -> Response:
        if call.route.path == TOKEN:
            return super().answer(call)
        method = self._methods[call.route.name]
        _check_query(call, method)
        _check_body(call, method)
        check_path(call.values)
        self._check_place(call)
        if method.method != "GET" and "requestId" in method.query and (earlier := operations.again(self, call)):
            return super().answer(Call(Route("", "", "", lambda _: earlier), call.request, call.values))
        return super().answer(call)

    def not_found(self, request: Request) -> Refusal:
        # What Google's front end says of a path that no service has.
        return GceError(404, "notFound", f"The requested URL {request.path} was not found on this server.")

    def forbidden(self, call: Call, missing: str) -> Refusal:
        return forbidden({missing: _resource(call)})

    def broken(self, error: Exception) -> Refusal:
        text = f"Internal error. The twin itself has failed: {type(error).__name__}: {error}"
        return GceError(500, "backendError", text)

    # For the methods

    def project(self, call: Call) -> str:
        """Its key."""
        return project_key(call.values["project"])

    def scope(self, call: Call) -> str:
        """projects/p/zones/z, projects/p/regions/r or projects/p/global."""
        for word in ("zone", "region"):
            if word in call.values:
                return f"{self.project(call)}/{word}s/{call.values[word]}"
        return f"{self.project(call)}/global"

    def require_all(self, call: Call, needed: Mapping[str, str]) -> None:
        """`needed`: permissions, and the keys of what they are needed for. Raises GceError that names all missing."""
        allowed = self.settings.permissions
        if allowed is None:
            return
        if missing := {permission: key for permission, key in needed.items() if permission not in allowed}:
            raise forbidden(missing)

    def _check_place(self, call: Call) -> None:
        """Raises GceError for another's project, one that is not there, an unknown zone, an unknown region."""
        project = self.project(call)
        if project.removeprefix("projects/") in IMAGES:
            if call.route.name.startswith("compute.images."):
                return
            raise forbidden({self._methods[call.route.name].permissions[0]: project})
        if project != f"projects/{PROJECT}":
            raise absent(project)
        places: dict[str, Container[str]] = {"zone": ALL_ZONES, "region": ZONES}
        for word, known in places.items():
            given = call.values.get(word)
            if given is not None and given not in known and call.route.name != f"compute.{word}s.get":
                raise invalid_field(word, given, f"Unknown {word}.")


def _check_query(call: Call, method: api.Method) -> None:
    """Raises GceError."""
    for name, value in call.query.items():
        if name in method.query:
            continue
        if name in method.more or name in _STANDARD_UNSERVED:
            if value != "false":
                raise unserved(f"the query parameter '{name}'")
        elif name not in _STANDARD:
            text = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
            why = f"Field '{name}' could not be found in request message."
            raise GceError(400, "invalid", text + why, status_name="INVALID_ARGUMENT")
        elif (known := _STANDARD[name]) and value not in known:
            raise unserved(f"'{value}' for the query parameter '{name}'")


def _check_body(call: Call, method: api.Method) -> None:
    """Raises GceError."""
    try:
        body = call.body
    except ValueError as error:
        text = f"Invalid JSON payload received. {error}"
        raise GceError(400, "parseError", text, status_name="INVALID_ARGUMENT") from None
    except RequestEntityTooLarge:
        raise GceError(413, "uploadTooLarge", "Request is too large.") from None
    if body and not method.takes_body:
        raise shapes.unknown_name(next(iter(body)) if isinstance(body, dict) else "", "")


def _resource(call: Call) -> str:
    """What a call is about: the resource in its path, or the project of a collection."""
    words = call.request.path.removeprefix("/compute/v1/").split("/")
    if words[2:3] in (["zones"], ["regions"]) and len(words) > 5:
        return "/".join(words[:6])
    if words[2:3] == ["global"] and len(words) > 4:
        return "/".join(words[:5])
    return "/".join(words[:2])
