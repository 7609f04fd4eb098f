"""Changes that take their time."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import datetime

import pytest

from .bench import GLOBAL, REGIONAL, SECONDS, ZONAL, Bench, Refused, firewall_body, instance_body

NETWORKS = f"{GLOBAL}/networks"
NETWORK = {"name": "net", "autoCreateSubnetworks": False}


def test_it_is_pending_then_running_then_done(gcp: Bench) -> None:
    operation = gcp.post(NETWORKS, NETWORK)
    path = operation["selfLink"].partition("/v1/")[2]
    seen = [operation]
    for _ in range(2):
        gcp.advance(SECONDS / 2)
        seen.append(gcp.get(path))
    assert [one["status"] for one in seen] == ["PENDING", "RUNNING", "DONE"]
    assert [one["progress"] for one in seen] == [0, 0, 100]
    assert [("startTime" in one, "endTime" in one) for one in seen] == [(False, False), (True, False), (True, True)]
    lasted = datetime.fromisoformat(seen[-1]["endTime"]) - datetime.fromisoformat(seen[-1]["insertTime"])
    assert lasted.total_seconds() == pytest.approx(SECONDS, abs=0.01)


def test_it_says_who_did_what_to_what(gcp: Bench) -> None:
    operation = gcp.post(NETWORKS, NETWORK)
    network = gcp.get(f"{NETWORKS}/net")
    assert operation["operationType"] == "insert"
    assert (operation["targetLink"], operation["targetId"]) == (network["selfLink"], network["id"])
    assert operation["user"] == gcp.cloud.account.email
    assert operation["name"].startswith("operation-")
    assert operation["selfLink"] == f"https://www.googleapis.com/compute/v1/{GLOBAL}/operations/{operation['name']}"


def test_it_belongs_to_the_place_of_its_target(gcp: Bench) -> None:
    gcp.subnetwork(gcp.network())
    gcp.instance(networkInterfaces=[{"subnetwork": f"{REGIONAL}/subnetworks/sub"}])
    found = [gcp.get(f"{place}/operations")["items"] for place in (GLOBAL, REGIONAL, ZONAL)]
    assert [len(one) for one in found] == [1, 1, 1]
    (of_global,), (regional,), (zonal,) = found
    assert "zone" not in of_global
    assert "region" not in of_global
    assert regional["region"].endswith(REGIONAL)
    assert zonal["zone"].endswith(ZONAL)
    with pytest.raises(Refused, match="was not found"):
        gcp.get(f"{GLOBAL}/operations/{zonal['name']}")


def test_it_is_found_by_its_id(gcp: Bench) -> None:
    operation = gcp.post(NETWORKS, NETWORK)
    assert gcp.get(f"{GLOBAL}/operations/{operation['id']}")["name"] == operation["name"]


def test_without_seconds_it_is_done_at_once(gcp: Bench) -> None:
    gcp.cloud.settings.transition_seconds = 0.0
    assert gcp.post(NETWORKS, NETWORK)["status"] == "DONE"
    assert gcp.post(f"{ZONAL}/instances", instance_body())["status"] == "DONE"
    assert gcp.get(f"{ZONAL}/instances/vm")["status"] == "RUNNING"


def test_the_same_request_again_is_the_same_operation(gcp: Bench) -> None:
    request_id = str(uuid.uuid4())
    first = gcp.post(NETWORKS, NETWORK, requestId=request_id)
    assert first["clientOperationId"] == request_id
    assert gcp.post(NETWORKS, NETWORK, requestId=request_id) == first
    gcp.advance()
    again = gcp.post(NETWORKS, NETWORK, requestId=request_id)
    assert (again["name"], again["status"]) == (first["name"], "DONE")
    with pytest.raises(Refused, match="already exists"):
        gcp.post(NETWORKS, NETWORK, requestId=str(uuid.uuid4()))
    with pytest.raises(Refused, match="already exists"):
        gcp.post(NETWORKS, NETWORK)


def test_a_delete_again_is_the_same_operation_though_all_is_gone(gcp: Bench) -> None:
    net, request_id = gcp.network(), str(uuid.uuid4())
    first = gcp.delete(net, requestId=request_id)
    gcp.advance()
    assert gcp.delete(net, requestId=request_id)["name"] == first["name"]


def test_waiting_ends_with_the_operation(gcp: Bench) -> None:
    """In real time, while others call."""
    gcp.twin.clock.speed = 20.0
    try:
        operation = gcp.post(NETWORKS, NETWORK)
        answers: list[str] = []
        path = f"{GLOBAL}/operations/{operation['name']}/wait"
        waiting = threading.Thread(target=lambda: answers.append(gcp.post(path)["status"]))
        waiting.start()
        time.sleep(0.05)
        assert gcp.get(f"{NETWORKS}/net")["name"] == "net"
        assert answers == []
        waiting.join(10)
        assert answers == ["DONE"]
    finally:
        gcp.twin.clock.speed = 0.0


def test_nobody_waits_while_the_clock_stands_still(gcp: Bench) -> None:
    operation = gcp.post(NETWORKS, NETWORK)
    assert gcp.post(f"{GLOBAL}/operations/{operation['name']}/wait")["status"] == "PENDING"


def test_a_network_in_use_is_refused_by_the_operation(gcp: Bench) -> None:
    """genevieve/leftovers#6, GoogleCloudPlatform/terraform-google-three-tier-web-app#167."""
    net = gcp.network()
    fire = gcp.firewall(network=net)
    operation = gcp.done(gcp.delete(net))
    message = f"The network resource '{net}' is already being used by '{fire}'"
    assert operation["error"] == {"errors": [{"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": message}]}
    assert (operation["httpErrorStatusCode"], operation["httpErrorMessage"]) == (400, "BAD REQUEST")
    gcp.granted(gcp.delete(fire))
    gcp.granted(gcp.delete(net))


@pytest.mark.parametrize(
    ("quota", "body", "words"),
    [
        ({"networks": 2}, NETWORK, "Quota 'NETWORKS' exceeded.  Limit: 2.0 globally."),
        ({"firewalls": 4}, firewall_body(), "Quota 'FIREWALLS' exceeded.  Limit: 4.0 globally."),
        ({"instances": 1}, instance_body("b"), "Quota 'INSTANCES' exceeded.  Limit: 1.0 in region us-central1."),
        ({"cpus": 3}, instance_body("b"), "Quota 'CPUS' exceeded.  Limit: 3.0 in region us-central1."),
    ],
    ids=["networks", "firewalls", "instances", "cpus"],
)
def test_beyond_a_quota_the_operation_fails(
    gcp: Bench, quota: dict[str, int], body: dict[str, object], words: str
) -> None:
    """hashicorp/terraform-provider-google#15074 quotes one."""
    gcp.network("other")
    gcp.instance("a")
    before = gcp.cloud.contents()
    gcp.cloud.settings.quotas = quota
    path = NETWORKS if body is NETWORK else f"{GLOBAL}/firewalls" if "allowed" in body else f"{ZONAL}/instances"
    operation = gcp.done(gcp.post(path, body))
    assert operation["error"]["errors"] == [{"code": "QUOTA_EXCEEDED", "message": words}]
    assert (operation["httpErrorStatusCode"], operation["httpErrorMessage"]) == (403, "FORBIDDEN")
    assert gcp.cloud.contents() == before


def test_a_quota_of_external_addresses(gcp: Bench) -> None:
    gcp.cloud.settings.quotas = {"in_use_addresses": 1}
    place = {"networkInterfaces": [{"accessConfigs": [{"type": "ONE_TO_ONE_NAT"}]}]}
    gcp.instance("a", **place)
    gcp.instance("b")
    operation = gcp.done(gcp.post(f"{ZONAL}/instances", instance_body("c", **place)))
    assert operation["error"]["errors"][0]["code"] == "QUOTA_EXCEEDED"


def test_what_a_failed_operation_has_begun_is_gone_and_its_name_is_free(gcp: Bench) -> None:
    gcp.cloud.settings.quotas = {"networks": 1}
    gcp.done(gcp.post(NETWORKS, NETWORK))
    with pytest.raises(Refused, match="was not found"):
        gcp.get(f"{NETWORKS}/net")
    gcp.cloud.settings.quotas = {}
    gcp.network()
