"""What AWS bills, and at which prices."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from benchmarks.metering import Used

# Units by their names in prices.csv, by who bills them.
BILLS: Final = {
    "Lambda": ("Lambda requests", "Lambda GB-seconds"),
    "API Gateway": ("API Gateway calls",),
    "DynamoDB, requests": ("read units", "write units"),
    "DynamoDB, storage and backup": ("stored GB-months", "backed-up GB-months"),
    "SQS": ("SQS requests",),
    "KMS": ("KMS keys", "KMS requests"),
    "Secrets Manager": ("secrets", "secret calls"),
    "CloudWatch Logs": ("log GB", "log GB-months"),
    "data sent out": ("GB out",),
}
EVERY: Final = tuple(name for names in BILLS.values() for name in names)


def prices() -> dict[str, float]:
    """USD of one of each."""
    with (Path(__file__).parent / "prices.csv").open() as file:
        return {row["what"]: float(row["usd"]) / float(row["per"]) for row in csv.DictReader(file)}


def usd(used: Used, names: tuple[str, ...], each: dict[str, float]) -> float:
    return sum(used.get(name, 0) * each[name] for name in names)
