"""Tags ("Tag restrictions", EC2 user guide), in the call that creates and in CreateTags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..call import Call, rule
from ..errors import Refusal, bad_value

MOST, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256

_TAGGED: Mapping[str, frozenset[str]] = {
    "CreateInternetGateway": frozenset({"internet-gateway"}),
    "CreateKeyPair": frozenset({"key-pair"}),
    "CreateSecurityGroup": frozenset({"security-group"}),
    "CreateSubnet": frozenset({"subnet"}),
    "CreateVpc": frozenset({"vpc"}),
    "ImportKeyPair": frozenset({"key-pair"}),
    "RunInstances": frozenset({"instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"}),
}


@rule(*_TAGGED)
def specifications_fit(call: Call) -> None:
    for specification in call.given.get("TagSpecifications", []):
        kind = specification.get("ResourceType", "")
        if kind not in _TAGGED[call.action]:
            raise Refusal(
                "InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation."
            )
        if not specification.get("Tags"):
            raise Refusal("InvalidParameterValue", "Tag specification must have at least one tag")
        _check(specification["Tags"])


@rule("CreateTags")
def tags_are_allowed(call: Call) -> None:
    _check(call.given.get("Tags", []))


def _check(tags: list[dict[str, Any]]) -> None:
    keys = [str(tag.get("Key", "")) for tag in tags]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise bad_value(key, "key", "Tag keys starting with 'aws:' are reserved for internal use")
        if not 1 <= len(key) <= LONGEST_KEY:
            raise bad_value(key, "key", f"Tag key must be between 1 and {LONGEST_KEY} characters.")
        if keys.count(key) > 1:
            raise Refusal("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
    for tag in tags:
        if len(tag.get("Value", "")) > LONGEST_VALUE:
            raise bad_value(
                tag["Value"], "value", f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters"
            )
    if len(tags) > MOST:
        raise Refusal("TagLimitExceeded", f"More than {MOST} tags specified")
