"""Key pairs, which belong to users and are known by their names."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Response

from ...centre import State, Thing
from ...facade import Call, json_response
from .. import quotas
from ..account import USER_ID
from ..errors import ComputeError, bad_request, conflict, not_found, unserved
from ..times import micros
from . import bodies, microversions, pages
from .microversions import Version
from .schema import check_body, check_query

if TYPE_CHECKING:
    from ..facade import OpenStack

KIND = "os-keypairs"
_QUERY = {"type": "object", "properties": {"limit": pages.NUMBER, "marker": pages.ANY, "user_id": pages.ANY}}


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    version = microversions.asked(call.request)
    check_query(pages.query_of(call), {**_QUERY, "additionalProperties": version < (2, 75)})
    _check_user(cloud, call, call.query.get("user_id"), "index", version)
    found, links = cloud.centre.of_kind(KIND), list[dict[str, str]]()
    if version >= (2, 35):
        found, links = pages.page(cloud, call, found, _name, "Marker {} could not be found.")
    shown = [{"keypair": _shown(one, version)} for one in found]
    return pages.listed("keypairs", shown, links)


def get(cloud: OpenStack, call: Call) -> dict[str, Any]:
    version = microversions.asked(call.request)
    _check_user(cloud, call, call.query.get("user_id"), "show", version)
    keypair = find(cloud, call.values["id"])
    created = {
        "user_id": USER_ID,
        "created_at": micros(keypair.made),
        "deleted": False,
        "deleted_at": None,
        "id": keypair.number,
        "updated_at": None,
    }
    shown = _shown(keypair, version)
    kind = {"type": shown.pop("type")} if "type" in shown else {}
    return {"keypair": {**shown, **created, **kind}}


def create(cloud: OpenStack, call: Call) -> Response:
    version, body = microversions.asked(call.request), pages.read_body(call)
    check_body(body, bodies.keypair(version))
    asked = body["keypair"]
    _check_user(cloud, call, asked.get("user_id"), "create", version)
    if asked.get("type", "ssh") != "ssh":
        raise unserved("compute", "key pairs of the type 'x509'")
    most = quotas.limit(cloud, "key_pairs")
    if 0 <= most <= len(cloud.centre.of_kind(KIND)):
        raise ComputeError(403, "Quota exceeded, too many key pairs.")
    name = asked["name"]
    private, public = ("", asked["public_key"]) if "public_key" in asked else _generated()
    fingerprint = _fingerprint(public)
    if cloud.centre.find(f"{KIND}/{name}"):
        raise conflict(f"Key pair '{name}' already exists.")
    kept = {"public_key": public, "fingerprint": fingerprint}
    keypair: Thing = cloud.centre.new(KIND, f"{KIND}/{name}", kept)
    keypair.state = State.READY
    cloud.centre.add(keypair)
    shown = {**_shown(keypair, version), "user_id": USER_ID}
    answer = {"private_key": private, **shown} if private else shown
    return json_response({"keypair": answer}, 201 if version >= (2, 2) else 200)


def delete(cloud: OpenStack, call: Call) -> Response:
    version = microversions.asked(call.request)
    _check_user(cloud, call, call.query.get("user_id"), "delete", version)
    cloud.centre.remove(find(cloud, call.values["id"]).key)
    return Response(status=204 if version >= (2, 2) else 202, content_type="application/json")


def find(cloud: OpenStack, name: str) -> Thing:
    """Raises ComputeError."""
    found = cloud.centre.find(f"{KIND}/{name}")
    if found is None:
        raise not_found(f"Keypair {name} not found for user {USER_ID}")
    return found


def _name(keypair: Thing) -> str:
    return keypair.key.removeprefix(f"{KIND}/")


def _shown(keypair: Thing, version: Version) -> dict[str, Any]:
    shown = {
        "name": _name(keypair),
        "public_key": keypair.body["public_key"],
        "fingerprint": keypair.body["fingerprint"],
    }
    return shown | ({"type": "ssh"} if version >= (2, 2) else {})


def _check_user(cloud: OpenStack, call: Call, user: str | None, verb: str, version: Version) -> None:
    """Another user's are an administrator's business."""
    if version >= (2, 10) and user not in (None, USER_ID):
        raise cloud.forbidden(call, f"os_compute_api:os-keypairs:{verb}")


def _generated() -> tuple[str, str]:
    """Both halves, as nova makes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private.decode(), f"{public.decode()} Generated-by-Nova"


def _fingerprint(public: str) -> str:
    """MD5 of the key itself. Raises ComputeError."""
    try:
        serialization.load_ssh_public_key(public.encode())
        raw = base64.b64decode(public.split()[1])
    except (ValueError, IndexError, binascii.Error, UnsupportedAlgorithm):
        raise bad_request("Keypair data is invalid: failed to generate fingerprint") from None
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
