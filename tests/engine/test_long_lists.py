"""Lists of what clouds offer come from the cache; any list is cut to pages, an owner, a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import Invalid

from chalicelib.catalogue.records import Listed
from chalicelib.catalogue.wire.base import parse
from chalicelib.catalogue.wire.listing import Listing
from chalicelib.engine.pages import fits

from .house import GROUP, VPC, House


def listed(house: House, kind: str, **given: Any) -> Listed:
    found = house.do(f"list_{kind}", {"ConnectionName": "mock", **given})
    assert isinstance(found, Listed)
    return found


def names(shapes: list[Any]) -> list[str]:
    return [shape.iid.name if hasattr(shape, "iid") else shape.name for shape in shapes]


def pages(house: House, kind: str, **given: Any) -> Iterator[Listed]:
    """As a client follows them, from token to token."""
    query = {"ConnectionName": "mock", **given}
    while query:
        request = parse(Listing, query)
        assert isinstance(request, Listing)
        page: Listed = house.do(f"list_{kind}", query)
        yield page
        query = request.following(page.ends) if page.ends else {}


# -- from the cache


@pytest.mark.parametrize("action", ["list_spec", "list_original_spec", "list_image"])
def test_a_second_call_asks_no_cloud(house: House, action: str) -> None:
    first = house.on(action)
    seen = house.cloud.calls_seen
    house.clock.advance(90)
    again = house.on(action)
    assert house.cloud.calls_seen == seen
    assert (first.age, again.age) == (0, 90)
    assert getattr(again, "value", again) == getattr(first, "value", first)
    house.clock.advance(house.settings.cache_seconds)
    assert house.on(action).age == 0
    assert house.cloud.calls_seen > seen


def test_a_refresh_asks_the_cloud(house: House) -> None:
    house.on("list_spec")
    house.clock.advance(5)
    seen = house.cloud.calls_seen
    assert listed(house, "spec", refresh="true").age == 0
    assert house.cloud.calls_seen > seen


def test_lists_of_what_users_make_are_as_the_cloud_has_them_now(house: House) -> None:
    house.make("vpc", VPC)
    house.on("list_vpc")
    seen = house.cloud.calls_seen
    assert listed(house, "vpc").age is None
    assert house.cloud.calls_seen > seen


def test_a_connection_that_leads_elsewhere_has_nothing_kept(house: House) -> None:
    assert len(house.on("list_spec")) == 5
    house.region(Specs="7")
    assert len(house.on("list_spec")) == 7


def test_without_a_cache_every_call_asks(tmp_path: Path) -> None:
    house = House(tmp_path, cache_seconds=0.0)
    assert listed(house, "spec").age is None
    seen = house.cloud.calls_seen
    house.on("list_spec")
    assert house.cloud.calls_seen > seen
    house.engine.close()


@pytest.mark.parametrize("change", ["create_image", "delete_image"])
def test_creating_and_deleting_an_image_asks_for_images_anew(house: House, change: str) -> None:
    image = {"Name": "mock-vmimage-01"}
    if change == "delete_image":
        house.make("image", image)
    house.on("list_image")
    house.on("list_spec")
    if change == "create_image":
        house.make("image", image)
    else:
        house.on(change, "mock-vmimage-01")
    seen = house.cloud.calls_seen
    house.on("list_spec")
    assert house.cloud.calls_seen == seen
    house.on("list_image")
    assert house.cloud.calls_seen > seen


def test_an_image_made_and_removed_again_leaves_nothing_kept_from_before(house: House) -> None:
    house.on("list_image")
    house.make("image", {"Name": "mock-vmimage-01"})
    house.on("delete_image", "mock-vmimage-01")
    seen = house.cloud.calls_seen
    house.on("list_image")
    assert house.cloud.calls_seen > seen


def test_an_image_that_another_process_made_asks_for_images_anew(house: House) -> None:
    here = house.engine
    house.on("list_image")
    house.restart()
    house.make("image", {"Name": "mock-vmimage-01"})
    house.engine.close()
    house.engine = here
    seen = house.cloud.calls_seen
    house.on("list_image")
    assert house.cloud.calls_seen > seen


# -- cut


def test_pages_hold_everything_once_and_in_order(house: House) -> None:
    house.region(Specs="23")
    found = list(pages(house, "spec", limit="5"))
    assert [len(page) for page in found] == [5, 5, 5, 5, 3]
    assert [name for page in found for name in names(page)] == sorted(names(house.on("list_spec")))


def test_all_pages_come_from_one_answer_of_the_cloud(house: House) -> None:
    first, *_ = pages(house, "spec", limit="2", refresh="true")
    seen = house.cloud.calls_seen
    assert first.ends is not None
    query = Listing(ConnectionName="mock", limit=2, refresh=True).following(first.ends)
    assert len(house.do("list_spec", query)) == 2
    assert house.cloud.calls_seen == seen


def test_a_limit_that_holds_all_ends_the_list(house: House) -> None:
    assert listed(house, "spec", limit="5").ends is None
    assert listed(house, "spec", limit="4").ends is not None


def test_pages_are_not_disturbed_by_what_comes_and_goes_in_between(house: House) -> None:
    for name in ("a", "b", "c", "d"):
        house.make("vpc", {"Name": name, "IPv4_CIDR": "10.0.0.0/16"})
    walk = pages(house, "vpc", limit="2")
    assert names(next(walk)) == ["a", "b"]
    house.on("delete_vpc", "b")
    house.make("vpc", {"Name": "aa", "IPv4_CIDR": "10.0.0.0/16"})
    house.make("vpc", {"Name": "cc", "IPv4_CIDR": "10.0.0.0/16"})
    assert [names(page) for page in walk] == [["c", "cc"], ["d"]]


def test_the_default_is_everything_in_the_order_of_before(house: House) -> None:
    for name in ("b", "a"):
        house.make("vpc", {"Name": name, "IPv4_CIDR": "10.0.0.0/16"})
    assert sorted(names(house.on("list_vpc"))) == ["a", "b"]
    assert house.on("list_vpc").ends is None


def test_an_owner_narrows_a_list(house: House) -> None:
    for vpc in ("vpc-01", "vpc-02"):
        house.make("vpc", {**VPC, "Name": vpc})
        house.make("security_group", {**GROUP, "Name": f"sg-of-{vpc}", "VPCName": vpc})
    assert names(listed(house, "security_group", owner="vpc-02")) == ["sg-of-vpc-02"]
    assert names(listed(house, "security_group", owner="none")) == []
    assert len(listed(house, "security_group", owner="")) == 2


def test_only_what_belongs_to_something_has_an_owner(house: House) -> None:
    with pytest.raises(Invalid, match="belongs to no other") as caught:
        listed(house, "vpc", owner="x")
    assert caught.value.field == "owner"


def test_a_name_narrows_a_list(house: House) -> None:
    assert names(listed(house, "spec", name="mock-vmspec-03")) == ["mock-vmspec-03"]
    assert names(listed(house, "image", name="*-0[2]")) == []
    assert names(listed(house, "image", name="mock*2")) == ["mock-vmimage-02"]
    first, *rest = pages(house, "spec", name="*-0*", limit="3")
    assert [len(page) for page in (first, *rest)] == [3, 2]


@pytest.mark.parametrize(
    ("pattern", "name", "fit"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*b*", "abc", True),
        ("*b*b*", "abc", False),
        ("a*bc*c", "abcbc", True),
        ("a*bc*c", "abc", False),
        ("t2.*", "t2.micro", True),
        ("t2.*", "t2xmicro", False),
        ("?", "x", False),
        ("*ab*ba*", "aba", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, name: str, fit: bool) -> None:
    assert fits(pattern, name) is fit


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", ""),
        ("limit", True),
        ("refresh", "perhaps"),
        ("page", "!"),
        ("page", "bm9wZQ"),
        ("page", "WyJhIl0"),
        ("page", "WzEsMl0"),
        ("page", "한"),
    ],
)
def test_a_bad_value_names_its_field(house: House, field: str, value: Any) -> None:
    with pytest.raises(Invalid, match=field) as caught:
        listed(house, "spec", **{field: value})
    assert caught.value.field == field


@pytest.mark.parametrize("position", [("a", "b"), ("한/글 +", ""), ("x" * 300, "arn:aws:…/y")])
def test_a_page_token_goes_through_a_query_unchanged(position: tuple[str, str]) -> None:
    following = Listing(ConnectionName="c").following(position)
    assert following["page"].isascii()
    assert set(following["page"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert parse(Listing, following).read().after == position
