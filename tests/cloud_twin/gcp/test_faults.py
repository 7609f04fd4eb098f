"""The dialect: what befalls Compute Engine's calls, in its own form. And what the twin is told over HTTP."""

from __future__ import annotations

import json
import statistics
import time

import pytest
from werkzeug.test import Client

from cloud_twin.admin import Administered
from cloud_twin.faults import GCP, Answer, Request, Rule
from cloud_twin.gcp.account import PROJECT

from .bench import GLOBAL, REGIONAL, ZONAL, Bench, Refused, firewall_body, instance_body

NETWORKS = f"{GLOBAL}/networks"
NETWORK = {"name": "net", "autoCreateSubnetworks": False}
LINK = "https://www.googleapis.com/compute/v1/"


def test_a_throttled_call_is_refused_as_google_does(gcp: Bench) -> None:
    """hashicorp/terraform-provider-google#8360 quotes one."""
    gcp.twin.rules.add(Rule(api="compute.networks.*", times=1, throttle=True, retry_after=7))
    answer = gcp.send("GET", NETWORKS)
    assert answer.status_code == 403
    assert answer.headers["Retry-After"] == "7"
    assert answer.json is not None
    assert answer.json["error"]["errors"][0]["reason"] == "rateLimitExceeded"
    assert answer.json["error"]["errors"][0]["domain"] == "usageLimits"
    assert "items" in gcp.get(NETWORKS)


@pytest.mark.parametrize("status", [500, 503])
def test_a_rule_may_leave_the_words_to_the_dialect(gcp: Bench, status: int) -> None:
    gcp.twin.rules.add(Rule(times=1, status=status))
    with pytest.raises(Refused) as caught:
        gcp.get(NETWORKS)
    assert (caught.value.status, caught.value.reason) == (status, "backendError")


def test_calls_are_logged_by_method_and_region(gcp: Bench) -> None:
    gcp.instance()
    with pytest.raises(Refused):
        gcp.get(f"{REGIONAL}/subnetworks/none")
    seen = [(call.cloud, call.api, call.region, call.status, call.code) for call in gcp.twin.log.calls()]
    assert seen == [
        ("gcp", "compute.instances.insert", "us-central1", 200, ""),
        ("gcp", "compute.zoneOperations.get", "us-central1", 200, ""),
        ("gcp", "compute.subnetworks.get", "us-central1", 404, "notFound"),
    ]


def test_a_log_in_is_logged_too(gcp: Bench) -> None:
    gcp.http.post("/token", data={"grant_type": "password"})
    (call,) = gcp.twin.log.calls()
    assert (call.api, call.status, call.code) == ("oauth2.token", 400, "unsupported_grant_type")


def test_what_is_new_is_seen_late(gcp: Bench) -> None:
    gcp.twin.rules.add(Rule(api="compute.networks.insert", lag=30))
    operation = gcp.post(NETWORKS, NETWORK)
    gcp.granted(operation)
    with pytest.raises(Refused, match=f"The resource '{NETWORKS}/net' was not found"):
        gcp.get(f"{NETWORKS}/net")
    assert [one["name"] for one in gcp.get(NETWORKS)["items"]] == ["default"]
    gcp.granted(gcp.post(f"{GLOBAL}/firewalls", firewall_body(network=f"{NETWORKS}/net")))
    gcp.advance(30)
    assert gcp.get(f"{NETWORKS}/net")["name"] == "net"
    assert [one["name"] for one in gcp.get(NETWORKS)["items"]] == ["default", "net"]


def test_what_is_made_anew_under_an_old_name_is_seen_late_too(gcp: Bench) -> None:
    gcp.twin.rules.add(Rule(api="compute.networks.insert", lag=30))
    for _ in range(2):
        gcp.network()
        with pytest.raises(Refused, match="was not found"):
            gcp.get(f"{NETWORKS}/net")
        gcp.granted(gcp.delete(f"{NETWORKS}/net"))
        gcp.advance(30)


def test_zones_and_operations_are_never_late(gcp: Bench) -> None:
    gcp.twin.rules.add(Rule(api="compute.instances.insert", lag=30))
    gcp.granted(gcp.post(f"{ZONAL}/instances", instance_body()))
    assert "items" not in gcp.get(f"{ZONAL}/instances")
    shown = gcp.get(f"projects/{PROJECT}/aggregated/instances")["items"]
    assert not any(part.get("instances") for part in shown.values())
    assert gcp.get(f"{ZONAL}/operations")["items"][0]["status"] == "DONE"
    assert gcp.get(f"{ZONAL}/machineTypes/e2-small")["name"] == "e2-small"


def test_a_network_shows_a_late_subnetwork_late(gcp: Bench) -> None:
    net = gcp.network()
    gcp.twin.rules.add(Rule(api="compute.subnetworks.insert", lag=30))
    gcp.subnetwork(net)
    assert "subnetworks" not in gcp.get(net)
    gcp.advance(30)
    assert len(gcp.get(net)["subnetworks"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "is_read"),
    [
        ("GET", f"{ZONAL}/instances", True),
        ("POST", f"{ZONAL}/operations/o/wait", True),
        ("POST", f"{ZONAL}/instances", False),
        ("DELETE", f"{ZONAL}/instances/vm", False),
        ("POST", f"{ZONAL}/instances/vm/stop", False),
    ],
)
def test_reads_are_told_from_changes(method: str, path: str, is_read: bool) -> None:
    assert GCP.is_read(Request(method, f"/compute/v1/{path}", "", {}, b"")) is is_read


def test_a_log_in_is_a_read() -> None:
    assert GCP.is_read(Request("POST", "/token", "", {}, b""))


def test_ids_are_the_paths_of_what_users_make() -> None:
    shown = {
        "selfLink": f"{LINK}{ZONAL}/instances/vm",
        "zone": LINK + ZONAL,
        "disks": [{"source": f"{LINK}{ZONAL}/disks/vm", "type": f"{LINK}{ZONAL}/diskTypes/pd-ssd"}],
        "machineType": f"{LINK}{ZONAL}/machineTypes/e2-small",
    }
    answer = Answer(200, [], json.dumps(shown).encode())
    assert GCP.ids(answer) == {f"{ZONAL}/instances/vm", f"{ZONAL}/disks/vm"}
    body = json.dumps({"network": f"{GLOBAL}/networks/net", "name": "x"}).encode()
    request = Request("POST", f"/compute/v1/{ZONAL}/instances/vm/stop", "", {}, body)
    assert GCP.named(request) == {f"{ZONAL}/instances/vm", f"{GLOBAL}/networks/net"}
    assert GCP.addressed(request) == {f"{ZONAL}/instances/vm"}


@pytest.mark.parametrize(("verb", "ids"), [("insert", {f"{ZONAL}/instances/vm"}), ("delete", set())])
def test_an_operation_holds_the_id_of_what_it_makes(verb: str, ids: set[str]) -> None:
    shown = {
        "kind": "compute#operation",
        "operationType": verb,
        "targetLink": f"{LINK}{ZONAL}/instances/vm",
        "selfLink": f"{LINK}{ZONAL}/operations/o",
        "zone": LINK + ZONAL,
    }
    assert GCP.ids(Answer(200, [], json.dumps(shown).encode())) == ids
    listed = {"kind": "compute#operationList", "items": [shown]}
    assert GCP.ids(Answer(200, [], json.dumps(listed).encode())) == ids


def test_an_answer_that_is_no_json_is_left_alone() -> None:
    answer = Answer(502, [], b"<html>")
    assert GCP.ids(answer) == set()
    assert GCP.code(answer) == ""
    assert GCP.without(answer, {"x"}) is answer


def test_a_reset_project_is_a_new_one(gcp: Bench) -> None:
    before = gcp.cloud.contents()
    gcp.instance()
    gcp.network()
    gcp.twin.reset()
    assert gcp.cloud.contents() == before
    assert "items" not in gcp.get(f"{GLOBAL}/operations")
    assert gcp.get(gcp.instance())["networkInterfaces"][0]["networkIP"] == "10.128.0.2"


def test_a_snapshot_is_put_back_with_what_was_under_way(gcp: Bench) -> None:
    gcp.network("kept")
    operation = gcp.post(f"{ZONAL}/instances", instance_body())
    snapshot = gcp.cloud.snapshot()
    gcp.advance()
    gcp.granted(gcp.delete(f"{ZONAL}/instances/vm"))
    gcp.granted(gcp.delete(f"{NETWORKS}/kept"))
    gcp.cloud.restore(snapshot)
    assert gcp.get(f"{NETWORKS}/kept")["name"] == "kept"
    gcp.granted(operation)
    assert gcp.get(f"{ZONAL}/instances/vm")["status"] == "RUNNING"


def test_the_admin_api_changes_its_settings(gcp: Bench) -> None:
    admin = Client(Administered(gcp.twin, gcp.twin.clouds))
    answer = admin.put("/_twin/settings?cloud=gcp", json={"page_size": 1, "exhausted": ["e2-small"]})
    assert answer.json is not None
    assert answer.json["gcp"]["page_size"] == 1
    assert gcp.get(f"{GLOBAL}/firewalls")["nextPageToken"]
    contents = admin.get("/_twin/contents").json
    assert contents is not None
    assert f"{NETWORKS}/default" in contents["gcp"]


def test_only_its_own_paths_are_claimed(gcp: Bench) -> None:
    claims = gcp.cloud.claims
    assert claims("/token", "")
    assert claims(f"/compute/v1/{NETWORKS}", "")
    assert not any(claims(path, "") for path in ("/", "/compute/v2/x", "/subscriptions/s", "/compute/v1"))


def test_a_thing_is_made_as_quickly_beside_hundreds_as_alone(gcp: Bench) -> None:
    gcp.cloud.settings.transition_seconds = 0.0
    computed = []
    for number in range(200):
        begun = time.process_time()
        gcp.post(f"{ZONAL}/instances", instance_body(f"vm-{number}"))
        computed.append(time.process_time() - begun)
    assert len(gcp.get(f"{ZONAL}/instances")["items"]) == 200
    assert statistics.median(computed[-50:]) < 4 * statistics.median(computed[:50])
