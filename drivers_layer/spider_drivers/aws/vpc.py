"""VPCs: network, internet gateway, default route and subnets."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any

from ..contract import (
    AlreadyExists,
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
    handling,
)
from . import building, details, subnets, tags
from .calls import Ec2
from .dependents import interface_users, vpc_users

ANYWHERE = "0.0.0.0/0"


class AwsVpcs(VpcHandler):
    """`zone`: where subnets go that name none ("": where EC2 likes)."""

    def __init__(self, ec2: Ec2, zone: str) -> None:
        self._ec2 = ec2
        self._zone = zone

    def list(self) -> list[Vpc]:
        by_vpc: dict[str, list[dict[str, Any]]] = {}
        for subnet in self._ec2.all("describe_subnets", "Subnets"):
            by_vpc.setdefault(subnet["VpcId"], []).append(subnet)
        return [_vpc(found, by_vpc.get(found["VpcId"], [])) for found in self._ec2.all("describe_vpcs", "Vpcs")]

    def get(self, ref: Ref) -> Vpc:
        cloud_id = handling.id_of(ref, "VPC")
        found = described(self._ec2, cloud_id)
        return _vpc(found, self._ec2.all("describe_subnets", "Subnets", Filters=tags.where("vpc-id", cloud_id)))

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        def complete(vpc: Vpc) -> bool:
            return sum(subnets.available(one) for one in vpc.subnets) >= len(request.subnets)

        parts = _Making(self._ec2, request, attempt, self._zone).parts()
        return building.create(parts, attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), complete)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("vpc") or self._id_by_token(ref.token)
        # Nobody was told of the id of a VPC whose create failed, and EC2 itself refuses when others use it.
        if ref.id and cloud_id:
            handling.refuse_in_use("VPC", cloud_id, vpc_users(self._ec2, cloud_id))
        parts = _Removing(self._ec2, cloud_id, ref.token, attempt).parts()
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        cloud_id = handling.id_of(ref, "VPC")
        described(self._ec2, cloud_id)
        part = subnets.part(self._ec2, lambda: cloud_id, request, attempt.token, self._zone, subnets.ALONE)

        def complete(vpc: Vpc) -> bool:
            return any(one.iid.id == attempt.parts[part.name] and subnets.available(one) for one in vpc.subnets)

        return building.create([part], attempt, lambda _: self.get(ref), complete)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        vpc = handling.id_of(ref, "VPC")
        described(self._ec2, vpc)
        made = attempt.parts.get(subnets.PART + subnet.name)
        cloud_id = subnet.id or made or subnets.id_by_token(self._ec2, subnet.token, subnet.name)
        if subnet.id and cloud_id:
            if subnets.elsewhere(self._ec2, cloud_id, vpc):
                return None
            users = interface_users(self._ec2, tags.where("subnet-id", cloud_id))
            handling.refuse_in_use("subnet", cloud_id, users)
        parts = [converge.removal(cloud_id, self._remove_subnet)] if cloud_id else []
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def _remove_subnet(self, cloud_id: str) -> None:
        with contextlib.suppress(NotFound):
            self._ec2.call("delete_subnet", SubnetId=cloud_id)

    def _id_by_token(self, token: str) -> str | None:
        found = self._ec2.all("describe_vpcs", "Vpcs", Filters=tags.by_token(token)) if token else []
        return found[0]["VpcId"] if found else None


class _Making:
    """The parts of a new VPC, in order: vpc, gateway, attach, route, one per subnet."""

    def __init__(self, ec2: Ec2, request: VpcRequest, attempt: Attempt, zone: str) -> None:
        self._ec2 = ec2
        self._request = request
        self._attempt = attempt
        self._zone = zone
        self._ours = tags.by_token(attempt.token)

    def vpc(self) -> str:
        return self._attempt.parts["vpc"]

    def parts(self) -> list[Part]:
        return [
            Part("vpc", self._make_vpc, partial(self._found, "vpc", "Vpc"), self._vpc_ready),
            Part("gateway", self._make_gateway, partial(self._found, "internet_gateway", "InternetGateway")),
            Part("attach", self._attach, self._attached),
            Part("route", self._make_route, self._routed),
            *(self._subnet(request) for request in self._request.subnets),
        ]

    def _found(self, kind: str, member: str) -> str | None:
        found = self._ec2.all(f"describe_{kind}s", f"{member}s", Filters=self._ours)
        return found[0][f"{member}Id"] if found else None

    def _tags(self, kind: str, name: str, more: dict[str, str]) -> list[dict[str, Any]]:
        return tags.specification((kind,), name, self._attempt.token, more)

    def _make_vpc(self, _: str) -> str:
        answer = self._ec2.call(
            "create_vpc",
            {"Invalid": "cidr"},
            CidrBlock=self._request.cidr,
            TagSpecifications=self._tags("vpc", self._request.name, self._request.tags),
        )
        return str(answer["Vpc"]["VpcId"])

    def _vpc_ready(self, cloud_id: str) -> Wait | None:
        state = self._ec2.call("describe_vpcs", VpcIds=[cloud_id])["Vpcs"][0]["State"]
        return None if state == "available" else Wait(1.0, f"the VPC is {state}")

    def _make_gateway(self, _: str) -> str:
        specification = self._tags("internet-gateway", self._request.name, {})
        answer = self._ec2.call("create_internet_gateway", TagSpecifications=specification)
        return str(answer["InternetGateway"]["InternetGatewayId"])

    def _gateway(self) -> str:
        return self._attempt.parts["gateway"]

    def _attach(self, _: str) -> str:
        # Resource.AlreadyAssociated, RouteAlreadyExists: by an earlier try, for nobody else knows these ids.
        with contextlib.suppress(AlreadyExists):
            self._ec2.call("attach_internet_gateway", InternetGatewayId=self._gateway(), VpcId=self.vpc())
        return self._gateway()

    def _attached(self) -> str | None:
        ours = tags.where("internet-gateway-id", self._gateway()) + tags.where("attachment.vpc-id", self.vpc())
        found = self._ec2.all("describe_internet_gateways", "InternetGateways", Filters=ours)
        return self._gateway() if found else None

    def _main_table(self) -> dict[str, Any]:
        """EC2 makes it along with the VPC. Raises NotFound while it is not shown."""
        main = tags.where("vpc-id", self.vpc()) + tags.where("association.main", "true")
        found = self._ec2.all("describe_route_tables", "RouteTables", Filters=main)
        if not found:
            raise handling.missing("main route table of", self.vpc())
        return found[0]

    def _make_route(self, _: str) -> str:
        table, gateway = str(self._main_table()["RouteTableId"]), self._gateway()
        with contextlib.suppress(AlreadyExists):
            self._ec2.call("create_route", RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=gateway)
        return table

    def _routed(self) -> str | None:
        table = self._main_table()
        routed = any(route.get("DestinationCidrBlock") == ANYWHERE for route in table["Routes"])
        return str(table["RouteTableId"]) if routed else None

    def _subnet(self, request: SubnetRequest) -> Part:
        return subnets.part(self._ec2, self.vpc, request, self._attempt.token, self._zone, subnets.OF_A_VPC)


class _Removing:
    """What belongs to a VPC, whoever made it: noted by this operation, tagged by it, or related to the VPC.

    The main route table goes with the VPC, and the default route with its table.
    """

    def __init__(self, ec2: Ec2, vpc: str | None, token: str, attempt: Attempt) -> None:
        self._ec2 = ec2
        self._vpc = vpc
        self._token = token
        self._attempt = attempt

    def parts(self) -> list[Part]:
        gateways = self._belonging("internet_gateway", "InternetGateway", "attachment.vpc-id", "gateway")
        own_subnets = self._belonging("subnet", "Subnet", "vpc-id", subnets.PART)
        return [
            *([self._part("vpc", "delete_vpc", VpcId=self._vpc)] if self._vpc else []),
            *(self._part(one, "delete_internet_gateway", InternetGatewayId=one) for one in gateways),
            *(self._detachment(one, self._vpc) for one in gateways if self._vpc),
            *(self._part(one, "delete_subnet", SubnetId=one) for one in own_subnets),
        ]

    def _belonging(self, kind: str, member: str, vpc_filter: str, noted: str) -> list[str]:
        found = {cloud_id for part, cloud_id in self._attempt.parts.items() if part.startswith(noted)}
        by_vpc = [tags.where(vpc_filter, self._vpc)] if self._vpc else []
        by_token = [tags.by_token(self._token)] if self._token else []
        for filters in by_vpc + by_token:
            shown = self._ec2.all(f"describe_{kind}s", f"{member}s", Filters=filters)
            found |= {one[f"{member}Id"] for one in shown}
        return sorted(found)

    def _detachment(self, gateway: str, vpc: str) -> Part:
        return self._part(f"attach {gateway}", "detach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)

    def _part(self, name: str, operation: str, **parameters: str) -> Part:
        def remove(_: str) -> None:
            with contextlib.suppress(NotFound):
                self._ec2.call(operation, **parameters)

        return converge.removal(name, remove)


def described(ec2: Ec2, cloud_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = ec2.call("describe_vpcs", VpcIds=[cloud_id])["Vpcs"]
    if not found:
        raise handling.missing("VPC", cloud_id)
    return dict(found[0])


def _vpc(found: dict[str, Any], own_subnets: list[dict[str, Any]]) -> Vpc:
    return Vpc(
        iid=Iid(tags.name(found), found["VpcId"]),
        cidr=found["CidrBlock"],
        subnets=tuple(subnets.as_subnet(one) for one in own_subnets),
        tags=tags.users(found),
        details=details.told(found, but=("VpcId", "CidrBlock", "Tags")),
    )
