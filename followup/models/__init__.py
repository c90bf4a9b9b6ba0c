"""What comes after a measure is decided: news on the way, whether it worked, and what was learnt."""

from followup.models.progress import (
    Course,
    DoseDone,
    DoseKind,
    DosePlan,
    NoteQuerySet,
    Obstacle,
    ObstacleCode,
    ProgressNote,
    ProofPhoto,
    ProofPhotoQuerySet,
)

__all__ = [
    "Course",
    "DoseDone",
    "DoseKind",
    "DosePlan",
    "NoteQuerySet",
    "Obstacle",
    "ObstacleCode",
    "ProgressNote",
    "ProofPhoto",
    "ProofPhotoQuerySet",
]
