"""As much of the `aws` command as docs/deployment.md uses, by boto3: aws SERVICE OPERATION --name value …"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.model import Shape

RENAMED = {"notification-endpoint": "endpoint"}  # "aws sns subscribe" calls it otherwise than the API


def main(words: list[str]) -> None:
    service, operation, *rest = words
    given = {name.removeprefix("--"): value for name, value in zip(rest[::2], rest[1::2], strict=True)}
    query, output = given.pop("query", "@"), given.pop("output", "json")
    client = boto3.client(service)
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    named = {members[RENAMED.get(name, name)]: value for name, value in given.items()}
    arguments = {name: read(value, member) for (name, member), value in named.items()}
    told = getattr(client, method)(**arguments)
    told.pop("ResponseMetadata")
    answer = jmespath.search(query, told)
    if output == "text":
        print("\t".join(map(str, answer)) if isinstance(answer, list) else answer)
    elif answer:
        print(json.dumps(answer, indent=4, default=str))


def read(value: str, shape: Shape) -> Any:
    text = Path(value.removeprefix("file://")).read_text() if value.startswith("file://") else value
    return int(text) if shape.type_name in ("integer", "long") else text


if __name__ == "__main__":
    main(sys.argv[1:])
