"""Tags of what users make. A change is one part, awaited until reads show it; sent twice, it does the same."""

from __future__ import annotations

from ..contract import Attempt, Invalid, NotFound, Part, Ref, TagHandler, Wait, converge
from .connection import Client
from .memory import Row

KINDS = ("vpc", "subnet", "security_group", "key_pair", "vm")
# By these Spider finds again what it has made.
_RESERVED = "spider-"


class MockTags(TagHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        row_id = self._row(kind, ref, key)["id"]

        def make(_: str) -> str:
            self._client.call("tag_resource", kind=kind, resource_id=row_id, tags={key: value})
            return key

        def ready(_: str) -> Wait | None:
            return None if self._shown(kind, row_id, key) == value else Wait(1.0, f"the tag '{key}' is not shown yet")

        return converge.create([Part("tag", make=make, ready=ready)], attempt)

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        row_id = self._row(kind, ref, key)["id"]

        def make(_: str) -> str:
            self._client.call("untag_resource", kind=kind, resource_id=row_id, keys=[key])
            return key

        def ready(_: str) -> Wait | None:
            return None if self._shown(kind, row_id, key) is None else Wait(1.0, f"the tag '{key}' is still shown")

        return converge.create([Part("no tag", make=make, ready=ready)], attempt)

    def _row(self, kind: str, ref: Ref, key: str) -> Row:
        """What is to be tagged with `key`."""
        if key.startswith(_RESERVED):
            raise Invalid(f"a tag '{key}' is Spider's own", field="key")
        if kind not in KINDS:
            raise Invalid(f"a {kind} has no tags on this cloud", field="kind")
        row = self._client.one(f"describe_{kind}s", ref)
        if row.get("state") == "terminated":
            raise NotFound(f"the VM '{row['id']}' is terminated")
        return row

    def _shown(self, kind: str, row_id: str, key: str) -> str | None:
        row = self._client.one(f"describe_{kind}s", Ref("", row_id))
        value: str | None = row["tags"].get(key)
        return value
