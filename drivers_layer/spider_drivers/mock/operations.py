"""What the cloud in memory does when it is called: one method per API that changes something."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping

from .faults import WireError
from .machines import STATES, Machines
from .memory import Row
from .networks import Networks


class Operations(Networks, Machines):
    """All APIs."""

    def named(self, api: str) -> Callable[..., Row] | None:
        if api in STATES:
            return lambda vm_id: self._change_state(api, vm_id)
        return None if api.startswith(("_", "named")) else getattr(self, api, None)

    def import_key_pair(self, name: str, public_key: str, tags: Mapping[str, str]) -> Row:
        if any(key["name"] == name for key in self._memory.all("key_pair", self._now)):
            raise WireError("KeyPairDuplicate", f"The key pair '{name}' already exists.")
        return self._new("key_pair", "key", name, tags, public_key=public_key, fingerprint=_fingerprint(public_key))

    def delete_key_pair(self, key_id: str) -> Row:
        self._existing("key_pair", key_id)
        return self._gone(key_id)

    def tag_resource(self, kind: str, resource_id: str, tags: Mapping[str, str]) -> Row:
        """Adds tags or sets them anew. What is terminated has tags to read only."""
        row = self._living(kind, resource_id)
        return self._changed(row, tags={**row["tags"], **tags})

    def untag_resource(self, kind: str, resource_id: str, keys: list[str]) -> Row:
        row = self._living(kind, resource_id)
        return self._changed(row, tags={key: value for key, value in row["tags"].items() if key not in keys})

    def _living(self, kind: str, resource_id: str) -> Row:
        row = self._existing(kind, resource_id)
        if row.get("state") == "terminated":
            raise WireError("VmNotFound", f"The VM '{resource_id}' is terminated.")
        return row


def _fingerprint(public_key: str) -> str:
    """As OpenSSH prints it: SHA256: and the digest of the key's blob."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, ValueError) as wrong:
        raise WireError("InvalidKeyFormat", "The key is not in OpenSSH's form.") from wrong
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
