"""Requests against botocore's own model of EC2: which actions there are and which parameters they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from .errors import Refusal, bad_value
from .request import VERSION

# A node is a string, or nodes by the next piece of their names: {"Filter": {"1": {"Name": "vpc-id"}}}.
Node = Any

# Enumerated in the model, but refused by the actions themselves, each with a code of its own.
_OPEN_ENUMS = frozenset({"InstanceType"})


@dataclass(frozen=True)
class Leaf:
    """A plain value of a request. `path`: its name on the wire; `member`: the model's name of what it belongs to."""

    path: str
    member: str
    shape: Shape
    value: str


@cache
def service() -> ServiceModel:
    return ServiceModel(_loader().load_service_model("ec2", "service-2", VERSION), "ec2")


@cache
def paginators() -> Mapping[str, Mapping[str, Any]]:
    """By the action's name: `result_key` is the list that comes in pages."""
    pagination: Mapping[str, Mapping[str, Any]] = _loader().load_service_model("ec2", "paginators-1", VERSION)[
        "pagination"
    ]
    return pagination


def operation(action: str) -> OperationModel:
    if action not in service().operation_names:
        raise Refusal("InvalidAction", f"The action {action} is not valid for this web service.")
    return service().operation_model(action)


def leaves(action: OperationModel, form: Mapping[str, str]) -> list[Leaf]:
    """The request's values, each of them checked. Raises Refusal."""
    found = list(_structure(action.input_shape, _tree(form), ""))
    for leaf in found:
        _check(leaf)
    return found


@cache
def _loader() -> Loader:
    """botocore's built-in data alone, not what lies in ~/.aws/models."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def _tree(form: Mapping[str, str]) -> dict[str, Node]:
    root: dict[str, Node] = {}
    for name, value in form.items():
        node = root
        *above, last = name.split(".")
        for piece in above:
            node = node.setdefault(piece, {})
            if not isinstance(node, dict):
                raise Refusal("InvalidQueryParameter", f"The parameter {name} is given as a value and as a structure")
        if last in node:
            raise Refusal("InvalidQueryParameter", f"The parameter {name} is given as a value and as a structure")
        node[last] = value
    return root


def _structure(shape: Any, node: Node, path: str) -> Iterator[Leaf]:
    known = _members(shape)
    for piece, inner in _children(node, path).items():
        if piece not in known:
            raise Refusal("UnknownParameter", f"The parameter {_join(path, piece)} is not recognized")
        member = known[piece]
        yield from _any(shape.members[member], inner, _join(path, piece), member)
    given = _children(node, path)
    for wire, member in known.items():
        if member in shape.required_members and wire not in given:
            raise Refusal("MissingParameter", f"The request must contain the parameter {_join(path, wire)}")


def _any(shape: Shape, node: Node, path: str, member: str) -> Iterator[Leaf]:
    if shape.type_name == "structure":
        yield from _structure(shape, node, path)
    elif shape.type_name == "list":
        # boto3 writes an empty list as the bare name.
        for index, inner in ({} if node == "" else _children(node, path)).items():
            if not index.isdecimal():
                raise Refusal("UnknownParameter", f"The parameter {_join(path, index)} is not recognized")
            yield from _any(shape.member, inner, _join(path, index), member)
    elif isinstance(node, dict):
        raise Refusal("UnknownParameter", f"The parameter {_join(path, next(iter(node)))} is not recognized")
    else:
        yield Leaf(path, member, shape, node)


def _children(node: Node, path: str) -> dict[str, Node]:
    if not isinstance(node, dict):
        raise bad_value(node, path, "A structure is expected")
    return node


def _members(shape: Any) -> dict[str, str]:
    """The model's names of a structure's members by those on the wire, as botocore's EC2 serializer writes them."""
    return {_wire_name(name, member): name for name, member in shape.members.items()} if shape else {}


def _wire_name(name: str, member: Shape) -> str:
    own: str | None = member.serialization.get("queryName")
    if own:
        return own
    name = member.serialization.get("name", name)
    return name[:1].upper() + name[1:]


def _join(path: str, piece: str) -> str:
    return f"{path}.{piece}" if path else piece


def _is_integer(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+", value))


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", value))


def _is_boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_TYPES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "integer": (_is_integer, "An integer is expected."),
    "long": (_is_integer, "An integer is expected."),
    "double": (_is_number, "A number is expected."),
    "float": (_is_number, "A number is expected."),
    "boolean": (_is_boolean, "Expecting true or false."),
    "timestamp": (_is_time, "Expecting a time in ISO 8601."),
}


def _check(leaf: Leaf) -> None:
    fits, expected = _TYPES.get(leaf.shape.type_name, (_anything, ""))
    if not fits(leaf.value):
        raise bad_value(leaf.value, leaf.path, expected)
    allowed = getattr(leaf.shape, "enum", None)
    if allowed and leaf.value not in allowed and leaf.shape.name not in _OPEN_ENUMS:
        raise bad_value(leaf.value, leaf.path, f"Expecting one of: {', '.join(allowed)}")
    if leaf.shape.type_name in ("integer", "long"):
        _check_range(leaf)


def _anything(_: str) -> bool:
    return True


def _check_range(leaf: Leaf) -> None:
    least, most = leaf.shape.metadata.get("min"), leaf.shape.metadata.get("max")
    if least is not None and int(leaf.value) < least:
        raise bad_value(leaf.value, leaf.path, f"Expecting a value greater than or equal to {least}.")
    if most is not None and int(leaf.value) > most:
        raise bad_value(leaf.value, leaf.path, f"Expecting a value less than or equal to {most}.")
