"""Lists: pages by number, and by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .. import pages
from .errors import AlibabaError, invalid_type
from .parameters import Given

if TYPE_CHECKING:
    from ..centre import Thing
    from .facade import Alibaba

T = TypeVar("T")

DEFAULT_SIZE = 10
BY_TOKEN = "MaxResults:int NextToken"
BY_NUMBER = "PageNumber:int PageSize:int"


def by_number(cloud: Alibaba, given: Given, found: Sequence[T], most: int) -> tuple[Sequence[T], dict[str, Any]]:
    """The page that PageNumber and PageSize name, and what the answer says of it. Raises AlibabaError."""
    number, size = given.number("PageNumber", 1), given.number("PageSize", DEFAULT_SIZE)
    if number < 1:
        raise invalid_type("PageNumber")
    if not 1 <= size <= most:
        raise invalid_type("PageSize")
    size = min(size, cloud.settings.page_size or most)
    shown = found[(number - 1) * size : number * size]
    return shown, {"PageNumber": number, "PageSize": size, "TotalCount": len(found)}


def by_token(
    cloud: Alibaba, given: Given, found: Sequence[Thing], bounds: range
) -> tuple[Sequence[Thing], dict[str, Any]]:
    """The page after NextToken. A MaxResults that is out of bounds is brought within them."""
    ordered = sorted(found, key=lambda one: one.key)
    return _page(cloud, given, bounds, DEFAULT_SIZE, lambda size, token: pages.page(ordered, size, token))


def names_by_token(
    cloud: Alibaba, given: Given, found: Sequence[str], bounds: range, default: int, least: int = 1
) -> tuple[Sequence[str], dict[str, Any]]:
    """Of what is no `Thing`: by names that differ. `least`: no setting makes a page smaller."""

    def page(size: int, token: str) -> tuple[Sequence[str], str]:
        rest = [one for one in sorted(found) if one > token]
        return rest[:size], rest[size - 1] if len(rest) > size else ""

    return _page(cloud, given, bounds, default, page, least)


def either(
    cloud: Alibaba, given: Given, found: Sequence[Thing], most: int, bounds: range
) -> tuple[Sequence[Thing], dict[str, Any]]:
    """By token, with these bounds, where the caller has begun so."""
    if given.has("MaxResults") or given.has("NextToken"):
        return by_token(cloud, given, found, bounds)
    return by_number(cloud, given, found, most)


def _page(
    cloud: Alibaba,
    given: Given,
    bounds: range,
    default: int,
    page: Callable[[int, str], tuple[Sequence[T], str]],
    least: int = 1,
) -> tuple[Sequence[T], dict[str, Any]]:
    wanted = given.number("MaxResults", default)
    size = min(max(wanted, bounds.start), bounds.stop - 1)
    try:
        shown, token = page(min(size, max(least, cloud.settings.page_size or size)), given.text("NextToken"))
    except ValueError:
        raise AlibabaError(400, "InvalidParameter.NextToken", "The parameter NextToken is invalid.") from None
    return shown, {"NextToken": token}
