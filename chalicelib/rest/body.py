"""What a caller sends: JSON in the body whatever the content type, and the query, as one set of data."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from spider_drivers.contract import Invalid

from .http import HttpRequest, read_query
from .problems import Meaning, Problem

# Bytes. A request is kept sealed on its operation, along with its result, and a row of DynamoDB holds 400 KB.
LIMIT = 128 * 1024
TOO_LARGE = Meaning(413, "too-large", "The request is too large")


def check_size(body: bytes) -> None:
    if len(body) > LIMIT:
        raise Problem(TOO_LARGE, f"the request body has {len(body)} bytes; at most {LIMIT} are taken")


def read_data(request: HttpRequest) -> dict[str, Any]:
    """Keys in lower case. Where a key is in both, the body wins, unless it is empty there (CB-Spider's way).

    Of a key that the query repeats the first counts, of one that the body repeats the last, as in Go.
    """
    data: dict[str, Any] = {}
    for key, text in read_query(request.query):
        data.setdefault(key.lower(), text)
    for key, value in read_object(request.body).items():
        if value not in (None, "") or key.lower() not in data:
            data[key.lower()] = value
    return data


def read_object(body: bytes) -> dict[str, Any]:
    """The body's JSON object; {} for an empty body and for null. Raises Invalid naming where the fault is."""
    if not body.strip():
        return {}
    try:
        data = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
        json.dumps(data, ensure_ascii=False).encode()  # an escape such as \ud800 alone stands for no character
    except UnicodeEncodeError:
        raise Invalid("the request body holds half of a surrogate pair") from None
    except UnicodeDecodeError as error:
        raise Invalid(f"the request body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Invalid(f"the request body is not JSON at {where}: {error.msg}") from None
    except RecursionError:
        raise Invalid("the request body is nested too deeply") from None
    except ValueError:
        # Python refuses to read integers of more than 4300 digits.
        raise Invalid("the request body holds a number that is too long") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Invalid("the request body must be a JSON object")
    return data


def _no_number(word: str) -> NoReturn:
    raise Invalid(f"the request body is not JSON: it holds the number {word}")
