"""What names and descriptions may be, and the codes of those that may not."""

from __future__ import annotations

import re

from .errors import AlibabaError
from .parameters import Given

_LINK = re.compile(r"https?://", re.I)
_WORDS = {"Vpc": "VPC", "VSwitch": "virtual switch"}
# A letter first, of any alphabet; then also digits, full stops, underscores, colons, dashes.
_STRICT = re.compile(r"[^\W\d_][\w.:\-]{1,127}")


def is_link(text: str) -> bool:
    return bool(_LINK.match(text))


def check_vpc_name(given: Given, parameter: str, what: str) -> None:
    """`what`: as its code calls it. "1 to 128 characters", no link. Raises AlibabaError."""
    text = given.text(parameter)
    if given.has(parameter) and text and (len(text) > 128 or is_link(text)):
        raise AlibabaError(
            400, f"Invalid{what}Name.Malformed", f"Specified {_WORDS.get(what, what)} name is not valid."
        )


def check_vpc_description(given: Given, what: str) -> None:
    """The code is spelled as Alibaba spells it. Raises AlibabaError."""
    text = given.text("Description")
    if text and (len(text) > 256 or is_link(text)):
        why = f"Specified {_WORDS.get(what, what)} description is not valid."
        raise AlibabaError(400, f"Invalid{what}Discription.Malformed", why)


def is_strict_name(text: str) -> bool:
    """What ECS takes for names of instances, groups and key pairs: 2 to 128 characters."""
    return bool(_STRICT.fullmatch(text)) and not is_link(text)


def is_description(text: str) -> bool:
    """What ECS takes: 2 to 256 characters, no link."""
    return not text or (2 <= len(text) <= 256 and not is_link(text))
