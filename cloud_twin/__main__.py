"""The twin's command line: starts clouds and proxies, and tells running ones what to do.

Without a command it serves the clouds."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from . import private, tls
from .admin import ADMIN, Administered
from .faults import DIALECTS, Faults, Forwarding, Log, Services
from .serve import Server, running, serving
from .twin import MAKERS, Twin

ADMIN_SECONDS = 70.0
FOLDER = Path("~/.cloud-twin")


def main(words: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if words is None else words)
    # `python -m cloud_twin --port 5000`: serving is what is meant where no command is named.
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "serve")
    arguments = _parser().parse_args(given)
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
    serve = commands.add_parser("serve", help="serve the emulated clouds, over HTTP and HTTPS")
    serve.add_argument(
        "--clouds", type=_names, default=(), metavar="NAMES", help=f"of {','.join(sorted(MAKERS))} (default: all)"
    )
    serve.add_argument("--tls-port", type=int, default=0, help="of 127.0.0.1, for HTTPS (default: any free one)")
    serve.add_argument(
        "--folder", type=Path, default=FOLDER, help=f"for what clients need: ca.pem, accounts ({FOLDER})"
    )
    serve.add_argument(
        "--containers", metavar="ENGINE", help="unix:///… or tcp://… of a Docker Engine: VMs are containers"
    )
    serve.add_argument("--container-image", metavar="IMAGE", help="of these containers; it must run an SSH server")
    _server(serve, _twin)
    proxy = commands.add_parser("proxy", help="serve a proxy that lets faults befall calls to a cloud")
    proxy.add_argument(
        "upstream", nargs="+", help="http://…, https://… or unix:///path of the cloud; or SERVICE=URL of each service"
    )
    proxy.add_argument("--dialect", choices=sorted(DIALECTS), required=True, help="what the cloud speaks")
    proxy.add_argument("--upstream-tls", type=Path, metavar="FOLDER", help="ca.pem, cert.pem, key.pem for the cloud")
    proxy.add_argument(
        "--tls", type=Path, metavar="FOLDER", help="serve mutual TLS; clients find theirs in this folder"
    )
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
    speed = _told(commands, "speed", "set how fast the twin's clock runs; 0: it stands still", _speed)
    speed.add_argument("speed", type=float)
    _told(commands, "settings", "show the clouds' settings", lambda url, _: _get(url, "/settings"))
    change = _told(commands, "set", "change settings; name=value …, as in cloud_twin/settings.py", _set)
    change.add_argument("--cloud", help="the only one to change")
    change.add_argument("fields", nargs="+", metavar="NAME=VALUE")
    _told(commands, "contents", "show the ids of all that the clouds hold", lambda url, _: _get(url, "/contents"))
    for word, method, what in (("snapshot", "PUT", "keep what the clouds hold"), ("restore", "POST", "put it back")):
        _of_snapshot(commands, word, method, what)
    _told(
        commands,
        "reset",
        "forget rules, calls and what the emulated clouds hold",
        lambda url, _: _send("POST", url, "/reset"),
    )
    return parser


def _of_snapshot(commands: Any, word: str, method: str, what: str) -> None:
    parser = _told(commands, word, what, lambda url, given: _send(method, url, f"/snapshots/{given.name}"))
    parser.add_argument("name")


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _server(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (default: any free one)")
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


def _twin(given: argparse.Namespace) -> int:
    twin = Twin(*given.clouds, log=_log(given))
    app = Administered(twin, twin.clouds)
    authority = tls.Authority()
    plain = Server(app, port=given.port)
    secure = Server(app, port=given.tls_port, tls=tls.server_context(authority.server()))
    files = {"ca.pem": authority.certificate}
    for cloud in twin.clouds.values():
        files |= cloud.files(plain.url, secure.url)
    private.write(given.folder, files)
    with running(plain), running(secure), _containers(given, twin):
        print(f"serving {', '.join(twin.clouds)} at {plain.url} and {secure.url}", file=sys.stderr)
        print(f"what clients need is in {given.folder}: {', '.join(files)}", file=sys.stderr, flush=True)
        _until_ended()
    return 0


@contextlib.contextmanager
def _containers(given: argparse.Namespace, twin: Twin) -> Iterator[None]:
    """Raises ValueError."""
    if not given.containers:
        yield
        return
    from .backing import Engine, EngineRefusal, Keeper

    if not given.container_image:
        raise ValueError("--containers needs --container-image, the name of an image that runs an SSH server")
    try:
        with (
            contextlib.closing(Engine(given.containers)) as engine,
            Keeper(engine, given.container_image, twin.clouds).running(),
        ):
            yield
    except (EngineRefusal, httpx.HTTPError) as error:
        raise ValueError(f"{given.containers}: {error}") from None


def _proxy(given: argparse.Namespace) -> int:
    trust = None
    if given.upstream_tls:
        ca, certificate, key = ((given.upstream_tls / name).read_text() for name in tls.FILES)
        trust = tls.client_context(ca, tls.Identity(certificate, key))
    app = _upstream(given.upstream, trust)
    context: ssl.SSLContext | None = tls.mutual(given.tls) if given.tls else None
    front = Administered(Faults(app, DIALECTS[given.dialect], log=_log(given)))
    with serving(front, port=given.port, tls=context) as url:
        print(f"serving {url}", file=sys.stderr, flush=True)
        _until_ended()
    return 0


def _upstream(words: Sequence[str], trust: ssl.SSLContext | None) -> Forwarding | Services:
    """Raises ValueError for neither one URL nor services."""
    if len(words) == 1 and "=" not in words[0].partition("://")[0]:
        return Forwarding(words[0], tls=trust)
    named = dict(word.partition("=")[::2] for word in words)
    if not all(named.values()):
        raise ValueError(f"upstream: '{' '.join(words)}' is neither one URL nor several of the form service=URL")
    return Services(named, tls=trust)


def _until_ended() -> None:
    """By Ctrl-C, or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def _log(given: argparse.Namespace) -> Log:
    return Log() if given.quiet else Log(lambda line: print(line, flush=True))


def _add(url: str, given: argparse.Namespace) -> str:
    return _send("POST", url, "/faults", _object(given.fields))


def _set(url: str, given: argparse.Namespace) -> str:
    return _send("PUT", url, f"/settings?cloud={given.cloud}" if given.cloud else "/settings", _object(given.fields))


def _object(pairs: Sequence[str]) -> dict[str, Any]:
    """`name=value` …, where a value is JSON if it can be read as such. Raises ValueError."""
    made: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"'{pair}' is not of the form name=value")
        try:
            made[name] = json.loads(value)
        except ValueError:
            made[name] = value
    return made


def _advance(url: str, given: argparse.Namespace) -> str:
    return _send("POST", url, "/clock", {"advance": given.seconds})


def _speed(url: str, given: argparse.Namespace) -> str:
    return _send("PUT", url, "/clock", {"speed": given.speed})


def _get(url: str, path: str) -> str:
    return _send("GET", url, path)


def _send(method: str, url: str, path: str, body: Any = None) -> str:
    answer = httpx.request(method, url.rstrip("/") + ADMIN + path, json=body, trust_env=False, timeout=ADMIN_SECONDS)
    if answer.is_error:
        raise ValueError(answer.json()["message"] if "json" in answer.headers["content-type"] else answer.text)
    return answer.text if answer.text.endswith("\n") or not answer.text else f"{answer.text}\n"


if __name__ == "__main__":
    sys.exit(main())
