"""IAM: each method with exactly the permissions that the table of methods says, and not without any of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cloud_twin.gcp import api
from cloud_twin.gcp.account import PROJECT

from .bench import GLOBAL, REGIONAL, ZONAL, Bench, Refused, firewall_body, instance_body

BY_NAME = {one.name: one for one in api.METHODS}
INSTANCE: dict[str, Any] = instance_body(
    "new",
    labels={"a": "b"},
    tags={"items": ["a"]},
    metadata={"items": [{"key": "a", "value": "b"}]},
    serviceAccounts=[{"email": "default", "scopes": []}],
    networkInterfaces=[{"subnetwork": f"{REGIONAL}/subnetworks/sub", "accessConfigs": [{"type": "ONE_TO_ONE_NAT"}]}],
)
BODIES: dict[str, dict[str, Any]] = {
    "compute.networks.insert": {"name": "new", "autoCreateSubnetworks": False},
    "compute.subnetworks.insert": {"name": "new", "network": f"{GLOBAL}/networks/net", "ipCidrRange": "10.2.0.0/24"},
    "compute.firewalls.insert": firewall_body("new", network=f"{GLOBAL}/networks/net"),
    "compute.firewalls.patch": {"name": "fire", "priority": 7},
    "compute.firewalls.update": firewall_body(),
    "compute.instances.insert": INSTANCE,
    "compute.instances.setLabels": {"labels": {"a": "b"}, "labelFingerprint": "42WmSpB8rSM="},
    "compute.instances.setTags": {"items": ["a"], "fingerprint": "42WmSpB8rSM="},
    "compute.instances.setMetadata": {"items": [{"key": "a", "value": "b"}], "fingerprint": "42WmSpB8rSM="},
}
NAMES = {
    "zone": "us-central1-a",
    "region": "us-central1",
    "machineType": "e2-small",
    "image": "debian-12-bookworm-v20261111",
    "family": "debian-12",
    "network": "net",
    "subnetwork": "sub",
    "firewall": "fire",
    "instance": "vm",
    "resource": "vm",
    "disk": "vm-disk",
}


def _furnish(gcp: Bench) -> None:
    """One of each, none in use by another, and a disk on its own."""
    gcp.subnetwork(gcp.network())
    gcp.firewall()
    gcp.instance()
    disks = [
        {"boot": True, "initializeParams": {**instance_body()["disks"][0]["initializeParams"], "diskName": "vm-disk"}}
    ]
    gcp.granted(gcp.delete(gcp.instance("left", disks=disks)))


def _call(gcp: Bench, method: api.Method) -> Any:
    project = "debian-cloud" if method.name.startswith("compute.images.get") else PROJECT
    scope = {"zone": ZONAL, "region": REGIONAL, "global": GLOBAL}.get(
        method.name.split(".")[1].removesuffix("Operations")
    )
    names = dict(NAMES)
    if scope and "<operation>" in method.path:
        names["operation"] = gcp.cloud.centre.all_jobs()[-1].body["name"]
        for job in gcp.cloud.centre.all_jobs():
            if job.body["scope"] == scope:
                names["operation"] = job.body["name"]
    path = re.sub(r"<(\w+)>", lambda found: names[found[1]], f"projects/{project}{method.path}")
    return gcp.call(method.method, path, BODIES.get(method.name))


@pytest.mark.parametrize("name", BY_NAME)
def test_its_permissions_are_enough_and_each_is_needed(gcp: Bench, name: str) -> None:
    _furnish(gcp)
    method, settings = BY_NAME[name], gcp.cloud.settings
    for missing in method.permissions:
        settings.permissions = [one for one in method.permissions if one != missing]
        with pytest.raises(Refused) as caught:
            _call(gcp, method)
        assert (caught.value.status, caught.value.reason) == (403, "forbidden")
        assert re.fullmatch(rf"Required '{missing}' permission for 'projects/.+'", caught.value.message)
    settings.permissions = list(method.permissions)
    try:
        _call(gcp, method)
    finally:
        settings.permissions = None


def test_all_that_is_missing_is_said_at_once_and_for_what(gcp: Bench) -> None:
    """world-federation-of-advertisers/cross-media-measurement#2956 quotes these two."""
    net = gcp.network()
    gcp.cloud.settings.permissions = []
    body = {"name": "private-subnet", "network": net, "ipCidrRange": "10.1.0.0/24"}
    with pytest.raises(Refused) as caught:
        gcp.post(f"{REGIONAL}/subnetworks", body)
    assert [one["message"] for one in caught.value.error["errors"]] == [
        f"Required 'compute.subnetworks.create' permission for '{REGIONAL}/subnetworks/private-subnet'",
        f"Required 'compute.networks.updatePolicy' permission for '{net}'",
    ]


def test_an_instance_needs_only_what_it_names(gcp: Bench) -> None:
    gcp.cloud.settings.permissions = [
        "compute.instances.create",
        "compute.disks.create",
        "compute.subnetworks.use",
        "compute.zoneOperations.get",
    ]
    gcp.instance()


def test_a_machine_runs_as_an_account_that_one_may_act_as(gcp: Bench) -> None:
    """googleapis/google-cloud-java#10061, GoogleCloudPlatform/terraform-google-managed-instance-group#40."""
    as_default = {"serviceAccounts": [{"email": "default", "scopes": ["https://www.googleapis.com/auth/compute"]}]}
    gcp.instance("a", **as_default)
    (shown,) = gcp.get(f"{ZONAL}/instances/a")["serviceAccounts"]
    assert shown["email"].endswith("-compute@developer.gserviceaccount.com")
    unknown = gcp.done(gcp.post(f"{ZONAL}/instances", instance_body("b", serviceAccounts=[{"email": "no@body"}])))
    assert (
        unknown["error"]["errors"][0]["message"]
        == "The resource 'One of [no@body]' of type 'serviceAccount' was not found."
    )
    gcp.cloud.settings.permissions = [*BY_NAME["compute.instances.insert"].permissions, "compute.zoneOperations.get"]
    denied = gcp.done(gcp.post(f"{ZONAL}/instances", instance_body("c", **as_default)))
    assert denied["error"]["errors"][0]["code"] == "SERVICE_ACCOUNT_ACCESS_DENIED"
    assert "The user does not have access to service account" in denied["error"]["errors"][0]["message"]
    gcp.cloud.settings.permissions.append("iam.serviceAccounts.actAs")
    gcp.instance("d", **as_default)


def test_a_forbidden_request_has_no_effect(gcp: Bench) -> None:
    before = gcp.cloud.contents()
    gcp.cloud.settings.permissions = []
    for path, body in ((f"{GLOBAL}/firewalls", firewall_body()), (f"{ZONAL}/instances", instance_body())):
        with pytest.raises(Refused):
            gcp.post(path, body)
    assert gcp.cloud.contents() == before
