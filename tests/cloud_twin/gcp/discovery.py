"""Google's own description of Compute Engine, its discovery document, as a judge of messages.

It comes with google-api-python-client, revision 20261106. Everything here answers lists of violations, each with its
place in the message.
"""

from __future__ import annotations

import base64
import binascii
import functools
import importlib.resources
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

FILE = "discovery_cache/documents/compute.v1.json"
PREFIX = "/compute/v1/"
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
# "RFC 3339 text format" is said in words only.
_MOMENT = re.compile(r"(creation|last\w*)Timestamp|(insert|start|end)Time")


@functools.cache
def document() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((importlib.resources.files("googleapiclient") / FILE).read_text())
    return found


@functools.cache
def methods() -> Mapping[str, Mapping[str, Any]]:
    """By id: compute.instances.insert."""
    every = [one for resource in document()["resources"].values() for one in resource["methods"].values()]
    return {one["id"]: one for one in every}


@functools.cache
def _tree() -> dict[str, Any]:
    """Paths word by word; a variable is {}, the methods of a path are under its HTTP methods with a colon."""
    root: dict[str, Any] = {}
    for one in methods().values():
        node = root
        for word in one["path"].split("/"):
            node = node.setdefault("{}" if word.startswith("{") else word, {})
        node[f":{one['httpMethod']}"] = one
    return root


def method_of(http_method: str, path: str) -> Mapping[str, Any] | None:
    """The method that a request to `path` (decoded) calls."""
    return _walk(_tree(), path.removeprefix(PREFIX).split("/"), f":{http_method}") if path.startswith(PREFIX) else None


def _walk(node: dict[str, Any], words: list[str], end: str) -> Mapping[str, Any] | None:
    if not words:
        found: Mapping[str, Any] | None = node.get(end)
        return found
    for word in (words[0], "{}"):
        if word in node and (found := _walk(node[word], words[1:], end)):
            return found
    return None


def parameter_faults(method: Mapping[str, Any], path: str, query: Mapping[str, list[str]]) -> Iterator[str]:
    known = method["parameters"]
    template = method["path"].split("/")
    given = {
        name.strip("{}"): [word]
        for name, word in zip(template, path.removeprefix(PREFIX).split("/"), strict=True)
        if name.startswith("{")
    }
    for name, values in (given | dict(query)).items():
        parameter = known.get(name) or document()["parameters"].get(name)
        if parameter is None:
            yield f"the parameter {name} is unknown"
            continue
        if len(values) > 1 and not parameter.get("repeated"):
            yield f"the parameter {name} comes {len(values)} times"
        for value in values:
            yield from _parameter(f"the parameter {name}", parameter, value)
    for name, parameter in known.items():
        if parameter.get("required") and name not in given and name not in query:
            yield f"the parameter {name} is missing"


def _parameter(where: str, parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    kind = parameter["type"]
    if kind == "boolean" and value not in ("true", "false"):
        yield f"{where}: {value!r} is no boolean"
    if kind == "integer" and not _in_range(value, parameter.get("format", "int64")):
        yield f"{where}: {value!r} is no {parameter.get('format', 'integer')}"
    if kind == "string":
        yield from _text(where, parameter, value)


def request_faults(method: Mapping[str, Any], body: bytes) -> Iterator[str]:
    schema = method.get("request")
    if schema is None:
        if body.strip() not in (b"", b"{}"):
            yield "it has a body, and the method takes none"
        return
    try:
        data = json.loads(body)
    except ValueError:
        yield "the body is no JSON"
        return
    yield from value_faults(data, schema, schema["$ref"], method["id"])


def answer_faults(method: Mapping[str, Any], body: bytes) -> Iterator[str]:
    data, schema = json.loads(body), method["response"]
    yield from value_faults(data, schema, schema["$ref"])
    kind = document()["schemas"][schema["$ref"]]["properties"].get("kind", {}).get("default")
    if kind and data.get("kind") != kind:
        yield f"the kind is {data.get('kind')!r}, not {kind}"


def value_faults(value: Any, schema: Mapping[str, Any], path: str, method: str = "") -> Iterator[str]:
    """`method`: whose request it is in, for the members that it needs."""
    if "$ref" in schema:
        schema = document()["schemas"][schema["$ref"]]
    kind = schema.get("type")
    if kind == "object":
        yield from _object(value, schema, path, method)
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no array"
            return
        inner = {**schema["items"], **({"pattern": schema["pattern"]} if "pattern" in schema else {})}
        for index, one in enumerate(value):
            yield from value_faults(one, inner, f"{path}[{index}]", method)
    elif kind != "any":
        yield from _scalar(value, schema, path)


def _object(value: Any, schema: Mapping[str, Any], path: str, method: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
        return
    known = schema.get("properties", {})
    for name, one in value.items():
        if name in known:
            yield from value_faults(one, known[name], f"{path}.{name}", method)
        elif "additionalProperties" in schema:
            yield from value_faults(one, schema["additionalProperties"], f"{path}.{name}", method)
        else:
            yield f"{path}: the member {name} is unknown"
    for name, member in known.items():
        if method and method in member.get("annotations", {}).get("required", ()) and name not in value:
            yield f"{path}: the member {name} is missing"


def _scalar(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    kind, form = schema["type"], schema.get("format", "")
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool) and _in_range(str(value), form),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
    }[kind]
    if not fits:
        yield f"{path}: {value!r} is no {form or kind}"
    elif kind == "string":
        yield from _text(path, schema, value)
        if form in _RANGES and not _in_range(value, form):
            yield f"{path}: {value!r} is no {form}"
        if form == "byte" and not _is_base64(value):
            yield f"{path}: {value!r} is no base64"
        if _MOMENT.fullmatch(path.rpartition(".")[2]) and not _is_moment(value):
            yield f"{path}: {value!r} is no time of RFC 3339"


def _text(where: str, schema: Mapping[str, Any], value: str) -> Iterator[str]:
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {', '.join(schema['enum'])}"


def _in_range(text: str, form: str) -> bool:
    low, high = _RANGES[form or "int64"]
    return bool(re.fullmatch(r"-?\d+", text)) and low <= int(text) <= high


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
