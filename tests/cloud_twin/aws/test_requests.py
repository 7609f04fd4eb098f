"""Requests as such: signatures, actions, parameters; seen without boto3, which would not send most of them.

Codes are those of "Error codes for the Amazon EC2 API" (common client error codes), statuses those of "Common Errors"
in AWS's API references, but for these, which were seen in answers of the service that issues quote: AuthFailure 401
(hashicorp/terraform#17273), DryRunOperation 412 (aws/karpenter-provider-aws#8015), InvalidAction 400 (boto/boto#3137),
UnknownParameter 400 (aws/aws-sdk-js#54), user data that is not in Base64 (aws/aws-cli#19). What EC2 says to a request
without any signature has no source of its own.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx
import pytest

from .bench import IMAGE, TYPE, Bench

VERSION = "2016-11-15"
FORM = {"Action": "DescribeVpcs", "Version": VERSION}
LAUNCH = {"Action": "RunInstances", "ImageId": IMAGE, "InstanceType": TYPE, "MinCount": "1", "MaxCount": "1"}
SIGNATURE = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/ec2/aws4_request, SignedHeaders=host, "


def code(answer: httpx.Response) -> str:
    """Of a refusal, whose form is looked at on the way."""
    root = ET.fromstring(answer.text)
    assert answer.headers["content-type"].startswith("text/xml")
    assert [child.tag for child in root] == ["Errors", "RequestID"]
    assert [child.tag for child in root[0][0]] == ["Code", "Message"]
    assert root.findtext("RequestID")
    return root.findtext("Errors/Error/Code") or ""


@pytest.mark.parametrize(
    ("headers", "expected", "status"),
    [
        ({}, "MissingAuthenticationToken", 403),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "IncompleteSignature", 400),
        ({"Authorization": SIGNATURE.rstrip(", ")}, "IncompleteSignature", 400),
    ],
)
def test_who_has_not_signed_is_refused(aws: Bench, headers: dict[str, str], expected: str, status: int) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = aws.post(FORM, headers=form | headers)
    assert (code(answer), answer.status_code) == (expected, status)


def test_a_region_that_is_none_is_refused(aws: Bench) -> None:
    answer = aws.post(FORM, region="moon-north-1")
    assert (code(answer), answer.status_code) == ("AuthFailure", 401)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"Version": VERSION}, "MissingAction"),
        ({"Action": "DescribeVpcs"}, "MissingParameter"),
        ({"Action": "DescribeVpcs", "Version": "1999-01-01"}, "NoSuchVersion"),
        ({**FORM, "Action": "DescribeMoons"}, "InvalidAction"),
        ({**FORM, "Colour": "red"}, "UnknownParameter"),
        ({**FORM, "VpcId": "vpc-0123456789abcdef0"}, "InvalidParameterValue"),
        ({**FORM, "VpcId.first": "vpc-0123456789abcdef0"}, "UnknownParameter"),
        ({**FORM, "Filter.1.Colour": "red"}, "UnknownParameter"),
        ({**FORM, "MaxResults": "many"}, "InvalidParameterValue"),
        ({**FORM, "MaxResults.1": "5"}, "UnknownParameter"),
        ({**FORM, "DryRun": "perhaps"}, "InvalidParameterValue"),
        ({**FORM, "Filter.1": "x", "Filter.1.Name": "vpc-id"}, "InvalidQueryParameter"),
        ({**FORM, "Action": "CreateSubnet", "CidrBlock": "10.0.0.0/24"}, "MissingParameter"),
        ({**FORM, "Action": "CreateSecurityGroup", "GroupName": "g"}, "MissingParameter"),
        ({**FORM, "Action": "TerminateInstances"}, "MissingParameter"),
        (
            {**FORM, "Action": "CreateVpc", "CidrBlock": "10.0.0.0/16", "InstanceTenancy": "none"},
            "InvalidParameterValue",
        ),
        ({**FORM, **LAUNCH, "UserData": "#cloud-config"}, "InvalidParameterValue"),
    ],
)
def test_a_request_that_is_not_in_order_is_refused(aws: Bench, form: dict[str, str], expected: str) -> None:
    answer = aws.post(form)
    assert (code(answer), answer.status_code) == (expected, 400), answer.text


def test_a_dry_run_changes_nothing(aws: Bench) -> None:
    answer = aws.post({**FORM, "Action": "CreateVpc", "CidrBlock": "10.0.0.0/16", "DryRun": "true"})
    assert (code(answer), answer.status_code) == ("DryRunOperation", 412)
    assert len(aws.ec2.describe_vpcs()["Vpcs"]) == 1


def test_a_dry_run_is_refused_for_what_the_call_would_be_refused_for(aws: Bench) -> None:
    assert aws.refused("create_subnet", VpcId="vpc-0123456789abcdef0", DryRun=True).code == "InvalidVpcID.NotFound"


def test_what_moto_cannot_do_is_told_as_such(aws: Bench) -> None:
    answer = aws.post({**FORM, "Action": "DescribeTrunkInterfaceAssociations"})
    assert (code(answer), answer.status_code) == ("NotImplemented", 501)


def test_a_request_may_come_as_a_query(aws: Bench) -> None:
    signed = {"Authorization": SIGNATURE + "Signature=00"}
    answer = httpx.get(aws.url, params=FORM, headers=signed, trust_env=False)
    assert answer.status_code == 200
    assert "<vpcId>" in answer.text


def test_answers_tell_a_request_id_each_of_its_own(aws: Bench) -> None:
    ids = {aws.ec2.describe_vpcs()["ResponseMetadata"]["RequestId"] for _ in range(3)}
    assert len(ids) == 3


def test_another_service_is_left_to_moto(aws: Bench) -> None:
    signed = {"Authorization": SIGNATURE.replace("/ec2/", "/sts/") + "Signature=00"}
    form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    answer = httpx.post(aws.url, data=form, headers=signed, trust_env=False)
    assert "<Account>" in answer.text
