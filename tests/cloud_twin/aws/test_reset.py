"""A reset leaves the cloud of a new account, whatever was done to the one before."""

from __future__ import annotations

import gc

from cloud_twin.aws.region import Region

from .bench import IMAGE, PUBLIC_KEY, Bench, Network, client


def test_nothing_is_left_of_what_was_made(aws: Bench, network: Network) -> None:
    aws.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=PUBLIC_KEY.encode())
    aws.gateway(network.vpc)
    aws.running(network)
    aws.twin.reset()
    assert aws.ec2.describe_instances()["Reservations"] == []
    assert aws.ec2.describe_key_pairs()["KeyPairs"] == []
    assert aws.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert aws.ec2.describe_volumes()["Volumes"] == []
    assert aws.ec2.describe_internet_gateways()["InternetGateways"] == []
    assert [vpc["IsDefault"] for vpc in aws.ec2.describe_vpcs()["Vpcs"]] == [True]
    assert [group["GroupName"] for group in aws.ec2.describe_security_groups()["SecurityGroups"]] == ["default"]


def test_other_regions_are_emptied_too(aws: Bench) -> None:
    elsewhere = client(aws.url, "eu-west-1")
    elsewhere.create_vpc(CidrBlock="10.0.0.0/16")
    aws.twin.reset()
    assert len(elsewhere.describe_vpcs()["Vpcs"]) == 1


def test_images_are_the_same_again(aws: Bench) -> None:
    before = aws.ec2.describe_images()["Images"]
    snapshots = aws.ec2.describe_snapshots()["Snapshots"]
    aws.ec2.modify_image_attribute(ImageId=IMAGE, LaunchPermission={"Add": [{"UserId": "123456789012"}]})
    aws.ec2.create_tags(Resources=[IMAGE], Tags=[{"Key": "Name", "Value": "changed"}])
    changed = aws.ec2.describe_images(ImageIds=[IMAGE])["Images"][0]
    assert changed["Tags"]
    aws.ec2.deregister_image(ImageId=before[0]["ImageId"])
    aws.twin.reset()
    assert aws.ec2.describe_images()["Images"] == before
    assert aws.ec2.describe_snapshots()["Snapshots"] == snapshots
    permitted = aws.ec2.describe_image_attribute(ImageId=IMAGE, Attribute="launchPermission")["LaunchPermissions"]
    assert {"UserId": "123456789012"} not in permitted


def test_an_instance_runs_from_an_image_after_many_resets(aws: Bench) -> None:
    for _ in range(3):
        aws.twin.reset()
        instance = aws.running(aws.network())
        assert aws.instance(instance)["ImageId"] == IMAGE


def regions_in_memory() -> int:
    gc.collect()
    return sum(isinstance(one, Region) for one in gc.get_objects())


def test_what_was_there_before_is_not_kept_in_memory(aws: Bench) -> None:
    aws.network()
    before = regions_in_memory()
    for _ in range(5):
        aws.twin.reset()
        aws.network()
    assert regions_in_memory() <= before + 1
