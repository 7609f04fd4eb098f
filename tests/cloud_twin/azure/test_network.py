"""Microsoft.Network's refusals, with ARM's status, code and words. Where no source stands beside a case, the words are
those of error messages quoted in issues of hashicorp/terraform-provider-azurerm and Azure/azure-cli."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import GROUP, PLACE, Bench, machine_properties
from .refusing import refused

NETWORK = f"/resourceGroups/{GROUP}/providers/Microsoft.Network"
RULE = {
    "protocol": "Tcp",
    "access": "Allow",
    "direction": "Inbound",
    "priority": 100,
    "sourcePortRange": "*",
    "sourceAddressPrefix": "*",
    "destinationPortRange": "22",
    "destinationAddressPrefix": "*",
}


def rule(**changed: Any) -> dict[str, Any]:
    return {name: value for name, value in {**RULE, **changed}.items() if value is not None}


def put(bench: Bench, path: str, properties: Any, **more: Any) -> Any:
    return bench.call("PUT", f"{NETWORK}/{path}", {"location": PLACE, "properties": properties, **more})


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        ({}, "InvalidRequestFormat", "at least one address prefix"),
        ({"addressSpace": {"addressPrefixes": "10.0.0.0/16"}}, "InvalidRequestFormat", "Error converting value"),
        ({"adressSpace": {}}, "InvalidRequestFormat", "Could not find member 'adressSpace'"),
        # https://github.com/Azure/azure-quickstart-templates/issues: "For the given prefix length, the address prefix
        # should be 10.10.0.0/16."
        ({"addressSpace": {"addressPrefixes": ["10.10.10.0/16"]}}, "InvalidCIDRNotation", "should be 10.10.0.0/16"),
        ({"addressSpace": {"addressPrefixes": ["ten"]}}, "InvalidCIDRNotation", "ten"),
    ],
)
def test_a_networks_ranges(bench: Bench, properties: Any, code: str, words: str) -> None:
    bench.group()
    refused(put(bench, "virtualNetworks/n", properties), 400, code, words)
    assert len(bench.azure.contents()) == 1


@pytest.mark.parametrize(
    ("subnets", "code", "words"),
    [
        (
            {"a": "10.9.0.0/24"},
            "NetcfgSubnetRangeOutsideVnet",
            "its IP address range is outside the IP address range of virtual network 'n'.",
        ),
        ({"a": "10.0.0.0/24", "b": "10.0.0.128/25"}, "NetcfgSubnetRangesOverlap", "Subnet 'b' is not valid"),
        ({"a": "10.0.0.0/30"}, "NetcfgInvalidSubnet", "Subnet 'a'"),
        ({"a": "10.0.0.1/24"}, "InvalidCIDRNotation", "should be 10.0.0.0/24"),
        ({"-": "10.0.0.0/24"}, "InvalidResourceName", "Resource name - is invalid"),
    ],
)
def test_subnets_of_a_new_network(bench: Bench, subnets: dict[str, str], code: str, words: str) -> None:
    bench.group()
    inline = [{"name": name, "properties": {"addressPrefix": prefix}} for name, prefix in subnets.items()]
    sent = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": inline}
    refused(put(bench, "virtualNetworks/n", sent), 400, code, words)
    assert len(bench.azure.contents()) == 1


def test_a_subnet_by_itself(bench: Bench) -> None:
    bench.group()
    lost = put(bench, "virtualNetworks/none/subnets/a", {"addressPrefix": "10.0.0.0/24"})
    refused(lost, 404, "ParentResourceNotFound")
    network = bench.network(a="10.0.0.0/24").removeprefix(f"{NETWORK}/")
    overlapping = put(bench, f"{network}/subnets/b", {"addressPrefix": "10.0.0.0/25"})
    refused(overlapping, 400, "NetcfgSubnetRangesOverlap")
    refused(bench.call("GET", f"{NETWORK}/{network}/subnets/b"), 404, "NotFound", "/subnets/b not found.")
    assert put(bench, f"{network}/subnets/b", {"addressPrefix": "10.0.1.0/24"}).status_code == 201


def test_one_change_of_a_network_at_a_time(bench: Bench) -> None:
    """https://github.com/Azure/bicep/issues/5132. Azure says so sometimes at once, sometimes as the operation's end."""
    bench.group()
    network = bench.network().removeprefix(f"{NETWORK}/")
    first = put(bench, f"{network}/subnets/a", {"addressPrefix": "10.0.1.0/24"})
    second = put(bench, f"{network}/subnets/b", {"addressPrefix": "10.0.2.0/24"})
    operation = first.headers["Azure-AsyncOperation"].partition("?")[0]
    error = refused(second, 409, "AnotherOperationInProgress", f"use uri: {operation}")
    assert error["details"] == []
    bench.settle()
    assert put(bench, f"{network}/subnets/b", {"addressPrefix": "10.0.2.0/24"}).status_code == 201


def test_what_is_referred_to_must_be_there_and_ready(bench: Bench) -> None:
    bench.group()

    def interface(subnet: str) -> Any:
        configuration = {"name": "one", "properties": {"subnet": {"id": subnet}}}
        return put(bench, "networkInterfaces/nic", {"ipConfigurations": [configuration]})

    inner = refused(interface("subnet-1"), 400, "InvalidRequestFormat")["details"]
    assert inner[0]["code"] == "InvalidJsonReferenceFormat"  # https://github.com/MSOpenTech/azure-xplat-cli/issues/497
    missing = bench.id(f"{NETWORK}/virtualNetworks/none/subnets/a")
    # https://github.com/MicrosoftDocs/azure-docs/issues/81734
    words = f"Resource {missing} referenced by resource {bench.id(NETWORK)}/networkInterfaces/nic was not found."
    refused(interface(missing), 400, "InvalidResourceReference", words)
    network = bench.network(a="10.0.1.0/24")
    put(bench, network.removeprefix(f"{NETWORK}/") + "/subnets/b", {"addressPrefix": "10.0.2.0/24"})
    early = refused(interface(bench.id(f"{network}/subnets/b")), 429, "RetryableError", "not in Succeeded state")
    assert early["details"][0]["code"] == "ReferencedResourceNotProvisioned"
    bench.settle()
    assert interface(bench.id(f"{network}/subnets/b")).status_code == 201


def test_both_must_be_in_one_region(bench: Bench) -> None:
    bench.group()
    network = bench.network(a="10.0.1.0/24")
    configuration = {"name": "one", "properties": {"subnet": {"id": bench.id(f"{network}/subnets/a")}}}
    sent = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    elsewhere = bench.call("PUT", f"{NETWORK}/networkInterfaces/nic", sent)
    refused(elsewhere, 400, "InvalidResourceReference", "both resources are in the same region")


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"priority": 99}, "SecurityRuleInvalidPriority", "Value provided: 99 Allowed range 100-4096."),
        ({"priority": 4097}, "SecurityRuleInvalidPriority", "Value provided: 4097"),
        ({"destinationPortRange": "80,443"}, "SecurityRuleInvalidPortRange", "Value provided: 80,443."),
        ({"destinationPortRange": "70000"}, "SecurityRuleInvalidPortRange", "Value provided: 70000"),
        ({"destinationPortRange": "90-80"}, "SecurityRuleInvalidPortRange", "Value provided: 90-80"),
        ({"sourceAddressPrefix": "20.20.20.20/16"}, "SecurityRuleInvalidAddressPrefix", "20.20.20.20/16"),
        ({"sourceAddressPrefix": "AzureBastionSubnet"}, "SecurityRuleInvalidAddressPrefix", "AzureBastionSubnet"),
        ({"sourceAddressPrefix": None}, "SecurityRuleParameterMissing", "sourceAddressPrefix"),
        ({"protocol": "Sctp"}, "InvalidRequestFormat", 'Error converting value "Sctp"'),
        ({"direction": None}, "InvalidRequestFormat", "Required property 'direction' not found"),
        ({"priority": "first"}, "InvalidRequestFormat", 'Error converting value "first"'),
    ],
)
def test_a_rules_members(bench: Bench, changed: dict[str, Any], code: str, words: str) -> None:
    bench.group()
    bench.rules("g")
    refused(put(bench, "networkSecurityGroups/g/securityRules/r", rule(**changed)), 400, code, words)
    sent = {"securityRules": [{"name": "r", "properties": rule(**changed)}]}
    refused(put(bench, "networkSecurityGroups/other", sent), 400, code, words)


@pytest.mark.parametrize(
    "prefix", ["10.0.0.0/8", "10.0.0.4", "Internet", "VirtualNetwork", "Storage.KoreaCentral", "*"]
)
def test_a_rules_ends(bench: Bench, prefix: str) -> None:
    bench.group()
    bench.rules("g", {"name": "r", "properties": rule(sourceAddressPrefix=prefix)})


def test_rules_of_one_priority(bench: Bench) -> None:
    bench.group()
    bench.rules("g", {"name": "r", "properties": rule()})
    conflict = put(bench, "networkSecurityGroups/g/securityRules/s", rule())
    words = "Security rule s conflicts with rule r. Rules cannot have the same Priority and Direction."
    refused(conflict, 400, "SecurityRuleConflict", words)
    assert put(bench, "networkSecurityGroups/g/securityRules/s", rule(direction="Outbound")).status_code == 201


def test_a_put_of_a_group_replaces_its_rules(bench: Bench) -> None:
    bench.group()
    group = bench.rules("g", {"name": "r", "properties": rule()}, {"name": "s", "properties": rule(priority=101)})
    bench.rules("g", {"name": "t", "properties": rule()})
    shown = bench.get(group)["properties"]
    assert [one["name"] for one in shown["securityRules"]] == ["t"]
    assert len(shown["defaultSecurityRules"]) == 6


def test_etags(bench: Bench) -> None:
    bench.group()
    group = bench.rules("g")
    etag = bench.get(group)["etag"]
    body = {"location": PLACE, "properties": {}}
    assert bench.call("PUT", group, body, headers={"If-Match": etag}).status_code == 200
    bench.settle()
    stale = bench.call("PUT", group, body, headers={"If-Match": etag})
    refused(
        stale,
        412,
        "PreconditionFailed",
        f"Etag provided in if-match header {etag}".replace('"', '\\"').replace("\\", ""),
    )
    new = bench.call("PUT", group, body, headers={"If-None-Match": "*"})
    refused(new, 412, "PreconditionFailed", "already exists")


def test_what_is_used_stays(bench: Bench) -> None:
    bench.group()
    address, rules = bench.address(), bench.rules()
    nic = bench.interface(address=address)
    body = bench.get(nic)
    body["properties"]["networkSecurityGroup"] = {"id": bench.id(rules)}
    bench.put(nic, {"location": PLACE, "properties": body["properties"]})
    vm = bench.made("Microsoft.Compute/virtualMachines", "vm-1", machine_properties(bench.id(nic)))
    held = f"{bench.id(nic)}/ipConfigurations/one"
    # https://github.com/hashicorp/terraform-provider-azurerm/issues/688, /350, /8105
    subnet = bench.delete(f"{NETWORK}/virtualNetworks/net-1/subnets/a")
    refused(subnet, 400, "InUseSubnetCannotBeDeleted", f"Subnet a is in use by {held} and cannot be deleted.")
    refused(bench.delete(f"{NETWORK}/virtualNetworks/net-1"), 400, "InUseSubnetCannotBeDeleted")
    refused(bench.delete(rules), 400, "InUseNetworkSecurityGroupCannotBeDeleted", bench.id(nic))
    words = f"Public IP address {bench.id(address)} can not be deleted since it is still allocated to resource {held}."
    refused(bench.delete(address), 400, "PublicIPAddressCannotBeDeleted", words)
    words = f"Network Interface {bench.id(nic)} is used by existing resource {bench.id(vm)}."
    refused(bench.delete(nic), 400, "NicInUse", words)
    smaller = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": []}
    refused(put(bench, "virtualNetworks/net-1", smaller), 400, "InUseSubnetCannotBeDeleted")


def test_an_address_is_one_interfaces(bench: Bench) -> None:
    bench.group()
    address = bench.address()
    bench.interface(address=address)
    subnet = f"{NETWORK}/virtualNetworks/net-1/subnets/a"
    inner = {"subnet": {"id": bench.id(subnet)}, "publicIPAddress": {"id": bench.id(address)}}
    again = put(bench, "networkInterfaces/nic-2", {"ipConfigurations": [{"name": "one", "properties": inner}]})
    refused(again, 400, "PublicIPAddressInUse", "already allocated to resource")
    dynamic = bench.call("PUT", address, {"location": PLACE, "sku": {"name": "Standard"}, "properties": {}})
    refused(dynamic, 400, "StandardSkuPublicIPAddressesMustBeStatic")


def test_an_address_is_one_configurations(bench: Bench) -> None:
    bench.group()
    inner = {
        "subnet": {"id": bench.id(bench.network(a="10.0.1.0/24") + "/subnets/a")},
        "publicIPAddress": {"id": bench.id(bench.address())},
    }
    twice = [{"name": name, "properties": inner} for name in ("one", "two")]
    answer = put(bench, "networkInterfaces/nic", {"ipConfigurations": twice})
    refused(answer, 400, "PublicIPReferencedByMultipleIPConfigs")
    same = [{"name": "one", "properties": {"subnet": inner["subnet"]}}] * 2
    inside = refused(put(bench, "networkInterfaces/nic", {"ipConfigurations": same}), 400, "InvalidRequestFormat")
    assert "more than one IP configuration" in inside["details"][0]["message"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("10.0.1.1", "PrivateIPAddressInReservedRange"),
        ("10.0.1.255", "PrivateIPAddressInReservedRange"),
        ("10.0.9.9", "PrivateIPAddressNotInSubnet"),
        ("10.0.1.4", "PrivateIPAddressIsAllocated"),
        ("no address", "InvalidIPAddress"),
    ],
)
def test_private_addresses(bench: Bench, address: str, code: str) -> None:
    bench.group()
    bench.interface()
    inner = {
        "subnet": {"id": bench.id(f"{NETWORK}/virtualNetworks/net-1/subnets/a")},
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": address,
    }
    sent = {"ipConfigurations": [{"name": "one", "properties": inner}]}
    refused(put(bench, "networkInterfaces/nic-2", sent), 400, code)


def test_a_subnet_is_full(bench: Bench) -> None:
    """Of the eight addresses of a /29 Azure keeps five."""
    bench.group()
    network = bench.network(a="10.0.1.0/29")
    for number in range(3):
        bench.interface(f"nic-{number}", subnet=f"{network}/subnets/a")
    configuration = {"name": "one", "properties": {"subnet": {"id": bench.id(f"{network}/subnets/a")}}}
    full = put(bench, "networkInterfaces/nic-3", {"ipConfigurations": [configuration]})
    refused(full, 400, "SubnetIsFull", "does not have enough capacity for 1 IP addresses")
    assert bench.delete(f"{NETWORK}/networkInterfaces/nic-0").status_code == 202
    bench.settle()
    assert put(bench, "networkInterfaces/nic-3", {"ipConfigurations": [configuration]}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("publicIPAddresses", "PublicIPCountLimitReached"),
        ("virtualNetworks", "VnetCountLimitReached"),
        ("networkSecurityGroups", "NetworkSecurityGroupCountLimitReached"),
    ],
)
def test_quotas(bench: Bench, kind: str, code: str) -> None:
    bench.group()
    bench.azure.settings.quotas[kind] = 1
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}} if kind == "virtualNetworks" else {}
    assert put(bench, f"{kind}/one", properties).status_code == 201
    refused(put(bench, f"{kind}/two", properties), 400, code)
