"""moto's EC2, emptied at little cost.

moto makes its 1300 images anew for each region after every reset, with two random ids for each of them.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.moto_api._internal.models import moto_api_backend


class _Original:
    """A resource as moto has made it, to be copied and never to be changed."""

    def __init__(self, made: Any) -> None:
        self._kind = type(made)
        self._members = dict(vars(made))
        self._containers = [name for name, value in self._members.items() if isinstance(value, (dict, list, set))]

    def copy(self, cloud: EC2Backend) -> Any:
        """For `cloud`, with containers of its own."""
        made = object.__new__(self._kind)
        members = vars(made)
        members.update(self._members, ec2_backend=cloud)
        for name in self._containers:
            members[name] = members[name].copy()
        return made


# The images with their snapshots, by account and region.
_originals: dict[tuple[str, str], list[tuple[_Original, _Original]]] = {}


class Region(EC2Backend):
    """Its images and their snapshots are copies of those that moto has made for the first of this account and name."""

    __module__ = EC2Backend.__module__  # beside which moto looks for the routes

    def _load_amis(self) -> None:
        known = _originals.get((self.account_id, self.region_name))
        if known is None:
            super()._load_amis()
            known = [(_Original(image), _Original(image.ebs_snapshot)) for image in self.amis.values()]
            _originals[self.account_id, self.region_name] = known
        for image, snapshot in known:
            own = image.copy(self)
            own.ebs_snapshot = snapshot.copy(self)
            self.amis[own.id] = own
            self.snapshots[own.ebs_snapshot.id] = own.ebs_snapshot


ec2_backends.backend = Region


def reset() -> None:
    """Empties all of moto's services. EC2's regions are dropped first: moto would make each anew, only to drop it."""
    for account in ec2_backends.values():
        account.clear()
    moto_api_backend.reset()
    # It is keyed by the subnets themselves, and each of them holds its region with all its images.
    Subnet._base_avail_ip_iterator.cache_clear()
