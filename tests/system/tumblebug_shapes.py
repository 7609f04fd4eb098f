"""The fields that CB-Tumblebug reads of each answer, and their types."""

from __future__ import annotations

from typing import Final

from .tumblebug import Maybe

PAIRS: Final = [{"Key": str, "Value": str}]
DETAILS: Final = Maybe(PAIRS)
IID: Final = {"NameId": str, "SystemId": str}
SUBNET: Final = {"IId": IID, "Zone": str, "IPv4_CIDR": str, "KeyValueList": DETAILS}
VPC: Final = {"IId": IID, "IPv4_CIDR": str, "SubnetInfoList": [SUBNET], "KeyValueList": DETAILS}
RULE: Final = {"Direction": str, "IPProtocol": str, "FromPort": str, "ToPort": str, "CIDR": str}
GROUP: Final = {"IId": IID, "VpcIID": IID, "SecurityRules": [RULE], "KeyValueList": DETAILS}
KEY_PAIR: Final = {
    "IId": IID,
    "Fingerprint": Maybe(str),
    "VMUserID": str,
    "PublicKey": str,
    "PrivateKey": str,
    "KeyValueList": DETAILS,
}
ADDRESSES: Final = {
    "PublicIP": str,
    "PublicDNS": Maybe(str),
    "PrivateIP": str,
    "PrivateDNS": Maybe(str),
    "SSHAccessPoint": str,
}
VM: Final = {
    "IId": IID,
    "StartTime": str,
    "Region": {"Region": str, "Zone": Maybe(str)},
    **ADDRESSES,
    "VMUserId": str,
    "VMUserPasswd": Maybe(str),
    "RootDiskType": str,
    "RootDiskSize": str,
    "RootDeviceName": str,
    "NetworkInterface": str,
    "VMSpecName": str,
    "ImageIId": IID,
    "VpcIID": IID,
    "SubnetIID": IID,
    "SecurityGroupIIds": [IID],
    "KeyPairIId": IID,
    "KeyValueList": DETAILS,
}
IMAGE: Final = {
    "IId": IID,
    "Name": str,
    "OSArchitecture": str,
    "OSPlatform": str,
    "OSDistribution": str,
    "OSDiskType": str,
    "OSDiskSizeGB": str,
    "ImageStatus": str,
    "KeyValueList": DETAILS,
}
SPEC: Final = {
    "Region": str,
    "Name": str,
    "VCpu": {"Count": str, "ClockGHz": Maybe(str)},
    "MemSizeMiB": str,
    "DiskSizeGB": str,
    "Gpu": Maybe([{"Count": str, "Mfr": str, "Model": str, "MemSizeGB": str, "TotalMemSizeGB": str}]),
    "KeyValueList": DETAILS,
}
REGION: Final = {"RegionName": str, "ProviderName": str, "KeyValueInfoList": PAIRS}
CONNECTION: Final = dict.fromkeys(("ConfigName", "ProviderName", "DriverName", "CredentialName", "RegionName"), str)
ALL: Final = {"AllList": {"MappedList": [IID], "OnlySpiderList": [IID], "OnlyCSPList": [IID]}}
ALL_VPCS: Final = {"AllListInfo": {"MappedInfoList": [VPC], "OnlySpiderList": [IID], "OnlyCSPInfoList": [VPC]}}
RESULT: Final = {"Result": str}
STATUS: Final = {"Status": str}
MESSAGE: Final = {"message": str}
TAG: Final = {"Key": str, "Value": str}
TAGS: Final = {"tag": PAIRS, "resourceType": str}
ANY_CALL: Final = {"FID": str, "IKeyValueList": PAIRS, "OKeyValueList": PAIRS}
DRIVER: Final = {"DriverName": str, "ProviderName": str, "DriverLibFileName": str}
CREDENTIAL: Final = {"CredentialName": str, "ProviderName": str, "KeyValueInfoList": PAIRS}
NAME: Final = {"Name": str}
