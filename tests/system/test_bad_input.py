"""Bad input gets a clear problem naming the field, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from .spider import Client

GOOD_VPC = {"Name": "v", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": [{"Name": "s", "IPv4_CIDR": "10.0.1.0/24"}]}
GOOD_VM = {
    "Name": "m",
    "ImageName": "mock-vmimage-01",
    "VMSpecName": "mock-vmspec-01",
    "VPCName": "vpc-01",
    "SubnetName": "subnet-01",
    "SecurityGroupNames": ["sg-01"],
    "KeyPairName": "key-01",
}


def on(info: dict[str, Any], connection: str = "mock-config") -> dict[str, Any]:
    return {"ConnectionName": connection, "ReqInfo": info}


def rule(**changed: str) -> dict[str, Any]:
    good = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
    return on({"Name": "g", "VPCName": "vpc-01", "SecurityRules": [{**good, **changed}]})


def vpc(**changed: Any) -> dict[str, Any]:
    return on({**GOOD_VPC, **changed})


def vm(**changed: Any) -> dict[str, Any]:
    return on({**GOOD_VM, **changed})


def subnets(*cidrs: str) -> list[dict[str, str]]:
    return [{"Name": f"s{number}", "IPv4_CIDR": cidr} for number, cidr in enumerate(cidrs)]


def settings(**changed: Any) -> dict[str, Any]:
    good = {"DriverName": "mock-driver", "CredentialName": "mock-credential", "RegionName": "mock-region"}
    return {"ConfigName": "c", "ProviderName": "MOCK", **good, **changed}


AWS_CREDENTIAL = {"CredentialName": "c", "ProviderName": "AWS"}
SSH = {"UserName": "u", "PrivateKey": ["k"], "ServerPort": "127.0.0.1:22", "Command": "true"}
AWS_KEYS = [{"Key": "ClientId", "Value": "x"}]
SUBNET_81 = subnets(*[f"10.0.{number}.0/24" for number in range(81)])

POSTS: list[tuple[str, dict[str, Any], int, str | None]] = [
    ("/vpc", {"ReqInfo": GOOD_VPC}, 400, "ConnectionName"),
    ("/vpc", on(GOOD_VPC, ""), 400, "ConnectionName"),
    ("/vpc", on(GOOD_VPC, "nobody"), 404, "ConnectionName"),
    ("/vpc", {"ConnectionName": "mock-config"}, 400, "ReqInfo"),
    ("/vpc", vpc(Name=""), 400, "ReqInfo.Name"),
    ("/vpc", vpc(Name=" "), 400, "ReqInfo.Name"),
    ("/vpc", vpc(Name="a" * 301), 400, "ReqInfo.Name"),
    ("/vpc", vpc(Name="a" * 300), 400, "Name"),
    ("/vpc", vpc(Name="a\u0000b"), 400, "ReqInfo.Name"),
    ("/vpc", vpc(Name="a\nb"), 400, "ReqInfo.Name"),
    ("/vpc", vpc(Name=7), 400, "ReqInfo.Name"),
    ("/vpc", vpc(IPv4_CIDR="10.0.0.0"), 400, "ReqInfo.IPv4_CIDR"),
    ("/vpc", vpc(IPv4_CIDR="10.0.0.1/16"), 400, "ReqInfo.IPv4_CIDR"),
    ("/vpc", vpc(IPv4_CIDR="10.0.0.0/33"), 400, "ReqInfo.IPv4_CIDR"),
    ("/vpc", vpc(IPv4_CIDR="::/0"), 400, "ReqInfo.IPv4_CIDR"),
    ("/vpc", vpc(IPv4_CIDR=""), 400, "IPv4_CIDR"),
    ("/vpc", vpc(SubnetInfoList=subnets("10.1.0.0/24")), 400, "SubnetInfoList"),
    ("/vpc", vpc(SubnetInfoList=subnets("10.0.0.0/24", "10.0.0.128/25")), 400, "SubnetInfoList"),
    ("/vpc", vpc(SubnetInfoList=subnets("10.0.1.0/24") * 2), 400, "ReqInfo.SubnetInfoList"),
    ("/vpc", vpc(SubnetInfoList=SUBNET_81), 400, "ReqInfo.SubnetInfoList"),
    ("/vpc", vpc(SubnetInfoList="none"), 400, "ReqInfo.SubnetInfoList"),
    ("/securitygroup", rule(FromPort="70000", ToPort="70000"), 400, "ReqInfo.SecurityRules[0].FromPort"),
    ("/securitygroup", rule(ToPort="ssh"), 400, "ReqInfo.SecurityRules[0].ToPort"),
    ("/securitygroup", rule(FromPort="23"), 400, "ReqInfo.SecurityRules[0]"),
    ("/securitygroup", rule(FromPort="-1", ToPort="-1"), 400, "ReqInfo.SecurityRules[0]"),
    ("/securitygroup", rule(IPProtocol="xyz"), 400, "ReqInfo.SecurityRules[0].IPProtocol"),
    ("/securitygroup", rule(Direction="up"), 400, "ReqInfo.SecurityRules[0].Direction"),
    ("/securitygroup", rule(CIDR="0.0.0.0"), 400, "ReqInfo.SecurityRules[0].CIDR"),
    ("/securitygroup", on({"Name": "g", "VPCName": "nowhere", "SecurityRules": []}), 422, "VPCName"),
    ("/securitygroup", on({"Name": "g", "SecurityRules": []}), 400, "ReqInfo.VPCName"),
    ("/vm", vm(ImageName="nothing"), 422, "ImageName"),
    ("/vm", vm(VMSpecName="nothing"), 422, "VMSpecName"),
    ("/vm", vm(VPCName="nowhere"), 422, "VPCName"),
    ("/vm", vm(SubnetName="nowhere"), 422, "SubnetName"),
    ("/vm", vm(SecurityGroupNames=["sg-01", "nobody"]), 422, "SecurityGroupNames"),
    ("/vm", vm(SecurityGroupNames=["sg-01", "sg-01"]), 400, "ReqInfo.SecurityGroupNames"),
    ("/vm", vm(KeyPairName="nobody"), 422, "KeyPairName"),
    ("/vm", vm(RootDiskSize="much"), 400, "ReqInfo.RootDiskSize"),
    ("/vm", vm(ImageType="Painting"), 400, "ReqInfo.ImageType"),
    ("/driver", {"DriverName": "d", "ProviderName": "NOCLOUD", "DriverLibFileName": "x"}, 400, "ProviderName"),
    ("/driver", {"DriverName": "", "ProviderName": "AWS"}, 400, "DriverName"),
    ("/credential", {**AWS_CREDENTIAL, "KeyValueInfoList": AWS_KEYS}, 400, "KeyValueInfoList"),
    ("/credential", {"CredentialName": "c", "ProviderName": "MOCK"}, 400, "KeyValueInfoList"),
    ("/region", {"RegionName": "r", "ProviderName": "AWS", "KeyValueInfoList": []}, 400, "KeyValueInfoList"),
    ("/connectionconfig", settings(DriverName="nobody"), 422, "DriverName"),
    ("/connectionconfig", settings(CredentialName="nobody"), 422, "CredentialName"),
    ("/connectionconfig", settings(RegionName="nobody"), 422, "RegionName"),
    ("/connectionconfig", settings(ProviderName="AWS"), 400, "DriverName"),
    ("/sshrun", {**SSH, "PrivateKey": ["no key"]}, 400, "PrivateKey"),
    ("/sshrun", {**SSH, "ServerPort": "nowhere"}, 400, "ServerPort"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _surroundings(client: Client) -> None:
    info = {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": subnets("10.0.1.0/24")}
    info["SubnetInfoList"] = [{"Name": "subnet-01", "IPv4_CIDR": "10.0.1.0/24"}]
    client.call("POST", "/vpc", on(info))
    client.call("POST", "/securitygroup", on({"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": []}))
    client.call("POST", "/keypair", on({"Name": "key-01"}))


def everything(client: Client) -> dict[str, list[str]]:
    kinds = ("vpc", "securitygroup", "keypair", "vm", "driver", "credential", "region", "connectionconfig")
    listed = {kind: client.call("GET", f"/{kind}?ConnectionName=mock-config")[kind] for kind in kinds}
    return {kind: sorted(str(one) for one in found) for kind, found in listed.items()}


@pytest.mark.parametrize(("path", "body", "status", "field"), POSTS)
def test_a_bad_request_names_its_field_and_leaves_nothing(
    client: Client, path: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    before = everything(client)
    answer = client.send("POST", path, body)
    problem = answer.json()
    assert (answer.status_code, problem.get("field")) == (status, field), problem
    assert problem["message"]
    assert problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert everything(client) == before


def test_a_name_that_is_taken(client: Client) -> None:
    for path, info in (
        ("/vpc", {**GOOD_VPC, "Name": "vpc-01"}),
        ("/securitygroup", {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": []}),
        ("/keypair", {"Name": "key-01"}),
    ):
        answer = client.send("POST", path, on(info))
        assert answer.status_code == 409
        assert "already exists in connection 'mock-config'" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/vpc/no", "/securitygroup/no", "/keypair/no", "/vm/no", "/vmimage/no", "/vmspec/no"])
def test_what_is_not_there_says_so_in_the_words_that_clients_search(client: Client, path: str) -> None:
    answer = client.send("GET", path, {"ConnectionName": "mock-config"})
    assert answer.status_code == 404
    assert "does not exist in connection 'mock-config'" in answer.json()["message"]


def test_deleting_what_is_in_use_changes_nothing(client: Client) -> None:
    client.call("POST", "/vm", vm(Name="vm-01"))
    before = everything(client)
    for path, user in (("/vpc/vpc-01", "sg-01"), ("/securitygroup/sg-01", "vm-01")):
        answer = client.send("DELETE", path, {"ConnectionName": "mock-config"})
        assert answer.status_code == 409
        assert "in use" in answer.json()["message"]
        assert user in answer.json()["message"]
    assert everything(client) == before
    assert client.call("DELETE", "/vm/vm-01", {"ConnectionName": "mock-config"}) == {"Status": "Terminated"}


def test_deleting_a_setting_that_was_never_there_is_true(client: Client) -> None:
    for path in ("/driver/no", "/credential/no", "/region/no", "/connectionconfig/no"):
        assert client.call("DELETE", path) == {"Result": "true"}
    assert client.send("GET", "/driver/no").status_code == 404


def test_an_unreachable_cloud_is_a_504_and_the_name_stays_free(client: Client) -> None:
    keys = [{"Key": "Region", "Value": "us-east-2"}, {"Key": "Endpoint", "Value": "http://127.0.0.1:9"}]
    secret = [{"Key": "ClientId", "Value": "some-id"}, {"Key": "ClientSecret", "Value": "some-secret"}]
    provider = {"ProviderName": "AWS"}
    client.call("POST", "/driver", {"DriverName": "aws", **provider, "DriverLibFileName": "aws"})
    client.call("POST", "/region", {"RegionName": "nowhere", **provider, "KeyValueInfoList": keys})
    client.call("POST", "/credential", {"CredentialName": "aws", **provider, "KeyValueInfoList": secret})
    names = {"DriverName": "aws", "CredentialName": "aws", "RegionName": "nowhere"}
    client.call("POST", "/connectionconfig", {"ConfigName": "nowhere", **provider, **names})
    for _ in range(2):
        answer = client.send("POST", "/vpc", on(GOOD_VPC, "nowhere"))
        assert answer.status_code == 504, answer.text
        assert answer.json()["operation"]
    assert client.send("GET", "/vm", {"ConnectionName": "nowhere"}).status_code == 504
