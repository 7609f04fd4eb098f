"""The clouds that the life cycle runs on: how each is started here, and what a user tells Spider about it."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from tests.servers import Twin, twin

from .spider import Client


@dataclass(frozen=True)
class Cloud:
    """`credential` and `region`: KeyValueInfoList as a dict. `image` and `spec`: names at the cloud.

    `cidr`: of the VPC, a /16; `subnet_prefix`: how long those of its subnets are. `prefix`: of all names, where the
    cloud is not the life cycle's alone. `label`: of what is registered, where there is more than one of a provider.

    What not all clouds have: `kept`, kinds that Spider keeps for it; `vpc_cidr`, whether a VPC has a range of its own;
    `any_names`, whether a key pair may be called anything; `tag`, a key of a tag, "" where nothing is tagged later.
    """

    provider: str
    credential: Mapping[str, str] = field(repr=False)
    region: Mapping[str, str]
    image: str
    spec: str
    cidr: str = "192.168.0.0/16"
    subnet_prefix: int = 24
    prefix: str = ""
    label: str = ""
    kept: frozenset[str] = frozenset()
    vpc_cidr: bool = True
    any_names: bool = True
    tag: str = "sys.id"

    @property
    def connection(self) -> str:
        return f"{self._word}-config"

    def subnets(self) -> Iterator[str]:
        """CIDRs of the VPC's subnets, from the second on."""
        networks = ipaddress.ip_network(self.cidr).subnets(new_prefix=self.subnet_prefix)
        return (str(network) for network in islice(networks, 1, None))

    def register(self, client: Client) -> None:
        """driver → credential → region → connection config"""
        word = self._word
        names = {"DriverName": f"{word}-driver", "CredentialName": f"{word}-credential", "RegionName": f"{word}-region"}
        provider = {"ProviderName": self.provider}
        library = {"DriverLibFileName": f"{word}-driver-v1.0.so"}
        client.call("POST", "/driver", {"DriverName": names["DriverName"], **provider, **library})
        for path, name, values in (
            ("/credential", "CredentialName", self.credential),
            ("/region", "RegionName", self.region),
        ):
            pairs = [{"Key": key, "Value": value} for key, value in values.items()]
            client.call("POST", path, {name: names[name], **provider, "KeyValueInfoList": pairs})
        client.call("POST", "/connectionconfig", {"ConfigName": self.connection, **provider, **names})

    @property
    def _word(self) -> str:
        return self.provider.lower() + self.label


def aws_at(url: str) -> Cloud:
    return Cloud(
        provider="AWS",
        credential={"ClientId": "AKIAIOSFODNN7EXAMPLE", "ClientSecret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
        region={"Region": "us-east-2", "Zone": "us-east-2a", "Endpoint": url},
        image="ami-785db401",
        spec="t3.micro",
    )


def gcp_at(url: str, account: Mapping[str, str]) -> Cloud:
    """`account`: as in a service account's key file."""
    return Cloud(
        provider="GCP",
        credential={
            "PrivateKey": account["private_key"],
            "ProjectID": account["project_id"],
            "ClientEmail": account["client_email"],
        },
        region={"Region": "us-central1", "Zone": "us-central1-a", "Endpoint": url},
        image="https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-bookworm-v20261014",
        spec="e2-micro",
        kept=frozenset({"keypair"}),
        vpc_cidr=False,
        tag="sys-id",
    )


def azure_at(url: str, account: Mapping[str, str], ca: str) -> Cloud:
    """`account`: as `az ad sp create-for-rbac --sdk-auth` printed it; `ca`: PEM of whom to trust at `url`."""
    return Cloud(
        provider="AZURE",
        credential={
            "ClientId": account["clientId"],
            "ClientSecret": account["clientSecret"],
            "TenantId": account["tenantId"],
            "SubscriptionId": account["subscriptionId"],
        },
        region={"Region": "northeurope", "Zone": "1", "Endpoint": url, "CA": ca},
        image="Canonical:ubuntu-24_04-lts:server:latest",
        spec="Standard_B1s",
        any_names=False,
    )


def alibaba_at(url: str, account: Mapping[str, str]) -> Cloud:
    """`account`: as in the twin's alibaba.json."""
    return Cloud(
        provider="ALIBABA",
        credential={"AccessKeyId": account["AccessKeyId"], "AccessKeySecret": account["AccessKeySecret"]},
        region={"Region": "ap-northeast-1", "Zone": "ap-northeast-1a", "Endpoint": url},
        image="ubuntu_22_04_x64_20G_alibase_20261015.vhd",
        spec="ecs.t6-c1m1.large",
        any_names=False,
    )


def cloudit_at(url: str, account: Mapping[str, str]) -> Cloud:
    """`account`: as in the twin's cloudit.json."""
    return Cloud(
        provider="CLOUDIT",
        credential={**account, "IdentityEndpoint": url},
        region={"Region": "default"},
        image="Ubuntu-20.04",
        spec="small-1",
        cidr="10.0.0.0/16",
        subnet_prefix=22,
        kept=frozenset({"keypair"}),
        tag="",
    )


def openstack_at(url: str, account: Mapping[str, Any]) -> Cloud:
    """`url`: keystone's. `account`: as in the twin's openstack.json, a file for OpenStack's own clients."""
    auth = account["clouds"]["twin"]["auth"]
    return Cloud(
        provider="OPENSTACK",
        credential={
            "IdentityEndpoint": url,
            "Username": auth["username"],
            "Password": auth["password"],
            "DomainName": auth["user_domain_name"],
            "ProjectID": auth["project_id"],
        },
        region={"Region": account["clouds"]["twin"]["region_name"]},
        image="6f598147-0251-5487-bbd2-06b78f083adf",  # ubuntu-22.04
        spec="m1.nano",
        vpc_cidr=False,
        any_names=False,
    )


def docker_at(credential: Mapping[str, str], image: str, cidr: str = "192.168.0.0/16", prefix: str = "") -> Cloud:
    return Cloud(
        provider="DOCKER",
        credential=credential,
        region={"Region": "default"},
        image=image,
        spec="1vcpu-512mib",
        cidr=cidr,
        prefix=prefix,
        kept=frozenset({"securitygroup", "keypair"}),
        tag="",
    )


DOCKER_IMAGE = "nginx:latest"  # which the twin's Engine has from the start


def emulated(found: Twin, provider: str) -> Cloud:
    """A cloud of the twin's, as a user tells Spider about it."""
    match provider:
        case "ALIBABA":
            return alibaba_at(found.plain, found.account("alibaba"))
        case "CLOUDIT":
            return cloudit_at(found.plain, found.account("cloudit"))
        case "GCP":
            return gcp_at(found.plain, found.account("gcp"))
        case "DOCKER":
            return docker_at(found.account("docker"), DOCKER_IMAGE)
        case "OPENSTACK":
            return openstack_at(f"{found.plain}/identity/v3", found.account("openstack"))
        case "AZURE":
            return azure_at(found.secure, found.account("azure"), found.ca)
    return aws_at(found.plain)


@contextlib.contextmanager
def of_the_twin(provider: str) -> Iterator[Cloud]:
    """The vendor's SDK against Cloud-Twin, started for this cloud alone."""
    with twin(provider.lower()) as found:
        yield emulated(found, provider)


@contextlib.contextmanager
def mock() -> Iterator[Cloud]:
    """The built-in cloud in memory. It takes half a second for what a cloud takes a minute for."""
    yield Cloud(
        provider="MOCK",
        credential={"MockName": "mock-01"},
        region={"Region": "default", "TransitionSeconds": "0.5"},
        image="mock-vmimage-01",
        spec="mock-vmspec-01",
    )


EMULATED = ("ALIBABA", "AWS", "AZURE", "CLOUDIT", "DOCKER", "GCP", "OPENSTACK")
CLOUDS: dict[str, Callable[[], contextlib.AbstractContextManager[Cloud]]] = {
    **{provider: partial(of_the_twin, provider) for provider in EMULATED},
    "MOCK": mock,
}
