"""How neutron reads a body that makes or changes a resource: its checks, in order (neutron_lib's api/attributes.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..account import PROJECT_ID
from ..errors import NetworkError, unserved
from . import values
from .kinds import REQUIRED, UNSET, Attribute, Kind
from .values import Wrong

_PROJECT = {
    "tenant_id": Attribute(read=values.string, put=False),
    "project_id": Attribute(read=values.string, put=False),
}


def refused(message: str) -> NetworkError:
    return NetworkError(400, "HTTPBadRequest", message)


def given(kind: Kind, data: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """What a request sets, checked and converted; in a create with the defaults, UNSET left out.

    Raises NetworkError."""
    _check_project(data)
    known = {**kind.attributes, **_PROJECT}
    if unknown := sorted(set(data) - set(known)):
        raise refused(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
    found = dict(data)
    for name, attribute in known.items():
        if creating:
            _fill(found, name, attribute)
        elif name in found and not attribute.put:
            raise refused(f"Cannot update read-only attribute {name}")
    for name, attribute in known.items():
        if name in found:
            found[name] = _read(name, attribute, found[name])
    _check_guarded(kind, data, creating=creating)
    return {name: value for name, value in found.items() if name not in _PROJECT}


def _fill(found: dict[str, Any], name: str, attribute: Attribute) -> None:
    if not attribute.post:
        if name in found:
            raise refused(f"Attribute '{name}' not allowed in POST")
    elif name not in found:
        if attribute.default is REQUIRED:
            raise refused(f"Failed to parse request. Required attribute '{name}' not specified")
        if attribute.default is not UNSET:
            found[name] = attribute.default


def _read(name: str, attribute: Attribute, value: Any) -> Any:
    if attribute.unserved and value != attribute.default:
        raise unserved("network", f"the attribute '{name}'")
    try:
        return attribute.read(value)
    except Wrong as error:
        raise refused(f"Invalid input for {name}. Reason: {error}.") from None


def _check_project(data: Mapping[str, Any]) -> None:
    for name in _PROJECT:
        if data.get(name, PROJECT_ID) != PROJECT_ID:
            raise refused(
                "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin "
                "or advsvc privileges"
            )


def _check_guarded(kind: Kind, data: Mapping[str, Any], *, creating: bool) -> None:
    action = f"{'create' if creating else 'update'}_{kind.name}"
    set_here = [
        name
        for name, attribute in kind.attributes.items()
        if attribute.guarded and name in data and data[name] != attribute.default
    ]
    if set_here:
        rules = " and ".join(f"rule:{action}:{name}" for name in set_here)
        raise disallowed(f"(rule:{action} and {rules})")


def disallowed(rule: str) -> NetworkError:
    return NetworkError(403, "PolicyNotAuthorized", f"{rule} is disallowed by policy")
