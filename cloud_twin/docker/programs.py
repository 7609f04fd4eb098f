"""What a container's program would do. Nothing runs here: from the command it is told how it would end."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import files
from .files import Files

SHELLS = frozenset({"sh", "bash", "ash", "dash", "busybox"})
_EXIT = re.compile(r"(?:^|[;&]\s*)exit\s+(\d+)\s*$")
_TRAP = re.compile(r"trap\s+'exit (\d+)'\s+(?:SIG)?TERM")


@dataclass(frozen=True)
class Program:
    """`ends`: seconds after its start, None if it goes on; `code`: of its own end. `on_signal`: its code when it is
    asked to end."""

    ends: float | None = None
    code: int = 0
    on_signal: int = 0


def of(command: Sequence[str], *, waits_for_input: bool) -> Program:
    """`waits_for_input`: its input stays open, so that a shell goes on waiting for words."""
    name, arguments = posixpath.basename(command[0]), list(command[1:])
    if name == "busybox" and arguments:
        name, *arguments = arguments
    if name == "sleep" and arguments and arguments[0].isdigit():
        return Program(ends=float(arguments[0]))
    if name in ("true", "hello", "echo", "ls", "date", "false"):
        return Program(ends=0.0, code=1 if name == "false" else 0)
    if name in SHELLS and arguments[:1] == ["-c"] and len(arguments) > 1:
        return _of_script(arguments[1])
    if name in SHELLS and not arguments:
        return Program() if waits_for_input else Program(ends=0.0)
    return Program()


def _of_script(script: str) -> Program:
    if trapped := _TRAP.search(script):
        return Program(on_signal=int(trapped[1]))
    if ended := _EXIT.search(script):
        return Program(ends=0.0, code=int(ended[1]))
    if slept := re.fullmatch(r"sleep (\d+)", script.strip()):
        return Program(ends=float(slept[1]))
    return Program()


def code_by(signal: str, program: Program) -> int:
    """The exit code of a program that goes on, ended by a signal."""
    return 137 if signal == "SIGKILL" else program.on_signal


def missing(present: Files, path_variable: str, command: str) -> str:
    """Why it cannot be started, in runc's words; "" where it can."""
    if "/" in command:
        if files.behind(present, command) is not None:
            return ""
        return f'exec: "{command}": stat {command}: no such file or directory'
    if any(files.behind(present, f"{folder}/{command}") for folder in path_variable.split(":")):
        return ""
    return f'exec: "{command}": executable file not found in $PATH'
