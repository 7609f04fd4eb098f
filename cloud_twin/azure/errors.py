"""How ARM says no: `{"error": {"code", "message"}}`, with ARM's own codes and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response
from .ids import ResourceId


class ArmError(Refusal):
    """`details`: errors of the same form within this one."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.body: dict[str, Any] = {"code": code, "message": message}
        if details is not None:
            self.body["details"] = list(details)
        if target is not None:
            self.body["target"] = target

    def response(self) -> Response:
        return json_response({"error": self.body}, self.status, self.headers)


def no_group(name: str) -> ArmError:
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def not_found(resource: ResourceId) -> ArmError:
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{resource.type}/{'/'.join(resource.names)}' under resource group '{resource.group}' was not "
        "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )
