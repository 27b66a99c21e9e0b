"""A study's strategies under another scenario."""

from __future__ import annotations

from pydantic import ValidationError

from simkit.params import Finding, ParameterError, StudyPlan, load_scenario


def under_scenario(plan: StudyPlan, scenario: str) -> StudyPlan:
    """Return *plan* with its strategies played under the scenario of that name or path, as a study of its own name and title.

    The plan's own scenario leaves it as it is. Raises `ParameterError` when there is no such scenario, or both names together are too long.
    """
    other = load_scenario(scenario)
    if other.name == load_scenario(plan.scenario).name:
        return plan
    titles = {
        "en": f"{plan.title.en} ({other.title.en})",
        "zh": f"{plan.title.zh}（{other.title.zh}）",
    }
    instead = {"name": f"{plan.name}_{other.name}", "title": titles, "scenario": scenario}
    try:
        return StudyPlan.model_validate({**plan.model_dump(exclude_unset=True), **instead})
    except ValidationError as error:
        problem = f"'{instead['name']}' is no name of a study; give the plan or the scenario a shorter one"
        raise ParameterError([Finding(plan.name, "name", problem)]) from error
