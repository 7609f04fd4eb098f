"""Members of a container's configuration with what the Engine puts where nothing was sent, in its own order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import FLAG, NUMBER, NUMBERS, OBJECT, OBJECTS, SET, SLICE, TEXT, TEXT_MAP, TEXTS

# A member's type, and its value where nothing was sent; ABSENT: it is not shown then.
ABSENT = object()

CONFIG: Mapping[str, tuple[str, Any]] = {
    "Hostname": (TEXT, ""),
    "Domainname": (TEXT, ""),
    "User": (TEXT, ""),
    "AttachStdin": (FLAG, False),
    "AttachStdout": (FLAG, False),
    "AttachStderr": (FLAG, False),
    "ExposedPorts": (SET, ABSENT),
    "Tty": (FLAG, False),
    "OpenStdin": (FLAG, False),
    "StdinOnce": (FLAG, False),
    "Env": (TEXTS, None),
    "Cmd": (SLICE, None),
    "Healthcheck": (OBJECT, ABSENT),
    "Image": (TEXT, ""),
    "Volumes": (SET, None),
    "WorkingDir": (TEXT, ""),
    "Entrypoint": (SLICE, None),
    "NetworkDisabled": (FLAG, ABSENT),
    "MacAddress": (TEXT, ABSENT),
    "OnBuild": (TEXTS, None),
    "Labels": (TEXT_MAP, None),
    "StopSignal": (TEXT, ABSENT),
    "StopTimeout": (NUMBER, ABSENT),
    "Shell": (SLICE, ABSENT),
}

_MASKED = ["asound", "acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"]
_READ_ONLY = ["bus", "fs", "irq", "sys", "sysrq-trigger"]

HOST: Mapping[str, tuple[str, Any]] = {
    "Binds": (TEXTS, None),
    "ContainerIDFile": (TEXT, ""),
    "LogConfig": (OBJECT, {"Type": "json-file", "Config": {}}),
    "NetworkMode": (TEXT, "default"),
    "PortBindings": (OBJECT, None),
    "RestartPolicy": (OBJECT, {"Name": "", "MaximumRetryCount": 0}),
    "AutoRemove": (FLAG, False),
    "VolumeDriver": (TEXT, ""),
    "VolumesFrom": (TEXTS, None),
    "CapAdd": (TEXTS, None),
    "CapDrop": (TEXTS, None),
    "CgroupnsMode": (TEXT, "host"),
    "Dns": (TEXTS, None),
    "DnsOptions": (TEXTS, None),
    "DnsSearch": (TEXTS, None),
    "ExtraHosts": (TEXTS, None),
    "GroupAdd": (TEXTS, None),
    "IpcMode": (TEXT, "private"),
    "Cgroup": (TEXT, ""),
    "Links": (TEXTS, None),
    "OomScoreAdj": (NUMBER, 0),
    "PidMode": (TEXT, ""),
    "Privileged": (FLAG, False),
    "PublishAllPorts": (FLAG, False),
    "ReadonlyRootfs": (FLAG, False),
    "SecurityOpt": (TEXTS, None),
    "Tmpfs": (TEXT_MAP, ABSENT),
    "UTSMode": (TEXT, ""),
    "UsernsMode": (TEXT, ""),
    "ShmSize": (NUMBER, 67108864),
    "Sysctls": (TEXT_MAP, ABSENT),
    "Runtime": (TEXT, "runc"),
    "ConsoleSize": (NUMBERS, [0, 0]),
    "Isolation": (TEXT, ""),
    "CpuShares": (NUMBER, 0),
    "Memory": (NUMBER, 0),
    "NanoCpus": (NUMBER, 0),
    "CgroupParent": (TEXT, ""),
    "BlkioWeight": (NUMBER, 0),
    "BlkioWeightDevice": (OBJECTS, None),
    "BlkioDeviceReadBps": (OBJECTS, None),
    "BlkioDeviceWriteBps": (OBJECTS, None),
    "BlkioDeviceReadIOps": (OBJECTS, None),
    "BlkioDeviceWriteIOps": (OBJECTS, None),
    "CpuPeriod": (NUMBER, 0),
    "CpuQuota": (NUMBER, 0),
    "CpuRealtimePeriod": (NUMBER, 0),
    "CpuRealtimeRuntime": (NUMBER, 0),
    "CpusetCpus": (TEXT, ""),
    "CpusetMems": (TEXT, ""),
    "Devices": (OBJECTS, None),
    "DeviceCgroupRules": (TEXTS, None),
    "DeviceRequests": (OBJECTS, None),
    "KernelMemory": (NUMBER, 0),
    "KernelMemoryTCP": (NUMBER, 0),
    "MemoryReservation": (NUMBER, 0),
    "MemorySwap": (NUMBER, 0),
    "MemorySwappiness": (NUMBER, None),
    "OomKillDisable": (FLAG, False),
    "PidsLimit": (NUMBER, None),
    "Ulimits": (OBJECTS, None),
    "CpuCount": (NUMBER, 0),
    "CpuPercent": (NUMBER, 0),
    "IOMaximumIOps": (NUMBER, 0),
    "IOMaximumBandwidth": (NUMBER, 0),
    "Mounts": (OBJECTS, ABSENT),
    "Init": (FLAG, ABSENT),
    "MaskedPaths": (TEXTS, [*(f"/proc/{name}" for name in _MASKED), "/sys/firmware"]),
    "ReadonlyPaths": (TEXTS, [f"/proc/{name}" for name in _READ_ONLY]),
}


def types(members: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
    return {name: kind for name, (kind, _) in members.items()}


def filled(given: Mapping[str, Any], members: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    """All members in the Engine's order."""
    shown = {name: given.get(name, default) for name, (_, default) in members.items()}
    return {name: value for name, value in shown.items() if value is not ABSENT}


NO_CONFIG = filled({}, CONFIG)
