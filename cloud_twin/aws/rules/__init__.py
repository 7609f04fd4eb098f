"""What EC2 refuses and moto does not; importing this package registers it all."""

from . import default_subnet, gateways, groups, instances, key_pairs, launch, permissions, regions, subnets, tags, vpcs

__all__ = [
    "default_subnet",
    "gateways",
    "groups",
    "instances",
    "key_pairs",
    "launch",
    "permissions",
    "regions",
    "subnets",
    "tags",
    "vpcs",
]
