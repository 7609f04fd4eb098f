"""What is known of an operation before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Opening:
    """What an operation is about. `secret` is shown by its own answers only (a private key). `force`: a delete that
    ends with the identity, whatever the cloud says. `cloud_name`: what the cloud is to call it, if not by its name.
    `changed`: when the resource was controlled last."""

    id: str
    verb: str
    kind: str
    connection: str
    owner: str
    name: str
    system_id: str
    token: str
    request: Any
    secret: str | None
    seconds: float
    force: bool = False
    cloud_name: str = ""
    changed: str = ""
