"""Servers: their lives, and what one sees of them meanwhile."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .bench import COMPUTE, IMAGE, KEY, KEY_FINGERPRINT, NETWORK, SECONDS, Bench

STATES = ("OS-EXT-STS:vm_state", "OS-EXT-STS:task_state", "OS-EXT-STS:power_state")


def state(openstack: Bench, server: str) -> tuple[Any, ...]:
    shown = openstack.shown(server)
    return (shown["status"], *(shown[name] for name in STATES))


def test_a_new_server_is_scheduled_then_spawned_then_active(openstack: Bench) -> None:
    network, _ = openstack.network()
    server = openstack.server(ready=False, networks=[{"uuid": network}])
    assert state(openstack, server) == ("BUILD", "building", "scheduling", 0)
    assert (openstack.shown(server)["hostId"], openstack.shown(server)["addresses"]) == ("", {})
    openstack.advance(SECONDS / 2)
    assert state(openstack, server) == ("BUILD", "building", "spawning", 0)
    assert openstack.shown(server)["addresses"]["net"][0]["addr"] == "10.8.0.2"
    openstack.advance(SECONDS / 2)
    assert state(openstack, server) == ("ACTIVE", "active", None, 1)


def test_the_sdk_makes_a_server_of_all_that_belongs_to_it_and_takes_it_away(openstack: Bench) -> None:
    sdk = openstack.sdk
    network = sdk.network.create_network(name="net")
    subnet = sdk.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.8.0.0/24")
    router = sdk.network.create_router(external_gateway_info={"network_id": openstack.outside()})
    sdk.network.add_interface_to_router(router, subnet_id=subnet.id)
    group = sdk.network.create_security_group(name="web")
    port = sdk.network.create_port(network_id=network.id, security_groups=[group.id])
    assert sdk.compute.create_keypair(name="key", public_key=KEY).fingerprint == KEY_FINGERPRINT
    user_data = base64.b64encode(b"#cloud-config\n").decode()
    server = sdk.compute.create_server(
        name="vm",
        flavor_id=openstack.flavor(),
        image_id=openstack.image(),
        networks=[{"port": port.id}],
        key_name="key",
        user_data=user_data,
        availability_zone="zone-2",
        metadata={"a": "b"},
    )
    openstack.advance()
    shown = sdk.compute.get_server(server.id)
    assert (shown.status, shown.availability_zone, shown.key_name) == ("ACTIVE", "zone-2", "key")
    assert (shown.security_groups, shown.metadata) == ([{"name": "web"}], {"a": "b"})
    seen = sdk.network.get_port(port.id)
    assert (seen.status, seen.device_id, seen.device_owner) == ("ACTIVE", server.id, "compute:zone-2")
    floating = sdk.network.create_ip(floating_network_id=openstack.outside(), port_id=port.id)
    assert "floating" not in json.dumps(openstack.shown(server.id)["addresses"])
    openstack.advance()
    kinds = {one["addr"]: one["OS-EXT-IPS:type"] for one in openstack.shown(server.id)["addresses"]["net"]}
    assert kinds == {port.fixed_ips[0]["ip_address"]: "fixed", floating.floating_ip_address: "floating"}
    sdk.compute.delete_server(server.id)
    assert state(openstack, server.id)[:3] == ("ACTIVE", "active", "deleting")
    openstack.advance()
    assert sdk.compute.find_server(server.id) is None
    left = sdk.network.get_port(port.id)
    assert (left.status, left.device_id, left.device_owner) == ("DOWN", "", "")
    assert sdk.network.get_ip(floating.id).port_id == port.id


@pytest.mark.parametrize(
    ("begun", "action", "asked", "between", "after"),
    [
        ([], "os-stop", None, ("ACTIVE", "active", "powering-off", 1), ("SHUTOFF", "stopped", None, 4)),
        (["os-stop"], "os-start", None, ("SHUTOFF", "stopped", "powering-on", 4), ("ACTIVE", "active", None, 1)),
        ([], "suspend", None, ("ACTIVE", "active", "suspending", 1), ("SUSPENDED", "suspended", None, 4)),
        (["suspend"], "resume", None, ("SUSPENDED", "suspended", "resuming", 4), ("ACTIVE", "active", None, 1)),
        ([], "pause", None, ("ACTIVE", "active", "pausing", 1), ("PAUSED", "paused", None, 3)),
        (["pause"], "unpause", None, ("PAUSED", "paused", "unpausing", 3), ("ACTIVE", "active", None, 1)),
        ([], "reboot", {"type": "SOFT"}, ("REBOOT", "active", "rebooting", 1), ("ACTIVE", "active", None, 1)),
        ([], "reboot", {"type": "HARD"}, ("HARD_REBOOT", "active", "rebooting_hard", 1), ("ACTIVE", "active", None, 1)),
        (
            ["os-stop"],
            "reboot",
            {"type": "HARD"},
            ("SHUTOFF", "stopped", "rebooting_hard", 4),
            ("ACTIVE", "active", None, 1),
        ),
    ],
)
def test_an_action_takes_its_time_in_a_state_between(
    openstack: Bench, begun: list[str], action: str, asked: Any, between: tuple[Any, ...], after: tuple[Any, ...]
) -> None:
    server = openstack.server()
    for earlier in begun:
        openstack.act(server, earlier)
        openstack.advance()
    answer = openstack.act(server, action, asked)
    assert (answer.status_code, answer.content) == (202, b"")
    assert state(openstack, server) == between
    openstack.advance()
    assert state(openstack, server) == after


@pytest.mark.parametrize(
    ("begun", "action", "asked", "verb", "where"),
    [
        ("os-stop", "os-stop", None, "stop", "task_state powering-off"),
        ("os-stop", "suspend", None, "suspend", "task_state powering-off"),
        ("reboot", "reboot", {"type": "SOFT"}, "reboot", "task_state rebooting"),
        ("suspend", "createImage", {"name": "i"}, "createImage", "task_state suspending"),
    ],
)
def test_while_something_is_under_way_most_else_is_refused(
    openstack: Bench, begun: str, action: str, asked: Any, verb: str, where: str
) -> None:
    server = openstack.server()
    openstack.act(server, begun, {"type": "SOFT"} if begun == "reboot" else None)
    answer = openstack.act(server, action, asked)
    assert answer.status_code == 409
    text = f"Cannot '{verb}' instance {server} while it is in {where}"
    assert answer.json() == {"conflictingRequest": {"code": 409, "message": text}}


def test_a_hard_reboot_may_begin_while_a_soft_one_is_under_way(openstack: Bench) -> None:
    server = openstack.server()
    openstack.act(server, "reboot", {"type": "SOFT"})
    assert openstack.act(server, "reboot", {"type": "HARD"}).status_code == 202


@pytest.mark.parametrize("ready", [True, False])
def test_a_server_can_be_deleted_while_it_is_made_and_twice(openstack: Bench, ready: bool) -> None:
    server = openstack.server(ready=ready)
    for _ in range(2):
        answer = openstack.call("DELETE", f"{COMPUTE}/servers/{server}")
        assert (answer.status_code, answer.content) == (204, b"")
    openstack.advance()
    gone = openstack.call("GET", f"{COMPUTE}/servers/{server}")
    text = f"Instance {server} could not be found."
    assert (gone.status_code, gone.json()) == (404, {"itemNotFound": {"code": 404, "message": text}})


def test_ports_that_nova_made_leave_with_their_server(openstack: Bench) -> None:
    network, _ = openstack.network()
    server = openstack.server(networks=[{"uuid": network}])
    refused = openstack.call("DELETE", f"{NETWORK}/networks/{network}")
    assert refused.json()["NeutronError"]["type"] == "NetworkInUse"
    openstack.call("DELETE", f"{COMPUTE}/servers/{server}")
    openstack.advance()
    assert openstack.call("GET", f"{NETWORK}/ports").json() == {"ports": []}
    assert openstack.call("DELETE", f"{NETWORK}/networks/{network}").status_code == 204


def test_a_port_serves_one_server_only(openstack: Bench) -> None:
    network, _ = openstack.network()
    port = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["id"]
    openstack.server(networks=[{"port": port}])
    body = openstack.server_body(networks=[{"port": port}])
    answer = openstack.call("POST", f"{COMPUTE}/servers", body, "2.93")
    assert answer.json() == {"conflictingRequest": {"code": 409, "message": f"Port {port} is still in use."}}


def test_security_groups_by_name_are_those_of_the_ports_that_nova_makes(openstack: Bench) -> None:
    network, _ = openstack.network()
    group = openstack.made(f"{NETWORK}/security-groups", {"security_group": {"name": "web"}})["id"]
    server = openstack.server(networks=[{"uuid": network}], security_groups=[{"name": "web"}])
    port = openstack.call("GET", f"{NETWORK}/ports?device_id={server}").json()["ports"][0]
    assert port["security_groups"] == [group]
    listed = openstack.call("GET", f"{COMPUTE}/servers/{server}/os-security-groups").json()["security_groups"]
    assert [one["id"] for one in listed] == [group]


def test_without_a_word_of_networks_the_only_one_is_taken_and_two_are_too_many(openstack: Bench) -> None:
    openstack.network()
    body = openstack.server_body()
    del body["server"]["networks"]
    made = openstack.made(f"{COMPUTE}/servers", body)["id"]
    openstack.advance()
    assert list(openstack.shown(made)["addresses"]) == ["net"]
    openstack.network("other")
    text = "Multiple possible networks found, use a Network ID to be more specific."
    answer = openstack.call("POST", f"{COMPUTE}/servers", body)
    assert answer.json() == {"conflictingRequest": {"code": 409, "message": text}}


def test_a_server_whose_network_cannot_be_had_ends_in_an_error(openstack: Bench) -> None:
    network, _ = openstack.network(cidr="10.8.0.0/30")
    openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})
    failed = "Failed to allocate the network(s)"
    full = f"{failed} with error No fixed IP addresses available for network: {network}, not rescheduling."
    wrong = f"Invalid input received: Fixed IP 1.2.3.4 is not a valid ip address for network {network}."
    for asked, why in (
        ({"uuid": network}, full),
        ({"uuid": network, "fixed_ip": "1.2.3.4"}, wrong),
        ({"uuid": openstack.outside()}, f"{failed}, not rescheduling."),
    ):
        server = openstack.server(networks=[asked])
        shown = openstack.shown(server)
        assert (shown["status"], shown["fault"]["message"]) == ("ERROR", f"Build of instance {server} aborted: {why}")
    assert len(openstack.call("GET", f"{NETWORK}/ports").json()["ports"]) == 1


@pytest.mark.parametrize("given", ["twice", "several", "taken", "none"])
def test_networks_that_cannot_be_are_refused_at_once(openstack: Bench, given: str) -> None:
    network, _ = openstack.network()
    port = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["id"]
    bare = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network, "fixed_ips": []}})["id"]
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "twice": (
            {"networks": [{"port": port}, {"port": port}]},
            f"Port ID '{port}' was specified twice: you cannot attach a port multiple times.",
        ),
        "several": (
            {"networks": [{"port": port}], "min_count": 2},
            "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please "
            "launch your instance one by one with different ports.",
        ),
        "taken": (
            {"networks": [{"uuid": network, "fixed_ip": "10.8.0.2"}]},
            "Fixed IP address 10.8.0.2 is already in use on instance .",
        ),
        "none": ({"networks": [{"port": bare}]}, f"Port {bare} requires a FixedIP in order to be used."),
    }
    asked, text = cases[given]
    answer = openstack.call("POST", f"{COMPUTE}/servers", openstack.server_body(**asked), "2.93")
    assert (answer.status_code, answer.json()) == (400, {"badRequest": {"code": 400, "message": text}})
    assert openstack.call("GET", f"{COMPUTE}/servers").json() == {"servers": []}


def test_several_servers_of_one_request_are_numbered(openstack: Bench) -> None:
    body = openstack.server_body(min_count=1, max_count=3, return_reservation_id=True)
    answer = openstack.call("POST", f"{COMPUTE}/servers", body, "2.93")
    assert set(answer.json()) == {"reservation_id"}
    listed = openstack.call("GET", f"{COMPUTE}/servers?sort_key=display_name&sort_dir=asc").json()["servers"]
    assert [one["name"] for one in listed] == ["vm-1", "vm-2", "vm-3"]


def test_a_snapshot_becomes_an_image_that_can_be_used_and_deleted(openstack: Bench) -> None:
    server = openstack.server()
    old = openstack.act(server, "createImage", {"name": "old"}, "2.44")
    openstack.advance()
    image = openstack.act(server, "createImage", {"name": "snap", "metadata": {"k": "v"}}).json()["image_id"]
    assert old.headers["Location"].startswith(f"{openstack.url}/compute/images/")
    assert state(openstack, server)[2] == "image_uploading"
    assert openstack.call("GET", f"{IMAGE}/images/{image}").json()["status"] == "queued"
    openstack.advance()
    shown = openstack.call("GET", f"{IMAGE}/images/{image}").json()
    assert (shown["status"], shown["image_type"], shown["instance_uuid"]) == ("active", "snapshot", server)
    assert (shown["visibility"], shown["k"], shown["os_distro"]) == ("private", "v", "debian")
    openstack.server(imageRef=image)
    assert openstack.call("DELETE", f"{IMAGE}/images/{image}").status_code == 204
    assert openstack.call("GET", f"{IMAGE}/images/{image}").status_code == 404


def test_a_resized_server_is_verified_and_confirmed_or_reverted(openstack: Bench) -> None:
    server = openstack.server()
    for verb, flavor in (("revertResize", "m1.nano"), ("confirmResize", "m1.small")):
        openstack.act(server, "resize", {"flavorRef": openstack.flavor("m1.small")})
        assert state(openstack, server)[0] == "RESIZE"
        openstack.advance()
        assert state(openstack, server) == ("VERIFY_RESIZE", "resized", None, 1)
        assert openstack.act(server, verb).is_success
        openstack.advance()
        assert state(openstack, server)[0] == "ACTIVE"
        assert openstack.shown(server)["flavor"]["original_name"] == flavor


def test_a_locked_server_stays_as_it_is(openstack: Bench) -> None:
    server = openstack.server()
    openstack.act(server, "lock", {"locked_reason": "mine"})
    assert openstack.shown(server)["locked_reason"] == "mine"
    for answer in (openstack.act(server, "os-stop"), openstack.call("DELETE", f"{COMPUTE}/servers/{server}")):
        assert answer.json()["conflictingRequest"]["message"] == f"Instance {server} is locked"
    openstack.act(server, "unlock")
    assert openstack.act(server, "os-stop").status_code == 202


def test_the_console_shows_its_last_lines(openstack: Bench) -> None:
    server = openstack.server()
    answer = openstack.act(server, "os-getConsoleOutput", {"length": 1})
    assert answer.json() == {"output": "LAST LINE"}


def test_metadata_and_tags_are_set_one_by_one_and_all_at_once(openstack: Bench) -> None:
    sdk, server = openstack.sdk, openstack.server(metadata={"a": "b"}, tags=["t"])
    sdk.compute.set_server_metadata(server, c="d")
    assert sdk.compute.fetch_server_metadata(server).metadata == {"a": "b", "c": "d"}
    sdk.compute.delete_server_metadata(server, ["a"])
    assert openstack.shown(server)["metadata"] == {"c": "d"}
    path = f"{COMPUTE}/servers/{server}/tags"
    assert openstack.call("PUT", f"{path}/new", version="2.93").status_code == 201
    assert openstack.call("PUT", f"{path}/new", version="2.93").status_code == 204
    assert openstack.call("DELETE", f"{path}/t", version="2.93").status_code == 204
    assert openstack.call("GET", path, version="2.93").json() == {"tags": ["new"]}
    assert openstack.call("GET", f"{COMPUTE}/servers?tags=new", version="2.93").json()["servers"]
    assert not openstack.call("GET", f"{COMPUTE}/servers?not-tags=new", version="2.93").json()["servers"]


def test_what_the_twin_has_not_is_said(openstack: Bench) -> None:
    server = openstack.server()
    for answer in (
        openstack.act(server, "shelve"),
        openstack.call("POST", f"{COMPUTE}/servers", openstack.server_body(host="h"), "2.93"),
    ):
        assert answer.status_code == 501
        assert answer.json()["notImplemented"]["message"].startswith("Cloud-Twin does not serve ")
