"""Alibaba Cloud's RPC API on the wire, for both SDKs. What it serves is the table in api.py."""

from __future__ import annotations

from functools import partial
from typing import Any

from werkzeug.wrappers import Request, Response

from ..clock import TwinClock
from ..facade import Call, Facade, Refusal, Route, json_response
from ..faults import ALIBABA
from . import addresses, api, parameters, wire
from .account import Account
from .catalogue.places import DEFAULT_REGION, REGIONS
from .errors import AlibabaError, mandatory, new_request_id, unserved

METHODS = ("GET", "POST")
_FORM = "application/x-www-form-urlencoded"
_OURS = ("SignatureMethod=", *(f"Version={one}" for one in wire.PRODUCTS))


class Alibaba(Facade):
    """One account, whose access key is `alibaba.json`."""

    name = "alibaba"
    dialect = ALIBABA
    header = "HTTP_X_ACS_ACTION"

    def __init__(self, clock: TwinClock) -> None:
        self.account = Account()
        routes = [
            Route(one.name, method, one.path, partial(self._act, one), (one.permission,))
            for one in api.OPERATIONS
            for method in METHODS
        ]
        super().__init__(clock, routes)

    def claims(self, path: str, query: str) -> bool:
        """By the version, for EC2 has calls of the same form. Both SDKs name the action in a header, too."""
        return path == "/" and any(one in query for one in _OURS)

    def files(self, plain: str, tls: str) -> dict[str, str]:
        return {"alibaba.json": self.account.file()}

    def furnish(self) -> None:
        addresses.open_pool(self)

    def path(self, request: Request) -> str:
        """Made of product and action. Raises AlibabaError."""
        sent = wire.read(request)
        for name in ("Action", "Version"):
            if not getattr(sent, name.lower()):
                raise mandatory(name)
        if not sent.product:
            raise AlibabaError(400, "InvalidVersion", "Specified parameter Version is not valid.")
        return f"/{sent.product}/{sent.action}"

    def authenticate(self, request: Request) -> str:
        return self.account.authenticate(request)

    def not_found(self, request: Request) -> Refusal:
        text = "Specified api is not found, please check your url and method."
        return AlibabaError(404, "InvalidAction.NotFound", text)

    def forbidden(self, call: Call, missing: str) -> Refusal:
        text = "User not authorized to operate on the specified resource, or this API doesn't support RAM."
        return AlibabaError(403, "Forbidden.RAM", text)

    def broken(self, error: Exception) -> Refusal:
        text = f"The request processing has failed due to some unknown error: {type(error).__name__}: {error}"
        return AlibabaError(500, "InternalError", text)

    def answer(self, call: Call) -> Response:
        made: dict[str, Any] = call.route.act(call)
        return json_response({"RequestId": new_request_id(), **made})

    def _act(self, operation: api.Operation, call: Call) -> dict[str, Any]:
        """Raises AlibabaError."""
        sent = wire.read(call.request)
        if call.request.get_data() and call.request.mimetype != _FORM:
            raise unserved("a body that is no form")
        wanted = sent.common.get("Format", "" if not sent.signed_by_header else "JSON")
        if wanted.upper() != "JSON":
            # Without a Format, the real service answers in XML.
            raise unserved("answers in XML: ask for the Format JSON")
        region = sent.own.get("RegionId") or DEFAULT_REGION
        if region not in REGIONS:
            raise AlibabaError(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
        try:
            return operation.act(self, parameters.read(operation.shape, sent.own, region))
        except AlibabaError as refusal:
            refusal.product = operation.product
            raise
