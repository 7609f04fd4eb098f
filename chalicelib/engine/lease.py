"""A worker's hold on an operation: for a time, renewed while it works, told by a fence that only grows."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from spider_drivers.contract import INTENDED, Attempt, Cancelled, Clock

from ..store import MAX_CHANGES, OPERATIONS, Conflict, Item, Store, StoreUnavailable, Update
from . import times
from .operations import DONE, State, is_to_be_looked_for
from .settings import Settings

_REMOVING = frozenset({"delete", "delete_csp", "remove_subnet"})


class LeaseLost(Exception):
    """Another worker has taken the operation over; this one must not touch the cloud again."""


class Unknown(Exception):
    """No operation of that id is written down, or not yet."""


class NotDue(Exception):
    """Whoever has put the operation off has sent a message for its time. `seconds`: until then."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"due in {seconds:g} s")
        self.seconds = seconds


class Lease:
    """Every write is conditional on the fence. `row` is the operation as this lease knows it; `slot` the row of a turn
    at the cloud that goes with it (`limit.py`)."""

    slot: Item | None = None

    def __init__(self, store: Store, clock: Clock, seconds: float, row: Item) -> None:
        self.row = row
        self.fence: int = row["fence"]
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until = times.read(row["lease_until"])
        self._over = False
        self._changing = 0

    def save(self, **change: Any) -> None:
        """Raises LeaseLost."""
        with self._lock:
            self._save(**change)

    def _save(self, **change: Any) -> None:
        change["updated"] = times.kept(self._clock.now())
        try:
            self._store.write(Update(OPERATIONS, (self.row["id"],), change, when={"fence": self.fence}))
        except Conflict:
            raise LeaseLost(self.row["id"]) from None
        self.row = self.row | change
        if change.get("lease_until"):
            self._until = times.read(change["lease_until"])

    def renew(self) -> None:
        """Also learns of a cancellation. Raises LeaseLost. Does nothing for a lease that has ended."""
        with self._lock:
            if self._over:
                return
            self._save(**self._longer())
            fresh = self._store.get(OPERATIONS, (self.row["id"],)) or {}
            self.row["cancelled"] = fresh.get("cancelled", False)

    @property
    def left(self) -> float:
        """Of its time, from 1 down; below 0 when it has run out."""
        return (self._until - self._clock.now()).total_seconds() / self._seconds

    def renewal(self, until: datetime) -> Update:
        """What renews it along with others. Refused once it is released, or renewed by itself."""
        change = {"lease_until": times.kept(until), "due": times.kept(until), "updated": times.kept(self._clock.now())}
        as_known = {"fence": self.fence, "lease_until": times.kept(self._until)}
        return Update(OPERATIONS, (self.row["id"],), change, when=as_known)

    def renewed(self, renewal: Update, until: datetime, fresh: Item) -> None:
        """`fresh`: the operation, read afterwards."""
        with self._lock:
            if self._over or until <= self._until:
                return
            self._until = until
            self.row = {**self.row, **renewal.set, "cancelled": fresh.get("cancelled", False)}

    def check(self) -> None:
        """Before a call that changes the cloud. Renews what is about to run out, so that the call does not run into the
        end. Raises LeaseLost, Cancelled."""
        if self.left < 1 / 3:
            self.renew()
        if self._over or self.left <= 0:
            raise LeaseLost(self.row["id"])
        if self.row.get("cancelled") and self.row["state"] == "RUNNING":
            raise Cancelled("the operation was cancelled")
        self._changing += 1

    @property
    def untouched(self) -> bool:
        """Whether the cloud is as it was before the operation, given that the last call has not reached it. What makes
        something fails with the call that makes it; what removes something looks afterwards, too."""
        row = self.row
        before = row["parts"] or row.get("unclean_since") or row.get("touched")
        return not before and self._changing <= (0 if row["verb"] in _REMOVING else 1)

    def keep(self, part: str, cloud_id: str) -> None:
        """Renews it, too: the write is made anyway. Raises LeaseLost."""
        self.save(parts={**self.row["parts"], part: cloud_id}, **self._longer())

    def _longer(self) -> dict[str, str]:
        until = times.kept(times.after(self._clock.now(), self._seconds))
        return {"lease_until": until, "due": until}

    def attempt(self, *, noted: bool = True) -> Attempt:
        """`noted`: with what any try has noted as made, not only with what was meant to be."""
        parts = self.row["parts"]
        return Attempt(
            self.row["token"] if self.row["verb"] == "create" else self.row["id"],
            parts=parts if noted else {name: meant for name, meant in parts.items() if name == INTENDED},
            unclean_since=times.read_or_none(self.row.get("unclean_since")),
            changed_at=times.read_or_none(self.row.get("changed")),
            began=self._clock.now(),
            clock=self._clock,
            keep=self.keep,
            check=self.check,
        )

    def release(self, seconds: float, waits_for: str, **change: Any) -> None:
        """A clean end of this try; the next one is due in `seconds`."""
        due = times.kept(times.after(self._clock.now(), seconds))
        with self._lock:
            self._over = True
            touched = self.row.get("touched") or self._changing > 0 or None
            self._save(lease_until=None, due=due, waits_for=waits_for, touched=touched, **change)

    @property
    def has_changed(self) -> bool:
        """Whether this try has called for a change of the cloud."""
        return self._changing > 0

    @property
    def is_released(self) -> bool:
        return self.row["lease_until"] is None

    def end(self) -> None:
        """The operation is about to finish, or is another worker's: nothing is renewed any more."""
        with self._lock:
            self._over = True


class Leases:
    """Takes leases, and renews all that this process holds."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._seconds = settings.lease_seconds
        self._held: dict[str, Lease] = {}

    def take(self, operation: str) -> Lease | None:
        """None when there is nothing to do: finished, or in another worker's hands. Raises Unknown, NotDue."""
        if operation in self._held:
            return None  # its worker is not dead, even if its renewal is late
        row, now = self._store.get(OPERATIONS, (operation,)), self._clock.now()
        if row is None or row.get("state") is None:
            raise Unknown(operation)
        if row["state"] in DONE and not is_to_be_looked_for(row, now):
            return None
        last = times.read_or_none(row.get("lease_until"))
        if last is not None and last > now:
            return None
        early = (times.read(row["due"]) - now).total_seconds()
        if early > 0 and not (row.get("cancelled") and row["state"] == State.RUNNING):
            raise NotDue(early)
        until = times.kept(times.after(now, self._seconds))
        change = {
            "fence": row["fence"] + 1,
            "attempts": row["attempts"] + 1,
            "lease_until": until,
            "due": until,
            "waits_for": None,
            "unclean_since": _unclean_since(row, last),
        }
        # Since it was read, who held the lease before may have finished, which leaves the fence as it was, or may have
        # renewed it after all.
        as_read = {"fence": row["fence"], "state": row["state"], "lease_until": row.get("lease_until")}
        try:
            self._store.write(Update(OPERATIONS, (operation,), change, when=as_read))
        except Conflict:
            return None
        # Or may have noted a part. From now on nobody else can, unless this worker is so slow that its lease runs out.
        fresh = self._store.get(OPERATIONS, (operation,)) or {}
        if fresh.get("fence") != change["fence"]:
            return None
        row = fresh
        lease = Lease(self._store, self._clock, self._seconds, row)
        self._held[operation] = lease
        return lease

    def drop(self, lease: Lease) -> None:
        lease.end()
        if self._held.get(lease.row["id"]) is lease:
            del self._held[lease.row["id"]]

    def renew_all(self) -> None:
        """To be called three times in a lease's time. What has just been taken can wait for the next one."""
        aging = [lease for lease in list(self._held.values()) if lease.left < 5 / 6]
        for first in range(0, len(aging), MAX_CHANGES):
            self._renew(aging[first : first + MAX_CHANGES])

    def _renew(self, leases: Sequence[Lease]) -> None:
        """Many in one write. Each that is refused in it is renewed alone, which tells what has become of it."""
        until = times.after(self._clock.now(), self._seconds)
        renewals = [lease.renewal(until) for lease in leases]
        try:
            self._store.write(*renewals)
            rows = self._store.get_many(OPERATIONS, [renewal.key for renewal in renewals])
        except Conflict as conflict:
            for number in conflict.failed:
                self._renew_alone(leases[number])
            self._renew([lease for number, lease in enumerate(leases) if number not in conflict.failed])
            return
        except StoreUnavailable:
            return  # they have time left; whoever is about to change the cloud renews his own
        for lease, renewal, row in zip(leases, renewals, rows, strict=True):
            lease.renewed(renewal, until, row or {})
        self._renew_slots([slot for lease in leases if (slot := lease.slot)], until)

    def _renew_slots(self, slots: Sequence[Item], until: datetime) -> None:
        """One that was given back just now is taken for a lease's time longer, which costs time and nothing else."""
        if not slots:
            return
        with contextlib.suppress(StoreUnavailable):
            self._store.put_all(OPERATIONS, [{**slot, "expires": times.epoch(until, 0.0)} for slot in slots])

    def _renew_alone(self, lease: Lease) -> None:
        try:
            lease.renew()
        except LeaseLost:
            self.drop(lease)
        except StoreUnavailable:
            return  # as above


def _unclean_since(row: Item, last: datetime | None) -> str | None:
    """A lease that ran out was a worker that died: it made nothing after the lease's end."""
    return times.kept(last) if last is not None else row.get("unclean_since")
