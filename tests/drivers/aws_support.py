"""What the AWS driver's tests share: a connection whose calls are kept, a driver of operations, a server that answers
as EC2 does on the wire."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from spider_drivers.aws import AwsDriver
from spider_drivers.aws.connection import AwsConnection
from spider_drivers.contract import (
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    SubnetRequest,
    SystemClock,
    Vpc,
    VpcRequest,
)

from tests.drivers.support import Kept, done

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CREDENTIAL = {"ClientId": "AKIAIOSFODNN7EXAMPLE", "ClientSecret": SECRET}


class Aws(Kept[AwsConnection]):
    """`ec2` is the driver's own way to EC2, for looking at what it has made."""

    def ec2(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.connection._ec2.call(operation, **parameters)

    def tags(self, cloud_id: str) -> dict[str, str]:
        """All tags of a resource, those that stand for name and token too."""
        found = self.ec2("describe_tags", Filters=[{"Name": "resource-id", "Values": [cloud_id]}])
        return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def connect(url: str, *, page_size: int | None = None, **region_keys: str) -> Aws:
    records: list[CallRecord] = []
    recorder = CallRecorder(SystemClock(), records.append, [SECRET])
    keys = {"Region": "us-east-1", "Zone": "us-east-1b", "Endpoint": url, **region_keys}
    connection = AwsDriver(page_size=page_size).connect(ConnectionInfo("aws", "AWS", CREDENTIAL, keys), recorder)
    assert isinstance(connection, AwsConnection)
    return Aws(connection, records)


def make_vpc(aws: Aws) -> Vpc:
    request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),))
    return done(lambda attempt: aws.connection.vpc.create(request, attempt))


@dataclass
class Answer:
    """`body` None: the connection is closed after the request has been read."""

    body: str | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


def error(code: str, text: str, status: int = 400, **headers: str) -> Answer:
    """An error in EC2's form."""
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>{text}</Message></Error></Errors></Response>"
    return Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


EMPTY = Answer("<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>")


@dataclass
class Wire:
    """Answers come in turn, the last one for ever. `seen`: each request's parameters and "path"; `signed`: its
    Authorization."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [EMPTY])
    seen: list[dict[str, str]] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextlib.contextmanager
def wire(wrap: Callable[[Any], Any] | None = None) -> Iterator[Wire]:
    """A server on loopback. `wrap`: makes its socket speak TLS."""
    state, stop = Wire(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.seen.append({"path": self.path, **{key: value[0] for key, value in parse_qs(body).items()}})
            state.signed.append(self.headers["Authorization"])
            answer = state.next()
            stop.wait(answer.delay)
            if answer.body is None or stop.is_set():
                self.close_connection = True
                return
            content = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_CONNECT(self) -> None:
            """As a proxy that is asked for the way to a host, and refuses it."""
            state.seen.append({"path": self.path})
            self.send_error(403)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if wrap:
        server.socket = wrap(server.socket)
    state.url = f"{'https' if wrap else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
