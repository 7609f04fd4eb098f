"""The centre itself: things by key, who depends on whom, and jobs under way."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..clock import TwinClock
from . import jobs
from .addresses import Pool
from .jobs import Effect, Failure, Job
from .things import Thing

T = TypeVar("T", bound=Thing)

KEPT_JOBS = 10_000


class Absent(Exception):
    """There is no such thing. `args[0]` is its key."""


class Exists(Exception):
    """The key is taken. `args[0]` is the key."""


class InUse(Exception):
    """`key` cannot leave: `users` depend on it."""

    def __init__(self, key: str, users: list[Thing]) -> None:
        super().__init__(key)
        self.key = key
        self.users = users


@dataclass
class Content:
    """All that a snapshot holds."""

    things: dict[str, Thing] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    under_way: dict[str, Job] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    last: int = 0


class Centre:
    """Not for several threads at once: the façade has a lock."""

    def __init__(self, clock: TwinClock) -> None:
        self.clock = clock
        self._content = Content()

    def clear(self) -> None:
        self._content = Content()

    def snapshot(self) -> Content:
        return copy.deepcopy(self._content)

    def restore(self, content: Content) -> None:
        self._content = copy.deepcopy(content)

    def number(self) -> int:
        """One that nothing has had before."""
        self._content.last += 1
        return self._content.last

    # Things

    def new(self, kind: str, key: str, body: dict[str, Any], *, of: type[T] = Thing, **more: Any) -> T:  # type: ignore[assignment]  # a default for T
        """Not yet in the centre. `more`: uses, goes_with, ..."""
        return of(kind=kind, key=key, number=self.number(), made=self.clock.now(), body=body, **more)

    def add(self, thing: T) -> T:
        """Raises Exists."""
        if thing.key in self._content.things:
            raise Exists(thing.key)
        self._content.things[thing.key] = thing
        return thing

    def find(self, key: str) -> Thing | None:
        return self._content.things.get(key)

    def get(self, key: str) -> Thing:
        """Raises Absent."""
        thing = self.find(key)
        if thing is None:
            raise Absent(key)
        return thing

    def of_kind(self, *kinds: str) -> list[Thing]:
        """By key."""
        found = [thing for thing in self._content.things.values() if thing.kind in kinds]
        return sorted(found, key=lambda thing: thing.key)

    def keys(self) -> list[str]:
        return sorted(self._content.things)

    def users(self, key: str) -> list[Thing]:
        """Who depends on it and does not leave along with it."""
        leaving = self._family(key)
        return [one for one in self._content.things.values() if key in one.uses and one.key not in leaving]

    def refuse_in_use(self, key: str) -> None:
        """Raises InUse."""
        if users := self.users(key):
            raise InUse(key, users)

    def remove(self, key: str) -> None:
        """With all that goes with it, at once; their addresses are free again. What is gone is no error."""
        for one in self._family(key):
            thing = self._content.things.pop(one, None)
            for pool, address in thing.addresses if thing else ():
                if pool in self._content.pools:
                    self._content.pools[pool].give_back(address)
            self._content.pools.pop(one, None)

    def _family(self, key: str) -> set[str]:
        family, new = set[str](), {key}
        while new:
            family |= new
            new = {one.key for one in self._content.things.values() if one.goes_with in new} - family
        return family

    # Addresses

    def open_pool(self, name: str, pool: Pool) -> None:
        """A pool named as a thing's key closes with it."""
        self._content.pools[name] = pool

    def pool(self, name: str) -> Pool:
        return self._content.pools[name]

    def take_address(self, thing: Thing, pool: str, wanted: str | None = None) -> str:
        """Raises Exhausted, Taken."""
        address = self._content.pools[pool].take(wanted)
        thing.addresses.append((pool, address))
        return address

    def release_address(self, thing: Thing, pool: str, address: str) -> None:
        """Of a thing that stays."""
        thing.addresses.remove((pool, address))
        self._content.pools[pool].give_back(address)

    # Jobs

    def begin(
        self,
        verb: str,
        thing: Thing,
        effect: Effect,
        seconds: float,
        *,
        body: dict[str, Any] | None = None,
        change: dict[str, Any] | None = None,
        failure: Failure | None = None,
        failed_leaves: bool = False,
        job_id: str = "",
    ) -> Job:
        """A change of a thing, under way from now; with 0 seconds it has ended when this returns. `job_id`: by default
        a random UUID."""
        job = Job(
            id=job_id or str(uuid.uuid4()),
            number=self.number(),
            verb=verb,
            target=thing.key,
            effect=effect,
            begun=self.clock.now(),
            due=self.clock.stopwatch() + seconds,
            seconds=seconds,
            body=body or {},
            change=change,
            failure=failure,
            failed_leaves=failed_leaves,
        )
        self._content.jobs[job.id] = self._content.under_way[job.id] = job
        self._forget_old_jobs()
        jobs.enter(thing, job)
        self.settle()
        return job

    def job(self, job_id: str) -> Job:
        """Raises Absent."""
        job = self._content.jobs.get(job_id)
        if job is None:
            raise Absent(job_id)
        return job

    def all_jobs(self) -> list[Job]:
        """Oldest first."""
        return list(self._content.jobs.values())

    def progress(self, job: Job) -> float:
        """How much of its time has passed: from 0 to 1."""
        if job.ended or not job.seconds:
            return 1.0
        return min(1.0, 1.0 - (job.due - self.clock.stopwatch()) / job.seconds)

    def under_way(self, key: str) -> list[Job]:
        """The jobs of a thing that have not ended."""
        return [job for job in self._content.under_way.values() if job.target == key]

    def finish(self, job: Job, failure: Failure | None = None) -> None:
        """Ends a job before its time. One that has ended stays as it is."""
        if job.ended is None:
            job.failure = failure or job.failure
            self._end(job)

    def settle(self) -> None:
        """Ends what is due, in the order in which it is."""
        now = self.clock.stopwatch()
        due = [job for job in self._content.under_way.values() if job.due <= now]
        for job in sorted(due, key=lambda job: (job.due, job.number)):
            self._end(job)

    def _end(self, job: Job) -> None:
        job.ended = self.clock.now()
        del self._content.under_way[job.id]
        thing = self.find(job.target)
        if thing is None:
            return
        leaves = job.failed_leaves and job.effect is Effect.MAKE if job.failure else job.effect is Effect.REMOVE
        if leaves:
            self.remove(thing.key)
        else:
            jobs.leave(thing, job, job.ended)

    def _forget_old_jobs(self) -> None:
        while len(self._content.jobs) > KEPT_JOBS:
            oldest = next(iter(self._content.jobs))
            if oldest in self._content.under_way:
                return
            del self._content.jobs[oldest]
