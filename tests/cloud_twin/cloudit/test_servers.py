"""Servers: their states, what they are made of, what is lacking."""

from __future__ import annotations

import json

import pytest

from cloud_twin.cloudit.catalogue import fixed_id
from cloud_twin.faults import Rule

from .bench import PASSWORD, SUBNET, Bench, Refused, code_of, server_body


def _state(cloudit: Bench, cloud_id: str) -> str:
    return str(cloudit.get(f"ace/servers/{cloud_id}")["state"])


def test_a_server_has_no_address_before_it_runs(cloudit: Bench) -> None:
    cloudit.subnet()
    answer = cloudit.send("POST", "ace/servers", server_body(sshPublicKey="ssh-ed25519 AAAA", description="words"))
    made = json.loads(answer.data)
    assert (answer.status_code, made["state"], made["privateIp"]) == (202, "creating", "")
    cloudit.advance()
    (listed,) = cloudit.get("ace/servers")
    assert (listed["state"], listed["privateIp"]) == ("running", "10.0.4.2")
    told = {name: listed[name] for name in ("name", "template", "spec", "description", "subnetAddr", "clusterName")}
    assert told == {
        "name": "vm",
        "template": "Ubuntu-20.04",
        "spec": "small-1",
        "description": "words",
        "subnetAddr": SUBNET["addr"],
        "clusterName": "cluster01",
    }
    assert (listed["cpuNum"], listed["memSize"], listed["sshPublicKey"]) == (1.0, 2.0, "ssh-ed25519 AAAA")


def test_a_server_shows_its_password_as_the_clients_expect(cloudit: Bench) -> None:
    assert cloudit.server()["rootPassword"] == PASSWORD


def test_power_has_states_in_between(cloudit: Bench) -> None:
    cloud_id = cloudit.server()["id"]
    for verb, between, then in (
        ("shutdown", "stopping", "stopped"),
        ("start", "starting", "running"),
        ("reboot", "rebooting", "running"),
    ):
        answer = cloudit.send("POST", f"ace/servers/{cloud_id}/{verb}")
        assert (answer.status_code, answer.data) == (202, b"")
        assert _state(cloudit, cloud_id) == between
        cloudit.advance()
        assert _state(cloudit, cloud_id) == then


@pytest.mark.parametrize(("before", "verb"), [("shutdown", "shutdown"), ("shutdown", "reboot"), ("", "start")])
def test_a_verb_in_the_wrong_state_is_refused(cloudit: Bench, before: str, verb: str) -> None:
    cloud_id = cloudit.server()["id"]
    if before:
        cloudit.post(f"ace/servers/{cloud_id}/{before}")
    for _ in range(2):  # on the way to the state, and in it
        with pytest.raises(Refused) as refused:
            cloudit.post(f"ace/servers/{cloud_id}/{verb}")
        assert (refused.value.status, refused.value.code) == (409, "INVALID_STATE")
        cloudit.advance()


def test_a_deleted_server_terminates_and_is_gone(cloudit: Bench) -> None:
    cloud_id = cloudit.server()["id"]
    cloudit.delete(f"ace/servers/{cloud_id}")
    assert _state(cloudit, cloud_id) == "terminating"
    assert cloudit.send("DELETE", f"ace/servers/{cloud_id}").status_code == 409
    cloudit.advance()
    assert cloudit.get("ace/servers") == []
    assert cloudit.send("DELETE", f"ace/servers/{cloud_id}").status_code == 404


def test_neither_what_is_being_made_nor_what_is_protected_is_deleted(cloudit: Bench) -> None:
    cloudit.subnet()
    made = cloudit.post("ace/servers", server_body(protection=1))
    for status in (403, 403):
        assert cloudit.send("DELETE", f"ace/servers/{made['id']}").status_code == status
        cloudit.advance()
    other = cloudit.post("ace/servers", server_body(name="other"))
    assert cloudit.send("DELETE", f"ace/servers/{other['id']}").status_code == 409


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"templateId": "none"}, 404),
        ({"specId": "none"}, 404),
        ({"clusterId": "none"}, 404),
        ({"subnetAddr": "10.0.12.0"}, 404),
        ({"secgroups": [{"id": "none"}]}, 404),
        ({"clusterId": fixed_id("clusters", "cluster02")}, 400),
    ],
)
def test_what_a_server_is_made_of_must_be_there(cloudit: Bench, more: dict[str, object], status: int) -> None:
    cloudit.subnet()
    with pytest.raises(Refused) as refused:
        cloudit.post("ace/servers", server_body(**more))
    assert refused.value.status == status
    assert cloudit.get("ace/servers") == []


def test_a_windows_host_has_a_short_name(cloudit: Bench) -> None:
    cloudit.subnet()
    windows = {"templateId": fixed_id("templates", "cluster01", "Windows-2019")}
    with pytest.raises(Refused):
        cloudit.post("ace/servers", server_body(**windows, hostName="sixteen-letters-"))
    assert cloudit.post("ace/servers", server_body(**windows, hostName="fifteen-letters"))["template"] == "Windows-2019"


def test_quotas_and_exhausted_specs(cloudit: Bench) -> None:
    cloudit.cloud.settings.change({"quotas": {"subnets": 2, "servers": 0, "securitygroups": 1, "adaptive-ips": 0}})
    cloudit.subnet()
    for path, body in (
        ("dna/subnets", {**SUBNET, "addr": "10.0.8.0"}),
        ("ace/servers", server_body()),
        ("iam/securitygroups", {"name": "group"}),
    ):
        with pytest.raises(Refused) as refused:
            cloudit.post(path, body)
        assert (refused.value.status, refused.value.code) == (403, "QUOTA_EXCEEDED")
    cloudit.cloud.settings.quotas = {}
    cloudit.cloud.settings.change({"exhausted": ["small-1"]})
    with pytest.raises(Refused) as refused:
        cloudit.post("ace/servers", server_body())
    assert (refused.value.status, refused.value.code) == (409, "NO_CAPACITY")


def test_specs_templates_and_clusters_are_listed(cloudit: Bench) -> None:
    assert {"id", "name", "cpu", "mem", "disk", "gpu", "enabled"} == set(cloudit.get("ace/specs")[0])
    templates = cloudit.get("ace/templates")
    assert [one["name"] for one in templates].count("CentOS-7") == 2
    assert cloudit.get(f"ace/templates/{templates[0]['id']}") == templates[0]
    assert [one["name"] for one in cloudit.get("ace/clusters")] == ["cluster01", "cluster02"]


def test_lag_hides_what_was_made_from_reads_alone(cloudit: Bench) -> None:
    cloudit.twin.rules.add(Rule(api="POST *", lag=10.0))
    made = cloudit.subnet()
    assert [one["name"] for one in cloudit.get("dna/subnets")] == ["Default Network"]
    server = cloudit.post("ace/servers", server_body())
    assert cloudit.get("ace/servers") == []
    for path in (f"ace/servers/{server['id']}", f"dna/{made['id']}/detail"):
        assert cloudit.send("GET", path).status_code == 404
    cloudit.advance(10.1)
    assert len(cloudit.get("ace/servers")) == 1
    assert cloudit.get(f"dna/{made['id']}/detail")["name"] == "net"


def test_too_many_calls_are_refused_in_cloudit_s_form(cloudit: Bench) -> None:
    cloudit.twin.rules.add(Rule(throttle=True, retry_after=3.0, times=1))
    answer = cloudit.send("GET", "ace/servers")
    assert (answer.status_code, code_of(answer), answer.headers["Retry-After"]) == (429, "TOO_MANY_REQUESTS", "3")


def test_a_snapshot_brings_back_what_was_there(cloudit: Bench) -> None:
    server = cloudit.server()
    kept = cloudit.cloud.snapshot()
    cloudit.delete(f"ace/servers/{server['id']}")
    cloudit.advance()
    cloudit.cloud.restore(kept)
    assert [one["id"] for one in cloudit.get("ace/servers")] == [server["id"]]
