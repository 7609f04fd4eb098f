from __future__ import annotations

from dataclasses import replace

import pytest
from spider_drivers.contract import Invalid

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.vocabulary import Action
from chalicelib.catalogue.wire.base import Answer, Request
from chalicelib.rest.http import decode, split_path
from chalicelib.rest.problems import Problem
from chalicelib.rest.router import Match, Router, addresses, methods

GET_DRIVER = next(action for action in ACTIONS if action.name == "get_driver")
DELETE_DRIVER = next(action for action in ACTIONS if action.name == "delete_driver")


def match(method: str, path: str, *actions: Action) -> Match:
    return Router(actions or ACTIONS).match(method, split_path(path))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_has_a_route_of_its_own(action: Action) -> None:
    path = "/spider" + action.path.replace("{name}", "x").replace("{member}", "x")
    assert match(action.method, path) == (action, dict.fromkeys(action.parameters, "x"))


def test_no_two_actions_share_method_and_path() -> None:
    assert len({(action.method, action.path) for action in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("vpc-01", "vpc-01"),
        ("Canonical%3AUbuntuServer%3A18.04-LTS%3Alatest", "Canonical:UbuntuServer:18.04-LTS:latest"),
        ("https%3A%2F%2Fhost%2Fimages%2Fubuntu", "https://host/images/ubuntu"),
        ("%2Fsubscriptions%2F1%2FresourceGroups%2Fg", "/subscriptions/1/resourceGroups/g"),
        ("two+words", "two words"),
        ("two%20words", "two words"),
        ("a%2Bb", "a+b"),
        ("100%25", "100%"),
        ("%252F", "%2F"),
        ("%ED%95%9C%EA%B5%AD", "한국"),
        ("a;b=c,d", "a;b=c,d"),
        ("%2E%2E", ".."),
    ],
)
def test_a_name_is_decoded_once(segment: str, name: str) -> None:
    assert match("GET", f"/spider/vpc/{segment}").names == {"name": name}


@pytest.mark.parametrize(
    "path", ["/spider/vpc/%zz", "/spider/vpc/%", "/spider/vpc/%4", "/spider/vpc/%FF", "/spider/v%C3"]
)
def test_a_broken_escape_is_the_callers_fault(path: str) -> None:
    with pytest.raises(Invalid):
        split_path(path)


def test_a_slash_at_the_end_makes_no_difference() -> None:
    assert match("GET", "/spider/vpc/").action.name == "list_vpc"
    assert match("DELETE", "/spider/vpc/x/").names == {"name": "x"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/spider/vpc//", 501),
        ("/spider/vpc//x", 501),
        ("/spider//vpc", 501),
        ("/spider/VPC", 501),
        ("/spider/disk/d", 501),
        ("//spider/vpc", 404),
        ("/spider", 404),
        ("/spider/", 404),
        ("/", 404),
        ("/vpc", 404),
    ],
)
def test_unknown_routes(path: str, status: int) -> None:
    with pytest.raises(Problem) as error:
        match("GET", path)
    assert error.value.meaning.status == status


def test_an_encoded_slash_makes_no_route() -> None:
    with pytest.raises(Problem):
        match("GET", "/spider%2Fvpc/x")


def test_a_wrong_method_is_told_the_right_ones() -> None:
    with pytest.raises(Problem) as error:
        match("PATCH", "/spider/vpc/x")
    assert error.value.meaning.status == 405
    assert error.value.headers["Allow"] == "GET, HEAD, DELETE, OPTIONS"


def test_fixed_words_win_over_variables_where_they_have_the_method() -> None:
    capability = replace(GET_DRIVER, name="driver_capability", path="/driver/capability")
    actions = (GET_DRIVER, DELETE_DRIVER, capability)
    assert match("GET", "/spider/driver/capability", *actions).action is capability
    assert match("GET", "/spider/driver/other", *actions).action is GET_DRIVER
    assert match("DELETE", "/spider/driver/capability", *actions).action is DELETE_DRIVER


def test_deeper_paths_have_several_variables() -> None:
    remove = replace(DELETE_DRIVER, name="remove_subnet", path="/vpc/{owner}/subnet/{name}")
    assert match("DELETE", "/spider/vpc/a%2Fb/subnet/c", remove).names == {"owner": "a/b", "name": "c"}


def test_head_is_offered_only_where_get_is_harmless() -> None:
    by_name = {action.name: action for action in ACTIONS}
    assert methods(by_name["get_vm"]) == ["GET", "HEAD"]
    assert methods(by_name["control_vm"]) == ["GET"]
    assert methods(by_name["create_vm"]) == ["POST"]


def test_addresses_are_those_of_the_catalogue() -> None:
    assert addresses()["/spider/vpc"] == ["POST", "GET", "HEAD"]
    assert set(addresses()) == {f"/spider{action.path}" for action in ACTIONS}


def test_decoding_keeps_what_is_not_encoded() -> None:
    assert decode("a-b_c.d~e") == "a-b_c.d~e"


def test_every_action_has_its_models() -> None:
    """Their names are looked up when they are first needed."""
    for action in ACTIONS:
        assert issubclass(action.answer_model, Answer)
        assert action.request_model is None or issubclass(action.request_model, Request)
