"""The log-in at Entra with a client's secret: what it says, and nothing else that the SDK would look for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ..contract import Refused, Unavailable
from ..contract.wire import Answered, Silent

# A token that runs out within this time is asked for anew: what the SDK's own policy does.
EARLY_SECONDS = 300.0


class LogIn:
    """`open`: makes the SDK's credential, for the first token. A credential of azure-core's kind."""

    def __init__(self, open_credential: Callable[[], Any], scope: str) -> None:
        self._open = open_credential
        self._scope = scope
        self._credential: Any = None
        self._token = ""
        self._ends = 0.0

    def token(self) -> str:
        """Raises Answered, Unavailable, Silent (never sent), Refused."""
        if time.time() > self._ends - EARLY_SECONDS:
            if self._credential is None:
                self._credential = self._open()
            found = self._asked()
            self._token, self._ends = found.token, float(found.expires_on)
        return self._token

    def forget(self) -> None:
        """The next call logs in anew: the cloud does not take this token any more."""
        self._credential, self._ends = None, 0.0

    def _asked(self) -> Any:
        try:
            return self._credential.get_token(self._scope)
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


def client_secret(tenant: str, client: str, secret: str, authority: str, transport: Any) -> Any:
    """azure-identity's credential, whose calls go by the transport alone."""
    from azure.core.pipeline.policies import ContentDecodePolicy, RetryPolicy
    from azure.identity import ClientSecretCredential

    # It would write Entra's words into the log as they come.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    credential = ClientSecretCredential(
        tenant,
        client,
        secret,
        authority=authority,
        disable_instance_discovery=True,
        transport=transport,
        # The first takes from the SDK's own calls what only it understands.
        policies=[RetryPolicy.no_retries(), ContentDecodePolicy()],
    )
    # From AZURE_REGIONAL_AUTHORITY_NAME, which would lead elsewhere; there is no parameter that overrules it.
    credential._regional_authority = None
    return credential


def _causes(error: BaseException | None) -> Any:
    while error is not None:
        yield error
        error = error.__cause__
