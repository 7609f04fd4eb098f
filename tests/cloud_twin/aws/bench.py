"""A twin over HTTP, spoken to by boto3; every answer is held against botocore's model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from cloud_twin.aws import Aws
from cloud_twin.clock import TwinClock
from cloud_twin.serve import serving

from . import answers

REGION, ZONE = "us-east-1", "us-east-1b"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
IMAGE, ARM_IMAGE, TYPE = "ami-785db401", "ami-0e9271c829888680e", "t3.micro"
# Nobody has the private half.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS somebody"


@dataclass
class Network:
    vpc: str
    subnet: str
    group: str


@dataclass
class Refused:
    code: str
    message: str
    status: int


@dataclass
class Bench:
    """`ec2`: boto3's client, which neither checks parameters nor tries again."""

    twin: Aws
    clock: TwinClock
    url: str
    ec2: Any

    def network(self, cidr: str = "10.0.0.0/16", group: str = "group") -> Network:
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr.replace("/16", "/24"), AvailabilityZone=ZONE)
        made = self.ec2.create_security_group(GroupName=group, Description="d", VpcId=vpc)
        return Network(vpc, subnet["Subnet"]["SubnetId"], made["GroupId"])

    def gateway(self, vpc: str) -> str:
        made = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
        return str(made)

    def launch(self, network: Network, **more: Any) -> dict[str, Any]:
        """RunInstances of one instance; what it answers of it."""
        interface = {
            "DeviceIndex": 0,
            "SubnetId": network.subnet,
            "Groups": [network.group],
            "AssociatePublicIpAddress": True,
            "DeleteOnTermination": True,
        }
        asked = {"ImageId": IMAGE, "InstanceType": TYPE, "MinCount": 1, "MaxCount": 1, "NetworkInterfaces": [interface]}
        return dict(self.ec2.run_instances(**asked | more)["Instances"][0])

    def running(self, network: Network, **more: Any) -> str:
        """The id of an instance that has come up."""
        made = str(self.launch(network, **more)["InstanceId"])
        self.pass_transition()
        return made

    def pass_transition(self) -> None:
        self.clock.advance(self.twin.settings.transition_seconds)

    def instance(self, cloud_id: str) -> dict[str, Any]:
        return dict(self.ec2.describe_instances(InstanceIds=[cloud_id])["Reservations"][0]["Instances"][0])

    def state(self, cloud_id: str) -> str:
        return str(self.instance(cloud_id)["State"]["Name"])

    def refused(self, operation: str, **parameters: Any) -> Refused:
        try:
            answer = getattr(self.ec2, operation)(**parameters)
        except ClientError as error:
            told = error.response
            return Refused(told["Error"]["Code"], told["Error"]["Message"], told["ResponseMetadata"]["HTTPStatusCode"])
        raise AssertionError(f"{operation} was granted: {answer}")

    def post(
        self, form: dict[str, str], *, region: str = REGION, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """A request as it is, signed unless `headers` are given."""
        request = AWSRequest("POST", self.url + "/", data=form)
        if headers is None:
            SigV4Auth(Credentials(KEY, SECRET), "ec2", region).add_auth(request)
            headers = dict(request.headers)
        return httpx.post(self.url + "/", data=form, headers=headers, trust_env=False, timeout=30)


def client(url: str, region: str = REGION) -> Any:
    """Threads may share it."""
    config = Config(
        retries={"total_max_attempts": 1},
        parameter_validation=False,
        max_pool_connections=50,
        proxies={},
        ignore_configured_endpoint_urls=True,
    )
    made = boto3.session.Session().client(
        "ec2",
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=config,
        verify=False,
    )
    made.meta.events.register("before-parse.ec2", _check)
    return made


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    clock = TwinClock()
    # Long enough for nothing to change before a test lets the time pass.
    twin = Aws(clock)
    twin.settings.transition_seconds = 600.0
    with serving(twin) as url:
        yield Bench(twin, clock, url, client(url))


def _check(*, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    if response_dict["status_code"] == 200:
        found = answers.faults(response_dict["body"], operation_model)
        assert not found, found
