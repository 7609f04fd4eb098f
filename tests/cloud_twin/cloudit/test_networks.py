"""Subnets, security groups, public addresses."""

from __future__ import annotations

import pytest

from .bench import RULE, SUBNET, Bench, Refused, server_body


def test_a_subnet_is_listed_and_shown(cloudit: Bench) -> None:
    made = cloudit.subnet()
    assert {name: made[name] for name in SUBNET} == SUBNET
    assert (made["gateway"], made["nicCount"], made["protection"]) == ("10.0.4.1", 0, 0)
    assert made in cloudit.get("dna/subnets")
    assert cloudit.get(f"dna/{made['id']}/detail") == made


def test_an_address_is_taken_once(cloudit: Bench) -> None:
    cloudit.subnet()
    with pytest.raises(Refused) as refused:
        cloudit.subnet(name="other")
    assert (refused.value.status, refused.value.code) == (409, "ALREADY_EXISTS")
    cloudit.subnet(name=SUBNET["name"], addr="10.0.8.0")  # names may be taken twice


def test_a_subnet_leaves_by_its_address_when_nobody_is_in_it(cloudit: Bench) -> None:
    server = cloudit.server()
    (subnet,) = [one for one in cloudit.get("dna/subnets") if one["addr"] == SUBNET["addr"]]
    assert subnet["nicCount"] == 1
    for path, status in ((f"dna/subnets/{subnet['id']}", 404), (f"dna/subnets/{subnet['addr']}", 409)):
        with pytest.raises(Refused) as refused:
            cloudit.delete(path)
        assert refused.value.status == status
    cloudit.delete(f"ace/servers/{server['id']}")
    cloudit.advance()
    assert cloudit.send("DELETE", f"dna/subnets/{subnet['addr']}").status_code == 204
    assert cloudit.send("DELETE", f"dna/subnets/{subnet['addr']}").status_code == 404


def test_a_list_of_groups_tells_no_rules(cloudit: Bench) -> None:
    made = cloudit.group()
    assert [one["name"] for one in made["rules"]] == ["ssh"]
    (listed,) = [one for one in cloudit.get("iam/securitygroups") if one["id"] == made["id"]]
    assert (listed["rules"], listed["rulesCount"]) == (None, 1)
    (rule,) = cloudit.get(f"iam/securitygroups/{made['id']}")
    assert {name: rule[name] for name in RULE} == RULE
    assert rule["secgroupId"] == made["id"]
    assert cloudit.get(f"iam/securitygroups/{made['id']}/detail")["rules"] == [rule]


def test_rules_come_and_go_one_by_one(cloudit: Bench) -> None:
    path = f"iam/securitygroups/{cloudit.group()['id']}"
    out = {**RULE, "name": "out", "type": "outbound", "port": "1-65535", "protocol": "all"}
    answer = cloudit.send("POST", f"{path}/outbound", out)
    assert (answer.status_code, answer.data) == (201, b"")
    for direction, rule, status in (("outbound", out, 409), ("inbound", out, 400), ("sideways", out, 404)):
        with pytest.raises(Refused) as refused:
            cloudit.post(f"{path}/{direction}", rule)
        assert refused.value.status == status
    first, second = cloudit.get(path)
    assert cloudit.send("DELETE", f"{path}/{first['id']}").status_code == 202
    assert cloudit.send("DELETE", f"{path}/{first['id']}").status_code == 404
    assert cloudit.get(path) == [second]


def test_a_group_in_use_stays(cloudit: Bench) -> None:
    group, other = cloudit.group(), cloudit.group("other")
    server = cloudit.server(group)
    with pytest.raises(Refused) as refused:
        cloudit.delete(f"iam/securitygroups/{group['id']}")
    assert (refused.value.status, refused.value.code) == (409, "IN_USE")
    (nic,) = cloudit.get(f"ace/servers/{server['id']}/nics")
    path = f"ace/servers/{server['id']}/nic/{nic['mac']}/securitygroup"
    answer = cloudit.send("PUT", path, {"secgroups": [{"id": other["id"]}]})
    assert answer.status_code == 200
    told = cloudit.get(f"ace/servers/{server['id']}/nics/{nic['mac']}")
    assert [one["secgroup_id"] for one in told["secgroupMapInfo"]] == [other["id"]]
    assert cloudit.send("DELETE", f"iam/securitygroups/{group['id']}").status_code == 204


def test_a_public_address_leads_to_one_server_at_a_time(cloudit: Bench) -> None:
    server, free = cloudit.server(), cloudit.get("dna/ips")
    body = {"ip": free[0]["addr"], "name": "public", "privateIp": server["privateIp"]}
    made = cloudit.post("dna/adaptive-ips", body)
    assert (made["state"], made["vmName"]) == ("creating", "vm")
    assert cloudit.get(f"ace/servers/{server['id']}")["adaptiveIp"] == ""
    cloudit.advance()
    assert cloudit.get(f"ace/servers/{server['id']}")["adaptiveIp"] == made["ip"]
    assert cloudit.get(f"dna/adaptive-ips/{made['id']}/detail") == {**made, "state": "active"}
    assert [one["addr"] for one in cloudit.get("dna/ips")] == [one["addr"] for one in free[1:]]
    for more, status in (
        ({"ip": free[1]["addr"]}, 409),
        ({"privateIp": "10.0.4.99"}, 404),
        ({"ip": "8.8.8.8", "privateIp": cloudit.server(name="other")["privateIp"]}, 409),
        ({"ip": "none", "privateIp": cloudit.server(name="third")["privateIp"]}, 400),
    ):
        with pytest.raises(Refused) as refused:
            cloudit.post("dna/adaptive-ips", {**body, **more})
        assert refused.value.status == status


def test_a_public_address_leaves_by_itself_and_takes_its_time(cloudit: Bench) -> None:
    server = cloudit.server()
    address = cloudit.adaptive_ip(server)["ip"]
    with pytest.raises(Refused) as refused:
        cloudit.delete(f"ace/servers/{server['id']}")
    assert (refused.value.status, refused.value.code) == (409, "IN_USE")
    assert cloudit.send("DELETE", f"dna/adaptive-ips/{address}").status_code == 202
    assert cloudit.send("DELETE", f"dna/adaptive-ips/{address}").status_code == 404
    assert [one["state"] for one in cloudit.get("dna/adaptive-ips")] == ["deleting"]
    assert cloudit.send("DELETE", f"ace/servers/{server['id']}").status_code == 409
    cloudit.advance()
    assert cloudit.get("dna/adaptive-ips") == []
    assert cloudit.send("DELETE", f"ace/servers/{server['id']}").status_code == 202


def test_no_public_address_before_the_server_runs(cloudit: Bench) -> None:
    cloudit.subnet()
    cloudit.post("ace/servers", server_body())
    with pytest.raises(Refused) as refused:
        cloudit.post("dna/adaptive-ips", {"ip": "198.19.200.9", "name": "public", "privateIp": "10.0.4.2"})
    assert (refused.value.status, refused.value.code) == (409, "INVALID_STATE")
