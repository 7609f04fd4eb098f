"""Pages of MaxResults with a NextToken, for every list that has them in botocore's model.

A token stands for the list as it was at the first page: what is deleted meanwhile shifts nothing out of sight.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import model
from .errors import Refusal, bad_value

KEPT_TOKENS = 1000
_OF_PAGES = ("MaxResults", "NextToken")

# API reference, each action's page; where the model itself has no range.
_RANGES = {
    "DescribeInstanceStatus": (5, 1000),
    "DescribeInstances": (5, 1000),
    "DescribeSnapshots": (5, 1000),
    "DescribeTags": (5, 1000),
    "DescribeVolumes": (5, 1000),
}
_CAPPED = {"DescribeImages": 1000, "DescribeVpcEndpoints": 1000}
_UNASKED = {"DescribeInstanceTypes": 100}
# "You cannot specify this parameter and the … IDs parameter in the same request."
_NOT_WITH = {
    "DescribeInstanceStatus": "InstanceIds",
    "DescribeInstances": "InstanceIds",
    "DescribeNetworkInterfaces": "NetworkInterfaceIds",
}


@dataclass(frozen=True)
class _Rest:
    """What is left of a list. `asked`: a digest of the request that the list answers."""

    asked: str
    elements: list[Any]


class Pages:
    """The tokens given out, of all regions; the oldest are forgotten."""

    def __init__(self) -> None:
        self._rests: dict[str, _Rest] = {}

    def clear(self) -> None:
        self._rests.clear()

    def next(self, action: str, region: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The page that the request's NextToken stands for; None where the request has none."""
        token = given.get("NextToken")
        if token is None:
            return None
        rest = self._rests.get(token)
        if rest is None or rest.asked != _asked(action, region, given):
            # NOTE: "codes" has InvalidNextToken; the service answers otherwise (boto/boto3#2673).
            raise Refusal("InvalidParameterValue", f"Value ( {token} ) for parameter NextToken is invalid.")
        return self._page(action, rest, given)

    def first(self, action: str, region: str, given: Mapping[str, Any], result: Any) -> Any:
        """`result` cut to its first page. What has no pages is answered as it is."""
        member = _member(action)
        if member is None or not isinstance(result, dict):
            return result
        rest = _Rest(_asked(action, region, given), list(result.get(member) or []))
        return result | self._page(action, rest, given)

    def _page(self, action: str, rest: _Rest, given: Mapping[str, Any]) -> dict[str, Any]:
        size = given.get("MaxResults") or _UNASKED.get(action) or len(rest.elements)
        size = min(size, _CAPPED.get(action, size))
        page, left = rest.elements[:size], rest.elements[size:]
        return {str(_member(action)): page, "NextToken": self._token(_Rest(rest.asked, left)) if left else None}

    def _token(self, rest: _Rest) -> str:
        token = secrets.token_urlsafe(24)
        self._rests[token] = rest
        while len(self._rests) > KEPT_TOKENS:
            del self._rests[next(iter(self._rests))]
        return token


def check(action: str, given: Mapping[str, Any]) -> None:
    """Raises Refusal."""
    size = given.get("MaxResults")
    if size is None:
        return
    least, most = _RANGES.get(action, (1, size))
    if size < least:
        raise bad_value(size, "MaxResults", f"Expecting a value greater than or equal to {least}.")
    if size > most:
        raise bad_value(size, "MaxResults", f"Expecting a value less than or equal to {most}.")
    if given.get(_NOT_WITH.get(action, "")):
        raise Refusal(
            "InvalidParameterCombination",
            f"The parameter {_NOT_WITH[action]} cannot be used with the parameter maxResults",
        )


def without(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in _OF_PAGES}


def digest(given: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()


def _asked(action: str, region: str, given: Mapping[str, Any]) -> str:
    return digest({"action": action, "region": region, **without(given)})


def _member(action: str) -> str | None:
    pages = model.paginators().get(action)
    key = pages["result_key"] if pages and pages.get("output_token") == "NextToken" else None
    return key if isinstance(key, str) else None
