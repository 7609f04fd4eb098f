"""Which elements of a list callers ask for, and the tokens that lead from page to page."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from .. import records
from .base import OnConnection, Request

MOST_ON_A_PAGE = 1000
NO_PAGE = "is no page of this list; take it from the Link header"


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("is not a number")
    return value


Limit = Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE), BeforeValidator(_no_truth)]


class Refreshable(OnConnection):
    """With `refresh` the cloud is asked, and no answer of its that was kept is used."""

    refresh: bool = False

    def read(self) -> records.Listing:
        return records.Listing(refresh=self.refresh)


def page_token(after: records.Position) -> str:
    """Opaque to callers, and safe in a query."""
    text = json.dumps(after, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position(token: str) -> records.Position:
    """Raises ValueError."""
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        name, cloud_id = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(NO_PAGE) from None
    if not (isinstance(name, str) and isinstance(cloud_id, str)):
        raise ValueError(NO_PAGE)
    return name, cloud_id


def _known_page(token: str) -> str:
    if token:
        position(token)
    return token


class Paged(Request):
    """`page` is what the Link header of the page before has."""

    page: Annotated[str, AfterValidator(_known_page)] = ""

    def after(self) -> records.Position | None:
        """Where the page before ended."""
        return position(self.page) if self.page else None

    def following(self, after: records.Position) -> dict[str, str]:
        """The query of the next page. It does not refresh: that would ask the cloud for each page."""
        same = self.model_dump(mode="json", exclude_defaults=True, exclude={"page", "refresh"})
        return {**{key: str(value) for key, value in same.items()}, "page": page_token(after)}


class Listing(Refreshable, Paged):
    """All, unless `limit` says how many. `owner`: those in the VPC of that name. `name`: those of that name, in which *
    stands for any characters."""

    limit: Limit | None = None
    owner: str = ""
    name: str = ""

    def read(self) -> records.Listing:
        return records.Listing(self.limit, self.after(), self.owner, self.name, self.refresh)
