"""Instances change their states by the clock, and verbs are granted in the states that EC2 grants them in."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench, Network

SHOWN_SECONDS = 3600.0


def verb(aws: Bench, operation: str, member: str, instance: str) -> tuple[str, str]:
    """The state before and the state now, as the verb's own answer tells them."""
    told = getattr(aws.ec2, operation)(InstanceIds=[instance])[member][0]
    return told["PreviousState"]["Name"], told["CurrentState"]["Name"]


def stop(aws: Bench, instance: str) -> tuple[str, str]:
    return verb(aws, "stop_instances", "StoppingInstances", instance)


def start(aws: Bench, instance: str) -> tuple[str, str]:
    return verb(aws, "start_instances", "StartingInstances", instance)


def terminate(aws: Bench, instance: str) -> tuple[str, str]:
    return verb(aws, "terminate_instances", "TerminatingInstances", instance)


def test_a_new_instance_is_pending_until_its_time_has_passed(aws: Bench, network: Network) -> None:
    made = aws.launch(network)
    assert made["State"] == {"Code": 0, "Name": "pending"}
    aws.clock.advance(aws.twin.settings.transition_seconds - 1)
    assert aws.state(made["InstanceId"]) == "pending"
    aws.clock.advance(1)
    assert aws.instance(made["InstanceId"])["State"] == {"Code": 16, "Name": "running"}


def test_an_instance_is_stopped_and_started_by_way_of_the_states_between(aws: Bench, network: Network) -> None:
    instance = aws.running(network)
    assert stop(aws, instance) == ("running", "stopping")
    assert aws.state(instance) == "stopping"
    aws.pass_transition()
    assert aws.state(instance) == "stopped"
    assert start(aws, instance) == ("stopped", "pending")
    assert aws.state(instance) == "pending"
    aws.pass_transition()
    assert aws.state(instance) == "running"


def test_a_stopped_instance_has_lost_its_public_address_and_gets_another(aws: Bench, network: Network) -> None:
    instance = aws.running(network)
    first = aws.instance(instance)["PublicIpAddress"]
    stop(aws, instance)
    aws.pass_transition()
    assert "PublicIpAddress" not in aws.instance(instance)
    start(aws, instance)
    aws.pass_transition()
    assert aws.instance(instance)["PublicIpAddress"] != first


def test_the_public_address_is_kept_while_an_instance_comes_up(aws: Bench, network: Network) -> None:
    made = aws.launch(network)["InstanceId"]
    pending = aws.instance(made)["PublicIpAddress"]
    aws.pass_transition()
    assert aws.instance(made)["PublicIpAddress"] == pending


def test_an_instance_keeps_interface_and_disk_until_it_is_terminated(aws: Bench, network: Network) -> None:
    root = [{"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": True}}]
    instance = aws.running(network, BlockDeviceMappings=root)
    assert terminate(aws, instance) == ("running", "shutting-down")
    assert len(aws.ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1
    assert len(aws.ec2.describe_volumes()["Volumes"]) == 1
    assert aws.refused("delete_security_group", GroupId=network.group).code == "DependencyViolation"
    aws.pass_transition()
    assert aws.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert aws.ec2.describe_volumes()["Volumes"] == []
    aws.ec2.delete_security_group(GroupId=network.group)
    aws.ec2.delete_subnet(SubnetId=network.subnet)
    aws.ec2.delete_vpc(VpcId=network.vpc)


def test_a_disk_that_is_to_stay_stays(aws: Bench, network: Network) -> None:
    kept = [{"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": False}}]
    instance = aws.running(network, BlockDeviceMappings=kept)
    terminate(aws, instance)
    aws.pass_transition()
    assert [volume["State"] for volume in aws.ec2.describe_volumes()["Volumes"]] == ["available"]


def test_a_terminated_instance_is_listed_for_an_hour_without_network(aws: Bench, network: Network) -> None:
    instance = aws.running(network)
    terminate(aws, instance)
    aws.pass_transition()
    told = aws.instance(instance)
    assert told["State"] == {"Code": 48, "Name": "terminated"}
    assert told["NetworkInterfaces"] == told["SecurityGroups"] == told["BlockDeviceMappings"] == []
    assert not {"VpcId", "SubnetId", "PublicIpAddress", "PrivateIpAddress"} & set(told)
    aws.clock.advance(SHOWN_SECONDS)
    assert aws.ec2.describe_instances()["Reservations"] == []
    assert aws.refused("describe_instances", InstanceIds=[instance]).code == "InvalidInstanceID.NotFound"


def test_terminating_again_is_granted_and_changes_nothing(aws: Bench, network: Network) -> None:
    instance = aws.running(network)
    terminate(aws, instance)
    assert terminate(aws, instance) == ("shutting-down", "shutting-down")
    aws.pass_transition()
    assert terminate(aws, instance) == ("terminated", "terminated")


@pytest.mark.parametrize("before", ["pending", "stopping", "stopped"])
def test_an_instance_can_be_terminated_in_any_state(aws: Bench, network: Network, before: str) -> None:
    instance = reached(aws, network, before)
    assert terminate(aws, instance) == (before, "shutting-down")
    aws.pass_transition()
    assert aws.state(instance) == "terminated"


REFUSED = {
    "start_instances": ("stopping", "shutting-down", "terminated"),
    "stop_instances": ("pending", "shutting-down", "terminated"),
    "reboot_instances": ("pending", "stopping", "stopped"),
}


@pytest.mark.parametrize(("operation", "state"), [(name, state) for name in REFUSED for state in REFUSED[name]])
def test_a_verb_is_refused_in_the_wrong_state(aws: Bench, network: Network, operation: str, state: str) -> None:
    instance = reached(aws, network, state)
    refused = aws.refused(operation, InstanceIds=[instance])
    assert (refused.code, refused.status) == ("IncorrectInstanceState", 400)
    assert aws.state(instance) == state


@pytest.mark.parametrize(
    ("operation", "member", "state"),
    [
        ("start_instances", "StartingInstances", "running"),
        ("start_instances", "StartingInstances", "pending"),
        ("stop_instances", "StoppingInstances", "stopped"),
        ("stop_instances", "StoppingInstances", "stopping"),
    ],
)
def test_a_state_already_reached_is_granted(
    aws: Bench, network: Network, operation: str, member: str, state: str
) -> None:
    assert verb(aws, operation, member, reached(aws, network, state)) == (state, state)


@pytest.mark.parametrize("state", ["running", "terminated"])
def test_a_reboot_changes_no_state(aws: Bench, network: Network, state: str) -> None:
    instance = reached(aws, network, state)
    aws.ec2.reboot_instances(InstanceIds=[instance])
    assert aws.state(instance) == state


def test_one_instance_in_the_wrong_state_leaves_the_others_as_they_are(aws: Bench, network: Network) -> None:
    fine = aws.running(network)
    gone = reached(aws, network, "terminated")
    assert aws.refused("stop_instances", InstanceIds=[fine, gone]).code == "IncorrectInstanceState"
    assert aws.state(fine) == "running"


def test_the_length_of_a_transition_can_be_changed_during_it(aws: Bench, network: Network) -> None:
    made = aws.launch(network)["InstanceId"]
    aws.twin.settings.transition_seconds = 0.0
    assert aws.state(made) == "running"


def reached(aws: Bench, network: Network, state: str) -> str:
    """The id of an instance that is in this state."""
    made = str(aws.launch(network)["InstanceId"])
    ways: dict[str, list[Any]] = {
        "pending": [],
        "running": [aws.pass_transition],
        "stopping": [aws.pass_transition, lambda: stop(aws, made)],
        "stopped": [aws.pass_transition, lambda: stop(aws, made), aws.pass_transition],
        "shutting-down": [aws.pass_transition, lambda: terminate(aws, made)],
        "terminated": [aws.pass_transition, lambda: terminate(aws, made), aws.pass_transition],
    }
    for step in ways[state]:
        step()
    assert aws.state(made) == state
    return made
