"""Changes that Compute Engine carries out after it has granted them: each is an operation, asked for until it ends."""

from __future__ import annotations

from ..contract import NotFound, Wait
from .calls import Gce, Thing
from .errors import NO_FIELDS, Fields, nonsense
from .names import tail

LOOK_AGAIN_SECONDS = 1.0


def path_of(answer: Thing) -> str:
    """What is noted of an operation: `zones/z/name`, `regions/r/name` or `global/name`. Raises NoAnswer."""
    if not answer.get("name"):
        raise nonsense(False, f"an operation without a name: {answer}"[:200])
    for scope in ("zone", "region"):
        if answer.get(scope):
            return f"{scope}s/{tail(answer[scope])}/{answer['name']}"
    return f"global/{answer['name']}"


def ended(gce: Gce, path: str, fields: Fields = NO_FIELDS, answered: Thing | None = None) -> Wait | None:
    """None once it has ended well, and for one that is forgotten, as all are after a while: what it has made is seen.
    Raises what it has ended in. `answered`: as this try has begun it; one that runs then is not asked for at once."""
    try:
        found = answered if answered and _runs(answered) else _described(gce, path)
    except NotFound:
        return None
    if _runs(found):
        what = f"{found.get('operationType', 'change')} of {tail(found.get('targetLink', ''))}"
        return Wait(LOOK_AGAIN_SECONDS, f"the {what} is {found.get('status')}")
    if "error" in found:
        raise gce.operation_error(found, fields)
    return None


def _runs(operation: Thing) -> bool:
    return bool(operation.get("status") != "DONE")


def _described(gce: Gce, path: str) -> Thing:
    *scope, name = path.split("/")
    match scope:
        case ["zones", zone]:
            return gce.call("zoneOperations.get", zone=zone, operation=name)
        case ["regions", region]:
            return gce.call("regionOperations.get", region=region, operation=name)
        case _:
            return gce.call("globalOperations.get", operation=name)
