"""The page of parameters says of every number and lever what the files say, whatever the scenario."""

import re
from pathlib import Path

import pytest

from simkit.params import BySegment, document_parameters, load_scenario, load_strategy, resolve

PARAMS = Path(__file__).resolve().parents[2] / "params"
STRATEGIES = sorted(path.stem for path in (PARAMS / "strategies").glob("*.yaml"))


def rows(page):
    """Map the key of each row to its cells, across all tables."""
    cells = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in page.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


@pytest.fixture
def page(city_bank, write):
    """Give a function that documents the shipped scenario, its data changed by a function if one is given."""

    def documented(change=None):
        if change:
            change(city_bank)
        return document_parameters(load_scenario(write(city_bank, "city_bank.yaml")))

    return documented


def test_every_number_has_a_row_with_value_unit_grade_and_source(page):
    """What stands in the file stands on the page."""
    documented = rows(page())
    for key, quantity in load_scenario("city_bank").quantities():
        meaning, value, _, unit, _, grade, source = documented[key]
        numbers = list(quantity.value.values()) if isinstance(quantity, BySegment) else [quantity.value]
        assert [float(number) for number in value.split(" / ")] == numbers, key
        assert (unit, grade) == (quantity.unit, quantity.grade), key
        assert source.startswith(quantity.source), key
        assert meaning, key


def test_numbers_by_segment_stand_in_the_order_of_the_segments(page):
    """The order in which a file lists the values of a number does not matter."""
    as_shipped = page()

    def turn(data):
        value = data["wallet"]["can_pay_by_phone"]["value"]
        data["wallet"]["can_pay_by_phone"]["value"] = dict(reversed(value.items()))

    assert page(turn) == as_shipped


def test_every_table_has_the_same_number_of_cells_in_each_row(page):
    """A bar in a text does not tear its row apart."""

    def add_a_bar(data):
        data["bank"]["branches"]["source"] = "one | two"

    for table in re.findall(r"(?:^\|.*\n)+", page(add_a_bar), flags=re.MULTILINE):
        assert len({len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_default_levers_are_those_of_the_scenario(page):
    """A bank that has teams, and writes to its customers, without any campaign says so."""

    def busy(data):
        data["levers"] = {"field": {"teams": 5}, "messages": {"sms": {"every_days": 30}}}

    idle, documented = rows(page()), rows(page(busy))
    assert (idle["levers.field.teams"][0], documented["levers.field.teams"][0]) == ("0", "5")
    assert (idle["levers.messages"][0], documented["levers.messages"][0]) == ("none", "sms")


def stands_for(documented, key):
    """Say whether a key of the page, with CHANNEL and the like for a member's name, is this key or a mapping that holds it."""
    pattern = re.sub(r"\b[A-Z]+\b", r"\\w+", documented)
    return re.fullmatch(rf"{pattern}(\.\w+)?", key) is not None


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_lever_that_a_shipped_strategy_sets_is_documented(page, name):
    """A planner finds each of them on the page."""
    documented = rows(page())
    for difference in resolve(load_scenario("city_bank"), load_strategy(name)).differences:
        assert any(stands_for(key, difference.key) for key in documented), difference.key
