"""Composite keys and the tables' shape."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.store import ALL, IDENTITIES, Put, Store, join_key, key_prefix, split_key

PARTS = st.lists(st.text(alphabet=st.sampled_from("ab#%23/:5é")), min_size=1, max_size=4)


@given(PARTS)
def test_a_joined_key_splits_into_its_parts(parts: list[str]) -> None:
    assert split_key(join_key(*parts)) == tuple(parts)


@given(PARTS, PARTS)
def test_no_parts_forge_the_key_of_others(one: list[str], other: list[str]) -> None:
    assert (join_key(*one) == join_key(*other)) == (one == other)


@given(PARTS, PARTS)
def test_a_prefix_matches_whole_leading_parts_only(lead: list[str], parts: list[str]) -> None:
    longer = len(parts) > len(lead) and parts[: len(lead)] == lead
    assert join_key(*parts).startswith(key_prefix(*lead)) == longer


def test_spelling_of_keys() -> None:
    assert join_key("vpc", "", "v1") == "vpc##v1"
    assert key_prefix("vpc", "") == "vpc##"
    assert join_key("a#b", "50%") == "a%23b#50%25"
    assert join_key("/subscriptions/1/vm", "a:b") == "/subscriptions/1/vm#a:b"


def test_a_name_cannot_reach_into_a_neighbours_keys(store: Store) -> None:
    names = ["a", "a#b", "a%23b", "a%", "#", ""]
    for owner, name in itertools.product(names, names):
        key = join_key("vm", owner, name)
        store.write(Put(IDENTITIES, {"connection": "c", "key": key, "owner": owner}, if_absent=True))
    for owner in names:
        found = store.query(IDENTITIES, "c", prefix=key_prefix("vm", owner)).items
        assert [item["owner"] for item in found] == [owner] * len(names)


def test_table_names_are_distinct() -> None:
    assert len({table.name for table in ALL}) == len(ALL) == 5


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_table_and_index_can_be_used(store: Store, table: object) -> None:
    found = next(one for one in ALL if one is table)
    item = dict.fromkeys(found.keys, "k")
    for index in found.indexes.values():
        item |= {index.hash_key: "i", index.range_key: item.get(index.range_key, "r")}
    store.write(Put(found, item))
    assert store.query(found, "k").items == [item]
    for name in found.indexes:
        assert store.query(found, "i", index=name).items == [item]
