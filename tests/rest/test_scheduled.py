"""The functions that EventBridge calls once a minute or an hour, as it calls them, with a real engine behind them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.app import ScheduledEventConfig
from chalice.test import Client

import app
from chalicelib.engine.history.sums import UNMERGED
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import Settings
from chalicelib.store import CALL_STATS
from tests.deployment.events import of_schedule
from tests.engine.calls import kept
from tests.rest.support import ask

ROOT = Path(__file__).resolve().parents[2]
DUE = datetime(2026, 11, 25, 12, 0, 25, tzinfo=UTC)
ON = {"ConnectionName": "c"}
REGIONS = 4  # of the mock


@contextmanager
def inside_lambda(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Engine]:
    """The engine as a function opens it, but for the store."""
    given = {f"SPIDER_{name.upper()}": value for name, value in {"history_writes": "before", **settings}.items()}
    lambda_ = {"AWS_LAMBDA_FUNCTION_NAME": "spider-dev", "SPIDER_STORE": "sqlite", "SPIDER_HOME": str(home)}
    engine = open_engine(Settings.from_env({**lambda_, **given}))
    engine.start()
    monkeypatch.setattr(app, "_open", lambda: engine)
    try:
        yield engine
    finally:
        engine.close()


def register_mock(engine: Engine, home: Path) -> None:
    names = {"DriverName": "c", "CredentialName": "c", "RegionName": "c"}
    mock = {"ProviderName": "MOCK"}
    secret = [{"Key": "MockName", "Value": str(home)}]
    region = [{"Key": "Region", "Value": "default"}]
    for path, body in (
        ("driver", {"DriverName": "c", "DriverLibFileName": "c.so"}),
        ("credential", {"CredentialName": "c", "KeyValueInfoList": secret}),
        ("region", {"RegionName": "c", "KeyValueInfoList": region}),
        ("connectionconfig", {"ConfigName": "c", **names}),
    ):
        assert ask(engine, "POST", f"/spider/{path}", {**mock, **body}).status == 200


def invoke(name: str, moment: datetime = DUE) -> Any:
    event = of_schedule(f"spider-dev-{name}-event", moment)
    return Client(app.app, project_dir=str(ROOT)).lambda_.invoke(name, event).payload


def images(engine: Engine) -> int:
    return sum(row["api"] == "describe_images" for row in kept(engine.store))


def test_each_is_called_as_often_as_it_is_told() -> None:
    sources = [source for source in app.app.event_sources if isinstance(source, ScheduledEventConfig)]
    called = {source.name: source.schedule_expression for source in sources}
    minute, five, hour = app.EACH_MINUTE, app.EACH_FIVE_MINUTES, app.EACH_HOUR
    assert called == {"collect": minute, "merge": five, "sweep": minute, "reconcile": hour}
    assert (five.to_string(), hour.to_string()) == ("rate(5 minutes)", "rate(1 hour)")


@pytest.mark.parametrize("often", ["0", "86400"])
def test_reconcile_looks_at_the_clouds_once_a_day_if_it_is_switched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: str
) -> None:
    def lists(engine: Engine) -> int:
        return sum(row["api"] == "describe_addresses" for row in kept(engine.store))

    with inside_lambda(tmp_path, monkeypatch, reconcile_seconds=often) as engine:
        register_mock(engine, tmp_path)
        for hour in range(48):
            invoke("reconcile", DUE + timedelta(hours=hour))
        assert lists(engine) == (2 if often == "86400" else 0), "recorded before the function ends"


def test_collect_does_nothing_until_it_is_switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with inside_lambda(tmp_path, monkeypatch) as engine:
        register_mock(engine, tmp_path)
        invoke("collect")
        assert images(engine) == 0


def test_collect_measures_every_region_when_it_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with inside_lambda(tmp_path, monkeypatch, collect_seconds="3600") as engine:
        register_mock(engine, tmp_path)
        invoke("collect", DUE)
        assert images(engine) == REGIONS, "recorded before the function ends"
        invoke("collect", DUE + timedelta(minutes=1))
        assert images(engine) == REGIONS
        invoke("collect", DUE + timedelta(minutes=60))
        assert images(engine) == 2 * REGIONS


def test_merge_adds_what_was_collected_to_the_statistics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unmerged(engine: Engine) -> int:
        return sum(len(engine.store.query(CALL_STATS, shard).items) for shard in UNMERGED)

    with inside_lambda(tmp_path, monkeypatch, collect_seconds="60", merge_seconds="0.001") as engine:
        register_mock(engine, tmp_path)
        invoke("collect")
        assert unmerged(engine) > 0
        invoke("merge")
        assert unmerged(engine) == 0


def test_sweep_goes_on_with_what_nobody_works_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = open_engine(Settings(home=tmp_path))  # no worker of it ever starts
    register_mock(dead, tmp_path)
    body = {**ON, "ReqInfo": {"Name": "key-01"}}
    made = ask(dead, "POST", "/spider/keypair", body, headers={"prefer": "respond-async"})
    assert made.status == 202
    dead.close()
    with inside_lambda(tmp_path, monkeypatch) as engine:
        operation = made.headers["location"]
        assert ask(engine, "GET", operation).data["State"] == "RUNNING"
        invoke("sweep")
        assert ask(engine, "GET", operation).data["State"] == "SUCCEEDED"


def test_inside_lambda_no_timer_collects_and_elsewhere_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = {"collect_seconds": "0.05"}
    with inside_lambda(tmp_path / "a", monkeypatch, **often) as engine:
        register_mock(engine, tmp_path)
        with inside_lambda(tmp_path / "b", monkeypatch, jobs="here", **often) as here:
            register_mock(here, tmp_path)
            end = time.monotonic() + 30
            while images(here) < 3 * REGIONS:
                assert time.monotonic() < end
                time.sleep(0.02)
        assert images(engine) == 0
