"""Tags: of resources as they are sent, and by themselves at a scope.

Limits: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Thing
from ..facade import Call
from . import listing
from .errors import ArmError, no_group, not_found
from .ids import parse
from .shape import IGNORED, TEXT, MapOf, Members, word
from .voices import RESOURCES

if TYPE_CHECKING:
    from .facade import Azure

MOST = 50
LONGEST_NAME = 512
LONGEST_VALUE = 256
FORBIDDEN = "<>%&\\?/"

shape = Members("TagsObject", {"tags": MapOf(TEXT)})
_wrapped = Members(
    "TagsResource",
    {
        "id": IGNORED,
        "name": IGNORED,
        "type": IGNORED,
        "operation": word("Merge", "Replace", "Delete"),
        "properties": Members("Tags", {"tags": MapOf(TEXT)}),
    },
    ("properties",),
)


def check(tags: dict[str, str] | None) -> None:
    """Raises ArmError."""
    given = tags or {}
    if len(given) > MOST:
        text = f"The number of tags '{len(given)}' exceeded the limit of '{MOST}'."
        raise ArmError(400, "InvalidTags", text)
    seen: set[str] = set()
    for name, value in given.items():
        if not name or len(name) > LONGEST_NAME:
            text = f"The tag name '{name}' is invalid. Tag names must be between 1 and {LONGEST_NAME} characters."
            raise ArmError(400, "InvalidTagName", text)
        if any(letter in name for letter in FORBIDDEN):
            text = f"The tag name '{name}' has reserved characters '<,>,%,&,\\,?,/' or control characters."
            raise ArmError(400, "InvalidTagNameCharacters", text)
        if len(value) > LONGEST_VALUE:
            text = f"Tag value too large. Following tag value '{value}' exceeded the maximum length of {LONGEST_VALUE}."
            raise ArmError(400, "TagValueTooLarge", text)
        if name.lower() in seen:
            text = f"The tag name '{name}' is a duplicate: names of tags are case-insensitive."
            raise ArmError(400, "InvalidTags", text)
        seen.add(name.lower())


class TagsAtScope:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def get(self, call: Call) -> Any:
        return self._shown(self._thing(call))

    def replace(self, call: Call) -> Any:
        thing = self._thing(call)
        return self._keep(thing, self._sent(call)["properties"].get("tags", {}))

    def update(self, call: Call) -> Any:
        thing, sent = self._thing(call), self._sent(call)
        given = sent["properties"].get("tags", {})
        kept = dict(thing.body.get("tags") or {})
        named = {name.lower(): name for name in kept}
        operation = sent.get("operation", "Replace")
        if operation == "Replace":
            kept = given
        elif operation == "Delete":
            for name, value in given.items():
                mine = named.get(name.lower())
                if mine is not None and kept[mine] == value:
                    del kept[mine]
        else:
            for name, value in given.items():
                kept[named.get(name.lower(), name)] = value
        return self._keep(thing, kept)

    def delete(self, call: Call) -> Any:
        self._keep(self._thing(call), {})
        return Response(status=200)

    def _sent(self, call: Call) -> dict[str, Any]:
        sent: dict[str, Any] = _wrapped.read(listing.body(call), "", RESOURCES)
        return sent

    def _keep(self, thing: Thing, tags: dict[str, str]) -> Any:
        check(tags)
        thing.body["tags"] = tags
        return self._shown(thing)

    def _thing(self, call: Call) -> Thing:
        scope = "/" + call.values["scope"].strip("/")
        found = self._arm.centre.find(scope.lower())
        if found is None or found.body.get("location") is None:
            try:
                resource = parse(scope)
            except ValueError:
                raise no_group(scope.rpartition("/")[2]) from None
            self._arm.group(resource)
            raise not_found(resource)
        return found

    def _shown(self, thing: Thing) -> Any:
        return {
            "id": f"{thing.body['id']}/providers/Microsoft.Resources/tags/default",
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": {"tags": dict(thing.body.get("tags") or {})},
        }
