"""The façade: who asks, what for, and whether they may. Its routes are in api.py."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from ..centre import Job, Pool, State, Thing
from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route
from ..faults import AZURE
from . import api, regions, spelling, versions
from .account import Account
from .deployments import Deployments
from .entra import Entra
from .errors import ArmError, no_group
from .ids import ResourceId, group_id
from .network import NetworkInterfaces, PublicIPAddresses
from .network.public_addresses import PUBLIC
from .operations import Operations

# The addresses that RFC 2544 keeps for tests of networks: nobody's on the internet.
PUBLIC_RANGE = "198.19.0.0/17"  # where OpenStack's and Cloudit's are not

_OURS = re.compile(r"/(subscriptions|providers|tenants|metadata/endpoints)(/|$)|/[^/]+/(oauth2|v2\.0|discovery)/", re.I)


class Azure(Facade):
    name = "azure"
    dialect = AZURE
    interfaces: NetworkInterfaces
    addresses: PublicIPAddresses

    def __init__(self, clock: TwinClock) -> None:
        self.account = Account()
        self.entra = Entra(self.account)
        self.operations = Operations(self)
        self.deployments = Deployments(self)
        routes = api.routes(self)
        super().__init__(clock, [replace(route, path=spelling.lower(route.path)) for route in routes])
        self._spelled = {spelling.lower(route.path): route.path for route in routes}

    def claims(self, path: str, _: str) -> bool:
        return bool(_OURS.match(path))

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"azure.json": self.account.file(tls)}

    def furnish(self) -> None:
        self.centre.open_pool(PUBLIC, Pool(PUBLIC_RANGE))

    def contents(self) -> list[str]:
        with self._lock:
            self.centre.settle()
            self.deployments.advance()
        keys = self.centre.keys()
        return sorted(str(self.centre.get(key).body["id"]) for key in keys)

    # Who asks, and for what

    def authenticate(self, request: Request) -> str:
        return self.entra.principal(request)

    def open_to_all(self, route: Route) -> bool:
        return route.name.startswith("Entra_") or route.name == "Metadata_Endpoints"

    def path(self, request: Request) -> str:
        return spelling.lower(request.path.rstrip("/"))

    def _respond(self, request: Request) -> Response:
        self.centre.settle()
        self.deployments.advance()
        response = super()._respond(request)
        response.headers["x-ms-request-id"] = str(uuid.uuid4())
        given = request.headers.get("x-ms-correlation-request-id")
        response.headers["x-ms-correlation-request-id"] = given or str(uuid.uuid4())
        return response

    def _call(self, request: Request) -> Call:
        call = super()._call(request)
        call.values = spelling.values(call.route.path, request.path.rstrip("/"))
        if not self.open_to_all(call.route):
            self._check_version(call)
            self._check_subscription(call)
        return call

    def _check_version(self, call: Call) -> None:
        family, kind = spelling.family(self._spelled[call.route.path])
        versions.check(call.query.get("api-version"), family, kind, ", ".join(regions.REGIONS))

    def _check_subscription(self, call: Call) -> None:
        asked = call.values.get("subscriptionId", self.account.subscription)
        if asked.lower() != self.account.subscription:
            text = f"The subscription '{asked}' could not be found."
            raise ArmError(404, "SubscriptionNotFound", text)

    def within(self, method: str, path: str, version: str, body: Any, base: str, principal: str) -> Response:
        """A call that the cloud makes by itself, for somebody who may do it or not."""
        builder = EnvironBuilder(path, base, {"api-version": version}, method=method, json=body)
        return self._answered(builder.get_request(Request), lambda _: principal)

    # Refusals

    def not_found(self, request: Request) -> Refusal:
        others = self._map.bind("").allowed_methods(self.path(request))
        if others:
            text = f"The requested resource does not support http method '{request.method}'."
            return ArmError(405, "MethodNotAllowed", text, headers={"Allow": ", ".join(sorted(others))})
        return spelling.no_such_type(request.path)

    def forbidden(self, call: Call, missing: str) -> Refusal:
        return ArmError(
            403,
            "AuthorizationFailed",
            f"The client '{call.principal}' with object id '{call.principal}' does not have authorization to perform "
            f"action '{missing}' over scope '{spelling.scope(call.request.path)}' or the scope is invalid. If access "
            "was recently granted, please refresh your credentials.",
        )

    def require_linked(self, call: Call, links: Mapping[str, str]) -> None:
        """`links`: what must be allowed on other resources, and on which. Raises ArmError."""
        allowed = self.settings.permissions
        for action, scope in links.items():
            if allowed is not None and action not in allowed:
                raise ArmError(
                    403,
                    "LinkedAuthorizationFailed",
                    f"The client '{call.principal}' with object id '{call.principal}' has permission to perform action "
                    f"'{call.route.permissions[0]}' on scope '{spelling.scope(call.request.path)}'; however, it does "
                    f"not have permission to perform action(s) '{action}' on the linked scope(s) '{scope}' "
                    "(respectively) or the linked scope(s) are invalid.",
                )

    def broken(self, error: Exception) -> Refusal:
        return ArmError(500, "InternalServerError", f"The twin itself has failed: {error!r}")

    # What all resources ask

    def group(self, resource: ResourceId) -> Thing:
        """The resource's group. Raises ArmError."""
        found = self.centre.find(resource.group_key)
        if found is None:
            raise no_group(resource.group)
        return found

    def group_to_write(self, resource: ResourceId) -> Thing:
        found = self.group(resource)
        if found.state is State.LEAVING:
            raise ArmError(
                409,
                "ResourceGroupBeingDeleted",
                f"The resource group '{found.body['name']}' is in deprovisioning state and cannot perform this "
                "operation.",
            )
        return found

    def subscription_id(self) -> str:
        return f"/subscriptions/{self.account.subscription}"

    def group_id(self, name: str) -> str:
        return group_id(self.account.subscription, name)

    def accepted(self, call: Call, job: Job, *, location: bool = True) -> Response:
        return Response(status=202, headers=self.operations.headers(call, job, location=location))
