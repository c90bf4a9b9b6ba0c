"""Pictures, and the indicators beside them: one module a subject, all of them named here."""

from situational_picture.models.indicators import (
    Indicator,
    IndicatorBatch,
    IndicatorValue,
    PlaceCount,
)
from situational_picture.models.pictures import (
    UNCERTAIN_AFTER,
    Delivery,
    DeliveryQuerySet,
    Picture,
    PictureQuerySet,
    Rebuild,
)

__all__ = [
    "UNCERTAIN_AFTER",
    "Delivery",
    "DeliveryQuerySet",
    "Indicator",
    "IndicatorBatch",
    "IndicatorValue",
    "Picture",
    "PictureQuerySet",
    "PlaceCount",
    "Rebuild",
]
