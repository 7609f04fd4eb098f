"""Both SDKs against the twin as it is served: over HTTP, over TLS, and with the faults in a proxy before it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped]
from alibabacloud_vpc20160428 import models as vpc_models
from alibabacloud_vpc20160428.client import Client as Vpc
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeInstanceTypesRequest import DescribeInstanceTypesRequest
from aliyunsdkvpc.request.v20160428.CreateVpcRequest import CreateVpcRequest
from aliyunsdkvpc.request.v20160428.DescribeVpcsRequest import DescribeVpcsRequest

from cloud_twin.alibaba import Alibaba
from cloud_twin.clock import TwinClock
from cloud_twin.faults import ALIBABA, Faults, Rule
from cloud_twin.serve import serving
from cloud_twin.tls import Authority, server_context
from tests.servers import proxy

from .bench import REGION, SMALL, UBUNTU, ZONE
from .judge import Judge


@dataclass
class Served:
    """`host`: with its port; `faults`: those that stand there."""

    faults: Faults
    scheme: str
    host: str
    ca: str
    key: dict[str, str]

    def old(self, request: Any) -> dict[str, Any]:
        client = AcsClient(self.key["AccessKeyId"], self.key["AccessKeySecret"], REGION, auto_retry=False)
        client.set_verify(self.ca)
        request.set_endpoint(self.host)
        request.set_protocol_type(self.scheme)
        data: dict[str, Any] = json.loads(client.do_action_with_exception(request))
        return data

    def config(self, **more: Any) -> Config:
        given = {"access_key_id": self.key["AccessKeyId"], "access_key_secret": self.key["AccessKeySecret"], **more}
        return Config(**given, endpoint=self.host, protocol=self.scheme, region_id=REGION, ca=self.ca)


@pytest.fixture(scope="module", params=["http", "https", "proxy"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    cloud = Alibaba(TwinClock())
    cloud.settings.transition_seconds = 0.0
    faults = Faults(cloud, ALIBABA)
    judge = Judge(cloud if request.param == "proxy" else faults)
    authority = Authority()
    ca = Path(tmp_path_factory.mktemp("tls")) / "ca.pem"
    ca.write_text(authority.certificate)
    key = json.loads(cloud.files("", "")["alibaba.json"])
    with serving(judge, tls=server_context(authority.server()) if request.param == "https" else None) as url:
        if request.param == "proxy":
            with proxy(url, ALIBABA) as before:
                yield Served(before.faults, "http", before.url.partition("//")[2], str(ca), key)
        else:
            yield Served(faults, request.param, url.partition("//")[2], str(ca), key)
    assert not judge.violations


def test_the_old_sdk(served: Served) -> None:
    request = CreateVpcRequest()
    request.set_CidrBlock("10.0.0.0/16")
    request.set_VpcName("net & more")
    request.set_Tags([{"Key": "a", "Value": "b c"}])
    vpc = served.old(request)["VpcId"]
    listing = DescribeVpcsRequest()
    listing.set_VpcId(vpc)
    (shown,) = served.old(listing)["Vpcs"]["Vpc"]
    assert (shown["VpcName"], shown["Tags"]["Tag"]) == ("net & more", [{"Key": "a", "Value": "b c"}])
    types = DescribeInstanceTypesRequest()
    types.set_InstanceTypess(["ecs.g7.large"])
    assert served.old(types)["InstanceTypes"]["InstanceType"][0]["CpuCoreCount"] == 2


def test_the_old_sdk_is_told_what_is_wrong(served: Served) -> None:
    request = DescribeVpcsRequest()
    request.set_PageSize(51)
    with pytest.raises(ServerException) as caught:
        served.old(request)
    assert (caught.value.get_http_status(), caught.value.get_error_code()) == (400, "InvalidPageSize")
    assert caught.value.get_request_id()


def test_the_new_sdk(served: Served) -> None:
    vpc, ecs = Vpc(served.config()), Ecs(served.config())
    tag = vpc_models.CreateVpcRequestTag(key="a", value="b c")
    request = vpc_models.CreateVpcRequest(
        region_id=REGION, cidr_block="10.0.0.0/16", vpc_name="net & more*~", tag=[tag]
    )
    made = vpc.create_vpc(request).body.vpc_id
    (shown,) = vpc.describe_vpcs(vpc_models.DescribeVpcsRequest(region_id=REGION, vpc_id=made)).body.vpcs.vpc
    assert (shown.vpc_name, shown.tags.tag[0].value) == ("net & more*~", "b c")
    assert len(ecs.describe_regions(ecs_models.DescribeRegionsRequest()).body.regions.region) > 20
    found = ecs.describe_images(ecs_models.DescribeImagesRequest(region_id=REGION, ostype="windows")).body
    assert {one.ostype for one in found.images.image} == {"windows"}


def test_the_new_sdk_runs_an_instance_behind_a_rule(served: Served) -> None:
    vpc, ecs = Vpc(served.config()), Ecs(served.config())
    net = vpc.create_vpc(vpc_models.CreateVpcRequest(region_id=REGION, cidr_block="10.0.0.0/16")).body.vpc_id
    place = {"region_id": REGION, "vpc_id": net}
    switch = vpc_models.CreateVSwitchRequest(zone_id=ZONE, cidr_block="10.0.1.0/24", **place)
    made = vpc.create_vswitch(switch).body.v_switch_id
    group = ecs.create_security_group(ecs_models.CreateSecurityGroupRequest(**place)).body.security_group_id
    rule = ecs_models.AuthorizeSecurityGroupRequestPermissions(
        ip_protocol="TCP", port_range="22/22", source_cidr_ip="0.0.0.0/0"
    )
    of_group = {"region_id": REGION, "security_group_id": group}
    ecs.authorize_security_group(ecs_models.AuthorizeSecurityGroupRequest(permissions=[rule], **of_group))
    shown = ecs.describe_security_group_attribute(ecs_models.DescribeSecurityGroupAttributeRequest(**of_group)).body
    assert [one.port_range for one in shown.permissions.permission] == ["22/22"]
    launch = ecs_models.RunInstancesRequest(
        image_id=UBUNTU,
        instance_type=SMALL,
        v_switch_id=made,
        system_disk=ecs_models.RunInstancesRequestSystemDisk(category="cloud_essd", size="60"),
        tag=[ecs_models.RunInstancesRequestTag(key="a", value="b")],
        **of_group,
    )
    (vm,) = ecs.run_instances(launch).body.instance_id_sets.instance_id_set
    wanted = ecs_models.DescribeInstancesRequest(region_id=REGION, instance_ids=json.dumps([vm]))
    (found,) = ecs.describe_instances(wanted).body.instances.instance
    assert (found.status, found.tags.tag[0].tag_value) == ("Running", "b")
    (disk,) = ecs.describe_disks(ecs_models.DescribeDisksRequest(region_id=REGION, instance_id=vm)).body.disks.disk
    assert (disk.size, disk.category) == (60, "cloud_essd")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"access_key_secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "LTAInone"}, "InvalidAccessKeyId.NotFound"),
    ],
)
def test_the_new_sdks_signature_is_checked(served: Served, given: dict[str, str], code: str) -> None:
    with pytest.raises(Exception, match=".") as caught:
        Vpc(served.config(**given)).describe_vpcs(vpc_models.DescribeVpcsRequest(region_id=REGION))
    assert caught.value.code == code  # type: ignore[attr-defined]  # the SDK's own exception


def test_faults_befall_both_sdks(served: Served) -> None:
    """A new VPC is late for whoever reads, and what is throttled is logged so."""
    served.faults.rules.add(Rule(api="CreateVpc", lag=60))
    request = CreateVpcRequest()
    request.set_CidrBlock("10.0.0.0/16")
    hidden = served.old(request)["VpcId"]
    listing = vpc_models.DescribeVpcsRequest(region_id=REGION, vpc_id=hidden)
    assert Vpc(served.config()).describe_vpcs(listing).body.vpcs.vpc == []
    served.faults.rules.add(Rule(api="DescribeVpcs", region=REGION, times=1, throttle=True))
    with pytest.raises(ServerException, match="Throttling.User"):
        served.old(DescribeVpcsRequest())
    assert served.faults.log.calls()[-1].code == "Throttling.User"
    served.faults.reset()
