"""Every setting and every duration of the service, in one object.

Annotations are evaluated here, unlike elsewhere: they are read with the settings, and texts would be parsed each time.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Self

PREFIX = "SPIDER_"
MAY_BE_0 = "may be 0"
# Lambda carries 6 MB (6,291,556 bytes), in which a body in base64 is a third longer, and has headers beside it.
LAMBDA_ANSWER = 4_500_000


def _home() -> Path:
    return Path(os.environ.get("SPIDER_HOME") or Path.home() / ".spider")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each is read from the environment as SPIDER_ and its name in upper case. Durations are in seconds."""

    home: Annotated[Path, "folder of the store, the sealing key and `log-level`"] = field(default_factory=_home)
    store: Annotated[str, "`sqlite`, or `dynamodb` (the default inside Lambda)"] = "sqlite"
    table_prefix: Annotated[str, "what the names of DynamoDB's tables start with"] = "spider"
    dynamodb_endpoint: Annotated[str, "another DynamoDB than AWS's own"] = ""
    aws_region: Annotated[str, "region of DynamoDB (default: AWS_REGION, AWS_DEFAULT_REGION)"] = ""

    queue_url: Annotated[str, "of the SQS queue that has operations worked on, if not by this process"] = ""
    kms_key: Annotated[
        str, "id, ARN or alias of a KMS key: secrets are sealed under keys in the store, which only KMS can read"
    ] = ""

    username: Annotated[str, "of HTTP Basic; without it only this machine is served"] = ""
    password: Annotated[str, "of HTTP Basic"] = field(default="", repr=False)
    password_secret: Annotated[str, "name or ARN of the secret in AWS Secrets Manager that holds the password"] = ""
    error_status: Annotated[str, "`upstream`: every error is 500, as CB-Spider answers"] = ""
    id_transform_mode: Annotated[str, "`ON`: names at clouds get a suffix of their own; requests may say otherwise"] = (
        "OFF"
    )
    endpoint_allow: Annotated[
        str, "hosts and sockets that credentials and regions may name: `*.example.org,10.0.0.5,/run/docker.sock`"
    ] = ""

    log_level: Annotated[str, "debug, info, warning or error; the file `log-level` overrides it at run time"] = "INFO"
    log_format: Annotated[str, "`text` (Cloud-Barista's line) or `json`"] = "text"
    call_log: Annotated[str, "`on`: a line for each call of a cloud, in CB-Spider's form; or `off`"] = "on"

    wait_seconds: Annotated[float, "how long a change is waited for before it is answered 202"] = 1200.0
    read_seconds: Annotated[float, "how long a read of a cloud may take in all, every page of a list included"] = 600.0
    ssh_seconds: Annotated[float, "how long a command of `sshrun` may be silent"] = 600.0
    cache_seconds: Annotated[
        float, "how long lists of images and specs are kept and answered again; 0: not at all", MAY_BE_0
    ] = 3600.0
    answer_limit: Annotated[
        int,
        f"longest body of an answer in bytes, as sent; 0: any length (the default but inside Lambda: {LAMBDA_ANSWER})",
        MAY_BE_0,
    ] = 0
    workers: Annotated[int, "operations worked on at once"] = 32

    jobs: Annotated[
        str, "`here`: this process sweeps, merges and collects by its own clock; `outside`: when told (inside Lambda)"
    ] = "here"
    lease_seconds: Annotated[float, "how long a worker holds an operation without a sign of life"] = 60.0
    sweep_seconds: Annotated[float, "how often operations without a worker are looked for"] = 60.0
    retry_seconds: Annotated[float, "first pause before a call is tried again; doubles each time"] = 1.0
    retry_limit_seconds: Annotated[float, "longest such pause"] = 30.0
    throttled_tries: Annotated[
        int,
        "of one kind and verb at once where a cloud says that calls come too fast, at first: half of them each time it "
        "says so again, one more each 10 seconds that it does not; 0: any number",
        MAY_BE_0,
    ] = 4
    give_up_seconds: Annotated[float, "how long a cloud may give no answer before a change is given up"] = 180.0
    create_deadline: Annotated[float, "how long a create may take"] = 1200.0
    delete_deadline: Annotated[float, "how long a delete may take"] = 1200.0
    force_deadline: Annotated[float, "how long a forced delete may take"] = 300.0
    control_deadline: Annotated[float, "how long a suspend, resume or reboot may take"] = 600.0
    compensate_deadline: Annotated[float, "how long undoing a failed create is tried"] = 3600.0
    look_seconds: Annotated[
        float, "how long after its end a change that lost an answer is looked for at the cloud once more"
    ] = 900.0
    result_ttl: Annotated[float, "how long outcomes and idempotency keys are kept"] = 86400.0
    history_writes: Annotated[
        str,
        "`behind`: no answer waits until its calls are recorded (inside Lambda the API's, by an extension); `before`: "
        "each does",
    ] = "behind"
    history_ttl: Annotated[float, "how long records of calls are kept"] = 365 * 86400.0
    stats_ttl: Annotated[float, "how long statistics of calls are kept"] = 3 * 365 * 86400.0
    merge_seconds: Annotated[
        float, "how long sums of calls are kept apart, to be added to the statistics many at once; answers have them"
    ] = 300.0
    reconcile_seconds: Annotated[
        float,
        "how often what Spider has marked at the clouds is held against what it knows of; 0: only when asked for",
        MAY_BE_0,
    ] = 0.0
    collect_seconds: Annotated[
        float, "how often every region of every connection is measured; 0: never, as it costs calls", MAY_BE_0
    ] = 0.0
    collect_apis: Annotated[str, "what is called there: `GetImage,ListVM`; see [the collector](collector.md)"] = (
        "GetImage"
    )
    collect_regions: Annotated[
        str, "where, if not in every region that a cloud lists: `us-east-1,my-aws/eu-west-1`"
    ] = ""
    collect_timeout: Annotated[float, "how long a region may take"] = 10.0
    each_seconds: Annotated[float, "how long a connection may take where all of them are asked at once"] = 20.0
    connection_ttl: Annotated[float, "how long an open connection to a cloud is used again"] = 600.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Raises ValueError naming the variable that cannot be read."""
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            if name in environ:
                given[item.name] = _read(name, item.type, environ[name])
        if "aws_region" not in given:
            given["aws_region"] = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        if "AWS_LAMBDA_FUNCTION_NAME" in environ:
            given = {
                "store": "dynamodb",
                "answer_limit": LAMBDA_ANSWER,
                "jobs": "outside",
                **given,
            }
        for name, words in _CHOICES.items():
            if given.get(name, words[0]) not in words:
                known = ", ".join(filter(None, words))
                raise ValueError(f"{PREFIX}{name.upper()}: '{given[name]}' is not one of: {known}")
        return cls(**given)


_CHOICES = {
    "id_transform_mode": ("OFF", "ON"),
    "store": ("sqlite", "dynamodb"),
    "error_status": ("", "upstream"),
    "log_format": ("text", "json"),
    "call_log": ("on", "off"),
    "history_writes": ("behind", "before"),
    "jobs": ("here", "outside"),
}


def words(text: str) -> list[str]:
    """Of a setting that holds several, with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _read(name: str, hint: Any, text: str) -> Any:
    kind = hint.__origin__
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"{name}: '{text}' is not a number") from None
    if kind in (int, float) and not value > 0 and not (value == 0 and MAY_BE_0 in hint.__metadata__):
        raise ValueError(f"{name}: {text} is not above 0")
    return value


def described() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, for the docs."""
    told: list[tuple[Any, Any]] = [(item, item.type) for item in fields(Settings)]
    return [(PREFIX + item.name.upper(), _shown(item.name, item.default), hint.__metadata__[0]) for item, hint in told]


def _shown(name: str, default: Any) -> str:
    if name == "home":
        return "~/.spider"
    return f"{default:g}" if isinstance(default, float) else str(default)
