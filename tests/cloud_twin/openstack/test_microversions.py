"""What nova's microversions change, of what is served."""

from __future__ import annotations

import pytest

from .bench import COMPUTE, KEY, Bench

# Since when a server shows a member.
SINCE = {
    "locked": "2.9",
    "description": "2.19",
    "tags": "2.26",
    "trusted_image_certificates": "2.63",
    "server_groups": "2.71",
    "locked_reason": "2.73",
    "OS-EXT-SRV-ATTR:hostname": "2.90",
}


def before(version: str) -> str:
    return f"2.{int(version.partition('.')[2]) - 1}"


@pytest.mark.parametrize(("member", "since"), SINCE.items())
def test_a_server_shows_a_member_since_its_microversion(openstack: Bench, member: str, since: str) -> None:
    server = openstack.server()
    assert member in openstack.shown(server, since)
    assert member not in openstack.shown(server, before(since))


def test_the_flavor_is_embedded_since_2_47(openstack: Bench) -> None:
    server = openstack.server()
    assert set(openstack.shown(server, "2.46")["flavor"]) == {"id", "links"}
    flavor = openstack.shown(server, "2.47")["flavor"]
    assert (flavor["original_name"], flavor["vcpus"], "id" in flavor) == ("m1.nano", 1, False)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "2.1"),
        ({"OpenStack-API-Version": "compute 2.50"}, "2.50"),
        ({"OpenStack-API-Version": "volume 3.0, compute 2.50"}, "2.50"),
        ({"X-OpenStack-Nova-API-Version": "2.47"}, "2.47"),
        ({"OpenStack-API-Version": "compute 2.50", "X-OpenStack-Nova-API-Version": "2.47"}, "2.50"),
        ({"OpenStack-API-Version": "compute latest"}, "2.93"),
        ({"OpenStack-API-Version": "volume 2.50"}, "2.1"),
        ({"OpenStack-API-Version": "compute 2.94"}, "2.94"),
    ],
)
def test_an_answer_tells_which_microversion_it_is_of(openstack: Bench, headers: dict[str, str], told: str) -> None:
    answer = openstack.call("GET", f"{COMPUTE}/flavors", **headers)
    assert answer.headers["OpenStack-API-Version"] == f"compute {told}"
    assert answer.headers["X-OpenStack-Nova-API-Version"] == told
    assert answer.headers["X-Compute-Request-Id"] == answer.headers["X-Openstack-Request-Id"]


def test_key_pairs_change_with_the_microversion(openstack: Bench) -> None:
    path, body = f"{COMPUTE}/os-keypairs", {"keypair": {"name": "made"}}
    made = openstack.call("POST", path, body)
    assert made.status_code == 200
    assert made.json()["keypair"]["private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert "type" not in made.json()["keypair"]
    given = openstack.call("POST", path, {"keypair": {"name": "a@b.c", "public_key": KEY}}, "2.92")
    assert (given.status_code, given.json()["keypair"]["type"]) == (201, "ssh")
    assert "private_key" not in openstack.call("GET", f"{path}/made").text
    assert openstack.call("DELETE", f"{path}/made").status_code == 202
    assert openstack.call("DELETE", f"{path}/a@b.c", version="2.2").status_code == 204


def test_flavors_have_descriptions_and_extra_specs_since_2_55_and_2_61(openstack: Bench) -> None:
    path = f"{COMPUTE}/flavors/{openstack.flavor()}"
    shown = {version: openstack.call("GET", path, version=version).json()["flavor"] for version in ("2.54", "2.93")}
    assert not {"description", "extra_specs"} & set(shown["2.54"])
    assert (shown["2.93"]["description"], shown["2.93"]["extra_specs"]) == (None, {})
    assert (shown["2.54"]["swap"], shown["2.93"]["swap"]) == ("", 0)


def test_unknown_parameters_of_lists_are_refused_since_2_75(openstack: Bench) -> None:
    path = f"{COMPUTE}/servers?nothing=1"
    assert openstack.call("GET", path, version="2.74").status_code == 200
    assert openstack.call("GET", path, version="2.75").status_code == 400
