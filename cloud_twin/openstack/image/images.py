"""Images: the two that everybody may use, and the project's own, which are made of servers or from outside."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import State, Thing
from ...facade import Call, json_response
from .. import services
from ..account import ADMIN_PROJECT_ID, PROJECT_ID
from ..errors import PageError
from ..times import seconds
from . import bodies, pages

if TYPE_CHECKING:
    from ..facade import OpenStack

KIND = "images"
NOT_OWNED = "You do not own this image"
SCHEMA = "/v2/schemas/image"


def furnish(cloud: OpenStack) -> None:
    for name, distribution, version, times in (
        ("ubuntu-22.04", "ubuntu", "22.04", 64),
        ("debian-12", "debian", "12", 64),
    ):
        properties = {
            "os_distro": distribution,
            "os_version": version,
            "owner_specified.openstack.md5": "",
            "owner_specified.openstack.sha256": "",
            "owner_specified.openstack.object": f"images/{name}",
        }
        body = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public", "min_disk": 1}
        image = add(cloud, {**body, "owner": ADMIN_PROJECT_ID}, properties, uuid.uuid5(uuid.NAMESPACE_DNS, name))
        fill(image, f"{name}\n".encode() * times)


def add(
    cloud: OpenStack, body: Mapping[str, Any], properties: Mapping[str, Any], image_id: uuid.UUID | None = None
) -> Thing:
    """A queued one."""
    kept = {
        **bodies.SET,
        "owner": PROJECT_ID,
        "tags": [],
        "status": "queued",
        "updated": cloud.centre.clock.now(),
        "contents": None,
        **body,
        "properties": dict(properties),
    }
    image: Thing = cloud.centre.new(KIND, f"{KIND}/{image_id or uuid.uuid4()}", kept)
    image.state = State.READY
    return cloud.centre.add(image)


def fill(image: Thing, data: bytes) -> None:
    """With its bytes, of which only size and sums are kept."""
    image.body["status"] = "active"
    image.body["contents"] = contents(data)


def contents(data: bytes) -> dict[str, Any]:
    return {
        "size": len(data),
        "checksum": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "os_hash_value": hashlib.sha512(data).hexdigest(),
    }


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    found = [one for one in cloud.centre.of_kind(KIND) if _is_listed(call, one)]
    return pages.page(cloud, call, [shown(one) for one in found])


def get(cloud: OpenStack, call: Call) -> dict[str, Any]:
    return shown(find(cloud, call.values["id"]))


def create(cloud: OpenStack, call: Call) -> Response:
    asked = bodies.read(call)
    if asked.get("visibility") == "public":
        raise PageError(403, "You are not authorized to complete publicize_image action.")
    given_id, tags = asked.pop("id", None), asked.pop("tags", [])
    image_id = uuid.UUID(given_id) if given_id else None
    if image_id and cloud.centre.find(f"{KIND}/{image_id}"):
        raise PageError(409, f"Image ID {given_id} already exists!")
    body = {name: asked.pop(name) for name in bodies.SET if name in asked}
    image = add(cloud, {**body, "tags": list(dict.fromkeys(tags))}, asked, image_id)
    made = shown(image)
    headers = {
        "Location": f"{services.base(call, 'image')}{made['self']}",
        "OpenStack-image-import-methods": "glance-direct,web-download,copy-image",
        "OpenStack-image-store-ids": "disk,os_glance_staging_store,os_glance_tasks_store",
    }
    return json_response(made, 201, headers)


def upload(cloud: OpenStack, call: Call) -> Response:
    image = _own(cloud, call)
    if image.body["status"] != "queued":
        text = f"Image status transition from {image.body['status']} to saving is not allowed"
        raise PageError(409, text)
    if not image.body["disk_format"] or not image.body["container_format"]:
        raise PageError(400, "Properties disk_format, container_format must be set prior to saving data.")
    fill(image, call.request.get_data())
    image.body["updated"] = cloud.centre.clock.now()
    return Response(status=204, content_type="text/html; charset=UTF-8")


def update(cloud: OpenStack, call: Call) -> dict[str, Any]:
    image = _own(cloud, call)
    for operation, name, value in bodies.read_patch(call):
        bodies.apply(image, operation, name, value)
    image.body["updated"] = cloud.centre.clock.now()
    return shown(image)


def members(cloud: OpenStack, call: Call) -> dict[str, Any]:
    image = find(cloud, call.values["id"])
    if image.body["visibility"] != "shared":
        text = f"Not allowed to list members for image {call.values['id']}: Only shared images have members."
        raise PageError(403, text)
    return {"members": [], "schema": "/v2/schemas/members"}


def delete(cloud: OpenStack, call: Call) -> Response:
    image = cloud.centre.find(f"{KIND}/{call.values['id']}")
    if image is None:
        raise PageError(404, f"Failed to find image {call.values['id']} to delete")
    if image.body["owner"] != PROJECT_ID:
        raise PageError(403, NOT_OWNED)
    if image.body["protected"]:
        raise PageError(403, f"Image {call.values['id']} is protected and cannot be deleted.")
    cloud.centre.remove(image.key)
    return Response(status=204, content_type="text/html; charset=UTF-8")


def find(cloud: OpenStack, image_id: str) -> Thing:
    found = cloud.centre.find(f"{KIND}/{image_id}")
    if found is None:
        raise PageError(404, f"No image found with ID {image_id}")
    return found


def shown(image: Thing) -> dict[str, Any]:
    body, image_id = image.body, image.key.partition("/")[2]
    kept = body["contents"] or {}
    path = f"/v2/{KIND}/{image_id}"
    members = {
        **body["properties"],
        **{name: body[name] for name in bodies.SET},
        "size": kept.get("size"),
        "virtual_size": kept.get("size"),
        "status": body["status"],
        "checksum": kept.get("checksum"),
        "owner": body["owner"],
        "os_hash_algo": "sha512" if kept else None,
        "os_hash_value": kept.get("os_hash_value"),
        "id": image_id,
        "created_at": seconds(image.made),
        "updated_at": seconds(body["updated"]),
        "tags": body["tags"],
        "self": path,
        "file": f"{path}/file",
        "schema": SCHEMA,
    }
    return members | ({"stores": "disk"} if kept else {})


def _is_listed(call: Call, image: Thing) -> bool:
    """Hidden ones only if one asks for them; another project's if they are public."""
    wants_hidden = call.query.get("os_hidden", "false").lower() == "true"
    mine = image.body["owner"] == PROJECT_ID or image.body["visibility"] == "public"
    return bool(mine and image.body["os_hidden"] == wants_hidden)


def _own(cloud: OpenStack, call: Call) -> Thing:
    image = find(cloud, call.values["id"])
    if image.body["owner"] != PROJECT_ID:
        raise PageError(403, NOT_OWNED)
    return image
