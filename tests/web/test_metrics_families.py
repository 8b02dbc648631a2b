"""Families become samples."""

import pytest

from aura_gql.web.metrics_families import DATABASE_UP, FAMILIES, SANDBOX_CHANGES, Family


def test_labels_and_values_go_together() -> None:
    metric = SANDBOX_CHANGES.of([(("LOCAL", "RUNNING"), 3)])
    (sample,) = metric.samples
    assert sample.name == "aura_sandbox_changes_total"
    assert (sample.labels, sample.value) == ({"provider": "LOCAL", "status": "RUNNING"}, 3)
    assert DATABASE_UP.at(1).samples[0].value == 1


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_is_named_and_explained(family: Family) -> None:
    assert family.name.startswith("aura_")
    assert not family.name.endswith("_total")
    assert family.help.endswith(".")
