"""Tags: a server's metadata; of networks, subnets and security groups neutron's tags, each `key=value`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..contract import Invalid, Part
from .calls import OpenStack, Thing, path
from .errors import Fields
from .marks import OWN

_LONGEST = 255  # of metadata's keys and values, and of a tag
_METADATA_KEY = re.compile(r"[a-zA-Z0-9\-_:. ]+")  # "Create server" in nova's API reference


def told(resource: Mapping[str, Any]) -> dict[str, str]:
    """Neutron's. One without a value has "" for it."""
    pairs = (tag.partition("=") for tag in resource.get("tags") or ())
    return {key: value for key, _, value in pairs}


def listed(tags: Mapping[str, str]) -> list[str]:
    return sorted(f"{key}={value}" if value else key for key, value in tags.items())


def metadata(server: Mapping[str, Any]) -> dict[str, str]:
    """The user's, without Spider's own."""
    kept = server.get("metadata") or {}
    return {key: value for key, value in kept.items() if not key.startswith(OWN)}


def parts(
    cloud: OpenStack, name: str, collection: str, cloud_id: Callable[[], str], tags: Mapping[str, str]
) -> list[Part]:
    """One, or none without tags: neutron takes none when it makes something. `collection`: `network/networks`."""
    fields: Fields = (("", "tags"),)

    def make(_: str) -> str:
        replace(cloud, path(collection, cloud_id()), tags, fields)
        return cloud_id()

    return [Part(f"tags of {name}", make)] if tags else []


def replace(cloud: OpenStack, resource: str, wanted: Mapping[str, str], fields: Fields) -> Thing:
    return cloud.put(f"{resource}/tags", {"tags": listed(wanted)}, fields)


def check(tags: Mapping[str, str], *, of_server: bool, key_field: str = "tags", value_field: str = "tags") -> None:
    """Raises Invalid."""
    for key, value in tags.items():
        if key.startswith(OWN):
            raise Invalid(f"the tag '{key}' is Spider's own: {OWN}… cannot be changed", field=key_field)
        if not key or (of_server and not _METADATA_KEY.fullmatch(key)) or (not of_server and "=" in key):
            rule = "is not letters, digits, -, _, :, . and blanks" if of_server else "is empty or has a ="
            raise Invalid(f"the tag's key '{key}' {rule}", field=key_field)
        if max(len(key), len(value)) > _LONGEST or (not of_server and len(key) + len(value) >= _LONGEST):
            raise Invalid(f"the tag '{key}' is longer than {_LONGEST} characters", field=value_field)
