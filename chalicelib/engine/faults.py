"""Errors as they are kept on an operation, and told again to whoever asks later."""

from __future__ import annotations

from typing import Any

from spider_drivers.contract import SpiderError, errors

_TYPES: dict[str, type[SpiderError]] = {
    name: found for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, SpiderError)
}


def kept(error: SpiderError) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": error.message,
        "field": error.field,
        "code": error.code,
        "text": error.text,
        "retry_after": error.retry_after,
    }


def told(kept_error: dict[str, Any], operation: str) -> SpiderError:
    """The same error as first raised, with the operation that it ended."""
    return _TYPES[kept_error["type"]](
        kept_error["message"],
        field=kept_error["field"],
        code=kept_error["code"],
        text=kept_error["text"],
        retry_after=kept_error["retry_after"],
        operation=operation,
    )
