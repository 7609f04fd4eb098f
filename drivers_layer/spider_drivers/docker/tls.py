"""TLS as the credential says, and by nothing else: no file stays on disk, no variable of the environment is heeded."""

from __future__ import annotations

import os
import ssl
import tempfile

import certifi

from ..contract import Invalid


def context(ca: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """`ca` (PEM) replaces the public authorities. Raises Invalid naming the key whose PEM cannot be read."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        _trust(made, ca, "CA")
    else:
        made.load_verify_locations(cafile=certifi.where())
    if certificate and not key:
        raise Invalid("the key ClientKey is missing: there is a ClientCertificate", field="ClientKey")
    if key and not certificate:
        raise Invalid("the key ClientCertificate is missing: there is a ClientKey", field="ClientCertificate")
    if certificate and key:
        _show(made, certificate, key)
    return made


def _trust(made: ssl.SSLContext, pem: str, field: str) -> None:
    try:
        made.load_verify_locations(cadata=_lines(pem))
    except (ssl.SSLError, ValueError):
        raise Invalid(f"{field} is no certificate in PEM", field=field) from None


def _show(made: ssl.SSLContext, certificate: str, key: str) -> None:
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, "ClientCertificate")
    # ssl reads these two from files only. mkstemp's are this user's alone (0600).
    number, path = tempfile.mkstemp(prefix="spider-docker-")
    try:
        with os.fdopen(number, "w") as file:
            file.write(f"{_lines(certificate)}\n{_lines(key)}\n")
        made.load_cert_chain(path, password="")  # not None: OpenSSL would ask the terminal
    except (ssl.SSLError, ValueError):
        text = "ClientKey is no unencrypted private key in PEM that fits ClientCertificate"
        raise Invalid(text, field="ClientKey") from None
    finally:
        os.unlink(path)  # noqa: PTH108


def _lines(pem: str) -> str:
    """Line breaks may arrive as the two characters \\n."""
    return pem.replace("\\n", "\n").strip()
