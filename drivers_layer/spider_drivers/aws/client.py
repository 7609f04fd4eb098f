"""EC2's client, made once for the process. It knows neither region nor credential: each call brings its caller's.

botocore computes 25 ms to make one, for EC2's 830 operations; sixty regions would wait for that, not for their answers.
What differs between callers goes by the events that botocore offers for it.
"""

from __future__ import annotations

import os
import re
import threading
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.credentials import CredentialResolver, Credentials
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.session import Session

from ..contract.throttling import THROTTLED_SECONDS, Patience, retry_after
from . import errors

# The client's own: no call goes there, as none is without a caller.
_NOWHERE = "us-east-1"
_CALLER, _PATIENCE = "spider_caller", "spider_patience"
_EC2_ANSWER = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<\w+Response[\s/>]")

_making = threading.Lock()
_calling: ContextVar[Caller] = ContextVar("spider_ec2_caller")


class Caller(Protocol):
    """Where calls go, and in whose name. `endpoint`: None for the region's own."""

    @property
    def region(self) -> str: ...

    @property
    def endpoint(self) -> str | None: ...

    @property
    def credentials(self) -> Credentials: ...

    def send(self, request: Any) -> Any:
        """botocore's request, over the caller's own connections, to botocore's response."""

    def received(self, api: str, answer: dict[str, Any] | None, error: Exception | None) -> None:
        """Of each request that was sent: what came back."""


def call(caller: Caller, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """`operation`: as boto3's method is named. Raises what botocore does."""
    with _making:
        client = _made()
    token = _calling.set(caller)
    try:
        answer: dict[str, Any] = getattr(client, operation)(**parameters)
        return answer
    finally:
        _calling.reset(token)


def api(operation: str) -> str:
    """EC2's own name of it."""
    with _making:
        return str(_made().meta.method_to_api_mapping[operation])


@cache
def _made() -> Any:
    """Used under a lock until it is there."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        # Without an endpoint of its own botocore would look for AWS_ENDPOINT_URL, whatever the session's variables.
        ignore_configured_endpoint_urls=True,
        proxies={},
        # Else botocore puts its own together twice for each call, from what it knows of this machine.
        user_agent="spider-drivers",
    )
    client = _session().client("ec2", region_name=_NOWHERE, verify=True, config=config)
    events = client.meta.events
    events.unregister("needs-retry.ec2", unique_id="retry-config-ec2")
    events.register("before-parameter-build.ec2", _sign_as_the_caller)
    events.register("before-endpoint-resolution.ec2", _go_where_the_caller_is)
    events.register("before-send.ec2", _send)
    events.register("before-parse.ec2", _check)
    events.register("response-received.ec2", _received)
    events.register("needs-retry.ec2", _pause)
    return client


def _session() -> boto3.session.Session:
    """It knows no credential, and no way to find one.

    Its variables have lost the names by which botocore would find them in the environment and in ~/.aws, its files are
    empty, and models come from botocore alone, not from ~/.aws/models.
    """
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    for file in ("config_file", "credentials_file"):
        variables[file] = (None, None, os.devnull, None)
    session = Session(session_vars=variables)
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    session.register_component("credential_provider", CredentialResolver([]))
    return boto3.session.Session(botocore_session=session)


def _sign_as_the_caller(*, context: dict[str, Any], **_: Any) -> None:
    """The first event of a call. Raises LookupError where nobody calls."""
    caller = context[_CALLER] = _calling.get()
    context["signing"] = {"region": caller.region, "request_credentials": caller.credentials}


def _go_where_the_caller_is(*, builtins: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    caller: Caller = context[_CALLER]
    builtins |= {"AWS::Region": caller.region, "SDK::Endpoint": caller.endpoint}


def _send(*, request: Any, **_: Any) -> Any:
    caller: Caller = request.context[_CALLER]
    return caller.send(request)


def _received(
    *,
    event_name: str,
    parsed_response: dict[str, Any] | None,
    exception: Exception | None,
    context: dict[str, Any],
    **_: Any,
) -> None:
    caller: Caller = context[_CALLER]
    caller.received(event_name.rpartition(".")[2], parsed_response, exception)


def _check(*, response_dict: dict[str, Any], **_: Any) -> None:
    """To botocore any XML that EC2 did not write (a proxy's page) is an answer without members: an empty list."""
    if response_dict["status_code"] < 300 and not _EC2_ANSWER.match(response_dict["body"]):
        raise ResponseParserError(f"this is no answer of EC2's: {response_dict['body'][:200]!r}")


def _pause(*, response: tuple[Any, dict[str, Any]] | None, request_dict: dict[str, Any], **_: Any) -> float | bool:
    """Seconds until a throttled request is sent again; False for any other, and when the patience is used up."""
    if response is None or response[1].get("Error", {}).get("Code") not in errors.THROTTLING:
        return False
    patience: Patience = request_dict["context"].setdefault(_PATIENCE, Patience(THROTTLED_SECONDS))
    headers = response[1]["ResponseMetadata"].get("HTTPHeaders", {})
    pause = patience.pause(retry_after(headers.get("retry-after")))
    return False if pause is None else pause
