"""Tags of a resource: all of them, or one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Thing
from ...facade import Call, json_response
from ..account import PROJECT_ID
from ..errors import NetworkError
from .collection import read_body, touch
from .values import invalid_input

if TYPE_CHECKING:
    from ..facade import OpenStack


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return {"tags": sorted(_owner(cloud, call).body["tags"])}


def replace(cloud: OpenStack, call: Call) -> dict[str, Any]:
    owner, body = _owner(cloud, call), read_body(call)
    tags = body.get("tags")
    if set(body) != {"tags"} or not isinstance(tags, list) or not all(isinstance(one, str) for one in tags):
        raise invalid_input("Invalid tags body")
    for number, tag in enumerate(tags):
        if tag in tags[:number]:
            raise invalid_input(f"Duplicate items in the list: '{tag}'")
    owner.body["tags"] = sorted(tags)
    touch(cloud, owner)
    return {"tags": tags}


def clear(cloud: OpenStack, call: Call) -> Response:
    owner = _owner(cloud, call)
    owner.body["tags"] = []
    touch(cloud, owner)
    return Response(status=204)


def get(cloud: OpenStack, call: Call) -> Response:
    _named(cloud, call)
    return Response(status=204)


def put(cloud: OpenStack, call: Call) -> Response:
    owner = _owner(cloud, call)
    owner.body["tags"] = sorted({*owner.body["tags"], call.values["tag"]})
    touch(cloud, owner)
    return json_response(None, 201)


def delete(cloud: OpenStack, call: Call) -> Response:
    owner = _named(cloud, call)
    owner.body["tags"].remove(call.values["tag"])
    touch(cloud, owner)
    return Response(status=204)


def _named(cloud: OpenStack, call: Call) -> Thing:
    owner = _owner(cloud, call)
    if call.values["tag"] not in owner.body["tags"]:
        raise NetworkError(404, "TagNotFound", f"Tag {call.values['tag']} could not be found.")
    return owner


def _owner(cloud: OpenStack, call: Call) -> Thing:
    kind, owner_id = call.values["kind"], call.values["id"]
    found = cloud.centre.find(f"{kind}/{owner_id}")
    if found is None or found.body["project_id"] != PROJECT_ID:
        text = f"Resource {kind} {owner_id} could not be found."
        raise NetworkError(404, "TagResourceNotFound", text)
    return found
