"""What Compute Engine says no with: a status, a reason, and its own words.

Form: "Error messages" of the Compute Engine API, and answers quoted in public (see tests/cloud_twin/gcp/cases.py).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response


class GceError(Refusal):
    """`short`: the message of the one error in `errors`, if it is another; `more`: its further members.

    `status_name` (of google.rpc.Code) and `details`: where Google's front end answers, before Compute Engine does.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        short: str = "",
        status_name: str = "",
        details: list[dict[str, str]] | None = None,
        **more: str,
    ) -> None:
        super().__init__(message)
        self.status = status
        one = {"message": short or message, "domain": "global", "reason": reason, **more}
        self._error: dict[str, Any] = {"code": status, "message": message, "errors": [one]}
        if status_name:
            self._error["status"] = status_name
        if details:
            self._error["details"] = details

    def response(self) -> Response:
        return json_response({"error": self._error}, self.status)


def invalid(message: str) -> GceError:
    return GceError(400, "invalid", message)


def invalid_field(field: str, value: object, why: str) -> GceError:
    return invalid(f"Invalid value for field '{field}': '{value}'. {why}")


def required(field: str) -> GceError:
    return GceError(400, "required", f"Required field '{field}' not specified")


def absent(key: str) -> GceError:
    return GceError(404, "notFound", f"The resource '{key}' was not found")


def exists(key: str) -> GceError:
    return GceError(409, "alreadyExists", f"The resource '{key}' already exists")


def not_ready(key: str) -> GceError:
    return GceError(400, "resourceNotReady", f"The resource '{key}' is not ready")


def in_use(kind: str, key: str, user: str) -> GceError:
    """`kind`: in the singular, as in networkS."""
    message = f"The {kind} resource '{key}' is already being used by '{user}'"
    return GceError(400, "resourceInUseByAnotherResource", message)


def invalid_usage(why: str) -> GceError:
    return GceError(400, "invalidResourceUsage", f"Invalid resource usage: '{why}'.")


def bad_request(message: str) -> GceError:
    return GceError(400, "badRequest", message)


def condition_not_met(message: str) -> GceError:
    return GceError(412, "conditionNotMet", message, location="If-Match", locationType="header")


def unserved(what: str) -> GceError:
    """Compute Engine has it, the twin does not: nothing is ever passed over in silence."""
    return GceError(501, "notImplemented", f"Cloud-Twin does not serve {what}", status_name="UNIMPLEMENTED")
