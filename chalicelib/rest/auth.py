"""Who may call: HTTP Basic, as CB-Spider has it; without a login nobody for a foreign web page."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from urllib.parse import urlsplit

from ..engine.settings import Settings
from .http import PREFIX, HttpRequest
from .problems import Meaning, Problem

# Below PREFIX. Load balancers and Tumblebug's start-up ask these without a login.
OPEN_PATHS = frozenset({"endpointinfo", "version", "ver", "healthcheck", "health", "ping", "readyz"})

UNAUTHORIZED = Meaning(401, "unauthorized", "Unauthorized")
FORBIDDEN = Meaning(403, "forbidden", "Forbidden")
CHALLENGE = 'Basic realm="spider", charset="UTF-8"'


def check(settings: Settings, request: HttpRequest, segments: list[str]) -> None:
    """Raises Problem: 401 without the right login; where none is asked for, 403 for a foreign page's call."""
    if is_open(segments):
        return
    if not settings.username and not settings.password:
        _refuse_foreign_pages(request)
    elif not _login_fits(settings, request.headers.get("authorization", "")):
        headers = {"WWW-Authenticate": CHALLENGE}
        raise Problem(UNAUTHORIZED, UNAUTHORIZED.title, fixed=True, headers=headers)


def is_open(segments: list[str]) -> bool:
    return segments[:-1] == [PREFIX.strip("/")] and segments[-1] in OPEN_PATHS


def _login_fits(settings: Settings, header: str) -> bool:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    username, _, password = given.partition(b":")
    # Both are always compared, each in constant time, so that the time taken tells nothing.
    same_name = hmac.compare_digest(username, settings.username.encode())
    same_word = hmac.compare_digest(password, settings.password.encode())
    return same_name and same_word


def _refuse_foreign_pages(request: HttpRequest) -> None:
    """A page on the web can make its visitor's browser call 127.0.0.1, where a server may ask for no login.

    Browsers tell in Origin and in Sec-Fetch-Site (Fetch Metadata); other clients send neither.
    """
    origin = request.headers.get("origin", "")
    foreign = bool(origin) and not is_loopback(_host(origin))
    if foreign or request.headers.get("sec-fetch-site", "") == "cross-site":
        detail = "calls from other sites' pages need a login: set SPIDER_USERNAME and SPIDER_PASSWORD"
        raise Problem(FORBIDDEN, detail, fixed=True)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
