"""403s of IAM: every missing permission, each with the resource for which it is missing.

world-federation-of-advertisers/cross-media-measurement#2956 quotes one with two.
"""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.wrappers import Response

from ..facade import json_response
from .errors import GceError


class Forbidden(GceError):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(403, "forbidden", messages[0])
        self._messages = messages

    def response(self) -> Response:
        errors = [{"message": one, "domain": "global", "reason": self.reason} for one in self._messages]
        return json_response({"error": {"code": 403, "message": self.message, "errors": errors}}, 403)


def forbidden(missing: Mapping[str, str]) -> Forbidden:
    """`missing`: permission to key."""
    return Forbidden([f"Required '{permission}' permission for '{key}'" for permission, key in missing.items()])
