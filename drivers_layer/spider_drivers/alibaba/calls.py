"""The way of every call to ECS and VPC: the SDK's requests and signatures, a session of ours, and typed errors."""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Iterator
from typing import Any

from aliyunsdkcore.acs_exception.exceptions import ClientException
from aliyunsdkcore.client import AcsClient
from requests import RequestException, Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid
from ..contract.wire import Answered, Silent, TlsAdapter, Wire, from_silence, prepare, tls_context
from . import errors
from .errors import NO_FIELDS, Fields
from .wire import RpcSpeech

CONNECT_SECONDS, READ_SECONDS = 5, 30

Thing = dict[str, Any]

_REQUESTS = {"ecs": "aliyunsdkecs.request.v20140526", "vpc": "aliyunsdkvpc.request.v20160428"}

# What a list answers, the largest page it gives, and whether the next page is found by a token; else by its number.
_LISTS: dict[str, tuple[str, int, bool]] = {
    "ecs.DescribeImages": ("Images.Image", 100, False),
    "ecs.DescribeInstanceTypes": ("InstanceTypes.InstanceType", 1600, True),
    "ecs.DescribeInstances": ("Instances.Instance", 100, True),
    "ecs.DescribeKeyPairs": ("KeyPairs.KeyPair", 50, False),
    "ecs.DescribeNetworkInterfaces": ("NetworkInterfaceSets.NetworkInterfaceSet", 500, True),
    "ecs.DescribeSecurityGroupAttribute": ("Permissions.Permission", 1000, True),
    "ecs.DescribeSecurityGroups": ("SecurityGroups.SecurityGroup", 100, True),
    "vpc.DescribeVSwitches": ("VSwitches.VSwitch", 50, False),
    "vpc.DescribeVpcs": ("Vpcs.Vpc", 50, False),
}


def _without_query(record: logging.LogRecord) -> bool:
    return "Signature=" not in record.getMessage()


# At DEBUG urllib3 logs whole URLs, and here these carry tokens, signatures and passwords.
logging.getLogger("urllib3.connectionpool").addFilter(_without_query)


class _Signer(AcsClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client, which builds and signs. Its own way to the wire is led by the environment (proxies, CA, debug
    output with signatures in it), and its requests are of 2018: `session` takes that place."""

    def __init__(self, key: str, secret: str, region: str, session: Session) -> None:
        super().__init__(key, secret, region, auto_retry=False)
        self._speaking = session

    def _handle_single_request(
        self, endpoint: str, request: Any, read_timeout: float, connect_timeout: float, signer: Any
    ) -> tuple[int, Any, bytes, None]:
        """One HTTP exchange. Raises what the session raises."""
        signed = self._make_http_response(endpoint, request, read_timeout, connect_timeout, signer)
        answer = self._speaking.request(
            signed.get_method(),
            f"{endpoint}{signed.get_url()}",
            headers=signed.get_headers(),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )
        return answer.status_code, answer.headers, answer.content, None


class Acs:
    """ECS and VPC in one region. Calls are named by product and operation (`ecs.RunInstances`), and take and answer
    what the API reference says. Raises SpiderErrors only.

    `endpoint`: in place of both products' public addresses.
    """

    def __init__(
        self,
        endpoint: str | None,
        region: str,
        credential: tuple[str, str, str],
        recorder: CallRecorder,
        *,
        ca: str | None = None,
        page_size: int | None = None,
    ) -> None:
        """`credential`: key, secret, token or "". `ca` (PEM) replaces the public authorities. Raises Invalid."""
        key, secret, self._token = credential
        self.region = region
        self._endpoint = endpoint
        self._redact = recorder.redact
        self._page_size = page_size
        secure = not endpoint or endpoint.startswith("https:")
        inner = TlsAdapter(tls_context(ca)) if ca or secure else HTTPAdapter()
        self._wire = Wire(inner, recorder, RpcSpeech())
        self._session = Session()
        prepare(self._session, self._address("ecs"), self._wire)
        self._signer = _Signer(key, secret, region, self._session)

    def call(self, api: str, fields: Fields = NO_FIELDS, /, **parameters: Any) -> Thing:
        """`fields`: what a refusal complains of."""
        product, _, action = api.partition(".")
        request = _request(product, action, parameters)
        if self._token:
            request.add_query_param("SecurityToken", self._token)
        request.set_endpoint(self._address(product))
        return self._answer(request, fields)

    def all(self, api: str, fields: Fields = NO_FIELDS, /, **parameters: Any) -> list[Thing]:
        """The elements of every page."""
        return [one for page in self.pages(api, fields, **parameters) for one in _elements(page, _LISTS[api][0])]

    def pages(self, api: str, fields: Fields = NO_FIELDS, /, **parameters: Any) -> Iterator[Thing]:
        member, largest, by_token = _LISTS[api]
        size = min(largest, self._page_size or largest)
        asked = {**parameters, **({"MaxResults": size} if by_token else {"PageSize": size, "PageNumber": 1})}
        seen = 0
        while True:
            page = self.call(api, fields, **asked)
            yield page
            if by_token:
                if not page.get("NextToken"):
                    return
                asked["NextToken"] = page["NextToken"]
                continue
            found = len(_elements(page, member))
            seen += found
            if not found or seen >= page.get("TotalCount", 0):
                return
            asked["PageNumber"] += 1

    def close(self) -> None:
        self._session.close()

    def _address(self, product: str) -> str:
        return self._endpoint or f"https://{product}.{self.region}.aliyuncs.com"

    def _answer(self, request: Any, fields: Fields) -> Thing:
        try:
            body = self._signer.do_action_with_exception(request)
        except Answered as refusal:
            raise errors.from_answer(refusal, fields, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except ClientException as error:
            raise Invalid(self._redact(str(error))) from None
        except (RequestException, HTTPError, OSError) as error:
            raise from_silence(Silent(error, False), self._redact) from None
        told: Thing = json.loads(body)  # a JSON object: the wire has looked
        return told


def _request(product: str, action: str, parameters: Thing) -> Any:
    """The SDK's request. A list is set by the method of the plural's name; names with dots by one without."""
    module = importlib.import_module(f"{_REQUESTS[product]}.{action}Request")
    request = getattr(module, f"{action}Request")()
    for name, value in parameters.items():
        setter = f"set_{name.replace('.', '')}"
        plural = getattr(request, f"{setter}s", None) if isinstance(value, list) else None
        (plural or getattr(request, setter))(_spelled(value))
    return request


def _spelled(value: Any) -> Any:
    """To the API truth is `true`, to Python's urlencode `True`."""
    return str(value).lower() if isinstance(value, bool) else value


def _elements(page: Thing, member: str) -> list[Thing]:
    """Of `Vpcs.Vpc`."""
    outer, _, inner = member.partition(".")
    with errors.understood():
        return [dict(one) for one in (page.get(outer) or {}).get(inner) or []]
