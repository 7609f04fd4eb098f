"""The bodies that requests may have, as in the reference of the Compute Engine API."""

from __future__ import annotations

from .shapes import ListOf, MapOf, enum, shape

STRINGS = ListOf("string")
_KEPT = "id kind selfLink creationTimestamp"
_STACK = enum("IPV4_ONLY", "IPV4_IPV6 IPV6_ONLY")

NETWORK = shape(
    output=f"{_KEPT} selfLinkWithId subnetworks peerings gatewayIPv4 firewallPolicy additionalTags",
    unserved="IPv4Range enableUlaInternalIpv6 internalIpv6Range networkProfile params",
    name="string",
    description="string",
    autoCreateSubnetworks="boolean",
    mtu="int32",
    networkFirewallPolicyEnforcementOrder=enum("AFTER_CLASSIC_FIREWALL BEFORE_CLASSIC_FIREWALL"),
    routingConfig=shape(
        output="effectiveBgpAlwaysCompareMed effectiveBgpInterRegionCost",
        unserved="bgpAlwaysCompareMed bgpBestPathSelectionMode bgpInterRegionCost",
        routingMode=enum("GLOBAL REGIONAL"),
    ),
)

SUBNETWORK = shape(
    output=f"{_KEPT} fingerprint gatewayAddress externalIpv6Prefix internalIpv6Prefix ipv6CidrRange ipv6GceEndpoint "
    "state systemReservedExternalIpv6Ranges systemReservedInternalIpv6Ranges utilizationDetails",
    unserved="allowSubnetCidrRoutesOverlap ipCollection ipv6AccessType logConfig params privateIpv6GoogleAccess "
    "reservedInternalRange resolveSubnetMask role secondaryIpRanges",
    name="string",
    description="string",
    network="string",
    ipCidrRange="string",
    region="string",
    enableFlowLogs="boolean",
    privateIpGoogleAccess="boolean",
    purpose=enum(
        "PRIVATE",
        "GLOBAL_MANAGED_PROXY INTERNAL_HTTPS_LOAD_BALANCER PEER_MIGRATION PRIVATE_NAT PRIVATE_RFC_1918 "
        "PRIVATE_SERVICE_CONNECT REGIONAL_MANAGED_PROXY",
    ),
    stackType=_STACK,
)

_PROTOCOL = shape(IPProtocol="string", ports=STRINGS)

FIREWALL = shape(
    output=_KEPT,
    unserved="params",
    name="string",
    description="string",
    network="string",
    direction=enum("EGRESS INGRESS"),
    priority="int32",
    allowed=ListOf(_PROTOCOL),
    denied=ListOf(_PROTOCOL),
    sourceRanges=STRINGS,
    destinationRanges=STRINGS,
    sourceTags=STRINGS,
    targetTags=STRINGS,
    sourceServiceAccounts=STRINGS,
    targetServiceAccounts=STRINGS,
    disabled="boolean",
    logConfig=shape(enable="boolean", metadata=enum("EXCLUDE_ALL_METADATA INCLUDE_ALL_METADATA")),
)

METADATA = shape(
    output="kind",
    fingerprint="byte",
    items=ListOf(shape(key="string", value="string")),
)
TAGS = shape(fingerprint="byte", items=STRINGS)
SET_LABELS = shape(labels=MapOf(), labelFingerprint="byte")

_ACCESS_CONFIG = shape(
    output="kind",
    unserved="externalIpv6 externalIpv6PrefixLength ipCollection publicPtrDomainName securityPolicy setPublicPtr",
    name="string",
    type_=enum("ONE_TO_ONE_NAT", "DIRECT_IPV6"),
    natIP="string",
    networkTier=enum("PREMIUM STANDARD", "FIXED_STANDARD STANDARD_OVERRIDES_FIXED_STANDARD"),
)

_INTERFACE = shape(
    output="kind fingerprint ipv6AccessType name",
    unserved="aliasIpRanges aliasIpv6Ranges enableVpcScopedDns igmpQuery internalIpv6PrefixLength ipv6AccessConfigs "
    "ipv6Address networkAttachment parentNicName queueCount serviceClassId vlan",
    network="string",
    subnetwork="string",
    networkIP="string",
    stackType=_STACK,
    nicType=enum("GVNIC UNSPECIFIED_NIC_TYPE VIRTIO_NET", "IDPF IRDMA MRDMA"),
    accessConfigs=ListOf(_ACCESS_CONFIG),
)

_NEW_DISK = shape(
    unserved="architecture enableConfidentialCompute onUpdateAction provisionedIops provisionedThroughput replicaZones "
    "resourceManagerTags resourcePolicies sourceImageEncryptionKey sourceSnapshot sourceSnapshotEncryptionKey "
    "storagePool licenses",
    description="string",
    diskName="string",
    diskSizeGb="int64",
    diskType="string",
    labels=MapOf(),
    sourceImage="string",
)

_ATTACHED_DISK = shape(
    output="kind index architecture licenses savedState shieldedInstanceInitialState",
    unserved="diskEncryptionKey forceAttach guestOsFeatures source",
    autoDelete="boolean",
    boot="boolean",
    deviceName="string",
    diskSizeGb="int64",
    initializeParams=_NEW_DISK,
    interface=enum("NVME SCSI"),
    mode=enum("READ_ONLY READ_WRITE"),
    type_=enum("PERSISTENT", "SCRATCH"),
)

_SCHEDULING = shape(
    unserved="availabilityDomain exposeHostTopology gracefulShutdown hostErrorTimeoutSeconds instanceTerminationAction "
    "localSsdRecoveryTimeout locationHint maxRunDuration minNodeCpus nodeAffinities onInstanceStopAction "
    "preemptionNoticeDuration protectionTier skipGuestOsShutdown terminationTime",
    automaticRestart="boolean",
    onHostMaintenance=enum("MIGRATE TERMINATE"),
    preemptible="boolean",
    provisioningModel=enum("SPOT STANDARD", "FLEX_START RESERVATION_BOUND"),
)

INSTANCE = shape(
    output=f"{_KEPT} cpuPlatform fingerprint labelFingerprint lastStartTimestamp lastStopTimestamp "
    "lastSuspendedTimestamp resourceStatus satisfiesPzi satisfiesPzs startRestricted status statusMessage zone",
    unserved="advancedMachineFeatures confidentialInstanceConfig displayDevice guestAccelerators hostname "
    "instanceEncryptionKey keyRevocationActionType localSsdEncryptionMode minCpuPlatform networkPerformanceConfig "
    "params privateIpv6GoogleAccess reservationAffinity resourcePolicies shieldedInstanceIntegrityPolicy "
    "sourceMachineImage sourceMachineImageEncryptionKey workloadIdentityConfig",
    name="string",
    description="string",
    machineType="string",
    canIpForward="boolean",
    deletionProtection="boolean",
    disks=ListOf(_ATTACHED_DISK),
    labels=MapOf(),
    metadata=METADATA,
    networkInterfaces=ListOf(_INTERFACE),
    scheduling=_SCHEDULING,
    serviceAccounts=ListOf(shape(email="string", scopes=STRINGS)),
    shieldedInstanceConfig=shape(enableIntegrityMonitoring="boolean", enableSecureBoot="boolean", enableVtpm="boolean"),
    tags=TAGS,
)
