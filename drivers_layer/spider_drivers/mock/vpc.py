"""VPCs and their subnets. Parts: vpc, one per subnet, visible. A subnet that is added: itself, visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..contract import (
    Attempt,
    Iid,
    InUse,
    Part,
    Ref,
    Subnet,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
)
from .connection import Client, going, tags, users_tags
from .memory import Row


class MockVpcs(VpcHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[Vpc]:
        subnets = self._client.all("describe_subnets")
        return [_vpc(row, subnets) for row in self._client.all("describe_vpcs")]

    def get(self, ref: Ref) -> Vpc:
        row = self._client.one("describe_vpcs", ref)
        return _vpc(row, self._client.all("describe_subnets", {"vpc_id": row["id"]}))

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        wait = converge.create(self._create_parts(request, attempt), attempt, lag_seconds=self._client.lag)
        return wait or self.get(Ref(request.name, attempt.parts["vpc"]))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        vpc_id = ref.id or attempt.parts.get("vpc") or self._find(ref.token)
        if vpc_id:
            self._refuse_if_used(vpc_id)
        return converge.delete(self._delete_parts(vpc_id, attempt), attempt, lag_seconds=self._client.lag)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        vpc_id = self._client.one("describe_vpcs", ref)["id"]
        wait = converge.create(self._add_parts(vpc_id, request, attempt), attempt, lag_seconds=self._client.lag)
        return wait or self.get(ref)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        return converge.delete(self._remove_parts(ref, subnet, attempt), attempt, lag_seconds=self._client.lag)

    def _create_parts(self, request: VpcRequest, attempt: Attempt) -> Iterator[Part]:
        call = self._client.call
        yield Part(
            "vpc",
            make=lambda _: call(
                "create_vpc", name=request.name, cidr=request.cidr, tags=tags(attempt.token, request.tags)
            )["id"],
            find=lambda: self._find(attempt.token),
        )
        vpc_id = attempt.parts["vpc"]
        for subnet in request.subnets:
            yield self._subnet_part(subnet, vpc_id, attempt.token)

        def shown(vpc_id: str) -> bool:
            return len(self.get(Ref(request.name, vpc_id)).subnets) == len(request.subnets)

        yield converge.visible(lambda: vpc_id, shown)

    def _add_parts(self, vpc_id: str, request: SubnetRequest, attempt: Attempt) -> Iterator[Part]:
        part = self._subnet_part(request, vpc_id, attempt.token)
        yield part
        subnet_id = attempt.parts[part.name]
        yield converge.visible(lambda: subnet_id, lambda _: self._shown(vpc_id, subnet_id))

    def _remove_parts(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Sequence[Part]:
        """The subnet, where it is one of this VPC. What this operation has noted needs not be shown yet."""
        noted = attempt.parts.get(f"subnet:{subnet.name}")
        subnet_id = subnet.id or noted or self._find_subnet(subnet.token, ref.id or "", subnet.name)
        if subnet_id is None or (subnet_id != noted and not self._shown(ref.id or "", subnet_id)):
            return []
        rows = self._client.all("describe_vms", {"subnet_id": subnet_id})
        if users := [row["id"] for row in rows if row["state"] != "terminated"]:
            raise InUse(f"the subnet '{subnet_id}' is in use by {', '.join(users)}")
        return [going("subnet", subnet_id, self._remove_subnet)]

    def _shown(self, vpc_id: str, subnet_id: str) -> bool:
        return bool(self._client.all("describe_subnets", {"vpc_id": vpc_id, "id": subnet_id}))

    def _subnet_part(self, subnet: SubnetRequest, vpc_id: str, token: str) -> Part:
        def make(_: str) -> str:
            made = self._client.call(
                "create_subnet",
                vpc_id=vpc_id,
                name=subnet.name,
                cidr=subnet.cidr,
                zone=subnet.zone or self._client.zone,
                tags=tags(token, subnet.tags),
            )
            return str(made["id"])

        return Part(f"subnet:{subnet.name}", make=make, find=lambda: self._find_subnet(token, vpc_id, subnet.name))

    def _find_subnet(self, token: str, vpc_id: str, name: str) -> str | None:
        return self._client.made_by("describe_subnets", token, vpc_id=vpc_id, name=name)

    def _delete_parts(self, vpc_id: str | None, attempt: Attempt) -> Sequence[Part]:
        """The VPC and its subnets: those noted, which reads may not show yet, and those shown."""
        if vpc_id is None:
            return []
        subnets = {name: noted for name, noted in attempt.parts.items() if name.startswith("subnet:")}
        for row in self._client.all("describe_subnets", {"vpc_id": vpc_id}):
            if row["id"] not in subnets.values():
                subnets[row["id"]] = row["id"]
        return [
            going("vpc", vpc_id, self._remove_vpc),
            *(going(name, subnet_id, self._remove_subnet) for name, subnet_id in subnets.items()),
        ]

    def _find(self, token: str) -> str | None:
        return self._client.made_by("describe_vpcs", token)

    def _refuse_if_used(self, vpc_id: str) -> None:
        for api in ("describe_security_groups", "describe_vms"):
            rows = self._client.all(api, {"vpc_id": vpc_id})
            if users := [row["id"] for row in rows if row.get("state") != "terminated"]:
                raise InUse(f"the VPC '{vpc_id}' is in use by {', '.join(users)}")

    def _remove_vpc(self, vpc_id: str) -> Wait | None:
        return self._client.remove("delete_vpc", "describe_vpcs", vpc_id=vpc_id)

    def _remove_subnet(self, subnet_id: str) -> Wait | None:
        return self._client.remove("delete_subnet", "describe_subnets", subnet_id=subnet_id)


def _vpc(row: Row, subnets: list[Row]) -> Vpc:
    return Vpc(
        iid=Iid(row["name"], row["id"]),
        cidr=row["cidr"],
        subnets=tuple(_subnet(subnet) for subnet in subnets if subnet["vpc_id"] == row["id"]),
        tags=users_tags(row),
    )


def _subnet(row: Row) -> Subnet:
    return Subnet(Iid(row["name"], row["id"]), cidr=row["cidr"], zone=row["zone"], tags=users_tags(row))
