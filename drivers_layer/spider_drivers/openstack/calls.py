"""The way of every call to OpenStack: openstacksdk's session, catalogue and discovery over one wire of ours, and typed
errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from keystoneauth1 import exceptions as keystone
from keystoneauth1.session import Session as KeystoneSession
from openstack.connection import Connection
from openstack.exceptions import SDKException
from requests import RequestException, Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid, Refused
from ..contract.wire import Answered, Silent, TlsAdapter, Wire, from_silence, prepare, shared_tls_context
from . import errors
from .errors import NO_FIELDS, Fields
from .wire import Guarded, OpenStackSpeech

SERVICES = ("compute", "network", "image")
# Of compute, since Queens: a server tells its flavor's name, key pairs have pages. The second names a volume's type.
MICROVERSION, WITH_VOLUME_TYPES = "2.60", "2.67"
LARGEST_PAGE = 1000

Thing = dict[str, Any]


class OpenStack:
    """One project's services in one region. A path is a service's type and what stands below its version, made by
    `path`; bodies and answers are OpenStack's JSON. Raises SpiderErrors only."""

    def __init__(
        self,
        auth_url: str,
        plugin: Any,
        region: str,
        recorder: CallRecorder,
        *,
        ca: str | None = None,
        page_size: int | None = None,
    ) -> None:
        """`ca` (PEM) replaces the public authorities. Raises Invalid."""
        self.region = region
        self._redact = recorder.redact
        self._page_size = page_size or LARGEST_PAGE
        self._plugin = plugin
        self._speech = OpenStackSpeech()
        self._speech.learn("identity", auth_url)
        # Its services may speak TLS though keystone does not.
        self._wire = Wire(_Either(ca), recorder, self._speech)
        self._http = Session()
        prepare(self._http, auth_url, Guarded(self._wire, auth_url))
        self._session = KeystoneSession(auth=plugin, session=self._http)
        self._regions: dict[str, Any] = {}
        self._services: dict[tuple[str, str], Any] = {}

    def get(self, path: str, fields: Fields = NO_FIELDS, /, region: str | None = None, **query: Any) -> Thing:
        """`fields`: what a refusal complains of."""
        return self._call("GET", path, fields, region or self.region, params=query)

    def post(self, path: str, body: Thing, fields: Fields = NO_FIELDS, *, microversion: str = MICROVERSION) -> Thing:
        return self._call("POST", path, fields, self.region, json=body, microversion=microversion)

    def put(self, path: str, body: Thing, fields: Fields = NO_FIELDS) -> Thing:
        return self._call("PUT", path, fields, self.region, json=body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path, NO_FIELDS, self.region)

    def all(self, path: str, /, **query: Any) -> list[Thing]:
        """The elements of every page."""
        return [item for page in self._pages(path, query) for item in page]

    def catalogue(self) -> list[Thing]:
        """As keystone tells it with a token, which is had for it if need be."""
        try:
            return list(self._access().service_catalog.catalog)
        except Answered as refusal:
            raise errors.from_answer(refusal, NO_FIELDS, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except keystone.ClientException as error:
            raise Refused(self._redact(str(error))) from None

    def close(self) -> None:
        self._http.close()

    def page(self, path: str, /, **query: Any) -> list[Thing]:
        """The elements of one page."""
        return self._page(path, query)[0]

    def _page(self, path: str, query: Thing) -> tuple[list[Thing], str]:
        answer = self.get(path, **query)
        with errors.understood():
            return _page(answer)

    def _pages(self, path: str, query: Thing) -> Iterator[list[Thing]]:
        asked = {**query, "limit": self._page_size}
        while True:
            items, marker = self._page(path, asked)
            yield items
            if not marker:
                return
            asked["marker"] = marker

    def _call(self, method: str, path: str, fields: Fields, region: str, **options: Any) -> Thing:
        service, _, below = path.partition("/")
        if service == "compute":
            options.setdefault("microversion", MICROVERSION)
        try:
            return self._renewed(method, service, f"/{below}", region, options)
        except Answered as refusal:
            raise errors.from_answer(refusal, fields, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except (keystone.ClientException, SDKException) as error:
            raise Refused(self._redact(str(error))) from None
        except (RequestException, HTTPError, OSError) as error:
            raise from_silence(Silent(error, self._wire.reads), self._redact) from None

    def _renewed(self, method: str, service: str, below: str, region: str, options: Thing) -> Thing:
        """A token that has run out, or was revoked, is renewed once: what it was refused for was not done."""
        try:
            return self._once(method, service, below, region, options)
        except Answered as refusal:
            if refusal.status != 401 or not self._session.invalidate():
                raise
        return self._once(method, service, below, region, options)

    def _once(self, method: str, service: str, below: str, region: str, options: Thing) -> Thing:
        response = self._service(service, region).request(below, method, **options)
        told = _Read if method == "GET" else _Changed
        return told(response.json(object_hook=told)) if response.content else {}

    def _service(self, service: str, region: str) -> Any:
        """The SDK's adapter, which looks for the service in the catalogue and asks it for its versions."""
        if (region, service) not in self._services:
            self._services[region, service] = self._found(service, region)
        return self._services[region, service]

    def _found(self, service: str, region: str) -> Any:
        """Raises Invalid."""
        if region not in self._regions:
            for found in self._access().service_catalog.catalog:
                for endpoint in found["endpoints"]:
                    self._speech.learn(found["type"], endpoint["url"])
            # The image service's retries are the SDK's only ones that are on by themselves.
            self._regions[region] = Connection(
                session=self._session, region_name=region, interface="public", image_status_code_retries=0
            )
        offered = {found["type"] for found in self._access().service_catalog.catalog if _is_in(found, region)}
        if service not in offered:
            raise Invalid(f"the cloud's catalogue has no service '{service}' in the region '{region}'", field="Region")
        return getattr(self._regions[region], service)

    def _access(self) -> Any:
        return self._plugin.get_access(self._session)


class _Read(Thing):
    """What a read has told. A member that should be there and is not makes it no answer of OpenStack's."""

    read = True

    def __missing__(self, key: str) -> Any:
        raise errors.nonsense(self.read, f"'{key}' is missing among {', '.join(self) or 'nothing'}")


class _Changed(_Read):
    read = False


class _Either(HTTPAdapter):
    """Plain HTTP as it is, and TLS by the connection's own authorities alone."""

    def __init__(self, ca: str | None) -> None:
        """Raises Invalid."""
        super().__init__()
        self._secure = TlsAdapter(shared_tls_context(ca)) if ca else None

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not str(request.url).startswith("https:"):
            return super().send(request, *args, **kwargs)
        if self._secure is None:  # to read the public authorities takes its time
            self._secure = TlsAdapter(shared_tls_context(None))
        return self._secure.send(request, *args, **kwargs)

    def close(self) -> None:
        if self._secure:
            self._secure.close()
        super().close()


def path(collection: str, *words: str) -> str:
    """`network/ports` and an id, and perhaps more. Raises Invalid for a word that would lead elsewhere."""
    if any(word in ("", ".", "..") for word in words):
        raise Invalid(f"{words} are no words of a path")
    return "/".join([collection, *(quote(word, safe="") for word in words)])


def _page(answer: Thing) -> tuple[list[Thing], str]:
    """A page's elements, and the next one's marker ("": there is none). Nova and neutron link it in `<kind>_links`,
    glance in `next`."""
    lists = (key for key, value in answer.items() if isinstance(value, list) and not key.endswith("_links"))
    kind = next(lists, "a list")
    links = [link["href"] for link in answer.get(f"{kind}_links", ()) if link["rel"] == "next"]
    following = next(iter(links), answer.get("next") or "")
    return answer[kind], next(iter(parse_qs(urlsplit(following).query).get("marker", ())), "")


def _is_in(found: Thing, region: str) -> bool:
    return any(one["interface"] == "public" and one["region"] == region for one in found["endpoints"])
