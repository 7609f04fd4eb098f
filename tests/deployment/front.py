"""Stands in for API Gateway and Lambda before `app.py`: HTTP on loopback becomes events of a REST API.

python -I -S -E front.py PORT FOLDER… runs it with nothing but the standard library and what is in the folders.
"""

from __future__ import annotations

import base64
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

STAGE = "api"
NO_ROUTE: dict[str, Any] = {"statusCode": 403, "headers": {}, "body": '{"message":"Missing Authentication Token"}'}


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    app: Any = None

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        event = self.event(body)
        # An unknown route never reaches the function.
        told: dict[str, Any] = self.app(event, None) if event else NO_ROUTE
        text = told["body"]
        data = base64.b64decode(text) if told.get("isBase64Encoded") else text.encode()
        self.send_response(told["statusCode"])
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def event(self, body: bytes) -> dict[str, Any] | None:
        """Bodies come in base64, as the template declares every type binary."""
        address = urlsplit(self.path)
        resource = next((path for path in self.app.routes if fits(path, address.path)), None)
        if resource is None or self.command not in {*self.app.routes[resource], "OPTIONS"}:
            return None
        return {
            "resource": resource,
            "path": unquote(address.path),
            "httpMethod": self.command,
            "headers": dict(self.headers.items()),
            "multiValueQueryStringParameters": parse_qs(address.query, keep_blank_values=True) or None,
            "pathParameters": None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": self.command,
                "path": f"/{STAGE}{address.path}",
                "stage": STAGE,
                "requestId": str(uuid.uuid4()),
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "body": base64.b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
        """The application logs its calls itself."""


def fits(resource: str, path: str) -> bool:
    parts, segments = resource.split("/"), path.split("/")
    return len(parts) == len(segments) and all(
        bool(segment) if part.startswith("{") else part == segment
        for part, segment in zip(parts, segments, strict=True)
    )


def main(port: str, *folders: str) -> None:
    sys.path[:0] = folders
    from app import app

    Gateway.app = app
    ThreadingHTTPServer(("127.0.0.1", int(port)), Gateway).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
