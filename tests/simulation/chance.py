"""Everything that is left to chance, in the hands of one seed: ids, pauses, and what the weather is like."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from random import Random
from unittest.mock import patch

from chalicelib.engine import keys

# To make one takes longer than a history, and no cloud here looks into it.
KEY = keys.NewKey(public="ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQ== simulated", private="the private half")


@dataclass(frozen=True)
class Weather:
    """How likely each trouble is, at each call of a cloud or of the store."""

    death: float = 0.0
    freeze: float = 0.0  # the process stands still, for longer than a lease perhaps
    slow: float = 0.0  # an answer takes seconds
    lost: float = 0.0
    throttled: float = 0.0
    unavailable: float = 0.0
    unreachable: float = 0.0
    refused: float = 0.0
    no_capacity: float = 0.0
    store: float = 0.0  # its answer is lost, or it does not answer at all


CALM = Weather()
STRENGTHS = (0.01, 0.03, 0.08)
STRONGER = {"slow": 4.0}  # harmless by itself


def weather(chance: Random) -> Weather:
    """Some troubles and not others: each has histories in which it is alone."""
    share = chance.choice((0.15, 0.4, 0.7))
    names = [one.name for one in fields(Weather) if chance.random() < share]
    return Weather(**{name: chance.choice(STRENGTHS) * STRONGER.get(name, 1.0) for name in names})


@contextmanager
def seeded(seed: int) -> Iterator[Random]:
    """Inside, the same seed makes the same ids and the same pauses."""
    ids, state = Random(f"ids {seed}"), random.getstate()
    random.seed(seed)
    with (
        patch.object(uuid, "uuid4", lambda: uuid.UUID(int=ids.getrandbits(128), version=4)),
        patch.object(secrets, "token_hex", lambda size=8: f"{ids.getrandbits(8 * size):0{2 * size}x}"),
        patch.object(keys, "generate", lambda: KEY),
    ):
        yield Random(f"choices {seed}")
    random.setstate(state)
