"""What drivers do with a ConnectionInfo: keys that must be there, PEM texts, addresses of this host, proxies."""

from __future__ import annotations

import ipaddress
import ssl
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from .errors import Invalid


def needed(values: Mapping[str, str], key: str) -> str:
    """Raises Invalid."""
    value = values.get(key)
    if not value:
        raise Invalid(f"the key {key} is missing", field=key)
    return value


def lines(pem: str) -> str:
    """Line breaks may arrive as the two characters \\n."""
    return pem.replace("\\n", "\n").strip()


def trust(context: ssl.SSLContext, pem: str, field: str = "CA") -> None:
    """Raises Invalid naming `field`."""
    try:
        context.load_verify_locations(cadata=lines(pem))
    except (ssl.SSLError, ValueError):
        raise Invalid(f"{field} is no certificate in PEM", field=field) from None


# Metadata services that are not link-local: Alibaba Cloud, EC2 over IPv6, Oracle, and GCP by name.
_METADATA_HOSTS = frozenset({"100.100.100.200", "fd00:ec2::254", "192.0.0.192", "metadata.google.internal", "metadata"})


def is_metadata(host: str) -> bool:
    """Whether a host, by name or address, is a cloud's metadata service, or link-local, as most of them are."""
    address = _address(host)
    plain = str(address or host).lower().rstrip(".")
    return plain in _METADATA_HOSTS or (address is not None and address.is_link_local)


def on_this_host(url: str) -> bool:
    """Whether it leads to this host, by its address alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def endpoint(url: str) -> str:
    """Without a slash at its end. Raises Invalid for what is neither http://host… nor https://host…."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise Invalid(f"the endpoint '{url}' is none of http://host:port, https://host:port", field="Endpoint")
    return url.strip().rstrip("/")


def proxies(url: str) -> dict[str, str]:
    """The environment's proxies for a URL, by scheme: HTTPS_PROXY, HTTP_PROXY, NO_PROXY; none for this host."""
    parts = urlsplit(url)
    if on_this_host(url) or urllib.request.proxy_bypass(parts.netloc):
        return {}
    return urllib.request.getproxies()


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
