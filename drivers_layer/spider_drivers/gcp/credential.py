"""A service account's key as the SDK takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from google.auth.crypt import RSASigner
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from ..contract import Invalid, reach

SCOPE = "https://www.googleapis.com/auth/compute"  # of what a token allows: nothing but Compute Engine
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # never called: the key itself signs the tokens

# Reading a key checks its primes, which takes 40 ms: connections that live at the same time share it.
_signers: WeakValueDictionary[bytes, Any] = WeakValueDictionary()


def credentials(values: Mapping[str, str]) -> Any:
    """Raises Invalid."""
    email, pem = reach.needed(values, "ClientEmail"), reach.needed(values, "PrivateKey")
    signer = _signer(reach.lines(pem) + "\n", values.get("PrivateKeyID") or None)
    return service_account.Credentials(signer, email, _TOKEN_URI, scopes=[SCOPE], always_use_jwt_access=True)


def _signer(pem: str, key_id: str | None) -> Any:
    digest = hashlib.sha256(f"{key_id} {pem}".encode()).digest()
    signer = _signers.get(digest)
    if signer is None:
        try:
            signer = _signers[digest] = RSASigner.from_string(pem, key_id)
        except (ValueError, TypeError, GoogleAuthError):
            # Without the cause, which may hold a part of the key.
            raise Invalid("PrivateKey is no private key in PEM", field="PrivateKey") from None
    return signer
