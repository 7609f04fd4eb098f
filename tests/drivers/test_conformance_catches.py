"""The suite is honest: each of these broken drivers fails the case that is there for its fault."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.conformance import Bench, Cloud, cases_for, once
from spider_drivers.contract import CloudDriver, ConnectionInfo, SpiderError
from spider_drivers.mock import MockDriver
from spider_drivers.mock.cloud import cloud as cloud_named
from spider_drivers.mock.cloud import fresh_name
from spider_drivers.mock.connection import Client

from tests.drivers import broken_mocks as broken
from tests.drivers.broken_mocks import BrokenDriver

LAG = {"LagSeconds": "10"}
SMALL = {"PageSize": "2"}


def _faults() -> Iterator[tuple[CloudDriver, dict[str, str], str, str]]:
    """Driver · the region's keys · test class · case."""
    page = "test_list_is_complete_and_its_cost_grows_by_pages"
    yield BrokenDriver(broken.SkipsTheLastPage), SMALL, "TestVpcPaging", page
    yield BrokenDriver(broken.SkipsTheLastPage), SMALL, "TestVmPaging", page
    yield BrokenDriver(broken.ReadsOnePage), SMALL, "TestSecurityGroupPaging", page
    yield BrokenDriver(broken.ReadsOnePage), SMALL, "TestImage", "test_list_holds_the_images_of_the_cloud"
    yield BrokenDriver(broken.ReadsOnePage), SMALL, "TestSpec", "test_list_holds_the_specs_of_the_cloud"
    yield BrokenDriver(broken.ReadsPagesTwice), SMALL, "TestVmPaging", page
    yield BrokenDriver(vm=broken.AsksForEachVm), SMALL, "TestVmPaging", page

    words = "test_an_error_keeps_the_cloud_s_own_words"
    yield BrokenDriver(broken.DropsTheCode), {}, "TestConnection", words
    yield BrokenDriver(broken.RewordsTheText), {}, "TestConnection", words
    yield BrokenDriver(broken.ShowsTheCredential), {}, "TestConnection", "test_no_secret_of_the_credential_is_shown"
    yield BrokenDriver(broken.RedactsNothing), {}, "TestConnection", "test_no_secret_of_the_credential_is_shown"
    yield BrokenDriver(broken.RecordsOutOfScope), {}, "TestConnection", "test_every_call_is_recorded_in_its_scope"
    yield BrokenDriver(broken.RecordsTwoAsOne), {}, "TestConnection", "test_every_call_is_recorded_in_its_scope"
    lacking = "test_a_credential_that_lacks_a_key_is_refused_without_a_call"
    yield broken.TakesSomeIdentity(), {}, "TestConnection", lacking
    yield BrokenDriver(key_pair=_none), {}, "TestConnection", "test_a_kind_has_a_handler_unless_it_is_kept"

    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestVpc", "test_a_bad_cidr_is_invalid"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestVpc", "test_a_subnet_outside_its_vpc_is_invalid"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestVm", "test_an_unknown_image_is_named"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestVm", "test_an_unknown_spec_is_named"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestVm", "test_a_subnet_that_is_gone_is_missing"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestKeyPair", "test_what_is_no_key_is_invalid"

    yield BrokenDriver(broken.RefusesToBeChecked), {}, "TestConnection", "test_the_credential_is_accepted"
    there = "test_creating_an_image_that_is_there_answers_it"
    yield BrokenDriver(image=broken.AnswersAnyImage), {}, "TestImage", there
    yield BrokenDriver(image=broken.AnswersAnyImage), {}, "TestImage", "test_get_and_list_agree"
    yield BrokenDriver(image=broken.AnswersAnyImage), {}, "TestImage", "test_unknown_image_is_not_found"
    yield BrokenDriver(spec=broken.AnswersAnySpec), {}, "TestSpec", "test_unknown_spec_is_not_found"
    yield BrokenDriver(spec=broken.AnswersAnySpec), {}, "TestSpec", "test_raw_form_is_json"

    any_step, undone = "test_create_survives_a_death_at_any_step", "test_a_dead_create_is_undone"
    yield BrokenDriver(vpc=broken.DoesNotLookAfterADeath), {}, "TestVpcRecovery", any_step
    yield BrokenDriver(vpc=broken.DoesNotLookAfterADeath), {}, "TestVpcRecovery", undone
    yield BrokenDriver(vpc=broken.DoesNotAwaitTheLag), LAG, "TestVpcRecovery", any_step
    many = "test_create_survives_many_deaths"
    yield BrokenDriver(vpc=broken.DoesNotAwaitTheLag), LAG, "TestVpcRecovery", many
    yield BrokenDriver(vpc=broken.NotesNothing), {}, "TestVpcRecovery", any_step
    yield BrokenDriver(vpc=broken.NotesNothing), {}, "TestVpcRecovery", "test_the_same_create_again_answers_the_same"
    yield BrokenDriver(vpc=broken.LeavesTheVpc), {}, "TestVpcRecovery", undone
    yield BrokenDriver(vm=broken.RunsWithoutAClientToken), {}, "TestVmRecovery", any_step
    yield BrokenDriver(vm=broken.LeavesTheAddress), {}, "TestVmRecovery", undone
    yield BrokenDriver(vm=broken.LeavesTheAddress), {}, "TestVmRecovery", "test_delete_survives_a_death_at_any_step"

    yield BrokenDriver(vm=broken.TerminatesFirst), {}, "TestVmRecovery", "test_delete_survives_a_death_at_any_step"
    yield BrokenDriver(vm=broken.TerminatesFirst), {}, "TestVmRecovery", f"{undone}_though_undoing_dies_too"

    namesake = "test_a_second_create_of_a_name_loses_nothing"
    yield BrokenDriver(vpc=broken.FindsByName), {}, "TestVpc", namesake
    yield BrokenDriver(key_pair=broken.TakesOverANamesake), {}, "TestKeyPair", namesake
    yield BrokenDriver(key_pair=broken.UndoesByName), {}, "TestKeyPair", namesake

    yield BrokenDriver(vpc=broken.SwallowsInUse), {}, "TestVpc", "test_a_vpc_in_use_by_a_vm_is_not_deleted"
    yield BrokenDriver(vpc=broken.DeletesSubnetsFirst), {}, "TestVpc", "test_a_vpc_in_use_by_a_vm_is_not_deleted"
    used = "test_a_group_in_use_by_a_vm_is_not_deleted"
    yield BrokenDriver(security_group=broken.SwallowsGroupInUse), {}, "TestSecurityGroup", used
    yield BrokenDriver(security_group=broken.IsInAnotherVpc), {}, "TestSecurityGroup", "test_it_is_in_its_vpc"
    yield BrokenDriver(key_pair=broken.DeletesAll), {}, "TestKeyPair", "test_deleting_one_leaves_the_other"
    yield BrokenDriver(key_pair=broken.GivesAnotherKey), {}, "TestKeyPair", "test_public_key_is_kept_as_given"
    yield BrokenDriver(vpc=broken.KnowsGoodIdsOnly), {}, "TestVpc", "test_an_unknown_id_is_not_found"
    yield BrokenDriver(vpc=broken.MergesSubnets), {}, "TestVpc", "test_overlapping_subnets_are_refused"
    yield BrokenDriver(vpc=broken.GivesAnotherId), {}, "TestVpc", "test_create_get_and_list_agree"
    yield BrokenDriver(vpc=broken.AnswersUnseen), LAG, "TestVpc", "test_create_get_and_list_agree"
    yield BrokenDriver(vpc=broken.AnswersUnseen), {}, "TestVpc", "test_subnets_are_those_asked_for"
    yield BrokenDriver(vpc=broken.Sleeps), LAG, "TestVpc", "test_create_get_and_list_agree"
    yield BrokenDriver(security_group=broken.ForgetsRules), {}, "TestSecurityGroup", "test_rules_are_those_asked_for"
    yield BrokenDriver(key_pair=broken.FailsWhenGone), {}, "TestKeyPair", "test_deleting_what_is_gone_is_success"

    yield BrokenDriver(vm=broken.ShowsTerminated), {}, "TestVm", "test_what_is_deleted_is_absent"
    yield BrokenDriver(vm=broken.ShowsTerminated), {}, "TestVm", "test_a_terminated_vm_has_no_status"
    yield BrokenDriver(vm=broken.SaysWordsOfItsOwn), {}, "TestVm", "test_create_get_and_list_agree"
    yield BrokenDriver(vm=broken.GivesNoSuchAddress), {}, "TestVm", "test_all_that_is_listed_is_well_formed"
    yield BrokenDriver(vm=broken.CountsFromMemory), {}, "TestVm", "test_statuses_are_those_of_the_list"
    yield BrokenDriver(vm=broken.IgnoresTheImage), {}, "TestVm", "test_a_vm_refers_to_what_was_asked_for"
    yield BrokenDriver(vm=broken.SendsAlways), {}, "TestVm", "test_a_state_already_reached_is_success_without_a_call"
    yield BrokenDriver(vm=broken.RebootsAsStart), {}, "TestVm", "test_a_suspended_vm_is_not_rebooted"
    slow = {"TransitionSeconds": "30"}
    yield BrokenDriver(vm=broken.DoesNotAwaitTheMachine), slow, "TestVm", "test_a_created_vm_runs_and_has_its_addresses"
    yield BrokenDriver(vm=broken.DeletesWhatRuns), {}, "TestVm", "test_a_suspended_vm_can_be_deleted"
    yield BrokenDriver(vm=broken.SuspendsNothing), {}, "TestVm", "test_a_verb_on_a_vm_that_is_gone_is_not_found"
    yield BrokenDriver(vm=broken.ResumesInWordsOnly), {}, "TestVm", "test_suspend_and_resume"
    yield BrokenDriver(vm=broken.ResumesInWordsOnly), {}, "TestVm", "test_reboot"
    deaths = "test_suspend_and_resume_survive_a_death_at_any_step"
    yield BrokenDriver(vm=broken.SendsBlindly), {}, "TestVm", deaths


def _none(client: Client) -> None:
    """No handler."""


def _cloud(driver: CloudDriver, keys: dict[str, str]) -> Cloud:
    name = fresh_name()
    mock = cloud_named(name)
    cloud = Cloud(
        driver,
        ConnectionInfo("mock-connection", "MOCK", {"MockName": name}, keys),
        image="mock-vmimage-01",
        spec="mock-vmspec-01",
        page_size=int(keys.get("PageSize", 100)),
        calls_seen=lambda: mock.calls_seen,
        images=frozenset(f"mock-vmimage-{n:02}" for n in range(1, 6)),
        specs=frozenset(f"mock-vmspec-{n:02}" for n in range(1, 6)),
    )
    cloud.contents = lambda: set(mock.contents(cloud.clock.now()))
    return cloud


def _run(driver: CloudDriver, keys: dict[str, str], cases: str, case: str) -> None:
    method = getattr(cases_for(driver.capability())[cases](), case)
    more = {"deaths": once(1)} if "deaths" in inspect.signature(method).parameters else {}
    with Bench(_cloud(driver, keys)) as bench:
        method(bench, **more)


def _name(fault: Any) -> str:
    if isinstance(fault, MockDriver):
        return str(fault) if isinstance(fault, BrokenDriver) else type(fault).__name__
    return fault if isinstance(fault, str) else "-".join(fault) or "plain"


@pytest.mark.parametrize(("driver", "keys", "cases", "case"), list(_faults()), ids=_name)
def test_a_broken_driver_fails(driver: CloudDriver, keys: dict[str, str], cases: str, case: str) -> None:
    with pytest.raises((AssertionError, SpiderError, TypeError, pytest.fail.Exception)):
        _run(driver, keys, cases, case)


@pytest.mark.parametrize(("driver", "keys", "cases", "case"), list(_faults()), ids=_name)
def test_the_whole_driver_passes_the_same_case(
    driver: CloudDriver, keys: dict[str, str], cases: str, case: str
) -> None:
    """So it is the fault, not this test, that fails it."""
    _run(MockDriver(), keys, cases, case)


def test_each_case_has_a_broken_driver() -> None:
    assert _all_cases() == {case for _, _, _, case in _faults()}


def test_each_case_stands_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "writing-a-driver.md").read_text()
    behaviour = guide.partition("\n## Behaviour\n")[2].partition("\n## ")[0]
    told = ["test_" + re.sub(r"\W+", "_", bullet.lower()) for bullet in re.findall(r"(?m)^- (.+)$", behaviour)]
    assert len(told) == len(set(told))
    assert set(told) == _all_cases()


def _all_cases() -> set[str]:
    cases = cases_for(MockDriver().capability()).values()
    return {name for case in cases for name in dir(case) if name.startswith("test_")}
