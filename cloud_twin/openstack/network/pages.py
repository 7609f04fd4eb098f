"""Lists: filters, order, pages, and which members are shown (neutron/api/api_common.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ...facade import Call
from .kinds import Attribute, Kind
from .reading import refused
from .values import bad_request, invalid_input

if TYPE_CHECKING:
    from ..facade import OpenStack

Shown = dict[str, Any]
_NO_FILTERS = ("fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse")
_TAGS = ("tags", "tags-any", "not-tags", "not-tags-any")
_DIRECTIONS = ("asc", "desc")


def page(cloud: OpenStack, call: Call, kind: Kind, found: list[Shown]) -> Shown:
    """The list's answer."""
    limit = _limit(cloud, call)
    ordered = _ordered(call, kind, [one for one in found if _fits(call, kind, one)])
    reverse = call.query.get("page_reverse", "").lower() == "true"
    shown = _part(call, kind, ordered, limit, reverse) if limit else ordered
    answer: Shown = {kind.plural: [only(call, one) for one in shown]}
    if links := _links(call, shown, limit, reverse):
        answer[f"{kind.plural}_links"] = links
    return answer


def only(call: Call, one: Shown) -> Shown:
    """With the members that the query asks for."""
    fields = [name for name in call.request.args.getlist("fields") if name]
    return {name: value for name, value in one.items() if name in fields} if fields else one


def _limit(cloud: OpenStack, call: Call) -> int:
    """0: everything."""
    given = call.query.get("limit", "0")
    try:
        limit = int(given)
    except ValueError:
        limit = -1
    if limit < 0:
        raise bad_request("limit", f"Limit must be an integer 0 or greater and not '{given}'")
    most = cloud.settings.page_size
    return min(limit, most) or most if most else limit


def _ordered(call: Call, kind: Kind, found: list[Shown]) -> list[Shown]:
    keys, directions = call.request.args.getlist("sort_key"), call.request.args.getlist("sort_dir")
    if len(keys) != len(directions):
        raise refused("The number of sort_keys and sort_dirs must be same")
    known = {name for name, one in _all_attributes(kind).items() if one.filter}
    if absent := [key for key in keys if key not in known]:
        raise refused(f"{absent} is invalid attribute for sort_keys")
    if wrong := [one for one in directions if one not in _DIRECTIONS]:
        raise refused(f"{wrong} is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
    ordered = sorted(found, key=lambda one: str(one["id"]))
    for key, direction in reversed(list(zip(keys, directions, strict=True))):
        ordered.sort(key=lambda one: str(one.get(key)), reverse=direction == "desc")
    return ordered


def _part(call: Call, kind: Kind, ordered: list[Shown], limit: int, reverse: bool) -> list[Shown]:
    marker = call.query.get("marker")
    at = len(ordered) if reverse else 0
    if marker:
        places = [number for number, one in enumerate(ordered) if one["id"] == marker]
        if not places:
            raise kind.not_found(marker)
        at = places[0] if reverse else places[0] + 1
    return ordered[max(at - limit, 0) : at] if reverse else ordered[at : at + limit]


def _links(call: Call, shown: list[Shown], limit: int, reverse: bool) -> list[Shown]:
    links = []
    if limit and (len(shown) == limit or reverse):
        links.append({"rel": "next", "href": _href(call, shown[-1:], reverse=False)})
    if limit and (len(shown) == limit or not reverse):
        links.append({"rel": "previous", "href": _href(call, shown[:1], reverse=True)})
    return links


def _href(call: Call, marker: list[Shown], *, reverse: bool) -> str:
    given = call.request.args.items(multi=True)
    pairs = [(name, value) for name, value in given if name not in ("marker", "page_reverse")]
    pairs += [("marker", one["id"]) for one in marker]
    pairs += [("page_reverse", "True")] if reverse else []
    return f"{call.base}{call.request.path.rstrip('/')}?{urlencode(pairs)}"


def _fits(call: Call, kind: Kind, one: Shown) -> bool:
    attributes = _all_attributes(kind)
    for name in call.request.args:
        wanted = call.request.args.getlist(name)
        if name in _NO_FILTERS:
            continue
        if name in _TAGS:
            if not _has_tags(name, wanted, one.get("tags", [])):
                return False
        elif name == "fixed_ips":
            if not _has_address(wanted, one.get("fixed_ips", [])):
                return False
        elif not _has_value(attributes.get(name), wanted, one.get(name)):
            return False
    return True


def _has_value(attribute: Attribute | None, wanted: list[str], value: Any) -> bool:
    """What no attribute is called is no filter, and neither is an empty one."""
    asked = [one for one in wanted if one]
    if attribute is None or not attribute.filter or not asked:
        return True
    if attribute.default in (True, False) and isinstance(attribute.default, bool):
        return value in [attribute.read(one) for one in asked]
    if isinstance(value, list):
        return any(one in value for one in asked)
    return str(value) in asked


def _has_tags(name: str, wanted: list[str], tags: list[str]) -> bool:
    asked = [tag for one in wanted for tag in one.split(",") if tag]
    found = any(tag in tags for tag in asked) if name.endswith("any") else all(tag in tags for tag in asked)
    return found != name.startswith("not-")


def _has_address(wanted: list[str], addresses: list[dict[str, str]]) -> bool:
    for one in wanted:
        name, equals, value = one.partition("=")
        if not equals:
            raise invalid_input(f"'{one}' is not of the form <key>=[value]")
        if name.endswith("_substr"):
            if not any(value in address[name.removesuffix("_substr")] for address in addresses):
                return False
        elif not any(address.get(name) == value for address in addresses):
            return False
    return True


def _all_attributes(kind: Kind) -> dict[str, Attribute]:
    owner = Attribute()
    return {**kind.attributes, "tenant_id": owner, "project_id": owner}
