"""How a recorded call is told, in CB-Spider's words."""

from __future__ import annotations

from spider_drivers.contract import CallRecord


def region_zone(record: CallRecord) -> str:
    """CB-Spider's `region/zone`; the region alone where no zone is known."""
    scope = record.scope
    return f"{scope.region}/{scope.zone}" if scope.zone else scope.region


def elapsed_time(record: CallRecord) -> str:
    """CB-Spider's seconds with four decimals."""
    return f"{record.elapsed:.4f}"


def error_message(record: CallRecord) -> str:
    """CB-Spider's `ErrorMSG`: the cloud's code and text, "" for a call that it granted."""
    said = [record.error_code] if record.error_code not in record.error else []
    return ": ".join([*said, *filter(None, [record.error])])
