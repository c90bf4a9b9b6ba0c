"""Errors of the API: each sentence stands under where in the body it belongs, as the description says."""

from __future__ import annotations

import pytest
from rest_framework import exceptions, serializers

from est_platform.problems import problem_response


class Row(serializers.Serializer):
    amount = serializers.IntegerField(min_value=0)


class Body(serializers.Serializer):
    reason = serializers.CharField()
    slugs = serializers.ListField(child=serializers.SlugField(), required=False)
    rows = Row(many=True, required=False)

    def validate(self, said):
        raise exceptions.ValidationError("together")


@pytest.mark.parametrize(
    ("sent", "where"),
    [({}, {"reason"}), ({"reason": ["a"], "slugs": ["a", "ö", "b", "*"]}, {"reason", "slugs.1", "slugs.3"}),
     ({"reason": "a", "slugs": 1.5}, {"slugs"}), ({"reason": "a", "rows": 1.5}, {"rows"}),
     ({"reason": "a", "rows": [{"amount": 1}, {"amount": -1}, {}]}, {"rows.1.amount", "rows.2.amount"}),
     ({"reason": "a"}, {"non_field_errors"}), ([1], {"non_field_errors"})],
)  # fmt: skip
def test_each_sentence_stands_under_where_it_belongs(sent, where):
    body = Body(data=sent)
    with pytest.raises(exceptions.ValidationError) as refused:
        body.is_valid(raise_exception=True)
    errors = problem_response(refused.value, {}).data["errors"]
    assert set(errors) == where
    assert all(said and all(isinstance(one, str) for one in said) for said in errors.values())


def test_what_is_refused_in_one_sentence_belongs_to_the_whole():
    (said,) = problem_response(exceptions.ValidationError("no"), {}).data["errors"].values()
    assert said == ["no"]
