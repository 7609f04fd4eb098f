"""Every list is complete, page by page, for the SDK and by hand; filters and order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .bench import COMPUTE, IMAGE, KEY, NETWORK, Bench

Make = Callable[[Bench, int], object]


def _keypair(openstack: Bench, number: int) -> object:
    body = {"keypair": {"name": f"key-{number}", "public_key": KEY}}
    return openstack.made(f"{COMPUTE}/os-keypairs", body)


def _of_network(path: str, name: str) -> Make:
    return lambda openstack, number: openstack.made(f"{NETWORK}/{path}", {name: {"name": f"one-{number}"}})


def _image(openstack: Bench, number: int) -> object:
    body = {"name": f"image-{number}", "disk_format": "raw", "container_format": "bare"}
    return openstack.call("POST", f"{IMAGE}/images", body).json()


# How many there are by themselves.
LISTS: dict[str, tuple[Make, Callable[[Any], Any], int]] = {
    "servers": (lambda openstack, number: openstack.server(name=f"vm-{number}"), lambda sdk: sdk.compute.servers(), 0),
    "keypairs": (_keypair, lambda sdk: sdk.compute.keypairs(), 0),
    "networks": (_of_network("networks", "network"), lambda sdk: sdk.network.networks(), 1),
    "groups": (_of_network("security-groups", "security_group"), lambda sdk: sdk.network.security_groups(), 1),
    "routers": (_of_network("routers", "router"), lambda sdk: sdk.network.routers(), 0),
    "images": (_image, lambda sdk: sdk.image.images(), 2),
    "flavors": (lambda openstack, number: None, lambda sdk: sdk.compute.flavors(), 5),
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("count", [0, 2, 5])
def test_the_sdk_sees_all_whatever_the_page(openstack: Bench, kind: str, count: int) -> None:
    make, every, first = LISTS[kind]
    openstack.cloud.settings.page_size = 2
    for number in range(count):
        make(openstack, number)
    found = [one.name for one in every(openstack.sdk)]
    assert len(found) == len(set(found)) == first + (count if kind != "flavors" else 0)


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        (f"{COMPUTE}/flavors?limit=2", "flavors", 5),
        (f"{COMPUTE}/servers?limit=2", "servers", 3),
        (f"{COMPUTE}/servers/detail?limit=2&status=active", "servers", 3),
    ],
)
def test_nova_s_links_lead_through_all_pages(openstack: Bench, path: str, name: str, expected: int) -> None:
    for number in range(3):
        openstack.server(name=f"vm-{number}")
    seen, pages = [], 0
    while path:
        answer = openstack.call("GET", path).json()
        seen += [one["id"] for one in answer[name]]
        links = answer.get(f"{name}_links", [])
        path, pages = (links[0]["href"] if links else ""), pages + 1
    assert len(set(seen)) == len(seen) == expected
    assert pages > 1


def test_neutron_s_links_lead_forwards_and_back(openstack: Bench) -> None:
    for number in range(4):
        openstack.made(f"{NETWORK}/networks", {"network": {"name": f"net-{number}"}})
    first = openstack.call("GET", f"{NETWORK}/networks?limit=2&fields=id").json()
    links = {one["rel"]: one["href"] for one in first["networks_links"]}
    second = openstack.call("GET", links["next"]).json()
    back = {one["rel"]: one["href"] for one in second["networks_links"]}
    assert openstack.call("GET", back["previous"]).json()["networks"] == first["networks"]
    assert openstack.call("GET", links["previous"]).json()["networks"] == []
    whole = openstack.call("GET", f"{NETWORK}/networks?limit=0&fields=id").json()["networks"]
    assert whole[:4] == [*first["networks"], *second["networks"]]


def test_glance_s_next_is_a_path_and_comes_after_every_full_page(openstack: Bench) -> None:
    first = openstack.call("GET", f"{IMAGE}/images?limit=1&sort=name:asc").json()
    marker = first["images"][0]["id"]
    assert first["next"] == f"/v2/images?limit=1&sort=name%3Aasc&marker={marker}"
    second = openstack.call("GET", f"/image{first['next']}").json()
    assert [one["name"] for one in (*first["images"], *second["images"])] == ["debian-12", "ubuntu-22.04"]
    last = openstack.call("GET", f"/image{second['next']}").json()
    assert (last["images"], "next" in last) == ([], False)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=vm-1$", ["vm-1"]),
        ("status=SHUTOFF", ["vm-0"]),
        ("status=nothing", []),
        ("ip=10.8.0.3", ["vm-1"]),
        ("sort_key=display_name&sort_dir=asc", ["vm-0", "vm-1", "vm-2"]),
        ("sort_key=display_name&sort_dir=desc&limit=1", ["vm-2"]),
        ("limit=0", []),
    ],
)
def test_servers_are_found_by_what_they_are(openstack: Bench, query: str, names: list[str]) -> None:
    network, _ = openstack.network()
    servers = [openstack.server(name=f"vm-{number}", networks=[{"uuid": network}]) for number in range(3)]
    openstack.act(servers[0], "os-stop")
    openstack.advance()
    listed = openstack.call("GET", f"{COMPUTE}/servers?{query}").json()["servers"]
    assert [one["name"] for one in listed] == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=a", {"a"}),
        ("name=a&name=b", {"a", "b"}),
        ("name=none", set()),
        ("unknown=x", {"a", "b", "public"}),
        ("router:external=true", {"public"}),
        ("router:external=False", {"a", "b"}),
        ("description=of a", {"a"}),
    ],
)
def test_networks_are_found_by_what_they_are(openstack: Bench, query: str, names: set[str]) -> None:
    for name in ("a", "b"):
        openstack.made(f"{NETWORK}/networks", {"network": {"name": name, "description": f"of {name}"}})
    listed = openstack.call("GET", f"{NETWORK}/networks?{query}").json()["networks"]
    assert {one["name"] for one in listed} == names


def test_ports_are_found_by_their_addresses(openstack: Bench) -> None:
    network, subnet = openstack.network()
    for _ in range(2):
        openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})
    for query, count in (("ip_address=10.8.0.2", 1), (f"subnet_id={subnet}", 2), ("ip_address=10.8.0.9", 0)):
        assert len(list(openstack.sdk.network.ports(fixed_ips=query))) == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=in:debian-12,other", ["debian-12"]),
        ("os_distro=ubuntu", ["ubuntu-22.04"]),
        ("size_min=700", ["ubuntu-22.04"]),
        ("visibility=private", []),
        ("visibility=public&sort_key=name&sort_dir=asc", ["debian-12", "ubuntu-22.04"]),
        ("os_hidden=true", []),
    ],
)
def test_images_are_found_by_what_they_are(openstack: Bench, query: str, names: list[str]) -> None:
    listed = openstack.call("GET", f"{IMAGE}/images?{query}").json()["images"]
    assert [one["name"] for one in listed] == names
