"""A refusal as a test wants it."""

from __future__ import annotations

from typing import Any

import httpx


def refused(answer: httpx.Response, status: int, code: str, *words: str) -> dict[str, Any]:
    """Also looks that the message holds the words. Answers the error."""
    error: dict[str, Any] = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    for word in words:
        assert word in answer.text.replace('\\"', '"'), answer.text
    return error
