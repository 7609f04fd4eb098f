"""Microsoft.Compute: machines, their disks, images, sizes, SSH keys."""

from __future__ import annotations

from .disks import Disks
from .images import Images
from .machines import VirtualMachines
from .marketplace import Marketplace
from .power import PowerVerbs
from .sizes import Sizes
from .ssh_keys import SshPublicKeys

__all__ = ["Disks", "Images", "Marketplace", "PowerVerbs", "Sizes", "SshPublicKeys", "VirtualMachines"]
