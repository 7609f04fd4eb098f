"""EC2: form-encoded queries, answers in XML."""

from __future__ import annotations

import functools
import re
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from .dialect import Answer, Request

_ID = re.compile(r"[a-z]+-(?:[0-9a-f]{17}|[0-9a-f]{8})")
_SHOWN = re.compile(rb">\s*([a-z]+-(?:[0-9a-f]{17}|[0-9a-f]{8}))\s*<")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")
_CODE = re.compile(rb"<Code>([^<]*)</Code>")
_READS = ("Describe", "Get", "List")
# The code by which EC2 says that it has no such thing, by the id's prefix.
_UNKNOWN = {
    "i": "InvalidInstanceID.NotFound",
    "vpc": "InvalidVpcID.NotFound",
    "subnet": "InvalidSubnetID.NotFound",
    "sg": "InvalidGroup.NotFound",
    "igw": "InvalidInternetGatewayID.NotFound",
    "rtb": "InvalidRouteTableID.NotFound",
    "eni": "InvalidNetworkInterfaceID.NotFound",
    "vol": "InvalidVolume.NotFound",
    "key": "InvalidKeyPair.NotFound",
    "ami": "InvalidAMIID.NotFound",
}


class Ec2:
    name = "aws"
    throttling = (503, "RequestLimitExceeded")

    def api(self, request: Request) -> str:
        return self._parameters(request).get("Action", f"{request.method} {request.path}")

    def region(self, request: Request) -> str:
        found = _SCOPE.search(request.headers.get("authorization", ""))
        return found[1] if found else ""

    def is_read(self, request: Request) -> bool:
        return self.api(request).startswith(_READS)

    def error(self, status: int, code: str, message: str) -> Answer:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{uuid.uuid4()}</RequestID></Response>"
        ).encode()
        return Answer(status, [("Content-Type", "text/xml;charset=UTF-8"), ("Content-Length", str(len(body)))], body)

    def code(self, answer: Answer) -> str:
        found = _CODE.search(answer.body) if answer.status >= 400 else None
        return found[1].decode() if found else ""

    def ids(self, answer: Answer) -> set[str]:
        return {found.decode() for found in _SHOWN.findall(answer.body)}

    def named(self, request: Request) -> set[str]:
        return {value for value in self._parameters(request).values() if _ID.fullmatch(value)}

    def addressed(self, request: Request) -> set[str]:
        given = self._parameters(request)
        return {value for name, value in given.items() if _ID.fullmatch(value) and not name.startswith("Filter.")}

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        code = _UNKNOWN.get(cloud_id.partition("-")[0], "InvalidID")
        return self.error(400, code, f"The ID '{cloud_id}' does not exist")

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """The innermost `item`s go that hold one of the ids: of a new gateway a table's route, not the table."""
        root = ElementTree.fromstring(answer.body)
        namespace = root.tag.partition("}")[0].lstrip("{") if root.tag.startswith("{") else ""
        for parent in list(root.iter()):
            for item in [child for child in parent if child.tag.rpartition("}")[2] == "item"]:
                if any((child.text or "").strip() in ids for child in item):
                    parent.remove(item)
        if namespace:
            ElementTree.register_namespace("", namespace)
        return answer.having(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))

    def _parameters(self, request: Request) -> dict[str, str]:
        return _parsed(request.body.decode(errors="replace") if request.method == "POST" else request.query)


@functools.lru_cache(maxsize=16)
def _parsed(form: str) -> dict[str, str]:
    """A call is looked at several times."""
    return dict(parse_qsl(form, keep_blank_values=True))


EC2 = Ec2()
