"""TLS as the credential says, and by nothing else: no file stays on disk, no variable of the environment is heeded."""

from __future__ import annotations

import os
import ssl
import tempfile

from ..contract import Invalid, reach
from ..contract.wire import tls_context


def context(ca: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """`ca` (PEM) replaces the public authorities. Raises Invalid naming the key whose PEM cannot be read."""
    made = tls_context(ca)
    if certificate and not key:
        raise Invalid("the key ClientKey is missing: there is a ClientCertificate", field="ClientKey")
    if key and not certificate:
        raise Invalid("the key ClientCertificate is missing: there is a ClientKey", field="ClientCertificate")
    if certificate and key:
        _show(made, certificate, key)
    return made


def _show(made: ssl.SSLContext, certificate: str, key: str) -> None:
    reach.trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, "ClientCertificate")
    # ssl reads these two from files only. mkstemp's are this user's alone (0600).
    number, path = tempfile.mkstemp(prefix="spider-docker-")
    try:
        with os.fdopen(number, "w") as file:
            file.write(f"{reach.lines(certificate)}\n{reach.lines(key)}\n")
        made.load_cert_chain(path, password="")  # not None: OpenSSL would ask the terminal
    except (ssl.SSLError, ValueError):
        text = "ClientKey is no unencrypted private key in PEM that fits ClientCertificate"
        raise Invalid(text, field="ClientKey") from None
    finally:
        os.unlink(path)  # noqa: PTH108
