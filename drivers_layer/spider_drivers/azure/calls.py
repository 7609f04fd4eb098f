"""The way of every call to Azure: the SDK's clients, which speak through one session, and typed errors."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, TypeVar

from requests import RequestException, Session
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder, Invalid, SpiderError
from ..contract.wire import Answered, Silent, TlsAdapter, from_silence, prepare, shared_tls_context
from . import errors
from .errors import ANYTHING, Asked
from .log_in import LogIn, Principal, policy
from .place import Place
from .wire import ArmSpeech, ArmWire

CONNECT_SECONDS, READ_SECONDS = 5, 30

T = TypeVar("T")
Thing = dict[str, Any]

_CLIENTS = {
    "compute": ("azure.mgmt.compute", "ComputeManagementClient"),
    "network": ("azure.mgmt.network", "NetworkManagementClient"),
    "resources": ("azure.mgmt.resource.resources", "ResourceManagementClient"),
    "subscriptions": ("azure.mgmt.resource.subscriptions", "SubscriptionClient"),
}


class Arm:
    """Azure Resource Manager in one subscription. Operations are named as the SDK's methods are, after the client's
    name and the group's: `network.virtual_networks.get`. Raises SpiderErrors only.

    `principal`: who logs in.
    """

    def __init__(
        self,
        place: Place,
        principal: Principal,
        recorder: CallRecorder,
        *,
        endpoint: str,
        ca: str | None,
    ) -> None:
        self.place = place
        self._redact = recorder.redact
        self._endpoint = endpoint
        self._scope = principal.scope
        self._wire = ArmWire(
            TlsAdapter(shared_tls_context(ca)), recorder, ArmSpeech(), origins=(endpoint, principal.authority)
        )
        self._session = Session()
        prepare(self._session, endpoint, self._wire)
        self._log_in = LogIn(principal, lambda: self._transport)
        self._clients: dict[str, Any] = {}
        self.knows_group = False  # whether the resource group is there

    def call(self, operation: str, /, *given: Any, asked: Asked = ANYTHING, **more: Any) -> Thing:
        """The answer as ARM's JSON. Who asks for a stream gets no model of it, which takes the SDK as long to make as
        the call itself."""
        return _thing(self._typed(lambda: self._method(operation)(*given, stream=True, cls=_json, **more), asked))

    def all(self, operation: str, /, *given: Any, asked: Asked = ANYTHING, **more: Any) -> list[Thing]:
        """The elements of every page, which only the session follows, or of an answer that is a plain array."""
        found = self._typed(lambda: list(self._method(operation)(*given, **more)), asked)
        return [_thing(one.as_dict()) for one in found]

    def begin(self, operation: str, /, *given: Any, asked: Asked = ANYTHING, **more: Any) -> None:
        """A change that Azure goes on with after its answer: reads tell how."""
        self._typed(lambda: self._method(operation)(*given, polling=False, **more), asked)

    def remove(self, operation: str, /, *given: Any) -> bool:
        """A delete. Whether nothing is there any more (204), instead of being deleted by now."""

        def status(response: Any, *_: Any) -> int:
            return int(response.http_response.status_code)

        def send() -> int:
            if ".begin_" in operation:
                return int(self._method(operation)(*given, polling=False, cls=status).result())
            return int(self._method(operation)(*given, cls=status))

        return self._typed(send, ANYTHING) == 204

    def close(self) -> None:
        self._session.close()

    def _method(self, operation: str) -> Callable[..., Any]:
        client, group, name = operation.split(".")
        if client not in self._clients:
            self._clients[client] = self._opened(client)
        method = getattr(getattr(self._clients[client], group), name)
        # Else the environment says whether calls are traced, and by what.
        return partial(method, tracing_options={"enabled": False})

    def _opened(self, client: str) -> Any:
        """The SDK's own policies would repeat calls, follow redirections, register providers (asleep in between), and
        read the environment."""
        from azure.core import AzureClouds
        from azure.core.pipeline.policies import UserAgentPolicy

        module, name = _CLIENTS[client]
        subscription = {} if client == "subscriptions" else {"subscription_id": self.place.subscription}
        return getattr(importlib.import_module(module), name)(
            self._log_in,
            **subscription,
            base_url=self._endpoint,
            cloud_setting=AzureClouds.AZURE_PUBLIC_CLOUD,
            credential_scopes=[self._scope],
            transport=self._transport,
            policies=[
                UserAgentPolicy(base_user_agent="spider-drivers", user_agent_use_env=False),
                policy(self._log_in),
            ],
        )

    @cached_property
    def _transport(self) -> Any:
        from azure.core.pipeline.transport import RequestsTransport

        return RequestsTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
        )

    def _typed(self, step: Callable[[], T], asked: Asked) -> T:
        from azure.core.exceptions import AzureError

        try:
            return step()
        except Answered as answer:
            if answer.status == 401:
                self._log_in.forget()
            if answer.code == "ResourceGroupNotFound":
                self.knows_group = False
            raise errors.from_answer(answer, asked, self._redact) from None
        except Silent as silence:
            raise from_silence(silence, self._redact) from None
        except (RequestException, HTTPError, OSError) as error:
            raise from_silence(Silent(error, self._wire.reads), self._redact) from None
        except SpiderError as error:
            raise type(error)(self._redact(error.message), code=error.code, text=self._redact(error.text)) from None
        except (json.JSONDecodeError, AzureError) as error:
            raise from_silence(Silent(error, self._wire.reads), self._redact) from None
        except ValueError as error:
            raise Invalid(self._redact(str(error)), field=asked.invalid) from None


def _json(response: Any, *_: Any) -> Thing:
    """Of an answer that the wire has read whole. Raises JSONDecodeError, also for what is no object."""
    read = response.http_response.internal_response
    found = read.json()
    if not isinstance(found, dict):
        raise json.JSONDecodeError("this is no resource", read.text, 0)
    return found


def _thing(told: Thing) -> Thing:
    """ARM's JSON, with the two members that every reader takes for granted."""
    found = dict(told)
    found.setdefault("name", str(found.get("id", "")).rpartition("/")[2])
    if not isinstance(found.get("properties"), dict):
        found["properties"] = {}
    return found
