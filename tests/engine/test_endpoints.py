"""Addresses that users give never lead to a metadata service."""

from __future__ import annotations

import pytest
from spider_drivers.contract import Invalid

from chalicelib.engine.endpoints import check_endpoint


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://169.254.170.2",
        "https://[fe80::1]:443",
        "http://[::ffff:169.254.169.254]",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://100.100.100.200",
        "http://metadata.google.internal/computeMetadata",
        "http://METADATA.google.internal.:80",
        "http://[fd00:ec2::254]/",
        "http://[fd00:ec2:0:0::254]/",
        "http://[::ffff:100.100.100.200]/",
    ],
)
def test_metadata_services_are_refused(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_endpoint([address], "")
    assert refused.value.field == "values"


@pytest.mark.parametrize(
    "value",
    ["http://127.0.0.1:5000", "unix:///run/docker.sock", "https://cloud.example.org/v3", "us-east-2", "10.0.0.1"],
)
def test_others_are_allowed(value: str) -> None:
    check_endpoint([value], "")


def test_the_allow_list_is_kept() -> None:
    allowed = "*.example.org, 10.0.0.5, /run/docker.sock"
    check_endpoint(["https://api.example.org", "tcp://10.0.0.5:2376", "unix:///run/docker.sock"], allowed)
    for other in ("https://api.example.com", "tcp://10.0.0.6:2376", "unix:///run/other.sock"):
        with pytest.raises(Invalid, match="SPIDER_ENDPOINT_ALLOW"):
            check_endpoint([other], allowed)
