"""Operations: each change of a cloud, written down before the cloud is touched."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from spider_drivers.contract import Clock, KeyReused, NotFound, SpiderError

from ..store import OPERATIONS, Change, Conflict, Item, Put, Store, Update
from . import faults, shapes, times
from .call import Call
from .history import spans
from .sealing import Sealer
from .settings import Settings

if TYPE_CHECKING:
    from .opening import Opening

SHARDS = 4  # of the indexes that lead to operations of every connection
DONE = frozenset({"SUCCEEDED", "FAILED"})


class State(StrEnum):
    RUNNING = "RUNNING"
    COMPENSATING = "COMPENSATING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


def is_over(row: Item) -> bool:
    """Finished, or known to fail and not undone at the first try."""
    undoing = row["state"] == State.COMPENSATING and row.get("failures", 0) > 0
    return undoing or row["state"] in DONE


def is_to_be_looked_for(row: Item, now: datetime) -> bool:
    """Finished, and time to see whether the cloud has something of it all the same."""
    look = times.read_or_none(row.get("look"))
    return row["state"] in DONE and look is not None and look <= now


class Operations:
    def __init__(self, store: Store, sealer: Sealer, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._settings = settings

    def open(self, opening: Opening, changes: Sequence[Change], call: Call) -> None:
        """One transaction: the operation, what it does to identities, and its idempotency key. Raises Conflict."""
        row = Put(OPERATIONS, self._row(opening, call), if_absent=True)
        self._store.write(row, *self._claim(opening.id, call), *changes)

    def replayed(self, call: Call) -> str | None:
        """The id of the operation that this call's idempotency key has opened before. Raises KeyReused."""
        row = self.keyed(call)
        return None if row is None or row.get("cancels") else str(row["operation"])

    def cancelled_by(self, call: Call) -> str | None:
        """The id of the operation that this call's idempotency key has cancelled before. Raises KeyReused."""
        row = self.keyed(call)
        return str(row["operation"]) if row and row.get("cancels") else None

    def keyed(self, call: Call) -> Item | None:
        """What is kept of this call's idempotency key: `operation`, and whether it `cancels` that. Raises KeyReused."""
        if not call.idempotency_key:
            return None
        row = self._store.get(OPERATIONS, (_key_id(call.idempotency_key),))
        if row and not self._sealer.is_marked(row["fingerprint"], call.fingerprint):
            raise KeyReused("this Idempotency-Key came before with another request", operation=row["operation"])
        return row

    def row(self, operation: str) -> Item:
        """Raises NotFound."""
        found = self._store.get(OPERATIONS, (operation,))
        if found is None or "state" not in found:
            raise NotFound(f"operation '{operation}' is unknown, or its result has expired", field="name")
        return found

    def rows(self, operations: Sequence[str]) -> dict[str, Item]:
        """Those that exist, by id, in one read."""
        found = self._store.get_many(OPERATIONS, [(one,) for one in operations]) if operations else []
        return {row["id"]: row for row in found if row}

    def of_connection(self, connection: str) -> Iterator[Item]:
        """Those of the last day, and whatever is not over; newest first."""
        cursor = None
        while True:
            page = self._store.query(OPERATIONS, connection, index="by_connection", reverse=True, cursor=cursor)
            yield from page.items
            cursor = page.cursor
            if not cursor:
                return

    def unfinished(self, until: datetime) -> Iterator[Item]:
        """Those of every connection that are due by then."""
        for shard in range(SHARDS):
            between = ("0", times.kept(until))
            yield from self._store.query(OPERATIONS, f"u{shard}", index="unfinished", between=between).items

    def request(self, row: Item) -> Any:
        """The request's shape, unsealed."""
        return shapes.told(json.loads(self._sealer.open(row["request"], f"request/{row['id']}")))

    def secret(self, row: Item) -> str | None:
        sealed = row.get("secret")
        return None if sealed is None else self._sealer.open(sealed, f"secret/{row['id']}")

    def outcome(self, row: Item) -> Any:
        """What an operation has come to: its answer, or its error raised (also while it is being undone)."""
        if row.get("error"):
            raise faults.told(row["error"], row["id"])
        result = shapes.told(row["result"])
        secret = self.secret(row)
        if secret is None:
            return result
        from ..catalogue.outcomes import IssuedKeyPair

        return IssuedKeyPair(result, secret)

    def cancel(self, operation: str, call: Call | None = None) -> None:
        """Has what is unfinished undone, and the call's idempotency key, if it has one, stand for that. Nothing happens
        to one that is finished. Raises NotFound, KeyReused."""
        undone = Update(OPERATIONS, (operation,), {"cancelled": True}, when={"state": State.RUNNING.value})
        claim = self._claim(operation, call, cancels=True) if call else []
        try:
            self._store.write(undone, *claim)
            return
        except Conflict:
            self.row(operation)
        with contextlib.suppress(Conflict):  # the same request has been here before
            self._store.write(*claim)
        if call:
            self.keyed(call)

    def _claim(self, operation: str, call: Call, *, cancels: bool = False) -> list[Put]:
        """Of the call's idempotency key, if it has one."""
        if not call.idempotency_key:
            return []
        row = {
            "id": _key_id(call.idempotency_key),
            "operation": operation,
            "cancels": cancels or None,
            "fingerprint": self._sealer.mark(call.fingerprint),
            "expires": self._expiry(),
        }
        return [Put(OPERATIONS, row, if_absent=True)]

    def _row(self, opening: Opening, call: Call) -> Item:
        now, shard = self._clock.now(), int(opening.id[:8], 16) % SHARDS
        secret = opening.secret
        return {
            "id": opening.id,
            "verb": opening.verb,
            "kind": opening.kind,
            "connection": opening.connection,
            "owner": opening.owner,
            "name": opening.name,
            "system_id": opening.system_id or None,
            "token": opening.token,
            "request": self._sealer.seal(json.dumps(shapes.kept(opening.request)), f"request/{opening.id}")
            if opening.request is not None
            else None,
            "secret": None if secret is None else self._sealer.seal(secret, f"secret/{opening.id}"),
            "force": opening.force or None,
            "cloud_name": opening.cloud_name or None,
            "changed": opening.changed or None,
            "request_id": call.request_id,
            "traceparent": spans.carried(),
            "state": State.RUNNING.value,
            "fence": 0,
            "attempts": 0,
            "parts": {},
            "created": times.kept(now),
            "updated": times.kept(now),
            "deadline": times.kept(times.after(now, opening.seconds)),
            "at": f"{times.kept(now)}#{opening.id}",
            "shard": f"o{shard}",
            "unfinished": f"u{shard}",
            "due": times.kept(now),
        }

    def _expiry(self) -> int:
        return int(self._clock.now().timestamp() + self._settings.result_ttl)

    def finish(
        self,
        row: Item,
        fence: int,
        *,
        result: Any = None,
        error: SpiderError | None = None,
        look: bool = False,
        in_the_end: SpiderError | None = None,
    ) -> Update:
        """The change that ends an operation. Its answers stay readable for a day. With `look`, the cloud is looked at
        once more; `in_the_end`: what its error is when that is done."""
        now = self._clock.now()
        due = times.kept(times.after(now, self._settings.look_seconds)) if look else None
        change = {
            "state": (State.SUCCEEDED if error is None else State.FAILED).value,
            "result": None if error is not None else shapes.kept(result),
            "error": None if error is None else faults.kept(error),
            "secret": row.get("secret") if error is None else None,
            "waits_for": None,
            "lease_until": None,
            "unfinished": row["unfinished"] if look else None,
            "due": due,
            "look": due,
            "in_the_end": None if in_the_end is None else faults.kept(in_the_end),
            "failures": None,
            "finished": times.kept(now),
            "updated": times.kept(now),
            "expires": self._expiry(),
        }
        return Update(OPERATIONS, (row["id"],), change, when={"fence": fence})

    def looked(self, row: Item, fence: int) -> Update:
        """The change after the last look: nothing of the operation is left at the cloud."""
        change = dict.fromkeys(("unfinished", "due", "look", "in_the_end", "lease_until", "waits_for"))
        error = row.get("in_the_end") or row.get("error")
        return Update(OPERATIONS, (row["id"],), {**change, "error": error}, when={"fence": fence})


def _key_id(key: str) -> str:
    return f"key#{uuid.uuid5(uuid.NAMESPACE_OID, key).hex}"
