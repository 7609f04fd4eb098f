"""What is done to servers: one call, whose body's only member says what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from werkzeug.wrappers import Response

from ...centre import Effect, Machine
from ...facade import Call, json_response
from .. import services
from ..account import PROJECT, ROLES, USER, USER_ID
from ..errors import ComputeError, bad_request, conflict, unserved
from ..image import images
from . import bodies, launch, microversions, pages, servers, shape
from .flavors import find as find_flavor
from .schema import Schema, check_body

if TYPE_CHECKING:
    from ..facade import OpenStack

# Nova has them, the twin has not.
UNSERVED = (
    "rebuild",
    "rescue",
    "unrescue",
    "shelve",
    "shelveOffload",
    "unshelve",
    "migrate",
    "os-migrateLive",
    "evacuate",
    "changePassword",
    "createBackup",
    "forceDelete",
    "restore",
    "addFloatingIp",
    "removeFloatingIp",
    "addFixedIp",
    "removeFixedIp",
    "addSecurityGroup",
    "removeSecurityGroup",
    "os-resetState",
    "resetNetwork",
    "injectNetworkInfo",
    "trigger_crash_dump",
    "os-getVNCConsole",
    "os-getSerialConsole",
    "os-getSPICEConsole",
    "os-getRDPConsole",
)
_CONSOLE = "FAKE CONSOLE OUTPUT\nANOTHER\nLAST LINE"
_ACCEPTED = 202


class Power(NamedTuple):
    """`verb`: as nova calls it in refusals; `states`: of the VM, in which it may be done; `left`: the one after it."""

    verb: str
    states: tuple[str, ...]
    task: str
    left: str
    effect: Effect


_POWERS: Mapping[str, Power] = {
    "os-start": Power("start", ("stopped",), "powering-on", "active", Effect.START),
    "os-stop": Power("stop", ("active", "error"), "powering-off", "stopped", Effect.STOP),
    "suspend": Power("suspend", ("active",), "suspending", "suspended", Effect.STOP),
    "resume": Power("resume", ("suspended",), "resuming", "active", Effect.START),
    "pause": Power("pause", ("active",), "pausing", "paused", Effect.CHANGE),
    "unpause": Power("unpause", ("paused",), "unpausing", "active", Effect.CHANGE),
}
_SOFT, _HARD = ("active",), ("stopped", "paused", "suspended", "error")
# A hard reboot may begin while these are under way (nova/compute/task_states.py).
_HARD_DURING = ("rebooting", "rebooting_hard", "resuming", "unpausing", "suspending", "pausing", "powering-off")


def act(cloud: OpenStack, call: Call) -> Response:
    body = pages.read_body(call)
    if len(body) != 1:
        raise bad_request("Malformed request body")
    action = next(iter(body))
    if action in UNSERVED:
        raise unserved("compute", f"the action '{action}'")
    if action not in ACTIONS:
        raise bad_request(f"There is no such action: {action}")
    served = ACTIONS[action]
    cloud.require(call, (served.policy,))
    if served.schema:
        check_body(body, served.schema)
    # Nova looks for the server's cell first, and says so.
    server = servers.find(cloud, call, served.absent)
    if server.body["locked"] and action not in _OF_LOCKED:
        raise conflict(f"Instance {shape.server_id(server)} is locked")
    return served.act(cloud, call, server, body[action])


def _power(action: str) -> Act:
    power = _POWERS[action]

    def done(cloud: OpenStack, call: Call, server: Machine, _: Any) -> Response:
        _check(cloud, server, power.verb, power.states)
        _begin(cloud, call, server, power.verb, power.task, power.effect, {"vm_state": power.left})
        return _accepted()

    return done


def _reboot(cloud: OpenStack, call: Call, server: Machine, asked: Any) -> Response:
    hard = asked["type"].upper() == "HARD"
    task = shape.task_state(cloud, server)
    if not (hard and task in _HARD_DURING):
        _check(cloud, server, "reboot", (*_SOFT, *_HARD) if hard else _SOFT)
    task = "rebooting_hard" if hard else "rebooting"
    _begin(cloud, call, server, "reboot", task, Effect.RESTART, {"vm_state": "active"})
    return _accepted()


def _create_image(cloud: OpenStack, call: Call, server: Machine, asked: Any) -> Response:
    _check(cloud, server, "createImage", ("active", "stopped", "paused", "suspended"))
    source = cloud.centre.find(f"images/{server.body['image']}")
    properties = {
        **(source.body["properties"] if source else {}),
        "base_image_ref": server.body["image"],
        "owner_user_name": USER,
        "owner_project_name": PROJECT,
        "boot_roles": ",".join(name for name, _ in ROLES),
        "instance_uuid": shape.server_id(server),
        "user_id": USER_ID,
        "image_type": "snapshot",
        **asked.get("metadata", {}),
    }
    least = source.body["min_disk"] if source else 0
    image = images.add(cloud, {"name": asked["name"], "visibility": "private", "min_disk": least}, properties)
    wait = cloud.settings.transition_seconds
    data = f"snapshot of {shape.server_id(server)}\n".encode()
    filled = {
        "status": "active",
        "disk_format": "raw",
        "container_format": "bare",
        "contents": images.contents(data),
    }
    cloud.centre.begin("snapshot", image, Effect.CHANGE, wait, change=filled)
    _begin(cloud, call, server, "createImage", "image_uploading", Effect.NOTHING, {})
    image_id = image.key.partition("/")[2]
    if microversions.asked(call.request) >= (2, 45):
        return json_response({"image_id": image_id}, _ACCEPTED)
    location = f"{services.base(call, 'compute')}/images/{image_id}"
    return Response(status=_ACCEPTED, headers={"Location": location}, content_type="application/json")


def _resize(cloud: OpenStack, call: Call, server: Machine, asked: Any) -> Response:
    _check(cloud, server, "resize", ("active", "stopped"))
    try:
        flavor = find_flavor(str(asked["flavorRef"]))
    except ComputeError as error:
        raise bad_request(error.message) from None
    if flavor.id == server.body["flavor"]["id"]:
        raise bad_request("When resizing, instances must change flavor!")
    if {flavor.name, flavor.id} & set(cloud.settings.exhausted):
        raise bad_request(shape.NO_HOST)
    kept = {"id": flavor.id, "vcpus": flavor.vcpus, "ram": flavor.ram}
    before = {"flavor": server.body["flavor"], "vm_state": server.body["vm_state"]}
    config = asked.get("OS-DCF:diskConfig", "MANUAL")
    change = {"vm_state": "resized", "flavor": kept, "before_resize": before, "diskConfig": config}
    _begin(cloud, call, server, "resize", "resize_prep", Effect.CHANGE, change)
    return _accepted()


def _confirm_resize(cloud: OpenStack, call: Call, server: Machine, _: Any) -> Response:
    _check(cloud, server, "confirmResize", ("resized",))
    before = server.body.pop("before_resize", None)
    if before is None:
        raise bad_request("Instance has not been resized.")
    _begin(cloud, call, server, "confirmResize", None, Effect.CHANGE, {"vm_state": before["vm_state"]})
    return Response(status=204, content_type="application/json")


def _revert_resize(cloud: OpenStack, call: Call, server: Machine, _: Any) -> Response:
    _check(cloud, server, "revertResize", ("resized",))
    change = dict(server.body.pop("before_resize"))
    _begin(cloud, call, server, "revertResize", "resize_reverting", Effect.CHANGE, change)
    return _accepted()


def _console(cloud: OpenStack, _: Call, server: Machine, asked: Any) -> Response:
    if shape.vm_state(server) == "building":
        raise conflict(f"Instance {shape.server_id(server)} is not ready")
    length = (asked or {}).get("length")
    lines = _CONSOLE.split("\n")
    if length is not None and int(length) >= 0:
        lines = lines[len(lines) - min(int(length), len(lines)) :]
    return json_response({"output": "\n".join(lines)})


def _lock(cloud: OpenStack, call: Call, server: Machine, asked: Any) -> Response:
    reason = asked.get("locked_reason") if isinstance(asked, dict) else None
    server.body.update(locked=True, locked_reason=reason)
    launch.note(cloud, call, server, "lock")
    return _accepted()


def _unlock(cloud: OpenStack, call: Call, server: Machine, _: Any) -> Response:
    server.body.update(locked=False, locked_reason=None)
    launch.note(cloud, call, server, "unlock")
    return _accepted()


def _check(cloud: OpenStack, server: Machine, verb: str, states: tuple[str, ...]) -> None:
    """Raises ComputeError in another state, and while something else is under way."""
    server_id, state, task = shape.server_id(server), shape.vm_state(server), shape.task_state(cloud, server)
    if server.body["launched"] is None and state != "building":
        if verb in ("start", "stop"):
            raise conflict(f"Instance {server_id} is not ready")
        raise conflict(f"Instance {server_id} is in an invalid state for '{verb}'")
    if state not in states:
        raise conflict(f"Cannot '{verb}' instance {server_id} while it is in vm_state {state}")
    if task is not None:
        raise conflict(f"Cannot '{verb}' instance {server_id} while it is in task_state {task}")


def _begin(
    cloud: OpenStack, call: Call, server: Machine, verb: str, task: str | None, effect: Effect, change: dict[str, Any]
) -> None:
    for job in cloud.centre.under_way(server.key):
        cloud.centre.finish(job)
    servers.touch(cloud, server)
    launch.note(cloud, call, server, verb)
    wait = cloud.settings.transition_seconds
    cloud.centre.begin(verb, server, effect, wait, body={"task": task}, change=change)


def _accepted() -> Response:
    return Response(status=_ACCEPTED, content_type="application/json")


Act = Callable[["OpenStack", Call, Machine, Any], Response]


class Action(NamedTuple):
    act: Act
    policy: str
    schema: Schema | None = None
    absent: str = "Instance {} has no mapping to a cell."


_SERVERS = "os_compute_api:servers"
ACTIONS: Mapping[str, Action] = {
    "os-start": Action(_power("os-start"), f"{_SERVERS}:start"),
    "os-stop": Action(_power("os-stop"), f"{_SERVERS}:stop"),
    "reboot": Action(_reboot, f"{_SERVERS}:reboot", bodies.REBOOT),
    "suspend": Action(_power("suspend"), "os_compute_api:os-suspend-server:suspend"),
    "resume": Action(_power("resume"), "os_compute_api:os-suspend-server:resume"),
    "pause": Action(_power("pause"), "os_compute_api:os-pause-server:pause"),
    "unpause": Action(_power("unpause"), "os_compute_api:os-pause-server:unpause"),
    "createImage": Action(_create_image, f"{_SERVERS}:create_image", bodies.CREATE_IMAGE),
    "resize": Action(_resize, f"{_SERVERS}:resize", bodies.RESIZE),
    "confirmResize": Action(_confirm_resize, f"{_SERVERS}:confirm_resize"),
    "revertResize": Action(_revert_resize, f"{_SERVERS}:revert_resize"),
    "lock": Action(_lock, "os_compute_api:os-lock-server:lock"),
    "unlock": Action(_unlock, "os_compute_api:os-lock-server:unlock"),
    "os-getConsoleOutput": Action(_console, "os_compute_api:os-console-output", bodies.CONSOLE),
}
# That of each action is asked once it is known which.
RULES = tuple(one.policy for one in ACTIONS.values())
_OF_LOCKED = ("lock", "unlock", "os-getConsoleOutput", "createImage")
