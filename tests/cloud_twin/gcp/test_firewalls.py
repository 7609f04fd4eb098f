"""Firewall rules: what is filled in, and how they are changed."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import GLOBAL, Bench, Refused, firewall_body


def test_what_is_left_out_is_filled_in(gcp: Bench) -> None:
    shown = gcp.get(gcp.firewall())
    assert shown["network"].endswith("/global/networks/default")
    assert (shown["direction"], shown["priority"], shown["disabled"]) == ("INGRESS", 1000, False)
    assert shown["sourceRanges"] == ["0.0.0.0/0"]
    assert shown["logConfig"] == {"enable": False}


def test_what_goes_out_goes_anywhere(gcp: Bench) -> None:
    shown = gcp.get(gcp.firewall(direction="EGRESS"))
    assert shown["destinationRanges"] == ["0.0.0.0/0"]
    assert "sourceRanges" not in shown


def test_who_is_meant_by_a_tag_is_not_everybody(gcp: Bench) -> None:
    assert "sourceRanges" not in gcp.get(gcp.firewall(sourceTags=["web"]))


def test_a_patch_changes_what_it_names(gcp: Bench) -> None:
    fire = gcp.firewall(description="before", targetTags=["web"])
    gcp.granted(
        gcp.call(
            "PATCH", fire, {"name": "fire", "priority": 7, "allowed": [{"IPProtocol": "udp", "ports": ["53", "80-90"]}]}
        )
    )
    shown = gcp.get(fire)
    assert (shown["priority"], shown["description"], shown["targetTags"]) == (7, "before", ["web"])
    assert shown["allowed"] == [{"IPProtocol": "udp", "ports": ["53", "80-90"]}]


def test_an_update_replaces_the_whole_rule(gcp: Bench) -> None:
    fire = gcp.firewall(description="before", targetTags=["web"])
    gcp.granted(gcp.call("PUT", fire, firewall_body(sourceRanges=["10.0.0.0/8"])))
    shown = gcp.get(fire)
    assert "targetTags" not in shown
    assert "description" not in shown
    assert shown["sourceRanges"] == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    "body",
    [
        {"direction": "EGRESS", "sourceRanges": []},
        {"network": f"{GLOBAL}/networks/net"},
        {"denied": [{"IPProtocol": "all"}]},
    ],
)
def test_what_a_rule_is_cannot_be_changed(gcp: Bench, body: dict[str, Any]) -> None:
    gcp.network()
    fire = gcp.firewall()
    before = gcp.get(fire)
    with pytest.raises(Refused):
        gcp.call("PATCH", fire, {"name": "fire", **body})
    assert gcp.get(fire) == before


def test_one_change_at_a_time(gcp: Bench) -> None:
    fire = gcp.firewall()
    gcp.call("PATCH", fire, {"name": "fire", "priority": 7})
    with pytest.raises(Refused, match="is not ready"):
        gcp.call("PATCH", fire, {"name": "fire", "priority": 8})
    with pytest.raises(Refused, match="is not ready"):
        gcp.delete(fire)


def test_many_rules_of_one_network_are_made_at_once(gcp: Bench) -> None:
    net = gcp.network()
    for number in range(5):
        gcp.post(f"{GLOBAL}/firewalls", firewall_body(f"fire-{number}", network=net))
    gcp.advance()
    assert sum(one["network"].endswith("/net") for one in gcp.get(f"{GLOBAL}/firewalls")["items"]) == 5


def test_protocols_are_kept_in_lower_case_or_as_numbers(gcp: Bench) -> None:
    shown = gcp.get(gcp.firewall(allowed=[{"IPProtocol": "TCP", "ports": ["22"]}, {"IPProtocol": "58"}]))
    assert shown["allowed"] == [{"IPProtocol": "tcp", "ports": ["22"]}, {"IPProtocol": "58"}]
