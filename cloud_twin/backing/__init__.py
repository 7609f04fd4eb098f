"""Containers of a real Docker Engine behind the emulated VMs: each has the VM's own public address, runs while the VM
runs, and lets in whom the VM was told of. That is all that is shared; packets flow between nothing else."""

from __future__ import annotations

from .engine import Engine, EngineRefusal
from .keeper import Keeper
from .vm import BackedVm

__all__ = ["BackedVm", "Engine", "EngineRefusal", "Keeper"]
