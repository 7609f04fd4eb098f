"""Key pairs are made here, for every cloud alike; clouds get the public half."""

from __future__ import annotations

from dataclasses import dataclass, field

RSA_BITS = 3072


@dataclass(frozen=True)
class NewKey:
    """`public` is one OpenSSH line, `private` a PKCS#1 PEM (what CB-Spider's clients parse)."""

    public: str
    private: str = field(repr=False)


def generate() -> NewKey:
    # Loaded for key pairs alone: it takes a tenth of what a cold start of the whole service takes.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return NewKey(public.decode(), private.decode())
