"""Contract shapes to JSON-like data and back, for keeping."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter

_CONTRACT = "spider_drivers.contract"
_CATALOGUE = "chalicelib.catalogue"

# Those that are kept, and where they are: each is loaded when it is first kept or told.
_HOMES = {
    "Image": _CONTRACT,
    "ImageRequest": _CONTRACT,
    "KeyPair": _CONTRACT,
    "KeyPairRequest": _CONTRACT,
    "Ref": _CONTRACT,
    "RulesRequest": _CONTRACT,
    "SecurityGroup": _CONTRACT,
    "SecurityGroupRequest": _CONTRACT,
    "SubnetRequest": _CONTRACT,
    "Vm": _CONTRACT,
    "VmRequest": _CONTRACT,
    "VmStatus": _CONTRACT,
    "Vpc": _CONTRACT,
    "VpcRequest": _CONTRACT,
    "Deleted": f"{_CATALOGUE}.records",
    "Tag": f"{_CATALOGUE}.tagged",
}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(import_module(_HOMES[name]), name))


def kept(shape: Any) -> dict[str, Any]:
    name = type(shape).__name__
    return {"shape": name, "data": _adapter(name).dump_python(shape, mode="json")}


def told(kept_shape: dict[str, Any]) -> Any:
    return _adapter(kept_shape["shape"]).validate_python(kept_shape["data"])
