"""Addresses that users give (Endpoint, Host, IdentityEndpoint, …) must not lead to the machine's own metadata."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from fnmatch import fnmatch
from urllib.parse import urlsplit

from spider_drivers.contract import Invalid

# Metadata services that are not link-local: Alibaba Cloud, EC2 over IPv6, Oracle, and GCP by name.
_METADATA_HOSTS = frozenset({"100.100.100.200", "fd00:ec2::254", "192.0.0.192", "metadata.google.internal", "metadata"})


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
    address = _address(host)
    plain = str(address or host).lower().rstrip(".")
    if plain in _METADATA_HOSTS or (address is not None and address.is_link_local):
        return "is not allowed"
    patterns = [pattern.strip() for pattern in allowed.split(",") if pattern.strip()]
    if patterns and not any(fnmatch(host.lower(), pattern.lower()) for pattern in patterns):
        return "is not in SPIDER_ENDPOINT_ALLOW"
    return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IPv4 address that is written as an IPv6 one is itself."""
    try:
        address = ipaddress.ip_address(_as_number(host) or host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _as_number(host: str) -> int | None:
    """A host written as one number, as many resolvers accept: 2852039166 is 169.254.169.254."""
    try:
        return int(host, 0)
    except ValueError:
        return None
