"""Lists are complete over pages of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .bench import GROUP, KEY, PLACE, Bench
from .refusing import refused

KINDS = ["Microsoft.Compute/sshPublicKeys", "Microsoft.Network/publicIPAddresses", "Microsoft.Network/virtualNetworks"]


def properties(kind: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {
        "sshPublicKeys": {"publicKey": KEY},
        "virtualNetworks": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    }
    return found.get(kind.rpartition("/")[2], {})


def walked(bench: Bench, path: str) -> list[list[str]]:
    """Names, page by page."""
    pages, answer = [], bench.get(path)
    while True:
        pages.append([one["name"] for one in answer["value"]])
        if "nextLink" not in answer:
            return pages
        assert answer["nextLink"].startswith(f"{bench.url}/subscriptions/")
        answer = bench.http.get(answer["nextLink"]).json()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages(bench: Bench, kind: str, size: int) -> None:
    bench.group()
    bench.azure.settings.page_size = size
    names = ["a", "b", "c", "d"]
    for name in names:
        bench.made(kind, name, properties(kind))
    for path in (f"/providers/{kind}", f"/resourceGroups/{GROUP}/providers/{kind}"):
        pages = walked(bench, path)
        assert [name for page in pages for name in page] == names
        assert len(pages) == -(-4 // size)


def test_top_is_a_pages_size(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        bench.group(name)
    assert walked(bench, "/resourceGroups?$top=2") == [["a", "b"], ["c"]]


def test_what_comes_and_goes_meanwhile_shifts_nothing(bench: Bench) -> None:
    bench.group()
    bench.azure.settings.page_size = 2
    kind = KINDS[0]
    paths = [bench.made(kind, name, properties(kind)) for name in ("b", "d", "f", "h")]
    first = bench.get(f"/providers/{kind}")
    bench.delete(paths[0])
    bench.made(kind, "a", properties(kind))
    second = bench.http.get(first["nextLink"]).json()
    assert [one["name"] for one in second["value"]] == ["f", "h"]


def test_a_token_that_was_never_given_out(bench: Bench) -> None:
    refused(bench.call("GET", "/resourceGroups?$skiptoken=!"), 400, "InvalidSkipToken")


@pytest.mark.parametrize("size", [1, 2, None])
def test_the_sdk_walks_them(bench: Bench, size: int | None) -> None:
    bench.group()
    bench.azure.settings.page_size = size
    for number in range(3):
        bench.machine(f"vm-{number}")
    lists: list[Callable[[], Any]] = [
        lambda: bench.compute.virtual_machines.list(GROUP, expand="instanceView"),
        lambda: bench.compute.virtual_machines.list_all(),
        lambda: bench.networks.network_interfaces.list(GROUP),
    ]
    for listed in lists:
        assert len(list(listed())) == 3
    shown = list(lists[0]())
    assert all(one.instance_view.statuses[-1].code == "PowerState/running" for one in shown)
    assert [one.name for one in bench.networks.virtual_networks.list_all()] == ["net-1"]


def test_the_subscriptions_vms_write_the_groups_name_in_capitals(bench: Bench) -> None:
    bench.group()
    vm = bench.machine()
    (listed,) = bench.get("/providers/Microsoft.Compute/virtualMachines")["value"]
    assert listed["id"] == bench.id(vm).replace(GROUP, GROUP.upper())


def test_resources(bench: Bench) -> None:
    bench.group()
    bench.machine()
    kinds = [one["type"].partition("/")[2] for one in bench.get(f"/resourceGroups/{GROUP}/resources")["value"]]
    assert kinds == ["disks", "virtualMachines", "networkInterfaces", "virtualNetworks"]
    wanted = "?$filter=resourceType eq 'Microsoft.Network/virtualNetworks'"
    assert [one["name"] for one in bench.get(f"/resources{wanted}")["value"]] == ["net-1"]


def test_images_sizes_and_places(bench: Bench) -> None:
    publishers = bench.compute.virtual_machine_images.list_publishers(PLACE)
    assert {"Canonical", "Debian", "RedHat", "SUSE", "MicrosoftWindowsServer"} <= {one.name for one in publishers}
    versions = bench.compute.virtual_machine_images.list(PLACE, "Canonical", "ubuntu-24_04-lts", "server")
    image = bench.compute.virtual_machine_images.get(
        PLACE, "Canonical", "ubuntu-24_04-lts", "server", versions[-1].name
    )
    assert (image.os_disk_image.operating_system, image.hyper_v_generation) == ("Linux", "V2")
    sizes = {one.name: one for one in bench.compute.virtual_machine_sizes.list(PLACE)}
    skus = {one.name: one for one in bench.compute.resource_skus.list(filter=f"location eq '{PLACE}'")}
    assert set(sizes) == set(skus)
    for name, size in sizes.items():
        capabilities = {one.name: one.value for one in skus[name].capabilities}
        assert int(capabilities["vCPUs"]) == size.number_of_cores
        assert float(capabilities["MemoryGB"]) * 1024 == size.memory_in_mb
    assert skus["Standard_B1s"].location_info[0].zones == ["1", "2", "3"]
    places = bench.subscriptions.subscriptions.list_locations(bench.azure.account.subscription)
    assert PLACE in {one.name for one in places}
