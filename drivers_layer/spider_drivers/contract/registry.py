"""Finds drivers by the entry-point group `spider.drivers`. The built-in ones load the same way as any other, but are
looked for first: to read what all that is installed says of itself takes longer than to connect to most clouds."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points

from .calls import CallRecorder
from .errors import Invalid, Unsupported
from .interface import CloudConnection, CloudDriver, ConnectionInfo

GROUP = "spider.drivers"
DISTRIBUTION = "spider-drivers"


@cache
def _built_in() -> dict[str, EntryPoint]:
    """Empty where this package is not installed, but only on the path."""
    try:
        return _by_name(distribution(DISTRIBUTION).entry_points.select(group=GROUP))
    except PackageNotFoundError:
        return {}


@cache
def _found() -> dict[str, EntryPoint]:
    return _by_name(entry_points(group=GROUP)) | _built_in()


def _by_name(points: Iterable[EntryPoint]) -> dict[str, EntryPoint]:
    return {point.name.upper(): point for point in points}


def providers() -> list[str]:
    """Upper-case names of all clouds that a driver is installed for, sorted."""
    return sorted(_found())


@cache
def driver(provider: str) -> CloudDriver:
    """The driver of a provider (any casing). Raises Invalid for an unknown one."""
    name = provider.strip().upper()
    point = _built_in().get(name) or _found().get(name)
    if point is None:
        known = ", ".join(providers())
        raise Invalid(f"no driver is installed for the provider '{provider}' (installed: {known})", field="provider")
    made = point.load()()
    if not isinstance(made, CloudDriver):
        raise TypeError(f"{point.value} is no CloudDriver")
    return made


def connect(info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
    """Connects by the provider's driver; a missing SDK says what to install."""
    try:
        with _nothing_collected():
            return driver(info.provider).connect(info, recorder)
    except ModuleNotFoundError as missing:
        extra = info.provider.lower()
        raise Unsupported(
            f"the {info.provider} driver needs a package that is not installed: {missing.name} "
            f"(pip install 'spider-drivers[{extra}]')"
        ) from missing


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """An SDK that is loaded stays: to look meanwhile for what can go takes a fifth of the time (0.2 s of Google's)."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
