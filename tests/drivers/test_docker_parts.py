"""What the Docker driver makes of names, rules, accounts and containers, without an Engine."""

from __future__ import annotations

import dataclasses
import io
import tarfile
from typing import Any

import pytest
from spider_drivers.contract import Direction, Protocol, Ref, Rule, VmRequest, VmStatus
from spider_drivers.docker import reference
from spider_drivers.docker.access import Table, _archive, _enrol, _file, _new
from spider_drivers.docker.address import Address
from spider_drivers.docker.container import as_vm, config, status_of
from spider_drivers.docker.ports import published
from spider_drivers.docker.spec import SIZES, Size

from tests.drivers.docker_support import CONTAINER

ANYWHERE = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
HERE = Address("unix:///run/docker.sock", tls=False)
FAR = Address("tcp://192.0.2.7:2375", tls=False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nginx", "nginx:latest"),
        ("docker.io/library/nginx:1.27", "nginx:1.27"),
        ("library/nginx", "nginx:latest"),
        ("team/app", "team/app:latest"),
        ("registry.example.test:5000/team/app", "registry.example.test:5000/team/app:latest"),
        ("registry.example.test:5000/team/app:2", "registry.example.test:5000/team/app:2"),
        ("nginx@sha256:abc", "nginx@sha256:abc"),
        ("sha256:abc", "sha256:abc"),
        ("http://host/a/Root FS.tar.gz?x=1", "root-fs:latest"),
        ("https://host/alpine-minirootfs.tgz", "alpine-minirootfs:latest"),
    ],
)
def test_an_image_has_one_name(name: str, expected: str) -> None:
    assert reference.normal(name) == expected
    assert reference.normal(expected) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nginx:1", ("nginx", "1")), ("h:5000/a:1", ("h:5000/a", "1")), ("a@sha256:b", ("a", "sha256:b"))],
)
def test_repository_and_tag(name: str, expected: tuple[str, str]) -> None:
    assert reference.split(name) == expected


@pytest.mark.parametrize(
    ("change", "bindings"),
    [
        ({}, {"22/tcp": ""}),
        ({"protocol": Protocol.ALL, "from_port": -1, "to_port": -1}, {"22/tcp": "", "80/tcp": "", "53/udp": ""}),
        ({"from_port": 1, "to_port": 65535}, {"22/tcp": "", "80/tcp": ""}),
        ({"from_port": -1, "to_port": -1}, {"22/tcp": "", "80/tcp": ""}),
        ({"protocol": Protocol.UDP, "from_port": 53, "to_port": 53}, {"53/udp": ""}),
        ({"cidr": "127.0.0.0/8"}, {"22/tcp": "127.0.0.1"}),
        ({"cidr": "127.0.0.1/32"}, {"22/tcp": "127.0.0.1"}),
        ({"cidr": "10.0.0.0/8"}, {}),
        ({"cidr": "0.0.0.0/1"}, {}),
        ({"cidr": "::/0"}, {}),
        ({"direction": Direction.OUTBOUND}, {}),
        ({"protocol": Protocol.ICMP, "from_port": -1, "to_port": -1}, {}),
        ({"from_port": 23, "to_port": 79}, {}),
    ],
)
def test_a_port_is_published_if_anybody_may_reach_it(change: dict[str, Any], bindings: dict[str, str]) -> None:
    """Docker cannot tell callers apart: what is meant for some is open to none."""
    exposed = {"22/tcp", "80/tcp", "53/udp"}
    opened = published(exposed, [dataclasses.replace(ANYWHERE, **change)], "")
    assert opened.bindings == {port: [{"HostIp": ip, "HostPort": ""}] for port, ip in bindings.items()}
    assert set(opened.closed) == exposed - bindings.keys()


def test_rules_add_up() -> None:
    narrow = dataclasses.replace(ANYWHERE, cidr="10.0.0.0/8")
    assert published({"22/tcp"}, [narrow, ANYWHERE], "127.0.0.1").bindings["22/tcp"][0]["HostIp"] == "127.0.0.1"


def test_no_rules_publish_nothing() -> None:
    assert published({"22/tcp"}, [], "").bindings == {}


def request(**changes: Any) -> VmRequest:
    return dataclasses.replace(VmRequest("web_1", Ref("nginx", "nginx:latest"), rules=(ANYWHERE,)), **changes)


def test_ssh_is_published_when_there_is_a_key() -> None:
    image: dict[str, Any] = {"Config": {"ExposedPorts": {"80/tcp": {}}}}
    bindings = {
        key: config(request(public_key=key), "token", None, image, "")["HostConfig"]["PortBindings"]
        for key in ("", "ssh-rsa A")
    }
    assert [list(ports) for ports in bindings.values()] == [[], ["22/tcp"]]


def test_a_container_is_limited_as_its_spec_says() -> None:
    host = config(request(spec="2vcpu-4gib"), "token", Size(2, 4096), {"Config": None}, "")["HostConfig"]
    assert (host["NanoCpus"], host["Memory"]) == (2 * 10**9, 4 * 2**30)
    assert "Memory" not in config(request(), "token", None, {}, "")["HostConfig"]


def test_a_host_name_is_one() -> None:
    assert config(request(), "token", None, {}, "")["Hostname"] == "web-1"
    assert len(config(request(name="a" * 200), "token", None, {}, "")["Hostname"]) == 63


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        ("created", "Created", VmStatus.CREATING),
        ("running", "Up 2 minutes", VmStatus.RUNNING),
        ("paused", "Up 2 minutes (Paused)", VmStatus.SUSPENDED),
        ("restarting", "Restarting (1) 2 seconds ago", VmStatus.REBOOTING),
        ("removing", "Removal In Progress", VmStatus.TERMINATING),
        ("exited", "Exited (0) 2 minutes ago", VmStatus.SUSPENDED),
        ("exited", "Exited (137) 2 minutes ago", VmStatus.SUSPENDED),
        ("exited", "Exited (143) 2 minutes ago", VmStatus.SUSPENDED),
        ("exited", "Exited (1) 2 minutes ago", VmStatus.FAILED),
        ("dead", "Dead", VmStatus.FAILED),
    ],
)
def test_states(state: str, status: str, expected: VmStatus) -> None:
    assert status_of({"State": state, "Status": status}) is expected


def port(ip: str, number: int = 32768, private: int = 22) -> dict[str, Any]:
    return {"IP": ip, "PrivatePort": private, "PublicPort": number, "Type": "tcp"}


@pytest.mark.parametrize(
    ("ports", "address", "public_ip", "ssh_port"),
    [
        ([port("0.0.0.0"), port("::", 32769)], FAR, "192.0.2.7", 32768),
        ([port("::", 32769), port("0.0.0.0")], FAR, "192.0.2.7", 32768),
        ([port("127.0.0.1")], HERE, "127.0.0.1", 32768),
        ([port("192.0.2.9")], FAR, "192.0.2.9", 32768),
        ([port("0.0.0.0", 32768, 80)], FAR, "192.0.2.7", None),
        ([{"PrivatePort": 22, "Type": "tcp"}], FAR, "", None),
        ([], FAR, "", None),
    ],
)
def test_where_ssh_is_reached(
    ports: list[dict[str, Any]], address: Address, public_ip: str, ssh_port: int | None
) -> None:
    vm = as_vm({**CONTAINER, "Ports": ports}, "default", address)
    assert (vm.public_ip, vm.ssh_port) == (public_ip, ssh_port)


def test_a_container_of_somebody_else_is_shown_by_its_own_name() -> None:
    linked = {**CONTAINER, "Names": ["/front/db", "/db"], "Labels": {"team": "a"}}
    vm = as_vm(linked, "default", HERE)
    assert (vm.iid.name, vm.image.id, vm.tags) == ("db", "nginx:latest", {"team": "a"})


def test_tags_are_the_user_s_and_not_the_image_s() -> None:
    labels = config(request(tags={"team": "a"}), "token", None, {}, "")["Labels"]
    vm = as_vm({**CONTAINER, "Labels": {"maintainer": "nginx", **labels}}, "default", HERE)
    assert vm.tags == {"team": "a"}


def test_specs_have_names_of_their_own() -> None:
    names = [size.name for size in SIZES]
    assert names[:5] == ["1vcpu-512mib", "1vcpu-1gib", "1vcpu-2gib", "1vcpu-4gib", "2vcpu-2gib"]
    assert len(set(names)) == len(names)


def table(path: str, *lines: str) -> Table:
    return Table(_file(path, 0o644), list(lines))


def test_a_user_gets_the_first_id_that_nobody_has() -> None:
    passwd = table("etc/passwd", "root:x:0:0:root:/root:/bin/sh", "app:x:1000:1001::/app:/bin/sh")
    group, shadow = table("etc/group", "root:x:0:", "app:x:1001:"), table("etc/shadow", "root:*:1::::::")
    account = _new(passwd, group, shadow, "/bin/sh")
    assert passwd.lines[-1] == "cb-user:x:1002:1002::/home/cb-user:/bin/sh"
    assert group.lines[-1] == "cb-user:x:1002:"
    assert shadow.lines[-1] == "cb-user:*:::::::"
    again = _enrol(passwd, shadow)
    assert again == account
    assert len(passwd.lines) == 3


def test_a_user_who_is_there_is_kept_and_unlocked() -> None:
    passwd = table("etc/passwd", "cb-user:x:500:501::/data:/bin/ash")
    shadow = table("etc/shadow", "cb-user:!:19000:0:99999:7:::")
    account = _enrol(passwd, shadow)
    assert account is not None
    assert (account.uid, account.gid, account.home) == (500, 501, "/data")
    assert shadow.lines == ["cb-user:*:19000:0:99999:7:::"]


def test_without_a_shadow_file_the_account_has_no_password_all_the_same() -> None:
    passwd = table("etc/passwd")
    _new(passwd, table("etc/group"), None, "/bin/sh")
    assert passwd.lines == ["cb-user:*:1000:1000::/home/cb-user:/bin/sh"]


def test_all_of_an_account_is_written_at_once() -> None:
    passwd, group = table("etc/passwd"), table("etc/group")
    account = _new(passwd, group, None, "/bin/sh")
    with tarfile.open(fileobj=io.BytesIO(_archive([passwd, group], account, "ssh-rsa A"))) as tar:
        found = {entry.name: (oct(entry.mode), entry.uid, entry.gid) for entry in tar.getmembers()}
    assert found == {
        "etc/passwd": ("0o644", 0, 0),
        "etc/group": ("0o644", 0, 0),
        "home/cb-user": ("0o700", 1000, 1000),
        "home/cb-user/.ssh": ("0o700", 1000, 1000),
        "home/cb-user/.ssh/authorized_keys": ("0o600", 1000, 1000),
        "etc/sudoers.d/90-cb-user": ("0o440", 0, 0),
    }
