"""The twin's command line: starts clouds and proxies, and tells running ones what to do."""

from __future__ import annotations

import argparse
import json
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from . import tls
from .clock import TwinClock
from .faults import ADMIN, DIALECTS, EC2, Administered, Faults, Forwarding, Log
from .serve import serving

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

ADMIN_SECONDS = 70.0


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except httpx.HTTPError as error:
        print(f"cloud_twin: {arguments.url}: {error}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(f"cloud_twin: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cloud_twin", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _server(commands.add_parser("aws", help="serve an emulated EC2"), _aws)
    proxy = commands.add_parser("proxy", help="serve a proxy that lets faults befall calls to a cloud")
    proxy.add_argument("upstream", help="http://…, https://… or unix:///path of the cloud")
    proxy.add_argument("--dialect", choices=sorted(DIALECTS), required=True, help="what the cloud speaks")
    proxy.add_argument("--upstream-tls", type=Path, metavar="FOLDER", help="ca.pem, cert.pem, key.pem for the cloud")
    _server(proxy, _proxy)
    _told(commands, "calls", "show the log of calls", lambda url, _: _get(url, "/calls"))
    _told(commands, "faults", "show the rules in force", lambda url, _: _get(url, "/faults"))
    add = _told(commands, "add", "add a rule; field=value …, as in cloud_twin/faults/rule.py", _add)
    add.add_argument("fields", nargs="+", metavar="FIELD=VALUE")
    remove = _told(commands, "remove", "remove a rule", lambda url, given: _send("DELETE", url, f"/faults/{given.id}"))
    remove.add_argument("id", type=int)
    _told(commands, "clear", "remove all rules", lambda url, _: _send("DELETE", url, "/faults"))
    advance = _told(commands, "advance", "push the twin's clock forward", _advance)
    advance.add_argument("seconds", type=float)
    _told(
        commands,
        "reset",
        "forget rules, calls and what the emulated cloud holds",
        lambda url, _: _send("POST", url, "/reset"),
    )
    return parser


def _server(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (default: any free one)")
    parser.add_argument(
        "--tls", type=Path, metavar="FOLDER", help="serve mutual TLS; clients find theirs in this folder"
    )
    parser.add_argument("--quiet", action="store_true", help="do not print each call as a line of JSON")
    parser.set_defaults(command=command)


def _told(
    commands: Any, name: str, what: str, act: Callable[[str, argparse.Namespace], str]
) -> argparse.ArgumentParser:
    def command(given: argparse.Namespace) -> int:
        print(act(given.url, given), end="")
        return 0

    parser: argparse.ArgumentParser = commands.add_parser(name, help=what)
    parser.add_argument("url", help="of the running twin or proxy")
    parser.set_defaults(command=command)
    return parser


def _aws(given: argparse.Namespace) -> int:
    from .aws import Aws

    clock = TwinClock()
    cloud = Aws(clock)
    return _serve(given, Administered(Faults(cloud, EC2, clock=clock, log=_log(given)), cloud))


def _proxy(given: argparse.Namespace) -> int:
    trust = None
    if given.upstream_tls:
        ca, certificate, key = ((given.upstream_tls / name).read_text() for name in tls.FILES)
        trust = tls.client_context(ca, tls.Identity(certificate, key))
    app = Forwarding(given.upstream, tls=trust)
    return _serve(given, Administered(Faults(app, DIALECTS[given.dialect], log=_log(given))))


def _serve(given: argparse.Namespace, app: WSGIApplication) -> int:
    context: ssl.SSLContext | None = tls.mutual(given.tls) if given.tls else None
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serving(app, port=given.port, tls=context) as url:
        print(f"serving {url}", file=sys.stderr, flush=True)
        ended.wait()
    return 0


def _log(given: argparse.Namespace) -> Log:
    return Log() if given.quiet else Log(lambda line: print(line, flush=True))


def _add(url: str, given: argparse.Namespace) -> str:
    rule: dict[str, Any] = {}
    for field in given.fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"'{field}' is not of the form field=value")
        try:
            rule[name] = json.loads(value)
        except ValueError:
            rule[name] = value
    return _send("POST", url, "/faults", rule)


def _advance(url: str, given: argparse.Namespace) -> str:
    return _send("POST", url, "/clock", {"advance": given.seconds})


def _get(url: str, path: str) -> str:
    return _send("GET", url, path)


def _send(method: str, url: str, path: str, body: Any = None) -> str:
    answer = httpx.request(method, url.rstrip("/") + ADMIN + path, json=body, trust_env=False, timeout=ADMIN_SECONDS)
    if answer.is_error:
        raise ValueError(answer.json()["message"] if "json" in answer.headers["content-type"] else answer.text)
    return answer.text if answer.text.endswith("\n") or not answer.text else f"{answer.text}\n"


if __name__ == "__main__":
    sys.exit(main())
