"""A request to EC2's Query API: form fields and who has signed for which region."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .errors import Refusal

VERSION = "2016-11-15"
LARGEST_BODY = 1024 * 1024
_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/\s,]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request, ?SignedHeaders=[^\s,]+, ?Signature=[0-9a-f]+"
)

Environ = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """`form` has neither Action nor Version."""

    action: str
    form: dict[str, str]
    region: str
    authorization: str

    @property
    def body(self) -> bytes:
        return urlencode({"Action": self.action, "Version": VERSION, **self.form}).encode()


def service(environ: Environ) -> str:
    """The service that the request is signed for; "ec2" where it is not signed."""
    found = _CREDENTIAL.match(environ.get("HTTP_AUTHORIZATION", ""))
    return found["service"] if found else "ec2"


def read(environ: Environ) -> Request:
    """Raises Refusal when the request is not signed or names no action of this version.

    That there is a signature is all that is looked at: the twin knows no secret keys.
    """
    fields = _fields(environ.get("QUERY_STRING", "")) | _fields(_body(environ).decode("utf-8", "replace"))
    region = _signed_region(environ.get("HTTP_AUTHORIZATION", ""))
    action, version = fields.pop("Action", ""), fields.pop("Version", "")
    if not action:
        raise Refusal("MissingAction", "The request must contain the parameter Action")
    if not version:
        raise Refusal("MissingParameter", "The request must contain the parameter Version")
    if version != VERSION:
        raise Refusal("NoSuchVersion", f"The requested version ({version}) of service AmazonEC2 does not exist")
    return Request(action, fields, region, environ["HTTP_AUTHORIZATION"])


def _signed_region(authorization: str) -> str:
    if not authorization:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    found = _CREDENTIAL.match(authorization)
    if not found:
        raise Refusal("IncompleteSignature", "The request signature does not conform to AWS standards")
    return found["region"]


def _body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_BODY:
        raise Refusal("InvalidQueryParameter", "The request is too long")
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _fields(encoded: str) -> dict[str, str]:
    return dict(parse_qsl(encoded, keep_blank_values=True))
