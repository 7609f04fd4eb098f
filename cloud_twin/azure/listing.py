"""Lists in pages, and the bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from .. import pages
from ..centre import Thing
from ..facade import Call
from ..settings import Settings
from .errors import ArmError

# What Azure itself puts on a page differs from kind to kind, and is told nowhere.
PAGE = 1000


def page(
    call: Call, settings: Settings, things: Sequence[Thing], shown: Callable[[Thing], Any], size: int = PAGE
) -> dict[str, Any]:
    """`nextLink` is absolute, as ARM's. Raises ArmError."""
    asked = call.query.get("$top", "")
    limit = min(size, settings.page_size or size, int(asked) if asked.isdecimal() and int(asked) else size)
    try:
        found, token = pages.page(things, limit, call.query.get("$skiptoken", ""))
    except ValueError:
        text = "The provided '$skiptoken' query parameter value is invalid."
        raise ArmError(400, "InvalidSkipToken", text) from None
    answer: dict[str, Any] = {"value": [shown(one) for one in found]}
    if token:
        query = {**call.query, "$skiptoken": token}
        answer["nextLink"] = f"{call.base}{call.request.path}?{urlencode(query)}"
    return answer


def body(call: Call) -> Any:
    """Raises ArmError."""
    try:
        data = call.body
    except ValueError as error:
        where = f"line {error.lineno}, position {error.colno}" if isinstance(error, json.JSONDecodeError) else "line 1"
        raise ArmError(
            400,
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: 'Unexpected character encountered while "
            f"parsing value. Path '', {where}.'.",
        ) from None
    if data is None:
        raise ArmError(400, "MissingRequestBody", "The request body is required for this operation.")
    if not isinstance(data, dict):
        raise ArmError(
            400,
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: 'Error converting value to type "
            "'Microsoft.WindowsAzure.ResourceStack.Frontdoor.Data.Definitions.ResourceDefinition'. Path '', line 1.'.",
        )
    return data
