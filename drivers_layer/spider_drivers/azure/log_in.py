"""The log-in at Entra with a client's secret: what it says, and nothing else that the SDK would look for."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..contract import Refused, Unavailable
from ..contract.wire import Answered, Silent

# A token that runs out within this time is asked for anew: what the SDK's own policy does.
EARLY_SECONDS = 300.0


_SALT = secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class _Token:
    """`ends`: seconds since the epoch."""

    text: str = field(repr=False)
    ends: float

    @property
    def serves(self) -> bool:
        return time.time() < self.ends - EARLY_SECONDS


# The process's tokens, by whom they are of: connections come and go, and each log-in is two calls.
_kept: dict[tuple[str, ...], _Token] = {}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who logs in, where and what for."""

    authority: str
    tenant: str
    client: str
    secret: str = field(repr=False)
    scope: str

    @property
    def key(self) -> tuple[str, ...]:
        """Without the secret itself; another secret is another key."""
        digest = hashlib.blake2b(self.secret.encode(), key=_SALT).hexdigest()
        return (self.authority, self.tenant, self.client, digest, self.scope)


class LogIn:
    """`transport`: makes azure-core's, for the first token."""

    def __init__(self, principal: Principal, transport: Callable[[], Any]) -> None:
        self._principal = principal
        self._transport = transport
        self._key = principal.key

    def token(self) -> str:
        """Raises Answered, Unavailable, Silent (never sent), Refused."""
        token = _kept.get(self._key)
        if token is None or not token.serves:
            found = self._asked()
            token = _kept[self._key] = _Token(found.token, float(found.expires_on))
        return token.text

    def forget(self) -> None:
        """The next call logs in anew: the cloud does not take this token any more."""
        _kept.pop(self._key, None)

    def _asked(self) -> Any:
        try:
            return client_secret(self._principal, self._transport()).get_token(self._principal.scope)
        except Exception as error:
            # The SDK wraps whatever its transport raises.
            for cause in _causes(error):
                if isinstance(cause, Silent) and not cause.never_sent:
                    text = f"the log-in got no answer: {cause.error}"
                    raise Unavailable(text, code=type(cause.error).__name__, text=str(cause.error)) from None
                if isinstance(cause, (Answered, Silent, Unavailable)):
                    raise cause from None
            raise Refused(f"the log-in failed: {error}", text=str(error)) from None


def policy(log_in: LogIn) -> Any:
    """That of azure-core's pipeline which shows the token."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class Bearer(SansIOHTTPPolicy):  # type: ignore[misc]  # mypy does not read the SDK
        def on_request(self, request: Any) -> None:
            request.http_request.headers["Authorization"] = f"Bearer {log_in.token()}"

    return Bearer()


def forget_all() -> None:
    _kept.clear()


def client_secret(principal: Principal, transport: Any) -> Any:
    """azure-identity's credential, whose calls go by the transport alone."""
    from azure.core.pipeline.policies import ContentDecodePolicy, RetryPolicy
    from azure.identity import ClientSecretCredential

    # It would write Entra's words into the log as they come.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    credential = ClientSecretCredential(
        principal.tenant,
        principal.client,
        principal.secret,
        authority=principal.authority,
        disable_instance_discovery=True,
        transport=transport,
        # The first takes from the SDK's own calls what only it understands.
        policies=[RetryPolicy.no_retries(), ContentDecodePolicy()],
    )
    # From AZURE_REGIONAL_AUTHORITY_NAME, which would lead elsewhere; there is no parameter that overrules it.
    credential._regional_authority = None
    return credential


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
