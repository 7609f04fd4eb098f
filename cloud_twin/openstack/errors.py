"""What each service of OpenStack says no with. They have one status and one text each, and four ways to write them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response

# nova/api/openstack/wsgi.py, Fault: the name around an error; what is not here is a computeFault.
_FAULTS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}
UNAUTHORIZED = "The request you have made requires authentication."
# What WebOb says of a refusal without a text of its own.
_EXPLAINED = {
    401: "This server could not verify that you are authorized to access the document you requested. Either you "
    "supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the "
    "credentials required.",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    409: "There was a conflict when trying to complete your request.",
}


class OpenStackError(Refusal):
    """`headers`: further ones."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


class IdentityError(OpenStackError):
    """Keystone's."""

    def response(self) -> Response:
        title = HTTPStatus(self.status).phrase
        error = {"code": self.status, "message": self.message, "title": title}
        return json_response({"error": error}, self.status, self.headers)


class ComputeError(OpenStackError):
    """Nova's."""

    def response(self) -> Response:
        fault = {"code": self.status, "message": self.message}
        return json_response({_FAULTS.get(self.status, "computeFault"): fault}, self.status, self.headers)


class NetworkError(OpenStackError):
    """Neutron's. `kind`: the name of the exception, as clients look for it."""

    def __init__(self, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, headers)
        self.kind = kind

    def response(self) -> Response:
        error = {"type": self.kind, "message": self.message, "detail": ""}
        return json_response({"NeutronError": error}, self.status, self.headers)


class PageError(OpenStackError):
    """A page, as WebOb writes it: glance's refusals, and nova's of a path that it does not have. `more` stands below
    the text that the status has by itself."""

    def __init__(
        self, status: int, message: str = "", headers: Mapping[str, str] | None = None, more: str = ""
    ) -> None:
        super().__init__(status, message or _EXPLAINED[status], headers)
        self.more = more

    def response(self) -> Response:
        title = f"{self.status} {HTTPStatus(self.status).phrase}"
        text = html.escape(self.message, quote=True)
        page = (
            f"<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n  {text}<br /><br />"
            f"\n{self.more}\n\n\n </body>\n</html>"
        )
        return Response(page, self.status, self.headers, content_type="text/html; charset=UTF-8")


class FlaskPageError(OpenStackError):
    """The page that keystone's framework writes where nothing is at a path."""

    def response(self) -> Response:
        phrase = HTTPStatus(self.status).phrase
        page = (
            f"<!doctype html>\n<html lang=en>\n<title>{self.status} {phrase}</title>\n<h1>{phrase}</h1>\n"
            f"<p>{self.message}</p>\n"
        )
        return Response(page, self.status, self.headers, content_type="text/html; charset=utf-8")


class FlaskMethodError(OpenStackError):
    """What it says where something is at a path, but not for this method."""

    def __init__(self, allowed: Iterable[str]) -> None:
        names = ", ".join(sorted({*allowed, "OPTIONS"}))
        super().__init__(405, "The method is not allowed for the requested URL.", {"Allow": names})

    def response(self) -> Response:
        return json_response({"message": self.message}, self.status, self.headers)


def unauthorized(service: str, identity: str) -> OpenStackError:
    """A token that is missing, wrong or has run out. `identity`: the URL of log-in."""
    headers = {"WWW-Authenticate": f'Keystone uri="{identity}"'}
    if service == "image":
        return PageError(401, headers=headers)
    if service == "identity":
        return IdentityError(401, UNAUTHORIZED, headers)
    return MiddlewareError(401, UNAUTHORIZED, headers)


class MiddlewareError(OpenStackError):
    """Of keystonemiddleware, which stands before nova and neutron."""

    def response(self) -> Response:
        error = {"code": self.status, "title": HTTPStatus(self.status).phrase, "message": self.message}
        return json_response({"error": error}, self.status, self.headers)


def bad_request(message: str) -> ComputeError:
    return ComputeError(400, message)


def conflict(message: str) -> ComputeError:
    return ComputeError(409, message)


def not_found(message: str) -> ComputeError:
    return ComputeError(404, message)


def unserved(service: str, what: str) -> OpenStackError:
    """OpenStack has it, the twin does not: nothing is ever passed over in silence."""
    return of_service(service, 501, "NotImplementedError", f"Cloud-Twin does not serve {what}")


def of_service(service: str, status: int, kind: str, message: str) -> OpenStackError:
    """`kind`: as neutron calls it."""
    if service == "network":
        return NetworkError(status, kind, message)
    if service == "identity":
        return IdentityError(status, message)
    return PageError(status, message) if service == "image" else ComputeError(status, message)
