"""The way of every call to Compute Engine: the SDK's REST transports over one session of ours, and typed errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.protobuf import json_format
from requests import PreparedRequest, RequestException, Session
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid, SpiderError
from ..contract.wire import Answered, Silent, TlsAdapter, Wire, from_silence, prepare, shared_tls_context
from . import errors, services
from .errors import NO_FIELDS, Fields
from .wire import GceSpeech

ENDPOINT = "https://compute.googleapis.com"
CONNECT_SECONDS, READ_SECONDS = 5, 30
LARGEST_PAGE = 500

Thing = dict[str, Any]


class SignedBy(AuthBase):
    """Requests carry a token that the account's own key signs: nobody is asked for one."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        # Not credentials.before_request, which an environment variable may make ask Google for more.
        if not self._credentials.valid:
            self._credentials.refresh(None)
        self._credentials.apply(request.headers)
        return request


class Gce:
    """Compute Engine for one project. Calls are named as in the discovery document (`instances.setLabels`), and take
    and answer its JSON. Raises SpiderErrors only."""

    def __init__(
        self,
        endpoint: str | None,
        project: str,
        credentials: Any,
        recorder: CallRecorder,
        *,
        ca: str | None = None,
        page_size: int | None = None,
    ) -> None:
        """`ca` (PEM) replaces the public authorities. Raises Invalid."""
        self.project = project
        self._endpoint = endpoint or ENDPOINT
        self._redact = recorder.redact
        self._page_size = min(LARGEST_PAGE, page_size or LARGEST_PAGE)
        tls = shared_tls_context(ca) if ca or self._endpoint.startswith("https:") else None
        self._wire = Wire(TlsAdapter(tls) if tls else HTTPAdapter(), recorder, GceSpeech())
        self._session = Session()
        self._session.auth = SignedBy(credentials)
        prepare(self._session, self._endpoint, self._wire)
        self._transports: dict[str, Any] = {}

    def call(self, api: str, fields: Fields = NO_FIELDS, /, *, body: Thing | None = None, **parameters: Any) -> Thing:
        """`fields`: what a refusal complains of. The project is this one, unless `parameters` name another."""
        service, _, method = api.partition(".")
        stub = getattr(self._transport(service), services.snake(method))
        try:
            request = _request(stub, {"project": self.project, **parameters}, body)
            answer = stub(request, retry=None, timeout=(CONNECT_SECONDS, READ_SECONDS))
            return dict(json_format.MessageToDict(type(answer).pb(answer)))
        except Answered as refusal:
            raise errors.from_answer(refusal, fields, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except json_format.ParseError as error:
            raise self._misread(error) from None
        except (ValueError, GoogleAuthError) as error:
            raise Invalid(self._redact(str(error))) from None
        except (RequestException, HTTPError, OSError) as error:
            raise from_silence(Silent(error, self._wire.reads), self._redact) from None

    def all(self, api: str, fields: Fields = NO_FIELDS, /, **parameters: Any) -> list[Thing]:
        """The items of every page."""
        return [item for page in self._pages(api, fields, parameters) for item in page.get("items", [])]

    def everywhere(self, collection: str) -> list[Thing]:
        """The items of a collection in all zones or regions."""
        return [
            item
            for page in self._pages(f"{collection}.aggregatedList", NO_FIELDS, {})
            for scope in page.get("items", {}).values()
            for item in scope.get(collection, [])
        ]

    def operation_error(self, found: Thing, fields: Fields) -> SpiderError:
        return errors.from_operation(found, fields, self._redact)

    def close(self) -> None:
        self._session.close()

    def _pages(self, api: str, fields: Fields, parameters: Thing) -> Iterator[Thing]:
        asked = {**parameters, "maxResults": self._page_size}
        while True:
            page = self.call(api, fields, **asked)
            yield page
            if not page.get("nextPageToken"):
                return
            asked["pageToken"] = page["nextPageToken"]

    def _transport(self, service: str) -> Any:
        """Not the SDK's client, which reads the environment when it is made."""
        if service not in self._transports:
            kind = services.client(service).get_transport_class("rest")
            transport = kind(credentials=AnonymousCredentials(), host=self._endpoint)
            transport._session = self._session
            self._transports[service] = transport
        return self._transports[service]

    def _misread(self, error: Exception) -> SpiderError:
        return errors.nonsense(self._wire.reads, self._redact(str(error))[:200])


def _request(stub: Any, parameters: Thing, body: Thing | None) -> Any:
    """The stub's request message. Raises ValueError for what the message has no place for."""
    kind = type(stub).__call__.__annotations__["request"]
    if body is not None:
        parameters[stub._get_http_options()[0]["body"]] = body
    request = kind()
    try:
        json_format.ParseDict(parameters, kind.pb(request))
    except json_format.ParseError as error:
        raise ValueError(str(error)) from None
    return request
