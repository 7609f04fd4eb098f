"""Opens the engine as the environment says, for every front."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..engine import log
from ..engine.service import Engine, open_engine
from ..engine.settings import Settings
from .extension import Extension


def open_from(settings: Settings, *, deployed: bool = False) -> Engine:
    """Logs, opens and starts. Raises ValueError and OSError, saying what to set right."""
    log.set_up(settings)
    engine = open_engine(settings, deployed=deployed)
    engine.start()
    return engine


def open_in_lambda(behind: Extension | None = None) -> Engine:
    """`behind`: keeps the process going until records of calls are written behind the answer; without it they are
    written before. Raises RuntimeError when anybody could use the API, or secrets could not be kept."""
    settings = Settings.from_env()
    if not (settings.username and (settings.password or settings.password_secret)):
        raise RuntimeError("SPIDER_USERNAME and SPIDER_PASSWORD_SECRET are not set: anybody could use this API")
    for name in ("kms_key", "queue_url"):
        if not getattr(settings, name):
            raise RuntimeError(f"SPIDER_{name.upper()} is not set: a function has nothing else that stays")
    writes = "behind" if behind else "before"
    engine = open_from(replace(with_password(settings), history_writes=writes), deployed=True)
    if behind:
        behind.finish = partial(engine.history.flush, None)
    return engine


def open_here() -> Engine:
    return open_from(with_password(Settings.from_env()))


def with_password(settings: Settings) -> Settings:
    """Raises OutOfService."""
    if not settings.password_secret:
        return settings
    from ..aws import secret

    return replace(settings, password=secret(settings.password_secret, settings.aws_region))
