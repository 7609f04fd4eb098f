"""Alibaba Cloud's RPC API: parameters in the query or in a form, answers in JSON.

An id is what begins as ids of things that users make do; a key pair, which has none, is its name behind `key-pair/`.
"""

from __future__ import annotations

import functools
import json
import re
import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from .dialect import Answer, Request, json_answer

_ID = re.compile(r"(?:vpc|vsw|vtb|vrt|sg|i|d|eni|eip)-[0-9a-z]{8,}")
_QUOTED = re.compile(rb'"((?:vpc|vsw|vtb|vrt|sg|i|d|eni|eip)-[0-9a-z]{8,})"')
_READS = ("Describe", "List", "Get")
_PAIR = "key-pair/"
# What shows a key pair has this member, and what shows only its name has not.
_OF_PAIR = b"KeyPairFingerPrint"
_NAMES = ("KeyPairName", "KeyPairNames")
# The codes by which it says that it has no such thing, by the id's prefix.
_UNKNOWN = {
    "vpc": (404, "InvalidVpcId.NotFound", "Specified VPC does not exist."),
    "vsw": (404, "InvalidVSwitchId.NotFound", "Specified virtual switch does not exist."),
    "sg": (404, "InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist."),
    "i": (404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist."),
    "eip": (404, "InvalidAllocationId.NotFound", "Specified allocation ID is not found"),
}
# Reads that are refused if what they name is not there; the other reads are lists, which only leave it out.
_OF_ONE = (
    "DescribeVpcAttribute",
    "DescribeVSwitchAttributes",
    "DescribeSecurityGroupAttribute",
    "DescribeSecurityGroupReferences",
    "DescribeUserData",
)


class Alibaba:
    name = "alibaba"
    throttling = (400, "Throttling.User")

    def api(self, request: Request) -> str:
        return (
            request.headers.get("x-acs-action") or _given(request).get("Action") or f"{request.method} {request.path}"
        )

    def region(self, request: Request) -> str:
        return _given(request).get("RegionId", "")

    def is_read(self, request: Request) -> bool:
        return self.api(request).startswith(_READS)

    def error(self, status: int, code: str, message: str) -> Answer:
        request_id = str(uuid.uuid4()).upper()
        data = {
            "RequestId": request_id,
            "HostId": "ecs.aliyuncs.com",
            "Code": code or _CODES.get(status, "InternalError"),
            "Message": message or "Cloud-Twin was told to refuse this.",
            "Recommend": f"https://api.aliyun.com/troubleshoot?q={code}&product=Ecs&requestId={request_id}",
        }
        return json_answer(status, data)

    def code(self, answer: Answer) -> str:
        return str(_data(answer.body).get("Code", "")) if answer.status >= 400 else ""

    def ids(self, answer: Answer) -> set[str]:
        found = {text.decode() for text in _QUOTED.findall(answer.body)}
        return found | {_PAIR + name for name in _pairs(_data(answer.body))} if _OF_PAIR in answer.body else found

    def named(self, request: Request) -> set[str]:
        """What an import or a create names is none that was there before."""
        found = set[str]()
        for name, text in _given(request).items():
            if name not in _NAMES:
                found |= set(_ID.findall(text))
            elif self.api(request) not in ("CreateKeyPair", "ImportKeyPair"):
                found |= {_PAIR + one for one in re.split(r'[\[\]",\s*]+', text) if one}
        return found

    def addressed(self, request: Request) -> set[str]:
        if self.api(request) not in _OF_ONE:
            return set()
        return {text for text in _given(request).values() if _ID.fullmatch(text)}

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        return self.error(
            *_UNKNOWN.get(cloud_id.partition("-")[0], (404, "InvalidParameter", f"{cloud_id} is unknown"))
        )

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """Elements of lists, and ids in lists; the count of all is as much less."""
        data = _data(answer.body)
        if not data:
            return answer
        shown = _without(data, ids)
        if "TotalCount" in data and (gone := _longest(data) - _longest(shown)):
            shown["TotalCount"] = max(0, data["TotalCount"] - gone)
        return answer.having(json.dumps(shown).encode())


_CODES = {403: "Forbidden.RAM", 500: "InternalError", 503: "ServiceUnavailable"}


def _given(request: Request) -> dict[str, str]:
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return _parsed(request.query, request.body.decode(errors="replace") if is_form else "")


@functools.lru_cache(maxsize=16)
def _parsed(query: str, form: str) -> dict[str, str]:
    """A call is looked at several times."""
    return dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(form, keep_blank_values=True))


def _data(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _pairs(data: Any) -> list[str]:
    """The names of the key pairs that an answer shows."""
    if isinstance(data, list):
        return [name for one in data for name in _pairs(one)]
    if not isinstance(data, dict):
        return []
    own = [str(data.get("KeyPairName"))] if _OF_PAIR.decode() in data else []
    return own + [name for one in data.values() for name in _pairs(one)]


def _is_hidden(one: Any, ids: Collection[str]) -> bool:
    """An element goes if its own id is hidden: the first that it shows, not those of what it belongs to."""
    if isinstance(one, str):
        return one in ids
    if not isinstance(one, dict):
        return False
    if _OF_PAIR.decode() in one:
        return f"{_PAIR}{one.get('KeyPairName')}" in ids
    return next((text for text in one.values() if isinstance(text, str) and _ID.fullmatch(text)), "") in ids


def _without(data: Any, ids: Collection[str]) -> Any:
    if isinstance(data, list):
        return [_without(one, ids) for one in data if not _is_hidden(one, ids)]
    if isinstance(data, dict):
        return {name: _without(value, ids) for name, value in data.items()}
    return data


def _longest(data: dict[str, Any]) -> int:
    """How many elements the list of a list's answer has: it lies two levels deep."""
    inner = [value for part in data.values() if isinstance(part, dict) for value in part.values()]
    return max((len(one) for one in inner if isinstance(one, list)), default=0)


ALIBABA = Alibaba()
