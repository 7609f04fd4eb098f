"""Opens the engine as the environment says, for every front."""

from __future__ import annotations

from ..engine import log
from ..engine.service import Engine, open_engine
from ..engine.settings import Settings


def open_from(settings: Settings) -> Engine:
    """Logs, opens and starts. Raises ValueError and OSError, saying what to set right."""
    log.set_up(settings)
    engine = open_engine(settings)
    engine.start()
    return engine


def open_in_lambda() -> Engine:
    """Raises RuntimeError when anybody could use the API."""
    settings = Settings.from_env()
    if not (settings.username and settings.password):
        raise RuntimeError("SPIDER_USERNAME and SPIDER_PASSWORD are not set: anybody could use this API")
    return open_from(settings)


def open_here() -> Engine:
    return open_from(Settings.from_env())
