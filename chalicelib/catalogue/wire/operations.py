"""What callers ask the operations for."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ..asked import OperationsAsked
from .base import NameOrNone
from .newest import NewestFirst


class Operations(NewestFirst):
    """Those to which every filter given applies."""

    ConnectionName: NameOrNone = ""
    ResourceType: Annotated[str, AfterValidator(lambda value: value.strip().lower())] = ""
    State: Annotated[str, AfterValidator(lambda value: value.strip().upper())] = ""
    Verb: Annotated[str, AfterValidator(lambda value: value.strip().lower())] = ""

    def read(self) -> OperationsAsked:
        return OperationsAsked(
            connection=self.ConnectionName,
            resource_type=self.ResourceType,
            state=self.State,
            verb=self.Verb,
            since=self.From,
            until=self.To,
            limit=self.limit,
            after=self.after(),
        )
