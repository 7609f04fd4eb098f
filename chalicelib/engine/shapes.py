"""Contract shapes to JSON-like data and back, for keeping."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from spider_drivers import contract

from ..catalogue import records

_SHAPES: dict[str, type[Any]] = {
    shape.__name__: shape
    for shape in (
        contract.Image,
        contract.ImageRequest,
        contract.KeyPair,
        contract.KeyPairRequest,
        contract.Ref,
        contract.RulesRequest,
        contract.SecurityGroup,
        contract.SecurityGroupRequest,
        contract.SubnetRequest,
        contract.Vm,
        contract.VmRequest,
        contract.VmStatus,
        contract.Vpc,
        contract.VpcRequest,
        records.Deleted,
        records.Tag,
    )
}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_SHAPES[name])


def kept(shape: Any) -> dict[str, Any]:
    name = type(shape).__name__
    return {"shape": name, "data": _adapter(name).dump_python(shape, mode="json")}


def told(kept_shape: dict[str, Any]) -> Any:
    return _adapter(kept_shape["shape"]).validate_python(kept_shape["data"])
