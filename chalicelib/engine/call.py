"""What a face (REST, later gRPC) hands to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..catalogue.vocabulary import Action, Kind


@dataclass(frozen=True, kw_only=True)
class Call:
    """`name` and `member` come from the path. `transform`: ON, OFF, or "" as Spider is set. `body`: the request in the
    contract's shape. `fingerprint`: equal for equal requests, to tell an idempotency key that is used again from one
    that is misused. `waits`: seconds, where fewer are left than Spider is set to wait. `address`: where the caller has
    reached the API. `traceparent`: W3C's, of the caller's span."""

    action: Action
    name: str = ""
    member: str = ""
    connection: str = ""
    body: Any = None
    transform: str = ""
    idempotency_key: str = ""
    fingerprint: str = ""
    respond_async: bool = False
    waits: float | None = None
    request_id: str = ""
    address: str = ""
    traceparent: str = ""

    @property
    def kind(self) -> Kind:
        if self.action.kind is None:
            raise TypeError(f"{self.action.name} is of no kind")
        return self.action.kind
