"""What every driver implements: CloudDriver, CloudConnection and one handler per kind.

No handler sleeps: a step that has to wait returns `Wait`, and the engine calls again with the same request and an
`Attempt` that carries what was noted. `create`, `delete` and the control verbs are therefore called repeatedly and
must be built on `converge`. Reads return complete lists (every page) at a cost of calls that does not grow by one
per element; what is terminated or soft-deleted is absent. `get` raises NotFound.

A resource's `iid.name` in an answer is what the cloud calls it, "" where it has no name; the engine puts the
user's name in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .attempt import Attempt, Wait
from .calls import CallRecorder
from .capability import Capability
from .errors import Unsupported
from .shapes import (
    Iid,
    Image,
    ImageRequest,
    KeyPair,
    KeyPairRequest,
    Ref,
    SecurityGroup,
    SecurityGroupRequest,
    Spec,
    Vm,
    VmRequest,
    VmStatus,
    Vpc,
    VpcRequest,
)

Request = TypeVar("Request", contravariant=True)
Shape = TypeVar("Shape", covariant=True)


@dataclass(frozen=True)
class ConnectionInfo:
    """All that a driver may use to reach its cloud. Keys are spelled as in the driver's capability.

    `region` and `zone` are taken from the region's keys ("" where the cloud has none); `endpoint` (a URL) and `ca`
    (PEM text) replace the cloud's public address and the public certificate authorities.
    """

    name: str
    provider: str
    credential: Mapping[str, str] = field(repr=False)
    region_keys: Mapping[str, str]

    @property
    def region(self) -> str:
        return self.region_keys.get("Region", "")

    @property
    def zone(self) -> str:
        return self.region_keys.get("Zone", "")

    @property
    def endpoint(self) -> str | None:
        return self.region_keys.get("Endpoint") or None

    @property
    def ca(self) -> str | None:
        return self.region_keys.get("CA") or None


class Reader(ABC, Generic[Shape]):
    """Reads of one kind."""

    @abstractmethod
    def list(self) -> list[Shape]: ...

    @abstractmethod
    def get(self, ref: Ref) -> Shape:
        """Raises NotFound."""


class Handler(Reader[Shape], Generic[Request, Shape]):
    """A kind that is created and deleted."""

    @abstractmethod
    def create(self, request: Request, attempt: Attempt) -> Shape | Wait:
        """Raises AlreadyExists when something of that name is there which this attempt's token did not make, where
        the cloud's names are unique."""

    @abstractmethod
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        """None once the cloud says absent; also for what was never there. Raises InUse, with nothing changed, when
        something foreign depends on it. With `ref.id` None it removes what `attempt.parts` and the token lead to:
        this is how a failed create is undone."""


class ImageHandler(Handler[ImageRequest, Image]):
    """Images exist at the cloud. Creating one registers it by name, unless the cloud can fetch images (Docker)."""

    def create(self, request: ImageRequest, attempt: Attempt) -> Image | Wait:
        return self.get(Ref(request.name, request.name))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        return None


class SpecHandler(Reader[Spec]):
    """Machine types. `raw_list` and `raw_get` answer the cloud's own JSON-like form."""

    @abstractmethod
    def raw_list(self) -> Any: ...

    @abstractmethod
    def raw_get(self, ref: Ref) -> Any: ...


class VpcHandler(Handler[VpcRequest, Vpc]):
    """VPCs with their subnets."""


class SecurityGroupHandler(Handler[SecurityGroupRequest, SecurityGroup]):
    """Security groups with their rules."""


class KeyPairHandler(Handler[KeyPairRequest, KeyPair]):
    """Key pairs; the public half is imported."""


class VmHandler(Handler[VmRequest, Vm]):
    """VMs. `create` is done when the VM runs and its addresses are known; `delete` when it is terminated."""

    def statuses(self) -> list[tuple[Iid, VmStatus]]:
        return [(vm.iid, vm.status) for vm in self.list()]

    def status(self, ref: Ref) -> VmStatus:
        return self.get(ref).status

    @abstractmethod
    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait: ...

    @abstractmethod
    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait: ...

    @abstractmethod
    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait: ...


class CloudConnection(ABC):
    """One credential in one region. Used by one thread at a time; a handler is None where the cloud lacks it."""

    image: ImageHandler | None = None
    spec: SpecHandler | None = None
    vpc: VpcHandler | None = None
    security_group: SecurityGroupHandler | None = None
    key_pair: KeyPairHandler | None = None
    vm: VmHandler | None = None

    def handler(self, kind: str) -> Any:
        """The handler of a kind; raises Unsupported."""
        found = getattr(self, kind, None)
        if found is None:
            raise Unsupported(f"this cloud has no handler for {kind}: not implemented")
        return found

    @abstractmethod
    def check(self) -> None:
        """Raises a SpiderError when the cloud does not accept the credential."""

    def close(self) -> None:
        """Frees what the connection holds."""


class CloudDriver(ABC):
    """One cloud. Constructing it loads no SDK; `connect` does."""

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def capability(self) -> Capability: ...

    @abstractmethod
    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Uses `info` and nothing else: no environment, profile, metadata service or CA fallback."""
