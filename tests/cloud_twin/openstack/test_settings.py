"""What the twin is told: who may do what, how much there is, what has run out."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_twin.openstack.account import PROJECT_ID

from .bench import COMPUTE, IMAGE, KEY, NETWORK, Bench

POLICY = "Policy doesn't allow {} to be performed."


def test_nova_says_which_rule_is_missing(openstack: Bench) -> None:
    server, body = openstack.server(), openstack.server_body()
    openstack.cloud.settings.permissions = []
    for method, path, sent, rule in (
        ("GET", "/servers", None, "servers:index"),
        ("GET", "/servers/detail", None, "servers:detail"),
        ("GET", f"/servers/{server}", None, "servers:show"),
        ("POST", "/servers", body, "servers:create"),
        ("DELETE", f"/servers/{server}", None, "servers:delete"),
        ("POST", f"/servers/{server}/action", {"os-stop": None}, "servers:stop"),
        ("POST", f"/servers/{server}/action", {"suspend": None}, "os-suspend-server:suspend"),
        ("GET", "/os-keypairs", None, "os-keypairs:index"),
    ):
        answer = openstack.call(method, COMPUTE + path, sent)
        text = POLICY.format(f"os_compute_api:{rule}")
        assert (answer.status_code, answer.json()) == (403, {"forbidden": {"code": 403, "message": text}})


def test_a_server_on_a_network_asks_for_a_rule_more(openstack: Bench) -> None:
    network, _ = openstack.network()
    body = openstack.server_body(networks=[{"uuid": network}])
    openstack.cloud.settings.permissions = ["os_compute_api:servers:create"]
    answer = openstack.call("POST", f"{COMPUTE}/servers", body, "2.93")
    missing = "os_compute_api:servers:create:attach_network"
    assert answer.json()["forbidden"]["message"] == POLICY.format(missing)
    openstack.cloud.settings.permissions = ["os_compute_api:servers:create", missing]
    assert openstack.call("POST", f"{COMPUTE}/servers", body, "2.93").status_code == 202


def test_neutron_refuses_changes_by_rule_and_hides_what_may_not_be_read(openstack: Bench) -> None:
    network, subnet = openstack.network()
    router = openstack.router()
    openstack.cloud.settings.permissions = []
    interface = f"/routers/{router}/add_router_interface"
    for method, path, sent, rule in (
        ("POST", "/networks", {"network": {}}, "create_network"),
        ("PUT", f"/networks/{network}", {"network": {"name": "n"}}, "update_network"),
        ("DELETE", f"/networks/{network}", None, "delete_network"),
        ("PUT", interface, {"subnet_id": subnet}, "add_router_interface"),
        ("POST", "/security-groups", {"security_group": {}}, "create_security_group"),
    ):
        answer = openstack.call(method, NETWORK + path, sent)
        error = {"type": "PolicyNotAuthorized", "message": f"rule:{rule} is disallowed by policy", "detail": ""}
        assert (answer.status_code, answer.json()) == (403, {"NeutronError": error})
    assert openstack.call("GET", f"{NETWORK}/networks").json() == {"networks": []}
    assert openstack.call("GET", f"{NETWORK}/networks/{network}").status_code == 404


def test_glance_says_which_action_is_not_authorized(openstack: Bench) -> None:
    openstack.cloud.settings.permissions = []
    answer = openstack.call("GET", f"{IMAGE}/images")
    assert answer.status_code == 403
    assert "You are not authorized to complete get_images action.<br />" in answer.text


@pytest.mark.parametrize(
    ("quotas", "text"),
    [
        ({"instances": 1}, "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances"),
        (
            {"cores": 1, "ram": 100},
            "Quota exceeded for cores, ram: Requested 1, 64, but already used 1, 64 of 1, 100 cores, ram",
        ),
    ],
)
def test_a_server_too_many_is_refused(openstack: Bench, quotas: dict[str, int], text: str) -> None:
    openstack.server()
    openstack.cloud.settings.quotas = quotas
    answer = openstack.call("POST", f"{COMPUTE}/servers", openstack.server_body(), "2.93")
    assert (answer.status_code, answer.json()) == (403, {"forbidden": {"code": 403, "message": text}})


def test_of_several_servers_as_many_are_made_as_the_quota_lets(openstack: Bench) -> None:
    openstack.cloud.settings.quotas = {"instances": 2}
    body = openstack.server_body(min_count=1, max_count=5)
    assert openstack.call("POST", f"{COMPUTE}/servers", body, "2.93").status_code == 202
    assert len(openstack.call("GET", f"{COMPUTE}/servers").json()["servers"]) == 2


def test_a_key_pair_too_many_is_refused(openstack: Bench) -> None:
    openstack.cloud.settings.quotas = {"key_pairs": 0}
    answer = openstack.call("POST", f"{COMPUTE}/os-keypairs", {"keypair": {"name": "k", "public_key": KEY}})
    assert answer.json() == {"forbidden": {"code": 403, "message": "Quota exceeded, too many key pairs."}}


@pytest.mark.parametrize("kind", ["network", "router", "security_group"])
def test_neutron_refuses_what_is_over_its_quota(openstack: Bench, kind: str) -> None:
    openstack.cloud.settings.quotas = {kind: 0}
    answer = openstack.call("POST", f"{NETWORK}/{kind.replace('_', '-')}s", {kind: {"name": "x"}})
    text = f"Quota exceeded for resources: ['{kind}']."
    error = {"type": "OverQuota", "message": text, "detail": ""}
    assert (answer.status_code, answer.json()) == (409, {"NeutronError": error})


def test_quotas_and_their_use_are_shown(openstack: Bench) -> None:
    openstack.server()
    openstack.network()
    openstack.cloud.settings.quotas = {"instances": 7, "network": 9}
    nova = openstack.call("GET", f"{COMPUTE}/os-quota-sets/{PROJECT_ID}/detail", version="2.93").json()["quota_set"]
    assert nova["instances"] == {"limit": 7, "in_use": 1, "reserved": 0}
    neutron = openstack.call("GET", f"{NETWORK}/quotas/{PROJECT_ID}/details").json()["quota"]
    assert neutron["network"] == {"limit": 9, "used": 1, "reserved": 0}
    limits: dict[str, Any] = openstack.call("GET", f"{COMPUTE}/limits", version="2.93").json()["limits"]["absolute"]
    assert (limits["maxTotalInstances"], limits["totalInstancesUsed"], limits["totalRAMUsed"]) == (7, 1, 64)


@pytest.mark.parametrize("exhausted", ["name", "id"])
def test_a_flavor_that_has_run_out_ends_in_an_error(openstack: Bench, exhausted: str) -> None:
    network, _ = openstack.network()
    port = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["id"]
    openstack.cloud.settings.exhausted = ["m1.nano" if exhausted == "name" else openstack.flavor()]
    server = openstack.server(ready=False, networks=[{"port": port}])
    assert openstack.shown(server)["status"] == "BUILD"
    openstack.advance()
    shown = openstack.shown(server)
    assert (shown["status"], shown["OS-EXT-STS:vm_state"], shown["hostId"]) == ("ERROR", "error", "")
    assert shown["fault"]["message"] == "No valid host was found. There are not enough hosts available."
    assert openstack.call("GET", f"{NETWORK}/ports/{port}").json()["port"]["device_id"] == ""
    refused = openstack.act(server, "os-start")
    assert refused.json()["conflictingRequest"]["message"] == f"Instance {server} is not ready"
    openstack.call("DELETE", f"{COMPUTE}/servers/{server}")
    openstack.advance()
    assert openstack.call("GET", f"{COMPUTE}/servers").json() == {"servers": []}


def test_a_snapshot_of_the_cloud_brings_it_back(openstack: Bench) -> None:
    openstack.network()
    kept = openstack.cloud.snapshot()
    openstack.server()
    openstack.cloud.restore(kept)
    assert openstack.call("GET", f"{COMPUTE}/servers").json() == {"servers": []}
    assert len(openstack.call("GET", f"{NETWORK}/subnets").json()["subnets"]) == 1
