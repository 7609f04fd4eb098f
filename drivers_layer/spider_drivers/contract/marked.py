"""What carries Spider's tokens at a cloud, as tags, labels, metadata, descriptions or names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marked:
    """`token`: of the operation that made it, as the driver's `mark` spells it. `kind`: of the resource that it is, or
    (`part` names a part that is no resource of its own: an address, a disk) that it belongs to. `id`: its own. `name`:
    the resource's at the cloud, by which, with the token, `delete` finds it. `owner`: the id of a subnet's VPC, or of
    what a part belongs to, where the cloud tells it."""

    kind: str
    id: str
    name: str
    token: str
    part: str = ""
    owner: str = ""
