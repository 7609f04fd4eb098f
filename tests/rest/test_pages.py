"""What the headers of a list tell: its age, and where it goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from spider_drivers.contract import Iid

from chalicelib.catalogue.records import Aged, Listed, Listing, Stub
from tests.rest.stand_in import StandIn
from tests.rest.support import Answer, ask

PAGE = Listed([Stub(Iid("a b", "id/ü"))], ends=("a b", "id/ü"), age=7)


def answering(engine: StandIn, monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    perform = engine.perform

    def answer(call: Any) -> Any:
        perform(call)
        return result

    monkeypatch.setattr(engine, "perform", answer)


def next_of(answer: Answer) -> str:
    found = re.fullmatch(r'<([^<>"\s]+)>; rel="next"', answer.headers["link"])
    assert found
    return found[1]


def test_a_list_tells_its_age_and_its_next_page(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(engine, monkeypatch, PAGE)
    address = "/spider/vmspec?connectionname=c%20%26+d&limit=1&name=*&refresh=true"
    answer = ask(engine, "GET", address, mount="/api")
    assert (answer.status, answer.headers["age"]) == (200, "7")
    following = next_of(answer)
    assert following.startswith("/api/spider/vmspec?")
    assert ask(engine, "GET", following.removeprefix("/api")).status == 200
    first, second = engine.calls
    assert first.body == Listing(limit=1, name="*", refresh=True)
    assert second.connection == first.connection == "c & d"
    assert second.body == Listing(limit=1, after=("a b", "id/ü"), name="*")


def test_a_next_page_needs_no_body_though_the_first_was_asked_for_in_one(
    engine: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(engine, monkeypatch, PAGE)
    answer = ask(engine, "GET", "/spider/securitygroup", {"ConnectionName": "c", "Limit": 1, "OWNER": "v"})
    ask(engine, "GET", next_of(answer))
    assert engine.calls[1].body == Listing(limit=1, after=("a b", "id/ü"), owner="v")


def test_a_list_at_its_end_leads_nowhere(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(engine, monkeypatch, Listed())
    answer = ask(engine, "GET", "/spider/vmspec?ConnectionName=c")
    assert not {"link", "age"} & set(answer.headers)


def test_the_clouds_own_form_has_an_age_too(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(engine, monkeypatch, Aged({"Specs": []}, 3))
    answer = ask(engine, "GET", "/spider/vmorgspec?ConnectionName=c")
    assert (answer.headers["age"], answer.data) == ("3", {"VMSpecInfo": {"Specs": []}})


def test_a_page_may_read_both_headers_in_a_browser(engine: StandIn) -> None:
    assert {"Age", "Link"} <= set(ask(engine, "GET", "/spider/x").headers["access-control-expose-headers"].split(", "))


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "page=x", "refresh=x"])
def test_a_bad_value_is_told_with_its_field(engine: StandIn, query: str) -> None:
    answer = ask(engine, "GET", f"/spider/vmspec?ConnectionName=c&{query}")
    assert (answer.status, answer.data["field"]) == (400, query.partition("=")[0])
    assert answer.data["field"] in answer.data["message"]
