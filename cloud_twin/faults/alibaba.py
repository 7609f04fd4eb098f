"""Alibaba Cloud's RPC API: parameters in the query or in a form, answers in JSON.

An id is what begins as ids of things that users make do. A key pair has none: name and fingerprint stand for it.
"""

from __future__ import annotations

import functools
import json
import re
import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from .dialect import Answer, Request, json_answer, members

_ID = re.compile(r"(?:vpc|vsw|vtb|vrt|sg|i|d|eni|eip)-[0-9a-z]{8,}")
_QUOTED = re.compile(rb'"((?:vpc|vsw|vtb|vrt|sg|i|d|eni|eip)-[0-9a-z]{8,})"')
_READS = ("Describe", "List", "Get")
# What shows a key pair has this member, and what shows only its name has not.
_OF_PAIR = "KeyPairFingerPrint"
# Which member is the own id of an element, by the name of its list. Other lists are of ids, or of what has none.
_OWN_IDS = {
    "Vpc": "VpcId",
    "VSwitch": "VSwitchId",
    "RouterTableListType": "RouteTableId",
    "EipAddress": "AllocationId",
    "SecurityGroup": "SecurityGroupId",
    "Instance": "InstanceId",
    "InstanceStatus": "InstanceId",
    "Disk": "DiskId",
    "NetworkInterfaceSet": "NetworkInterfaceId",
    "TagResource": "ResourceId",
}
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
        return str(members(answer.body).get("Code", "")) if answer.status >= 400 else ""

    def ids(self, answer: Answer) -> set[str]:
        found = {text.decode() for text in _QUOTED.findall(answer.body)}
        return found | _pairs(members(answer.body)) if _OF_PAIR.encode() in answer.body else found

    def named(self, request: Request) -> set[str]:
        return {found for text in _given(request).values() for found in _ID.findall(text)}

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
        data = members(answer.body)
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


def _pairs(data: Any) -> set[str]:
    """The ids of the key pairs that an answer shows."""
    if isinstance(data, list):
        return {found for one in data for found in _pairs(one)}
    if not isinstance(data, dict):
        return set()
    inner = {found for one in data.values() for found in _pairs(one)}
    return inner | {_pair(data)} if _OF_PAIR in data else inner


def _pair(shown: dict[str, Any]) -> str:
    return f"key-pair/{shown.get('KeyPairName')}/{shown[_OF_PAIR]}"


def _id_of(element: Any, of: str) -> str:
    """An element's own id, in a list of this name."""
    if isinstance(element, str):
        return element
    if not isinstance(element, dict):
        return ""
    return _pair(element) if _OF_PAIR in element else str(element.get(_OWN_IDS.get(of, ""), ""))


def _without(data: Any, ids: Collection[str], of: str = "") -> Any:
    """`of`: the name of a list."""
    if isinstance(data, list):
        return [_without(one, ids) for one in data if _id_of(one, of) not in ids]
    if isinstance(data, dict):
        return {name: _without(value, ids, name) for name, value in data.items()}
    return data


def _longest(data: dict[str, Any]) -> int:
    """How many elements the list of a list's answer has: it lies two levels deep."""
    inner = [value for part in data.values() if isinstance(part, dict) for value in part.values()]
    return max((len(one) for one in inner if isinstance(one, list)), default=0)


ALIBABA = Alibaba()
