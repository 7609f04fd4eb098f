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
from tests.drivers import broken_mocks_changes as changes
from tests.drivers.broken_mocks import BrokenDriver

LAG = {"LagSeconds": "10"}
SMALL = {"PageSize": "2"}


# Driver · the region's keys · test class · case.
Fault = tuple[CloudDriver, dict[str, str], str, str]


def _of_what_is_made() -> Iterator[Fault]:
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
    anyone = "test_any_image_is_a_listed_one_at_no_more_calls"
    yield BrokenDriver(image=broken.LooksThroughTheListTwice), {}, "TestImage", anyone
    yield BrokenDriver(image=broken.OffersWhatItDoesNotList), {}, "TestImage", anyone
    yield BrokenDriver(spec=broken.AnswersAnySpec), {}, "TestSpec", "test_unknown_spec_is_not_found"
    yield BrokenDriver(spec=broken.AnswersAnySpec), {}, "TestSpec", "test_raw_form_is_json"

    any_step, undone = "test_create_and_delete_survive_a_death_at_any_step", "test_a_dead_create_is_undone"
    yield BrokenDriver(vpc=broken.DoesNotLookAfterADeath), {}, "TestVpcRecovery", any_step
    yield BrokenDriver(vpc=broken.DoesNotLookAfterADeath), {}, "TestVpcRecovery", undone
    yield BrokenDriver(vpc=broken.DoesNotAwaitTheLag), LAG, "TestVpcRecovery", any_step
    many = "test_create_survives_many_deaths"
    yield BrokenDriver(vpc=broken.DoesNotAwaitTheLag), LAG, "TestVpcRecovery", many
    yield BrokenDriver(vpc=broken.NotesNothing), {}, "TestVpcRecovery", any_step
    yield BrokenDriver(vpc=broken.NotesNothing), {}, "TestVpcRecovery", "test_the_same_create_again_answers_the_same"
    yield BrokenDriver(vpc=broken.LeavesTheVpc), {}, "TestVpcRecovery", undone
    alone = "test_what_a_create_has_made_is_told_by_its_token_and_removed_by_it_alone"
    yield BrokenDriver(vpc=broken.LeavesTheVpc), {}, "TestVpcRecovery", alone
    yield BrokenDriver(vpc=broken.UndoesWhatIsNoted), {}, "TestVpcRecovery", alone
    yield BrokenDriver(vm=broken.RunsWithoutAClientToken), {}, "TestVmRecovery", any_step
    yield BrokenDriver(vm=broken.LeavesTheAddress), {}, "TestVmRecovery", undone
    yield BrokenDriver(vm=broken.LeavesTheAddress), {}, "TestVmRecovery", any_step

    yield BrokenDriver(vm=broken.TerminatesFirst), {}, "TestVmRecovery", any_step
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
    every = "test_a_rule_for_every_port_is_granted"
    yield BrokenDriver(security_group=broken.KnowsNoRanges), {}, "TestSecurityGroup", every
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


def _changes() -> Iterator[Fault]:
    """Of what exists: its subnets and rules."""
    declared = "test_verbs_that_some_clouds_lack_are_declared"
    yield BrokenDriver(vpc=changes.DeclaresMoreThanItCan), {}, "TestConnection", declared
    yield BrokenDriver(vm=changes.NeedsASubnet), {}, "TestVm", "test_a_vm_without_vpc_and_subnet_runs"

    shown = "test_an_added_subnet_is_shown_with_the_others"
    yield BrokenDriver(vpc=changes.AnswersUnseenSubnets), LAG, "TestSubnet", shown
    taken = "test_an_added_subnet_of_a_taken_range_changes_nothing"
    yield BrokenDriver(vpc=changes.MergesAddedSubnets), {}, "TestSubnet", taken
    namesake = "test_an_added_subnet_of_a_taken_name_loses_nothing"
    yield BrokenDriver(vpc=changes.FindsSubnetsByName), {}, "TestSubnet", namesake
    outside = "test_an_added_subnet_outside_its_vpc_is_invalid"
    yield BrokenDriver(broken.RefusesWithoutAKind), {}, "TestSubnet", outside
    yield (
        BrokenDriver(vpc=changes.DoesNotLookForTheVpc),
        {},
        "TestSubnet",
        "test_nothing_is_added_to_a_vpc_that_is_gone",
    )
    again = "test_the_same_add_of_a_subnet_again_answers_the_same"
    yield BrokenDriver(vpc=changes.NotesNoSubnet), {}, "TestSubnet", again
    yield BrokenDriver(vm=changes.RunsInTheFirstSubnet), {}, "TestSubnet", "test_a_vm_runs_in_an_added_subnet"
    absent = "test_a_removed_subnet_is_absent_and_the_others_stay"
    yield BrokenDriver(vpc=changes.DoesNotAwaitTheRemoval), LAG, "TestSubnet", absent
    yield BrokenDriver(vpc=changes.RemovesAllSubnets), {}, "TestSubnet", absent
    gone = "test_removing_a_subnet_that_is_gone_is_success"
    yield BrokenDriver(vpc=changes.FailsWhenTheSubnetIsGone), {}, "TestSubnet", gone
    foreign = "test_a_subnet_of_another_vpc_is_not_removed"
    yield BrokenDriver(vpc=changes.RemovesWhateverItIsGiven), {}, "TestSubnet", foreign
    used = "test_a_subnet_in_use_by_a_vm_is_not_removed"
    yield BrokenDriver(vpc=changes.SwallowsSubnetInUse), {}, "TestSubnet", used

    any_step = "test_adding_and_removing_a_subnet_survive_a_death_at_any_step"
    for verb, vpc in (("adding", changes.DoesNotFindItsSubnet), ("removing", changes.FailsWhenTheSubnetIsGone)):
        yield BrokenDriver(vpc=vpc), {}, "TestSubnetRecovery", any_step
        yield BrokenDriver(vpc=vpc), {}, "TestSubnetRecovery", f"test_{verb}_a_subnet_survives_many_deaths"
    undone = "test_a_dead_add_of_a_subnet_is_undone"
    for name in (undone, f"{undone}_though_undoing_dies_too"):
        yield BrokenDriver(vpc=changes.UndoesWhatIsNotedOnly), {}, "TestSubnetRecovery", name

    shown, there = "test_added_rules_are_shown_with_the_others", "test_adding_a_rule_that_is_there_changes_nothing"
    yield BrokenDriver(security_group=changes.ReplacesTheRules), {}, "TestRules", shown
    yield BrokenDriver(security_group=changes.SkipsRulesThatAreThere), {}, "TestRules", there
    yield BrokenDriver(security_group=changes.AddsADirectionAtATime), {}, "TestRules", there
    stay = "test_removed_rules_are_absent_and_the_others_stay"
    yield BrokenDriver(security_group=changes.RemovesAllRules), {}, "TestRules", stay
    absent = "test_removing_a_rule_that_is_not_there_changes_nothing"
    yield BrokenDriver(security_group=changes.SkipsRulesThatAreAbsent), {}, "TestRules", absent
    again = "test_the_same_change_of_rules_again_answers_the_same"
    yield BrokenDriver(security_group=changes.NotesNoRules), {}, "TestRules", again
    gone = "test_rules_of_a_group_that_is_gone_are_not_found"
    yield BrokenDriver(security_group=changes.TakesTheGroupForAReference), {}, "TestRules", gone
    for verb, group in (("adding", changes.DoesNotFindItsRules), ("removing", changes.DoesNotFindItsRulesGone)):
        yield BrokenDriver(security_group=group), {}, "TestRules", f"test_{verb}_rules_survives_a_death_at_any_step"
        yield BrokenDriver(security_group=group), {}, "TestRules", f"test_{verb}_rules_survives_many_deaths"


def _tags_and_regions() -> Iterator[Fault]:
    at_creation = "test_tags_asked_for_at_creation_stay"
    yield BrokenDriver(key_pair=changes.ShowsSpidersOwnTags), {}, "TestKeyPairTags", at_creation
    yield BrokenDriver(vm=changes.ForgetsTheTags), {}, "TestVmTags", at_creation
    yield BrokenDriver(tag=changes.ReplacesAllTags), {}, "TestVpcTags", at_creation
    yield BrokenDriver(tag=changes.DoesNotAwaitTheTag), LAG, "TestSubnetTags", at_creation
    yield BrokenDriver(tag=changes.KeepsTheFirstValue), {}, "TestSubnetTags", "test_a_tag_is_overwritten"
    removed = "test_a_removed_tag_is_absent_and_the_others_stay"
    yield BrokenDriver(tag=changes.RemovesInWordsOnly), {}, "TestSecurityGroupTags", removed
    absent = "test_removing_a_tag_that_is_not_there_is_success"
    yield BrokenDriver(tag=changes.FailsWhenTheTagIsGone), {}, "TestVmTags", absent
    yield BrokenDriver(tag=changes.TagsNothing), {}, "TestVmTags", "test_tags_of_what_is_gone_are_not_found"
    deaths = "test_changes_of_tags_survive_a_death_at_any_step"
    yield BrokenDriver(tag=changes.NotesTheTagFirst), {}, "TestKeyPairTags", deaths
    yield BrokenDriver(tag=changes.FailsWhenTheTagIsGone), {}, "TestKeyPairTags", deaths

    holds = "test_list_holds_the_region_and_zone_of_the_connection"
    yield BrokenDriver(region_zone=changes.LeavesOutItsOwnRegion), {}, "TestRegionZone", holds
    yield BrokenDriver(region_zone=changes.ListsRegionsTwice), {}, "TestRegionZone", "test_all_regions_are_well_formed"
    names = "test_names_are_those_of_the_list_at_no_more_calls"
    yield BrokenDriver(region_zone=changes.NamesItsOwnRegionOnly), {}, "TestRegionZone", names
    yield BrokenDriver(region_zone=changes.AsksForEachRegionsName), {}, "TestRegionZone", names
    yield BrokenDriver(region_zone=changes.GetsNoZones), {}, "TestRegionZone", "test_get_and_list_agree"
    yield BrokenDriver(region_zone=changes.AnswersAnyRegion), {}, "TestRegionZone", "test_unknown_region_is_not_found"
    yield BrokenDriver(region_zone=changes.GivesRawDates), {}, "TestRegionZone", "test_raw_forms_are_json"
    yield BrokenDriver(region_zone=changes.IgnoresZonesInRaw), {}, "TestRegionZone", "test_raw_forms_are_json"


def _none(client: Client) -> None:
    """No handler."""


FAULTS = (*_of_what_is_made(), *_changes(), *_tags_and_regions())


def _cloud(driver: CloudDriver, keys: dict[str, str]) -> Cloud:
    name = fresh_name()
    mock = cloud_named(name)
    cloud = Cloud(
        driver,
        ConnectionInfo("mock-connection", "MOCK", {"MockName": name}, {"Region": "default", **keys}),
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


@pytest.mark.parametrize(("driver", "keys", "cases", "case"), FAULTS, ids=_name)
def test_a_broken_driver_fails(driver: CloudDriver, keys: dict[str, str], cases: str, case: str) -> None:
    with pytest.raises((AssertionError, SpiderError, TypeError, pytest.fail.Exception)):
        _run(driver, keys, cases, case)


@pytest.mark.parametrize(("driver", "keys", "cases", "case"), FAULTS, ids=_name)
def test_the_whole_driver_passes_the_same_case(
    driver: CloudDriver, keys: dict[str, str], cases: str, case: str
) -> None:
    """So it is the fault, not this test, that fails it."""
    _run(MockDriver(), keys, cases, case)


def test_each_case_has_a_broken_driver() -> None:
    assert _all_cases() == {case for _, _, _, case in FAULTS}


def test_each_case_stands_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "writing-a-driver.md").read_text()
    behaviour = guide.partition("\n## Behaviour\n")[2].partition("\n## ")[0]
    told = ["test_" + re.sub(r"\W+", "_", bullet.lower()) for bullet in re.findall(r"(?m)^- (.+)$", behaviour)]
    assert len(told) == len(set(told))
    assert set(told) == _all_cases()


def _all_cases() -> set[str]:
    cases = cases_for(MockDriver().capability()).values()
    return {name for case in cases for name in dir(case) if name.startswith("test_")}
