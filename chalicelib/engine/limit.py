"""Who may ask a cloud that says that calls come too fast: all workers together keep from it what is too much.

What is known of it is a row for the credential, which is read along with the credential itself: while no cloud says so,
nothing more is read or written. In the row each API of the account has its pace. An API is what is known before a call:
the region, the kind and the verb, as all tries of these make the same calls. At a pace, a try takes one of a few slots,
rows of their own, so that no row is wanted by all; the slot of a worker that has died runs out as its lease does.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from spider_drivers.contract import Clock, Throttled, throttling

from ..store import (
    ABSENT,
    CONNECTIONS,
    OPERATIONS,
    Change,
    Conflict,
    Delete,
    Item,
    Key,
    Put,
    Store,
    StoreUnavailable,
    Update,
    join_key,
)
from . import times
from .connections import Target
from .lease import Lease
from .registry import paces_key
from .settings import Settings

# Of a pace: how soon after it was halved it can be again, as what was under way then is refused, too; how soon one more
# try is allowed; and how long without a refusal until there is none.
HALVING_SECONDS, GROWTH_SECONDS, QUIET_SECONDS = 5.0, 10.0, 180.0
WORTH_A_WRITE = timedelta(seconds=1)
TELLINGS = 3  # of one refusal, while others tell of theirs

log = logging.getLogger("spider.limit")


class NoTurn(Exception):
    """The cloud is not asked now. `seconds`: until it is worth to try again, at the soonest."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


@dataclass(frozen=True)
class Pace:
    """`tries`: how many at once as of `since`, and more as time goes by; none before `resumes`."""

    tries: int
    since: datetime
    resumes: datetime

    @classmethod
    def told(cls, row: Mapping[str, Any] | None, api: str, now: datetime) -> Pace | None:
        """As kept in a credential's row; None when it is long ago."""
        kept = (row or {}).get(api)
        if kept is None:
            return None
        found = cls(kept["tries"], times.read(kept["since"]), times.read(kept["resumes"]))
        return found if (now - found.last).total_seconds() < QUIET_SECONDS else None

    def kept(self) -> Item:
        return {"tries": self.tries, "since": times.kept(self.since), "resumes": times.kept(self.resumes)}

    @property
    def last(self) -> datetime:
        return max(self.since, self.resumes)

    def tries_at(self, now: datetime) -> int:
        return self.tries + int((now - self.since).total_seconds() // GROWTH_SECONDS)

    def slower(self, now: datetime, resumes: datetime) -> Pace:
        """After another refusal."""
        later = max(self.resumes, resumes)
        if (now - self.since).total_seconds() >= HALVING_SECONDS:
            return Pace(max(1, self.tries_at(now) // 2), now, later)
        return replace(self, resumes=later) if later - self.resumes >= WORTH_A_WRITE else self


class Limits:
    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._first = settings.throttled_tries
        self._slot_seconds = settings.lease_seconds

    @contextlib.contextmanager
    def turn(self, lease: Lease, target: Target, verb: str) -> Iterator[None]:
        """Around a try's calls of a cloud: learns of refusals, those that a driver waits out as well. Raises NoTurn."""
        if not self._first:
            yield
            return
        api = (target.info.region, lease.row["kind"], verb)
        account = _Account(self._store, self._clock, self._first, target, api)
        if account.pace:
            self._take_slot(lease, account)
        token = throttling.told.set(account.refused)
        try:
            yield
        except Throttled as error:
            account.refused(error.retry_after)
            raise
        finally:
            throttling.told.reset(token)
            self._give_back(lease)

    def _take_slot(self, lease: Lease, account: _Account) -> None:
        now, pace = self._clock.now(), account.pace
        assert pace
        if pace.resumes > now:
            raise NoTurn((pace.resumes - now).total_seconds(), "the cloud asks for a pause")
        keys = [account.slot(number) for number in range(pace.tries_at(now))]
        free = [key for key, row in zip(keys, self._store.get_many(OPERATIONS, keys), strict=True) if row is None]
        if free:
            expires = times.epoch(now, self._slot_seconds)
            slot = {"id": random.choice(free)[0], "operation": lease.row["id"], "expires": expires}
            with contextlib.suppress(Conflict):
                self._store.write(Put(OPERATIONS, slot, if_absent=True))
                lease.slot = slot
                return
        raise NoTurn(0.0, "calls come too fast for the cloud, and others have their turn")

    def _give_back(self, lease: Lease) -> None:
        slot, lease.slot = lease.slot, None
        if slot is not None:
            with contextlib.suppress(Conflict, StoreUnavailable):  # it has run out, or will
                self._store.write(Delete(OPERATIONS, (slot["id"],), when={"operation": slot["operation"]}))


class _Account:
    """One API of an account, as a try knows it."""

    def __init__(self, store: Store, clock: Clock, first: int, target: Target, api: tuple[str, ...]) -> None:
        self._store = store
        self._clock = clock
        self._first = first
        self._credential = target.credential
        self._api = api
        self._row = target.paces
        self.pace = Pace.told(self._row, self._attribute, clock.now())

    @property
    def _attribute(self) -> str:
        return join_key(*self._api)

    def slot(self, number: int) -> Key:
        return (join_key("slot", self._credential, *self._api, str(number)),)

    def refused(self, retry_after: float | None) -> None:
        """A call was. Others are told, unless they know."""
        now = self._clock.now()
        resumes = times.after(now, retry_after or 0.0)
        with contextlib.suppress(StoreUnavailable):  # the next refusal tells them
            for _ in range(TELLINGS):
                pace = self.pace.slower(now, resumes) if self.pace else Pace(self._first, now, resumes)
                if pace == self.pace or self._told(pace):
                    return

    def _told(self, pace: Pace) -> bool:
        """False when somebody else was faster, whose pace is known now."""
        before, known = self._row, self.pace
        key = paces_key(self._credential)
        expires = max(times.epoch(pace.last, QUIET_SECONDS), (before or {}).get("expires", 0))
        change = {self._attribute: pace.kept(), "expires": expires}
        told: Change = Put(CONNECTIONS, {"kind": key[0], "name": key[1], **change}, if_absent=True)
        if before is not None:
            told = Update(CONNECTIONS, key, change, when={self._attribute: before.get(self._attribute, ABSENT)})
        try:
            self._store.write(told)
        except Conflict:
            self._row = self._store.get(CONNECTIONS, key)
            self.pace = Pace.told(self._row, self._attribute, self._clock.now())
            return False
        self._row, self.pace = {**(before or {}), **change}, pace
        if known is None or pace.since != known.since:
            api = " ".join(filter(None, self._api))
            log.warning("%s: calls come too fast: %s; %d at once", self._credential, api, pace.tries)
        return True
