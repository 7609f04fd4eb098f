"""What is done for EC2 to refuse it: each answers the refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .bench import IMAGE, TYPE, Bench, Network, Refused

Case = Callable[[Bench, Network], Refused]

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
UNKNOWN = "0123456789abcdef0"


def run(aws: Bench, network: Network, **changes: Any) -> Refused:
    """RunInstances as Bench.launch asks for it, but for `changes`; None takes a parameter out."""
    asked = {
        "ImageId": IMAGE,
        "InstanceType": TYPE,
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": network.subnet,
        "SecurityGroupIds": [network.group],
        **changes,
    }
    return aws.refused("run_instances", **{name: value for name, value in asked.items() if value is not None})


def subnet(aws: Bench, network: Network, cidr: str, **more: str) -> Refused:
    return aws.refused("create_subnet", VpcId=network.vpc, CidrBlock=cidr, **more)


def group(aws: Bench, network: Network, name: str, description: str = "d") -> Refused:
    return aws.refused("create_security_group", GroupName=name, Description=description, VpcId=network.vpc)


def allow(aws: Bench, network: Network, *permissions: dict[str, Any]) -> Refused:
    return aws.refused(
        "authorize_security_group_ingress", GroupId=network.group, IpPermissions=[SSH | one for one in permissions]
    )


def twice(aws: Bench, operation: str, **parameters: Any) -> Refused:
    getattr(aws.ec2, operation)(**parameters)
    return aws.refused(operation, **parameters)


def group_of_another_vpc(aws: Bench, network: Network) -> Refused:
    return run(aws, network, SecurityGroupIds=[aws.network("10.1.0.0/16").group])


def used_group(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    return aws.refused("delete_security_group", GroupId=network.group)


def referenced_group(aws: Bench, network: Network) -> Refused:
    other = aws.ec2.create_security_group(GroupName="other", Description="d", VpcId=network.vpc)["GroupId"]
    source = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": network.group}]}
    aws.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[source])
    return aws.refused("delete_security_group", GroupId=network.group)


def default_group(aws: Bench, network: Network) -> Refused:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    found = aws.ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"][0]["GroupId"]
    return aws.refused("delete_security_group", GroupId=found)


def used_subnet(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    return aws.refused("delete_subnet", SubnetId=network.subnet)


def vpc_with_gateway(aws: Bench, _: Network) -> Refused:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.gateway(vpc)
    return aws.refused("delete_vpc", VpcId=vpc)


def vpc_with_group(aws: Bench, network: Network) -> Refused:
    aws.ec2.delete_subnet(SubnetId=network.subnet)
    return aws.refused("delete_vpc", VpcId=network.vpc)


def gateway_of_mapped_address(aws: Bench, network: Network) -> Refused:
    gateway = aws.gateway(network.vpc)
    aws.launch(network)
    return aws.refused("detach_internet_gateway", InternetGatewayId=gateway, VpcId=network.vpc)


def second_gateway(aws: Bench, network: Network) -> Refused:
    aws.gateway(network.vpc)
    other = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    return aws.refused("attach_internet_gateway", InternetGatewayId=other, VpcId=network.vpc)


def route_to_foreign_gateway(aws: Bench, network: Network) -> Refused:
    gateway = aws.gateway(aws.network("10.1.0.0/16").vpc)
    return aws.refused(
        "create_route", RouteTableId=main_table(aws, network), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )


def second_route(aws: Bench, network: Network) -> Refused:
    asked = {"RouteTableId": main_table(aws, network), "DestinationCidrBlock": "0.0.0.0/0"}
    return twice(aws, "create_route", **asked, GatewayId=aws.gateway(network.vpc))


def main_table(aws: Bench, network: Network) -> str:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}]
    return str(aws.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"][0]["RouteTableId"])


def attached_interface(aws: Bench, network: Network) -> Refused:
    interface = aws.launch(network)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    return aws.refused("delete_network_interface", NetworkInterfaceId=interface)


def attached_volume(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    volume = aws.ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    return aws.refused("delete_volume", VolumeId=volume)


def full_subnet(aws: Bench, network: Network) -> Refused:
    small = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.200.0/28")["Subnet"]["SubnetId"]
    return run(aws, network, SubnetId=small, MinCount=12, MaxCount=12)


def too_many_groups(aws: Bench, network: Network) -> Refused:
    made = [
        aws.ec2.create_security_group(GroupName=f"g{number}", Description="d", VpcId=network.vpc)["GroupId"]
        for number in range(6)
    ]
    return run(aws, network, SecurityGroupIds=made)


def beyond_quota(aws: Bench, operation: str, quota: str, **parameters: Any) -> Refused:
    kept = aws.twin.settings.quotas[quota]
    aws.twin.settings.quotas[quota] = 0
    try:
        return aws.refused(operation, **parameters)
    finally:
        aws.twin.settings.quotas[quota] = kept


def protected(aws: Bench, network: Network) -> Refused:
    instance = aws.running(network)
    aws.ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    return aws.refused("terminate_instances", InstanceIds=[instance])


def resized_while_running(aws: Bench, network: Network) -> Refused:
    instance = aws.running(network)
    return aws.refused("modify_instance_attribute", InstanceId=instance, InstanceType={"Value": "t3.small"})


def tagged(aws: Bench, network: Network, *tags: tuple[str, str], kind: str = "instance") -> Refused:
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return run(aws, network, TagSpecifications=[{"ResourceType": kind, "Tags": listed}])


def stopped_too_early(aws: Bench, network: Network) -> Refused:
    return aws.refused("stop_instances", InstanceIds=[aws.launch(network)["InstanceId"]])


def terminated(aws: Bench, network: Network) -> str:
    instance = aws.running(network)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.pass_transition()
    return instance


def rebooted_while_stopped(aws: Bench, network: Network) -> Refused:
    instance = aws.running(network)
    aws.ec2.stop_instances(InstanceIds=[instance])
    aws.pass_transition()
    return aws.refused("reboot_instances", InstanceIds=[instance])


def unknown(operation: str, **parameters: Any) -> Case:
    return lambda aws, network: aws.refused(operation, **parameters)


def disk(size: int) -> list[dict[str, Any]]:
    return [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": size}}]
