"""The demo: every cloud that runs here, through the whole life cycle over HTTP. Shows a table of the outcome."""

from __future__ import annotations

import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.servers import twin

from .clouds import EMULATED, Cloud, emulated, mock
from .docker_cloud import docker_cloud
from .engine import NoEngine, find
from .life_cycle import LifeCycle
from .spider import CallFailed, Client, spider

PASSED, FAILED, LEFT_OUT = "ok", "FAILED", "-"


def main() -> int:
    # As Ctrl-C does: all that was started and made is taken away again.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-demo-")))
        print("Starting clouds and Spider's API on this machine ...", flush=True)
        clouds = start_clouds(stack)
        client = stack.enter_context(spider(home))
        print(f"Spider answers at {client.url}/spider; running the life cycle on each cloud ...\n", flush=True)
        with ThreadPoolExecutor(len(clouds)) as pool:
            outcomes = list(pool.map(lambda cloud: run(client, cloud), clouds))
    names = [cloud.provider for cloud in clouds]
    show(names, [outcome for outcome, _ in outcomes])
    failures = [f"{name}: {why}" for name, (_, why) in zip(names, outcomes, strict=True) if why]
    print("\n".join(["", *failures] if failures else ["", f"All steps passed on {', '.join(names)}."]))
    return 1 if failures else 0


def start_clouds(stack: ExitStack) -> list[Cloud]:
    """All that run here, in the order of their names: the emulated ones, in one process of Cloud-Twin, and the user's
    Docker Engine if it answers."""
    found = stack.enter_context(twin(*(provider.lower() for provider in EMULATED)))
    clouds = [*(emulated(found, provider) for provider in EMULATED), stack.enter_context(mock())]
    try:
        clouds.append(stack.enter_context(docker_cloud(find())))
    except NoEngine as why:
        print(f"{why}, so Docker is left out.", flush=True)
    return sorted(clouds, key=lambda cloud: cloud.provider)


def run(client: Client, cloud: Cloud) -> tuple[dict[str, str], str]:
    """Each step's outcome, and why the first one failed. The steps after it are left out."""
    outcome: dict[str, str] = {}
    why = ""
    for name, step in LifeCycle(client, cloud).steps():
        if why:
            outcome[name] = LEFT_OUT
            continue
        try:
            step()
            outcome[name] = PASSED
        except (CallFailed, httpx.HTTPError, KeyError) as error:
            outcome[name] = FAILED
            why = f"{name}: {type(error).__name__} {error}"
    return outcome, why


def show(names: list[str], outcomes: list[dict[str, str]]) -> None:
    print(f"{'step':<16}" + "".join(f"{name:>10}" for name in names))
    for step in outcomes[0]:
        print(f"{step:<16}" + "".join(f"{outcome[step]:>10}" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
