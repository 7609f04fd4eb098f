"""A virtual data centre: what networks, addresses, machines and changes that take time are, in any cloud.

A façade keeps one `Centre`, gives its things keys of its own (a path of its API), and keeps in each thing's `body`
what it shows of it. Nothing here knows how any cloud spells anything.
"""

from __future__ import annotations

from .addresses import Exhausted, Pool, Taken
from .centre import Absent, Centre, Exists, InUse
from .jobs import Effect, Failure, Job
from .things import Machine, Power, State, Thing

__all__ = [
    "Absent",
    "Centre",
    "Effect",
    "Exhausted",
    "Exists",
    "Failure",
    "InUse",
    "Job",
    "Machine",
    "Pool",
    "Power",
    "State",
    "Taken",
    "Thing",
]
