"""How ECS and VPC are spoken to: names of calls, and what is no success of theirs."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest, Response

from ..contract.throttling import retry_after
from ..contract.wire import Answered, members

_READS = ("Describe", "List")
# The SDK's own data (retry_config.json) and the error centre's pages have codes that begin so.
TOO_FAST = r"Throttling(\..+)?|FlowControl.*"


def action(url: str) -> str:
    """The operation's name; "" for a URL that has none."""
    return parse_qs(urlsplit(url).query).get("Action", [""])[0]


class RpcSpeech:
    """Alibaba's RPC style: everything stands in the query, reads are POSTs too, and every answer has a RequestId."""

    def api(self, request: PreparedRequest) -> str:
        url = str(request.url)
        return action(url) or f"{request.method} {urlsplit(url).path}"

    def refusal(self, response: Response, read: bool) -> Answered | None:
        told, status = members(response), response.status_code
        if status < 300 and "RequestId" in told:
            return None
        read = action(str(response.url)).startswith(_READS)
        wait = retry_after(response.headers.get("Retry-After"))
        if status >= 300 and isinstance(told.get("Code"), str):
            return Answered(status, told["Code"], str(told.get("Message", "")), True, read, wait)
        text = f"this is no answer of Alibaba Cloud's: {response.text.strip()[:200]}"
        return Answered(status, str(status), text, False, read, wait)

    def throttled(self, refusal: Answered) -> bool:
        if refusal.spoken and re.fullmatch(TOO_FAST, refusal.code):
            return True
        return refusal.status == 429 or (refusal.status == 503 and refusal.retry_after is not None)
