"""VPCs: a virtual network with its subnets in one PUT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..contract import Attempt, Iid, Ref, Subnet, SubnetRequest, Vpc, VpcHandler, VpcRequest, Wait, handling
from ..contract import Part as ContractPart
from . import building, details, resources, subnets, tags
from .calls import Arm, Thing
from .errors import Asked
from .resource_group import ResourceGroup

_PUT = "network.virtual_networks.begin_create_or_update"


class AzureVpcs(VpcHandler):
    def __init__(self, arm: Arm, group: ResourceGroup) -> None:
        self._arm = arm
        self._group = group
        self._vnets = resources.vnets(arm)

    def list(self) -> list[Vpc]:
        return [self._shape(found) for found in self._vnets.listed()]

    def get(self, ref: Ref) -> Vpc:
        return self._shape(self._vnets.described(ref))

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: vpc."""
        cloud_id = self._vnets.id(request.name)

        def look() -> Thing:
            return self._vnets.named(request.name)

        def make(_: str) -> str:
            return building.make(look, lambda: self._put(request, attempt.token), cloud_id, attempt.token)

        parts = [ContractPart("vpc", make, lambda: building.ours(look, attempt.token))]
        return self._built(parts, attempt, Ref(request.name, cloud_id), [one.name for one in request.subnets])

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        look = building.seen(lambda: self._vnets.described(ref)) if ref.id else None
        there = building.found(look) if look else None
        if there and building.state(there) != building.LEAVING:
            self._refuse_in_use(there)
        part = self._vnets.removal(ref, attempt, part="vpc", look=look)
        return building.delete([part] if part else [], attempt)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: checked, subnet <name>, and its tags where it has any."""
        vnet = self._vnets.described(ref)
        parts = subnets.Adding(self._arm, vnet, request, attempt).parts()
        return self._built(parts, attempt, ref, [request.name])

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        vnet = self._vnets.described(ref)
        parts = subnets.removal(self._arm, vnet, subnet, attempt)
        return building.delete(parts, attempt)

    def _built(self, parts: Sequence[ContractPart], attempt: Attempt, ref: Ref, wanted: Iterable[str]) -> Vpc | Wait:
        def complete(vnet: Thing) -> Wait | None:
            if wait := building.provisioned(vnet, "the VPC"):
                return wait
            shown = {one["name"].casefold() for one in subnets.of(vnet) if building.state(one) in ("", "succeeded")}
            absent = [name for name in wanted if name.casefold() not in shown]
            return Wait(1.0, f"the VPC does not show its subnet {absent[0]} yet") if absent else None

        built = building.create(parts, attempt, lambda: self._vnets.described(ref), complete)
        return built if isinstance(built, Wait) else self._shape(built)

    def _put(self, request: VpcRequest, token: str) -> None:
        kept = {key: value for one in request.subnets for key, value in subnets.kept_tags(one).items()}
        self._group.ensure()
        body = {
            "location": self._arm.place.location,
            "tags": {**request.tags, **kept, tags.TOKEN: token},
            "properties": {
                "addressSpace": {"addressPrefixes": [request.cidr]},
                "subnets": [subnets.body(one) for one in request.subnets],
            },
        }
        asked = Asked(invalid="cidr" if not request.subnets else "subnets")
        self._arm.begin(_PUT, self._arm.place.group, request.name, body, asked=asked)

    def _refuse_in_use(self, vnet: Thing) -> None:
        """Raises InUse: of what is in its subnets, of peerings, and of security groups that Spider has made for it."""
        title, cloud_id, place = "VPC", self._vnets.spelled(vnet), self._arm.place
        inside = [user for one in subnets.of(vnet) for user in subnets.users(place, one)]
        peerings = [str(one["name"]) for one in vnet["properties"].get("virtualNetworkPeerings") or []]
        handling.refuse_in_use(title, cloud_id, [*inside, *peerings])
        name = place.short(cloud_id).casefold()
        groups = resources.security_groups(self._arm).listed()
        own = [one["name"] for one in groups if tags.of(one).get(tags.VPC, "").casefold() == name]
        handling.refuse_in_use(title, cloud_id, own)

    def _shape(self, found: Thing) -> Vpc:
        properties = found["properties"]
        prefixes = (properties.get("addressSpace") or {}).get("addressPrefixes") or [""]
        return Vpc(
            iid=Iid(found["name"], self._vnets.spelled(found)),
            cidr=prefixes[0],
            subnets=tuple(self._subnet(found, one) for one in subnets.of(found)),
            tags=tags.users(found),
            details=details.told(found, but=("subnets", "addressSpace"))
            | ({"addressPrefixes": ", ".join(prefixes)} if len(prefixes) > 1 else {}),
        )

    def _subnet(self, vnet: Thing, found: Thing) -> Subnet:
        return Subnet(
            iid=Iid(found["name"], self._arm.place.spelled(found["id"])),
            cidr=subnets.cidr(found),
            tags=subnets.tags_of(vnet, found["name"]),
            details=details.told(found, but=("addressPrefix", "ipConfigurations")),
        )
