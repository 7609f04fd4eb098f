"""The SDK's services, each loaded when it is first called: its package loads all 130 of them, which takes a second."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from importlib.abc import Loader
from importlib.util import find_spec, module_from_spec
from threading import Lock
from types import ModuleType
from typing import Any

PACKAGE = "google.cloud.compute_v1"
_loading = Lock()


def client(service: str) -> Any:
    """A service's client class; `service` is named as in the discovery document (`zoneOperations`). Raises
    ModuleNotFoundError."""
    with _loading:
        if PACKAGE not in sys.modules:
            _put_empty_package()
    found = import_module(f"{PACKAGE}.services.{snake(service)}")
    return getattr(found, f"{service[0].upper()}{service[1:]}Client")


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _put_empty_package() -> None:
    """Whoever asks it for more than its modules gets it whole."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    package = module_from_spec(spec)
    package.__dict__["__getattr__"] = partial(_missing, package, spec.loader)
    sys.modules[PACKAGE] = package


def _missing(package: ModuleType, loader: Loader, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
    if find_spec(f"{PACKAGE}.{name}"):
        return import_module(f"{PACKAGE}.{name}")
    del package.__dict__["__getattr__"]
    loader.exec_module(package)
    return getattr(package, name)
