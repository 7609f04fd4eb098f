"""Faults before a cloud: latency, throttling, errors, lost answers, late visibility, crash points, and a log of calls.

`Faults` is WSGI middleware: it wraps an emulated cloud in this process, or `Forwarding`, which passes each call on to
a cloud elsewhere. It is told what to do by `Rule`s, in Python or over HTTP (`cloud_twin.admin`).
"""

from __future__ import annotations

from .active import Rules
from .alibaba import ALIBABA
from .aws import EC2
from .azure import AZURE
from .cloudit import CLOUDIT
from .dialect import Answer, Dialect, Request
from .docker import DOCKER
from .gcp import GCP
from .log import Log, Logged
from .middleware import Faults
from .openstack import OPENSTACK
from .proxy import Forwarding
from .rule import Rule
from .services import Services

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (ALIBABA, AZURE, CLOUDIT, DOCKER, EC2, GCP, OPENSTACK)
}

__all__ = [
    "ALIBABA",
    "AZURE",
    "CLOUDIT",
    "DIALECTS",
    "DOCKER",
    "EC2",
    "GCP",
    "OPENSTACK",
    "Answer",
    "Dialect",
    "Faults",
    "Forwarding",
    "Log",
    "Logged",
    "Request",
    "Rule",
    "Rules",
    "Services",
]
