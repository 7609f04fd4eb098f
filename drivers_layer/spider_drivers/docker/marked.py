"""What carries Spider's tokens, as a label. A VPC is told for each token that one of its networks carries."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked
from . import labels, network
from .calls import Engine


def listed(engine: Engine) -> Iterator[Marked]:
    vpcs: dict[tuple[str, str], Marked] = {}
    for one in network.listed(engine, labels.TOKEN):
        told = labels.of(one)
        vpc, token = told.get(labels.VPC, ""), told[labels.TOKEN]
        vpcs[vpc, token] = Marked("vpc", vpc, told.get(labels.VPC_NAME, ""), token)
        yield Marked("subnet", one["Id"], told.get(labels.NAME, ""), token, owner=vpc)
    yield from vpcs.values()
    for one in engine.listed("containers", all=True, filters=labels.by(labels.TOKEN)):
        told = labels.of(one)
        yield Marked("vm", one["Id"], told.get(labels.NAME, ""), told[labels.TOKEN])
