"""What the twin asks of an emulated cloud."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from .faults import Dialect
from .settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Cloud(Protocol):
    """A WSGI application. `name`: in lower case, as in the admin API and in the log of calls. `header`: one that only
    this cloud's calls have, as WSGI names it; "" without any."""

    settings: Settings

    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> Dialect: ...

    @property
    def header(self) -> str: ...

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...

    def claims(self, path: str, query: str) -> bool:
        """Whether a call of this path (decoded, without the query) and this query is meant for this cloud."""

    def files(self, plain: str, tls: str) -> dict[str, str]:
        """What a client needs to know, by file name: its account, in the vendor's own form. The URLs are the twin's."""

    def reset(self) -> None:
        """An empty cloud again; settings and accounts stay."""

    def contents(self) -> list[str]:
        """Ids of everything that is there, the cloud's own beginnings included. Raises ValueError where it cannot
        tell."""

    def snapshot(self) -> Any:
        """All that is there, for `restore`. Raises ValueError where it cannot be had."""

    def restore(self, snapshot: Any) -> None: ...

    def standing_still(self) -> AbstractContextManager[None]:
        """Nobody calls meanwhile, and what is due has ended."""
