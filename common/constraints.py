"""Constraints that several rooms need, named once, with the sentence a form shows."""

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db.models import CheckConstraint, F, Func, Q, Value

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise
else:
    StrOrPromise = str


def both_or_neither(*fields: str, name: str, message: StrOrPromise) -> CheckConstraint:
    """All of the fields are given, or none of them."""
    all_given = Q(*[(f"{field}__isnull", False) for field in fields])
    none_given = Q(*[(f"{field}__isnull", True) for field in fields])
    return CheckConstraint(condition=all_given | none_given, name=name, violation_error_message=message)


def not_before(later: str, earlier: str, *, name: str, message: StrOrPromise) -> CheckConstraint:
    """`later` is empty, or the same moment as `earlier` or after it."""
    condition = Q(**{f"{later}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)})
    return CheckConstraint(condition=condition, name=name, violation_error_message=message)


def no_overlap(
    *same: str, name: str, message: StrOrPromise, start: str = "valid_from", end: str = "valid_to"
) -> ExclusionConstraint:
    """Dated rows about the same thing never overlap (`end` is the first day they no longer hold).

    A number becomes a one-number range because the embedded PostgreSQL has no btree_gist.
    """
    as_ranges = [
        (
            Func(F(field), F(field), Value("[]"), function="int8range", output_field=BigIntegerRangeField()),
            RangeOperators.OVERLAPS,
        )
        for field in same
    ]
    days = Func(F(start), F(end), Value("[)"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name, expressions=[*as_ranges, (days, RangeOperators.OVERLAPS)], violation_error_message=message
    )
