"""OpenStack's dialect: what calls are called, which ids they show, what is late and how it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_twin.faults import OPENSTACK, Answer, Request, Rule
from cloud_twin.openstack.api import METHODS

from .bench import COMPUTE, IMAGE, KEY, NETWORK, NOBODY, Bench

PROJECT = "3f1f8d1f7e2a4d0c9c5a0b7f6e4d2c1b"


def request(method: str, path: str, body: Any = None) -> Request:
    return Request(method, path, "", {}, json.dumps(body).encode() if body else b"")


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("GET", "/identity", None, "GET identity"),
        ("GET", "/identity/v3/", None, "GET identity"),
        ("POST", "/identity/v3/auth/tokens", None, "POST identity/auth/tokens"),
        ("GET", "/compute/v2.1", None, "GET compute"),
        ("GET", "/compute/v2.1/servers/detail", None, "GET compute/servers/detail"),
        ("DELETE", f"/compute/v2.1/servers/{NOBODY}", None, "DELETE compute/servers/{id}"),
        ("GET", "/compute/v2.1/servers/vm-1", None, "GET compute/servers/{id}"),
        (
            "POST",
            f"/compute/v2.1/servers/{NOBODY}/action",
            {"os-stop": None},
            "POST compute/servers/{id}/action/os-stop",
        ),
        ("GET", "/compute/v2.1/os-keypairs/my%20key", None, "GET compute/os-keypairs/{id}"),
        ("GET", f"/compute/v2.1/os-quota-sets/{PROJECT}/detail", None, "GET compute/os-quota-sets/{id}/detail"),
        ("PUT", f"/compute/v2.1/servers/{NOBODY}/tags/new", None, "PUT compute/servers/{id}/tags/{id}"),
        ("POST", "/networking/v2.0/networks", None, "POST network/networks"),
        ("GET", "/networking/v2.0/networks/public", None, "GET network/networks/{id}"),
        (
            "PUT",
            f"/networking/v2.0/routers/{NOBODY}/add_router_interface",
            None,
            "PUT network/routers/{id}/add_router_interface",
        ),
        ("GET", "/image/v2/images", None, "GET image/images"),
        ("GET", "/somewhere/else", None, "GET /somewhere/else"),
    ],
)
def test_a_call_is_named_by_method_service_and_path(method: str, path: str, body: Any, name: str) -> None:
    assert OPENSTACK.api(request(method, path, body)) == name


def test_the_twin_s_table_calls_its_methods_so() -> None:
    for one in METHODS:
        if one.open and one.service != "identity":
            continue
        path = one.path.replace("<id>", NOBODY).replace("<project>", PROJECT).replace("<", "").replace(">", "")
        called = OPENSTACK.api(request(one.method, path))
        assert called.split("{")[0] == one.name.split("{")[0].removesuffix("/v3"), one.name


def test_ids_are_those_of_resources_however_they_are_answered(openstack: Bench) -> None:
    network, subnet = openstack.network()
    group = openstack.call("POST", f"{NETWORK}/security-groups", {"security_group": {"name": "g"}})
    shown = group.json()["security_group"]
    assert ids(group) == {shown["id"], *(one["id"] for one in shown["security_group_rules"])}
    assert ids(openstack.call("GET", f"{NETWORK}/subnets")) == {subnet}
    router = openstack.router()
    path = f"{NETWORK}/routers/{router}/add_router_interface"
    added = openstack.call("PUT", path, {"subnet_id": subnet})
    assert ids(added) == {added.json()["port_id"]}
    made = openstack.call("POST", f"{COMPUTE}/servers", openstack.server_body(), "2.93")
    server = made.json()["server"]["id"]
    assert ids(made) == ids(openstack.call("GET", f"{COMPUTE}/servers/detail")) == {server}
    openstack.advance()
    for version in ("2.44", "2.45"):
        found = ids(openstack.act(server, "createImage", {"name": version}, version))
        openstack.advance()
        assert found < ids(openstack.call("GET", f"{IMAGE}/images"))
    pair = openstack.call("POST", f"{COMPUTE}/os-keypairs", {"keypair": {"name": "k", "public_key": KEY}})
    assert ids(pair) == ids(openstack.call("GET", f"{COMPUTE}/os-keypairs")) == {"os-keypairs/k"}
    assert ids(openstack.call("GET", f"{NETWORK}/networks/{network}")) == {network}


def ids(answer: Any) -> set[str]:
    return OPENSTACK.ids(Answer(answer.status_code, list(answer.headers.items()), answer.content))


@pytest.mark.parametrize(
    ("path", "body", "listed", "kind"),
    [
        (f"{NETWORK}/networks", {"network": {"name": "n"}}, f"{NETWORK}/networks?name=n", "NetworkNotFound"),
        (
            f"{NETWORK}/security-groups",
            {"security_group": {"name": "n"}},
            f"{NETWORK}/security-groups?name=n",
            "SecurityGroupNotFound",
        ),
        (f"{COMPUTE}/servers", None, f"{COMPUTE}/servers?name=vm", "itemNotFound"),
        (
            f"{COMPUTE}/os-keypairs",
            {"keypair": {"name": "n", "public_key": KEY}},
            f"{COMPUTE}/os-keypairs",
            "itemNotFound",
        ),
    ],
)
def test_what_was_made_is_seen_only_after_the_lag(
    openstack: Bench, path: str, body: Any, listed: str, kind: str
) -> None:
    openstack.call("GET", f"{NETWORK}/security-groups")
    sent = body or openstack.server_body()
    openstack.twin.rules.add(Rule(cloud="openstack", api="POST *", lag=10.0))
    made = openstack.made(path, sent, "2.93")
    one = f"{path}/{made.get('id') or made['name']}"
    (elements,) = openstack.call("GET", listed).json().values()
    assert elements == []
    hidden = openstack.call("GET", one)
    assert hidden.status_code == 404
    assert OPENSTACK.code(Answer(404, [], hidden.content)) == kind
    openstack.advance(10.1)
    assert openstack.call("GET", one).status_code == 200
    assert len(next(iter(openstack.call("GET", listed).json().values()))) == 1


def test_a_hidden_image_is_not_found_as_glance_says_it(openstack: Bench) -> None:
    server = openstack.server()
    openstack.twin.rules.add(Rule(cloud="openstack", api="*/createImage", lag=10.0))
    image = openstack.act(server, "createImage", {"name": "i"}).json()["image_id"]
    answer = openstack.call("GET", f"{IMAGE}/images/{image}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")
    assert f"No image found with ID {image}<br />" in answer.text


def test_throttling_is_a_429_with_the_time_to_wait(openstack: Bench) -> None:
    openstack.twin.rules.add(Rule(cloud="openstack", api="GET compute/servers", throttle=True, retry_after=2))
    answer = openstack.call("GET", f"{COMPUTE}/servers")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert answer.json()["overLimit"]["code"] == 429
    assert openstack.call("GET", f"{COMPUTE}/flavors").status_code == 200


def test_the_log_names_calls_and_what_they_were_refused_with(openstack: Bench) -> None:
    openstack.twin.log.clear()
    openstack.call("GET", f"{NETWORK}/networks/none")
    openstack.call("GET", f"{COMPUTE}/servers/none")
    openstack.call("GET", f"{IMAGE}/images/none")
    openstack.call("GET", f"{COMPUTE}/servers", **{"X-Auth-Token": "none"})
    assert [(call.api, call.code) for call in openstack.twin.log.calls()] == [
        ("GET network/networks/{id}", "NetworkNotFound"),
        ("GET compute/servers/{id}", "itemNotFound"),
        ("GET image/images/{id}", "404"),
        ("GET compute/servers", "Unauthorized"),
    ]
