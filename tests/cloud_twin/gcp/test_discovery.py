"""The façade against Google's discovery document: which methods there are, what they take."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cloud_twin.faults import GCP, Request
from cloud_twin.gcp import api, bodies
from cloud_twin.gcp.shapes import Enum, ListOf, MapOf, Shape

from . import discovery
from .bench import GLOBAL, Bench, firewall_body
from .judge import error_faults, faults

SHAPES = {
    "Network": bodies.NETWORK,
    "Subnetwork": bodies.SUBNETWORK,
    "Firewall": bodies.FIREWALL,
    "Instance": bodies.INSTANCE,
    "Tags": bodies.TAGS,
    "Metadata": bodies.METADATA,
    "InstancesSetLabelsRequest": bodies.SET_LABELS,
}
SERVED = pytest.mark.parametrize("served_method", api.METHODS, ids=[one.name for one in api.METHODS])


@SERVED
def test_a_method_is_googles(served_method: api.Method) -> None:
    known = discovery.methods()[served_method.name]
    assert served_method.method == known["httpMethod"]
    path = re.sub(r"<(\w+)>", r"{\1}", f"projects/<project>{served_method.path}")
    assert path == known["path"]


@SERVED
def test_a_method_knows_all_of_its_parameters_and_no_others(served_method: api.Method) -> None:
    known = discovery.methods()[served_method.name]["parameters"]
    of_query = {name for name, one in known.items() if one["location"] == "query"}
    assert served_method.query | served_method.more == of_query
    assert served_method.takes_body == ("request" in discovery.methods()[served_method.name])


@SERVED
def test_the_dialect_names_a_method_as_google_does(served_method: api.Method) -> None:
    path = discovery.PREFIX + re.sub(r"<(\w+)>", r"\1-1", f"projects/<project>{served_method.path}")
    request = Request(served_method.method, path, "", {}, b"")
    assert GCP.api(request) == served_method.name


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_body_may_hold_is_what_google_knows(name: str) -> None:
    assert list(_differences(SHAPES[name], {"$ref": name}, name)) == []


def _differences(kind: Any, schema: Any, path: str) -> Any:
    """Members, types, values of enumerations, at any depth."""
    if "$ref" in schema:
        schema = discovery.document()["schemas"][schema["$ref"]]
    if isinstance(kind, Shape):
        known = schema["properties"]
        named = kind.members.keys() | kind.output | kind.unserved
        if named != known.keys():
            yield f"{path}: {sorted(named ^ known.keys())}"
        for name in kind.members.keys() & known.keys():
            yield from _differences(kind.members[name], known[name], f"{path}.{name}")
    elif isinstance(kind, ListOf):
        yield from _differences(kind.kind, schema["items"], f"{path}[]")
    elif isinstance(kind, MapOf):
        if schema["additionalProperties"] != {"type": "string"}:
            yield f"{path}: {schema}"
    elif isinstance(kind, Enum):
        if {*kind.values, *kind.unserved} != set(schema["enum"]):
            yield f"{path}: {kind}"
    elif kind != schema.get("format", schema["type"]) or "enum" in schema:
        yield f"{path}: {kind}, not {schema}"


def test_the_judge_counts_what_it_has_seen(gcp: Bench) -> None:
    before = gcp.judge.messages
    gcp.firewall()
    assert gcp.judge.messages == before + 4
    assert {"compute.firewalls.insert", "compute.globalOperations.get"} <= gcp.judge.methods


def _exchange(sent: Any = None, answer: Any = None, query: str = "") -> list[str]:
    method = discovery.methods()["compute.firewalls.insert"]
    granted = {"kind": "compute#operation", "id": "7", "status": "DONE"} if answer is None else answer
    path = f"{discovery.PREFIX}{GLOBAL}/firewalls"
    body = json.dumps(firewall_body() if sent is None else sent).encode()
    return list(faults(method, path, query, body, 200, json.dumps(granted).encode()))


@pytest.mark.parametrize(
    ("sent", "answer", "query", "words"),
    [
        ({"name": "Fire"}, None, "", "does not match"),
        ({"allowed": []}, None, "", "the member name is missing"),
        ({"name": "fire", "prio": 1}, None, "", "the member prio is unknown"),
        ({"name": "fire", "priority": "1"}, None, "", "is no int32"),
        ({"name": "fire", "direction": "IN"}, None, "", "is none of EGRESS, INGRESS"),
        ({"name": "fire", "sourceTags": "a"}, None, "", "is no array"),
        ({"name": "fire", "creationTimestamp": "today"}, None, "", "is no time"),
        (None, {"kind": "compute#operation", "status": "ENDED"}, "", "is none of"),
        (None, {"kind": "compute#network"}, "", "the kind is"),
        (None, {"kind": "compute#operation", "id": 7}, "", "is no uint64"),
        (None, None, "dryRun=true", "the parameter dryRun is unknown"),
    ],
)
def test_the_judge_finds_what_is_wrong(sent: Any, answer: Any, query: str, words: str) -> None:
    found = _exchange(sent, answer, query)
    assert len(found) == 1
    assert words in found[0]


def test_the_judge_grants_what_is_right() -> None:
    assert _exchange(query="requestId=x&prettyPrint=false") == []
    assert list(error_faults(b'{"error": {"code": 404}}', 404)) != []
