"""What a request names: looked up once when it is asked for, resolved to cloud ids when it is worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from spider_drivers.contract import Capability, KeyPair, MissingReference, Ref, SecurityGroup, VmRequest, Wait

from ..catalogue.kinds import KINDS
from ..catalogue.vocabulary import Managed
from . import shapes
from .identities import Identities, Identity, State, identity_key

LOOK_AGAIN_SECONDS = 1.0


def _named(request: Any) -> Iterator[tuple[str, str, Ref, str]]:
    """(field, kind, ref, identity key) of each resource that the request names."""
    for field in fields(request):
        kind = field.metadata.get("kind")
        if kind is None:
            continue
        owner_field = field.metadata["owner"]
        owner = getattr(request, owner_field).name if owner_field else ""
        given = getattr(request, field.name)
        for ref in given if isinstance(given, tuple) else (given,):
            if ref.name:
                yield field.name, kind, ref, identity_key(kind, owner, ref.name)


def look_up(identities: Identities, connection: str, request: Any) -> dict[str, Identity]:
    """The identities that the request names, by key, in one read. Raises MissingReference.

    Images exist at the cloud and need no identity.
    """
    named = list(_named(request))
    found = identities.find_all(connection, [key for *_, key in named])
    for field, kind, ref, key in named:
        if KINDS[kind].managed == Managed.DEFAULT:
            continue
        identity = found.get(key)
        if identity is None:
            title = KINDS[kind].title
            raise MissingReference(f"{title} '{ref.name}' does not exist in connection '{connection}'", field=field)
        if identity.state == State.DELETING:
            title = KINDS[kind].title
            raise MissingReference(f"{title} '{ref.name}' is being deleted in connection '{connection}'", field=field)
    return found


def resolve(identities: Identities, connection: str, request: Any, capability: Capability) -> Any:
    """The request with cloud ids in it; Wait while something that it names is still being created.

    Raises MissingReference.
    """
    found = look_up(identities, connection, request)
    for identity in found.values():
        if identity.state == State.CREATING:
            title = KINDS[identity.kind].title
            return Wait(LOOK_AGAIN_SECONDS, f"{title} '{identity.name}' is still being created")
    refs: dict[str, list[Ref]] = {}
    for field, _, ref, key in _named(request):
        known = found.get(key)
        refs.setdefault(field, []).append(known.ref if known else Ref(ref.name, ref.name))
    changes: dict[str, Any] = {
        field: tuple(resolved) if isinstance(getattr(request, field), tuple) else resolved[0]
        for field, resolved in refs.items()
    }
    if isinstance(request, VmRequest):
        changes |= _kept_for_vm(found, capability)
    return replace(request, **changes) if changes else request


def _kept_for_vm(found: Mapping[str, Identity], capability: Capability) -> dict[str, Any]:
    """What the cloud cannot look up for itself: the public key, and the rules of groups that Spider keeps."""
    shapes_kept = [shapes.told(dict(one.kept)) for one in found.values() if one.kept]
    changes: dict[str, Any] = {}
    for shape in shapes_kept:
        if isinstance(shape, KeyPair):
            changes["public_key"] = shape.public_key
        elif isinstance(shape, SecurityGroup) and "security_group" in capability.kept:
            rules = dict.fromkeys((*changes.get("rules", ()), *shape.rules))
            changes["rules"] = tuple(rules)
    return changes
