"""Cloudit's API, version 5, on the wire. What it serves is the table in api.py."""

from __future__ import annotations

from functools import partial
from typing import Any

from werkzeug.wrappers import Request, Response

from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route
from ..faults import CLOUDIT
from ..settings import Settings
from . import addresses, api, groups, subnets, tenants
from .account import TENANT, Account
from .catalogue import fixed_id
from .errors import CloudItError, invalid

HAS = ("transition_seconds", "exhausted", "quotas")


class CloudItSettings(Settings):
    """Cloudit's permissions are not known, and its lists have no pages."""

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in HAS}

    def checked(self, data: Any) -> dict[str, Any]:
        for name in data.keys() - set(HAS) if isinstance(data, dict) else ():
            raise ValueError(f"{name}: cloudit has only {', '.join(HAS)}")
        return super().checked(data)


class CloudIt(Facade):
    """One account, whose token is in `cloudit.json`. Its tenants are tnt0000 to tnt9999; the file names one."""

    name = "cloudit"
    dialect = CLOUDIT

    def __init__(self, clock: TwinClock) -> None:
        self.account = Account()
        self._methods = {one.name: one for one in api.METHODS}
        super().__init__(
            clock, [Route(one.name, one.method, one.whole_path, partial(one.act, self)) for one in api.METHODS]
        )
        self.settings = CloudItSettings()

    def claims(self, path: str, _: str) -> bool:
        return path.startswith("/cloudit/")

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"cloudit.json": self.account.file(plain)}

    def furnish(self) -> None:
        """The tenant that the account's file names; the others with their first call."""
        addresses.open_pool(self)
        self._furnish_tenant(TENANT)

    def authenticate(self, request: Request) -> str:
        return self.account.authenticate(request)

    def answer(self, call: Call) -> Response:
        method = self._methods[call.route.name]
        if call.query:
            raise invalid(f"The parameter '{next(iter(call.query))}' is unknown.")
        _check_body(call, method)
        self._furnish_tenant(tenants.of_call(call))
        return super().answer(call)

    def not_found(self, request: Request) -> Refusal:
        return CloudItError(404, "NOT_FOUND", f"There is no {request.method} {request.path}.")

    def forbidden(self, call: Call, missing: str) -> Refusal:
        raise AssertionError("no method asks for a permission")

    def broken(self, error: Exception) -> Refusal:
        text = f"The twin itself has failed: {type(error).__name__}: {error}"
        return CloudItError(500, "INTERNAL_ERROR", text)

    def _furnish_tenant(self, tenant: str) -> None:
        subnet, group = tenants.beginnings(tenant)
        if self.centre.find(subnet):
            return
        subnets.add(
            self,
            tenant,
            fixed_id(tenant, tenants.DEFAULT_SUBNET),
            {"name": tenants.DEFAULT_SUBNET, "addr": tenants.DEFAULT_ADDRESS, "protection": 1},
        )
        rules = [
            {"name": f"{tenants.DEFAULT_GROUP}-{number}", "type": type_, "port": port, "target": "0.0.0.0/0"}
            | {"protocol": protocol}
            for number, (type_, port, protocol) in enumerate((("inbound", "22", "tcp"), ("outbound", "1-65535", "all")))
        ]
        body = {"name": tenants.DEFAULT_GROUP, "protection": 1, "rules": rules}
        groups.add(self, tenant, fixed_id(tenant, tenants.DEFAULT_GROUP), body)
        assert self.centre.find(group)


def _check_body(call: Call, method: api.Method) -> None:
    """Raises CloudItError. A body where none is needed is passed over with reads alone: CB-Spider's client sends the
    body of its create again with each look at the server."""
    if not method.takes_body:
        if call.request.get_data() and method.method != "GET":
            raise invalid("This call takes no body.")
        return
    if call.request.mimetype != "application/json":
        raise CloudItError(415, "UNSUPPORTED_MEDIA_TYPE", "The Content-Type must be application/json.")
    try:
        if call.body is None:
            raise invalid("This call needs a body.")
    except ValueError as error:
        raise invalid(f"The body is no JSON: {error}") from None
