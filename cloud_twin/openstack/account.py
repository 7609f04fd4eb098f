"""Who there is: one domain, one project, one user of it with two roles, application credentials, and their tokens.

The admin's project owns what all may use: images and the external network. Nobody can log in to it.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

REGION = "RegionOne"
DOMAIN = {"id": "default", "name": "Default"}
PROJECT_ID, PROJECT = "3f1f8d1f7e2a4d0c9c5a0b7f6e4d2c1b", "twin"
USER_ID, USER = "9b0c2a7d5e8f4136a1d4c7b0e3f6a9d2", "twin"
ADMIN_PROJECT_ID = "7bc51402cea34496a56573032cf001ee"
ROLES = (("reader", "4e048da7f777436ab69d5c37e85663f8"), ("member", "f4680f3f948b479daec9f1bb1ac666ac"))
# keystone.conf: [token] expiration.
TOKEN_SECONDS = 86400


@dataclass
class Token:
    """Times are real ones, in seconds. `scoped`: to the project."""

    id: str = field(repr=False)
    methods: list[str]
    scoped: bool
    issued: float
    expires: float
    audit_ids: list[str]
    application_credential: str = ""


@dataclass
class ApplicationCredential:
    id: str
    secret: str = field(repr=False)
    name: str
    body: dict[str, Any]


class Account:
    """`lifetime`: how many seconds a new token is good for."""

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(24)
        self.lifetime = float(TOKEN_SECONDS)
        self._tokens: dict[str, Token] = {}
        self.credentials: dict[str, ApplicationCredential] = {}
        self.first = self.add_credential("cloud-twin", {})

    def clouds_file(self, identity: str) -> str:
        """A clouds.yaml, which may be JSON: the user `twin`, and the same by an application credential."""
        names = {"username": USER, "password": self.password, "user_domain_name": DOMAIN["name"]}
        project = {"project_name": PROJECT, "project_id": PROJECT_ID, "project_domain_name": DOMAIN["name"]}
        user = {"region_name": REGION, "auth": {"auth_url": identity, **names, **project}}
        application = {
            "region_name": REGION,
            "auth_type": "v3applicationcredential",
            "auth": {
                "auth_url": identity,
                "application_credential_id": self.first.id,
                "application_credential_secret": self.first.secret,
            },
        }
        return json.dumps({"clouds": {"twin": user, "twin-application-credential": application}}, indent=2) + "\n"

    def add_credential(self, name: str, body: dict[str, Any], secret: str = "") -> ApplicationCredential:
        made = ApplicationCredential(secrets.token_hex(16), secret or secrets.token_urlsafe(64), name, body)
        self.credentials[made.id] = made
        return made

    def issue(
        self, methods: list[str], *, scoped: bool, application_credential: str = "", parent: Token | None = None
    ) -> Token:
        """A token for another token runs out with it."""
        now = float(int(time.time()))
        audits = [secrets.token_urlsafe(16)] + ([parent.audit_ids[-1]] if parent else [])
        expires = parent.expires if parent else now + self.lifetime
        token = Token(
            f"gAAAAA{secrets.token_urlsafe(132)}", methods, scoped, now, expires, audits, application_credential
        )
        self._tokens[token.id] = token
        return token

    def token(self, token_id: str) -> Token | None:
        """One that is good now."""
        found = self._tokens.get(token_id)
        return found if found and found.expires > time.time() else None

    def revoke(self, token: Token) -> None:
        self._tokens.pop(token.id, None)

    def forget_credential(self, credential_id: str) -> None:
        """Its tokens are good no longer."""
        del self.credentials[credential_id]
        self._tokens = {key: one for key, one in self._tokens.items() if one.application_credential != credential_id}


def shown_time(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}.000000Z"
