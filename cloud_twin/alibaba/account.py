"""The twin's one access key, and what proves that a caller has it.

Sources: "Request signatures" of the RPC API (HMAC-SHA1 over the sorted parameters), "V3 request syntax and signature
method" (ACS3-HMAC-SHA256 over a canonical request), "Common error codes" of the gateway.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import string
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from werkzeug.wrappers import Request

from . import wire
from .errors import AlibabaError, mandatory, unserved

# "The request is valid within 15 minutes of its time stamp."
LONGEST_AWAY_SECONDS = 15 * 60
NUMBER = "1470532084415211"
_MOST_NONCES = 100_000
_LETTERS = string.ascii_letters + string.digits
_AUTHORIZATION = re.compile(r"(ACS3-[\w-]+) Credential=([^,]*),\s*SignedHeaders=([^,]*),\s*Signature=([0-9a-f]*)")
_MUST_BE_SIGNED = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)


class Account:
    """Signatures go by real time. A nonce is kept for as long as a request with it could come again."""

    def __init__(self) -> None:
        self.key_id = "LTAI5t" + "".join(secrets.choice(_LETTERS) for _ in range(18))
        self._secret = "".join(secrets.choice(_LETTERS) for _ in range(30))
        self._nonces: dict[str, float] = {}

    def file(self) -> str:
        return json.dumps({"AccessKeyId": self.key_id, "AccessKeySecret": self._secret}, indent=2) + "\n"

    def authenticate(self, request: Request) -> str:
        """The account's number. Raises AlibabaError."""
        sent = wire.read(request)
        if sent.signed_by_header:
            self._check_header(request)
        else:
            self._check_parameters(request, sent.common)
        return NUMBER

    def _check_parameters(self, request: Request, common: Mapping[str, str]) -> None:
        for name in ("AccessKeyId", "Timestamp", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Signature"):
            if not common.get(name):
                raise mandatory(name)
        if common["SignatureMethod"] != "HMAC-SHA1" or common.get("SignatureType"):
            raise unserved("signatures of this method and type: only HMAC-SHA1 by an access key")
        if common["SignatureVersion"] != "1.0":
            raise AlibabaError(400, "InvalidSignatureVersion", "Specified parameter SignatureVersion is not valid.")
        _check_time(common["Timestamp"])
        self._check_key(common["AccessKeyId"])
        to_sign = string_to_sign(request.method, {**request.args.to_dict(), **request.form.to_dict()})
        wanted = base64.b64encode(hmac.digest(f"{self._secret}&".encode(), to_sign.encode(), hashlib.sha1)).decode()
        if not hmac.compare_digest(wanted.encode(), common["Signature"].encode()):
            text = "Specified signature is not matched with our calculation. server string to sign is:"
            raise AlibabaError(400, "SignatureDoesNotMatch", text + to_sign)
        self._use(common["SignatureNonce"])

    def _check_header(self, request: Request) -> None:
        """Of ACS3."""
        found = _AUTHORIZATION.fullmatch(request.headers["Authorization"])
        if not found:
            text = "The request signature does not conform to Aliyun standards."
            raise AlibabaError(400, "IncompleteSignature", text)
        method, key_id, signed, signature = found.groups()
        if method != "ACS3-HMAC-SHA256" or "x-acs-security-token" in request.headers:
            raise unserved("signatures of this method: only ACS3-HMAC-SHA256 by an access key")
        for name in _MUST_BE_SIGNED:
            if name not in signed.split(";") or not request.headers.get(name):
                raise AlibabaError(400, "IncompleteSignature", f"The header {name} must be there and be signed.")
        _check_time(request.headers["x-acs-date"])
        self._check_key(key_id)
        canonical = canonical_request(request, signed)
        to_sign = f"{method}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        wanted = hmac.digest(self._secret.encode(), to_sign.encode(), hashlib.sha256).hex()
        hashed = hashlib.sha256(request.get_data(cache=True)).hexdigest()
        if not hmac.compare_digest(wanted, signature) or hashed != request.headers["x-acs-content-sha256"]:
            text = f"Specified signature does not match our calculation. server StringToSign is [{to_sign}]"
            raise AlibabaError(400, "SignatureDoesNotMatch", f"{text} server CanonicalRequest is [{canonical}]")
        self._use(request.headers["x-acs-signature-nonce"])

    def _check_key(self, key_id: str) -> None:
        if key_id != self.key_id:
            raise AlibabaError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")

    def _use(self, nonce: str) -> None:
        """Raises AlibabaError for one that was used before."""
        now = time.time()
        if self._nonces.get(nonce, 0.0) > now:
            raise AlibabaError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        if len(self._nonces) >= _MOST_NONCES:
            self._nonces = {one: until for one, until in self._nonces.items() if until > now}
        self._nonces[nonce] = now + 2 * LONGEST_AWAY_SECONDS


def string_to_sign(method: str, parameters: Mapping[str, str]) -> str:
    """Of all parameters of the query and the form but the signature."""
    pairs = sorted((name, value) for name, value in parameters.items() if name != "Signature")
    canonical = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    return f"{method}&%2F&{_quoted(canonical)}"


def canonical_request(request: Request, signed: str) -> str:
    """`signed`: names of headers, in lower case, with semicolons between them."""
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(request.args.items()))
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed.split(";"))
    hashed = request.headers["x-acs-content-sha256"]
    return "\n".join((request.method, quote(request.path, safe="/~"), query, headers, signed, hashed))


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def _check_time(text: str) -> None:
    """Raises AlibabaError."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        why = "Specified time stamp or date value is not well formatted."
        raise AlibabaError(400, "InvalidTimeStamp.Format", why) from None
    if abs(moment.timestamp() - time.time()) > LONGEST_AWAY_SECONDS:
        raise AlibabaError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
