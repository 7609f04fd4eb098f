"""Changes that take their time: begun by a call, ended by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .things import Machine, Power, State, Thing


class Effect(StrEnum):
    """What a job does to its thing."""

    MAKE = "make"
    CHANGE = "change"
    REMOVE = "remove"
    START = "start"
    STOP = "stop"
    RESTART = "restart"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Failure:
    """Why a job ends without its effect, in the cloud's words."""

    code: str
    message: str


@dataclass
class Job:
    """`verb`: the façade's word; `body`: what the façade keeps of it. `due`: the clock's seconds at which it ends;
    `seconds`: how many it takes.

    `change` replaces members of the thing's body at the end. A thing whose making fails stays as FAILED, or leaves at
    once if `failed_leaves`.
    """

    id: str
    number: int
    verb: str
    target: str
    effect: Effect
    begun: datetime
    due: float
    seconds: float
    body: dict[str, Any] = field(default_factory=dict)
    change: dict[str, Any] | None = None
    failure: Failure | None = None
    failed_leaves: bool = False
    ended: datetime | None = None


_STATES = {Effect.MAKE: State.MAKING, Effect.CHANGE: State.CHANGING, Effect.REMOVE: State.LEAVING}
_POWERS = {Effect.START: Power.STARTING, Effect.STOP: Power.STOPPING, Effect.RESTART: Power.RESTARTING}
_POWERED = {Effect.MAKE: Power.ON, Effect.START: Power.ON, Effect.STOP: Power.OFF, Effect.RESTART: Power.ON}


def enter(thing: Thing, job: Job) -> None:
    """The state in between."""
    thing.state = _STATES.get(job.effect, thing.state)
    if isinstance(thing, Machine) and job.effect in _POWERS:
        thing.power, thing.powered = _POWERS[job.effect], job.begun


def leave(thing: Thing, job: Job, now: datetime) -> None:
    """The state at the end of a job. Neither what is removed nor a state that another job entered is its business."""
    if thing.state is _STATES.get(job.effect):
        thing.state = State.FAILED if job.failure and job.effect is Effect.MAKE else State.READY
    if job.failure:
        return
    if job.change is not None:
        thing.body.update(job.change)
    if isinstance(thing, Machine) and job.effect in _POWERED:
        thing.power, thing.powered = _POWERED[job.effect], now
