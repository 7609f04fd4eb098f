"""SpiderWatch, CB-Spider's own acceptance test, as it is for networks, key pairs and VMs: its order and its judgement.

It also logs in to the VM; the clouds here have none to log in to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx

from .clouds import Cloud

OK, SKIP, FAIL = "OK", "SKIP", "FAIL"
NAME: Final = "spider-watch"  # of everything, in every run
PORTS: Final = (("22", "22"), ("80", "80"), ("443", "443"), ("30000", "32767"))
ABSENT: Final = ("does not exist", "not found", "is undefined")
UNSUPPORTED: Final = ("not implemented", "does not support")
TAKEN: Final = ("already exists", "already exist", "duplicate")
TRIES: Final = 60
PAUSE: Final = 0.25  # seconds; SpiderWatch itself has half a minute


class Skipped(Exception):
    pass


class Failed(Exception):
    pass


@dataclass
class SpiderWatch:
    """`auth`: as configured. A GET names the connection in its query and has no body, the others in their body."""

    url: str
    cloud: Cloud
    auth: tuple[str, str]
    outcomes: dict[str, str] = field(default_factory=dict)
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=f"{self.url}/spider", timeout=120.0, trust_env=False)

    def run(self) -> dict[str, str]:
        """The outcome of each operation: OK, SKIP, or FAIL and why. Nothing is deleted."""
        self.outcomes = {}
        self._do("ready", self._ready)
        for kind, info in self._kinds():
            self._do(f"{kind} create", partial(self._create, kind, info))
            self._do(f"{kind} list", partial(self._list, kind))
            self._do(f"{kind} get", partial(self._send, "GET", f"/{kind}/{NAME}"))
        self._do("vm status", self._running)
        return self.outcomes

    def clean_up(self) -> dict[str, str]:
        """As `run`. What SpiderWatch cannot tell from gone is skipped."""
        self.outcomes = {}
        for kind in ("vm", "keypair", "securitygroup", "vpc"):
            self._do(f"{kind} delete", partial(self._delete, f"/{kind}/{NAME}"))
        return self.outcomes

    def delete(self, path: str) -> str:
        """The outcome of deleting one thing."""
        self._do(path, partial(self._delete, path))
        return self.outcomes[path]

    def listed(self, kind: str) -> int:
        return len(self._list(kind))

    def _do(self, name: str, operation: Callable[[], Any]) -> None:
        try:
            operation()
            self.outcomes[name] = OK
        except Skipped:
            self.outcomes[name] = SKIP
        except (Failed, httpx.HTTPError) as error:
            unsupported = any(word in str(error).lower() for word in UNSUPPORTED)
            self.outcomes[name] = SKIP if unsupported else f"{FAIL}: {error}"

    def _kinds(self) -> Iterator[tuple[str, dict[str, Any]]]:
        subnet = {"Name": NAME, "IPv4_CIDR": next(self.cloud.subnets())}
        yield "vpc", {"Name": NAME, "IPv4_CIDR": self.cloud.cidr, "SubnetInfoList": [subnet]}
        yield "keypair", {"Name": NAME}
        base = {"IPProtocol": "tcp", "Direction": "inbound", "CIDR": "0.0.0.0/0"}
        rules = [{"FromPort": first, "ToPort": last, **base} for first, last in PORTS]
        yield "securitygroup", {"Name": NAME, "VPCName": NAME, "SecurityRules": rules}
        named = {"Name": NAME, "VPCName": NAME, "SubnetName": NAME, "SecurityGroupNames": [NAME], "KeyPairName": NAME}
        yield "vm", {**named, "ImageName": self.cloud.image, "VMSpecName": self.cloud.spec}

    def _ready(self) -> None:
        for auth in (None, self.auth):
            answer = self._http.get("/readyz", auth=auth)
            if answer.status_code >= 400:
                raise Failed(f"HTTP {answer.status_code} with the login {auth}: {answer.text}")

    def _create(self, kind: str, info: dict[str, Any]) -> None:
        answer = self._http.post(f"/{kind}", json=self._on(info), auth=self.auth)
        if any(word in answer.text.lower() for word in TAKEN):
            raise Skipped
        made = self._json(answer)
        for wanted in {"keypair": ("PrivateKey",), "vm": ("PublicIP",)}.get(kind, ()):
            if not made.get(wanted):
                raise Failed(f"POST /{kind} answers no {wanted}")

    def _list(self, kind: str) -> list[Any]:
        listed = self._send("GET", f"/{kind}").get(kind)
        if not isinstance(listed, list):
            raise Failed(f"GET /{kind} has no list under {kind}: {listed}")
        return listed

    def _running(self) -> None:
        for _ in range(TRIES):
            if self._send("GET", f"/vmstatus/{NAME}")["Status"] == "Running":
                return
            time.sleep(PAUSE)
        raise Failed("the VM never runs")

    def _delete(self, path: str) -> None:
        """Again and again, until it succeeds or is gone."""
        for _ in range(TRIES):
            answer = self._http.request("DELETE", path, json=self._on(), auth=self.auth)
            said = answer.text.lower()
            if answer.status_code == 404 or any(word in said for word in (*ABSENT, "does not support")):
                raise Skipped
            if answer.status_code < 400:
                return
            time.sleep(PAUSE)
        raise Failed(f"HTTP {answer.status_code}: {answer.text}")

    def _on(self, info: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"ConnectionName": self.cloud.connection} | ({} if info is None else {"ReqInfo": info})

    def _send(self, method: str, path: str) -> Any:
        address = f"{path}?ConnectionName={self.cloud.connection}"
        return self._json(self._http.request(method, address, auth=self.auth))

    def _json(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            raise Failed(f"HTTP {answer.status_code}: {answer.text}")
        return answer.json()
