"""DescribeRegions: those that are enabled for the account, unless all are asked for (API reference)."""

from __future__ import annotations

from ..call import Call, rule


@rule("DescribeRegions")
def enabled_regions_alone(call: Call) -> None:
    """moto shows all."""
    if not call.given.get("AllRegions") and not call.given.get("RegionNames"):
        every = call.cloud.describe_regions()
        call.given["RegionNames"] = [one.name for one in every if one.opt_in_status != "not-opted-in"]
