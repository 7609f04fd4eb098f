"""What holds for the connection as a whole: credentials, errors, records of calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..contract import Capability, Ref, SecurityGroupHandler, SpiderError, VpcHandler
from .bench import CREATED, Bench
from .case import Cases, claimed_if, offers
from .runner import acting


def _has_required_keys(capability: Capability) -> bool:
    return any(key.required for key in capability.credential_keys)


# What the contract's own class says that it cannot; a driver that can, overrides it and declares the verb.
_OPTIONAL: dict[str, tuple[type, tuple[str, ...]]] = {
    "vpc": (VpcHandler, ("add_subnet", "remove_subnet")),
    "security_group": (SecurityGroupHandler, ("add_rules", "remove_rules")),
}


class ConnectionCases(Cases):
    def test_the_credential_is_accepted(self, bench: Bench) -> None:
        with acting(bench.cloud):
            bench.cloud.connection.check()

    @claimed_if(_has_required_keys)
    def test_a_credential_that_lacks_a_key_is_refused_without_a_call(self, bench: Bench) -> None:
        """Else some identity of the machine's own might be used in its place."""
        given = bench.cloud.info.credential
        for key in bench.cloud.capability.credential_keys:
            if key.required:
                seen = len(bench.cloud.records)
                rest = {name: value for name, value in given.items() if name not in (key.name, *key.aliases)}
                with pytest.raises(SpiderError):
                    bench.cloud.new_connection(rest).check()
                assert len(bench.cloud.records) == seen, f"the cloud was called without {key.name}"

    def test_a_kind_has_a_handler_unless_it_is_kept(self, bench: Bench) -> None:
        capability = bench.cloud.capability
        assert capability.kept <= capability.kinds.keys()
        for kind in capability.kinds:
            handler = getattr(bench.cloud.connection, kind)
            assert (handler is None) == (kind in capability.kept), f"{kind} and the capability disagree"

    def test_verbs_that_some_clouds_lack_are_declared(self, bench: Bench) -> None:
        """A driver that can do it and does not say so would not be tested; one that says so and cannot would fail."""
        capability, connection = bench.cloud.capability, bench.cloud.connection
        for kind, (base, verbs) in _OPTIONAL.items():
            if offers(kind)(capability):
                handler = type(getattr(connection, kind))
                can = {verb for verb in verbs if getattr(handler, verb) is not getattr(base, verb)}
                declared = {verb for verb in verbs if verb in capability.kinds[kind].permissions}
                assert can == declared, f"{kind}: it can {can or 'nothing'} and declares {declared or 'nothing'}"
                assert can in (set(), set(verbs)), f"{kind}: of {verbs} it can {can}"
        assert (connection.tag is None) == (not capability.tagged), "the tag handler and the capability disagree"
        untagged = {kind for kind in capability.tagged if not offers("vpc" if kind == "subnet" else kind)(capability)}
        assert not untagged, f"the cloud lacks {untagged}"
        assert (connection.region_zone is None) == ("region_zone" not in capability.kinds)

    def test_every_call_is_recorded_in_its_scope(self, bench: Bench) -> None:
        kind = _a_kind(bench.cloud.capability)
        operation, request = bench.operation(), bench.request(kind)
        records, seen = bench.cloud.records, bench.cloud.calls_seen
        recorded, served = len(records), seen() if seen else 0
        bench.create(kind, request, operation)
        mine = records[recorded:]
        assert mine, "no call was recorded"
        assert all(record.scope.operation == operation.token for record in mine), "a record is not in its scope"
        assert all(record.api and record.elapsed >= 0 for record in mine)
        if seen:
            assert len(mine) == seen() - served, "calls and records differ in number"

    @claimed_if(offers("vpc"))
    def test_an_error_keeps_the_cloud_s_own_words(self, bench: Bench) -> None:
        recorded = len(bench.cloud.records)
        error = _refusal(bench)
        refusals = [record for record in bench.cloud.records[recorded:] if record.error_code]
        if refusals or error.code:
            codes = {(record.error_code, record.error) for record in refusals}
            assert (error.code, error.text) in codes, f"{error.code!r}, {error.text!r} are not in {codes}"

    @claimed_if(offers("vpc"))
    def test_no_secret_of_the_credential_is_shown(self, bench: Bench) -> None:
        shown = [repr(bench.cloud.info), repr(bench.cloud.connection), _words(_refusal(bench))]
        for kind, capability in bench.cloud.capability.kinds.items():
            if kind not in bench.cloud.capability.kept and capability:
                with acting(bench.cloud), pytest.raises(SpiderError) as missing:
                    bench.read(kind).get(Ref("spider-none", "spider-none"))
                shown.append(_words(missing.value))
        shown += [record.error for record in bench.cloud.records]
        secrets = bench.cloud.capability.secrets(bench.cloud.info.credential)
        for key, value in bench.cloud.info.credential.items():
            if value in secrets and len(value) >= 4:
                assert not any(value in text for text in shown), f"the value of {key} is shown"


def _a_kind(capability: Capability) -> str:
    return next(kind for kind in reversed(CREATED) if offers(kind)(capability))


def _refusal(bench: Bench) -> SpiderError:
    """The error of something that no cloud grants."""
    if offers("vm")(bench.cloud.capability):
        nowhere = Ref("spider-none", "spider-none")
        return bench.refused("vm", replace(bench.request("vm"), image=nowhere), SpiderError)
    request = bench.request("vpc")
    twin = replace(request.subnets[0], name=bench.name())
    return bench.refused("vpc", replace(request, subnets=(*request.subnets, twin)), SpiderError)


def _words(error: SpiderError) -> str:
    """All that an error says."""
    return f"{error!r} {error} {vars(error)}"
