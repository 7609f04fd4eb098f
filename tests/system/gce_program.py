"""A program for Compute Engine, written with Google's library: it makes a network with a machine, and takes all away.

    python gce_program.py KEY_FILE ENDPOINT

It knows nothing of Spider or of Cloud-Twin. Given an endpoint, the library's extended operations go on asking Google's
own address how far they are, so it asks with clients of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1
from google.oauth2 import service_account

REGION, ZONE = "us-central1", "us-central1-a"
TIMEOUT_SECONDS = 300


class Project:
    """A project's networks and machines."""

    def __init__(self, key_file: str, endpoint: str) -> None:
        self._id: str = json.loads(Path(key_file).read_text())["project_id"]
        self._credentials = service_account.Credentials.from_service_account_file(key_file)
        self._options = ClientOptions(api_endpoint=endpoint)
        self.networks = self._client(compute_v1.NetworksClient)
        self.subnetworks = self._client(compute_v1.SubnetworksClient)
        self.firewalls = self._client(compute_v1.FirewallsClient)
        self.images = self._client(compute_v1.ImagesClient)
        self.instances = self._client(compute_v1.InstancesClient)
        self._global_operations = self._client(compute_v1.GlobalOperationsClient)
        self._region_operations = self._client(compute_v1.RegionOperationsClient)
        self._zone_operations = self._client(compute_v1.ZoneOperationsClient)

    def make_network(self, name: str) -> str:
        """With a subnetwork, and SSH to machines that are tagged so. Its link."""
        network = compute_v1.Network(name=name, auto_create_subnetworks=False)
        link = self._done(self.networks.insert_unary(project=self._id, network_resource=network)).target_link
        subnetwork = compute_v1.Subnetwork(name=f"{name}-subnet", network=link, ip_cidr_range="10.7.0.0/24")
        self._done(self.subnetworks.insert_unary(project=self._id, region=REGION, subnetwork_resource=subnetwork))
        ssh = compute_v1.Firewall(
            name=f"{name}-ssh",
            network=link,
            allowed=[compute_v1.Allowed(I_p_protocol="tcp", ports=["22"])],
            target_tags=["ssh"],
        )
        self._done(self.firewalls.insert_unary(project=self._id, firewall_resource=ssh))
        return str(link)

    def make_machine(self, name: str, network: str) -> Any:
        image = self.images.get_from_family(project="debian-cloud", family="debian-12")
        disk = compute_v1.AttachedDisk(
            boot=True,
            auto_delete=True,
            initialize_params=compute_v1.AttachedDiskInitializeParams(source_image=image.self_link, disk_size_gb=20),
        )
        subnetwork = f"projects/{self._id}/regions/{REGION}/subnetworks/{network}-subnet"
        interface = compute_v1.NetworkInterface(
            subnetwork=subnetwork, access_configs=[compute_v1.AccessConfig(name="External NAT", type_="ONE_TO_ONE_NAT")]
        )
        instance = compute_v1.Instance(
            name=name,
            machine_type=f"zones/{ZONE}/machineTypes/e2-small",
            disks=[disk],
            network_interfaces=[interface],
            tags=compute_v1.Tags(items=["ssh"]),
            labels={"purpose": "demo"},
        )
        self._done(self.instances.insert_unary(project=self._id, zone=ZONE, instance_resource=instance))
        return self.instances.get(project=self._id, zone=ZONE, instance=name)

    def machines(self) -> list[str]:
        """Names, of all zones."""
        pages = self.instances.aggregated_list(project=self._id)
        return [one.name for _, scope in pages for one in scope.instances]

    def delete(self, machine: str, network: str) -> None:
        self._done(self.instances.delete_unary(project=self._id, zone=ZONE, instance=machine))
        self._done(self.firewalls.delete_unary(project=self._id, firewall=f"{network}-ssh"))
        self._done(self.subnetworks.delete_unary(project=self._id, region=REGION, subnetwork=f"{network}-subnet"))
        self._done(self.networks.delete_unary(project=self._id, network=network))

    def all_networks(self) -> list[str]:
        return [one.name for one in self.networks.list(project=self._id)]

    def _client(self, kind: Any) -> Any:
        return kind(credentials=self._credentials, client_options=self._options)

    def _done(self, operation: Any) -> Any:
        """The operation at its end. Raises RuntimeError for one that has failed."""
        asked = {"project": self._id, "operation": operation.name, "timeout": TIMEOUT_SECONDS}
        while operation.status != compute_v1.Operation.Status.DONE:
            if operation.zone:
                operation = self._zone_operations.wait(zone=ZONE, **asked)
            elif operation.region:
                operation = self._region_operations.wait(region=REGION, **asked)
            else:
                operation = self._global_operations.wait(**asked)
        if operation.error.errors:
            raise RuntimeError("; ".join(f"{one.code}: {one.message}" for one in operation.error.errors))
        return operation


def main(key_file: str, endpoint: str) -> None:
    project = Project(key_file, endpoint)
    project.make_network("demo")
    machine = project.make_machine("demo-vm", "demo")
    address = machine.network_interfaces[0].access_configs[0].nat_i_p
    print(f"{machine.name} is {machine.status} at {address}")
    print(f"machines: {', '.join(project.machines())}")
    project.delete("demo-vm", "demo")
    print(f"machines: {', '.join(project.machines()) or 'none'}")
    print(f"networks: {', '.join(project.all_networks())}")


if __name__ == "__main__":
    main(*sys.argv[1:])
