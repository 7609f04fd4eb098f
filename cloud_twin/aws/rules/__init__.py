"""What EC2 refuses and moto does not; importing this package registers it all."""

from . import gateways, groups, instances, key_pairs, launch, permissions, subnets, tags, vpcs

__all__ = ["gateways", "groups", "instances", "key_pairs", "launch", "permissions", "subnets", "tags", "vpcs"]
