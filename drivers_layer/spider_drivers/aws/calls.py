"""The way of every call to EC2: typed errors, throttling waited out, one record per HTTP attempt."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.parsers import ResponseParserError

from ..contract import CallRecorder, Invalid
from . import client, errors
from .http import Http

# The largest MaxResults that EC2 takes, where that is not 1000.
_LARGEST_PAGES = {"describe_instance_types": 100, "describe_route_tables": 100}


class Ec2:
    """EC2 of one region, in one credential's name. Operations are named as boto3's methods are (`describe_vpcs`)."""

    def __init__(
        self,
        *,
        region: str,
        endpoint: str | None,
        credentials: Credentials,
        tls: ssl.SSLContext,
        recorder: CallRecorder,
        page_size: int | None = None,
    ) -> None:
        self.region = region
        self.endpoint = endpoint
        self.credentials = credentials
        self._tls = tls
        self._recorder = recorder
        self._page_size = page_size
        self._http: Http | None = None
        self._sent = 0.0

    def call(self, operation: str, fields: errors.Fields | None = None, /, **parameters: Any) -> dict[str, Any]:
        """Raises SpiderErrors only."""
        read, redact = operation.startswith("describe_"), self._recorder.redact
        try:
            return client.call(self, operation, parameters)
        except ClientError as error:
            raise errors.from_answer(error.response, read=read, fields=fields or {}, redact=redact) from None
        except ParamValidationError as error:
            raise Invalid(redact(str(error))) from None
        except ResponseParserError as error:
            self._record(client.api(operation), type(error).__name__, str(error))
            raise errors.from_silence(error, redact=redact) from None
        except BotoCoreError as error:
            raise errors.from_silence(error, redact=redact) from None

    def all(self, operation: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        """The elements `member` of every page."""
        size = _LARGEST_PAGES.get(operation, 1000)
        return list(self.each(operation, member, MaxResults=min(size, self._page_size or size), **parameters))

    def each(self, operation: str, member: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """As `all`; a page is asked for when it is come to."""
        while True:
            answer = self.call(operation, **parameters)
            yield from answer.get(member, [])
            if not answer.get("NextToken"):
                return
            parameters["NextToken"] = answer["NextToken"]

    def close(self) -> None:
        if self._http:
            self._http.close()

    def send(self, request: Any) -> Any:
        if self._http is None:
            self._http = Http(request.url, self._tls)
        self._sent = self._recorder.clock.stopwatch()
        return self._http.send(request)

    def received(self, api: str, answer: dict[str, Any] | None, error: Exception | None) -> None:
        if error is not None:
            self._record(api, type(error).__name__, str(error))
        else:
            refusal = (answer or {}).get("Error", {})
            self._record(api, refusal.get("Code", ""), refusal.get("Message", ""))

    def _record(self, api: str, code: str, text: str) -> None:
        self._recorder.record(api, self._recorder.clock.stopwatch() - self._sent, code, text)
