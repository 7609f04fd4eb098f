"""Opens the engine as the environment says, for every front."""

from __future__ import annotations

from dataclasses import replace

from ..engine import log
from ..engine.service import Engine, open_engine
from ..engine.settings import Settings


def open_from(settings: Settings, *, deployed: bool = False) -> Engine:
    """Logs, opens and starts. Raises ValueError and OSError, saying what to set right."""
    log.set_up(settings)
    engine = open_engine(settings, deployed=deployed)
    engine.start()
    return engine


def open_in_lambda() -> Engine:
    """Raises RuntimeError when anybody could use the API, or secrets could not be kept."""
    settings = Settings.from_env()
    if not (settings.username and (settings.password or settings.password_secret)):
        raise RuntimeError("SPIDER_USERNAME and SPIDER_PASSWORD_SECRET are not set: anybody could use this API")
    for name in ("kms_key", "queue_url"):
        if not getattr(settings, name):
            raise RuntimeError(f"SPIDER_{name.upper()} is not set: a function has nothing else that stays")
    return open_from(with_password(settings), deployed=True)


def open_here() -> Engine:
    return open_from(with_password(Settings.from_env()))


def with_password(settings: Settings) -> Settings:
    """Raises OutOfService."""
    if not settings.password_secret:
        return settings
    from ..aws import secret

    return replace(settings, password=secret(settings.password_secret, settings.aws_region))
