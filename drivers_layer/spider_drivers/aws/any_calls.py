"""CB-Spider's calls of one cloud alone, by the names and keys that its clients use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..contract import AnyCall, ConnectionInfo, Invalid
from . import tag
from .calls import Ec2

Texts = Mapping[str, str]


def any_calls(ec2: Ec2, info: ConnectionInfo) -> dict[str, AnyCall]:
    """createTags         ResourceId: the cloud's id; Tag: {"Key": …, "Value": …} in JSON, or a list of such
    getRegionInfo      Region and Zone of the connection

    A refusal is raised and not told in the answer.
    """

    def create_tags(given: Texts) -> Texts:
        resource, wanted = given.get("ResourceId", ""), _tags(given.get("Tag", ""))
        if not resource:
            raise Invalid("createTags needs a ResourceId", field="ResourceId")
        for key in wanted:
            tag.refuse_own(key)
        tag.create(ec2, resource, wanted)
        return {"Result": "true"}

    def get_region_info(_: Texts) -> Texts:
        return {"Region": info.region, "Zone": info.zone}

    return {"createTags": create_tags, "getRegionInfo": get_region_info}


def _tags(text: str) -> dict[str, str]:
    """Raises Invalid."""
    try:
        read = json.loads(text)
    except ValueError as error:
        raise Invalid(f"createTags: Tag is not JSON: {error}", field="Tag") from None
    wanted = dict(_pair(one) for one in (read if isinstance(read, list) else [read]))
    if not wanted:
        raise Invalid("createTags needs a Tag", field="Tag")
    return wanted


def _pair(one: Any) -> tuple[str, str]:
    """CB-Spider reads the names of members in any case."""
    members = {name.lower(): value for name, value in one.items()} if isinstance(one, dict) else {}
    key, value = members.get("key"), members.get("value", "")
    if not isinstance(key, str) or not isinstance(value, str) or not key:
        raise Invalid('createTags: a Tag is {"Key": "…", "Value": "…"}', field="Tag")
    return key, value
