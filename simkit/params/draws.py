"""One sample of the uncertain parameters: what we do not know, as opposed to luck."""

from __future__ import annotations

from simkit.params.scenario import Scenario
from simkit.params.uncertainty import drawn_values, replaced

BASE_DRAW = 0


def draw_parameters(scenario: Scenario, draw: int) -> Scenario:
    """Return the scenario with every number that has a range sampled from it; draw 0 is the values as written."""
    return scenario if draw == BASE_DRAW else replaced(scenario, drawn_values(scenario, draw), certain=False)
