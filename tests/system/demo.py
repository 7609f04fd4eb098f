"""The demo: every cloud that runs here, through the whole life cycle over HTTP. Shows a table of the outcome."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.servers import twin

from .clouds import EMULATED, Cloud, emulated, mock
from .docker_cloud import docker_cloud
from .engine import NoEngine, find
from .life_cycle import LifeCycle
from .spider import CallFailed, Client, spider

FAILED, LEFT_OUT = "FAILED", "-"


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
            ran = list(pool.map(lambda cloud: run(client, cloud), clouds))
    runs = {cloud.provider: one for cloud, one in zip(clouds, ran, strict=True)}
    show(runs, [name for name, _ in LifeCycle(client, clouds[0]).steps()])
    failures = [f"{name}: {one.why}" for name, one in runs.items() if one.why]
    print("\n".join(["", *failures] if failures else ["", f"All steps passed on {', '.join(runs)}."]))
    return 1 if failures else 0


def start_clouds(stack: ExitStack) -> list[Cloud]:
    """All that run here, in the order of their names: the emulated ones, in one process of Cloud-Twin, with the user's
    own Docker Engine in the place of the twin's if it answers."""
    found = stack.enter_context(twin(*(provider.lower() for provider in EMULATED)))
    clouds = [emulated(found, provider) for provider in EMULATED if provider != "DOCKER"]
    clouds.append(stack.enter_context(mock()))
    try:
        clouds.append(stack.enter_context(docker_cloud(find())))
    except NoEngine as why:
        print(f"{why}, so Docker is emulated, too.", flush=True)
        clouds.append(emulated(found, "DOCKER"))
    return sorted(clouds, key=lambda cloud: cloud.provider)


@dataclass
class Run:
    """`seconds`: what each step took that passed, in order. `why`: why the next one failed, so that it was the last."""

    seconds: dict[str, float] = field(default_factory=dict)
    why: str = ""

    def cell(self, step: str) -> str:
        """Of the table."""
        if step in self.seconds:
            return f"ok {self.seconds[step]:5.1f} s"
        return FAILED if self.why.startswith(f"{step}: ") else LEFT_OUT


def run(client: Client, cloud: Cloud) -> Run:
    ran = Run()
    for name, step in LifeCycle(client, cloud).steps():
        begun = time.monotonic()
        try:
            step()
        except (CallFailed, httpx.HTTPError, KeyError) as error:
            ran.why = f"{name}: {type(error).__name__} {error}"
            break
        ran.seconds[name] = time.monotonic() - begun
    return ran


def show(runs: Mapping[str, Run], steps: list[str]) -> None:
    """By the clouds' names."""
    print(f"{'step':<16}" + "".join(f"{name:>12}" for name in runs))
    for step in steps:
        print(f"{step:<16}" + "".join(f"{ran.cell(step):>12}" for ran in runs.values()))
    print(f"{'in all':<16}" + "".join(f"{sum(ran.seconds.values()):>10.1f} s" for ran in runs.values()))


if __name__ == "__main__":
    sys.exit(main())
