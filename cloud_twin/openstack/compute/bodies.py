"""What the bodies of nova's requests may hold, by microversion (nova/api/openstack/compute/schemas)."""

from __future__ import annotations

from typing import Any

from .microversions import Version
from .schema import Schema

TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
NAME = {**TEXT, "format": "name"}
TRUE = (True, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes")
_FALSE = (False, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no")
BOOLEAN = {"type": ["boolean", "string"], "enum": [*TRUE, *_FALSE]}
METADATA = {
    "type": "object",
    "patternProperties": {"^[a-zA-Z0-9-_:. ]{1,255}$": {"type": "string", "maxLength": 255}},
    "additionalProperties": False,
}
COUNT = {"type": ["integer", "string"], "pattern": "^[0-9]*$", "minimum": 1, "minLength": 1}
TAG_PATTERN = "^[^,/]*$"
TAG = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": TAG_PATTERN}
DESCRIPTION = {"type": ["string", "null"], "minLength": 0, "maxLength": 255}
_UUID = {"type": "string", "format": "uuid"}
_PORT = {"oneOf": [_UUID, {"type": "null"}]}
_IP = {"oneOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]}
_IMAGE = {"oneOf": [_UUID, {"type": "string", "maxLength": 0}]}
_DISK_CONFIG = {"type": "string", "enum": ["AUTO", "MANUAL"]}
_V4, _V6 = {"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}
_HOSTNAME = {
    "type": "string",
    "minLength": 2,
    "maxLength": 63,
    "pattern": r"^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
}
MOST_TAGS = 50


def shape(properties: dict[str, Any], required: tuple[str, ...] = (), *, more: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        made["required"] = list(required)
    return {**made, "additionalProperties": more}


# Of all microversions; what is of some stands in _server. In nova's order, in which faults are told.
_SERVER: dict[str, Any] = {
    "name": NAME,
    "imageRef": _IMAGE,
    "flavorRef": {"type": ["string", "integer"], "minLength": 1},
    "adminPass": {"type": "string"},
    "metadata": METADATA,
    "networks": {},
    "OS-DCF:diskConfig": _DISK_CONFIG,
    "accessIPv4": _V4,
    "accessIPv6": _V6,
    "personality": {"type": "array"},
    "availability_zone": NAME,
    "block_device_mapping": {"type": "array"},
    "block_device_mapping_v2": {"type": "array"},
    "config_drive": BOOLEAN,
    "key_name": NAME,
    "min_count": COUNT,
    "max_count": COUNT,
    "return_reservation_id": BOOLEAN,
    "security_groups": {"type": "array", "items": shape({"name": NAME})},
    "user_data": {"type": "string", "format": "base64", "maxLength": 65535},
}


def _networks(version: Version) -> dict[str, Any]:
    members: dict[str, Any] = {
        "fixed_ip": _IP,
        "port": _PORT,
        "uuid": _UUID if version >= (2, 37) else {"type": "string"},
    }
    if version >= (2, 42) or version in ((2, 32), (2, 33), (2, 34), (2, 35), (2, 36)):
        members["tag"] = TAG
    several = {"type": "array", "items": {"type": "object", "properties": members, "additionalProperties": False}}
    return {"oneOf": [several, {"type": "string", "enum": ["none", "auto"]}]} if version >= (2, 37) else several


def create(version: Version) -> Schema:
    required = ("name", "flavorRef", "networks") if version >= (2, 37) else ("name", "flavorRef")
    hints = {"type": "object"}
    outer = {
        "server": shape(_server(version), required),
        "os:scheduler_hints": hints,
        "OS-SCH-HNT:scheduler_hints": hints,
    }
    return shape(outer, ("server",))


def _server(version: Version) -> dict[str, Any]:
    server: dict[str, Any] = {**_SERVER, "networks": _networks(version)}
    if version >= (2, 19):
        server["description"] = DESCRIPTION
    if version >= (2, 52):
        server["tags"] = {"type": "array", "items": TAG, "maxItems": MOST_TAGS}
    if version >= (2, 57):
        del server["personality"]
    if version >= (2, 63):
        server["trusted_image_certificates"] = {"type": ["array", "null"]}
    if version >= (2, 74):
        server |= {"host": TEXT, "hypervisor_hostname": TEXT}
    if version >= (2, 90):
        server["hostname"] = _HOSTNAME
    return server


def update(version: Version) -> Schema:
    server: dict[str, Any] = {
        "name": NAME,
        "OS-DCF:diskConfig": _DISK_CONFIG,
        "accessIPv4": _V4,
        "accessIPv6": _V6,
    }
    if version >= (2, 19):
        server["description"] = DESCRIPTION
    if version >= (2, 90):
        server["hostname"] = _HOSTNAME
    return shape({"server": shape(server)}, ("server",))


def keypair(version: Version) -> Schema:
    form = "keypair_name_292" if version >= (2, 92) else "keypair_name_20"
    members: dict[str, Any] = {"name": {**TEXT, "format": form}, "public_key": {"type": "string"}}
    if version >= (2, 2):
        members["type"] = {"type": "string", "enum": ["ssh", "x509"]}
    if version >= (2, 10):
        members["user_id"] = TEXT
    required = ("public_key", "name") if version >= (2, 92) else ("name",)
    return shape({"keypair": shape(members, required)}, ("keypair",))


REBOOT = shape(
    {
        "reboot": shape(
            {"type": {"type": "string", "enum": ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]}}, ("type",)
        )
    },
    ("reboot",),
)
CREATE_IMAGE = shape({"createImage": shape({"name": NAME, "metadata": METADATA}, ("name",))}, ("createImage",))
RESIZE = shape(
    {
        "resize": shape(
            {"flavorRef": {"type": ["string", "integer"], "minLength": 1}, "OS-DCF:diskConfig": _DISK_CONFIG},
            ("flavorRef",),
        )
    },
    ("resize",),
)
CONSOLE = shape(
    {
        "os-getConsoleOutput": shape(
            {"length": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]+$", "minimum": -1}}
        )
    },
    ("os-getConsoleOutput",),
)
SERVER_METADATA = shape({"metadata": METADATA}, ("metadata",))
SERVER_METADATA_ITEM = shape({"meta": {**METADATA, "minProperties": 1, "maxProperties": 1}}, ("meta",))
SERVER_TAGS = shape({"tags": {"type": "array", "items": TAG, "maxItems": MOST_TAGS}}, ("tags",))
