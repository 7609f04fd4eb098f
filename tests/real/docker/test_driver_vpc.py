"""The Docker driver's VPCs on a real Engine: sets of networks."""

from __future__ import annotations

import dataclasses

import pytest
from spider_drivers.contract import AlreadyExists, Attempt, InUse, Invalid, Ref, SubnetRequest, Vpc, VpcRequest, Wait

from .driver import Docker, done, free_network, ref


@pytest.fixture
def request_for_two(docker: Docker) -> VpcRequest:
    network = free_network(docker.client)
    subnets = [SubnetRequest(word, network.replace("0.0/16", f"{n}.0/24")) for n, word in ((1, "a"), (2, "b c"))]
    return VpcRequest(docker.name("two"), network, tuple(subnets), {"team": "a"})


def create(docker: Docker, request: VpcRequest, attempt: Attempt | None = None) -> Vpc:
    return done(lambda attempt: docker.connection.vpc.create(request, attempt), attempt)


def delete(docker: Docker, ref: Ref) -> None:
    done(lambda attempt: docker.connection.vpc.delete(ref, attempt))


def test_a_vpc_is_its_networks(docker: Docker, request_for_two: VpcRequest) -> None:
    made = create(docker, request_for_two)
    assert made.tags == {"team": "a"}
    assert [subnet.iid.name for subnet in made.subnets] == ["a", "b c"]
    networks = docker.client.networks(filters={"label": f"spider-vpc={made.iid.id}"})
    assert {network["Name"] for network in networks} == {f"{made.iid.name}.a", f"{made.iid.name}.b-c"}
    assert {network["Id"] for network in networks} == {subnet.iid.id for subnet in made.subnets}
    delete(docker, ref(made))
    assert docker.client.networks(filters={"label": f"spider-vpc={made.iid.id}"}) == []


def test_addresses_that_another_network_has_are_refused_and_nothing_stays(
    docker: Docker, vpc: Vpc, request_for_two: VpcRequest
) -> None:
    taken = dataclasses.replace(request_for_two.subnets[1], cidr=vpc.subnets[0].cidr)
    request = VpcRequest(request_for_two.name, "10.0.0.0/8", (request_for_two.subnets[0], taken))
    before, attempt = docker.connection.vpc.list(), Attempt("overlapping")
    with pytest.raises(Invalid, match="Pool overlaps") as refused:
        create(docker, request, attempt)
    assert refused.value.field == "subnets"
    done(lambda undo: docker.connection.vpc.delete(Ref(request.name, None, attempt.token), undo))
    assert docker.connection.vpc.list() == before


def test_a_name_that_somebody_else_s_network_has_is_taken(docker: Docker, request_for_two: VpcRequest) -> None:
    theirs = docker.client.create_network(f"{request_for_two.name}.a", driver="bridge")["Id"]
    before = docker.client.inspect_network(theirs)
    with pytest.raises(AlreadyExists):
        create(docker, request_for_two)
    assert docker.client.inspect_network(theirs) == before
    docker.client.remove_network(theirs)


def test_a_vpc_is_what_is_left_of_it(docker: Docker, request_for_two: VpcRequest) -> None:
    """When somebody else has removed a network."""
    made = create(docker, request_for_two)
    docker.client.remove_network(made.subnets[0].iid.id)
    assert docker.connection.vpc.get(ref(made)) == dataclasses.replace(made, subnets=made.subnets[1:])
    delete(docker, ref(made))


def test_a_create_waits_until_all_that_it_made_is_shown(docker: Docker, request_for_two: VpcRequest) -> None:
    attempt = Attempt("shown")
    made = create(docker, request_for_two, attempt)
    docker.client.remove_network(made.subnets[0].iid.id)
    assert isinstance(docker.connection.vpc.create(request_for_two, attempt), Wait)
    delete(docker, ref(made))


def test_a_network_of_a_vpc_that_tells_no_place_is_listed(docker: Docker, vpc: Vpc) -> None:
    told = docker.client.inspect_network(vpc.subnets[0].iid.id)["Labels"]
    told = {**told, "spider-name": "old"}
    del told["spider-vpc-place"]
    docker.client.create_network(docker.name("old"), driver="bridge", labels=told)
    assert {subnet.iid.name for subnet in docker.connection.vpc.get(ref(vpc)).subnets} == {"front", "old"}


def test_a_stopped_container_of_somebody_else_keeps_a_vpc(docker: Docker, vpc: Vpc) -> None:
    config = {"Image": docker.image, "HostConfig": {"NetworkMode": vpc.subnets[0].iid.id}}
    name = docker.name("theirs")
    theirs = docker.client.create_container_from_config(config, name)["Id"]
    with pytest.raises(InUse, match=name):
        delete(docker, ref(vpc))
    assert docker.connection.vpc.get(ref(vpc)) == vpc
    docker.client.remove_container(theirs)


def test_networks_that_spider_did_not_make_are_no_vpcs(docker: Docker) -> None:
    docker.client.create_network(docker.name("theirs"), driver="bridge")
    assert docker.name("theirs") not in {vpc.iid.name for vpc in docker.connection.vpc.list()}
    docker.remove_made()


def test_a_vpc_without_subnets_cannot_be(docker: Docker) -> None:
    with pytest.raises(Invalid) as refused:
        create(docker, VpcRequest(docker.name("none"), "10.9.0.0/16"))
    assert refused.value.field == "subnets"


def test_a_list_is_one_call(docker: Docker, request_for_two: VpcRequest) -> None:
    made = create(docker, request_for_two)
    assert docker.apis_of(lambda: docker.connection.vpc.list()) == ["GET /networks"]
    assert docker.apis_of(lambda: docker.connection.vpc.get(ref(made))) == ["GET /networks"]
    delete(docker, ref(made))
