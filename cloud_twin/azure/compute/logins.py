"""Who may log in to a new VM: the rules on names, passwords, keys.

https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update#osprofile
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from ..errors import ArmError
from ..voices import COMPUTE
from . import ssh_keys

_NAMES = """administrator admin user user1 test user2 test1 user3 admin1 1 123 a actuser adm admin2 aspnet backup
    console david guest john owner root server sql support support_388945a0 sys test2 test3 user4 user5 video"""
_PASSWORDS = "abc@123 p@$$w0rd p@ssw0rd p@ssword123 pa$$word pass@word1 password! password1 password22 iloveyou!"
FORBIDDEN_NAMES = frozenset(_NAMES.split())
FORBIDDEN_PASSWORDS = frozenset(_PASSWORDS.split())
LONGEST_NAME = {"Linux": 64, "Windows": 20}
LONGEST_HOST = {"Linux": 64, "Windows": 15}
PASSWORD = {"Linux": (6, 72), "Windows": (8, 123)}
LONGEST_DATA = 87380
_BAD = re.compile(r"[`~!@#$%^&*()=+_\[\]{}\\|;:'\",<>/?\s]")


def fill(properties: dict[str, Any], machine: str) -> None:
    """The osProfile of a new VM's properties, checked, with what Azure adds. Raises ArmError."""
    disk = properties["storageProfile"]["osDisk"]
    if disk["createOption"] == "Attach":
        if "osProfile" in properties:
            raise _refused("Parameter 'osProfile' is not allowed.", "osProfile")
        return
    if "osProfile" not in properties:
        raise COMPUTE.missing("osProfile")
    given = properties["osProfile"]
    given.setdefault("computerName", machine)
    _check(given, disk["osType"])
    given.setdefault("secrets", [])
    given.setdefault("allowExtensionOperations", True)
    given["requireGuestProvisionSignal"] = True
    if "linuxConfiguration" in given:
        given["linuxConfiguration"].setdefault("provisionVMAgent", True)
        patches = given["linuxConfiguration"].setdefault("patchSettings", {})
        patches.setdefault("patchMode", "ImageDefault")
        patches.setdefault("assessmentMode", "ImageDefault")


def _check(given: dict[str, Any], system: str) -> None:
    """`system`: Linux, Windows. Raises ArmError."""
    name = given.get("adminUsername")
    if not name:
        raise COMPUTE.missing("osProfile.adminUsername")
    if len(name) > LONGEST_NAME[system] or name.endswith(".") or re.search(r'[\\/"\[\]:|<>+=;,?*@\s]', name):
        text = (
            f"The Admin Username specified is not allowed. The name must be between 1 and {LONGEST_NAME[system]} "
            "characters long, and must not end with a '.' or contain special characters."
        )
        raise _refused(text, "adminUsername")
    if name.lower() in FORBIDDEN_NAMES:
        raise _refused("The Admin Username specified is not allowed.", "adminUsername")
    _check_host(given["computerName"], system)
    _check_data(given.get("customData"))
    other = "windowsConfiguration" if system == "Linux" else "linuxConfiguration"
    if other in given:
        raise _refused(f"Parameter '{other}' is not allowed.", other)
    (_check_linux if system == "Linux" else _check_windows)(given)


def _check_linux(given: dict[str, Any]) -> None:
    configuration = given.setdefault("linuxConfiguration", {})
    configuration.setdefault("disablePasswordAuthentication", False)
    keys = configuration.get("ssh", {}).get("publicKeys") or []
    if configuration["disablePasswordAuthentication"]:
        if not keys:
            text = "Authentication using either SSH or by user name and password must be enabled in Linux profile."
            raise _refused(text, "linuxConfiguration")
        if given.get("adminPassword"):
            text = "Parameter 'adminPassword' is not allowed if password authentication is disabled."
            raise _refused(text, "adminPassword")
    else:
        _check_password(given, "Linux")
    home = f"/home/{given['adminUsername']}/.ssh/authorized_keys"
    for key in keys:
        if key.setdefault("path", home) != home:
            text = (
                f"Destination path for SSH public keys is currently limited to its default value {home}  due to a "
                "known issue in Linux provisioning agent."
            )
            raise _refused(text, "linuxConfiguration.ssh.publicKeys.path")
        ssh_keys.check(key.get("keyData", ""))


def _check_windows(given: dict[str, Any]) -> None:
    _check_password(given, "Windows")
    given.setdefault("windowsConfiguration", {"provisionVMAgent": True, "enableAutomaticUpdates": True})


def _check_password(given: dict[str, Any], system: str) -> None:
    password = given.get("adminPassword")
    if not password:
        raise COMPUTE.missing("adminPassword")
    least, most = PASSWORD[system]
    kinds = (r"[A-Z]", r"[a-z]", r"\d", r"[\W_]")
    if not least <= len(password) <= most or sum(bool(re.search(kind, password)) for kind in kinds) < 3:
        text = (
            f"The supplied password must be between {least}-{most} characters long and must satisfy at least 3 of "
            "password "
            "complexity requirements from the following:\r\n1) Contains an uppercase character\r\n2) Contains a "
            "lowercase "
            "character\r\n3) Contains a numeric digit\r\n4) Contains a special character\r\n5) Control characters are "
            "not "
            "allowed"
        )
        raise _refused(text, "adminPassword")
    if password.lower() in FORBIDDEN_PASSWORDS:
        raise _refused("The supplied password is not allowed. It is commonly used and can be guessed.", "adminPassword")


def _check_host(name: str, system: str) -> None:
    if system == "Linux":
        if len(name) > LONGEST_HOST[system] or _BAD.search(name):
            text = (
                "Linux host name cannot exceed 64 characters in length or contain the following characters: ` ~ ! @ # "
                "$ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?."
            )
            raise _refused(text, "computerName")
        return
    if len(name) > LONGEST_HOST[system] or name.isdecimal() or _BAD.search(name) or "." in name:
        text = (
            "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the "
            "following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?."
        )
        raise _refused(text, "computerName")


def _check_data(data: str | None) -> None:
    try:
        fits = data is None or (len(data) <= LONGEST_DATA and base64.b64decode(data, validate=True) is not None)
    except binascii.Error:
        fits = False
    if not fits:
        text = (
            f"Custom data in OSProfile must be in Base64 encoding and with a maximum length of {LONGEST_DATA} "
            "characters."
        )
        raise _refused(text, "customData")


def _refused(text: str, target: str) -> ArmError:
    return ArmError(400, "InvalidParameter", text, target=target)
