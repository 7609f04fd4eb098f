"""The Docker driver's VMs on a real Engine: log-in, ports, limits, states."""

from __future__ import annotations

import dataclasses

import paramiko
import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    Invalid,
    Ref,
    Refused,
    Rule,
    Vm,
    VmRequest,
    VmStatus,
    Vpc,
)

from .driver import SPEC, SSH, Docker, done, ref


@pytest.fixture(scope="module")
def key() -> paramiko.RSAKey:
    return paramiko.RSAKey.generate(2048)


@pytest.fixture
def public_key(key: paramiko.RSAKey) -> str:
    return f"{key.get_name()} {key.get_base64()} somebody"


def ran(vm: Vm, key: paramiko.RSAKey, command: str) -> str:
    """What a command writes that cb-user runs."""
    assert vm.ssh_port
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        log_in = {"username": vm.user, "pkey": key, "allow_agent": False, "look_for_keys": False}
        client.connect(vm.public_ip, vm.ssh_port, timeout=10, banner_timeout=10, **log_in)
        told: bytes = client.exec_command(command)[1].read()
    return told.decode().strip()


def test_two_vms_of_one_image_are_logged_in_to_side_by_side(
    docker: Docker, vpc: Vpc, key: paramiko.RSAKey, public_key: str
) -> None:
    vms = [docker.create(docker.vm_request(word, vpc, public_key, SSH)) for word in ("one", "two")]
    assert len({vm.ssh_port for vm in vms}) == 2
    for vm in vms:
        assert vm.ssh_port != 22
        assert ran(vm, key, "whoami") == "cb-user"
        assert ran(vm, key, "hostname") == vm.iid.name
        assert ran(vm, key, "hostname -i").split()[-1] == vm.private_ip
    modes = ran(vms[0], key, "stat -c '%a %u %n' . .ssh .ssh/authorized_keys /etc/passwd").splitlines()
    assert modes == ["700 1000 .", "700 1000 .ssh", "600 1000 .ssh/authorized_keys", "644 0 /etc/passwd"]
    assert ran(vms[0], key, "grep -c . /etc/passwd") == "2"
    assert ran(vms[0], key, f"nc -w 2 {vms[1].private_ip} 22 </dev/null | head -c 4") == "SSH-"
    for vm in vms:
        docker.delete(vm)


def test_another_key_does_not_log_in(docker: Docker, vpc: Vpc, public_key: str) -> None:
    vm = docker.create(docker.vm_request("one", vpc, public_key, SSH))
    with pytest.raises(paramiko.AuthenticationException):
        ran(vm, paramiko.RSAKey.generate(2048), "whoami")
    docker.delete(vm)


def test_after_suspend_and_resume_it_is_the_same(
    docker: Docker, vpc: Vpc, key: paramiko.RSAKey, public_key: str
) -> None:
    vm = docker.create(docker.vm_request("one", vpc, public_key, SSH))
    done(lambda attempt: docker.connection.vm.suspend(ref(vm), attempt))
    done(lambda attempt: docker.connection.vm.resume(ref(vm), attempt))
    again = docker.connection.vm.get(ref(vm))
    assert again.ssh_port == vm.ssh_port
    assert ran(again, key, "whoami") == "cb-user"
    docker.delete(vm)


@pytest.mark.parametrize(("code", "expected"), [(0, VmStatus.SUSPENDED), (3, VmStatus.FAILED)])
def test_what_has_exited_is_started_by_resume(docker: Docker, vpc: Vpc, code: int, expected: VmStatus) -> None:
    """With 0 it was stopped, as far as the Engine's list tells."""
    ends = _image(
        docker, "/bin/sh", "-c", f"trap 'exit {code}' TERM; while true; do sleep 0.1; done", StopSignal="SIGTERM"
    )
    vm = docker.create(dataclasses.replace(docker.vm_request("one", vpc), image=ends))
    docker.client.stop(vm.iid.id)
    assert docker.connection.vm.get(ref(vm)).status is expected
    assert done(lambda attempt: docker.connection.vm.resume(ref(vm), attempt)) is VmStatus.RESUMING
    assert docker.connection.vm.get(ref(vm)).status is VmStatus.RUNNING
    docker.delete(vm)


def test_a_container_that_exits_at_once_is_no_vm(docker: Docker, vpc: Vpc) -> None:
    request = dataclasses.replace(docker.vm_request("one", vpc), image=_image(docker, "/bin/sh", "-c", "exit 7"))
    attempt = Attempt("exits-at-once")
    with pytest.raises(Refused, match="exited at once with code 7"):
        done(lambda attempt: docker.connection.vm.create(request, attempt), attempt)
    done(lambda undo: docker.connection.vm.delete(Ref(request.name, None, attempt.token), undo))
    assert docker.client.containers(all=True, filters={"name": request.name}) == []


def test_a_command_that_is_not_there_is_told_in_the_engine_s_words(docker: Docker, vpc: Vpc) -> None:
    request = dataclasses.replace(docker.vm_request("one", vpc), image=_image(docker, "/no/such/command"))
    with pytest.raises(Refused, match="no such file"):
        docker.create(request)


def test_a_shell_goes_on_waiting_for_its_input(docker: Docker, vpc: Vpc) -> None:
    """As the images of most distributions are made."""
    vm = docker.create(dataclasses.replace(docker.vm_request("one", vpc), image=_image(docker, "/bin/sh")))
    assert vm.status is VmStatus.RUNNING
    docker.delete(vm)


def test_a_name_that_somebody_else_has_is_taken_and_theirs_is_left_alone(docker: Docker, vpc: Vpc) -> None:
    request = docker.vm_request("one", vpc)
    theirs = docker.client.create_container_from_config({"Image": docker.image}, request.name)["Id"]
    before, attempt = docker.client.inspect_container(theirs), Attempt("second")
    with pytest.raises(AlreadyExists, match="already in use"):
        done(lambda attempt: docker.connection.vm.create(request, attempt), attempt)
    done(lambda undo: docker.connection.vm.delete(Ref(request.name, None, attempt.token), undo))
    assert docker.client.inspect_container(theirs) == before
    docker.client.remove_container(theirs)


def test_without_a_rule_nothing_is_published(docker: Docker, vpc: Vpc, public_key: str) -> None:
    narrow = dataclasses.replace(SSH, cidr="10.0.0.0/8")
    for rules in ((), (narrow,)):
        vm = docker.create(docker.vm_request("one", vpc, public_key, *rules))
        assert (vm.ssh_port, vm.public_ip) == (None, "")
        assert vm.details["UnpublishedPorts"] == "22/tcp"
        assert docker.client.inspect_container(vm.iid.id)["HostConfig"]["PortBindings"] == {}
        docker.delete(vm)


@pytest.mark.parametrize("rule", [SSH, dataclasses.replace(SSH, cidr="127.0.0.1/32")], ids=["anybody", "this host"])
def test_an_engine_on_loopback_publishes_on_loopback(docker: Docker, vpc: Vpc, public_key: str, rule: Rule) -> None:
    vm = docker.create(docker.vm_request("one", vpc, public_key, rule))
    bindings = docker.client.inspect_container(vm.iid.id)["NetworkSettings"]["Ports"]
    assert bindings == {"22/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(vm.ssh_port)}]}
    assert vm.public_ip == "127.0.0.1"
    docker.delete(vm)


def test_the_spec_s_limits_hold_and_without_a_spec_there_are_none(docker: Docker, vpc: Vpc) -> None:
    request = docker.vm_request("one", vpc)
    for spec, limits in (("1vcpu-512mib", (10**9, 512 * 2**20)), ("", (0, 0))):
        vm = docker.create(dataclasses.replace(request, spec=spec))
        host = docker.client.inspect_container(vm.iid.id)["HostConfig"]
        assert (host["NanoCpus"], host["Memory"]) == limits
        assert vm.spec == spec
        docker.delete(vm)


def test_without_a_subnet_it_is_in_the_engine_s_own_network(
    docker: Docker, key: paramiko.RSAKey, public_key: str
) -> None:
    """And in all else as any other."""
    request = VmRequest(docker.name("one"), Ref(docker.image, docker.image), SPEC, public_key=public_key, rules=(SSH,))
    vm = docker.create(request)
    assert vm.status is VmStatus.RUNNING
    assert (vm.vpc.id, vm.subnet.id, vm.spec, vm.public_ip) == ("", "", SPEC, "127.0.0.1")
    bridge = docker.client.inspect_network("bridge")
    assert bridge["Containers"][vm.iid.id]["IPv4Address"].partition("/")[0] == vm.private_ip
    assert ran(vm, key, "hostname -i").split()[-1] == vm.private_ip
    host = docker.client.inspect_container(vm.iid.id)["HostConfig"]
    assert (host["NanoCpus"], host["Memory"]) == (10**9, 512 * 2**20)
    docker.delete(vm)


def test_in_a_vpc_it_has_to_be_in_a_subnet(docker: Docker, vpc: Vpc) -> None:
    request = dataclasses.replace(docker.vm_request("one", vpc), subnet=Ref(""))
    with pytest.raises(Invalid) as refused:
        docker.create(request)
    assert refused.value.field == "subnet"
    assert docker.client.containers(all=True, filters={"name": request.name}) == []


def test_volumes_of_its_own_go_with_a_vm(docker: Docker, vpc: Vpc) -> None:
    image = _image(docker, "/bin/sh", Volumes={"/data": {}})
    vm = docker.create(dataclasses.replace(docker.vm_request("one", vpc), image=image))
    volumes = [mount["Name"] for mount in docker.client.inspect_container(vm.iid.id)["Mounts"]]
    assert len(volumes) == 1
    docker.delete(vm)
    assert volumes[0] not in {volume["Name"] for volume in docker.client.volumes()["Volumes"] or ()}


def test_a_list_is_one_call_however_long_it_is(docker: Docker, vpc: Vpc) -> None:
    """Containers of somebody else, which are listed too."""
    before = len(docker.connection.vm.list())
    config = {"Image": docker.image, "HostConfig": {"NetworkMode": vpc.subnets[0].iid.id}}
    for n in range(50):
        docker.client.create_container_from_config(config, docker.name(f"other-{n}"))
        if n in (0, 49):
            calls = docker.apis_of(lambda: docker.connection.vm.list())
            assert calls == ["GET /containers/json"]
            assert len(docker.connection.vm.list()) == before + n + 1
            assert docker.apis_of(lambda: docker.connection.vm.statuses()) == ["GET /containers/json"]
    shown = {vm.iid.name: vm.image.id for vm in docker.connection.vm.list()}
    assert shown[docker.name("other-7")] == docker.image
    docker.remove_made()


def test_tags_are_labels(docker: Docker, vpc: Vpc) -> None:
    vm = docker.create(dataclasses.replace(docker.vm_request("one", vpc), tags={"team": "a"}))
    assert vm.tags == {"team": "a"}
    found = docker.client.containers(all=True, filters={"label": "team=a"})
    assert [one["Id"] for one in found] == [vm.iid.id]
    docker.delete(vm)


def _image(docker: Docker, *command: str, **config: object) -> Ref:
    name = docker.image_that_runs(*command, **config)
    return Ref(name, name)
