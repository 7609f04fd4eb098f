"""403s of IAM: every missing permission, each with the resource for which it is missing.

world-federation-of-advertisers/cross-media-measurement#2956 quotes one with two.
"""

from __future__ import annotations

from collections.abc import Mapping

from .errors import GceError


class Forbidden(GceError):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(403, "forbidden", messages[0])
        self._error["errors"] = [{"message": one, "domain": "global", "reason": "forbidden"} for one in messages]


def forbidden(missing: Mapping[str, str]) -> Forbidden:
    """`missing`: permission to key."""
    return Forbidden([f"Required '{permission}' permission for '{key}'" for permission, key in missing.items()])
