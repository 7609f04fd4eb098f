"""The way of every call to EC2: typed errors, throttling waited out, one record per HTTP attempt."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.parsers import ResponseParserError

from ..contract import CallRecorder, Invalid
from ..contract.throttling import THROTTLED_SECONDS, Patience, retry_after
from . import errors

# The largest MaxResults that EC2 takes, where that is not 1000.
_LARGEST_PAGES = {"describe_instance_types": 100, "describe_route_tables": 100}
_PATIENCE = "spider_patience"
_EC2_ANSWER = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<\w+Response[\s/>]")


class Ec2:
    """One boto3 client of EC2. Operations are named as its methods are (`describe_vpcs`)."""

    def __init__(self, client: Any, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        self._client = client
        self._recorder = recorder
        self._page_size = page_size
        self._sent = 0.0
        events = client.meta.events
        events.unregister("needs-retry.ec2", unique_id="retry-config-ec2")
        events.register("needs-retry.ec2", _pause)
        events.register("before-send.ec2", self._sending)
        events.register("before-parse.ec2", _check)
        events.register("response-received.ec2", self._received)

    def call(self, operation: str, fields: errors.Fields | None = None, /, **parameters: Any) -> dict[str, Any]:
        """Raises SpiderErrors only."""
        read, redact = operation.startswith("describe_"), self._recorder.redact
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        except ClientError as error:
            raise errors.from_answer(error.response, read=read, fields=fields or {}, redact=redact) from None
        except ParamValidationError as error:
            raise Invalid(redact(str(error))) from None
        except ResponseParserError as error:
            self._record(self._client.meta.method_to_api_mapping[operation], type(error).__name__, str(error))
            raise errors.from_silence(error, redact=redact) from None
        except BotoCoreError as error:
            raise errors.from_silence(error, redact=redact) from None
        return answer

    def all(self, operation: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        """The elements `member` of every page."""
        size = _LARGEST_PAGES.get(operation, 1000)
        parameters["MaxResults"] = min(size, self._page_size or size)
        found: list[dict[str, Any]] = []
        while True:
            answer = self.call(operation, **parameters)
            found += answer.get(member, [])
            if not answer.get("NextToken"):
                return found
            parameters["NextToken"] = answer["NextToken"]

    def close(self) -> None:
        self._client.close()

    def _sending(self, **_: Any) -> None:
        self._sent = self._recorder.clock.stopwatch()

    def _received(
        self, *, event_name: str, parsed_response: dict[str, Any] | None, exception: Exception | None, **_: Any
    ) -> None:
        api = event_name.rpartition(".")[2]
        if exception is not None:
            self._record(api, type(exception).__name__, str(exception))
        else:
            refusal = (parsed_response or {}).get("Error", {})
            self._record(api, refusal.get("Code", ""), refusal.get("Message", ""))

    def _record(self, api: str, code: str, text: str) -> None:
        self._recorder.record(api, self._recorder.clock.stopwatch() - self._sent, code, text)


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
