"""What the handlers of several drivers share: the id they need, how they speak of what is missing, in use, refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from .errors import InUse, MissingReference, NotFound, SpiderError
from .shapes import Ref

if TYPE_CHECKING:
    from .shapes.security_group import Rule

T = TypeVar("T")


def id_of(ref: Ref, title: str) -> str:
    """Raises NotFound."""
    if not ref.id:
        raise NotFound(f"{title} '{ref.name}' has no id at the cloud")
    return ref.id


def missing(title: str, cloud_id: str, field: str | None = None) -> SpiderError:
    """What to raise where the answer is an empty list. `field`: of the request, where that names the resource."""
    kind = MissingReference if field else NotFound
    return kind(f"{title} {cloud_id} does not exist", field=field)


def first(title: str, found: Iterable[T]) -> T:
    """Raises NotFound where there is none."""
    for one in found:
        return one
    raise NotFound(f"the cloud shows no {title} here")


def refuse_in_use(title: str, cloud_id: str, users: Iterable[str]) -> None:
    """Raises InUse when there are users."""
    named = sorted(set(users))
    if named:
        raise InUse(f"{title} {cloud_id} is in use by {', '.join(named)}")


def named(rules: Iterable[Rule]) -> str:
    """Rules as an error speaks of them."""
    return ", ".join(_text(rule) for rule in rules)


def _text(rule: Rule) -> str:
    ports = "" if rule.from_port == -1 else f" {rule.from_port}-{rule.to_port}"
    return f"the {rule.direction} rule {rule.protocol}{ports} {rule.cidr}"
