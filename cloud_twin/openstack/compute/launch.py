"""Servers are made: what a request names is looked up, ports are taken or made, and the rest takes its time."""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Effect, Failure, Machine, Thing
from ...facade import Call, json_response
from .. import quotas
from ..account import PROJECT_ID
from ..errors import ComputeError, PageError, bad_request, unserved
from ..image.images import find as find_image
from . import bodies, keypairs, microversions, pages, shape
from .flavors import Flavor
from .flavors import find as find_flavor
from .nics import Nics
from .others import ZONES
from .schema import check_body

if TYPE_CHECKING:
    from ..facade import OpenStack

KIND = "servers"
# Of all hosts.
ARCHITECTURE = "x86_64"
_GIB = 1024**3
_UNSERVED = (
    "block_device_mapping",
    "block_device_mapping_v2",
    "personality",
    "trusted_image_certificates",
    "host",
    "hypervisor_hostname",
)


def create(cloud: OpenStack, call: Call) -> Response:
    version, body = microversions.asked(call.request), pages.read_body(call)
    check_body(body, bodies.create(version))
    asked = body["server"]
    for name in (*_UNSERVED, "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"):
        if asked.get(name) or (body.get(name)):
            raise unserved("compute", f"'{name}'")
    least, most = _counts(asked)
    if not asked.get("imageRef"):
        raise bad_request("Missing imageRef attribute")
    flavor = _flavor(str(asked["flavorRef"]))
    if asked.get("availability_zone", ZONES[0]) not in ZONES:
        raise bad_request("The requested availability zone is not available")
    image = _image(cloud, asked["imageRef"], flavor)
    _check_key(cloud, asked.get("key_name"))
    nics = Nics(cloud, call, asked, version, most)
    count = _affordable(cloud, flavor, least, most)
    made = [
        _launch(cloud, call, asked, flavor, image, nics, number if count > 1 else 0) for number in range(1, count + 1)
    ]
    return _answer(call, asked, made[0])


def _launch(
    cloud: OpenStack, call: Call, asked: dict[str, Any], flavor: Flavor, image: Thing, nics: Nics, number: int
) -> Machine:
    """`number`: of several."""
    kept = _kept(cloud, asked, flavor, image, number)
    now = cloud.centre.clock.now()
    server = cloud.centre.new(KIND, f"{KIND}/{uuid.uuid4()}", kept, of=Machine)
    cloud.centre.add(server)
    note(cloud, call, server, "create")
    failure = _no_host(cloud, flavor, image) or _no_network(nics, server)
    if failure:
        server.body["fault"] = (int(failure.code), failure.message)
    seconds = cloud.settings.transition_seconds
    ready = now + timedelta(seconds=seconds)
    change = {"launched": ready, "updated": ready}
    cloud.centre.begin("create", server, Effect.MAKE, seconds, body={"task": None}, change=change, failure=failure)
    return server


def _kept(cloud: OpenStack, asked: dict[str, Any], flavor: Flavor, image: Thing, number: int) -> dict[str, Any]:
    """All that is known of a server but what becomes of it."""
    name = f"{asked['name']}-{number}" if number else asked["name"]
    zone = asked.get("availability_zone", ZONES[0])
    return {
        "name": name,
        "project_id": PROJECT_ID,
        "metadata": dict(asked.get("metadata", {})),
        "tags": sorted(set(asked.get("tags", []))),
        "image": image.key.partition("/")[2],
        "flavor": {"id": flavor.id, "vcpus": flavor.vcpus, "ram": flavor.ram},
        "zone": zone,
        "key_name": asked.get("key_name"),
        "accessIPv4": asked.get("accessIPv4", ""),
        "accessIPv6": asked.get("accessIPv6", ""),
        "diskConfig": asked.get("OS-DCF:diskConfig", "MANUAL"),
        "config_drive": asked.get("config_drive", False) in bodies.TRUE,
        "user_data": asked.get("user_data"),
        "server_description": asked.get("description"),
        "hostname": asked.get("hostname") or _hostname(name),
        "locked": False,
        "locked_reason": None,
        "vm_state": "active",
        "launched": None,
        "updated": cloud.centre.clock.now(),
        "fault": None,
        "ports": [],
        "actions": [],
    }


def note(cloud: OpenStack, call: Call, server: Machine, action: str) -> None:
    """For the list of what has been done to it."""
    request_id = call.request.environ["openstack.request_id"]
    server.body["actions"].append((action, request_id, cloud.centre.clock.now()))


def _no_host(cloud: OpenStack, flavor: Flavor, image: Thing) -> Failure | None:
    exhausted = {flavor.name, flavor.id} & set(cloud.settings.exhausted)
    if exhausted or image.body["properties"].get("hw_architecture", ARCHITECTURE) != ARCHITECTURE:
        return Failure("500", shape.NO_HOST)
    return None


def _no_network(nics: Nics, server: Machine) -> Failure | None:
    why = nics.attach(server, server.body["zone"])
    if not why:
        return None
    # It has lost its host by the end, and with it its zone.
    server.body["zone"] = ""
    return Failure("500", why)


def _counts(asked: dict[str, Any]) -> tuple[int, int]:
    least = int(asked.get("min_count", 1))
    most = int(asked.get("max_count", least))
    if least > most:
        raise bad_request("min_count must be <= max_count")
    return least, most


def _affordable(cloud: OpenStack, flavor: Flavor, least: int, most: int) -> int:
    """As many as the quota lets, if it lets the least."""
    quotas.check_compute(cloud, _needs(flavor, least))
    for count in range(most, least, -1):
        try:
            quotas.check_compute(cloud, _needs(flavor, count))
        except ComputeError:
            continue
        return count
    return least


def _needs(flavor: Flavor, count: int) -> dict[str, int]:
    return {"instances": count, "cores": count * flavor.vcpus, "ram": count * flavor.ram}


def _flavor(flavor_id: str) -> Flavor:
    try:
        return find_flavor(flavor_id)
    except ComputeError as error:
        raise bad_request(error.message) from None


def _image(cloud: OpenStack, image_id: str, flavor: Flavor) -> Thing:
    try:
        image = find_image(cloud, image_id)
    except PageError:
        raise bad_request("Can not find requested image") from None
    if image.body["status"] != "active":
        raise bad_request(f"Image {image_id} is not active.")
    if image.body["min_ram"] > flavor.ram:
        raise bad_request("Flavor's memory is too small for requested image.")
    if image.body["min_disk"] > flavor.disk:
        why = "Flavor's disk is smaller than the minimum size specified in image metadata."
        least = f"minimum size is {image.body['min_disk'] * _GIB} bytes."
        raise bad_request(f"{why} Flavor disk is {flavor.disk * _GIB} bytes, {least}")
    return image


def _check_key(cloud: OpenStack, name: str | None) -> None:
    if name is None:
        return
    try:
        keypairs.find(cloud, name)
    except ComputeError:
        raise bad_request("Invalid key_name provided.") from None


def _hostname(name: str) -> str:
    """What nova makes of a name (nova/utils.py, sanitize_hostname)."""
    word = re.sub(r"[^\w.-]+", "", re.sub(r"[ _.]", "-", name)).lower().strip(".-")
    return word[:63] or "server"


def _answer(call: Call, asked: dict[str, Any], server: Machine) -> Response:
    if asked.get("return_reservation_id") in bodies.TRUE:
        return json_response({"reservation_id": f"r-{secrets.token_hex(4)}"}, 202)
    groups = asked.get("security_groups") or [{"name": "default"}]
    made = {
        "id": shape.server_id(server),
        "links": shape.links(call, server),
        "OS-DCF:diskConfig": server.body["diskConfig"],
        "security_groups": [{"name": one["name"]} for one in groups],
        "adminPass": asked.get("adminPass") or secrets.token_urlsafe(9),
    }
    return json_response({"server": made}, 202, {"Location": made["links"][0]["href"]})
