"""The way of every call to ECS and VPC: the SDK's requests and signatures, a session of ours, and typed errors."""

from __future__ import annotations

import importlib
import json
import logging
from typing import Any, NamedTuple

from aliyunsdkcore.acs_exception.exceptions import ClientException
from aliyunsdkcore.client import AcsClient
from requests import RequestException, Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid
from ..contract.wire import Answered, Silent, TlsAdapter, Wire, from_silence, prepare, shared_tls_context
from . import errors
from .errors import NO_FIELDS, Fields
from .wire import RpcSpeech

CONNECT_SECONDS, READ_SECONDS = 5, 30

Thing = dict[str, Any]

_REQUESTS = {"ecs": "aliyunsdkecs.request.v20140526", "vpc": "aliyunsdkvpc.request.v20160428"}


class _List(NamedTuple):
    """`member`: where an answer has the elements. `identity`: what of an element tells which it is. `largest`: page.
    `by_token`: how the next page is found; else by its number."""

    member: str
    identity: str
    largest: int
    by_token: bool


_LISTS: dict[str, _List] = {
    "ecs.DescribeImages": _List("Images.Image", "ImageId", 100, False),
    "ecs.DescribeInstanceTypes": _List("InstanceTypes.InstanceType", "InstanceTypeId", 1600, True),
    "ecs.DescribeInstances": _List("Instances.Instance", "InstanceId", 100, True),
    "ecs.DescribeKeyPairs": _List("KeyPairs.KeyPair", "KeyPairName", 50, False),
    "ecs.DescribeNetworkInterfaces": _List("NetworkInterfaceSets.NetworkInterfaceSet", "NetworkInterfaceId", 500, True),
    "ecs.DescribeSecurityGroupAttribute": _List("Permissions.Permission", "Direction", 1000, True),
    "ecs.DescribeSecurityGroups": _List("SecurityGroups.SecurityGroup", "SecurityGroupId", 100, True),
    "vpc.DescribeVSwitches": _List("VSwitches.VSwitch", "VSwitchId", 50, False),
    "vpc.DescribeVpcs": _List("Vpcs.Vpc", "VpcId", 50, False),
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
        inner = TlsAdapter(shared_tls_context(ca)) if ca or secure else HTTPAdapter()
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
        """The elements of every page. Each has its id."""
        listed = _LISTS[api]
        size = min(listed.largest, self._page_size or listed.largest)
        asked = {**parameters, **({"MaxResults": size} if listed.by_token else {"PageSize": size, "PageNumber": 1})}
        found: list[Thing] = []
        while True:
            page = self.call(api, fields, **asked)
            elements = _elements(page, listed)
            found += elements
            if listed.by_token:
                asked["NextToken"] = page.get("NextToken")
                done = not asked["NextToken"]
            else:
                asked["PageNumber"] += 1
                done = not elements or len(found) >= page.get("TotalCount", 0)
            if done:
                return found

    def page(self, api: str, /, **parameters: Any) -> list[Thing]:
        """The elements of one page."""
        return _elements(self.call(api, **parameters), _LISTS[api])

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


def _elements(page: Thing, listed: _List) -> list[Thing]:
    outer, _, inner = listed.member.partition(".")
    with errors.understood():
        return [{**one, listed.identity: str(one[listed.identity])} for one in (page.get(outer) or {}).get(inner) or []]
