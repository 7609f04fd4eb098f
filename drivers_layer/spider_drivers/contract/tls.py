"""TLS towards a cloud."""

from __future__ import annotations

import ssl
from functools import lru_cache

from . import reach


def tls_context(ca: str | None, public: str | None = None) -> ssl.SSLContext:
    """The caller's own. `ca` (PEM) replaces the public authorities; those are the file `public`, or certifi's, which
    all SDKs but boto3 bring. Raises Invalid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        reach.trust(context, ca)
    else:
        context.load_verify_locations(cafile=public or _certifi())
    return context


@lru_cache(maxsize=64)
def shared_tls_context(ca: str | None, public: str | None = None) -> ssl.SSLContext:
    """One for all that trust the same, and never to be changed: to read the public authorities takes 18 ms of
    computing, for each connection anew. Raises Invalid."""
    return tls_context(ca, public)


def _certifi() -> str:
    import certifi

    return certifi.where()
