"""Specs (machine types)."""

from __future__ import annotations

import json

import pytest

from ..contract import NotFound, Ref
from .bench import Bench
from .case import Cases
from .runner import acting
from .well_formed import assert_well_formed


class SpecCases(Cases):
    def test_list_holds_the_specs_of_the_cloud(self, bench: Bench) -> None:
        names = [spec.name for spec in bench.list("spec")]
        assert len(names) == len(set(names)), "the list holds a spec twice"
        assert set(names) >= {bench.cloud.spec, *bench.cloud.specs}

    def test_get_and_list_agree(self, bench: Bench) -> None:
        name = bench.cloud.spec
        (listed,) = [spec for spec in bench.list("spec") if spec.name == name]
        got = bench.get("spec", Ref(name, name))
        assert_well_formed(got)
        assert got == listed

    def test_unknown_spec_is_not_found(self, bench: Bench) -> None:
        with pytest.raises(NotFound):
            bench.get("spec", Ref("spider-no-such-spec", "spider-no-such-spec"))

    def test_raw_form_is_json(self, bench: Bench) -> None:
        name = bench.cloud.spec
        with acting(bench.cloud):
            raw, raw_list = bench.read("spec").raw_get(Ref(name, name)), bench.read("spec").raw_list()
        assert name in json.dumps(raw)
        assert name in json.dumps(raw_list)
