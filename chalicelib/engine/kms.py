"""Sealing keys that are kept in the store, and that only KMS can read."""

from __future__ import annotations

import secrets
from typing import Any

from spider_drivers.contract import OutOfService

from .. import aws
from ..store import CONNECTIONS, Conflict, Item, Put, Store
from .sealing import Sealer
from .settings import Settings

# Beside drivers, credentials, regions and connection configs; no word of theirs.
KIND, NAME = "sealing-key", "keys"


def open_sealer(settings: Settings, store: Store) -> Sealer:
    """As the settings say. Raises OutOfService."""
    return kms_sealer(store, aws.client("kms", settings.aws_region), settings.kms_key, settings.table_prefix)


def kms_sealer(store: Store, kms: Any, key: str, purpose: str) -> Sealer:
    """A sealer under the store's own data keys, which are made when missing. Raises OutOfService.

    kms      botocore's client
    key      id, ARN or alias of the KMS key that the data keys are sealed under
    purpose  for what, as KMS's encryption context has it: another one opens nothing
    """
    context = {"spider": purpose}
    try:
        row = store.get(CONNECTIONS, (KIND, NAME)) or _made(store, kms, key, context)
        keys = {
            key_id: kms.decrypt(KeyId=key, CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"]
            for key_id, sealed in row["keys"].items()
        }
    except aws.ERRORS as error:
        raise OutOfService(f"KMS does not give the sealing key: {error}", retry_after=1.0) from error
    return Sealer(keys, row["current"])


def _made(store: Store, kms: Any, key: str, context: dict[str, str]) -> Item:
    """Of two processes that make it at once, one's stays and both read it."""
    sealed = kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    key_id = secrets.token_hex(4)
    row = {"kind": KIND, "name": NAME, "current": key_id, "keys": {key_id: sealed["CiphertextBlob"]}}
    try:
        store.write(Put(CONNECTIONS, row, if_absent=True))
    except Conflict:
        return store.get(CONNECTIONS, (KIND, NAME)) or row
    return row
