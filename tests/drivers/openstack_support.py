"""What the OpenStack driver's tests share: a connection whose calls are kept, requests that suit any OpenStack, and a
server that answers as its services do on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session
from spider_drivers.contract import (
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    Ref,
    SecurityGroup,
    SubnetRequest,
    SystemClock,
    VmRequest,
    Vpc,
    VpcRequest,
)
from spider_drivers.openstack import OpenStackDriver
from spider_drivers.openstack.calls import OpenStack
from spider_drivers.openstack.connection import OpenStackConnection

from tests.drivers.docker_support import Answer, Wire
from tests.drivers.support import Kept, done, ref

if TYPE_CHECKING:
    from tests.drivers.openstack_place import Place

REGION = "RegionOne"
# One that only a server which asks for nothing accepts. No answer, record or error may hold a canary.
GIVEN = {
    "Username": "somebody",
    "Password": "canary-of-the-password",
    "DomainName": "Default",
    "ProjectID": "fe870eb2ea0b49e8a02ed80c9f678cc1",
}
SERVERS = Answer({"servers": []})


class Os(Kept[OpenStackConnection]):
    """`cloud` is the driver's own way to OpenStack, for looking at what it has made."""

    @property
    def cloud(self) -> OpenStack:
        return self.connection._cloud


def connect(given: Mapping[str, str], *, page_size: int | None = None, **region_keys: str) -> Os:
    """`given`: the credential."""
    records: list[CallRecord] = []
    secrets = OpenStackDriver().capability().secrets(given)
    recorder = CallRecorder(SystemClock(), records.append, secrets)
    info = ConnectionInfo("openstack", "OPENSTACK", given, {"Region": REGION, **region_keys})
    connection = OpenStackDriver(page_size=page_size).connect(info, recorder)
    assert isinstance(connection, OpenStackConnection)
    return Os(connection, records)


def credential(auth: Mapping[str, str]) -> dict[str, str]:
    """`auth`: of a clouds.yaml."""
    return {
        "IdentityEndpoint": auth["auth_url"],
        "Username": auth["username"],
        "Password": auth["password"],
        "DomainName": auth["user_domain_name"],
        "ProjectID": auth.get("project_id") or _project_id(auth),
    }


def _project_id(auth: Any) -> str:
    """Of a clouds.yaml that tells the project's name."""
    with requests.Session() as http:
        http.trust_env = False
        return str(Session(Password(**auth), session=http).get_project_id())


def make_vpc(os_: Os, name: str = "net", cidr: str = "10.0.1.0/24") -> Vpc:
    """With one subnet, `<name>-a`."""
    request = VpcRequest(name, "", (SubnetRequest(f"{name}-a", cidr),))
    return done(lambda attempt: os_.connection.vpc.create(request, attempt))


def vm_request(found: Place, vpc: Vpc, *groups: SecurityGroup, name: str = "vm", **more: Any) -> VmRequest:
    subnet, refs = ref(vpc.subnets[0]), tuple(ref(group) for group in groups)
    return VmRequest(name, Ref(found.image, found.image), found.spec, ref(vpc), subnet, refs, **more)


def log_in(server: Wire, *answers: Answer, **addresses: str) -> None:
    """The server answers a log-in and then `answers`. `addresses`: of services in the catalogue, else its own."""
    own = {
        "compute": f"{server.url}/compute/v2.1",
        "network": f"{server.url}/networking",
        "image": f"{server.url}/image/v2",
    }
    catalogue = [
        {
            "type": service,
            "name": service,
            "endpoints": [
                {"id": service, "interface": "public", "region": REGION, "region_id": REGION, "url": url},
            ],
        }
        for service, url in {**own, **addresses}.items()
    ]
    token = {
        "methods": ["password"],
        "issued_at": "2026-11-25T00:00:00.000000Z",
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "user": {"id": "u", "name": "somebody", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": GIVEN["ProjectID"], "name": "p", "domain": {"id": "default", "name": "Default"}},
        "roles": [],
        "catalog": catalogue,
    }
    server.answers = [Answer({"token": token}, 201, {"X-Subject-Token": "canary-of-the-token"}), *answers]
    server.seen.clear()


def refusal(status: int, body: Any, **headers: str) -> Answer:
    """In OpenStack's form."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, status, {"X-Openstack-Request-Id": "req-1", **named})
