"""Microversions: which one a call asks for, and what is not in it (nova/api/openstack/wsgi.py)."""

from __future__ import annotations

import re
from typing import TypeAlias

from werkzeug.wrappers import Request

from ..errors import ComputeError, bad_request

Version: TypeAlias = tuple[int, int]

LEAST: Version = (2, 1)
MOST: Version = (2, 93)
HEADER, OLD_HEADER = "OpenStack-API-Version", "X-OpenStack-Nova-API-Version"
_FORM = re.compile(r"([1-9]\d*)\.([1-9]\d*|0)")


def asked(request: Request) -> Version:
    """Raises ComputeError for one that there is not."""
    given = _given(request)
    if given is None:
        return LEAST
    if given == "latest":
        return MOST
    found = _FORM.fullmatch(given)
    if not found:
        raise bad_request(f"API Version String {given} is of invalid format. Must be of format MajorNum.MinorNum.")
    version = int(found[1]), int(found[2])
    if not LEAST <= version <= MOST:
        text = f"Version {given} is not supported by the API. Minimum is {shown(LEAST)} and maximum is {shown(MOST)}."
        raise ComputeError(406, text)
    return version


def headers(request: Request) -> dict[str, str]:
    """Of an answer; none where the version cannot even be read."""
    given = _given(request) or shown(LEAST)
    if given == "latest":
        given = shown(MOST)
    if not _FORM.fullmatch(given):
        return {}
    return {HEADER: f"compute {given}", OLD_HEADER: given, "Vary": f"{HEADER}, {OLD_HEADER}"}


def shown(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def _given(request: Request) -> str | None:
    """The new header is for any service; the old one is nova's own, and counts only without the new."""
    for one in request.headers.get(HEADER, "").split(","):
        service, _, version = one.strip().partition(" ")
        if service == "compute" and version:
            return version.strip().lower()
    old = request.headers.get(OLD_HEADER)
    return old.strip().lower() if old else None
