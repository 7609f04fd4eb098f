"""VPCs: networks in custom mode with subnetworks in the connection's region. A network itself has no range."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial

from ..contract import (
    Attempt,
    Iid,
    NotFound,
    Part,
    Ref,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
    details,
    handling,
)
from . import building, capability, descriptions, subnets
from .building import Building, Deleting
from .calls import Gce, Thing
from .dependents import network_users
from .errors import Fields, understood
from .names import id_of, within_project
from .subnets import Subnets

NETWORK = "network"
_FIELDS: Fields = ((r"resource\.name", "name"), (r"resource\.description", "tags"))


class GcpVpcs(VpcHandler):
    """Lists hold every network of the project, with its subnetworks in the region."""

    def __init__(self, gce: Gce, region: str) -> None:
        self._gce = gce
        self._subnets = Subnets(gce, region)

    def list(self) -> list[Vpc]:
        networks, found = self._gce.all("networks.list"), self._subnets.all()
        with understood():
            by_network: dict[str, list[Thing]] = {}
            for subnet in found:
                by_network.setdefault(subnets.network_of(subnet), []).append(subnet)
            return [_vpc(network, by_network.get(network["name"], [])) for network in networks]

    def get(self, ref: Ref) -> Vpc:
        network = self._described(ref)
        with understood():
            return _vpc(network, self._subnets.of(network["name"]))

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: network, one per subnet, visible."""
        for subnet in request.subnets:
            subnets.check(subnet, subnets.OF_A_VPC)
        request.check(capability.CAPABILITY)
        build = Building(self._gce, attempt)
        network = build.part(NETWORK, request.name, *self._network(request, attempt), fields=_FIELDS)
        return self._built(build, [network], Ref(request.name, request.name), request.subnets, attempt)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: the subnet, visible."""
        subnets.check(request, subnets.ALONE)
        self._described(ref)
        return self._built(Building(self._gce, attempt), [], ref, (request,), attempt)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = ref.id or attempt.parts.get(NETWORK) or self._name_by_token(ref.token)
        if not name:
            return converge.delete([], attempt, lag_seconds=capability.LAG_SECONDS)
        network = self._shown(name)
        # Nobody was told of the id of a VPC whose create failed, and Compute Engine itself refuses when others use it.
        if ref.id and network and not attempt.parts:
            handling.refuse_in_use("VPC", name, network_users(self._gce, network))
        deleting = Deleting(self._gce, attempt)
        paths = self._own_subnets(network, attempt, deleting)
        subnetworks = {path: partial(self._delete_subnet, path) for path in sorted(paths)}

        def remove() -> Wait | None:
            left = 0.0 if ref.id else attempt.lag_left(capability.LAG_SECONDS)
            if left:
                return Wait(left, "an earlier try may have made a subnet; the cloud may show it late")
            return deleting.together({f"global/networks/{name}": partial(self._delete, name)})

        parts = [
            building.removal(name, remove),
            building.removal("subnets", lambda: deleting.together(subnetworks)),
        ]
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        """Compute Engine itself refuses to delete one that is in use."""
        network = self._described(ref)["name"]
        deleting = Deleting(self._gce, attempt)
        paths = deleting.paths("subnetworks")
        if not paths:
            name = subnet.id or attempt.parts.get(subnets.PART + subnet.name) or self._subnet_by_token(network, subnet)
            if name and self._is_in(network, name, noted=not subnet.id):
                paths = [f"regions/{self._subnets.region}/subnetworks/{name}"]
        sends = {path: partial(self._delete_subnet, path) for path in paths}
        parts = [building.removal("subnet", lambda: deleting.together(sends))] if sends else []
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def _network(self, request: VpcRequest, attempt: Attempt) -> tuple[building.Send, partial[bool]]:
        """How it is made, and whether the one of that name is ours."""
        body: Thing = {
            "name": request.name,
            "autoCreateSubnetworks": False,
            "routingConfig": {"routingMode": "REGIONAL"},
            "description": descriptions.packed(attempt.token, request.tags),
        }

        def send(request_id: str) -> Thing:
            return self._gce.call("networks.insert", _FIELDS, body=body, requestId=request_id)

        return send, partial(self._is_ours, request.name, attempt.token)

    def _built(
        self, build: Building, first: Sequence[Part], ref: Ref, requests: Sequence[SubnetRequest], attempt: Attempt
    ) -> Vpc | Wait:
        fields = subnets.OF_A_VPC if first else subnets.ALONE
        own = [self._subnets.part(build, id_of(ref, "VPC"), one, attempt, fields) for one in requests]
        wanted = {request.name for request in requests}
        return build.create(
            [*first, *own],
            lambda: self.get(ref),
            lambda vpc: wanted <= {subnet.iid.id for subnet in vpc.subnets},
        )

    def _described(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        return self._gce.call("networks.get", network=id_of(ref, "VPC"))

    def _shown(self, name: str) -> Thing | None:
        with contextlib.suppress(NotFound):
            return self._described(Ref("", name))
        return None

    def _is_ours(self, name: str, token: str) -> bool:
        return descriptions.token(self._shown(name) or {}) == token

    def _name_by_token(self, token: str) -> str | None:
        networks = self._gce.all("networks.list") if token else []
        return next((one["name"] for one in networks if descriptions.token(one) == token), None)

    def _subnet_by_token(self, network: str, subnet: Ref) -> str | None:
        found = self._subnets.of(network) if subnet.token else []
        ours = (one["name"] for one in found if descriptions.token(one) == subnet.token)
        return next((name for name in ours if name == subnet.name), None)

    def _is_in(self, network: str, subnet: str, *, noted: bool) -> bool:
        """What was noted is ours though it may not be shown yet."""
        try:
            return subnets.network_of(self._subnets.described(Ref("", subnet))) == network
        except NotFound:
            return noted

    def _own_subnets(self, network: Thing | None, attempt: Attempt, deleting: Deleting) -> set[str]:
        """Paths of those of all regions. Those of a network in auto mode go with it, and cannot go before it."""
        if network and network.get("autoCreateSubnetworks"):
            return set()
        made = {
            f"regions/{self._subnets.region}/subnetworks/{name}"
            for part, name in attempt.parts.items()
            if part.startswith(subnets.PART) and not part.endswith(building.OPERATION)
        }
        shown = {within_project(url) for url in (network or {}).get("subnetworks", ())}
        return made | shown | set(deleting.paths("subnetworks"))

    def _delete(self, name: str, request_id: str) -> Thing:
        return self._gce.call("networks.delete", network=name, requestId=request_id)

    def _delete_subnet(self, path: str, request_id: str) -> Thing:
        _, region, _, name = path.split("/")
        return self._gce.call("subnetworks.delete", region=region, subnetwork=name, requestId=request_id)


def _vpc(network: Thing, own: Sequence[Thing]) -> Vpc:
    return Vpc(
        iid=Iid(network["name"], network["name"]),
        cidr="",
        subnets=tuple(subnets.as_subnet(one) for one in own),
        tags=descriptions.tags(network),
        details=details.told(network, but=("name", "kind", "description", "subnetworks")),
    )
