"""Who may call, which calls there are, and what is refused before anything is done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cloud_twin.cloudit import api
from cloud_twin.cloudit.account import HEADER
from cloud_twin.cloudit.tenants import beginnings
from cloud_twin.faults import CLOUDIT
from cloud_twin.faults.dialect import Request

from .bench import PASSWORD, RULE, SUBNET, Bench, Refused, code_of, server_body


@pytest.mark.parametrize("token", [None, "", "another"])
def test_without_the_token_nobody_is_served(cloudit: Bench, token: str | None) -> None:
    headers = {} if token is None else {HEADER: token}
    answer = cloudit.send("GET", "ace/servers", headers=headers)
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "path",
    [
        "/cloudit/v4.0/ace/v1.0/tnt0009/servers",
        "/cloudit/v5.0/ace/v2.0/tnt0009/servers",
        "/cloudit/v5.0/dna/v1.0/tnt0009/servers",
        "/cloudit/v5.0/ace/v1.0/tnt0009/volumes",
        "/cloudit/v5.0/dna/v1.0/tnt0009/subnets/creatable",
        "/cloudit/v5.0/ace/v1.0/servers",
    ],
)
def test_what_is_not_served_is_not_found(cloudit: Bench, path: str) -> None:
    answer = cloudit.http.get(path, headers={HEADER: cloudit.token})
    assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
def test_methods_that_a_path_has_not_are_not_found(cloudit: Bench, method: str) -> None:
    assert cloudit.send(method, "ace/specs", {}).status_code == 404


def test_another_s_tenant_is_forbidden(cloudit: Bench) -> None:
    with pytest.raises(Refused) as refused:
        cloudit.get("ace/servers", tenant="somebody")
    assert refused.value.status == 403


def test_a_tenant_sees_nothing_of_another_one(cloudit: Bench) -> None:
    server = cloudit.server()
    assert cloudit.get("ace/servers", tenant="tnt0001") == []
    assert [one["name"] for one in cloudit.get("dna/subnets", tenant="tnt0001")] == ["Default Network"]
    with pytest.raises(Refused) as refused:
        cloudit.get(f"ace/servers/{server['id']}", tenant="tnt0001")
    assert refused.value.status == 404


def test_a_tenant_has_its_beginnings_and_keeps_them(cloudit: Bench) -> None:
    assert set(cloudit.cloud.contents()) == {*beginnings("tnt0009")}
    cloudit.get("ace/servers", tenant="tnt0001")
    assert set(cloudit.cloud.contents()) == {*beginnings("tnt0009"), *beginnings("tnt0001")}
    (group,) = cloudit.get("iam/securitygroups")
    for path in ("dna/subnets/10.0.248.0", f"iam/securitygroups/{group['id']}"):
        with pytest.raises(Refused) as refused:
            cloudit.delete(path)
        assert (refused.value.status, refused.value.code) == (403, "PROTECTED")


def _bad_bodies() -> list[tuple[str, dict[str, Any]]]:
    subnets, groups, servers = "dna/subnets", "iam/securitygroups", "ace/servers"
    return [
        (subnets, {**SUBNET, "description": "x"}),
        (subnets, {**SUBNET, "prefix": 22}),
        (subnets, {**SUBNET, "prefix": "24"}),
        (subnets, {**SUBNET, "addr": "10.0.5.0"}),
        (subnets, {**SUBNET, "addr": "10.0.252.0"}),
        (subnets, {**SUBNET, "addr": "192.168.0.0"}),
        (subnets, {**SUBNET, "gateway": "10.0.4.9"}),
        (subnets, {**SUBNET, "name": "n" * 46}),
        (subnets, {**SUBNET, "name": ""}),
        (subnets, {"name": "net"}),
        (groups, {"name": "g", "rules": [{**RULE, "protocol": "icmp"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "protocol": "TCP"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "type": "in"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "port": "9-8"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "port": "65536"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "port": "*"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "target": "10.0.0.1/8"}]}),
        (groups, {"name": "g", "rules": [{**RULE, "target": ""}]}),
        (groups, {"name": "g", "rules": [{**RULE, "odd": "x"}]}),
        (groups, {"name": "g", "rules": {}}),
        (groups, {"name": "g", "description": "x"}),
        (servers, {**server_body(), "rootPassword": "secret"}),
        (servers, {**server_body(), "rootPassword": "onlylowercase"}),
        (servers, {**server_body(), "hostName": "under_score"}),
        (servers, {**server_body(), "description": 1}),
        (servers, {**server_body(), "secgroups": ["x"]}),
        (servers, {name: value for name, value in server_body().items() if name != "clusterId"}),
    ]


@pytest.mark.parametrize(("path", "body"), _bad_bodies())
def test_wrong_members_are_refused(cloudit: Bench, path: str, body: dict[str, Any]) -> None:
    if path == "ace/servers":
        cloudit.subnet()
    before = cloudit.cloud.contents()
    with pytest.raises(Refused) as refused:
        cloudit.post(path, body)
    assert (refused.value.status, refused.value.code) == (400, "INVALID_PARAMETER")
    assert PASSWORD not in refused.value.message
    assert cloudit.cloud.contents() == before


def test_what_the_twin_does_not_serve_it_says(cloudit: Bench) -> None:
    with pytest.raises(Refused) as refused:
        cloudit.post("ace/servers", server_body(snapshotId="x"))
    assert refused.value.status == 501


def test_bodies_come_as_json_and_only_where_they_are_wanted(cloudit: Bench) -> None:
    headers = {HEADER: cloudit.token}
    wrong = [
        cloudit.send("POST", "dna/subnets", headers=headers, json=None, data="{}"),
        cloudit.send("POST", "dna/subnets", headers=headers, json=None, data="{", content_type="application/json"),
        cloudit.send("POST", "dna/subnets", headers=headers, json=None, content_type="application/json"),
        cloudit.send("POST", "dna/subnets", [SUBNET]),
        cloudit.send("POST", "ace/servers/x/start", {}),
        cloudit.send("GET", "ace/servers", query_string={"page": "2"}),
    ]
    assert [answer.status_code for answer in wrong] == [415, 400, 400, 400, 400, 400]
    # CB-Spider's client sends one along with its looks.
    assert cloudit.send("GET", "ace/servers", server_body()).status_code == 200


def test_the_dialect_calls_every_method_as_the_table_does() -> None:
    for one in api.METHODS:
        path = re.sub("<[a-zA-Z]+>", "3f2a", one.whole_path)
        assert CLOUDIT.api(Request(one.method, path, "", {}, b"")) == one.name
    assert len({one.name for one in api.METHODS}) == len(api.METHODS)


def test_settings_that_mean_nothing_here_are_refused(cloudit: Bench) -> None:
    wrong: list[dict[str, Any]] = [{"permissions": []}, {"page_size": 1}]
    for data in wrong:
        with pytest.raises(ValueError, match="cloudit has only"):
            cloudit.cloud.settings.checked(data)
    assert set(cloudit.cloud.settings.shown()) == {"transition_seconds", "exhausted", "quotas"}
