"""The machine that the Engine is on, and the Engine itself, as it tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..facade import Call
from . import times

if TYPE_CHECKING:
    from .facade import Docker

VERSION, API_VERSION, MIN_API_VERSION = "20.10.24", "1.41", "1.12"
ARCHITECTURE, OS = "amd64", "linux"
CPUS, MEMORY = 8, 32 * 1024**3
NAME = "cloud-twin"
DATA = "/var/lib/docker"
_KERNEL = "6.1.0-cloud-twin"
_BUILT = "2023-04-04T18:23:05.000000000+00:00"
_COMMIT, _GO = "5d6db84", "go1.19.8"


def ping(cloud: Docker, call: Call) -> Response:
    headers = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}
    body = "" if call.request.method == "HEAD" else "OK"
    return Response(body, headers=headers, content_type="text/plain; charset=utf-8")


def version(cloud: Docker, call: Call) -> dict[str, Any]:
    told = {
        "Version": VERSION,
        "ApiVersion": API_VERSION,
        "MinAPIVersion": MIN_API_VERSION,
        "GitCommit": _COMMIT,
        "GoVersion": _GO,
        "Os": OS,
        "Arch": ARCHITECTURE,
        "KernelVersion": _KERNEL,
        "BuildTime": _BUILT,
    }
    engine = {key: value for key, value in told.items() if key != "Version"} | {"Experimental": "false"}
    parts = [
        {"Name": "Engine", "Version": VERSION, "Details": engine},
        {"Name": "containerd", "Version": "1.6.20", "Details": {"GitCommit": "1.6.20"}},
        {"Name": "runc", "Version": "1.1.5", "Details": {"GitCommit": "1.1.5"}},
        {"Name": "docker-init", "Version": "0.19.0", "Details": {"GitCommit": ""}},
    ]
    return {"Platform": {"Name": "Cloud-Twin"}, "Components": parts, **told}


def info(cloud: Docker, call: Call) -> dict[str, Any]:
    states = [one.body["state"] for one in cloud.centre.of_kind("containers")]
    return {
        "ID": "TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN:TWIN",
        "Containers": len(states),
        "ContainersRunning": states.count("running"),
        "ContainersPaused": states.count("paused"),
        "ContainersStopped": len(states) - states.count("running") - states.count("paused"),
        "Images": len(cloud.centre.of_kind("images")),
        "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "null"],
            "Authorization": None,
            "Log": ["json-file", "none"],
        },
        **dict.fromkeys(_CAN, True),
        "Debug": False,
        "NFd": 26,
        "NGoroutines": 40,
        "SystemTime": times.shown(cloud.centre.clock.now()),
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        "KernelVersion": _KERNEL,
        "OperatingSystem": "Cloud-Twin",
        "OSVersion": "12",
        "OSType": OS,
        "Architecture": "x86_64",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": _REGISTRY,
        "NCPU": CPUS,
        "MemTotal": MEMORY,
        "GenericResources": None,
        "DockerRootDir": DATA,
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": NAME,
        "Labels": [],
        "ExperimentalBuild": False,
        "ServerVersion": VERSION,
        "Runtimes": {"runc": {"path": "runc"}},
        "DefaultRuntime": "runc",
        "Swarm": _SWARM,
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        "ContainerdCommit": {"ID": "1.6.20", "Expected": "1.6.20"},
        "RuncCommit": {"ID": "1.1.5", "Expected": "1.1.5"},
        "InitCommit": {"ID": "", "Expected": ""},
        "SecurityOptions": ["name=seccomp,profile=default"],
        "Warnings": None,
    }


_CAN = (
    "MemoryLimit",
    "SwapLimit",
    "KernelMemory",
    "KernelMemoryTCP",
    "CpuCfsPeriod",
    "CpuCfsQuota",
    "CPUShares",
    "CPUSet",
    "PidsLimit",
    "IPv4Forwarding",
    "BridgeNfIptables",
    "BridgeNfIp6tables",
    "OomKillDisable",
)
_REGISTRY = {
    "AllowNondistributableArtifactsCIDRs": [],
    "AllowNondistributableArtifactsHostnames": [],
    "InsecureRegistryCIDRs": ["127.0.0.0/8"],
    "IndexConfigs": {"docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}},
    "Mirrors": [],
}
_SWARM = {
    "NodeID": "",
    "NodeAddr": "",
    "LocalNodeState": "inactive",
    "ControlAvailable": False,
    "Error": "",
    "RemoteManagers": None,
}
