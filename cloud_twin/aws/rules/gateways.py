"""Internet gateways, routes to them, and network interfaces."""

from __future__ import annotations

from .. import holders
from ..call import Call, rule
from ..errors import Refusal, dependency
from ..ids import KINDS


@rule("AttachInternetGateway")
def vpc_has_no_other_gateway(call: Call) -> None:
    vpc, gateway = call.given["VpcId"], call.given["InternetGatewayId"]
    if [one for one in holders.gateways_of_vpc(call.cloud, vpc) if one.id != gateway]:
        raise Refusal("InvalidParameterValue", f"Network {vpc} already has an internet gateway attached")


@rule("DetachInternetGateway")
def no_address_is_mapped(call: Call) -> None:
    vpc = call.given["VpcId"]
    attached = call.cloud.internet_gateways[call.given["InternetGatewayId"]].vpc
    if not attached or attached.id != vpc:
        return  # Gateway.NotAttached, by moto
    if any(interface.public_ip for interface in holders.interfaces_in_vpc(call.cloud, vpc)):
        raise dependency(
            f"Network {vpc} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )


@rule("CreateRoute", "ReplaceRoute")
def gateway_is_of_the_network(call: Call) -> None:
    gateway, table = call.given.get("GatewayId", ""), call.given["RouteTableId"]
    if not gateway.startswith("igw-"):
        return
    kind = KINDS["InternetGatewayId"]
    if not kind.fits(gateway):
        raise Refusal(kind.malformed, f'Invalid id: "{gateway}" (expecting "igw-...")')
    if gateway not in call.cloud.internet_gateways:
        raise Refusal("InvalidInternetGatewayID.NotFound", kind.missing.format(gateway))
    attached = call.cloud.internet_gateways[gateway].vpc
    if not attached or attached.id != call.cloud.route_tables[table].vpc_id:
        raise Refusal(
            "InvalidParameterValue",
            f"route table {table} and network gateway {gateway} belong to different networks",
        )


@rule("DeleteNetworkInterface")
def interface_is_free(call: Call) -> None:
    """NOTE: "codes" has InvalidNetworkInterface.InUse; the service answers otherwise (gruntwork-io/cloud-nuke#1132)."""
    interface = call.given["NetworkInterfaceId"]
    if call.cloud.enis[interface].attachment_id:
        raise Refusal("InvalidParameterValue", f"Network interface '{interface}' is currently in use.")
