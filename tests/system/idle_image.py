"""A container image of a few hundred bytes that waits to be stopped: it needs no registry, nothing of this machine."""

from __future__ import annotations

import io
import struct
import tarfile
from typing import Final

PROGRAM: Final = "idle"
CHANGES: Final = (f'CMD ["/{PROGRAM}"]', "EXPOSE 22")

# A container's first process is sent no signal that it leaves at its default. One that is blocked is kept for whoever
# waits for it: rt_sigprocmask(SIG_BLOCK, {SIGTERM}), rt_sigtimedwait({SIGTERM}) until it comes, exit(0).
_X86_64 = bytes.fromhex(
    "6800400000"  # push 0x4000        {SIGTERM}
    "4889e6"  # mov rsi, rsp
    "31ff"  # xor edi, edi             SIG_BLOCK
    "31d2"  # xor edx, edx
    "41ba08000000"  # mov r10d, 8      bytes of a set
    "b80e000000"  # mov eax, 14        rt_sigprocmask
    "0f05"  # syscall
    "4889e7"  # mov rdi, rsp
    "31f6"  # xor esi, esi
    "b880000000"  # again: mov eax, 128, rt_sigtimedwait
    "0f05"  # syscall
    "85c0"  # test eax, eax
    "78f5"  # js again
    "31ff"  # xor edi, edi
    "b83c000000"  # mov eax, 60        exit
    "0f05"  # syscall
)
_AARCH64 = struct.pack(
    "<17I",
    0xD2880000,  # mov x0, 0x4000      {SIGTERM}
    0xF81F0FE0,  # str x0, [sp, -16]!
    0xD2800000,  # mov x0, 0           SIG_BLOCK
    0x910003E1,  # mov x1, sp
    0xD2800002,  # mov x2, 0
    0xD2800103,  # mov x3, 8           bytes of a set
    0xD28010E8,  # mov x8, 135         rt_sigprocmask
    0xD4000001,  # svc 0
    0x910003E0,  # again: mov x0, sp
    0xD2800001,  # mov x1, 0
    0xD2800002,  # mov x2, 0
    0xD2801128,  # mov x8, 137         rt_sigtimedwait
    0xD4000001,  # svc 0
    0xB7FFFF60,  # tbnz x0, 63, again
    0xD2800000,  # mov x0, 0
    0xD2800BA8,  # mov x8, 93          exit
    0xD4000001,  # svc 0
)
# By what the Engine's /version calls Arch: the number of the machine in an ELF header, and the instructions.
MACHINES: Final = {"amd64": (62, _X86_64), "arm64": (183, _AARCH64)}


def program(architecture: str) -> bytes:
    """A static ELF executable: two headers and the instructions. Raises KeyError for a machine it is not made for."""
    machine, code = MACHINES[architecture]
    start, headers = 0x400000, 64 + 56
    size = headers + len(code)
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)  # 64 bits, little-endian, version 1
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, start + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    readable_and_executable, page = 5, 0x10000
    segment = struct.pack("<IIQQQQQQ", 1, readable_and_executable, 0, start, start, size, size, page)
    return ident + header + segment + code


def archive(architecture: str) -> bytes:
    """The image's root file system as a tar archive."""
    content = program(architecture)
    file = tarfile.TarInfo(PROGRAM)
    file.mode, file.size = 0o755, len(content)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(file, io.BytesIO(content))
    return out.getvalue()
