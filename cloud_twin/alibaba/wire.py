"""What a request says, whichever of the two SDKs has sent it: the action, its version, its parameters.

The old one names all in the query or in a form; the new one (ACS3) names action and version in headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from werkzeug.wrappers import Request

PRODUCTS: Final[Mapping[str, str]] = {"2014-05-26": "ecs", "2016-04-28": "vpc"}
# "Common parameters" of the RPC API. RegionId is one of an operation's own, and yet both SDKs send it with each call.
COMMON: Final = frozenset(
    (
        "Action",
        "Version",
        "Format",
        "AccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "SignatureType",
        "Timestamp",
    )
)


_READ = "cloud_twin.alibaba.sent"


@dataclass(frozen=True)
class Sent:
    """`own`: the operation's parameters; `common`: the gateway's; `signed_by_header`: as the new SDK does."""

    action: str
    version: str
    own: Mapping[str, str] = field(repr=False)
    common: Mapping[str, str] = field(repr=False)
    signed_by_header: bool

    @property
    def product(self) -> str:
        """ "" for a version that neither product has."""
        return PRODUCTS.get(self.version, "")


def read(request: Request) -> Sent:
    """Of a request that has been read before it is remembered."""
    known = request.environ.get(_READ)
    if not isinstance(known, Sent):
        known = request.environ[_READ] = _read(request)
    return known


def _read(request: Request) -> Sent:
    request.get_data()  # what is parsed as a form is gone, unless it was read before
    given = {**request.args.to_dict(), **request.form.to_dict()}
    by_header = request.headers.get("Authorization", "").startswith("ACS3-")
    common = {name: value for name, value in given.items() if name in COMMON}
    own = {name: value for name, value in given.items() if name not in COMMON}
    if by_header:
        headers = request.headers
        return Sent(headers.get("x-acs-action", ""), headers.get("x-acs-version", ""), own, common, True)
    return Sent(common.get("Action", ""), common.get("Version", ""), own, common, False)
