"""Networks and what is in them: addresses, who uses what, security groups, tags."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_twin.openstack.account import PROJECT_ID

from .bench import NETWORK, Bench


def refused(openstack: Bench, method: str, path: str, body: Any = None) -> str:
    """By which exception."""
    answer = openstack.call(method, NETWORK + path, body)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["NeutronError"]["type"])


def test_a_subnet_leaves_its_first_address_to_the_gateway_and_takes_the_rest(openstack: Bench) -> None:
    network, subnet = openstack.network()
    shown = openstack.call("GET", f"{NETWORK}/subnets/{subnet}").json()["subnet"]
    assert (shown["gateway_ip"], shown["allocation_pools"]) == (
        "10.8.0.1",
        [{"start": "10.8.0.2", "end": "10.8.0.254"}],
    )
    ports = [openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}}) for _ in range(2)]
    assert [one["fixed_ips"][0]["ip_address"] for one in ports] == ["10.8.0.2", "10.8.0.3"]
    openstack.call("DELETE", f"{NETWORK}/ports/{ports[0]['id']}")
    again = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})
    assert again["fixed_ips"] == [{"subnet_id": subnet, "ip_address": "10.8.0.2"}]


def test_addresses_come_from_the_pools_and_end_with_them(openstack: Bench) -> None:
    network = openstack.made(f"{NETWORK}/networks", {"network": {}})["id"]
    pools = [{"start": "10.8.0.9", "end": "10.8.0.9"}, {"start": "10.8.0.20", "end": "10.8.0.20"}]
    subnet = {"network_id": network, "ip_version": 4, "cidr": "10.8.0.0/24", "allocation_pools": pools}
    openstack.made(f"{NETWORK}/subnets", {"subnet": subnet})
    body = {"port": {"network_id": network}}
    found = [openstack.made(f"{NETWORK}/ports", body)["fixed_ips"][0]["ip_address"] for _ in range(2)]
    assert found == ["10.8.0.9", "10.8.0.20"]
    assert refused(openstack, "POST", "/ports", body) == "IpAddressGenerationFailure"
    assert len(openstack.call("GET", f"{NETWORK}/ports").json()["ports"]) == 2


def test_a_port_keeps_its_address_when_it_cannot_have_another(openstack: Bench) -> None:
    network, subnet = openstack.network()
    ports = [openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["id"] for _ in range(2)]
    taken = {"port": {"fixed_ips": [{"subnet_id": subnet, "ip_address": "10.8.0.3"}]}}
    assert refused(openstack, "PUT", f"/ports/{ports[0]}", taken) == "IpAddressAlreadyAllocated"
    free = {"port": {"fixed_ips": [{"subnet_id": subnet, "ip_address": "10.8.0.50"}]}}
    moved = openstack.call("PUT", f"{NETWORK}/ports/{ports[0]}", free).json()["port"]
    assert moved["fixed_ips"][0]["ip_address"] == "10.8.0.50"
    assert (
        openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["fixed_ips"][0]["ip_address"]
        == "10.8.0.2"
    )


def test_what_is_in_use_stays_until_its_users_have_left(openstack: Bench) -> None:
    network, subnet = openstack.network()
    router = openstack.router(subnet)
    group = openstack.made(f"{NETWORK}/security-groups", {"security_group": {"name": "g"}})["id"]
    body = {"port": {"network_id": network, "security_groups": [group]}}
    port = openstack.made(f"{NETWORK}/ports", body)["id"]
    floating = {"floatingip": {"floating_network_id": openstack.outside(), "port_id": port}}
    address = openstack.made(f"{NETWORK}/floatingips", floating)["id"]
    remove = f"/routers/{router}/remove_router_interface"
    for method, path, asked, kind in (
        ("DELETE", f"/networks/{network}", None, "NetworkInUse"),
        ("DELETE", f"/subnets/{subnet}", None, "SubnetInUse"),
        ("DELETE", f"/routers/{router}", None, "RouterInUse"),
        ("DELETE", f"/security-groups/{group}", None, "SecurityGroupInUse"),
        ("PUT", remove, {"subnet_id": subnet}, "RouterInterfaceInUseByFloatingIP"),
        (
            "PUT",
            f"/routers/{router}",
            {"router": {"external_gateway_info": {}}},
            "RouterExternalGatewayInUseByFloatingIp",
        ),
    ):
        assert refused(openstack, method, path, asked) == kind
    for method, path, asked in (
        ("DELETE", f"/floatingips/{address}", None),
        ("DELETE", f"/ports/{port}", None),
        ("PUT", remove, {"subnet_id": subnet}),
        ("DELETE", f"/routers/{router}", None),
        ("DELETE", f"/security-groups/{group}", None),
        ("DELETE", f"/networks/{network}", None),
    ):
        assert openstack.call(method, NETWORK + path, asked).is_success, path
    left = [key for key in openstack.cloud.contents() if not key.startswith("images/")]
    assert sorted(key.partition("/")[0] for key in left) == ["networks", "subnets"]


def test_a_floating_ip_needs_a_router_between_and_lets_go_of_a_port_that_leaves(openstack: Bench) -> None:
    network, subnet = openstack.network()
    port = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})["id"]
    body = {"floatingip": {"floating_network_id": openstack.outside(), "port_id": port}}
    assert refused(openstack, "POST", "/floatingips", body) == "ExternalGatewayForFloatingIPNotFound"
    assert openstack.call("GET", f"{NETWORK}/floatingips").json() == {"floatingips": []}
    router = openstack.router(subnet)
    floating = openstack.made(f"{NETWORK}/floatingips", body)
    assert (floating["router_id"], floating["status"], floating["port_details"]["network_id"]) == (
        router,
        "ACTIVE",
        network,
    )
    openstack.call("DELETE", f"{NETWORK}/ports/{port}")
    left = openstack.call("GET", f"{NETWORK}/floatingips/{floating['id']}").json()["floatingip"]
    assert (left["port_id"], left["fixed_ip_address"], left["status"]) == (None, None, "DOWN")


def test_the_default_group_is_there_as_soon_as_somebody_looks(openstack: Bench) -> None:
    assert not openstack.cloud.centre.of_kind("security-groups")
    (group,) = openstack.call("GET", f"{NETWORK}/security-groups").json()["security_groups"]
    rules = {(one["direction"], one["ethertype"], one["remote_group_id"]) for one in group["security_group_rules"]}
    own = group["id"]
    assert group["name"] == "default"
    assert rules == {
        ("ingress", "IPv4", own),
        ("ingress", "IPv6", own),
        ("egress", "IPv4", None),
        ("egress", "IPv6", None),
    }
    assert not any("security-group" in key for key in openstack.cloud.contents())


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"protocol": "TCP", "ethertype": "ipv4"}, {"protocol": "tcp", "ethertype": "IPv4"}),
        ({"protocol": 6, "port_range_min": "1", "port_range_max": 2}, {"protocol": "6", "port_range_min": 1}),
        ({"protocol": "udp", "port_range_min": 1, "port_range_max": 65535}, {"port_range_min": None}),
        ({"protocol": "icmp", "ethertype": "IPv6"}, {"protocol": "ipv6-icmp"}),
        ({"remote_ip_prefix": "10.0.0.1/24"}, {"remote_ip_prefix": "10.0.0.1/24", "normalized_cidr": "10.0.0.0/24"}),
        ({"remote_ip_prefix": "1.2.3.4"}, {"remote_ip_prefix": "1.2.3.4/32"}),
        ({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}, {"port_range_min": 8, "port_range_max": 0}),
    ],
)
def test_a_rule_is_kept_as_neutron_spells_it(openstack: Bench, asked: dict[str, Any], kept: dict[str, Any]) -> None:
    group = openstack.made(f"{NETWORK}/security-groups", {"security_group": {"name": "g"}})["id"]
    body = {"security_group_rule": {"security_group_id": group, "direction": "ingress", **asked}}
    rule = openstack.made(f"{NETWORK}/security-group-rules", body)
    assert {name: rule[name] for name in kept} == kept
    assert refused(openstack, "POST", "/security-group-rules", body) == "SecurityGroupRuleExists"


def test_several_rules_of_one_request_are_made_all_or_none(openstack: Bench) -> None:
    group = openstack.made(f"{NETWORK}/security-groups", {"security_group": {"name": "g"}})["id"]
    good = {"security_group_id": group, "direction": "ingress", "protocol": "tcp"}
    body = {"security_group_rules": [{**good, "port_range_min": port, "port_range_max": port} for port in (22, 80)]}
    answer = openstack.call("POST", f"{NETWORK}/security-group-rules", body)
    assert (answer.status_code, len(answer.json()["security_group_rules"])) == (201, 2)
    again = {"security_group_rules": [{**good, "port_range_min": port, "port_range_max": port} for port in (443, 22)]}
    assert refused(openstack, "POST", "/security-group-rules", again) == "SecurityGroupRuleExists"
    shown = openstack.call("GET", f"{NETWORK}/security-groups/{group}").json()["security_group"]
    assert len(shown["security_group_rules"]) == 4


def test_tags_select_elements_of_lists(openstack: Bench) -> None:
    sdk = openstack.sdk
    networks = {name: sdk.network.create_network(name=name) for name in ("a", "b")}
    sdk.network.set_tags(networks["a"], ["x", "y"])
    sdk.network.set_tags(networks["b"], ["x"])
    for query, names in (
        ({"tags": "x,y"}, {"a"}),
        ({"any_tags": "x,y"}, {"a", "b"}),
        ({"not_tags": "y", "project_id": PROJECT_ID}, {"b"}),
    ):
        assert {one.name for one in sdk.network.networks(**query)} == names


def test_members_do_not_see_how_ports_are_bound(openstack: Bench) -> None:
    network, _ = openstack.network()
    port = openstack.made(f"{NETWORK}/ports", {"port": {"network_id": network}})
    assert [name for name in port if name.startswith("binding:")] == ["binding:vnic_type"]


def test_another_project_s_network_outside_is_seen_and_its_subnet_is_not(openstack: Bench) -> None:
    shown = openstack.call("GET", f"{NETWORK}/networks/{openstack.outside()}").json()["network"]
    assert (shown["name"], shown["project_id"] == PROJECT_ID, len(shown["subnets"])) == ("public", False, 1)
    assert openstack.call("GET", f"{NETWORK}/subnets").json() == {"subnets": []}
    assert refused(openstack, "GET", f"/subnets/{shown['subnets'][0]}") == "SubnetNotFound"
