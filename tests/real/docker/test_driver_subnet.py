"""Subnets of the Docker driver's VPCs, added and removed one by one on a real Engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.contract import AlreadyExists, Attempt, InUse, Invalid, Ref, SubnetRequest, Vpc, VpcRequest

from .driver import Docker, done, free_network, ref


@pytest.fixture
def two(docker: Docker) -> Iterator[Vpc]:
    """A VPC with tags, and with the subnets `a` and `b c`."""
    network = free_network(docker.client)
    subnets = [SubnetRequest(word, network.replace("0.0/16", f"{n}.0/24")) for n, word in ((1, "a"), (2, "b c"))]
    request = VpcRequest(docker.name("two"), network, tuple(subnets), {"team": "a"})
    made = done(lambda attempt: docker.connection.vpc.create(request, attempt))
    yield made
    docker.remove_made()
    done(lambda attempt: docker.connection.vpc.delete(ref(made), attempt))


def free(vpc: Vpc, name: str, number: int = 9) -> SubnetRequest:
    """`number`: of a /24 in the VPC's range."""
    return SubnetRequest(name, vpc.cidr.replace("0.0/16", f"{number}.0/24"), tags={"stage": "test"})


def add(docker: Docker, vpc: Vpc, request: SubnetRequest, attempt: Attempt | None = None) -> Vpc:
    return done(lambda attempt: docker.connection.vpc.add_subnet(ref(vpc), request, attempt), attempt)


def remove(docker: Docker, vpc: Vpc, subnet: Ref) -> None:
    done(lambda attempt: docker.connection.vpc.remove_subnet(ref(vpc), subnet, attempt))


def refused(docker: Docker, vpc: Vpc, request: SubnetRequest, error: type[Exception], field: str | None) -> None:
    """The add fails and, when it has been undone, has changed nothing."""
    before, attempt = docker.client.networks(), Attempt(f"refused {request.name}")
    with pytest.raises(error) as raised:
        add(docker, vpc, request, attempt)
    assert getattr(raised.value, "field", None) == field
    remove(docker, vpc, Ref(request.name, None, attempt.token))
    assert _by_id(docker.client.networks()) == _by_id(before)


def test_an_added_subnet_stands_last_and_is_a_network_of_the_vpc(docker: Docker, two: Vpc) -> None:
    now = add(docker, two, free(two, "d"))
    assert [subnet.iid.name for subnet in now.subnets] == ["a", "b c", "d"]
    assert now.subnets[:2] == two.subnets
    assert now.subnets[2].tags == {"stage": "test"}
    (network,) = docker.client.networks(names=[f"{two.iid.name}.d"])
    assert network["Id"] == now.subnets[2].iid.id
    assert network["IPAM"]["Config"] == [{"Subnet": free(two, "d").cidr}]


def test_a_vpc_is_the_same_when_none_of_its_first_networks_is_left(docker: Docker, two: Vpc) -> None:
    for number, word in enumerate("de", 9):
        add(docker, two, free(two, word, number))
    for subnet in two.subnets:
        remove(docker, two, ref(subnet))
    left = docker.connection.vpc.get(ref(two))
    assert (left.iid, left.cidr, left.tags) == (two.iid, two.cidr, {"team": "a"})
    assert [subnet.iid.name for subnet in left.subnets] == ["d", "e"]
    assert [subnet.iid.name for subnet in add(docker, two, free(two, "a", 1)).subnets] == ["d", "e", "a"]


def test_the_last_subnet_of_a_vpc_cannot_be_removed(docker: Docker, vpc: Vpc) -> None:
    with pytest.raises(InUse, match="delete the VPC"):
        remove(docker, vpc, ref(vpc.subnets[0]))
    assert docker.connection.vpc.get(ref(vpc)) == vpc


def test_an_add_is_undone_though_no_other_subnet_is_left(docker: Docker, vpc: Vpc) -> None:
    attempt = Attempt("added and undone")
    add(docker, vpc, free(vpc, "d"), attempt)
    docker.client.remove_network(vpc.subnets[0].iid.id)
    remove(docker, vpc, Ref("d", None, attempt.token))
    assert vpc.iid.id not in {vpc.iid.id for vpc in docker.connection.vpc.list()}


def test_a_range_that_the_vpc_has_not_free_is_invalid_and_nothing_is_sent(docker: Docker, two: Vpc) -> None:
    taken = two.subnets[0].cidr
    for cidr in (
        taken,
        taken.replace("/24", "/25"),
        "192.168.77.0/24",
        two.cidr.replace("/16", "/8"),
        "10.1",
        "fd00::/64",
    ):
        calls = docker.apis_of(lambda: refused(docker, two, SubnetRequest("d", cidr), Invalid, "cidr"))  # noqa: B023
        assert "POST /networks/create" not in calls, cidr


def test_a_range_that_another_network_of_the_engine_has_is_invalid(docker: Docker, two: Vpc) -> None:
    wanted = free(two, "d")
    pool = {"Driver": "default", "Config": [{"Subnet": wanted.cidr}]}
    theirs = docker.client.create_network(docker.name("theirs"), driver="bridge", ipam=pool)["Id"]
    refused(docker, two, wanted, Invalid, "cidr")
    docker.client.remove_network(theirs)


def test_a_taken_name_is_refused_and_what_has_it_is_left_alone(docker: Docker, two: Vpc) -> None:
    refused(docker, two, free(two, "a"), AlreadyExists, "name")
    refused(docker, two, free(two, "b-c"), AlreadyExists, None)  # networks are called by fewer letters
    theirs = docker.client.create_network(f"{two.iid.name}.d", driver="bridge")["Id"]
    refused(docker, two, free(two, "d"), AlreadyExists, None)
    docker.client.remove_network(theirs)


def test_a_stopped_container_of_somebody_else_keeps_its_subnet_alone(docker: Docker, two: Vpc) -> None:
    first, second = two.subnets
    name = docker.name("theirs")
    config = {"Image": docker.image, "HostConfig": {"NetworkMode": first.details["Name"]}}
    theirs = docker.client.create_container_from_config(config, name)["Id"]
    with pytest.raises(InUse, match=f"subnet a is in use by {name}"):
        remove(docker, two, ref(first))
    assert docker.connection.vpc.get(ref(two)) == two
    remove(docker, two, ref(second))
    assert docker.connection.vpc.get(ref(two)).subnets == (first,)
    docker.client.remove_container(theirs)


def test_a_subnet_costs_three_calls_to_add_and_three_to_remove(docker: Docker, two: Vpc) -> None:
    adding = docker.apis_of(lambda: add(docker, two, free(two, "d")))
    assert adding == ["GET /networks", "POST /networks/create", "GET /networks"]
    added = docker.connection.vpc.get(ref(two)).subnets[2]
    removing = docker.apis_of(lambda: remove(docker, two, ref(added)))
    assert removing == ["GET /networks", "GET /containers/json", "DELETE /networks/{id}"]


def _by_id(networks: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(networks, key=lambda network: str(network["Id"]))
