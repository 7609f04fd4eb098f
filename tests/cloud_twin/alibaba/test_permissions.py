"""RAM: each operation with exactly the permission that the table says, and not without it."""

from __future__ import annotations

import pytest

from cloud_twin.alibaba import api

from .bench import Bench, Refused
from .granted import GIVEN, filled, furnish


def _call(alibaba: Bench, operation: api.Operation, made: dict[str, str]) -> None:
    alibaba.call(operation.name, operation.product, **filled(GIVEN.get(operation.permission, {}), made))


def test_each_operation_needs_its_own_permission_and_no_other(alibaba: Bench) -> None:
    made = furnish(alibaba)
    furnished, settings = alibaba.cloud.snapshot(), alibaba.cloud.settings
    for operation in api.OPERATIONS:
        alibaba.cloud.restore(furnished)
        settings.permissions = [one.permission for one in api.OPERATIONS if one is not operation]
        with pytest.raises(Refused) as refused:
            _call(alibaba, operation, made)
        assert (refused.value.status, refused.value.code) == (403, "Forbidden.RAM")
        settings.permissions = [operation.permission]
        _call(alibaba, operation, made)
    assert alibaba.judge.operations >= {one.permission for one in api.OPERATIONS}
