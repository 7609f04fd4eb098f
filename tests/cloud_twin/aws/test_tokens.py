"""ClientToken of RunInstances: one token makes one instance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .bench import Bench, Network, client


def instances(aws: Bench) -> list[str]:
    reservations = aws.ec2.describe_instances()["Reservations"]
    return [one["InstanceId"] for reservation in reservations for one in reservation["Instances"]]


def test_the_same_request_answers_the_same_instance(aws: Bench, network: Network) -> None:
    first = aws.launch(network, ClientToken="once")
    aws.pass_transition()
    again = aws.launch(network, ClientToken="once")
    assert again["InstanceId"] == first["InstanceId"]
    assert again["State"]["Name"] == "running"
    assert instances(aws) == [first["InstanceId"]]


def test_the_same_request_answers_the_same_reservation(aws: Bench) -> None:
    asked = {"ImageId": "ami-785db401", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 2, "ClientToken": "two"}
    first, again = aws.ec2.run_instances(**asked), aws.ec2.run_instances(**asked)
    assert first["ReservationId"] == again["ReservationId"]
    assert len(first["Instances"]) == len(instances(aws)) == 2


def test_what_ec2_fills_in_makes_no_other_request(aws: Bench, network: Network) -> None:
    disk = [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20}}]
    bare = [{"DeviceIndex": 0, "SubnetId": network.subnet}]
    asked = {"BlockDeviceMappings": disk, "NetworkInterfaces": bare, "ClientToken": "once"}
    assert aws.launch(network, **asked)["InstanceId"] == aws.launch(network, **asked)["InstanceId"]


def test_other_parameters_are_a_mismatch(aws: Bench, network: Network) -> None:
    aws.launch(network, ClientToken="once")
    refused = aws.refused(
        "run_instances", ImageId="ami-785db401", InstanceType="t3.small", MinCount=1, MaxCount=1, ClientToken="once"
    )
    assert (refused.code, refused.status) == ("IdempotentParameterMismatch", 400)
    assert len(instances(aws)) == 1


def test_other_tokens_and_none_make_instances_of_their_own(aws: Bench, network: Network) -> None:
    for token in ({"ClientToken": "a"}, {"ClientToken": "b"}, {}, {}):
        aws.launch(network, **token)
    assert len(instances(aws)) == 4


def test_a_token_is_of_its_region(aws: Bench) -> None:
    asked = {"ImageId": "ami-785db401", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "ClientToken": "once"}
    here = aws.ec2.run_instances(**asked)["Instances"][0]["InstanceId"]
    there = client(aws.url, "eu-west-1").run_instances(**asked)["Instances"][0]["InstanceId"]
    assert here != there


def test_the_token_of_a_terminated_instance_makes_no_other(aws: Bench, network: Network) -> None:
    """Error codes: IdempotentInstanceTerminated."""
    made = aws.launch(network, ClientToken="once")["InstanceId"]
    aws.ec2.terminate_instances(InstanceIds=[made])
    aws.pass_transition()
    interface = [{"DeviceIndex": 0, "SubnetId": network.subnet, "Groups": [network.group]}]
    more = {"AssociatePublicIpAddress": True, "DeleteOnTermination": True}
    refused = aws.refused(
        "run_instances",
        ImageId="ami-785db401",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[interface[0] | more],
        ClientToken="once",
    )
    assert refused.code == "IdempotentInstanceTerminated"


def test_a_refused_launch_leaves_its_token_unused(aws: Bench, network: Network) -> None:
    asked: dict[str, Any] = {"ImageId": "ami-785db401", "MinCount": 1, "MaxCount": 1, "ClientToken": "once"}
    assert aws.refused("run_instances", **asked, KeyName="nobody").code == "InvalidKeyPair.NotFound"
    aws.ec2.run_instances(**asked)
    assert len(instances(aws)) == 1


def test_a_token_beyond_64_characters_is_refused(aws: Bench) -> None:
    refused = aws.refused("run_instances", ImageId="ami-785db401", MinCount=1, MaxCount=1, ClientToken="t" * 65)
    assert refused.code == "InvalidClientToken"


def test_twenty_at_once_with_one_token_make_one_instance(aws: Bench, network: Network) -> None:
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda _: aws.launch(network, ClientToken="once")["InstanceId"], range(20)))
    assert len(set(made)) == 1
    assert instances(aws) == made[:1]


def test_twenty_at_once_without_token_make_twenty_with_addresses_of_their_own(aws: Bench, network: Network) -> None:
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda _: aws.launch(network), range(20)))
    assert len({one["InstanceId"] for one in made}) == 20
    assert len({one["PrivateIpAddress"] for one in made}) == 20
