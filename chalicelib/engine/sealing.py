"""Seals secrets with AES-256-GCM, each bound to the place it is kept at.

Form of a sealed value: `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in url-safe base64.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from spider_drivers.contract import OutOfService

VERSION = "v1"
NONCE_BYTES = 12


class BrokenSeal(OutOfService):
    """The value was changed, moved to another place, or sealed under a key that is not here."""


class Sealer:
    """`keys`: 32-byte keys by id. New values are sealed under `current`; old keys go on opening old values."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._marks = {key_id: hmac.digest(key, b"mark", "sha256") for key_id, key in keys.items()}
        self._current = current

    def seal(self, text: str, place: str) -> str:
        """`text` sealed for `place` (any string that is the same when it is opened)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), place.encode())
        return ".".join((VERSION, self._current, _encode(nonce), _encode(sealed)))

    def open(self, sealed: str, place: str) -> str:
        """Raises BrokenSeal."""
        try:
            version, key_id, nonce, data = sealed.split(".")
            if version != VERSION:
                raise BrokenSeal(f"unknown form of seal: {version[:8]}")
            return self._keys[key_id].decrypt(_decode(nonce), _decode(data), place.encode()).decode()
        except (ValueError, KeyError, InvalidTag) as cause:
            raise BrokenSeal("a sealed value was changed, moved, or its key is missing from sealing.key") from cause

    def mark(self, text: str) -> str:
        """What tells `text` again without telling what it is."""
        return f"{self._current}.{self._digest(self._current, text)}"

    def is_marked(self, mark: str, text: str) -> bool:
        key_id = mark.partition(".")[0]
        return key_id in self._marks and hmac.compare_digest(mark, f"{key_id}.{self._digest(key_id, text)}")

    def _digest(self, key_id: str, text: str) -> str:
        return hmac.digest(self._marks[key_id], text.encode(), "sha256").hex()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)


def local_sealer(path: Path) -> Sealer:
    """A sealer under the key file at `path`, which is made (mode 0600) when missing.

    The file is JSON: {"current": id, "keys": {id: base64 of 32 bytes}}. To rotate, add a key and name it current.
    """
    if not path.exists():
        _make_key_file(path)
    held = json.loads(path.read_text())
    keys = {key_id: base64.b64decode(key) for key_id, key in held["keys"].items()}
    return Sealer(keys, held["current"])


def _make_key_file(path: Path) -> None:
    """Of two processes that make it at once, one's file stays and both read it."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_id = secrets.token_hex(4)
    held = {"current": key_id, "keys": {key_id: base64.b64encode(os.urandom(32)).decode()}}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(held, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
