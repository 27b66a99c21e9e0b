"""Reading YAML: plain data, the line of every key, and no trick that YAML is known for."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.params import ParameterError, read_yaml
from simkit.params.yaml_file import yaml_text

STRATEGY = "name: small\nlevers:\n  field:\n    teams: 3\n"


def problem(path):
    """Return the only finding of a file that cannot be read."""
    with pytest.raises(ParameterError) as raised:
        read_yaml(path)
    (finding,) = raised.value.findings
    return finding


def test_every_key_knows_its_line(write):
    """Nested keys and list items know the line on which they stand."""
    file = read_yaml(write(STRATEGY + "segments:\n  - id: a\n  - id: b\n"))
    assert file.lines["name"] == 1
    assert file.lines["levers.field.teams"] == 4
    assert file.lines["segments.1.id"] == 7


def test_a_finding_without_a_line_of_its_own_points_at_the_section_above(write):
    """A missing key is reported at the section that lacks it."""
    file = read_yaml(write(STRATEGY))
    assert file.finding("levers.field.hours.starts", "is missing").line == 3
    assert file.finding("title", "is missing").line == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-1_000", -1000),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("true", True),
        ("", None),
        ("~", None),
        ("2026-03-02", datetime.date(2026, 3, 2)),
    ],
)
def test_plain_values_are_what_they_look_like(write, text, value):
    """Numbers, switches, dates and nothing are read as such."""
    read = read_yaml(write(f"a: {text}\n")).data["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["no", "on", "9:30", "017", "0x1F", ".inf", ".nan", "=", "'3'"])
def test_what_only_old_yaml_takes_for_a_number_or_a_switch_is_a_text(write, text):
    """An hour is not a number of minutes, and Norway is not false."""
    assert read_yaml(write(f"a: {text}\n")).data["a"] == text.strip("'")


def test_a_key_that_stands_twice_is_reported_with_both_lines(write):
    """The second of two equal keys never wins silently."""
    found = problem(write(STRATEGY + "    staff: 1\n    teams: 4\n"))
    assert (found.line, found.key) == (6, "levers.field.teams")
    assert "line 4" in found.problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        ("", "must hold keys and values"),
        ("- 1\n- 2\n", "must hold keys and values"),
        ('a: "open', "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("a: \x01", "not valid YAML"),
        ("a: " + "[" * 50_000, "nested too deeply"),
        ("a: " + "[" * 400 + "]" * 400, "nested too deeply"),
        ("a: &all [1]\nb: *all\n", "alias"),
        ("a: &all [*all]\n", "alias"),
        ("a: !!set {x}\n", "tag"),
        ("a: !python/object:os.system {}\n", "tag"),
        ("? [a, b]\n: 1\n", "single word"),
        ("a: 2026-02-30\n", "cannot be understood"),
        ("a: !!int many\n", "cannot be understood"),
        ("a: " + "9" * 5000, "cannot be understood"),
        ("a: 1\n" + "#" * 1_000_000, "larger than"),
    ],
    ids=lambda content: str(content[:24]),
)
def test_what_cannot_be_read_is_one_clear_problem(write, content, said):
    """Whatever stands in a file, reading it ends with data or with our error."""
    assert said in problem(write(content)).problem


def test_a_problem_of_syntax_has_its_line(write):
    """A planner is sent to the line that YAML stumbled over."""
    assert problem(write("name: a\nlevers: {x: [}\n")).line == 2


def test_a_folder_in_place_of_a_file_is_our_error(tmp_path):
    """A path that cannot be read says why."""
    assert "cannot be read" in problem(tmp_path).problem


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdefgh_", min_size=1, max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcdefgh_", min_size=1, max_size=8), PLAIN, max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory, data):
    """Whatever a text looks like – a number, a date, a switch, a remark – it stays that text."""
    path = tmp_path_factory.mktemp("yaml") / "any.yaml"
    path.write_text(yaml_text(data), encoding="utf-8")
    assert read_yaml(path).data == data
