"""Areas and places, and what places are like. One module a subject; everything is imported from here."""

from areas.models.geography import (
    Area,
    AreaKind,
    AreaQuerySet,
    AreaScope,
    Boundary,
    BoundaryQuerySet,
    GroupArea,
    MembershipMove,
    Place,
    PlaceKind,
    PlaceQuerySet,
    PoliceListCategory,
    PoliceListStatus,
)
from areas.models.place_file import (
    PlaceFeature,
    PlaceFeatureQuerySet,
    PlaceFileQuerySet,
    PlaceManager,
    PlaceManagerQuerySet,
)

__all__ = [
    "Area",
    "AreaKind",
    "AreaQuerySet",
    "AreaScope",
    "Boundary",
    "BoundaryQuerySet",
    "GroupArea",
    "MembershipMove",
    "Place",
    "PlaceFeature",
    "PlaceFeatureQuerySet",
    "PlaceFileQuerySet",
    "PlaceKind",
    "PlaceManager",
    "PlaceManagerQuerySet",
    "PlaceQuerySet",
    "PoliceListCategory",
    "PoliceListStatus",
]
