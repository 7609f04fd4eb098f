"""What a request may say of a network interface."""

from __future__ import annotations

from ..shape import ANYTHING, FLAG, IGNORED, NUMBER, REFERENCE, TEXT, UNSERVED, ListOf, Members, resource, word

_address = Members(
    "PublicIPAddress",
    {
        "id": TEXT,
        "name": IGNORED,
        "type": IGNORED,
        "etag": IGNORED,
        "location": IGNORED,
        "tags": IGNORED,
        "sku": IGNORED,
        "zones": IGNORED,
        "properties": ANYTHING,
    },
)
_configuration = Members(
    "NetworkInterfaceIPConfiguration",
    {
        "id": IGNORED,
        "name": TEXT,
        "type": IGNORED,
        "etag": IGNORED,
        "properties": Members(
            "NetworkInterfaceIPConfigurationPropertiesFormat",
            {
                "privateIPAddress": TEXT,
                "privateIPAddressPrefixLength": NUMBER,
                "privateIPAllocationMethod": word("Dynamic", "Static"),
                "privateIPAddressVersion": word("IPv4", "IPv6"),
                "subnet": Members(
                    "Subnet", {"id": TEXT, "name": IGNORED, "etag": IGNORED, "properties": IGNORED, "type": IGNORED}
                ),
                "primary": FLAG,
                "publicIPAddress": _address,
                "applicationSecurityGroups": UNSERVED,
                "loadBalancerBackendAddressPools": UNSERVED,
                "loadBalancerInboundNatRules": UNSERVED,
                "applicationGatewayBackendAddressPools": UNSERVED,
                "provisioningState": IGNORED,
                "privateLinkConnectionProperties": IGNORED,
            },
        ),
    },
)
properties = Members(
    "NetworkInterfacePropertiesFormat",
    {
        "ipConfigurations": ListOf(_configuration),
        "networkSecurityGroup": REFERENCE,
        "dnsSettings": Members(
            "NetworkInterfaceDnsSettings",
            {
                "dnsServers": ListOf(TEXT),
                "internalDnsNameLabel": TEXT,
                "appliedDnsServers": IGNORED,
                "internalFqdn": IGNORED,
                "internalDomainNameSuffix": IGNORED,
            },
        ),
        "enableAcceleratedNetworking": FLAG,
        "enableIPForwarding": FLAG,
        "disableTcpStateTracking": FLAG,
        "nicType": word("Standard", "Elastic"),
        "auxiliaryMode": TEXT,
        "auxiliarySku": TEXT,
        "migrationPhase": IGNORED,
        "workloadType": TEXT,
        "virtualMachine": IGNORED,
        "primary": IGNORED,
        "macAddress": IGNORED,
        "hostedWorkloads": IGNORED,
        "vnetEncryptionSupported": IGNORED,
        "defaultOutboundConnectivityEnabled": IGNORED,
        "tapConfigurations": IGNORED,
        "privateEndpoint": IGNORED,
        "privateLinkService": IGNORED,
        "dscpConfiguration": IGNORED,
        "resourceGuid": IGNORED,
        "provisioningState": IGNORED,
    },
)
interface = resource("NetworkInterface", properties, extendedLocation=UNSERVED)
