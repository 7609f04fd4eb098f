"""What ARM itself looks at before a resource provider does: versions, subscriptions, groups, bodies, names, tags."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import GROUP, PLACE, Bench
from .refusing import refused

VNET = f"/resourceGroups/{GROUP}/providers/Microsoft.Network/virtualNetworks"
SPACE = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}


def test_versions(bench: Bench) -> None:
    """https://learn.microsoft.com/troubleshoot/azure/azure-resource-manager/error-invalid-api-version"""
    bench.group()
    start = f"/subscriptions/{bench.azure.account.subscription}"
    refused(bench.http.get(f"{start}/resourcegroups"), 400, "MissingApiVersionParameter")
    refused(
        bench.call("GET", "/resourceGroups?api-version=soon"), 400, "InvalidApiVersionParameter", "'soon' is invalid"
    )
    old = bench.call("GET", f"{VNET}?api-version=2014-01-01")
    refused(old, 400, "NoRegisteredProviderFound", "API version '2014-01-01' for type 'virtualNetworks'", "2025-03-01")
    refused(bench.call("GET", f"{VNET}?api-version=2025-04-01"), 400, "NoRegisteredProviderFound")


def test_what_there_is_not(bench: Bench) -> None:
    other = "/subscriptions/f0f0f0f0-0000-0000-0000-000000000000/resourcegroups"
    refused(bench.call("GET", other), 404, "SubscriptionNotFound", "could not be found")
    refused(bench.call("GET", "/resourceGroups/none"), 404, "ResourceGroupNotFound", "Resource group 'none'")
    refused(bench.call("GET", VNET), 404, "ResourceGroupNotFound")
    bench.group()
    text = f"The Resource 'Microsoft.Network/virtualNetworks/none' under resource group '{GROUP}' was not found."
    refused(bench.call("GET", f"{VNET}/none"), 404, "ResourceNotFound", text)
    kind = f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/availabilitySets"
    refused(bench.call("GET", kind), 404, "InvalidResourceType", "'availabilitySets' could not be found")
    strange = f"/resourceGroups/{GROUP}/providers/Microsoft.Fabric/looms/a"
    refused(bench.call("GET", strange), 404, "InvalidResourceNamespace", "'Microsoft.Fabric'")


def test_a_method_that_a_path_has_not(bench: Bench) -> None:
    bench.group()
    answer = bench.post(f"{VNET}/n")
    refused(answer, 405, "MethodNotAllowed", "does not support http method 'POST'")
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PATCH, PUT"
    assert answer.headers["x-ms-request-id"]
    asked = bench.call("GET", VNET, headers={"x-ms-correlation-request-id": "c-1"})
    assert asked.headers["x-ms-correlation-request-id"] == "c-1"


def test_what_the_twin_would_pass_over_is_refused(bench: Bench) -> None:
    bench.group()
    peered = {**SPACE, "virtualNetworkPeerings": [{"name": "p"}]}
    answer = bench.call("PUT", f"{VNET}/n", {"location": PLACE, "properties": peered})
    refused(answer, 501, "NotImplemented", "Cloud-Twin does not serve 'properties.virtualNetworkPeerings'")
    nothing = {**SPACE, "virtualNetworkPeerings": []}
    assert bench.call("PUT", f"{VNET}/n", {"location": PLACE, "properties": nothing}).status_code == 201


def test_zones(bench: Bench) -> None:
    bench.group()
    path = f"/resourceGroups/{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip"
    for place, zones, known in (("westus", ["1"], "''"), (PLACE, ["4"], "'1,2,3'")):
        answer = bench.call("PUT", path, {"location": place, "zones": zones})
        words = f"The supported zones for location '{place}' are {known}"
        refused(answer, 400, "InvalidAvailabilityZone", "'Microsoft.Network/publicIPAddresses/ip'", words)
    assert bench.call("PUT", path, {"location": PLACE, "zones": ["1"]}).status_code == 201


def test_words_of_paths_have_any_case(bench: Bench) -> None:
    bench.group("Group-A")
    path = "/RESOURCEGROUPS/group-a/Providers/microsoft.network/VirtualNetworks/Net-A"
    made = bench.put(path, {"location": "Korea Central", "properties": SPACE})
    assert made["id"].endswith("/resourceGroups/Group-A/providers/Microsoft.Network/virtualNetworks/Net-A")
    assert made["location"] == "koreacentral"
    again = bench.get("/resourceGroups/GROUP-A/providers/Microsoft.Network/virtualNetworks/net-a")
    assert (again["id"], again["name"]) == (made["id"], "Net-A")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "InvalidRequestContent"), (b"[1]", "InvalidRequestContent"), (b"", "MissingRequestBody")],
)
def test_what_is_no_json_object(bench: Bench, content: bytes, code: str) -> None:
    bench.group()
    path = f"/subscriptions/{bench.azure.account.subscription}{VNET}/n?api-version=2025-03-01"
    refused(bench.http.put(path, content=content), 400, code)


def test_locations(bench: Bench) -> None:
    bench.group()
    refused(bench.call("PUT", f"{VNET}/n", {"properties": SPACE}), 400, "LocationRequired")
    nowhere = bench.call("PUT", f"{VNET}/n", {"location": "atlantis", "properties": SPACE})
    refused(nowhere, 400, "LocationNotAvailableForResourceType", "'atlantis'", "koreacentral")
    network = bench.network("n")
    moved = bench.call("PUT", network, {"location": "eastus", "properties": SPACE})
    text = f"already exists in location '{PLACE}' in resource group '{GROUP}'"
    refused(moved, 409, "InvalidResourceLocation", text)
    group = bench.call("PUT", f"/resourceGroups/{GROUP}", {"location": "eastus"})
    refused(group, 409, "InvalidResourceGroupLocation", f"already exists in location '{PLACE}'")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/resourceGroups/ends-with.", "InvalidResourceGroup"),
        ("/resourceGroups/has space", "InvalidResourceGroup"),
        (f"/resourceGroups/{'g' * 91}", "InvalidResourceGroup"),
        (f"{VNET}/-begins", "InvalidResourceName"),
        (f"{VNET}/{'n' * 65}", "InvalidResourceName"),
        (f"/resourceGroups/{GROUP}/providers/Microsoft.Compute/sshPublicKeys/ends-", "InvalidParameter"),
    ],
)
def test_names(bench: Bench, path: str, code: str) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""
    bench.group()
    refused(bench.call("PUT", path, {"location": PLACE, "properties": {}}), 400, code)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({f"t{number}": "v" for number in range(51)}, "InvalidTags"),
        ({"n" * 513: "v"}, "InvalidTagName"),
        ({"n": "v" * 257}, "TagValueTooLarge"),
        ({"a/b": "v"}, "InvalidTagNameCharacters"),
    ],
)
def test_tags(bench: Bench, tags: dict[str, str], code: str) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations"""
    bench.group()
    body = {"location": PLACE, "tags": tags, "properties": SPACE}
    refused(bench.call("PUT", f"{VNET}/n", body), 400, code)
    refused(bench.call("PATCH", f"/resourceGroups/{GROUP}", {"tags": tags}), 400, code)
    assert len(bench.azure.contents()) == 1


def test_tags_at_a_scope(bench: Bench) -> None:
    bench.group()
    network = bench.network()
    scope = f"{network}/providers/Microsoft.Resources/tags/default?api-version=2025-04-01"

    def patch(operation: str, **tags: str) -> Any:
        sent = {"operation": operation, "properties": {"tags": tags}}
        answer = bench.call("PATCH", scope, sent)
        assert answer.status_code == 200, answer.text
        return answer.json()["properties"]["tags"]

    assert patch("Replace", a="1", b="2") == {"a": "1", "b": "2"}
    assert patch("Merge", A="3", c="4") == {"a": "3", "b": "2", "c": "4"}
    assert patch("Delete", b="other", c="4") == {"a": "3", "b": "2"}
    assert bench.get(network)["tags"] == {"a": "3", "b": "2"}
    wrong = bench.call("PATCH", scope, {"operation": "Shuffle", "properties": {"tags": {}}})
    refused(wrong, 400, "InvalidRequestContent")
    lost = f"{network}-lost/providers/Microsoft.Resources/tags/default?api-version=2025-04-01"
    refused(bench.call("GET", lost), 404, "ResourceNotFound")


def test_a_groups_delete_takes_all_along_unless_something_elsewhere_needs_it(bench: Bench) -> None:
    bench.group()
    bench.group("other")
    nic = bench.interface()
    moved = f"/resourceGroups/other/providers/{nic.partition('/providers/')[2]}"
    body = bench.get(nic)
    bench.put(moved, {"location": PLACE, "properties": {"ipConfigurations": body["properties"]["ipConfigurations"]}})
    blocked = bench.delete(f"/resourceGroups/{GROUP}")
    assert blocked.status_code == 202
    bench.settle()
    told = bench.http.get(blocked.headers["Location"])
    refused(told, 409, "ResourceGroupDeletionBlocked", "virtualNetworks/net-1")
    assert bench.get(f"/resourceGroups/{GROUP}")["properties"]["provisioningState"] == "Succeeded"
    assert bench.delete("/resourceGroups/other").status_code == 202
    bench.settle()
    deleting = bench.delete(f"/resourceGroups/{GROUP}")
    assert bench.get(f"/resourceGroups/{GROUP}")["properties"]["provisioningState"] == "Deleting"
    assert bench.get(nic)["properties"]["provisioningState"] == "Deleting"
    late = bench.call("PUT", f"{VNET}/late", {"location": PLACE, "properties": SPACE})
    refused(late, 409, "ResourceGroupBeingDeleted", "deprovisioning state")
    assert bench.http.get(deleting.headers["Location"]).status_code == 202
    bench.settle()
    assert bench.http.get(deleting.headers["Location"]).status_code == 200
    assert bench.azure.contents() == []
    assert bench.call("HEAD", f"/resourceGroups/{GROUP}").status_code == 404
