"""The twin's one account: a token that is good for every tenant."""

from __future__ import annotations

import json
import re
import secrets

from werkzeug.wrappers import Request

from .errors import CloudItError

TENANT = "tnt0009"
TENANTS = re.compile(r"tnt\d{4}")
CLUSTER = "cluster01"
HEADER = "X-Auth-Token"
USER = "spider"


class Account:
    def __init__(self) -> None:
        self._token = secrets.token_hex(24)

    def file(self, url: str) -> str:
        """In CB-Spider's words, for Cloudit itself has no file for it."""
        told = {"IdentityEndpoint": url, "AuthToken": self._token, "TenantId": TENANT, "ClusterId": CLUSTER}
        return json.dumps(told, indent=2) + "\n"

    def authenticate(self, request: Request) -> str:
        """Raises CloudItError."""
        given = request.headers.get(HEADER, "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            raise CloudItError(401, "UNAUTHORIZED", f"The {HEADER} is missing or not valid.")
        return USER
