"""Tags that come with a create call, filters by tags, and tags as each product shows them."""

from __future__ import annotations

from collections.abc import Mapping

from ..centre import Thing
from .errors import AlibabaError
from .parameters import Given

MOST = 20
_FORBIDDEN = ("aliyun", "acs:")


def read(given: Given, parameter: str = "Tag") -> dict[str, str]:
    """Raises AlibabaError."""
    made: dict[str, str] = {}
    for one in given.objects(parameter):
        key, value = str(one.get("Key", "")), str(one.get("Value", ""))
        if not key or len(key) > 128 or key.lower().startswith(_FORBIDDEN) or "://" in key:
            raise AlibabaError(400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid.")
        if len(value) > 128 or value.lower().startswith("acs:") or "://" in value:
            raise AlibabaError(400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid.")
        if key in made:
            raise AlibabaError(400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key.")
        made[key] = value
    check_count(made)
    return made


def check_count(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST:
        raise AlibabaError(403, "QuotaExceed.Tags", "The quota of tags exceeds.")


def fits(thing: Thing, given: Given) -> bool:
    """Whether it has all of the tags that a list asks for; a key without a value fits with any."""
    kept: Mapping[str, str] = thing.body["tags"]
    return all(
        one.get("Key", "") in kept and one.get("Value") in (None, kept[one.get("Key", "")])
        for one in given.objects("Tag")
    )


def of_ecs(thing: Thing) -> dict[str, list[dict[str, str]]]:
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in thing.body["tags"].items()]}


def of_vpc(thing: Thing) -> dict[str, list[dict[str, str]]]:
    return {"Tag": [{"Key": key, "Value": value} for key, value in thing.body["tags"].items()]}
