"""What starts and ends a container's program, and how it stands."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Response

from ..centre import Machine, Power, Thing
from ..facade import Call
from . import containers, endpoints, files, ids, ports, programs, reading
from .answers import as_json, nothing
from .errors import EngineError

if TYPE_CHECKING:
    from .facade import Docker

STOP_SECONDS = 10
NO_COMMAND, NO_NETWORK = 127, 128  # exit codes of a container that could not be started
_LIVE = ("running", "paused")
# What a container's body tells of its program. `ends_at`: by the clock's stopwatch, None while it goes on.
CREATED: Final[Mapping[str, Any]] = {
    "state": "created",
    "code": 0,
    "error": "",
    "started": None,
    "finished": None,
    "ends_at": None,
    "pid": 0,
    "ports": {},
    "sandbox": "",
}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def start(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    if machine.body["state"] == "paused":
        raise EngineError(409, "cannot start a paused container, try unpause instead")
    if machine.body["state"] == "running":
        return nothing(304)
    run(cloud, machine)
    return nothing(204)


def run(cloud: Docker, machine: Machine) -> None:
    """Raises EngineError, and then it has not started; it keeps why."""
    body, now = machine.body, cloud.centre.clock.now()
    body["sandbox"] = ids.new()
    try:
        endpoints.join_all(cloud, machine)
        ports.publish(cloud, machine)
        _refuse_unknown_command(machine)
    except EngineError as error:
        endpoints.leave_all(cloud, machine)
        code = NO_COMMAND if error.status == 400 else NO_NETWORK
        body.update(code=code, error=error.message, ports={})
        raise
    machine.power, machine.powered = Power.ON, now
    program = _program(machine)
    ends = None if program.ends is None else cloud.centre.clock.stopwatch() + program.ends
    body.update(state="running", code=0, error="", started=now, ends_at=ends, pid=1000 + cloud.centre.number())
    settle(cloud)


def _refuse_unknown_command(machine: Machine) -> None:
    """Raises EngineError."""
    config = machine.body["Config"]
    variables = dict(one.split("=", 1) for one in config["Env"] or () if "=" in one)
    path = variables.get("PATH", _PATH)
    if why := programs.missing(all_files(machine), path, containers.command(config)[0]):
        told = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container"
        raise EngineError(400, f"{told} process: {why}: unknown")


def _program(machine: Machine) -> programs.Program:
    config = machine.body["Config"]
    return programs.of(containers.command(config), waits_for_input=config["OpenStdin"])


def settle(cloud: Docker) -> None:
    """Ends the programs whose time has come."""
    now = cloud.centre.clock.stopwatch()
    for one in containers.all_of(cloud):
        if one.body["ends_at"] is not None and one.body["ends_at"] <= now and isinstance(one, Machine):
            _ended(cloud, one, _program(one).code)


def _ended(cloud: Docker, machine: Machine, code: int) -> None:
    now = cloud.centre.clock.now()
    endpoints.leave_all(cloud, machine)
    machine.power, machine.powered = Power.OFF, now
    machine.body.update(state="exited", code=code, finished=now, ends_at=None, pid=0, ports={})
    if machine.body["HostConfig"]["AutoRemove"]:
        containers.discard(cloud, machine, with_volumes=True)


def stop(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    seconds = _patience(call, machine)
    if machine.body["state"] not in _LIVE:
        return nothing(304)
    _end(cloud, machine, seconds)
    return nothing(204)


def restart(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    seconds = _patience(call, machine)
    if machine.body["state"] in _LIVE:
        kept, machine.body["HostConfig"]["AutoRemove"] = machine.body["HostConfig"]["AutoRemove"], False
        _end(cloud, machine, seconds)
        machine.body["HostConfig"]["AutoRemove"] = kept
    if machine.body["state"] not in _LIVE and cloud.centre.find(machine.key):
        run(cloud, machine)
    return nothing(204)


def _patience(call: Call, machine: Machine) -> int:
    """Seconds until a program that does not end is killed. Raises EngineError."""
    configured = machine.body["Config"].get("StopTimeout")
    return reading.number(call, "t", STOP_SECONDS if configured is None else configured)


def _end(cloud: Docker, machine: Machine, patience: float) -> None:
    """By its own signal to stop; by SIGKILL if it takes longer than `patience`, in seconds (below 0: no limit)."""
    needed = cloud.settings.transition_seconds
    killed = 0 <= patience < needed
    cloud.pass_time(patience if killed else needed)
    if machine.body["state"] in _LIVE and cloud.centre.find(machine.key):
        name = "SIGKILL" if killed else signal_of(machine.body["Config"].get("StopSignal") or "SIGTERM")
        _ended(cloud, machine, programs.code_by(name, _program(machine)))


def kill(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    name = signal_of(call.query.get("signal") or "SIGKILL")
    if machine.body["state"] not in _LIVE:
        told = f"Container {machine.body['Id']} is not running"
        raise EngineError(409, f"Cannot kill container: {call.values['id']}: {told}")
    if name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT"):
        _ended(cloud, machine, programs.code_by(name, _program(machine)))
    return nothing(204)


def signal_of(given: str) -> str:
    """Its name with SIG. Raises EngineError."""
    if given.isdigit():
        known = {one.value: one.name for one in signal.Signals}
        if int(given) in known:
            return known[int(given)]
    name = given.upper() if given.upper().startswith("SIG") else f"SIG{given.upper()}"
    if name not in signal.Signals.__members__:
        raise EngineError(400, f"Invalid signal: {given}")
    return name


def pause(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    if machine.body["state"] != "running":
        why = "already paused" if machine.body["state"] == "paused" else "not running"
        raise EngineError(409, f"Container {machine.body['Id']} is {why}")
    machine.body["state"] = "paused"
    return nothing(204)


def unpause(cloud: Docker, call: Call) -> Response:
    machine = containers.named(cloud, call.values["id"])
    if machine.body["state"] != "paused":
        raise EngineError(500, f"Container {machine.body['Id']} is not paused")
    machine.body["state"] = "running"
    return nothing(204)


def wait(cloud: Docker, call: Call) -> Response:
    """Says that it waits, and once the program has ended, or (`condition=removed`) the container is gone, how."""
    machine = containers.named(cloud, call.values["id"])
    condition, before = call.query.get("condition", ""), machine.body["finished"]

    def over() -> bool:
        runs = _runs(cloud, machine)
        if condition == "removed":
            return cloud.centre.find(machine.key) is None
        if condition == "next-exit":
            return bool(machine.body["finished"] != before)
        return not runs

    def told() -> Iterator[bytes]:
        yield b""  # clients start the container once they have seen the head of this answer
        cloud.hold_answer(over)
        yield as_json({"Error": None, "StatusCode": machine.body["code"]}).get_data()

    return Response(told(), content_type="application/json")


def logs(cloud: Docker, call: Call) -> Response:
    """Nothing: no program runs here that would write. With `follow` until it has ended."""
    machine = containers.named(cloud, call.values["id"])
    if not (reading.flag(call, "stdout") or reading.flag(call, "stderr")):
        raise EngineError(400, "Bad parameters: you must choose at least one stream")
    response = nothing(200)
    if reading.flag(call, "follow"):

        def told() -> Iterator[bytes]:
            yield b""
            cloud.hold_answer(lambda: not _runs(cloud, machine))

        response.response = told()
        del response.headers["Content-Length"]
    return response


def _runs(cloud: Docker, machine: Machine) -> bool:
    """By now."""
    settle(cloud)
    return machine.body["state"] in _LIVE


def all_files(container: Thing) -> dict[str, files.File]:
    """Of its image, and what was written over them."""
    return {**container.body["base"], **container.body["files"]}
