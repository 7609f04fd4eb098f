"""Secrets in texts of others: clouds, SDKs and proxies put into errors what is not theirs to show."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import cache
from html import escape
from urllib.parse import quote, quote_plus

MASK = "***"

_SHORTEST = 4  # characters: what is shorter is in every text
_SHORTEST_LINE = 16  # of a secret of many lines, each is one

_IN_URLS = (
    "signature|accesskeyid|accesskeysecret|securitytoken|access_token|id_token|refresh_token|client_secret"
    "|client_assertion|x-(?:amz|goog)-credential|x-amz-security-token|password|passwd|\\bassertion|\\bsig|\\btoken"
)
_HEADERS = "x-(?:auth|subject|amz-security|acs-security)-token"
_SCHEMES = "basic|digest|sharedkey|aws4-hmac-sha256|acs"
_MEMBERS = r"[\w.-]{0,40}(?:password|passwd|secret|token|private_?key|signature|assertion|authorization)[\w.-]{0,40}"

# What looks like a secret, by what stands in every text that holds one (in lower case). Where a pattern has a group,
# that stays.
_PATTERNS: tuple[tuple[tuple[str, ...], str], ...] = (
    # keys and tokens that tell themselves: AWS, Alibaba, Google, Keystone (Fernet), JWT (Entra, Kubernetes)
    (("akia", "asia", "ltai"), r"\b(?:AKIA|ASIA|LTAI)[A-Z0-9a-z]{12,}\b"),
    (("aiza", "ya29."), r"\b(?:AIza[\w-]{35}|ya29\.[\w.-]{8,})"),
    (("gaaaaa",), r"\bgAAAAA[\w-]{20,}={0,2}"),
    (("eyj",), r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    (
        ("private key-----",),
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]|-(?!----))*-----END [A-Z ]*PRIVATE KEY-----",
    ),
    # name=value, in a URL that may stand percent-encoded in another
    (("=", "%3d"), rf"(?i)((?:{_IN_URLS})(?:=|%3D))(?:(?!%26)[^&\s\"'<>\\])+"),
    (("://",), r"(://)[^/\s:@]*:[^/\s@]+(?=@)"),
    # headers
    (("bearer ",), r"(?i)(\bbearer )[a-z0-9._~+/=-]{16,}"),
    (("authorization",), rf"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?(?:{_SCHEMES})\s+)[^\s\"',]+"),
    (("-token",), rf"(?i)(\b{_HEADERS}[\"']?\s*[:=]\s*[\"']?)[^\s\"',]+"),
    # members of JSON, which may stand escaped in another, and of XML
    (('"',), rf"(?i)(\"{_MEMBERS}\\{{0,8}}\"\s*:\s*\\{{0,8}}\")(?:[^\"\\]|\\[^\"])+"),
    (("<",), rf"(?i)(<{_MEMBERS}>)[^<]+"),
)


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets as they may stand in a text: as they are, in a URL, in JSON, in XML, in base64; longest first."""
    found: set[str] = set()
    for secret in secrets:
        for text in (secret, *(line for line in secret.split() if len(line) >= _SHORTEST_LINE)):
            in_urls = {quote(text), quote(text, safe=""), quote_plus(text)}
            found |= {
                text,
                json.dumps(text)[1:-1],
                escape(text, quote=False),
                base64.b64encode(text.encode()).decode(),
                *in_urls,
            }
    return tuple(sorted((one for one in found if len(one) >= _SHORTEST), key=len, reverse=True))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the given `spellings` of secrets, and all that looks like a secret, masked."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    low = text.lower()
    for signs, pattern in _PATTERNS:
        if any(sign in low for sign in signs):
            compiled = _compiled(pattern)
            text = compiled.sub(rf"\g<1>{MASK}" if compiled.groups else MASK, text)
    return text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Most texts need none of them."""
    return re.compile(pattern)
