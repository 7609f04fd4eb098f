"""What Compute Engine refuses, with the status, the reason and the words of the real service.

How the sources were checked, in November 2026: "owner/repository#number" is an issue or pull request that quotes an
answer of the real service with these words (names, ids and numbers aside). "reference: …" and "guide: …" are Google's
documents: they give the limit, or the reason, and not the words. For the rows of UNSOURCED neither was found: they are
the twin's guess.
"""

from __future__ import annotations

import re

import pytest

from cloud_twin.gcp.account import PROJECT

from .bench import GLOBAL, REGIONAL, ZONAL, Bench, Refused
from .cases import (
    FIREWALLS,
    INSTANCES,
    NETWORKS,
    SUBNETWORKS,
    Case,
    address_in_use,
    auto_subnetwork,
    deleted_twice,
    deleted_while_made,
    disk,
    disk_of_another,
    firewall,
    firewall_twice,
    got,
    in_auto_range,
    instance,
    instance_twice,
    interface,
    labels_twice,
    leaving_network,
    listed,
    network,
    network_not_ready,
    network_twice,
    no_subnetwork,
    of_instance,
    overlapping,
    protected,
    renamed_firewall,
    request_id_of_another,
    reset_while_stopped,
    sent,
    stale_labels,
    started_while_stopping,
    subnetwork,
    subnetwork_elsewhere,
    subnetwork_not_ready,
    subnetwork_of_another,
    subnetwork_twice,
    used_disk,
    used_subnetwork,
)

SOURCE = re.compile(r"(reference|guide): .+|[\w.-]+/[\w.-]+#\d+")
UNSOURCED = "the twin's guess"
INVALID = (400, "invalid")
NAME = "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'"
DEBIAN = "projects/debian-cloud/global/images/family/debian-12"
A_UUID = "7f7c26a4-6d2b-4f5e-9a3c-0a4d0f0e8b1"

TABLE: dict[str, tuple[Case, tuple[int, str], str, str]] = {
    # What is there, and what is not
    "an unknown instance": (
        got(f"{INSTANCES}/none"),
        (404, "notFound"),
        f"The resource '{INSTANCES}/none' was not found",
        "cloud-barista/cb-spider#1186",
    ),
    "an unknown machine type": (
        got(f"{ZONAL}/machineTypes/z9-none"),
        (404, "notFound"),
        f"The resource '{ZONAL}/machineTypes/z9-none' was not found",
        "reference: machineTypes.get",
    ),
    "an unknown image": (
        got("projects/debian-cloud/global/images/none"),
        (404, "notFound"),
        "The resource 'projects/debian-cloud/global/images/none' was not found",
        "reference: images.get",
    ),
    "an unknown zone": (
        got(f"projects/{PROJECT}/zones/us-east1/instances"),
        INVALID,
        "Invalid value for field 'zone': 'us-east1'. Unknown zone.",
        "inspec/inspec-gcp#301",
    ),
    "an unknown region": (
        got(f"projects/{PROJECT}/regions/us-central1-f/subnetworks"),
        INVALID,
        "Invalid value for field 'region': 'us-central1-f'. Unknown region.",
        "googleapis/google-api-dotnet-client#1354",
    ),
    "an unknown project": (
        got("projects/miner-project-12345/global/networks"),
        (404, "notFound"),
        "The resource 'projects/miner-project-12345' was not found",
        "mludvig/gcp-ethereum-miner#1",
    ),
    "a project of others": (
        got("projects/debian-cloud/global/networks"),
        (403, "forbidden"),
        "Required 'compute.networks.list' permission for 'projects/debian-cloud'",
        "hashicorp/terraform-provider-google#8262",
    ),
    "a name in the path that is none": (
        got(f"{INSTANCES}/instance-"),
        INVALID,
        "Invalid value for field 'instance': 'instance-'. "
        "Must be a match of regex '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[1-9][0-9]{0,19}'",
        "rapid7/insightconnect-plugins#751",
    ),
    "a project that is none": (
        got("projects/My Project/global/networks"),
        (400, "invalidParameter"),
        "Invalid resource field value in the request.",
        "trailofbits/algo#14854",
    ),
    "a network of this name": (
        network_twice,
        (409, "alreadyExists"),
        f"The resource '{NETWORKS}/net' already exists",
        "fortinet/fortigate-tutorial-gcp#1",
    ),
    "a firewall of this name": (
        firewall_twice,
        (409, "alreadyExists"),
        f"The resource '{FIREWALLS}/fire' already exists",
        "zjuul/snowplow-gcloud-installer#1",
    ),
    "a subnetwork of this name": (
        subnetwork_twice,
        (409, "alreadyExists"),
        f"The resource '{SUBNETWORKS}/sub' already exists",
        "reference: subnetworks.insert",
    ),
    "an instance of this name": (
        instance_twice,
        (409, "alreadyExists"),
        f"The resource '{INSTANCES}/vm' already exists",
        "piercefreeman/cloud-gpu-reliability#5",
    ),
    "a disk of this name": (
        disk_of_another,
        (409, "alreadyExists"),
        f"The resource '{ZONAL}/disks/vm' already exists",
        "fortinet/fortigate-tutorial-gcp#1",
    ),
    # The body as such
    "no body": (
        sent(NETWORKS, None),
        (400, "required"),
        "Required field 'resource' not specified",
        "stackql-registry/stackql-provider-google#41",
    ),
    "an empty body": (
        sent(INSTANCES, {}),
        (400, "required"),
        "Required field 'resource' not specified",
        "googleapis/google-api-python-client#608",
    ),
    "an unknown member": (
        network(nam="x"),
        INVALID,
        "Invalid JSON payload received. Unknown name \"nam\" at 'resource': Cannot find field.",
        "danny-avila/LibreChat#11761",
    ),
    "an unknown member further down": (
        instance(networkInterfaces=[{"subnet": "x"}]),
        INVALID,
        "Invalid JSON payload received. Unknown name \"subnet\" at 'resource.networkInterfaces[0]': Cannot find field.",
        "danny-avila/LibreChat#11761",
    ),
    "a member of a wrong type": (
        network(autoCreateSubnetworks="no"),
        INVALID,
        "Invalid value at 'resource.autoCreateSubnetworks' (TYPE_BOOL), \"no\"",
        UNSOURCED,
    ),
    "a number that is none": (
        firewall(priority="high"),
        INVALID,
        "Invalid value at 'resource.priority' (TYPE_INT32), \"high\"",
        UNSOURCED,
    ),
    "an unknown value of an enumeration": (
        firewall(direction="IN"),
        INVALID,
        "Invalid value for field 'resource.direction': 'IN'. Must be one of [EGRESS, INGRESS]",
        UNSOURCED,
    ),
    "a body where none belongs": (
        of_instance("stop", {"force": True}),
        INVALID,
        'Invalid JSON payload received. Unknown name "force": Cannot find field.',
        "googleapis/google-cloud-ruby#26951",
    ),
    "an unknown query parameter": (
        listed(dryRun="true"),
        INVALID,
        'Invalid JSON payload received. Unknown name "dryRun": Cannot bind query parameter.',
        UNSOURCED,
    ),
    "a request id that is no UUID": (
        sent(NETWORKS, {"name": "net", "autoCreateSubnetworks": False}, requestId="once"),
        INVALID,
        "Invalid value for field 'requestId': 'once'.",
        "reference: networks.insert",
    ),
    "the zero UUID": (
        sent(
            NETWORKS, {"name": "net", "autoCreateSubnetworks": False}, requestId="00000000-0000-0000-0000-000000000000"
        ),
        INVALID,
        "Invalid value for field 'requestId': '00000000-0000-0000-0000-000000000000'.",
        "reference: networks.insert",
    ),
    "the request id of another request": (
        request_id_of_another,
        INVALID,
        f"Invalid value for field 'requestId': '{A_UUID}",
        UNSOURCED,
    ),
    # Names
    "a name with an underscore": (
        network(name="db_vpc"),
        INVALID,
        f"Invalid value for field 'resource.name': 'db_vpc'. {NAME}",
        "hashicorp/terraform#20884",
    ),
    "a name in upper case": (
        instance(name="MyProject"),
        INVALID,
        f"Invalid value for field 'resource.name': 'MyProject'. {NAME}",
        "dstackai/dstack#1247",
    ),
    "a name that is too long": (
        firewall(name="x" * 64),
        INVALID,
        f"Invalid value for field 'resource.name': '{'x' * 64}'. {NAME}",
        "DefangLabs/defang#1665",
    ),
    "a disk's name with an underscore": (
        instance(disks=disk(sourceImage=DEBIAN, diskName="a_b")),
        INVALID,
        f"Invalid value for field 'resource.disks[0].initializeParams.diskName': 'a_b'. {NAME}",
        "golang/go#22905",
    ),
    "no name": (
        sent(NETWORKS, {"autoCreateSubnetworks": False}),
        (400, "required"),
        "Required field 'resource.name' not specified",
        "kubernetes-sigs/cluster-api-provider-gcp#1058",
    ),
    # Networks and subnetworks
    "a legacy network": (
        sent(NETWORKS, {"name": "net"}),
        INVALID,
        "Legacy networks",
        "guide: Legacy networks",
    ),
    "an MTU beyond the limit": (
        network(mtu=9000),
        INVALID,
        "Invalid value for field 'resource.mtu'",
        "reference: networks",
    ),
    "an unknown network": (
        subnetwork(network=f"{NETWORKS}/none"),
        INVALID,
        f"Invalid value for field 'resource.network': '{NETWORKS}/none'. "
        "The referenced network resource cannot be found.",
        "google/anthos-microk8s#1",
    ),
    "a network by its bare name": (
        subnetwork(network="net"),
        INVALID,
        "Invalid value for field 'resource.network': 'net'. The URL is malformed.",
        UNSOURCED,
    ),
    "no range": (
        subnetwork(ipCidrRange=None),
        (400, "required"),
        "Required field 'resource.ipCidrRange' not specified",
        "kubernetes-sigs/cluster-api-provider-gcp#1058",
    ),
    "a range with bits of a host": (
        subnetwork(ipCidrRange="10.0.1.0/23"),
        INVALID,
        "Invalid value for field 'resource.ipCidrRange': '10.0.1.0/23'. Must be a CIDR address range.",
        "reference: subnetworks",
    ),
    "a range that is too small": (
        subnetwork(ipCidrRange="10.0.1.0/30"),
        INVALID,
        "Invalid value for field 'resource.ipCidrRange': '10.0.1.0/30'.",
        "guide: Subnets, IPv4 subnet range limitations",
    ),
    "a range that is Google's": (
        subnetwork(ipCidrRange="169.254.1.0/24"),
        INVALID,
        "Invalid value for field 'resource.ipCidrRange': '169.254.1.0/24'.",
        "guide: Subnets, Prohibited IPv4 subnet ranges",
    ),
    "a range that overlaps another": (
        overlapping,
        INVALID,
        "Invalid value for field 'resource.ipCidrRange': '192.168.0.0/28'. Invalid IPCidrRange: 192.168.0.0/28 "
        "conflicts with existing subnetwork 'first' in region 'us-central1'.",
        "tranquilitybase-io/tb-gcp#160",
    ),
    "a range of auto mode": (
        in_auto_range,
        INVALID,
        "Invalid value for field 'resource.ipCidrRange': '10.200.0.0/16'. Extended subnetworks in auto subnet mode "
        "networks cannot overlap with 10.128.0.0/9.",
        "cloudfoundry/bosh-google-cpi-release#238",
    ),
    "a subnetwork in use": (
        used_subnetwork,
        (400, "resourceInUseByAnotherResource"),
        f"The subnetwork resource '{SUBNETWORKS}/sub' is already being used by '{INSTANCES}/vm'",
        "genevieve/leftovers#6",
    ),
    "a subnetwork of auto mode": (
        auto_subnetwork,
        (400, "invalidResourceUsage"),
        "Invalid resource usage: 'Cannot delete auto subnetwork from an auto subnet mode network.'.",
        "knative/test-infra#946",
    ),
    "a network that is being made": (
        network_not_ready,
        (400, "resourceNotReady"),
        f"The resource '{NETWORKS}/net' is not ready",
        "terraform-google-modules/terraform-google-network#365",
    ),
    "a subnetwork that is being made": (
        subnetwork_not_ready,
        (400, "resourceNotReady"),
        f"The resource '{SUBNETWORKS}/sub' is not ready",
        "GoogleCloudPlatform/gke-migration-to-containers#63",
    ),
    "a network that is being deleted": (
        leaving_network,
        (400, "resourceNotReady"),
        f"The resource '{NETWORKS}/net' is not ready",
        "opstrace/opstrace#976",
    ),
    # Firewalls
    "an unknown protocol": (
        firewall(allowed=[{"IPProtocol": "ipv6-icmp"}]),
        INVALID,
        "Invalid value for field 'resource.allowed[0].IPProtocol': 'ipv6-icmp'. Must be one of "
        '["ah", "all", "esp", "icmp", "ipip", "sctp", "tcp", "udp"] or an IP protocol number between 0 and 255.',
        "terraform-google-modules/terraform-google-network#535",
    ),
    "no protocol": (
        firewall(allowed=[{"ports": ["22"]}]),
        (400, "required"),
        "Required field 'resource.allowed[0].IPProtocol' not specified",
        "kubernetes-sigs/cluster-api-provider-gcp#1058",
    ),
    "a range of ports that is none": (
        firewall(allowed=[{"IPProtocol": "tcp", "ports": ["0..65535"]}]),
        INVALID,
        "Invalid value for field 'resource.allowed[0].ports[0]': '0..65535'. Invalid port range specification.",
        "GoogleCloudPlatform/google-cloud-powershell#537",
    ),
    "ports of a protocol that has none": (
        firewall(allowed=[{"IPProtocol": "icmp", "ports": ["8"]}]),
        INVALID,
        "Invalid value for field 'resource.allowed[0].ports'",
        "mondoohq/cnspec#3784",
    ),
    "a source range that is none": (
        firewall(sourceRanges=["10.0.0.0/40"]),
        INVALID,
        "Invalid value for field 'resource.sourceRanges[0]': '10.0.0.0/40'. Must be a valid IPV4",
        "cloudflare/terraform-provider-cloudflare#86",
    ),
    "a source of what goes out": (
        firewall(direction="EGRESS", sourceRanges=["10.0.0.0/8"]),
        (400, "badRequest"),
        "Should not specify source range/tag for egress direction.",
        "hashicorp/terraform-provider-google#9280",
    ),
    "allowed and denied": (firewall(denied=[{"IPProtocol": "all"}]), INVALID, "Exactly one of", "reference: firewalls"),
    "a priority beyond the limit": (
        firewall(priority=65536),
        INVALID,
        "Invalid value for field 'resource.priority': '65536'.",
        "reference: firewalls",
    ),
    "a target tag in upper case": (
        firewall(targetTags=["Web"]),
        INVALID,
        f"Invalid value for field 'resource.targetTags[0]': 'Web'. {NAME}",
        "reference: firewalls",
    ),
    "tags and service accounts": (
        firewall(targetTags=["web"], sourceServiceAccounts=["a@b"]),
        INVALID,
        "Service accounts and tags cannot be used together",
        "reference: firewalls",
    ),
    "no name in a patch": (
        lambda gcp: gcp.call("PATCH", gcp.firewall(), {"priority": 7}),
        (400, "required"),
        "Required field 'resource.name' not specified",
        "reference: firewalls.patch",
    ),
    "too many tags of a firewall": (
        firewall(targetTags=[f"t{number}" for number in range(71)]),
        INVALID,
        "Invalid value for field 'resource.targetTags'",
        "guide: Cloud NGFW quotas, limits of a VPC firewall rule",
    ),
    "another name for a firewall": (
        renamed_firewall,
        INVALID,
        "Invalid value for field 'resource.name': 'other'.",
        UNSOURCED,
    ),
    # Instances
    "a machine type that the zone has not": (
        instance(machineType="zones/us-central1-a/machineTypes/n9-highcpu-16"),
        INVALID,
        "Invalid value for field 'resource.machineType': 'zones/us-central1-a/machineTypes/n9-highcpu-16'. "
        "Machine type with name 'n9-highcpu-16' does not exist in zone 'us-central1-a'.",
        "taskcluster/community-tc-config#75",
    ),
    "a machine type of another zone": (
        instance(machineType="zones/us-east1-b/machineTypes/e2-small"),
        INVALID,
        "Invalid value for field 'resource.machineType': 'zones/us-east1-b/machineTypes/e2-small'.",
        UNSOURCED,
    ),
    "no machine type": (
        instance(machineType=None),
        (400, "required"),
        "Required field 'resource.machineType' not specified",
        "kubernetes-sigs/cluster-api-provider-gcp#1058",
    ),
    "an image that is not there": (
        instance(disks=disk(sourceImage="projects/debian-cloud/global/images/debian-1")),
        INVALID,
        "Invalid value for field 'resource.disks[0].initializeParams.sourceImage': "
        "'projects/debian-cloud/global/images/debian-1'. The referenced image resource cannot be found.",
        "google/anthos-microk8s#1",
    ),
    "an image that is obsolete": (
        instance(disks=disk(sourceImage="projects/debian-cloud/global/images/debian-11-bullseye-v20260812")),
        INVALID,
        "Invalid value for field 'resource.disks[0].initializeParams.sourceImage'",
        "reference: images, deprecated.state",
    ),
    "a family that is not there": (
        instance(disks=disk(sourceImage="projects/debian-cloud/global/images/family/debian-1")),
        (404, "notFound"),
        "The resource 'projects/debian-cloud/global/images/family/debian-1' was not found",
        "reference: images.getFromFamily",
    ),
    "a disk smaller than its image": (
        instance(disks=disk(sourceImage="projects/windows-cloud/global/images/family/windows-2022", diskSizeGb="30")),
        INVALID,
        "Invalid value for field 'resource.disks[0].initializeParams.diskSizeGb': '30'. "
        "Requested disk size cannot be smaller than the image size (50 GB)",
        "BasedHardware/omi#7155",
    ),
    "an image of another architecture": (
        instance(disks=disk(sourceImage="projects/debian-cloud/global/images/family/debian-12-arm64")),
        INVALID,
        "Invalid value for field 'resource.disks[0].initializeParams.sourceImage'",
        UNSOURCED,
    ),
    "no boot disk": (
        instance(disks=disk(boot=False, sourceImage=DEBIAN)),
        INVALID,
        "Invalid value for field 'resource.disks'",
        UNSOURCED,
    ),
    "no subnetwork of a network in custom mode": (
        no_subnetwork,
        INVALID,
        "Invalid value for field 'resource.networkInterfaces[0]': ''. "
        "Subnetwork should be specified for custom subnetmode network",
        "GoogleCloudDataproc/bdutil#88",
    ),
    "a network that is not there": (
        interface(network=f"{NETWORKS}/none"),
        INVALID,
        f"Invalid value for field 'resource.networkInterfaces[0].network': '{NETWORKS}/none'. "
        "The referenced network resource cannot be found.",
        "google/anthos-microk8s#1",
    ),
    "a subnetwork that is not there": (
        interface(subnetwork=f"{SUBNETWORKS}/none"),
        INVALID,
        f"Invalid value for field 'resource.networkInterfaces[0].subnetwork': '{SUBNETWORKS}/none'. "
        "The referenced subnetwork resource cannot be found.",
        "hashicorp/terraform-provider-google#2140",
    ),
    "a subnetwork of another network": (
        subnetwork_of_another,
        INVALID,
        "Invalid value for field 'resource.networkInterfaces[0].subnetwork'",
        UNSOURCED,
    ),
    "a subnetwork of another region": (
        subnetwork_elsewhere,
        INVALID,
        "Invalid value for field 'resource.networkInterfaces[0].subnetwork'",
        UNSOURCED,
    ),
    "an address that is taken": (
        address_in_use,
        INVALID,
        "Invalid value for field 'resource.networkInterfaces[0].networkIP': '10.1.0.9'.",
        UNSOURCED,
    ),
    "GPUs that are to be moved": (
        instance(machineType="zones/us-central1-a/machineTypes/a2-highgpu-1g"),
        (400, "badRequest"),
        "Instances with guest accelerators do not support live migration.",
        "iterative/cml#1398",
    ),
    "a spot machine that restarts": (
        instance(scheduling={"preemptible": True, "automaticRestart": True}),
        INVALID,
        "Invalid value for field 'resource.scheduling.preemptible': 'true'. "
        "Scheduling must have preemptible be false when AutomaticRestart is true.",
        "elasticluster/elasticluster#568",
    ),
    "a spot machine that is to be moved": (
        instance(scheduling={"preemptible": True, "onHostMaintenance": "MIGRATE"}),
        INVALID,
        "Invalid value for field 'resource.scheduling.preemptible': 'true'. "
        "Scheduling must have preemptible be false when OnHostMaintenance isn't TERMINATE.",
        "lighttransport/francine#5",
    ),
    "a label's key in upper case": (
        instance(labels={"iAmVm": "true"}),
        INVALID,
        "Invalid value for field 'resource.labels': ''. Label key 'iAmVm' violates format constraints. The key must "
        "start with a lowercase character, can only contain lowercase letters, numeric characters, underscores and "
        "dashes. The key can be at most 63 characters long. International characters are allowed.",
        "googleapis/gax-nodejs#1288",
    ),
    "a label's value with a dot": (
        instance(labels={"a": "head.default"}),
        INVALID,
        "Invalid value for field 'resource.labels': ''. Label value 'head.default' violates format constraints. The "
        "value can only contain lowercase letters, numeric characters, underscores and dashes. The value can be at "
        "most 63 characters long. International characters are allowed.",
        "oap-project/cloudtik#14",
    ),
    "too many labels": (
        instance(labels={f"k{number}": "" for number in range(65)}),
        INVALID,
        "Invalid value for field 'resource.labels': ''.",
        "guide: Requirements for labels",
    ),
    "a tag that is none": (
        instance(tags={"items": ["environment: algo"]}),
        INVALID,
        f"Invalid value for field 'resource.tags.items[0]': 'environment: algo'. {NAME}",
        "trailofbits/algo#267",
    ),
    "a key of metadata that is none": (
        instance(metadata={"items": [{"key": "#", "value": ""}]}),
        INVALID,
        "Invalid value for field 'resource.metadata.items[0].key': '#'. "
        "Must be a match of regex '[a-zA-Z0-9-_]{1,128}'",
        "hashicorp/terraform#757",
    ),
    "a key of metadata that comes twice": (
        instance(metadata={"items": [{"key": "ssh-keys", "value": "a"}, {"key": "ssh-keys", "value": "b"}]}),
        INVALID,
        "Metadata has duplicate keys: ssh-keys",
        "jenkinsci/google-compute-engine-plugin#127",
    ),
    "a protected instance": (
        protected,
        (400, "invalidResourceUsage"),
        "Invalid resource usage: 'Resource cannot be deleted if it's protected against deletion.'.",
        "hashicorp/terraform-provider-google#1211",
    ),
    "an instance that is being made": (
        deleted_while_made,
        (400, "resourceNotReady"),
        f"The resource '{INSTANCES}/vm' is not ready",
        "googleapis/google-api-python-client#485",
    ),
    "an instance that is being deleted": (
        deleted_twice,
        (400, "resourceNotReady"),
        f"The resource '{INSTANCES}/vm' is not ready",
        "googleapis/google-api-python-client#485",
    ),
    "an instance that is being stopped": (
        started_while_stopping,
        (400, "resourceNotReady"),
        f"The resource '{INSTANCES}/vm' is not ready",
        UNSOURCED,
    ),
    "a stopped instance": (
        reset_while_stopped,
        (400, "resourceNotReady"),
        f"The resource '{INSTANCES}/vm' is not ready",
        UNSOURCED,
    ),
    "a disk in use": (
        used_disk,
        (400, "resourceInUseByAnotherResource"),
        f"The disk resource '{ZONAL}/disks/vm' is already being used by '{INSTANCES}/vm'",
        "hashicorp/terraform#18898",
    ),
    "a stale fingerprint of labels": (
        stale_labels,
        (412, "conditionNotMet"),
        "Labels fingerprint either invalid or resource labels have changed",
        "googleapis/google-cloud-go#7802",
    ),
    "no fingerprint of labels": (
        lambda gcp: gcp.post(f"{gcp.instance()}/setLabels", {"labels": {"a": "b"}}),
        (412, "conditionNotMet"),
        "Labels fingerprint either invalid or resource labels have changed",
        "googleapis/google-cloud-go#7802",
    ),
    "two changes of the same labels": (
        labels_twice,
        (412, "conditionNotMet"),
        "Labels fingerprint either invalid or resource labels have changed",
        "cloud-custodian/cloud-custodian#8557",
    ),
    "a stale fingerprint of tags": (
        of_instance("setTags", {"items": ["a"], "fingerprint": "AAAAAAAAAAA="}),
        (412, "conditionNotMet"),
        "Supplied fingerprint does not match current tags fingerprint.",
        "reference: instances.setTags",
    ),
    "a stale fingerprint of metadata": (
        of_instance("setMetadata", {"items": [], "fingerprint": "AAAAAAAAAAA="}),
        (412, "conditionNotMet"),
        "Supplied fingerprint does not match current metadata fingerprint.",
        "reference: instances.setMetadata",
    ),
    # Lists
    "a page that is too large": (
        listed(maxResults="501"),
        INVALID,
        "Invalid value for field 'maxResults': '501'.",
        "reference: networks.list",
    ),
    "a page's size that is none": (listed(maxResults="-1"), INVALID, "Invalid value at 'max_results'", UNSOURCED),
    "a page's token that is none": (
        listed(pageToken="next"),
        INVALID,
        "Invalid value for field 'pageToken': 'next'.",
        UNSOURCED,
    ),
    "an order that is none": (
        listed(orderBy="size"),
        INVALID,
        "Invalid value for field 'orderBy': 'size'.",
        "reference: networks.list",
    ),
    "a filter of a list": (
        listed(FIREWALLS, filter="sourceTags=allow-http-tag"),
        INVALID,
        "Invalid value for field 'filter': 'sourceTags=allow-http-tag'. Invalid list filter expression.",
        "googleapis/google-api-go-client#1019",
    ),
    "a filter of what is in a list": (
        listed(INSTANCES, filter='networkInterfaces[0].network="n"'),
        INVALID,
        "Invalid value for field 'filter': 'networkInterfaces[0].network=\"n\"'. Invalid list filter expression.",
        "googleapis/google-api-go-client#815",
    ),
    "two old conditions": (
        listed(INSTANCES, filter="status eq RUNNING AND name eq somehostname"),
        INVALID,
        "Invalid value for field 'filter': 'status eq RUNNING AND name eq somehostname'. "
        "Invalid list filter expression.",
        "googleapis/nodejs-compute#48",
    ),
    "a filter with a wildcard at the front": (
        listed(filter="name eq *collector*"),
        INVALID,
        "Invalid value for field 'filter': 'name eq *collector*'. Invalid list filter expression.",
        "prometheus/prometheus#5499",
    ),
    "a filter with OR": (
        listed(filter="name=a OR name=b"),
        INVALID,
        "Invalid value for field 'filter'",
        UNSOURCED,
    ),
    # What the real service would do, and the twin does not
    "a member that is not served": (
        instance(guestAccelerators=[]),
        (501, "notImplemented"),
        "Cloud-Twin does not serve the field 'resource.guestAccelerators'",
        UNSOURCED,
    ),
    "a value that is not served": (
        subnetwork(stackType="IPV4_IPV6"),
        (501, "notImplemented"),
        "Cloud-Twin does not serve 'IPV4_IPV6' for the field 'resource.stackType'",
        UNSOURCED,
    ),
    "a mask of members": (
        listed(fields="items(name)"),
        (501, "notImplemented"),
        "Cloud-Twin does not serve the query parameter 'fields'",
        UNSOURCED,
    ),
    "a method that is not served": (
        got(f"{REGIONAL}/disks"),
        (404, "notFound"),
        f"The requested URL /compute/v1/{REGIONAL}/disks was not found on this server.",
        UNSOURCED,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_it_is_refused(gcp: Bench, name: str) -> None:
    case, (status, reason), words, source = TABLE[name]
    with pytest.raises(Refused) as caught:
        case(gcp)
    assert (caught.value.status, caught.value.reason) == (status, reason)
    assert words in caught.value.message
    assert source == UNSOURCED or SOURCE.fullmatch(source)


def test_most_refusals_have_a_source() -> None:
    guessed = [name for name, (*_, source) in TABLE.items() if source == UNSOURCED]
    assert len(guessed) * 3 < len(TABLE)


def test_a_refused_request_has_no_effect(gcp: Bench) -> None:
    before = gcp.cloud.contents()
    for case in (network(name="a_b"), firewall(priority=-1), instance(labels={"A": ""}), subnetwork(name="A")):
        with pytest.raises(Refused):
            case(gcp)
    assert [key for key in gcp.cloud.contents() if key not in before] == [f"{GLOBAL}/networks/net"]
    assert len(gcp.get(f"{GLOBAL}/operations")["items"]) == 1
