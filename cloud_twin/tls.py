"""Certificates for servers and clients on one machine, by an authority that lives in memory.

Python 3.13 checks chains strictly (RFC 5280): the authority has critical basicConstraints and keyUsage, every
certificate its key identifiers, and a server's names stand in subjectAltName.
"""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import private

LIFETIME = timedelta(days=30)
THIS_MACHINE = ("127.0.0.1", "localhost")
FILES = ("ca.pem", "cert.pem", "key.pem")  # as Docker's clients expect them in DOCKER_CERT_PATH


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str = field(repr=False)


class Authority:
    """A certificate authority. `certificate` is PEM."""

    def __init__(self, name: str = "Cloud-Twin") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._signed = (
            _begun(self._name, self._name, self._key.public_key(), self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = self._signed.public_bytes(serialization.Encoding.PEM).decode()

    def server(self, *hosts: str) -> Identity:
        """For names and addresses; by default those of this machine's loopback."""
        hosts = hosts or THIS_MACHINE
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        return self._issue(hosts[0], ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, name: str = "client") -> Identity:
        return self._issue(name, ExtendedKeyUsageOID.CLIENT_AUTH, x509.SubjectAlternativeName([x509.DNSName(name)]))

    def _issue(self, name: str, purpose: x509.ObjectIdentifier, names: x509.SubjectAlternativeName) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(_named(name), self._name, key.public_key(), self._key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Identity(
            certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
        )


def mutual(folder: Path) -> ssl.SSLContext:
    """A server of this machine that serves only whom it knows: writes into `folder` what a client needs (FILES)."""
    authority = Authority()
    client = authority.client()
    texts = (authority.certificate, client.certificate, client.key)
    private.write(folder, dict(zip(FILES, texts, strict=True)))
    return server_context(authority.server(), clients=authority.certificate)


def server_context(identity: Identity, *, clients: str | None = None) -> ssl.SSLContext:
    """`clients`: PEM of the authority whose certificate every client must show (mutual TLS)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, identity)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients)
    return context


def client_context(authority: str, identity: Identity | None = None) -> ssl.SSLContext:
    """Trusts `authority` (PEM) and no other."""
    context = ssl.create_default_context(cadata=authority)
    if identity:
        _load(context, identity)
    return context


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    """ssl reads keys from files only; this one is gone before the function returns."""
    with tempfile.TemporaryDirectory(prefix="cloud-twin-") as folder:
        pem = Path(folder) / "identity.pem"
        pem.write_text(identity.certificate + identity.key)
        context.load_cert_chain(pem)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
