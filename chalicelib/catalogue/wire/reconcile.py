"""What carries Spider's tokens at a cloud, and is not as it should be."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from .. import asked
from .base import IID, Answer, OnConnection

MOST_TOKENS = 100


class Reconcile(OnConnection):
    """`Remove`: tokens of what is to be removed though no failed operation has left it."""

    Remove: Annotated[list[str], Field(max_length=MOST_TOKENS)] = []

    def read(self) -> tuple[str, ...]:
        return tuple(self.Remove)


class FindingInfo(Answer):
    """`Found` and `Done` are words of asked.Found and asked.Settled; `Reason` says more."""

    ResourceType: str
    Part: str
    IId: IID
    Token: str
    Found: str
    Done: str
    Reason: str
    OperationId: str

    @classmethod
    def of(cls, shape: asked.Finding) -> Self:
        return cls(
            ResourceType=shape.kind.replace("_", ""),
            Part=shape.part,
            IId=IID.of(shape.iid),
            Token=shape.token,
            Found=shape.found.value,
            Done=shape.done.value,
            Reason=shape.why,
            OperationId=shape.operation,
        )
