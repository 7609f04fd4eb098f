"""Microsoft Entra: tokens for a service principal, and whose token a call bears.

Codes and texts: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from werkzeug.wrappers import Request, Response

from ..facade import Call, Refusal, json_response
from .account import Account
from .errors import ArmError

LIFETIME = 3599  # seconds, by real time
ARM = ("https://management.azure.com", "https://management.core.windows.net")
# Tenants that stand for any.
ANY = ("common", "organizations", "consumers")


class EntraError(Refusal):
    """OAuth's form (RFC 6749, section 5.2), with what Entra adds."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.number = number
        self.text = text

    def response(self) -> Response:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        body = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.text} Trace ID: {trace} "
            f"Correlation ID: {correlation} Timestamp: {now}",
            "error_codes": [self.number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return json_response(body, self.status)


class Entra:
    def __init__(self, account: Account) -> None:
        self.account = account
        self._kid = uuid.uuid4().hex

    # The log-in's own methods

    def openid_configuration(self, call: Call) -> Any:
        """OpenID Connect Discovery 1.0, section 3."""
        tenant = call.values["tenant"]
        self._check_tenant(tenant, any_of_them=True)
        shown = self.account.tenant if tenant not in ANY else "{tenantid}"
        base = f"{call.base}/{tenant}"
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{call.base}/{shown}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "tenant_region_scope": None,
        }

    def instance_discovery(self, call: Call) -> Any:
        """Which hosts are one cloud: MSAL asks before it trusts an authority that it does not know."""
        host = call.request.host
        return {
            "tenant_discovery_endpoint": f"{call.base}/{self.account.tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }

    def keys(self, call: Call) -> Any:
        public = RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
        return {"keys": [{**public, "use": "sig", "kid": self._kid, "x5t": self._kid}]}

    def token(self, call: Call) -> Any:
        form = call.request.form
        tenant = call.values["tenant"]
        self._check_tenant(tenant)
        if "grant_type" not in form:
            raise _missing("grant_type")
        if form["grant_type"] != "client_credentials":
            text = f"The app requested an unsupported grant type '{form['grant_type']}'."
            raise EntraError(400, "unsupported_grant_type", 70003, text)
        if not form.get("client_id"):
            raise _missing("client_id")
        self._check_client(form["client_id"], form.get("client_secret"), tenant)
        if not form.get("scope"):
            raise _missing("scope")
        return {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self._signed(self._audience(form["scope"], call.base)),
        }

    def _check_tenant(self, tenant: str, any_of_them: bool = False) -> None:
        if tenant.lower() != self.account.tenant and not (any_of_them and tenant in ANY):
            raise EntraError(
                400,
                "invalid_request",
                90002,
                f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into "
                "the correct cloud. Check with your subscription administrator, this may happen if there are no active "
                "subscriptions for the tenant.",
            )

    def _check_client(self, client: str, secret: str | None, tenant: str) -> None:
        if client.lower() != self.account.client:
            raise EntraError(
                400,
                "unauthorized_client",
                700016,
                f"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if "
                "the application has not been installed by the administrator of the tenant or consented to by any user "
                "in the tenant. You may have sent your authentication request to the wrong tenant.",
            )
        if not secret:
            text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            raise EntraError(401, "invalid_client", 7000218, text)
        if secret != self.account.secret:
            raise EntraError(
                401,
                "invalid_client",
                7000215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                f"value, not the client secret ID, for a secret added to app '{self.account.client}'.",
            )

    def _audience(self, scope: str, base: str) -> str:
        if not scope.endswith("/.default"):
            raise EntraError(
                400,
                "invalid_scope",
                1002012,
                f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value "
                "with /.default suffixed to the resource identifier (application ID URI).",
            )
        audience = scope.removesuffix("/.default")
        if audience.rstrip("/") not in (*ARM, base):
            raise EntraError(
                400,
                "invalid_resource",
                500011,
                f"The resource principal named {audience} was not found in the tenant named {self.account.tenant}. "
                "This "
                "can happen if the application has not been installed by the administrator of the tenant or consented "
                "to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
            )
        return audience

    def _signed(self, audience: str) -> str:
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.account.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": self.account.client,
            "appidacr": "1",
            "idp": f"https://sts.windows.net/{self.account.tenant}/",
            "idtyp": "app",
            "oid": self.account.principal,
            "sub": self.account.principal,
            "tid": self.account.tenant,
            "ver": "1.0",
        }
        return jwt.encode(claims, signing_key(), "RS256", {"kid": self._kid, "x5t": self._kid})

    # Whose token a call bears

    def principal(self, request: Request) -> str:
        """The object id of who calls. Raises ArmError."""
        sent = request.headers.get("Authorization")
        if sent is None:
            text = "Authentication failed. The 'Authorization' header is missing."
            raise self._refused("AuthenticationFailed", text)
        scheme, _, token = sent.partition(" ")
        if scheme.lower() != "bearer" or not token:
            text = "Authentication failed. The 'Authorization' header is provided in an invalid format."
            raise self._refused("AuthenticationFailedInvalidHeader", text)
        claims = self._claims(token.strip())
        self._check_audience(str(claims["aud"]), request.host_url.rstrip("/"))
        return str(claims["oid"])

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                signing_key().public_key(),
                ["RS256"],
                options={"verify_aud": False, "require": ["exp", "aud", "oid"]},
            )
        except jwt.ExpiredSignatureError:
            now = datetime.now(UTC)
            expiry = jwt.decode(token, options={"verify_signature": False})["exp"]
            text = (
                f"The access token expiry UTC time '{_american(datetime.fromtimestamp(expiry, UTC))}' is earlier than "
                f"current UTC time '{_american(now)}'."
            )
            raise self._refused("ExpiredAuthenticationToken", text) from None
        except jwt.InvalidTokenError:
            raise self._refused("InvalidAuthenticationToken", "The access token is invalid.") from None

    def _check_audience(self, audience: str, base: str) -> None:
        if audience.rstrip("/") in (*ARM, base):
            return
        allowed = ",".join(f"'{one}/','{one}'" for one in ARM)
        text = (
            f"The access token has been obtained for wrong audience or resource '{audience}'. It should exactly match "
            f"with one of the allowed audiences {allowed}."
        )
        raise self._refused("InvalidAuthenticationTokenAudience", text)

    def _refused(self, code: str, text: str) -> ArmError:
        """The header names the tenant: clients find it by asking without a token."""
        challenge = (
            f'Bearer authorization_uri="https://login.windows.net/{self.account.tenant}", error="invalid_token", '
            f'error_description="{text}"'
        )
        return ArmError(401, code, text, headers={"WWW-Authenticate": challenge})


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One for the process: to make it takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _american(moment: datetime) -> str:
    return f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}"


def _missing(name: str) -> EntraError:
    text = f"The request body must contain the following parameter: '{name}'."
    return EntraError(400, "invalid_request", 900144, text)
