"""What Compute Engine says no with: a status, a reason, and its own words.

Form: "Error messages" of the Compute Engine API, and answers quoted in public (see tests/cloud_twin/gcp/cases.py).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response


class GceError(Refusal):
    """`status_name`: google.rpc.Code, where Google's front end itself answers. `more`: of the one error in `errors`."""

    def __init__(self, status: int, reason: str, message: str, *, status_name: str = "", **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.status_name = status_name
        self.more = more

    def response(self) -> Response:
        one = {"message": self.message, "domain": "global", "reason": self.reason, **self.more}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [one]}
        if self.status_name:
            error["status"] = self.status_name
        return json_response({"error": error}, self.status)


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


def condition_not_met(message: str) -> GceError:
    return GceError(412, "conditionNotMet", message, location="If-Match", locationType="header")


def unserved(what: str) -> GceError:
    """Compute Engine has it, the twin does not: nothing is ever passed over in silence."""
    return GceError(501, "notImplemented", f"Cloud-Twin does not serve {what}", status_name="UNIMPLEMENTED")
