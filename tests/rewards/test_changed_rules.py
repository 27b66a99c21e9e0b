"""A strategy may change rules of its programme; the linter then looks at them as they are changed."""

from simkit.rewards.linter import lint_programme


def test_changed_rules_are_linted_as_they_are_changed():
    """A minimum amount that the file lacks is there once it is laid over its rules."""
    mended = {"parts": {"weekly": {"trigger": {"min_amount_cny": 20}}}}
    found = [lint_programme("small_weekly_reward", changes=changes).findings for changes in ({}, mended)]
    assert [[finding.rule for finding in findings] for findings in found] == [["L5"], []]
