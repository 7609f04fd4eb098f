"""A service account's key as the SDK takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from ..contract import Invalid, reach

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # never called: the key itself signs the tokens


def credentials(values: Mapping[str, str]) -> Any:
    """Raises Invalid."""
    account: dict[str, Any] = {
        "client_email": reach.needed(values, "ClientEmail"),
        "private_key": reach.lines(reach.needed(values, "PrivateKey")) + "\n",
        "token_uri": _TOKEN_URI,
        "private_key_id": values.get("PrivateKeyID") or None,
    }
    try:
        found = service_account.Credentials.from_service_account_info(account, scopes=[SCOPE])
    except (ValueError, TypeError, GoogleAuthError):
        # Without the cause, which may hold a part of the key.
        raise Invalid("PrivateKey is no private key in PEM", field="PrivateKey") from None
    return found.with_always_use_jwt_access(True)
