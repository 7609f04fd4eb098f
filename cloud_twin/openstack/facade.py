"""OpenStack on the wire: its services below one address, laid out as devstack does. What it serves is in api.py."""

from __future__ import annotations

import uuid
from functools import partial

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route
from ..faults import OPENSTACK
from . import api, services
from .account import Account
from .compute import microversions, nics
from .errors import (
    ComputeError,
    FlaskMethodError,
    FlaskPageError,
    NetworkError,
    OpenStackError,
    PageError,
    not_found,
    of_service,
    unauthorized,
)
from .identity.others import forbidden as identity_forbidden
from .image import images
from .network.groups import DEFAULT
from .network.networks import NETWORKS
from .network.reading import disallowed
from .network.subnets import SUBNETS

_FIRST_WORDS = ("identity", "networking", "image", "placement")
NO_CONTENT, UNAUTHORIZED, NOT_FOUND = 204, 401, 404
# Roots whose documents have no id of the request.
_WITHOUT_ID = ("compute", "networking", "image", "image/versions")
_FLASK = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try "
    "again."
)
_PECAN = "The server could not comply with the request since it is either malformed or otherwise incorrect."


class OpenStack(Facade):
    """One region, one project and one user, whose clouds file is `openstack.json`."""

    name = "openstack"
    dialect = OPENSTACK

    def __init__(self, clock: TwinClock) -> None:
        self.account = Account()
        self._methods = {one.name: one for one in api.METHODS}
        routes = [Route(one.name, one.method, one.path, partial(one.act, self), one.asked_first) for one in api.METHODS]
        super().__init__(clock, routes)

    def claims(self, path: str, _: str) -> bool:
        first = path.strip("/").partition("/")[0]
        return first in _FIRST_WORDS or path in ("/compute", "/compute/") or path.startswith("/compute/v2")

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"openstack.json": self.account.clouds_file(plain + services.prefix("identity"))}

    def furnish(self) -> None:
        images.furnish(self)
        SUBNETS.add_outside(self, NETWORKS.add_outside(self))

    def contents(self) -> list[str]:
        """Without the default security group, which is there as soon as anybody looks."""
        groups = self.centre.of_kind("security-groups")
        default = {one.key for one in groups if one.body["name"] == DEFAULT}
        rules = self.centre.of_kind("security-group-rules")
        left_out = default | {one.key for one in rules if one.goes_with in default}
        return [key for key in super().contents() if key not in left_out]

    def authenticate(self, request: Request) -> str:
        """Tokens of services come by a header of their own, and count for nothing here."""
        token = self.account.token(request.headers.get("X-Auth-Token", ""))
        if token is None:
            identity = request.host_url.rstrip("/") + services.prefix("identity")
            raise unauthorized(services.service_of(request.path), identity)
        return token.id

    def open_to_all(self, route: Route) -> bool:
        return self._methods[route.name].open

    def allows(self, rule: str) -> bool:
        allowed = self.settings.permissions
        return allowed is None or rule in allowed

    def answer(self, call: Call) -> Response:
        method = self._methods[call.route.name]
        if method.service == "compute" and not method.open and microversions.asked(call.request) < method.since:
            raise not_found("The resource could not be found.")
        try:
            return super().answer(call)
        except RequestEntityTooLarge:
            raise of_service(method.service, 413, "HTTPRequestEntityTooLarge", "Request is too large.") from None

    def not_found(self, request: Request) -> Refusal:
        """Whoever is not logged in learns nothing of paths."""
        service = services.service_of(request.path)
        try:
            if request.path.strip("/") != service:
                self.authenticate(request)
        except OpenStackError as refusal:
            return refusal
        allowed = self._map.bind("").allowed_methods(self.path(request))
        if service == "identity":
            return FlaskMethodError(allowed) if allowed else FlaskPageError(404, _FLASK)
        if service == "network":
            if allowed:
                return NetworkError(405, "HTTPMethodNotAllowed", _PECAN)
            return NetworkError(404, "HTTPNotFound", "The resource could not be found.")
        if service == "image" and allowed:
            names = ", ".join(sorted(one for one in allowed if one not in ("HEAD", "OPTIONS")))
            text = f"The method {request.method} is not allowed for this resource. "
            return PageError(405, text, {"Allow": names})
        return PageError(404)

    def forbidden(self, call: Call, missing: str) -> OpenStackError:
        service = services.service_of(call.request.path)
        if service == "network":
            return disallowed(f"rule:{missing}")
        if service == "image":
            return PageError(403, f"You are not authorized to complete {missing} action.")
        if service == "identity":
            return identity_forbidden(missing)
        return ComputeError(403, f"Policy doesn't allow {missing} to be performed.")

    def broken(self, error: Exception) -> Refusal:
        return ComputeError(500, f"The twin itself has failed: {type(error).__name__}: {error}")

    def _respond(self, request: Request) -> Response:
        request.environ["openstack.request_id"] = request_id = f"req-{uuid.uuid4()}"
        self.centre.settle()
        nics.settle(self)
        response = super()._respond(request)
        service = services.service_of(request.path)
        if response.mimetype == "application/json":
            # Only nova says which encoding its refusals have.
            refused = service == "compute" and response.status_code >= 400 and response.status_code != UNAUTHORIZED
            response.content_type = "application/json" + ("; charset=UTF-8" if refused else "")
        if response.status_code == NO_CONTENT and response.mimetype == "text/plain":
            del response.headers["Content-Type"]
        if request.path.strip("/") not in _WITHOUT_ID:
            response.headers["X-Openstack-Request-Id"] = request_id
        if service == "compute" and request.path.startswith(services.prefix("compute")):
            response.headers["X-Compute-Request-Id"] = request_id
            # Only what has reached nova's own code knows of microversions.
            strange = response.status_code == NOT_FOUND and response.mimetype == "text/html"
            if response.status_code != UNAUTHORIZED and not strange:
                response.headers.update(microversions.headers(request))
        elif service == "identity":
            response.headers["Vary"] = "X-Auth-Token"
        return response
