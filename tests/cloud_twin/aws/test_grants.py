"""What EC2 grants, and how: not every severity would be true."""

from __future__ import annotations

import pytest

from .bench import IMAGE, PUBLIC_KEY, TYPE, Bench, Network

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


def test_a_key_pair_in_use_is_deleted(aws: Bench, network: Network) -> None:
    aws.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=PUBLIC_KEY.encode())
    instance = aws.running(network, KeyName="k")
    aws.ec2.delete_key_pair(KeyName="k")
    assert aws.ec2.describe_key_pairs()["KeyPairs"] == []
    assert aws.instance(instance)["KeyName"] == "k"


def test_a_key_pair_that_is_not_there_is_deleted(aws: Bench) -> None:
    assert aws.ec2.delete_key_pair(KeyName="nobody")["Return"] is True


def test_a_key_pair_is_found_and_deleted_by_its_id(aws: Bench) -> None:
    ids = {
        name: aws.ec2.import_key_pair(KeyName=name, PublicKeyMaterial=PUBLIC_KEY.encode())["KeyPairId"]
        for name in ("k", "l")
    }
    found = aws.ec2.describe_key_pairs(KeyPairIds=[ids["l"]], IncludePublicKey=True)["KeyPairs"]
    assert [(pair["KeyName"], pair["PublicKey"]) for pair in found] == [("l", PUBLIC_KEY)]
    aws.ec2.delete_key_pair(KeyPairId=ids["l"])
    assert [pair["KeyName"] for pair in aws.ec2.describe_key_pairs()["KeyPairs"]] == ["k"]


def test_host_bits_of_a_range_are_cleared(aws: Bench) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="100.68.0.18/18")["Vpc"]
    assert vpc["CidrBlock"] == "100.68.0.0/18"
    subnet = aws.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="100.68.1.9/24")["Subnet"]
    assert subnet["CidrBlock"] == "100.68.1.0/24"


def test_a_subnet_without_zone_gets_one_of_the_region(aws: Bench, network: Network) -> None:
    zone = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.7.0/24")["Subnet"]["AvailabilityZone"]
    assert zone in {one["ZoneName"] for one in aws.ec2.describe_availability_zones()["AvailabilityZones"]}


def test_as_many_instances_as_asked_for_at_most_are_made(aws: Bench) -> None:
    made = aws.ec2.run_instances(ImageId=IMAGE, InstanceType=TYPE, MinCount=1, MaxCount=3)["Instances"]
    assert [one["AmiLaunchIndex"] for one in made] == [0, 1, 2]


def test_an_instance_has_the_groups_of_its_interface(aws: Bench, network: Network) -> None:
    told = aws.instance(aws.running(network))
    held = [{"GroupId": network.group, "GroupName": "group"}]
    assert told["SecurityGroups"] == told["NetworkInterfaces"][0]["Groups"] == held


def test_an_instance_without_groups_gets_the_default_one_of_its_vpc(aws: Bench, network: Network) -> None:
    made = aws.ec2.run_instances(ImageId=IMAGE, InstanceType=TYPE, MinCount=1, MaxCount=1, SubnetId=network.subnet)[
        "Instances"
    ][0]
    assert [group["GroupName"] for group in made["SecurityGroups"]] == ["default"]


def test_an_interface_made_before_is_taken_and_stays(aws: Bench, network: Network) -> None:
    made = aws.ec2.create_network_interface(SubnetId=network.subnet, Groups=[network.group])["NetworkInterface"]
    interface = made["NetworkInterfaceId"]
    own = [{"DeviceIndex": 0, "NetworkInterfaceId": interface}]
    instance = aws.running(network, NetworkInterfaces=own)
    assert aws.instance(instance)["SubnetId"] == network.subnet
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.pass_transition()
    left = aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert [(one["NetworkInterfaceId"], one["Status"]) for one in left] == [(interface, "available")]
    aws.ec2.delete_network_interface(NetworkInterfaceId=interface)


def test_what_a_request_leaves_open_of_the_disk_is_the_images(aws: Bench, network: Network) -> None:
    image = aws.ec2.describe_images(ImageIds=[IMAGE])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]
    aws.running(network)
    volume = aws.ec2.describe_volumes()["Volumes"][0]
    assert (volume["Size"], volume["VolumeType"]) == (image["VolumeSize"], image["VolumeType"])


def test_a_refused_permission_leaves_the_others_of_its_call_unmade(aws: Bench, network: Network) -> None:
    aws.ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[SSH])
    refused = aws.refused("authorize_security_group_ingress", GroupId=network.group, IpPermissions=[HTTP, SSH])
    assert refused.code == "InvalidPermission.Duplicate"
    found = aws.ec2.describe_security_groups(GroupIds=[network.group])["SecurityGroups"][0]["IpPermissions"]
    assert [one["FromPort"] for one in found] == [22]


def test_every_permission_of_a_call_is_answered_as_a_rule(aws: Bench, network: Network) -> None:
    answer = aws.ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[HTTP, SSH])
    assert sorted(rule["FromPort"] for rule in answer["SecurityGroupRules"]) == [22, 80]


def test_a_group_may_name_itself_and_be_deleted(aws: Bench, network: Network) -> None:
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": network.group}]}
    aws.ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[own])
    aws.ec2.delete_security_group(GroupId=network.group)


def test_a_gateway_is_detached_once_no_address_is_mapped(aws: Bench, network: Network) -> None:
    gateway = aws.gateway(network.vpc)
    instance = aws.running(network)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    refused = aws.refused("detach_internet_gateway", InternetGatewayId=gateway, VpcId=network.vpc)
    assert refused.code == "DependencyViolation"
    aws.pass_transition()
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc)
    aws.ec2.delete_internet_gateway(InternetGatewayId=gateway)


def test_addresses_of_terminated_instances_are_free_again(aws: Bench, network: Network) -> None:
    small = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.200.0/28")["Subnet"]["SubnetId"]
    asked = {"ImageId": IMAGE, "InstanceType": TYPE, "MinCount": 11, "MaxCount": 11, "SubnetId": small}
    for _ in range(2):
        made = [one["InstanceId"] for one in aws.ec2.run_instances(**asked)["Instances"]]
        aws.ec2.terminate_instances(InstanceIds=made)
        aws.pass_transition()


def test_only_windows_has_a_platform(aws: Bench) -> None:
    images = aws.ec2.describe_images(Owners=["amazon"])["Images"]
    assert {image["Platform"] for image in images if "Platform" in image} == {"windows"}


def test_a_reset_leaves_what_a_new_account_has(aws: Bench, network: Network) -> None:
    aws.running(network)
    aws.twin.reset()
    assert [vpc["IsDefault"] for vpc in aws.ec2.describe_vpcs()["Vpcs"]] == [True]
    assert aws.ec2.describe_instances()["Reservations"] == []


@pytest.mark.parametrize("text", ["a<b>&c", "\"quoted\" 'too'", "größe 一", " spaces  kept "])
def test_text_comes_back_as_it_was_given(aws: Bench, network: Network, text: str) -> None:
    aws.ec2.create_tags(Resources=[network.vpc], Tags=[{"Key": "note", "Value": text}])
    found = aws.ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]
    assert found["Tags"] == [{"Key": "note", "Value": text}]
