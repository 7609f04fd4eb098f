"""Azure's regions: a choice of the real ones."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ArmError


@dataclass(frozen=True)
class Region:
    """`pair`: the region that stands in for it. `place`: longitude, latitude, where it is."""

    name: str
    shown: str
    geography: str
    area: str
    pair: str
    place: tuple[str, str, str]
    zones: int = 3

    @property
    def long(self) -> str:
        return f"({self.area}) {self.shown}"


_ALL = (
    Region("eastus", "East US", "United States", "US", "westus", ("-79.8164", "37.3719", "Virginia")),
    Region("eastus2", "East US 2", "United States", "US", "centralus", ("-78.3889", "36.6681", "Virginia")),
    Region("centralus", "Central US", "United States", "US", "eastus2", ("-93.6208", "41.5908", "Iowa")),
    Region("westus", "West US", "United States", "US", "eastus", ("-122.417", "37.783", "California"), 0),
    Region("westus2", "West US 2", "United States", "US", "westcentralus", ("-119.852", "47.233", "Washington")),
    Region("westus3", "West US 3", "United States", "US", "eastus", ("-112.074036", "33.448376", "Phoenix")),
    Region("westcentralus", "West Central US", "United States", "US", "westus2", ("-110.234", "40.89", "Wyoming"), 0),
    Region("northeurope", "North Europe", "Europe", "Europe", "westeurope", ("-6.2597", "53.3478", "Ireland")),
    Region("westeurope", "West Europe", "Europe", "Europe", "northeurope", ("4.9", "52.3667", "Netherlands")),
    Region("uksouth", "UK South", "United Kingdom", "Europe", "ukwest", ("-0.799", "50.941", "London")),
    Region("ukwest", "UK West", "United Kingdom", "Europe", "uksouth", ("-3.084", "53.427", "Cardiff"), 0),
    Region("koreacentral", "Korea Central", "Korea", "Asia Pacific", "koreasouth", ("126.978", "37.5665", "Seoul")),
    Region("koreasouth", "Korea South", "Korea", "Asia Pacific", "koreacentral", ("129.0756", "35.1796", "Busan"), 0),
    Region("japaneast", "Japan East", "Japan", "Asia Pacific", "japanwest", ("139.77", "35.68", "Tokyo, Saitama")),
    Region("japanwest", "Japan West", "Japan", "Asia Pacific", "japaneast", ("135.5022", "34.6939", "Osaka"), 0),
    Region(
        "southeastasia", "Southeast Asia", "Asia Pacific", "Asia Pacific", "eastasia", ("103.833", "1.283", "Singapore")
    ),
    Region(
        "eastasia", "East Asia", "Asia Pacific", "Asia Pacific", "southeastasia", ("114.188", "22.267", "Hong Kong")
    ),
)
REGIONS = {one.name: one for one in _ALL}


def plain(location: str) -> str:
    """`West US` is `westus` to Azure."""
    return location.replace(" ", "").lower()


def check_zones(zones: list[str] | None, location: str, kind: str, name: str) -> None:
    """Raises ArmError."""
    known = [str(number + 1) for number in range(REGIONS[location].zones)]
    if not set(zones or ()) <= set(known):
        raise ArmError(
            400,
            "InvalidAvailabilityZone",
            f"The zone(s) '{','.join(zones or ())}' for resource '{kind}/{name}' is not supported. The supported zones "
            f"for location '{location}' are '{','.join(known)}'",
        )


def checked(location: str, kind: str) -> str:
    """Its name. Raises ArmError."""
    name = plain(location)
    if name not in REGIONS:
        raise ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{location}' is not available for resource type '{kind}'. List of available "
            "regions "
            f"for the resource type is '{','.join(REGIONS)}'.",
        )
    return name
