"""The region that a call is for, where the cloud has it in the wire: by it a rule chooses calls and their latency."""

from __future__ import annotations

import json

import pytest

from cloud_twin.faults import ALIBABA, AZURE, CLOUDIT, DOCKER, EC2, GCP, OPENSTACK, Dialect, Request

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-north-1/ec2/aws4_request, SignedHeaders=host, Signature=00"
GROUP = "/subscriptions/s/resourceGroups/g/providers"
PROJECT = "/compute/v1/projects/p"


def request(method: str, path: str, *, query: str = "", body: object = None, **headers: str) -> Request:
    return Request(method, path, query, headers, json.dumps(body).encode() if body else b"")


@pytest.mark.parametrize(
    ("dialect", "call", "region"),
    [
        (EC2, request("POST", "/", authorization=SIGNED), "eu-north-1"),
        (EC2, request("POST", "/"), ""),
        (ALIBABA, request("GET", "/", query="Action=DescribeImages&RegionId=cn-beijing"), "cn-beijing"),
        (ALIBABA, request("GET", "/", query="Action=DescribeRegions"), ""),
        (GCP, request("GET", f"{PROJECT}/zones/europe-north1-a/instances"), "europe-north1"),
        (GCP, request("GET", f"{PROJECT}/regions/europe-north1/subnetworks"), "europe-north1"),
        (GCP, request("GET", f"{PROJECT}/global/images"), ""),
        (
            AZURE,
            request("GET", "/subscriptions/s/providers/Microsoft.Compute/locations/koreacentral/usages"),
            "koreacentral",
        ),
        (AZURE, request("PUT", f"{GROUP}/Microsoft.Network/x/n", body={"location": "Korea Central"}), "koreacentral"),
        (AZURE, request("GET", f"{GROUP}/Microsoft.Network/x/n"), ""),
        (OPENSTACK, request("GET", "/compute/v2.1/servers"), ""),
        (DOCKER, request("GET", "/containers/json"), ""),
        (CLOUDIT, request("GET", "/cloudit/v5.0/ace/v1.0/tnt0009/servers"), ""),
    ],
    ids=lambda given: getattr(given, "name", None) or (given if isinstance(given, str) else given.path),
)
def test_the_region_of_a_call(dialect: Dialect, call: Request, region: str) -> None:
    assert dialect.region(call) == region
