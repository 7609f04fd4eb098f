"""One sequence of calls for any Engine.

python -m tests.cloud_twin.docker.dialogue /var/run/docker.sock 10.77   writes what an Engine answers to RECORDED; its
networks are made in 10.77.0.0/16, all that is made is removed in the end.
"""

from __future__ import annotations

import http.client
import io
import json
import secrets
import socket
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from tests.system import idle_image

from .talk import RECORDED, Said, Talk


def archive(*entries: tuple[str, bytes, int]) -> bytes:
    """A tar archive of files of cb-user's: names, contents, modes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content, mode in entries:
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size, entry.mtime, entry.uid, entry.gid = mode, len(content), 1_700_000_000, 1000, 1000
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def where(**filters: str) -> str:
    return quote(json.dumps({name.replace("_", "-"): [value] for name, value in filters.items()}))


def run(talk: Talk, name: str) -> None:
    """All parts. `name`: of all that is made, which is removed in the end."""
    talk.kept["x"] = name
    for part in (images, networks, containers, states, files, connections, ports, volumes, commits, removal):
        part(talk)


def images(talk: Talk) -> None:
    idle = idle_image.archive("amd64")
    changes = "&".join(f"changes={quote(one)}" for one in idle_image.CHANGES)
    talk("POST", f"/images/create?fromSrc=-&repo=$x&tag=1&{changes}", idle, kind="application/x-tar")
    talk("GET", "/images/$x:1/json", keep="image")
    talk("GET", "/images/$x:1/history")
    talk("GET", f"/images/json?filters={where(reference='$x')}".replace("%24x", "$x"))
    for path in ("none:1", "NONE", "$x:2", "sha256:" + "0" * 64):
        talk("GET", f"/images/{path}/json")
    talk("POST", f"/images/create?fromSrc=-&repo=$x&tag=1&changes={quote('BAD x')}", idle, kind="application/x-tar")
    talk("POST", "/images/create?fromSrc=-&repo=$x&tag=1", b"junk", kind="application/x-tar")
    talk("POST", "/images/create?fromSrc=-&repo=BAD&tag=1", idle, kind="application/x-tar")
    talk("POST", "/images/create")
    talk("POST", "/images/create?fromImage=BAD")
    talk("POST", "/images/$x:1/tag?repo=$x/other&tag=2")
    talk("GET", f"/images/json?filters={where(reference='$x/oth*')}".replace("%24x", "$x"))
    talk("GET", f"/images/json?filters={where(bad='a')}")
    talk("GET", f"/images/json?filters={where(dangling='maybe')}")
    talk("GET", f"/images/json?filters={where(before='none')}")
    for query in ("repo=BAD", ""):
        talk("POST", f"/images/$x:1/tag?{query}")
    talk("POST", "/images/none/tag?repo=x")
    talk("DELETE", "/images/none")
    talk("DELETE", "/images/$image")
    talk("DELETE", "/images/$x/other:2")
    talk("POST", "/images/load", b"junk", kind="application/x-tar")


def networks(talk: Talk) -> None:
    pool = {"Driver": "default", "Config": [{"Subnet": "$cidr.1.0/24"}]}
    net = {"Name": "$x-1", "Driver": "bridge", "CheckDuplicate": True, "IPAM": pool, "Labels": {"$x": "b"}}
    talk("POST", "/networks/create", net, keep="net")
    talk("POST", "/networks/create", net)
    for config in (
        {"Subnet": "$cidr.1.128/25"},
        {"Subnet": "$cidr.300.0/24"},
        {"Subnet": "$cidr.4.0/24", "Gateway": "10.1.2.3"},
        {"Subnet": "$cidr.5.5/24", "Gateway": "$cidr.5.9"},
    ):
        talk("POST", "/networks/create", {"Name": "$x-2", "IPAM": {"Config": [config]}})
    talk("GET", "/networks/$x-2")
    talk("DELETE", "/networks/$x-2")
    talk("GET", "/networks/$x-1")
    talk("GET", "/networks/$net")
    for body in (
        {"Name": "$x-3", "Driver": "nodriver"},
        {"Name": ""},
        {},
        {"Name": "bridge"},
        {"Name": "host"},
        {"Name": "$x-4", "Driver": "host"},
        {"Name": "$x-5", "Driver": "null"},
        {"Name": 5},
        {"Name": "a", "Labels": [1]},
    ):
        talk("POST", "/networks/create", body)
    talk("POST", "/networks/create", b'{"Name":')
    talk("POST", "/networks/create", b'{"Name":"x"}', kind="text/plain")
    talk("POST", "/networks/create")
    for filters in (
        {"label": "$x=b"},
        {"label": "$x=c"},
        {"name": "^$x-1$"},
        {"id": "$net"},
        {"bad": "a"},
        {"scope": "global"},
    ):
        talk("GET", f"/networks?filters={where(**filters)}".replace("%24", "$"))
    talk("GET", f"/networks?filters={where(type='builtin')}", mute=True)
    talk("GET", "/networks?filters=xx")
    for name in ("bridge", "nope"):
        talk("DELETE", f"/networks/{name}")
    talk("GET", "/networks/nope")


BASE: dict[str, Any] = {
    "Image": "$x:1",
    "Hostname": "web",
    "Labels": {"x": "y"},
    "ExposedPorts": {"22/tcp": {}, "80/tcp": {}},
    "OpenStdin": True,
    "HostConfig": {
        "NetworkMode": "$net",
        "PortBindings": {"22/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]},
        "NanoCpus": 1_000_000_000,
        "Memory": 536_870_912,
    },
}


def containers(talk: Talk) -> None:
    talk("POST", "/containers/create?name=$x-web", BASE, keep="web")
    talk("POST", "/containers/create?name=$x-web", BASE)
    for name in ("w", "b%20d"):
        talk("POST", f"/containers/create?name={name}", BASE)
    wrong: tuple[dict[str, Any], ...] = (
        {"Image": "nope:1"},
        {"Image": "NOPE"},
        {"Labels": {}},
        {"Image": "$x:1", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "x"}]}}},
        {"Image": "$x:1", "HostConfig": {"Memory": 100}},
        {"Image": "$x:1", "HostConfig": {"RestartPolicy": {"Name": "bad"}}},
        {"Image": "$x:1", "Labels": [1]},
        {"Image": 5},
        {"Image": "$x:1", "HostConfig": {"Memory": "x"}},
        {"Image": "$x:1", "StopSignal": "BAD"},
    )
    for body in wrong:
        talk("POST", "/containers/create?name=$x-no", body)
    talk("POST", "/containers/create?name=$x-no")
    talk("GET", "/containers/$x-web/json")
    talk("GET", _list("$x-web"))
    for path in ("GET json", "POST start", "POST pause", "POST stop", "POST wait"):
        method, _, verb = path.partition(" ")
        talk(method, f"/containers/nope/{verb}")
    talk("DELETE", "/containers/nope")


def _list(name: str) -> str:
    return f"/containers/json?all=1&filters={where(name=name)}".replace("%24", "$")


def states(talk: Talk) -> None:
    web = "/containers/$x-web"
    for verb in ("pause", "unpause", "stop?t=1", "kill", "kill?signal=BAD", "start", "start"):
        talk("POST", f"{web}/{verb}")
    for path in (_list("$x-web"), f"{web}/json", "/networks/$x-1"):
        talk("GET", path)
    for verb in ("pause", "pause"):
        talk("POST", f"{web}/{verb}")
    talk("GET", _list("$x-web"))
    talk("GET", f"{web}/json")
    for path in (web, "/networks/$x-1"):
        talk("DELETE", path)
    for verb in ("start", "unpause", "unpause", "restart?t=1", "kill?signal=SIGHUP"):
        talk("POST", f"{web}/{verb}")
    talk("DELETE", web)
    talk("DELETE", "/images/$x:1")
    talk("DELETE", "/images/$image")
    for verb in ("stop?t=x", "stop?t=1", "stop", "wait"):
        talk("POST", f"{web}/{verb}")
    for path in (_list("$x-web"), f"{web}/json", "/networks/$x-1", f"{web}/logs", f"{web}/logs?stdout=1"):
        talk("GET", path)
    talk("DELETE", "/images/$image")
    for verb in ("rename?name=$x-new", "rename?name=$x-new", "rename?name="):
        talk("POST", f"{web}/{verb}")
        web = "/containers/$x-new"
    talk("POST", f"{web}/rename?name=b%20d")
    talk("POST", f"{web}/update", {"Memory": 268_435_456})
    talk("POST", f"{web}/update", {"Memory": 1})
    talk("POST", f"{web}/rename?name=$x-web")
    for filters in (
        {"id": "$web"}, {"label": "x=y", "name": "$x"}, {"status": "exited", "name": "$x"}, {"status": "bad"},
        {"network": "$net"}, {"network": "$x-1"}, {"ancestor": "$x:1"}, {"exited": "0", "name": "$x"}, {"exited": "9"},
        {"zzz": "1"}, {"before": "zz"}, {"publish": "22", "name": "$x"}, {"expose": "22", "name": "$x"},
    ):  # fmt: skip
        talk("GET", f"/containers/json?all=1&filters={where(**filters)}".replace("%24", "$"))
    talk("GET", "/containers/json?filters=%5B1")
    talk("GET", "/containers/json?limit=x")


def files(talk: Talk) -> None:
    at = "/containers/$x-web/archive"
    for path in ("?path=/idle", "?path=/none", "", "?path=/etc/hosts", "?path=/"):
        talk("HEAD", at + path)
    talk("HEAD", "/containers/none/archive?path=/")
    talk("GET", f"{at}?path=/none")
    keys = archive(("etc/passwd", b"root:x\n", 0o644), ("home/cb/.ssh/authorized_keys", b"k\n", 0o600))
    for path in ("?path=/", "?path=/nodir", "?path=/idle", ""):
        talk("PUT", at + path, keys, kind="application/x-tar")
    talk("PUT", f"{at}?path=/", b"junk", kind="application/x-tar")
    for path in ("/home", "/etc/passwd", "home/cb/.ssh"):
        talk("GET", f"{at}?path={path}")
        talk.said.append(Said(f"archive of {path}", 0, "", list(_members(talk.raw))))


def _members(packed: bytes) -> Iterator[Any]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for one in tar:
            content = tar.extractfile(one) if one.isreg() else None
            yield [
                one.name,
                oct(one.mode & 0o7777),
                one.type.decode(),
                one.uid,
                content.read().decode() if content else "",
            ]


def connections(talk: Talk) -> None:
    talk("POST", "/containers/$x-web/start")
    talk("POST", "/networks/create", {"Name": "$x-6", "IPAM": {"Config": [{"Subnet": "$cidr.6.0/24"}]}}, keep="net6")
    for network in ("$x-6", "$x-6", "none", "host", "nope"):
        talk("POST", f"/networks/{network}/connect", {"Container": "$x-web"})
    talk("POST", "/networks/$x-6/connect", {"Container": "none"})
    talk("GET", _list("$x-web"))
    for _ in range(2):
        talk("POST", "/networks/$x-6/disconnect", {"Container": "$x-web"})
    for address in ("$cidr.6.77", "$cidr.9.77"):
        endpoint = {"IPAMConfig": {"IPv4Address": address}}
        talk("POST", "/networks/$x-6/connect", {"Container": "$x-web", "EndpointConfig": endpoint})
        talk("GET", "/networks/$x-6")
        talk("POST", "/networks/$x-6/disconnect", {"Container": "$x-web"}, mute=True)
    place = {"$x-6": {"IPAMConfig": {"IPv4Address": "$cidr.6.50"}, "Aliases": ["al"]}}
    fixed = {"Image": "$x:1", "HostConfig": {"NetworkMode": "$x-6"}, "NetworkingConfig": {"EndpointsConfig": place}}
    for name in ("fixed", "twice"):
        talk("POST", f"/containers/create?name=$x-{name}", fixed)
        talk("POST", f"/containers/$x-{name}/start")
        talk("GET", _list(f"$x-{name}"))
    for name, mode in (("lost", "$x-nonet"), ("host", "host"), ("none", "none"), ("deft", "default")):
        talk("POST", f"/containers/create?name=$x-{name}", {"Image": "$x:1", "HostConfig": {"NetworkMode": mode}})
        talk("POST", f"/containers/$x-{name}/start")
        talk("GET", _list(f"$x-{name}"), mute=name == "deft")


def ports(talk: Talk) -> None:
    for name in ("p1", "p2"):
        bindings = {"22/tcp": [{"HostIp": "", "HostPort": "21022"}]}
        body = {"Image": "$x:1", "HostConfig": {"NetworkMode": "$net", "PortBindings": bindings}}
        talk("POST", f"/containers/create?name=$x-{name}", body)
        talk("POST", f"/containers/$x-{name}/start")
        talk("GET", f"/containers/$x-{name}/json")
    body = {"Image": "$x:1", "HostConfig": {"NetworkMode": "$net", "PublishAllPorts": True, "AutoRemove": True}}
    talk("POST", "/containers/create?name=$x-all", body)
    talk("POST", "/containers/$x-all/start")
    talk("GET", _list("$x-all"))
    talk("POST", "/containers/$x-all/stop?t=1")


def volumes(talk: Talk) -> None:
    talk("POST", "/volumes/create", {"Name": "$x-v", "Labels": {"a": "b"}})
    talk("POST", "/volumes/create", {"Name": "$x-v"})
    for wrong in ({"Name": "!"}, {"Name": "a!b"}, {"Name": "$x-w", "Driver": "nod"}):
        talk("POST", "/volumes/create", wrong)
    for method in ("GET", "DELETE"):
        talk(method, "/volumes/nope")
    talk("GET", "/volumes/$x-v")
    mounts = [{"Type": "volume", "Source": "$x-v9", "Target": "/nine"}]
    body: dict[str, Any] = {"Image": "$x:1", "HostConfig": {"Binds": ["$x-v:/data"], "Mounts": mounts}}
    talk("POST", "/containers/create?name=$x-vol", body)
    talk("GET", f"/containers/json?all=1&filters={where(volume='$x-v')}".replace("%24", "$"))
    talk("DELETE", "/volumes/$x-v")
    talk("DELETE", "/containers/$x-vol?v=1")
    for name in ("v", "v9"):
        talk("DELETE", f"/volumes/$x-{name}")


def commits(talk: Talk) -> None:
    told = {"Cmd": ["/no/such"], "StopSignal": "SIGKILL", "Volumes": {"/data": {}}, "Labels": {"im": "lab"}}
    talk("POST", "/commit?container=$x-web&repo=$x/bad&tag=1", told, keep="bad")
    talk("POST", "/commit?container=nope&repo=$x/bad&tag=1", told)
    talk("GET", "/images/$x/bad:1/json")
    talk("GET", "/images/$x/bad:1/history")
    talk("POST", "/containers/create?name=$x-bad", {"Image": "$x/bad:1", "HostConfig": {"NetworkMode": "$net"}})
    talk("POST", "/containers/$x-bad/start")
    talk("GET", "/containers/$x-bad/json")
    talk("DELETE", "/images/$x/bad:1")
    talk("DELETE", "/images/$image")


def removal(talk: Talk) -> None:
    for name in ("web", "fixed", "twice", "lost", "host", "none", "deft", "p1", "p2", "bad"):
        talk("DELETE", f"/containers/$x-{name}?force=1&v=1")
    talk("DELETE", "/images/$x/bad:1")
    for name in ("1", "6"):
        talk("DELETE", f"/networks/$x-{name}")
    talk("DELETE", "/images/$x:1")
    talk("GET", _list("$x-"))


class _OnSocket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def main(path: str, prefix: str) -> None:
    talk = Talk(lambda: _OnSocket(path), prefix)
    run(talk, f"spider-alike-{secrets.token_hex(3)}")
    RECORDED.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in talk.said))


if __name__ == "__main__":
    main(*sys.argv[1:])
