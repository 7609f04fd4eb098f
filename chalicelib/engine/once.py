"""What is made when it is first asked for, and once."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any, Self, TypeVar, overload

Made = TypeVar("Made", covariant=True)

_making = threading.RLock()  # one for all: what is made asks for other things that are made


class once(cached_property[Made]):
    """A cached_property of which two threads that come at once get the same; Python's own has no lock since 3.12."""

    @overload
    def __get__(self, whole: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, whole: object, owner: type[Any] | None = None) -> Made: ...

    def __get__(self, whole: object | None, owner: type[Any] | None = None) -> Any:
        with _making:
            return super().__get__(whole, owner)
