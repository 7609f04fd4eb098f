"""What the twin says no with. Cloudit's own words are not known: codes, texts and most statuses are guesses."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response


class CloudItError(Refusal):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> Response:
        return json_response({"code": self.code, "message": str(self)}, self.status)


def invalid(message: str) -> CloudItError:
    return CloudItError(400, "INVALID_PARAMETER", message)


def absent(kind: str, name: str) -> CloudItError:
    return CloudItError(404, "NOT_FOUND", f"The {kind} '{name}' was not found.")


def exists(message: str) -> CloudItError:
    return CloudItError(409, "ALREADY_EXISTS", message)


def in_use(kind: str, name: str, user: str) -> CloudItError:
    return CloudItError(409, "IN_USE", f"The {kind} '{name}' is in use by '{user}'.")


def wrong_state(name: str, state: str) -> CloudItError:
    return CloudItError(409, "INVALID_STATE", f"The server '{name}' is {state}.")


def protected(kind: str, name: str) -> CloudItError:
    return CloudItError(403, "PROTECTED", f"The {kind} '{name}' is protected.")


def unserved(what: str) -> CloudItError:
    """Cloudit has it, the twin does not: nothing is ever passed over in silence."""
    return CloudItError(501, "NOT_IMPLEMENTED", f"Cloud-Twin does not serve {what}.")
