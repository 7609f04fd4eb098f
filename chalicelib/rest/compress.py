"""Answers compressed for those who can read it (RFC 9110, 12.5.3).

Never answers that hold a secret: their length would tell of it to who can have part of the answer chosen (BREACH).
"""

from __future__ import annotations

import gzip
import re

from .http import HttpResponse

LEAST = 1024  # bytes; what is shorter fits one packet anyway
LEVEL = 6

_QUALITY = re.compile(r"[qQ]=([01](?:\.\d{0,3})?)")


def compressed(response: HttpResponse, accepted: str) -> HttpResponse:
    """The answer, in gzip if it is long enough and `accepted`, an Accept-Encoding header, allows it."""
    headers = {**response.headers, "Vary": "Accept-Encoding"}
    if len(response.body) < LEAST or not takes_gzip(accepted):
        return HttpResponse(response.status, headers, response.body)
    body = gzip.compress(response.body, LEVEL, mtime=0)
    return HttpResponse(response.status, {**headers, "Content-Encoding": "gzip"}, body)


def takes_gzip(accepted: str) -> bool:
    """Whether gzip is allowed, and liked at least as well as no compression. Without a header it is not."""
    liked = dict(_weighed(part) for part in accepted.split(","))
    gzip_liked = liked.get("gzip", liked.get("x-gzip", liked.get("*", 0.0)))
    return gzip_liked > 0 and gzip_liked >= liked.get("identity", 0.0)


def _weighed(part: str) -> tuple[str, float]:
    """A coding and its weight; one that cannot be read is 0."""
    coding, semicolon, parameter = part.partition(";")
    found = _QUALITY.fullmatch(parameter.strip())
    weight = float(found[1]) if found else 0.0 if semicolon else 1.0
    return coding.strip().lower(), weight if weight <= 1 else 0.0
