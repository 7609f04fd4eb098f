"""Key pairs."""

from __future__ import annotations

from ..contract import Invalid, KeyPairRequest
from .bench import Bench
from .case import LifecycleCases


class KeyPairCases(LifecycleCases):
    kind = "key_pair"

    def test_public_key_is_kept_as_given(self, bench: Bench) -> None:
        request = bench.request("key_pair")
        made = bench.create("key_pair", request)
        if made.public_key:
            assert made.public_key.split()[:2] == request.public_key.split()[:2]

    def test_what_is_no_key_is_invalid(self, bench: Bench) -> None:
        bench.refused("key_pair", KeyPairRequest(bench.name(), "this is no key"), Invalid)
