"""One query's arguments, checked once for every engine, and its cursors."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from .interface import BadCursor, Index, Item, Page, Table
from .values import check_key_value


@dataclass(frozen=True)
class Query:
    """The arguments of Store.query. Raises ValueError when they do not fit together."""

    table: Table
    hash_value: str
    index: str | None
    prefix: str | None
    between: tuple[str, str] | None
    reverse: bool
    limit: int | None

    def __post_init__(self) -> None:
        if self.index is not None and self.index not in self.table.indexes:
            raise ValueError(f"{self.table.name} has no index {self.index}")
        if self.prefix is not None and self.between is not None:
            raise ValueError("prefix and between exclude each other")
        if (self.prefix or self.between) and self.range_key is None:
            raise ValueError(f"{self.table.name} has no range key")
        if self.limit is not None and self.limit < 1:
            raise ValueError("limit is below 1")
        check_key_value(self.hash_key, self.hash_value)

    @property
    def keys(self) -> Table | Index:
        """What names the hash and range key of this query: the table, or its index."""
        return self.table.indexes[self.index] if self.index is not None else self.table

    @property
    def keys_only(self) -> bool:
        return isinstance(self.keys, Index) and self.keys.keys_only

    @property
    def hash_key(self) -> str:
        return self.keys.hash_key

    @property
    def range_key(self) -> str | None:
        return self.keys.range_key

    @property
    def bounds(self) -> tuple[str, str] | None:
        """`between` without empty strings, which no engine takes as a key."""
        return (self.between[0] or "\0", self.between[1]) if self.between else None

    @property
    def empty(self) -> bool:
        """Whether no range key can lie between the bounds."""
        return self.bounds is not None and self.bounds[0] > self.bounds[1]

    def page(self, items: list[Item]) -> Page:
        """The page out of the items found, of which there may be more than the limit."""
        if self.limit is None or len(items) <= self.limit:
            return Page(items)
        shown = items[: self.limit]
        return Page(shown, self._cursor(self._position(shown[-1])))

    def start(self, cursor: str | None) -> dict[str, str] | None:
        """The key attributes of the item before the page that the cursor asks for. Raises BadCursor."""
        if cursor is None:
            return None
        try:
            digest, *position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            text = "".join(position).encode()
        except (ValueError, TypeError, RecursionError) as error:
            raise BadCursor("the cursor is broken") from error
        names = self._position_names()
        if digest != self._digest() or len(names) != len(position) or not text:
            raise BadCursor("the cursor belongs to another query")
        if not all(position) or not self._within(position[0]):
            raise BadCursor("the cursor is broken")
        return {self.hash_key: self.hash_value, **dict(zip(names, position, strict=True))}

    def _position_names(self) -> list[str]:
        """The attributes besides the query's hash key that say where an item stands."""
        names = [*([self.range_key] if self.range_key else []), *self.table.keys]
        return [name for name in dict.fromkeys(names) if name != self.hash_key]

    def _position(self, item: Item) -> list[str]:
        return [item[name] for name in self._position_names()]

    def _cursor(self, position: list[str]) -> str:
        text = json.dumps([self._digest(), *position], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _digest(self) -> str:
        told = [self.table.name, self.index, self.hash_value, self.prefix, self.between, self.reverse]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    def _within(self, range_value: str) -> bool:
        if self.bounds is not None:
            return self.bounds[0] <= range_value <= self.bounds[1]
        return range_value.startswith(self.prefix or "")
