"""The twin's one service account: its key file, and what proves that a caller has it.

Sources: "Using OAuth 2.0 for Server to Server Applications" (the assertion, its claims, `invalid_grant`), AIP-4111
(self-signed JWTs as access tokens), and the 401s of Google's front end.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Request, Response

from ..facade import json_response
from .errors import GceError

PROJECT = "cloud-twin-project"
PROJECT_NUMBER = "415104041262"
AUDIENCE = "https://compute.googleapis.com/"
SCOPES = frozenset(
    (
        "https://www.googleapis.com/auth/cloud-platform",
        "https://www.googleapis.com/auth/compute",
    )
)
# google-auth names Google's own, whatever the key file says; older clients the older ones.
TOKEN_AUDIENCES = (
    "https://oauth2.googleapis.com/token",
    "https://accounts.google.com/o/oauth2/token",
    "https://www.googleapis.com/oauth2/v4/token",
)
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS = 3599
MOST_SEEN = 1000
LONGEST_ASSERTION = 3600
# Google's front end takes clocks that are a little off.
LEEWAY_SECONDS = 60
_CERTIFICATES = "https://www.googleapis.com/robot/v1/metadata/x509/"
_MORE = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)

_INFO = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com"}


class Account:
    """The tokens that it has been given are good until they expire, in real time. To check a signature takes longer
    than most calls, so what a signed one proves is remembered until then."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = secrets.token_hex(20)
        self._client_id = str(10**20 + secrets.randbelow(10**20))
        self.email = f"cloud-twin@{PROJECT}.iam.gserviceaccount.com"
        self._tokens: dict[str, float] = {}
        self._seen: dict[tuple[str, str], float] = {}

    def key_file(self, twin: str) -> str:
        """As Google Cloud gives it out once, in JSON."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        data = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": self._key_id,
            "private_key": pem.decode(),
            "client_email": self.email,
            "client_id": self._client_id,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": f"{twin}/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": _CERTIFICATES + self.email.replace("@", "%40"),
            "universe_domain": "googleapis.com",
        }
        return json.dumps(data, indent=2) + "\n"

    def authenticate(self, request: Request) -> str:
        """Who calls. Raises GceError."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token:
            raise _missing()
        if kind.lower() == "bearer" and (self._was_given(token) or self._is_signed(token, request)):
            return self.email
        raise _wrong()

    def token(self, request: Request) -> Response:
        """OAuth 2.0's JWT-bearer grant (RFC 7523). Refusals are OAuth's, not Compute Engine's."""
        form = request.form
        if form.get("grant_type") != GRANT:
            return _refused("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        try:
            claims = self._claims(form.get("assertion", ""), {*TOKEN_AUDIENCES, f"{request.host_url}token"})
        except jwt.PyJWTError as error:
            return _refused("invalid_grant", f"Invalid JWT: {error}")
        if not SCOPES & _scopes(claims):
            return _refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        token = f"ya29.c.{secrets.token_urlsafe(96)}"
        self._tokens[token] = time.time() + TOKEN_SECONDS
        return json_response({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    def _was_given(self, token: str) -> bool:
        return self._tokens.get(token, 0.0) > time.time()

    def _is_signed(self, token: str, request: Request) -> bool:
        """A JWT that the account itself has signed for this service: by audience, or by scope without one."""
        host = request.host_url
        if self._seen.get((token, host), 0.0) > time.time():
            return True
        try:
            claims = self._claims(token, {AUDIENCE, AUDIENCE.rstrip("/"), host, host.rstrip("/")})
        except jwt.PyJWTError:
            return False
        if "aud" not in claims and not SCOPES & _scopes(claims):
            return False
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen[token, host] = claims["exp"]
        return True

    def _claims(self, token: str, audiences: Collection[str]) -> Mapping[str, Any]:
        """Of a JWT whose key, issuer, subject, times and audience (if it has one) are right. Raises PyJWTError."""
        if jwt.get_unverified_header(token).get("kid", self._key_id) != self._key_id:
            raise jwt.InvalidTokenError("No valid verifier found for issuer.")
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key.public_key(),
            algorithms=["RS256"],
            issuer=self.email,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "iat", "exp"], "verify_aud": False},
        )
        if claims.get("sub", self.email) != self.email:
            raise jwt.InvalidTokenError("the subject is not the account itself")
        if not 0 < claims["exp"] - claims["iat"] <= LONGEST_ASSERTION:
            raise jwt.InvalidTokenError(
                "Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim."
            )
        if "aud" in claims and claims["aud"] not in audiences:
            raise jwt.InvalidAudienceError("the audience is another")
        return claims


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    return set(str(claims.get("scope", "")).split())


def _missing() -> GceError:
    message = f"Request is missing required authentication credential. {_MORE}"
    return _refusal("required", message, "Login Required.", details=[{**_INFO, "reason": "CREDENTIALS_MISSING"}])


def _wrong() -> GceError:
    return _refusal("authError", f"Request had invalid authentication credentials. {_MORE}", "Invalid Credentials")


def _refusal(reason: str, message: str, short: str, details: list[dict[str, str]] | None = None) -> GceError:
    where = {"location": "Authorization", "locationType": "header"}
    return GceError(401, reason, message, short=short, status_name="UNAUTHENTICATED", details=details, **where)


def _refused(code: str, why: str) -> Response:
    return json_response({"error": code, "error_description": why}, 400)
