"""The clouds that the life cycle runs on: how each is started here, and what a user tells Spider about it."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from tests.servers import aws_twin

from .spider import Client


@dataclass(frozen=True)
class Cloud:
    """`credential` and `region`: KeyValueInfoList as a dict. `image` and `spec`: names at the cloud.

    `cidr`: of the VPC, a /16. `prefix`: of all names, where the cloud is not the life cycle's alone. `label`: of what
    is registered, where there is more than one of a provider.
    """

    provider: str
    credential: Mapping[str, str] = field(repr=False)
    region: Mapping[str, str]
    image: str
    spec: str
    cidr: str = "192.168.0.0/16"
    prefix: str = ""
    label: str = ""

    @property
    def connection(self) -> str:
        return f"{self._word}-config"

    def subnets(self) -> Iterator[str]:
        """CIDRs of the VPC's /24s, from the second on."""
        networks = ipaddress.ip_network(self.cidr).subnets(new_prefix=24)
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


@contextlib.contextmanager
def aws() -> Iterator[Cloud]:
    """boto3 against Cloud-Twin's EC2."""
    with aws_twin() as url:
        yield aws_at(url)


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


CLOUDS: dict[str, Callable[[], contextlib.AbstractContextManager[Cloud]]] = {"AWS": aws, "MOCK": mock}
