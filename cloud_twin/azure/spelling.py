"""ARM's paths: fixed words in any case, variables in between."""

from __future__ import annotations

import re

from . import versions
from .errors import ArmError

_VARIABLE = re.compile(r"<(?:path:)?(\w+)>")


def lower(path: str) -> str:
    """All but the names of variables."""
    return re.sub(r"(<[^>]*>)|([^<]+)", lambda found: found[1] or found[2].lower(), path)


def values(rule: str, path: str) -> dict[str, str]:
    """The variables of a route's path, as the caller spells them. Only the first may hold slashes."""
    wanted, sent = rule.strip("/").split("/"), path.strip("/").split("/")
    surplus = len(sent) - len(wanted)
    if surplus:
        sent = ["/".join(sent[: surplus + 1]), *sent[surplus + 1 :]]
    pairs = ((_VARIABLE.fullmatch(word), value) for word, value in zip(wanted, sent, strict=True))
    return {found[1]: value for found, value in pairs if found}


def family(rule: str) -> tuple[str, str]:
    """Whose api-versions a route's path takes, and its type without the namespace."""
    words = [word for word in rule.strip("/").split("/") if word]
    if "providers" in words[:-1] and not _VARIABLE.fullmatch(words[words.index("providers") + 1]):
        at = words.index("providers") + 1
        kind = "/".join(word for word in words[at + 1 :] if not _VARIABLE.fullmatch(word))
        namespace = words[at].lower()
        special = f"{namespace}/{kind.partition('/')[0].lower()}"
        return (special if special in versions.KNOWN else namespace), kind
    if words[0].lower() == "providers":
        return "microsoft.resources", "providers"
    if words[0].lower() == "tenants" or len(words) <= 2 or words[2].lower() == "locations":
        return "subscriptions", "subscriptions"
    return "microsoft.resources", words[-1] if not _VARIABLE.fullmatch(words[-1]) else words[-2]


def scope(path: str) -> str:
    """What a permission is asked for: the path without a verb or a collection at its end."""
    words = path.strip("/").split("/")
    at = [word.lower() for word in words].index("providers") if "providers" in path.lower().split("/") else None
    if at is None:
        return "/" + "/".join(words[: len(words) // 2 * 2])
    pairs = (len(words) - at - 2) // 2
    return "/" + "/".join(words[: at + 2 + pairs * 2])


def no_such_type(path: str) -> ArmError:
    words = path.strip("/").split("/")
    low = [word.lower() for word in words]
    if "providers" not in low[:-1]:
        return ArmError(404, "NotFound", f"No HTTP resource was found that matches the request URI '{path}'.")
    at = low.index("providers") + 1
    namespace = words[at]
    if low[at] not in ("microsoft.compute", "microsoft.network", "microsoft.resources"):
        text = f"The resource namespace '{namespace}' is invalid."
        return ArmError(404, "InvalidResourceNamespace", text)
    kind = "/".join(words[at + 1 :: 2])
    text = f"The resource type '{kind}' could not be found in the namespace '{namespace}'."
    return ArmError(404, "InvalidResourceType", text)
