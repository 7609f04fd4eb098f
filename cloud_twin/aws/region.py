"""moto's EC2, emptied and read at little cost.

moto makes its 1300 images anew for each region after every reset, with two random ids for each of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends, elastic_ip_addresses, elastic_network_interfaces
from moto.ec2.models.subnets import Subnet
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix
from moto.moto_api._internal.models import moto_api_backend

_WILD = re.compile(r"[*?\[\\]")


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
    """Its images and their snapshots are copies of those that moto has made for the first of this account and name,
    taken when somebody first looks at them."""

    __module__ = EC2Backend.__module__  # beside which moto looks for the routes

    def __init__(self, region_name: str, account_id: str) -> None:
        self._has_images = True  # which moto's own beginning is not to load
        super().__init__(region_name, account_id)
        self._beginnings = self._ids()
        self._has_images = False

    @property
    def amis(self) -> dict[str, Any]:
        self._load_images()
        return self._amis

    @amis.setter
    def amis(self, amis: dict[str, Any]) -> None:
        self._amis = amis

    @property
    def snapshots(self) -> dict[str, Any]:
        self._load_images()
        return self._snapshots

    @snapshots.setter
    def snapshots(self, snapshots: dict[str, Any]) -> None:
        self._snapshots = snapshots

    def describe_tags(self, filters: dict[str, list[str]] | None = None) -> list[dict[str, str]]:
        """moto asks for those of one resource with each answer that shows it, and looks at all there are."""
        ids = filters["resource-id"] if filters and [*filters] == ["resource-id"] else []
        if len(ids) != 1 or _WILD.search(ids[0]):
            return list(super().describe_tags(filters))
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(ids[0]), "")
        return [
            {"resource_id": ids[0], "key": key, "value": value, "resource_type": kind}
            for key, value in self.tags.get(ids[0], {}).items()
        ]

    def contents(self) -> set[str]:
        """Ids of what is there, without the terminated instances and what a region has by itself (its default VPC)."""
        return self._ids() - self._beginnings

    def _ids(self) -> set[str]:
        by_id: list[Mapping[str, object]] = [
            self.vpcs,
            self.internet_gateways,
            self.route_tables,
            self.enis,
            self.volumes,
        ]
        by_id += [*self.subnets.values(), *self.groups.values()]
        instances = [one for reservation in self.reservations.values() for one in reservation.instances]
        return {
            *(cloud_id for things in by_id for cloud_id in things),
            *(pair.id for pair in self.key_pairs.values()),
            *(str(address.allocation_id) for address in self.addresses),
            *(instance.id for instance in instances if instance.state != "terminated"),
        }

    def _load_amis(self) -> None:
        """Not yet."""

    def _load_images(self) -> None:
        if self._has_images:
            return
        self._has_images = True
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


def _public_address() -> str:
    """Of those that RFC 2544 keeps for tests of networks; moto's are Amazon's own."""
    return f"198.19.{random.randint(128, 191)}.{random.randint(1, 254)}"


elastic_network_interfaces.random_public_ip = _public_address  # type: ignore[attr-defined]  # moto's own import
elastic_ip_addresses.random_ip = _public_address  # type: ignore[attr-defined]  # the same


def make_images(region_name: str) -> None:
    """Before anybody looks at them: the next region of this name has copies, and so has one in a fork."""
    _ = ec2_backends[DEFAULT_ACCOUNT_ID][region_name].amis


def contents() -> set[str]:
    """Of all regions that were asked for anything."""
    regions = (region for account in ec2_backends.values() for region in account.values())
    return {cloud_id for region in regions if isinstance(region, Region) for cloud_id in region.contents()}


def instances() -> list[Any]:
    """Of all regions that were asked for anything, without the terminated ones."""
    regions = (region for account in ec2_backends.values() for region in account.values())
    found = (one for region in regions for made in region.reservations.values() for one in made.instances)
    return [one for one in found if one.state != "terminated"]


def reset() -> None:
    """Empties all of moto's services. EC2's regions are dropped first: moto would make each anew, only to drop it."""
    for account in ec2_backends.values():
        account.clear()
    moto_api_backend.reset()
    # It is keyed by the subnets themselves, and each of them holds its region with all its images.
    Subnet._base_avail_ip_iterator.cache_clear()
