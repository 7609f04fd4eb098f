"""P7: secrets are sealed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.sealing import BrokenSeal, Sealer, local_sealer

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
SEALER = Sealer({"a": KEY}, "a")


@given(st.text(), st.text())
def test_what_is_sealed_opens_at_its_place(text: str, place: str) -> None:
    assert SEALER.open(SEALER.seal(text, place), place) == text


def test_a_value_moved_to_another_place_does_not_open() -> None:
    sealed = SEALER.seal("secret", "credential/one")
    with pytest.raises(BrokenSeal):
        SEALER.open(sealed, "credential/two")


def test_one_flipped_bit_is_refused() -> None:
    sealed = SEALER.seal("secret", "place")
    for position in range(len(sealed)):
        broken = sealed[:position] + chr(ord(sealed[position]) ^ 1) + sealed[position + 1 :]
        with pytest.raises(BrokenSeal):
            SEALER.open(broken, "place")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert SEALER.seal("secret", "place") != SEALER.seal("secret", "place")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = SEALER.seal("secret", "place")
    rotated = Sealer({"a": KEY, "b": OTHER}, "b")
    assert rotated.open(old, "place") == "secret"
    with pytest.raises(BrokenSeal):
        SEALER.open(rotated.seal("secret", "place"), "place")


def test_the_key_file_is_private_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "home" / "sealing.key"
    sealers: list[Sealer] = []
    threads = [threading.Thread(target=lambda: sealers.append(local_sealer(path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sealers) == 16
    sealed = sealers[0].seal("secret", "place")
    assert {sealer.open(sealed, "place") for sealer in sealers} == {"secret"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["sealing.key"]
    assert len(json.loads(path.read_text())["keys"]) == 1


def test_a_mark_tells_a_text_again_and_nothing_else() -> None:
    mark = SEALER.mark("request")
    rotated = Sealer({"a": KEY, "b": OTHER}, "b")
    assert SEALER.is_marked(mark, "request")
    assert rotated.is_marked(mark, "request")
    assert not SEALER.is_marked(mark, "another")
    assert not SEALER.is_marked(rotated.mark("request"), "request")
