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


def by_token(cloud: Alibaba, given: Given, found: Sequence[Thing], most: int) -> tuple[Sequence[Thing], dict[str, Any]]:
    """The page after NextToken. A MaxResults that is too small or too great is brought within its bounds."""
    return _page(
        cloud, given, most, lambda size, token: pages.page(sorted(found, key=lambda one: one.key), size, token)
    )


def names_by_token(
    cloud: Alibaba, given: Given, found: Sequence[str], most: int
) -> tuple[Sequence[str], dict[str, Any]]:
    """Of things that are no `Thing`s."""

    def page(size: int, token: str) -> tuple[Sequence[str], str]:
        rest = [one for one in sorted(found) if one > token]
        return rest[:size], rest[size - 1] if len(rest) > size else ""

    return _page(cloud, given, most, page)


def either(
    cloud: Alibaba, given: Given, found: Sequence[Thing], most: int, most_by_token: int
) -> tuple[Sequence[Thing], dict[str, Any]]:
    """By token where the caller has begun so."""
    if given.has("MaxResults") or given.has("NextToken"):
        return by_token(cloud, given, found, most_by_token)
    return by_number(cloud, given, found, most)


def _page(
    cloud: Alibaba, given: Given, most: int, page: Callable[[int, str], tuple[Sequence[T], str]]
) -> tuple[Sequence[T], dict[str, Any]]:
    size = min(given.number("MaxResults", DEFAULT_SIZE), most)
    if size < 1:
        raise invalid_type("MaxResults")
    try:
        shown, token = page(min(size, cloud.settings.page_size or most), given.text("NextToken"))
    except ValueError:
        raise AlibabaError(400, "InvalidParameter.NextToken", "The parameter NextToken is invalid.") from None
    return shown, {"NextToken": token}
