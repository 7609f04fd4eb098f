"""Addresses that users give (Endpoint, Host, IdentityEndpoint, …) must not lead to the machine's own metadata."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch
from urllib.parse import urlsplit

from spider_drivers.contract import Invalid, reach

from .settings import words


def check_endpoint(values: Iterable[str], allowed: str) -> None:
    """Raises Invalid for a URL among `values` that is link-local, a metadata service, or outside of `allowed`
    (comma-separated patterns of hosts, and of sockets' paths: `*.example.org,/run/docker.sock`; empty = any)."""
    for value in values:
        if "://" not in value:
            continue
        try:
            parts = urlsplit(value.strip())
            host = parts.path if parts.scheme == "unix" else parts.hostname or ""
        except ValueError:
            raise Invalid("KeyValueInfoList: an address in it is not a URL", field="values") from None
        complaint = complain(host, allowed)
        if complaint:
            raise Invalid(f"KeyValueInfoList: the address {host} {complaint}", field="values")


def complain(host: str, allowed: str) -> str | None:
    """Why a host, by name or address, or a socket's path may not be called; None if it may. `allowed` as above."""
    if reach.is_metadata(host):
        return "is not allowed"
    patterns = words(allowed)
    if patterns and not any(fnmatch(host.lower(), pattern.lower()) for pattern in patterns):
        return "is not in SPIDER_ENDPOINT_ALLOW"
    return None
