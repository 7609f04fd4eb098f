"""The way of every call to an Engine: the docker SDK's client, which is told all it uses, and typed errors."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION, MINIMUM_DOCKER_API_VERSION
from docker.transport import UnixHTTPAdapter
from docker.utils.proxy import ProxyConfig
from requests import RequestException, Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid, SpiderError
from ..contract.wire import Answered, Silent, TlsAdapter, Wire, from_silence, prepare
from . import errors
from .address import Address
from .errors import ANYTHING, Asked
from .wire import EngineSpeech

CONNECT_SECONDS, READ_SECONDS = 5, 30

T = TypeVar("T")
Thing = dict[str, Any]


class Client(docker.APIClient):  # type: ignore[misc]  # the SDK ships no types
    """Without what the SDK would look for in ~/.docker: proxies, headers, log-ins of registries."""

    def __init__(self, address: Address, wire: Wire, version: str) -> None:
        Session.__init__(self)  # not APIClient's, which reads those files
        self.base_url = address.base_url
        self.timeout = READ_SECONDS
        self._version = version
        self._general_configs: dict[str, Any] = {}
        self._proxy_configs = ProxyConfig()
        prepare(self, address.base_url, wire)

    def _set_request_timeout(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        kwargs["timeout"] = (CONNECT_SECONDS, kwargs.get("timeout") or self.timeout)
        return kwargs

    def read_archive(self, container: str, path: str) -> bytes:
        """The tar archive of a path in a container."""
        url = self._url("/containers/{0}/archive", container)
        return bytes(self._get(url, params={"path": path}).content)

    def stat(self, container: str, path: str) -> None:
        """Whether the path is there: an error where it is not."""
        url = self._url("/containers/{0}/archive", container)
        self.head(url, **self._set_request_timeout({"params": {"path": path}}))

    def create_image(self, params: Mapping[str, str]) -> Any:
        """The stream of a pull or import. Without X-Registry-Auth it is anonymous."""
        return self._post(self._url("/images/create"), params=params, stream=True)


class Engine:
    """One Docker Engine. Calls are named as the SDK's methods are (`inspect_image`). Raises SpiderErrors only."""

    def __init__(
        self, address: Address, recorder: CallRecorder, *, version: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        """`version`: of the API; "" is the highest that Engine and SDK both know, asked for before the first call."""
        self._redact = recorder.redact
        self._wire = Wire(_adapter(address, tls), recorder, EngineSpeech(urlsplit(address.base_url).path))
        self._client = Client(address, self._wire, _version(version) if version else "")

    def call(self, method: str, /, *args: Any, asked: Asked = ANYTHING, **kwargs: Any) -> Any:
        self._negotiate()
        return self._typed(lambda: getattr(self._client, method)(*args, **kwargs), asked)

    def told(self, method: str, /, *args: Any, asked: Asked = ANYTHING, **kwargs: Any) -> Thing:
        """The answer, which must be an object."""
        answer = self.call(method, *args, asked=asked, **kwargs)
        if not isinstance(answer, dict):
            raise self._nonsense(answer)
        return answer

    def listed(self, method: str, /, *args: Any, **kwargs: Any) -> list[Thing]:
        """The answer, which must be a list of things with an Id."""
        answer = self.call(method, *args, **kwargs)
        if not isinstance(answer, list) or not all(isinstance(one, dict) and one.get("Id") for one in answer):
            raise self._nonsense(answer)
        return answer

    def created(self, method: str, /, *args: Any, asked: Asked = ANYTHING, **kwargs: Any) -> str:
        """The Id of what was created."""
        answer = self.told(method, *args, asked=asked, **kwargs)
        if not isinstance(answer.get("Id"), str):
            raise self._nonsense(answer)
        return str(answer["Id"])

    def create_image(self, params: Mapping[str, str], check: Callable[[], None]) -> None:
        """Pulls or imports, to the stream's end. `check` is called now and then and stops it by raising."""
        response = self.call("create_image", params)
        exchange = self._wire.exchange
        try:
            self._typed(lambda: _watch(_events(response.iter_content(None)), check), ANYTHING)
        except SpiderError as error:
            exchange.end(error.code, error.text)
            raise
        finally:
            response.close()
            exchange.end()

    def close(self) -> None:
        self._client.close()

    def _negotiate(self) -> None:
        if self._client._version:
            return
        answer = self._typed(lambda: self._client.version(api_version=False), ANYTHING)
        spoken = answer.get("ApiVersion") if isinstance(answer, dict) else None
        if not isinstance(spoken, str) or not _parsed(spoken):
            raise self._nonsense(answer)
        self._client._version = min(spoken, DEFAULT_DOCKER_API_VERSION, key=_parsed)

    def _typed(self, step: Callable[[], T], asked: Asked) -> T:
        try:
            return step()
        except Answered as answer:
            raise errors.from_answer(answer, asked, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except docker.errors.DockerException as error:
            raise Invalid(self._redact(str(error))) from None
        except json.JSONDecodeError as error:
            raise self._nonsense(error) from None
        except (RequestException, HTTPError, OSError) as error:
            raise from_silence(Silent(error, self._wire.reads), self._redact) from None

    def _nonsense(self, shown: object) -> SpiderError:
        return errors.nonsense(self._wire.reads, self._redact(str(shown)[:200]))


def _adapter(address: Address, tls: ssl.SSLContext | None) -> HTTPAdapter:
    if address.socket_path:
        adapter: HTTPAdapter = UnixHTTPAdapter(f"http+unix://{address.socket_path}", READ_SECONDS)
        return adapter
    return TlsAdapter(tls) if tls else HTTPAdapter()


def _version(text: str) -> str:
    """Raises Invalid."""
    version = text.strip().removeprefix("v")
    if not _parsed(version):
        raise Invalid(f"APIVersion '{text}' is not like v1.41", field="APIVersion")
    if _parsed(version) < _parsed(MINIMUM_DOCKER_API_VERSION):
        raise Invalid(f"APIVersion '{text}' is below {MINIMUM_DOCKER_API_VERSION}", field="APIVersion")
    return version


def _parsed(version: str) -> tuple[int, ...]:
    """() for what is no version."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+", version) else ()


def _events(pieces: Iterator[bytes]) -> Iterator[Any]:
    """One JSON text per line."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (json.loads(line) for line in lines if line.strip())
    if rest.strip():
        yield json.loads(rest)


def _watch(events: Iterator[Any], check: Callable[[], None]) -> None:
    """Raises Answered for an error, which comes after the status has said success."""
    for number, event in enumerate(events):
        if number % 20 == 0:
            check()
        if isinstance(event, dict) and ("error" in event or "errorDetail" in event):
            detail = event.get("errorDetail") or {}
            status = int(detail.get("code") or 500)
            text = str(detail.get("message") or event.get("error"))
            raise Answered(status, str(status), text, spoken=True, read=False)
