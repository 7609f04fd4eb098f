"""The resource group that holds all of a connection's resources."""

from __future__ import annotations

from ..contract import NotFound
from .calls import Arm

_GROUPS = "resources.resource_groups"


class ResourceGroup:
    """Made before the first thing in it, and never removed: others may use it by then. It gets no tags."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def ensure(self) -> None:
        """No call once it is known to be there; an answer that it is gone ends that."""
        if self._arm.knows_group:
            return
        place = self._arm.place
        try:
            self._arm.call(f"{_GROUPS}.get", place.group)
        except NotFound:
            # To send it twice does no harm: nothing of a group that is there is changed.
            self._arm.call(f"{_GROUPS}.create_or_update", place.group, {"location": place.location})
        self._arm.knows_group = True
