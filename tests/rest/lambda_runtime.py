"""What Lambda runs Python functions with, as far as tests need it: python lambda_runtime.py MODULE.NAME"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import sys
from types import SimpleNamespace

API = "/2018-06-01/runtime/invocation"


def main(handler: str) -> None:
    module, _, name = handler.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", f"{API}/next")
        given = connection.getresponse()
        event = json.loads(given.read())
        request = given.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = function(event, SimpleNamespace(aws_request_id=request))
        connection.request("POST", f"{API}/{request}/response", json.dumps(answer))
        connection.getresponse().read()


if __name__ == "__main__":
    main(*sys.argv[1:])
