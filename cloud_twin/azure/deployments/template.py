"""A template read: what it makes, in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ..errors import ArmError
from ..ids import ResourceId
from ..shape import ANYTHING, TEXT, ListOf, MapOf, Members, word
from .expressions import Functions, evaluate, refused

_declared = Members(
    "TemplateParameter",
    {"type": TEXT, **dict.fromkeys(("defaultValue", "allowedValues", "metadata", "minLength", "maxLength"), ANYTHING)},
    ("type",),
)
_output = Members("TemplateOutput", {"type": TEXT, "value": ANYTHING, "metadata": ANYTHING}, ("type", "value"))
_ALLOWED = """condition comments metadata scope copy resources location tags properties sku kind plan identity zones
    etag extendedLocation managedBy"""
_resource = Members(
    "TemplateResource",
    {
        "type": TEXT,
        "apiVersion": TEXT,
        "name": TEXT,
        "dependsOn": ListOf(TEXT),
        **dict.fromkeys(_ALLOWED.split(), ANYTHING),
    },
)
_value = Members("DeploymentParameter", {"value": ANYTHING}, ("value",))
_template = Members(
    "Template",
    {
        "$schema": TEXT,
        "contentVersion": TEXT,
        "parameters": MapOf(_declared),
        "variables": MapOf(ANYTHING),
        "functions": ANYTHING,
        "resources": ListOf(_resource),
        "outputs": MapOf(_output),
        "metadata": ANYTHING,
    },
    ("$schema", "contentVersion", "resources"),
)
shape = Members(
    "Deployment",
    {
        "location": TEXT,
        "tags": MapOf(TEXT),
        "properties": Members(
            "DeploymentProperties",
            {
                "template": _template,
                "parameters": MapOf(_value),
                "mode": word("Incremental", "Complete"),
                "debugSetting": ANYTHING,
                "expressionEvaluationOptions": ANYTHING,
                "validationLevel": TEXT,
            },
            ("template", "mode"),
        ),
    },
    ("properties",),
)
_SECURE = ("securestring", "secureobject")
# Of a resource in a template: the template's own, the rest is what is sent.
_OWN = ("type", "apiVersion", "name", "dependsOn", "condition", "comments", "metadata", "scope", "copy", "resources")

Plan = list[dict[str, Any]]


class Template:
    """`reader`: the resource with a key as it is shown, for `reference`."""

    def __init__(
        self, place: ResourceId, group: dict[str, Any], sent: dict[str, Any], reader: Callable[[str], Any]
    ) -> None:
        """`place`: the deployment's own id. `sent`: its checked properties. Raises ArmError."""
        if sent["mode"] == "Complete":
            raise ArmError(400, "InvalidDeploymentMode", "The twin deploys in mode Incremental only.")
        self._place = place
        self._group = group
        self._template = sent["template"]
        self._reader = reader
        self.parameters = self._parameters(sent.get("parameters", {}))
        self._variables: dict[str, Any] = {}
        functions = self.functions()
        for name, value in self._template.get("variables", {}).items():
            self._variables[name] = evaluate(value, functions, f"variables.{name}")

    def shown_parameters(self) -> dict[str, Any]:
        """What is secure is told by its type alone."""
        return {
            name: {"type": kind} if kind.lower() in _SECURE else {"type": kind, "value": value}
            for name, (kind, value) in self.parameters.items()
        }

    def hash(self) -> str:
        return str(int(hashlib.sha256(repr(self._template).encode()).hexdigest()[:16], 16))

    def plan(self) -> Plan:
        """Its resources: `id`, `key`, `version`, `body`, `after` (keys), `state` waiting. Raises ArmError."""
        found = [self._planned(one, number) for number, one in enumerate(self._template["resources"])]
        plan = [one for one in found if one is not None]
        keys = [one["key"] for one in plan]
        for key in keys:
            if keys.count(key) > 1:
                raise refused(f"The resource '{key}' is defined multiple times in a template")
        for one in plan:
            one["after"] = [self._dependency(text, one, keys) for text in one["after"]]
        _refuse_circles(plan)
        return plan

    def outputs(self) -> dict[str, Any]:
        """Once all is there."""
        functions = self.functions(reference=True)
        return {
            name: {"type": one.get("type", "string"), "value": evaluate(one.get("value"), functions, f"outputs.{name}")}
            for name, one in self._template.get("outputs", {}).items()
        }

    def functions(self, reference: bool = False) -> Functions:
        known: dict[str, Callable[..., Any]] = {
            "parameters": self._parameter,
            "variables": self._variable,
            "concat": _concat,
            "format": lambda text, *given: text.format(*given),
            "resourceId": self._resource_id,
            "resourceGroup": lambda: self._group,
            "subscription": lambda: {
                "id": f"/subscriptions/{self._place.subscription}",
                "subscriptionId": self._place.subscription,
            },
            "toLower": lambda text: text.lower(),
            "toUpper": lambda text: text.upper(),
            "uniqueString": _unique,
        }
        return {**known, "reference": self._reference} if reference else known

    def _parameters(self, given: dict[str, Any]) -> dict[str, tuple[str, Any]]:
        declared = self._template.get("parameters", {})
        for name in given:
            if name.lower() not in (one.lower() for one in declared):
                raise refused(
                    f"The template parameters '{name}' in the parameters file are not valid; they are not present in "
                    "the "
                    "original template and can therefore not be provided at deployment time"
                )
        found: dict[str, tuple[str, Any]] = {}
        sent = {name.lower(): one for name, one in given.items()}
        for name, one in declared.items():
            value = sent.get(name.lower(), {}).get("value", one.get("defaultValue"))
            if value is None:
                raise refused(f"The value for the template parameter '{name}' is not provided")
            found[name] = (str(one.get("type", "String")), value)
        return found

    def _parameter(self, name: str) -> Any:
        for known, (_, value) in self.parameters.items():
            if known.lower() == name.lower():
                return value
        raise refused(f"The template parameter '{name}' is not found")

    def _variable(self, name: str) -> Any:
        for known, value in self._variables.items():
            if known.lower() == name.lower():
                return value
        raise refused(f"The template variable '{name}' is not found")

    def _resource_id(self, *words: str) -> str:
        """`(type, name…)`, or with a group before the type."""
        group, rest = (words[0], words[1:]) if "/" not in words[0] else (self._place.group, words)
        return str(self._identity(rest[0], "/".join(rest[1:]), group))

    def _identity(self, kind: str, name: str, group: str) -> ResourceId:
        namespace, *types = kind.split("/")
        names = name.split("/")
        if len(types) != len(names) or not types:
            raise refused(
                f"The template resource '{name}' for type '{kind}' has incorrect segment lengths. A nested resource "
                "type "
                "must have identical number of segments as its resource name"
            )
        return ResourceId(self._place.subscription, group, namespace, tuple(types), tuple(names))

    def _reference(self, named: str, _version: str = "", full: str = "") -> Any:
        """A resource's properties; by its name, if it is in this template."""
        keys = {one["id"].rpartition("/")[2].lower(): one["key"] for one in self.plan()}
        shown = self._reader(keys.get(named.lower(), named.lower()))
        return shown if full.lower() == "full" else shown["properties"]

    def _planned(self, one: dict[str, Any], number: int) -> dict[str, Any] | None:
        where = f"resources[{number}]"
        for name in ("type", "apiVersion", "name"):
            if not one.get(name):
                raise refused(f"The template resource at '{where}' must have the property '{name}'")
        for name in ("copy", "resources"):
            if one.get(name):
                raise refused(f"The twin serves no '{name}' in a template's resource, as at '{where}'")
        functions = self.functions()
        if evaluate(one.get("condition", True), functions, where) in (False, "false"):
            return None
        name = str(evaluate(one["name"], functions, where))
        resource = self._identity(one["type"], name, self._place.group)
        body = {key: value for key, value in one.items() if key not in _OWN}
        return {
            "id": str(resource),
            "key": resource.key,
            "version": str(evaluate(one["apiVersion"], functions, where)),
            "body": evaluate(body, functions, where),
            "after": [str(evaluate(name, functions, f"{where}.dependsOn")) for name in one.get("dependsOn", ())],
            "state": "waiting",
        }

    def _dependency(self, text: str, one: dict[str, Any], keys: list[str]) -> str:
        """The key that a name, a type and name, or an id means."""
        low = text.lower().strip("/")
        found = [key for key in keys if key.strip("/") == low or key.endswith(f"/{low}")]
        if not found:
            raise refused(
                f"The resource '{text}' is not defined in the template, which '{one['id']}' depends on. Please see "
                "https://aka.ms/arm-syntax for usage details"
            )
        return found[0]


def _refuse_circles(plan: Plan) -> None:
    done: set[str] = set()
    while True:
        ready = [one["key"] for one in plan if one["key"] not in done and done.issuperset(one["after"])]
        if not ready:
            break
        done.update(ready)
    if len(done) < len(plan):
        left = ", ".join(one["id"] for one in plan if one["key"] not in done)
        raise refused(f"Circular dependency detected on resource: '{left}'")


def _concat(*given: Any) -> Any:
    if given and isinstance(given[0], list):
        return [one for part in given for one in part]
    return "".join(str(one) for one in given)


def _unique(*given: str) -> str:
    """13 characters, the same for the same."""
    digest = int(hashlib.sha256("|".join(given).encode()).hexdigest(), 16)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[digest >> (5 * number) & 31] for number in range(13))
