"""Whatever stands in a file, loading it gives parameters or our error; a planner never sees a traceback."""

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.params import (
    ParameterError,
    Scenario,
    Strategy,
    YamlFile,
    draw_parameters,
    load_model,
    load_scenario,
    load_strategy,
    read_yaml,
    resolve,
    validated,
)
from simkit.params.strategy import StudyPlan
from simkit.rewards import Programme

PARAMS = Path(__file__).resolve().parents[2] / "params"
FILES = {
    Strategy: PARAMS / "strategies" / "silver_care.yaml",
    StudyPlan: PARAMS / "studies" / "smoke.yaml",
    Programme: PARAMS / "rewards" / "huaxia_luckin.yaml",
    Scenario: PARAMS / "scenarios" / "city_bank.yaml",
}
DOCUMENTS = {model: read_yaml(path).data for model, path in FILES.items()}
CITY_BANK = load_scenario("city_bank")
SILVER_CARE = load_strategy("silver_care")

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 200)
    | st.sampled_from([10**18, -(10**18), 10**400, 2**32, 2**63])
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.dates()
    | st.text(max_size=12)
    | st.sampled_from(["silver", "S999", "probability", "sms", "x" * 300])
)
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["value", "range", "unit"]), below, max_size=3)
    ),
    max_leaves=8,
)


def nested(depth):
    """Return a mapping in a mapping in a mapping."""
    value = 1
    for _ in range(depth):
        value = {"levers": value}
    return value


def places(data):
    """Walk over every (container, key) of a document."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from places(value)


@st.composite
def broken(draw, model):
    """Draw a shipped document with some places deleted, renamed, replaced or nested."""
    data = copy.deepcopy(DOCUMENTS[model])
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(data))
        if not found:
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        change = draw(st.sampled_from(["delete", "rename", "replace", "scale", "nest"]))
        value = container[key]
        if change == "delete":
            del container[key]
        elif change == "rename" and isinstance(container, dict):
            container[draw(st.text(max_size=8) | st.sampled_from([f"{key}s", key[1:], key.upper()]))] = container.pop(
                key
            )
        elif change == "scale" and isinstance(value, int | float):
            container[key] = value * draw(st.sampled_from([-1, 0, 2, 10**9]))
        elif change == "nest":
            container[key] = nested(draw(st.sampled_from([1, 3, 100])))
        else:
            container[key] = draw(VALUES)
    return data


def outcome(action):
    """Return what `action` gives, or None where our error says why not; any other error fails the test."""
    try:
        return action()
    except ParameterError as error:
        findings = error.findings
    assert findings
    assert all(finding.file and finding.problem for finding in findings)
    return None


def loaded(model, data):
    """Return the model of a document in memory, or None."""
    return outcome(lambda: validated(model, YamlFile(Path("broken.yaml"), data, {})))


@settings(max_examples=300)
@given(data=broken(Scenario))
def test_a_broken_scenario_is_our_error_or_a_usable_scenario(data):
    """What loads can be drawn from and have a strategy laid over it."""
    scenario = loaded(Scenario, data)
    if scenario is not None:
        assert draw_parameters(scenario, 1).customers >= 1
        outcome(lambda: resolve(scenario, SILVER_CARE))


@settings(max_examples=300)
@given(data=broken(Strategy))
def test_a_broken_strategy_is_our_error_or_a_usable_strategy(data):
    """What loads can be laid over the shipped scenario or is refused with a reason."""
    strategy = loaded(Strategy, data)
    if strategy is not None:
        outcome(lambda: resolve(CITY_BANK, strategy))


@pytest.mark.parametrize("model", [StudyPlan, Programme])
@settings(max_examples=150)
@given(data=st.data())
def test_a_broken_plan_or_programme_is_our_error(model, data):
    """Studies and reward programmes are met in the same way."""
    loaded(model, data.draw(broken(model)))


@st.composite
def mistyped(draw, model):
    """Draw a shipped file's text with lines lost, doubled, shifted or misspelt."""
    lines = FILES[model].read_text(encoding="utf-8").splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [lines[at]] * 2,
                    [f"  {lines[at]}"],
                    [lines[at].strip()],
                    [lines[at].replace(":", "")],
                    [lines[at].replace(" ", "\t", 1)],
                    [lines[at][: len(lines[at]) // 2]],
                ]
            )
            | st.text(max_size=20).map(lambda text: [text])
        ) or [""]
    return "\n".join(lines)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """Give one file to write and read, over and over."""
    return tmp_path_factory.mktemp("any_input") / "any.yaml"


def load_bytes(model, path, content):
    """Load `content` as a file; anything but parameters or our error fails the test."""
    path.write_bytes(content)
    outcome(lambda: load_model(model, path))


@pytest.mark.parametrize("model", [Strategy, StudyPlan, Programme])
@settings(max_examples=100)
@given(data=st.data())
def test_a_mistyped_file_is_our_error(model, scratch, data):
    """A slip of the keyboard is met with file and reason."""
    load_bytes(model, scratch, data.draw(mistyped(model)).encode("utf-8", errors="surrogatepass"))


@settings(max_examples=25)
@given(text=mistyped(Scenario))
def test_a_mistyped_scenario_is_our_error(scratch, text):
    """Likewise in the largest of the files."""
    load_bytes(Scenario, scratch, text.encode("utf-8", errors="surrogatepass"))


@settings(max_examples=300)
@given(
    content=st.binary(max_size=120) | st.text(alphabet="abn01: -#'\"[]{}&*!|>%@`?,.~\n\t", max_size=80).map(str.encode)
)
def test_any_bytes_are_our_error(scratch, content):
    """A picture, a spreadsheet or a cat on the keyboard: not one traceback."""
    load_bytes(Strategy, scratch, content)
