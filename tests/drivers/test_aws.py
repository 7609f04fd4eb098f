"""What the AWS driver makes of VMs, images and specs, seen at Cloud-Twin's EC2, and which permissions it needs.

What holds for every driver is in the conformance suite.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from spider_drivers.aws import AwsDriver
from spider_drivers.contract import (
    Attempt,
    Direction,
    ImageRequest,
    ImageType,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NotFound,
    Platform,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SubnetRequest,
    Vm,
    VmRequest,
    Vpc,
    VpcRequest,
)

from tests.drivers.aws_support import Aws, connect, make_vpc
from tests.drivers.support import PUBLIC_KEY, done, ref

LINUX, WINDOWS = "ami-785db401", "ami-03cf127a"  # two of moto's

# Needed only after a try that died, for what the request of these tests does not have, or to undo.
NOT_EACH_TIME = {
    "vpc create": {"DescribeInternetGateways"},
    "vpc delete": {"DescribeVpcs"},
    "security_group delete": {"DescribeNetworkInterfaces", "DescribeSecurityGroups"},
    "security_group add_rules": {"RevokeSecurityGroupIngress"},
    "security_group remove_rules": {"AuthorizeSecurityGroupIngress"},
    "vm create": {"DescribeKeyPairs"},
    "key_pair delete": {"DescribeKeyPairs"},
}


def make_vm(aws: Aws, vpc: Vpc, **changes: Any) -> Vm:
    request = VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", ref(vpc), ref(vpc.subnets[0]), public_key=PUBLIC_KEY)
    request = replace(request, **changes)
    return done(lambda attempt: aws.connection.vm.create(request, attempt))


def make_group(aws: Aws, vpc: Vpc) -> Ref:
    request = SecurityGroupRequest("group", ref(vpc))
    return ref(done(lambda attempt: aws.connection.security_group.create(request, attempt)))


def instance_of(aws: Aws, cloud_id: str) -> dict[str, Any]:
    found = aws.ec2("describe_instances", InstanceIds=[cloud_id])
    return dict(found["Reservations"][0]["Instances"][0])


# VM


def test_user_data_makes_cb_user(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc)
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")["UserData"]["Value"]
    first, _, rest = base64.b64decode(kept).decode().partition("\n")
    assert first == "#cloud-config"
    default, user = json.loads(rest)["users"]
    assert default == "default"
    assert user["name"] == vm.user == "cb-user"
    assert user["ssh_authorized_keys"] == [PUBLIC_KEY]
    assert user["sudo"] == "ALL=(ALL) NOPASSWD:ALL"


def test_the_public_key_of_a_foreign_key_pair_is_ec2_s(aws: Aws, vpc: Vpc) -> None:
    request = KeyPairRequest("mine", PUBLIC_KEY)
    done(lambda attempt: aws.connection.key_pair.create(request, attempt))
    vm = done(
        lambda attempt: aws.connection.vm.create(
            VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", ref(vpc), ref(vpc.subnets[0]), key_pair=Ref("mine", "mine")),
            attempt,
        )
    )
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")["UserData"]["Value"]
    assert PUBLIC_KEY in base64.b64decode(kept).decode()
    assert vm.key_pair.id == "mine"


def test_a_vm_has_one_interface_with_a_public_address_and_goes_whole(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc, tags={"team": "blue"}, root_disk_type="gp3", root_disk_gib=41)
    assert vm.public_ip
    found = instance_of(aws, vm.iid.id)
    (interface,) = found["NetworkInterfaces"]
    assert interface["Attachment"]["DeleteOnTermination"] is True
    (disk,) = found["BlockDeviceMappings"]
    assert disk["Ebs"]["DeleteOnTermination"] is True
    assert aws.tags(disk["Ebs"]["VolumeId"])["Name"] == "vm"
    assert aws.tags(vm.iid.id).items() >= {"Name": "vm", "team": "blue"}.items()
    assert vm.tags == {"team": "blue"}
    assert (vm.root_disk_type, vm.root_disk_gib) == ("gp3", 41)
    done(lambda attempt: aws.connection.vm.delete(ref(vm), attempt))
    for operation, key, gone in (
        ("describe_volumes", "VolumeIds", disk["Ebs"]["VolumeId"]),
        ("describe_network_interfaces", "NetworkInterfaceIds", interface["NetworkInterfaceId"]),
    ):
        with pytest.raises(NotFound):
            aws.ec2(operation, **{key: [gone]})


def test_a_terminated_vm_is_absent_though_ec2_still_shows_it(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc)
    done(lambda attempt: aws.connection.vm.delete(ref(vm), attempt))
    assert instance_of(aws, vm.iid.id)["State"]["Name"] == "terminated"
    assert vm.iid.id not in {one.iid.id for one in aws.connection.vm.list()}
    with pytest.raises(NotFound):
        aws.connection.vm.get(ref(vm))
    with pytest.raises(NotFound):
        aws.connection.vm.status(ref(vm))
    assert aws.connection.vm.delete(ref(vm), Attempt("again")) is None


def test_my_image_stays_my_image(aws: Aws, vpc: Vpc) -> None:
    assert make_vm(aws, vpc, image_type=ImageType.MINE).image_type is ImageType.MINE
    assert make_vm(aws, vpc).image_type is ImageType.PUBLIC


def test_windows(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc, image=Ref(WINDOWS, WINDOWS))
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "Administrator", 3389)
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")
    assert not kept["UserData"].get("Value")


@pytest.mark.parametrize(
    ("field", "value"), [("image", Ref("ami-12345678", "ami-12345678")), ("spec", "t0.none")], ids=["image", "spec"]
)
def test_nothing_is_made_for_an_unknown_image_or_spec(aws: Aws, vpc: Vpc, field: str, value: Any) -> None:
    def refused() -> None:
        with pytest.raises(MissingReference) as error:
            make_vm(aws, vpc, **{field: value})
        assert error.value.field == field
        assert error.value.code

    assert "RunInstances" not in aws.apis_of(refused)


def test_a_security_group_of_another_vpc_is_named(aws: Aws, vpc: Vpc) -> None:
    foreign = make_group(aws, make_vpc(aws))
    with pytest.raises(Invalid) as refused:
        make_vm(aws, vpc, security_groups=(foreign,))
    assert (refused.value.code, refused.value.field) == ("InvalidParameter", "security_groups")


def test_another_value_that_ec2_finds_invalid_is_not_taken_for_a_group(aws: Aws, vpc: Vpc) -> None:
    with pytest.raises(Invalid) as refused:
        make_vm(aws, vpc, tags={"aws:team": "blue"})
    assert (refused.value.code, refused.value.field) == ("InvalidParameterValue", None)


def test_a_list_of_50_vms_costs_its_pages(twin: str, vpc: Vpc) -> None:
    aws = connect(twin, page_size=20)
    before = len(aws.connection.vm.list())
    for _ in range(50):
        aws.ec2("run_instances", ImageId=LINUX, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    listed: list[Any] = []
    assert aws.apis_of(lambda: listed.extend(aws.connection.vm.list())) == ["DescribeInstances"] * -(
        -(before + 50) // 20
    )
    assert len({vm.iid.id for vm in listed}) == before + 50


# Images and specs


def test_an_image_tells_its_platform_and_disk(aws: Aws) -> None:
    image = aws.connection.image.get(Ref(WINDOWS, WINDOWS))
    assert image.platform is Platform.WINDOWS
    assert image.disk_gib == 15
    assert image.details["RootDeviceName"] == "/dev/sda1"
    assert image.iid.name == image.iid.id == WINDOWS
    assert aws.connection.image.get(Ref(LINUX, LINUX)).platform is Platform.LINUX


def test_a_spec_tells_its_gpus_and_disk(aws: Aws) -> None:
    spec = aws.connection.spec.get(Ref("g4dn.12xlarge", "g4dn.12xlarge"))
    (gpu,) = spec.gpus
    assert (gpu.count, gpu.vendor, gpu.model, gpu.memory_mib) == (4, "NVIDIA", "T4", 16384)
    assert (spec.vcpus, spec.memory_mib, spec.disk_gib) == (48, 196608, 900)
    assert aws.connection.spec.raw_get(Ref("", "g4dn.12xlarge"))["InstanceType"] == "g4dn.12xlarge"


# Permissions


def test_each_verb_uses_the_permissions_that_it_declares_and_no_other(aws: Aws) -> None:
    """CreateTags is needed for the tags in a create call too, where it is not called."""
    used = _used(aws)
    for kind, capability in AwsDriver().capability().kinds.items():
        for verb, permissions in capability.permissions.items():
            name = f"{kind} {verb}"
            declared = {permission.removeprefix("ec2:") for permission in permissions}
            in_creates = set() if verb == "tag" else {"CreateTags"}
            assert used[name] == declared - in_creates - NOT_EACH_TIME.get(name, set()), name


def _used(aws: Aws) -> dict[str, set[str]]:
    """The names of the calls that each verb of each kind makes."""
    used: dict[str, set[str]] = {}

    def call(kind: str, verb: str, *arguments: Any) -> Any:
        before, verb_itself = len(aws.records), getattr(getattr(aws.connection, kind), verb)
        reads = verb in ("list", "get")
        answer = verb_itself(*arguments) if reads else done(lambda attempt: verb_itself(*arguments, attempt))
        used[f"{kind} {verb}"] = {record.api for record in aws.records[before:]}
        return answer

    rules = (Rule(Direction.INBOUND, Protocol.TCP, 22, 22), Rule(Direction.OUTBOUND, Protocol.TCP, 443, 443))
    vpc = call("vpc", "create", VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),)))
    group = call("security_group", "create", SecurityGroupRequest("group", ref(vpc), rules))
    key = call("key_pair", "create", KeyPairRequest("key", PUBLIC_KEY))
    subnet, image = ref(vpc.subnets[0]), Ref(LINUX, LINUX)
    request = VmRequest("vm", image, "t3.micro", ref(vpc), subnet, (ref(group),), public_key=PUBLIC_KEY)
    vm = call("vm", "create", request)
    call("image", "create", ImageRequest(LINUX))
    made = {"vm": ref(vm), "key_pair": ref(key), "security_group": ref(group), "vpc": ref(vpc)}
    for kind, one in {**made, "image": image, "spec": Ref("", "t3.micro")}.items():
        call(kind, "list")
        call(kind, "get", one)
    for verb in ("suspend", "resume", "reboot"):
        call("vm", verb, ref(vm))
    more = RulesRequest(tuple(replace(rule, from_port=8080, to_port=8080) for rule in rules))
    for verb in ("add_rules", "remove_rules"):
        call("security_group", verb, ref(group), more)
    wider = call("vpc", "add_subnet", ref(vpc), SubnetRequest("b", "10.0.2.0/24"))
    call("vpc", "remove_subnet", ref(vpc), next(ref(one) for one in wider.subnets if one.iid.name == "b"))
    call("region_zone", "list")
    call("region_zone", "get", Ref("", "us-west-2"))
    for kind, one in made.items():
        used[f"{kind} tag"] = _used_by_tag(aws, kind, one)
    used["vpc tag"] |= _used_by_tag(aws, "subnet", subnet)
    for kind, one in made.items():
        call(kind, "delete", one)
    return used


def test_what_is_marked_is_listed_with_the_permissions_that_are_declared(aws: Aws) -> None:
    used = aws.apis_of(aws.connection.marked)
    assert {f"ec2:{api}" for api in used} == set(AwsDriver().capability().marked or ())


def _used_by_tag(aws: Aws, kind: str, one: Ref) -> set[str]:
    tag = aws.connection.tag

    def both() -> None:
        done(lambda attempt: tag.add(kind, one, "stage", "test", attempt))
        done(lambda attempt: tag.remove(kind, one, "stage", attempt))

    return set(aws.apis_of(both))
