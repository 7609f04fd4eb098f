"""A VM as far as a container can stand for it, and who may log in to it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ..centre import Machine, Power, State


@dataclass(frozen=True)
class BackedVm:
    """`key`: unique in its cloud. `address`: the public one; "" without. `boot`: another word after each start; ""
    while it is off. `logins`: public keys by user. `ports`: (port, the host's address and port), where it is reached
    by these."""

    key: str
    name: str
    address: str
    boot: str
    logins: tuple[tuple[str, tuple[str, ...]], ...]
    paused: bool = False
    ports: tuple[tuple[str, str, str], ...] = ()


Logins = dict[str, list[str]]


def boot_of(machine: Machine) -> str:
    if machine.power is not Power.ON or machine.state is State.LEAVING or machine.powered is None:
        return ""
    return machine.powered.isoformat()


def frozen(*several: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    merged: dict[str, list[str]] = {}
    for logins in several:
        for user, keys in logins.items():
            known = merged.setdefault(user, [])
            known += [key for key in keys if key not in known]
    return tuple(sorted((user, tuple(keys)) for user, keys in merged.items()))


def decoded(text: str | None) -> str:
    """Of base 64; "" for what is none."""
    try:
        return base64.b64decode(text or "", validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


def cloud_config(user_data: str) -> Logins:
    """Users with keys of a `#cloud-config`; all else that cloud-init can do is left out. The image's own user, which
    `default` stands for, is not made."""
    if not user_data.startswith("#cloud-config"):
        return {}
    try:
        read = yaml.safe_load(user_data)
    except yaml.YAMLError:
        return {}
    users = read.get("users") if isinstance(read, dict) else None
    found: Logins = {}
    for user in users if isinstance(users, list) else ():
        if isinstance(user, dict) and isinstance(user.get("name"), str):
            found[user["name"]] = _texts(user.get("ssh_authorized_keys") or user.get("ssh-authorized-keys"))
    return found


def _texts(value: Any) -> list[str]:
    return [one.strip() for one in value if isinstance(one, str)] if isinstance(value, list) else []
