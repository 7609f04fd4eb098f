"""The clouds that the life cycle runs on: how each is started here, and what a user tells Spider about it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.servers import moto_server

from .spider import Client


@dataclass(frozen=True)
class Cloud:
    """`credential` and `region`: KeyValueInfoList as a dict. `image` and `spec`: names at the cloud."""

    provider: str
    credential: Mapping[str, str] = field(repr=False)
    region: Mapping[str, str]
    image: str
    spec: str

    @property
    def connection(self) -> str:
        return f"{self.provider.lower()}-config"

    def register(self, client: Client) -> None:
        """driver → credential → region → connection config"""
        word = self.provider.lower()
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
    """boto3 against a moto server."""
    with moto_server() as url:
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
