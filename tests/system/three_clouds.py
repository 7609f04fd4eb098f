"""Three clouds, emulated by one process, on which promises with figures are kept; and what is asked of them."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from tests.servers import Twin, tell

from .clouds import Cloud, emulated

PROVIDERS: Final = ("AWS", "AZURE", "OPENSTACK")
LAG_SECONDS: Final = 1.0  # an emulated cloud has none, and after a death it is waited for
RULE: Final = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
# It is made with the first resource and stays.
RESOURCE_GROUP: Final = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+", re.IGNORECASE)
READS: Final = ("Describe", "Get", "List", "GET ", "HEAD ")
LOG_IN: Final = re.compile(r"POST .*(oauth2|identity)")


@dataclass(frozen=True)
class Emulated:
    """One of the clouds, as it looks from outside of Spider."""

    twin: Twin
    provider: str

    @property
    def word(self) -> str:
        return self.provider.lower()

    def cloud(self, label: str = "") -> Cloud:
        return replace(emulated(self.twin, self.provider), label=label)

    def contents(self) -> set[str]:
        """Ids of everything that users make there."""
        return {one for one in self.twin.contents(self.word) if not RESOURCE_GROUP.fullmatch(one)}

    def changes(self) -> Counter[str]:
        """The calls that have arrived and were not refused, by what they are called, without reads."""
        lines = httpx.get(f"{self.twin.plain}/_twin/calls", trust_env=False, timeout=30).text.splitlines()
        calls = [call for call in map(json.loads, lines) if call["cloud"] == self.word and call["status"] < 400]
        return Counter(call["api"] for call in calls if not _is_read(call["api"]))

    def forget_calls(self) -> None:
        tell(self.twin.plain, "DELETE", "/calls")

    @contextlib.contextmanager
    def rule(self, **fields: Any) -> Iterator[int]:
        """A fault (cloud_twin/faults/rule.py), in force for as long as the block: its id."""
        rule: int = tell(self.twin.plain, "POST", "/faults", {"cloud": self.word, **fields})["id"]
        try:
            yield rule
        finally:
            tell(self.twin.plain, "DELETE", f"/faults/{rule}")

    def reached(self, rule: int) -> bool:
        """Whether a call stands still because of it, waited for."""
        answer: bool = tell(self.twin.plain, "GET", f"/faults/{rule}/reached?seconds=25")["reached"]
        return answer


def _is_read(api: str) -> bool:
    return api.startswith(READS) or bool(LOG_IN.match(api))


@dataclass(frozen=True)
class Asking:
    """Requests about one connection."""

    cloud: Cloud

    @property
    def on(self) -> dict[str, str]:
        return {"ConnectionName": self.cloud.connection}

    def create(self, info: dict[str, Any]) -> dict[str, Any]:
        return {**self.on, "ReqInfo": info}

    def vpc(self, name: str, *subnets: str) -> dict[str, Any]:
        named = zip(subnets or ("a",), self.cloud.subnets(), strict=False)
        nets = [{"Name": subnet, "IPv4_CIDR": cidr} for subnet, cidr in named]
        return self.create({"Name": name, "IPv4_CIDR": self.cloud.cidr, "SubnetInfoList": nets})

    def group(self, name: str, vpc: str) -> dict[str, Any]:
        return self.create({"Name": name, "VPCName": vpc, "SecurityRules": [RULE]})

    def key_pair(self, name: str) -> dict[str, Any]:
        return self.create({"Name": name})

    def vm(self, name: str, vpc: str, group: str, key: str, subnet: str = "a") -> dict[str, Any]:
        at = {"VPCName": vpc, "SubnetName": subnet, "SecurityGroupNames": [group], "KeyPairName": key}
        return self.create({"Name": name, "ImageName": self.cloud.image, "VMSpecName": self.cloud.spec, **at})
