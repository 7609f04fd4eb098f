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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import handling
from .attempt import Attempt, Wait
from .calls import CallRecorder
from .capability import Capability
from .errors import Unsupported
from .marked import Marked
from .shapes import Iid, Ref, VmStatus

if TYPE_CHECKING:
    # Most of these are named in strings, where ruff does not look.
    # ruff: noqa: F401
    from .shapes.image import Image, ImageRequest
    from .shapes.key_pair import KeyPair, KeyPairRequest
    from .shapes.region_zone import RegionZone
    from .shapes.security_group import RulesRequest, SecurityGroup, SecurityGroupRequest
    from .shapes.spec import Spec
    from .shapes.vm import Vm, VmRequest
    from .shapes.vpc import SubnetRequest, Vpc, VpcRequest

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

    def in_region(self, region: str) -> ConnectionInfo:
        """The same credential in another region, at the same endpoint; it names no zone, which would not be there."""
        if region == self.region:
            return self
        keys = {key: value for key, value in self.region_keys.items() if "zone" not in key.lower()}
        return replace(self, region_keys={**keys, "Region": region})


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


class ImageHandler(Handler["ImageRequest", "Image"]):
    """Images exist at the cloud. Creating one registers it by name, unless the cloud can fetch images (Docker)."""

    def create(self, request: ImageRequest, attempt: Attempt) -> Image | Wait:
        return self.get(Ref(request.name, request.name))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        return None

    def any(self) -> Image:
        """One that `list` holds, by the call that costs the cloud least: a single one wherever the cloud can. It needs
        no permission that `list` does not. Raises NotFound where there is none."""
        return handling.first("image", self.list())


class SpecHandler(Reader["Spec"]):
    """Machine types. `raw_list` and `raw_get` answer the cloud's own JSON-like form."""

    @abstractmethod
    def raw_list(self) -> Any: ...

    @abstractmethod
    def raw_get(self, ref: Ref) -> Any: ...


class VpcHandler(Handler["VpcRequest", "Vpc"]):
    """VPCs with their subnets."""

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """The whole VPC, once it shows the new subnet, whose id is noted as a part. Raises NotFound for the VPC,
        AlreadyExists, Invalid."""
        raise Unsupported("subnets cannot be added to a VPC of this cloud: not implemented")

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        """None once it is absent; also for what was never there. Raises InUse, with nothing changed. What is
        another VPC's is never removed. With `subnet.id`
        None it removes what `attempt.parts` and `subnet.token` lead to: this is how a failed `add_subnet`, whose
        attempt had that token, is undone."""
        raise Unsupported("subnets cannot be removed from a VPC of this cloud: not implemented")


class SecurityGroupHandler(Handler["SecurityGroupRequest", "SecurityGroup"]):
    """Security groups with their rules."""

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        """The group with all of the rules. Raises AlreadyExists, with nothing changed, for a rule that it has already,
        unless an unclean try may have added it."""
        raise Unsupported("rules cannot be added to a security group of this cloud: not implemented")

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        """None once none of the rules is there. Raises MissingReference (`rules`), with nothing changed, for one that
        the group does not have, unless an unclean try may have removed it."""
        raise Unsupported("rules cannot be removed from a security group of this cloud: not implemented")


class KeyPairHandler(Handler["KeyPairRequest", "KeyPair"]):
    """Key pairs; the public half is imported."""


class VmHandler(Handler["VmRequest", "Vm"]):
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


class TagHandler(ABC):
    """Tags of resources of any kind in the capability's `tagged`. What they are now stands in the resources' shapes."""

    @abstractmethod
    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        """Sets it, whatever it was. Raises NotFound for the resource."""

    @abstractmethod
    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        """None once it is absent; also for what was never there. Raises NotFound for the resource."""


class RegionHandler(Reader["RegionZone"]):
    """The cloud's regions and zones. The raw forms are the cloud's own JSON-like ones."""

    def names(self) -> Sequence[str]:
        """Those of every region in `list`, without asking for zones where these cost calls."""
        return [region.name for region in self.list()]

    @abstractmethod
    def raw_regions(self) -> Any: ...

    @abstractmethod
    def raw_zones(self) -> Any:
        """Of the connection's region."""


AnyCall = Callable[[Mapping[str, str]], Mapping[str, str]]


class CloudConnection(ABC):
    """One credential in one region. Used by one thread at a time; a handler is None where the cloud lacks it."""

    image: ImageHandler | None = None
    spec: SpecHandler | None = None
    vpc: VpcHandler | None = None
    security_group: SecurityGroupHandler | None = None
    key_pair: KeyPairHandler | None = None
    vm: VmHandler | None = None
    tag: TagHandler | None = None
    region_zone: RegionHandler | None = None

    def handler(self, kind: str) -> Any:
        """The handler of a kind; raises Unsupported."""
        found = getattr(self, kind, None)
        if found is None:
            raise Unsupported(f"this cloud has no handler for {kind}: not implemented")
        return found

    def any_calls(self) -> Mapping[str, AnyCall]:
        """What this cloud can do beside the rest, by a name that CB-Spider's clients know; texts in, texts out."""
        return {}

    def marked(self) -> Sequence[Marked]:
        """All that carries a token of Spider's among what the handlers list, and its parts where the cloud lists them,
        in as few calls as the cloud allows. What is terminated is absent."""
        raise Unsupported("this driver does not tell what carries Spider's tokens: not implemented")

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

    def mark(self, token: str) -> str:
        """How `marked` spells an operation's token: as it is, unless the cloud has no room for it."""
        return token

    @abstractmethod
    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Uses `info` and nothing else: no environment, profile, metadata service or CA fallback."""
