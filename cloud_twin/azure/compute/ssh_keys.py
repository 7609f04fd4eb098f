"""SSH public keys as resources of their own."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from werkzeug.wrappers import Response

from ...centre import Effect, Job, Thing
from ...facade import Call, json_response
from .. import listing, tags
from ..errors import ArmError
from ..ids import ResourceId
from ..shape import TEXT, MapOf, Members, resource
from .base import Computed

KEY = "Microsoft.Compute/sshPublicKeys"

_properties = Members("SshPublicKeyResourceProperties", {"publicKey": TEXT})
_update = Members("SshPublicKeyUpdateResource", {"tags": MapOf(TEXT), "properties": _properties})


def check(text: str) -> None:
    """Of a VM or by itself. Raises ArmError."""
    words = text.split()
    if words and words[0] in ("ssh-rsa", "ssh-ed25519"):
        try:
            key = serialization.load_ssh_public_key(" ".join(words[:2]).encode())
        except ValueError:
            key = None
        if isinstance(key, ed25519.Ed25519PublicKey) or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048):
            return
    raise ArmError(
        400,
        "InvalidParameter",
        "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
        target="linuxConfiguration.ssh.publicKeys.keyData",
    )


class SshPublicKeys(Computed):
    """Every change is over when it is answered."""

    type = KEY
    noun = "SSH public key"
    shape = resource("SshPublicKeyResource", _properties)

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        if given.get("publicKey"):
            check(given["publicKey"])
        thing: Thing = self.new(resource, {"location": self.location(sent), "properties": given})
        return thing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        self._apply(thing, sent.get("properties", {}))

    def update(self, call: Call) -> Any:
        thing = self.found(self.id(call))
        sent = _update.read(listing.body(call), "", self.voice)
        tags.check(sent.get("tags"))
        self._apply(thing, sent.get("properties", {}))
        if "tags" in sent:
            thing.body["tags"] = sent["tags"]
        return self.shown(thing)

    def generate(self, call: Call) -> Any:
        """Only for one that has none yet."""
        thing = self.found(self.id(call))
        if thing.body["properties"].get("publicKey"):
            raise _keeps(thing)
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        thing.body["properties"]["publicKey"] = f"{public.decode()} generated-by-azure"
        return {
            "privateKey": private.decode(),
            "publicKey": thing.body["properties"]["publicKey"],
            "id": thing.body["id"],
        }

    def _apply(self, thing: Thing, given: dict[str, Any]) -> None:
        new, old = given.get("publicKey"), thing.body["properties"].get("publicKey")
        if new and new != old:
            if old:
                raise _keeps(thing)
            check(new)
            thing.body["properties"]["publicKey"] = new

    def refuse_in_use(self, thing: Thing) -> None:
        """VMs keep the key's text, not the resource."""

    def begin(self, thing: Thing, verb: str, effect: Effect, **more: Any) -> Job:
        return self.arm.centre.begin(verb, thing, effect, 0, body=self.place(thing), **more)

    def answer_made(self, call: Call, thing: Thing, job: Job) -> Response:
        return json_response(self.shown(thing), 201)

    def answer_changed(self, call: Call, thing: Thing, job: Job) -> Response:
        return json_response(self.shown(thing), 200)

    def delete(self, call: Call) -> Response:
        answer = super().delete(call)
        return answer if answer.status_code == 204 else Response(status=200)

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        del body["properties"]["provisioningState"]
        return body


def _keeps(thing: Thing) -> ArmError:
    text = f"The public key of SSH public key resource '{thing.body['name']}' cannot be changed once it is set."
    return ArmError(409, "PropertyChangeNotAllowed", text, target="publicKey")
