"""Actions on Spider itself, and on a cloud as a whole."""

from __future__ import annotations

from .kinds import REGION_ZONE
from .verbs import expand
from .vocabulary import Action, Kind, Managed, Role

ANY_CALL = Kind(
    name="any_call",
    path="anycall",
    title="AnyCall",
    history="ANYCALL",
    managed=Managed.DEFAULT,
    answer="system.AnyCallInfo",
)

MARKED = Kind(
    name="marked",
    path="reconcile",
    title="what Spider has marked",
    history="RECONCILE",
    managed=Managed.DEFAULT,
    answer="reconcile.FindingInfo",
)

SYSTEM: tuple[Action, ...] = (
    *(
        Action(
            name=f"get_{path}",
            method="GET",
            path=f"/{path}",
            does="about.ready",
            summary="Tell whether Spider can work",
            answer="system.SimpleMsg",
        )
        for path in ("readyz", "health", "healthcheck", "ping")
    ),
    *(
        Action(
            name=f"get_{path}",
            method="GET",
            path=f"/{path}",
            does="about.version",
            summary="Get Spider's version",
            answer="system.VersionInfo",
        )
        for path in ("version", "ver")
    ),
    Action(
        name="get_endpointinfo",
        method="GET",
        path="/endpointinfo",
        does="about.endpoints",
        summary="Tell where the API is, as plain text",
        answer="system.PlainText",
    ),
    Action(
        name="get_cloudos_metainfo",
        method="GET",
        path="/cloudos/metainfo/{name}",
        does="about.cloud",
        summary="Get the keys and limits of a cloud",
        answer="system.CloudOsMetaInfo",
    ),
    Action(
        name="get_driver_capability",
        method="GET",
        path="/driver/capability",
        does="about.capability",
        summary="Get what the driver of a connection can do",
        request="base.OnConnection",
        answer="system.DriverCapability",
    ),
    Action(
        name="count_every_connection",
        method="GET",
        path="/countconnectionconfig",
        does="registry.count",
        summary="Count every connection config",
        answer="mapping.Count",
    ),
    Action(
        name="count_connection",
        method="GET",
        path="/countconnectionconfig/{name}",
        does="registry.count",
        summary="Count every connection config of a provider",
        answer="mapping.Count",
    ),
    *(
        Action(
            name=f"check_{protocol}",
            method="GET",
            path=f"/check/{protocol}",
            does=f"ports.{protocol}",
            summary=f"Check whether a {protocol.upper()} port of a host answers Spider",
            request="system.HostPort",
            answer="system.SimpleMsg",
            role=Role.ADMIN,
        )
        for protocol in ("tcp", "udp")
    ),
    *expand(REGION_ZONE, ("list", "get")),
    Action(
        name="list_original_region",
        method="GET",
        path="/orgregion",
        does="places.raw_regions",
        summary="List every region in the cloud's own form",
        request="base.OnConnection",
        answer="system.OriginalRegions",
        kind=REGION_ZONE,
    ),
    Action(
        name="list_original_zone",
        method="GET",
        path="/orgzone",
        does="places.raw_zones",
        summary="List every zone of the connection's region in the cloud's own form",
        request="base.OnConnection",
        answer="system.OriginalZones",
        kind=REGION_ZONE,
    ),
    Action(
        name="list_preconfigured_region_zone",
        method="GET",
        path="/preconfig/regionzone",
        does="places.list",
        summary="List every Region/Zone before there is a connection",
        request="system.Preconfig",
        answer="system.RegionZoneInfo",
        kind=REGION_ZONE,
        envelope=REGION_ZONE.path,
    ),
    Action(
        name="get_preconfigured_region_zone",
        method="GET",
        path="/preconfig/regionzone/{name}",
        does="places.get",
        summary="Get a Region/Zone before there is a connection",
        request="system.Preconfig",
        answer="system.RegionZoneInfo",
        kind=REGION_ZONE,
    ),
    Action(
        name="list_preconfigured_original_region",
        method="GET",
        path="/preconfig/orgregion",
        does="places.raw_regions",
        summary="List every region in the cloud's own form before there is a connection",
        request="system.Preconfig",
        answer="system.OriginalRegions",
        kind=REGION_ZONE,
    ),
    Action(
        name="call_any",
        method="POST",
        path="/anycall",
        does="any_calls.perform",
        summary="Make a call of the cloud's own, by its name",
        request="system.AnyCall",
        answer="system.AnyCallInfo",
        kind=ANY_CALL,
        role=Role.ADMIN,
    ),
    Action(
        name="reconcile",
        method="POST",
        path="/reconcile",
        does="reconciling.reconcile",
        summary="Find at the cloud what Spider has made and nobody knows of; what failed operations left is removed",
        request="reconcile.Reconcile",
        answer="reconcile.FindingInfo",
        kind=MARKED,
        envelope="finding",
        role=Role.OPERATOR,
    ),
)
