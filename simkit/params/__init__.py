"""What a planner writes: scenarios, strategies and studies; their schema, loading and errors."""

from simkit.params.checking import CheckedFile, Kind, Report, check_parameters
from simkit.params.decisions import Bound, Choice, Figure, Target, Until
from simkit.params.documentation import document_parameters, meanings
from simkit.params.draws import BASE_DRAW, draw_parameters
from simkit.params.errors import Finding, ParameterError, PlannerError, nearest
from simkit.params.hours import Hours
from simkit.params.levers import MESSAGE_CHANNELS, Levers
from simkit.params.loading import (
    find_parameters,
    load_model,
    load_scenario,
    load_strategy,
    load_study,
    parameter_folder,
    validated,
)
from simkit.params.quantity import BySegment, Frozen, Measure, Quantity
from simkit.params.scenario import Scenario
from simkit.params.strategy import DO_NOTHING, Difference, Resolved, Strategy, StudyPlan, resolve, with_levers
from simkit.params.uncertainty import UncertainNumber, drawn_values, uncertain_numbers, with_values
from simkit.params.yaml_file import YamlFile, read_value, read_yaml

__all__ = [
    "BASE_DRAW",
    "DO_NOTHING",
    "MESSAGE_CHANNELS",
    "Bound",
    "BySegment",
    "CheckedFile",
    "Choice",
    "Difference",
    "Figure",
    "Finding",
    "Frozen",
    "Hours",
    "Kind",
    "Levers",
    "Measure",
    "ParameterError",
    "PlannerError",
    "Quantity",
    "Report",
    "Resolved",
    "Scenario",
    "Strategy",
    "StudyPlan",
    "Target",
    "UncertainNumber",
    "Until",
    "YamlFile",
    "check_parameters",
    "document_parameters",
    "draw_parameters",
    "drawn_values",
    "find_parameters",
    "load_model",
    "load_scenario",
    "load_strategy",
    "load_study",
    "meanings",
    "nearest",
    "parameter_folder",
    "read_value",
    "read_yaml",
    "resolve",
    "uncertain_numbers",
    "validated",
    "with_levers",
    "with_values",
]
