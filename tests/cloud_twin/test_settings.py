"""Settings of an emulated cloud."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_twin.settings import Settings


def test_those_given_are_changed_and_quotas_are_merged() -> None:
    settings = Settings(quotas={"networks": 5, "vms": 10})
    settings.change(settings.checked({"transition_seconds": 2, "page_size": 1, "quotas": {"vms": 0}}))
    settings.change(settings.checked({"permissions": ["a"], "exhausted": ["big"]}))
    assert settings.shown() == {
        "transition_seconds": 2.0,
        "page_size": 1,
        "permissions": ["a"],
        "exhausted": ["big"],
        "quotas": {"networks": 5, "vms": 0},
    }
    settings.change(settings.checked({"permissions": None, "page_size": None}))
    assert (settings.permissions, settings.page_size) == (None, None)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], "settings"),
        ({}, "settings"),
        ({"speed": 1}, "speed"),
        ({"transition_seconds": -1}, "transition_seconds"),
        ({"transition_seconds": "1"}, "transition_seconds"),
        ({"transition_seconds": True}, "transition_seconds"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 1.5}, "page_size"),
        ({"permissions": "a"}, "permissions"),
        ({"exhausted": None}, "exhausted"),
        ({"quotas": {"vms": -1}}, "quotas"),
        ({"quotas": {"vms": True}}, "quotas"),
    ],
)
def test_what_is_wrong_is_named(data: Any, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Settings().checked(data)
