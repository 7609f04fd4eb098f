"""TLS towards a cloud. Only drivers whose SDK brings certifi import this module."""

from __future__ import annotations

import ssl

import certifi

from . import reach


def tls_context(ca: str | None) -> ssl.SSLContext:
    """`ca` (PEM) replaces the public authorities. Raises Invalid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        reach.trust(context, ca)
    else:
        context.load_verify_locations(cafile=certifi.where())
    return context
