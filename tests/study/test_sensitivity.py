"""The way from all uncertain numbers to those that matter, on a model whose difference between two strategies is known."""

import zlib

import numpy as np
import pytest

from simkit.params import ParameterError
from simkit.params.uncertainty import UncertainNumber
from simkit.study.sensitivity.analysis import LUCK, Effort, analyse

SECTIONS = {"calls": 8, "field": 6, "trust": 5, "costs": 3}
WEIGHTS = {"field.n0": 100.0, "field.n1": -40.0, "costs.n0": 30.0}
BASE = -100.0
LUCK_SD = 3.0


def number(key):
    """A number from 0 to 2, most probably 1."""
    return UncertainNumber(key, "ratio", 0.0, 1.0, 2.0, by_segment=False, source="test", grade="ASM")


NUMBERS = [number(f"{section}.n{place}") for section, count in SECTIONS.items() for place in range(count)]


class FakeDifferences:
    """A difference that is linear in three numbers, with luck of each replication and, weaker, of each probe."""

    def __init__(self, luck=LUCK_SD):
        self.asked = []
        self.luck = luck

    def __call__(self, probes):
        """Tell the difference at each probe."""
        self.asked += probes
        return np.array([self.of(probe) for probe in probes])

    def of(self, probe):
        """Luck depends on the replication and on all values, so that numbers without weight still stir it a little."""
        shared = np.random.default_rng(probe.replication).normal(0, self.luck)
        code = zlib.crc32(repr(sorted(probe.values.items())).encode())
        own = np.random.default_rng([probe.replication, code]).normal(0, self.luck / 3)
        return (
            BASE
            + shared
            + own
            + sum(WEIGHTS.get(key, 0) * value for key, value in probe.values.items() if key)
            + sum(weight for key, weight in WEIGHTS.items() if key not in probe.values)
        )


def analysed(differences=None, **effort):
    """Analyse the fake model; return what was found and which stages were announced."""
    stages = []
    found = analyse(
        NUMBERS, differences or FakeDifferences(), Effort(**effort), lambda stage, runs: stages.append((stage, runs))
    )
    return found, stages


@pytest.fixture(scope="module")
def found():
    """What is found with the default effort."""
    return analysed()[0]


def test_only_sections_that_matter_are_opened(found):
    """Field and costs move the difference; calls and trust do nothing, and none of their numbers is looked at."""
    assert {effect.name for effect in found.opened} == {"field", "costs"}
    assert {effect.name.partition(".")[0] for effect in found.numbers} == {"field", "costs"}


def test_the_leading_numbers_are_those_with_weight(found):
    """Three numbers matter, in the order of their weights, and their effects are their ways from the 10th to the 90th percentile."""
    assert [swing.number.key for swing in found.swings] == list(WEIGHTS)
    way = np.diff(number("a.b").at(np.array([0.1, 0.9])))[0]
    for swing in found.swings:
        weight = WEIGHTS[swing.number.key]
        assert swing.rise.low <= weight * way / 2 <= swing.rise.high
        assert swing.width == pytest.approx(abs(weight) * way, abs=4 * LUCK_SD / 3 * np.sqrt(2 * 2 / 10))


def test_break_even_values_are_found(found):
    """The difference is -10 as written: +100 a unit of the first number makes it nil at 1.1, -40 of the second at 0.75."""
    at = {swing.number.key: swing.break_even for swing in found.swings}
    truth = {"field.n0": 1.1, "field.n1": 0.75, "costs.n0": 1 + 1 / 3}
    for key, value in truth.items():
        assert at[key].outcome == "flips"
        assert at[key].low <= value <= at[key].high


def test_shares_of_the_variance_follow_the_weights(found):
    """A number's share is its weight squared times 1/6, of the sum with luck's variance; the intervals hold it."""
    parts = {key: weight**2 / 6 for key, weight in WEIGHTS.items()} | {LUCK: LUCK_SD**2 * (1 + 1 / 9)}
    whole = sum(parts.values())
    assert [share.name for share in found.shares] == list(parts)
    for share in found.shares:
        assert share.total_low <= parts[share.name] / whole <= share.total_high


def test_draws_of_the_decisive_numbers_tell_how_often_the_answer_flips(found):
    """The difference is about normal around -10 with sd 46, so it is above 0 in about 41 % of draws; four standard errors."""
    assert found.outcomes.n == 2 * Effort().samples
    assert abs(found.outcomes.flipped / found.outcomes.n - 0.41) < 4 * np.sqrt(0.41 * 0.59 / found.outcomes.n)


def test_each_stage_tells_its_runs_before_it_starts():
    """The runs announced are two for each probe that was asked for, and the stages stand in their order."""
    differences = FakeDifferences()
    _, stages = analysed(differences)
    assert sum(runs for _, runs in stages) == 2 * len(differences.asked)
    assert list(dict.fromkeys(stage for stage, _ in stages)) == [
        "as_written", "sections", "numbers", "swings", "break_even", "variance",
    ]  # fmt: skip


def test_the_same_question_asks_for_the_same_probes_in_the_same_order():
    """So a killed analysis goes on from the runs that are stored."""
    first, second = FakeDifferences(), FakeDifferences()
    analysed(first)
    analysed(second)
    assert first.asked == second.asked


def test_trajectories_have_luck_of_their_own():
    """No replication is met on two trajectories, else luck that all share would look like an effect."""
    differences = FakeDifferences()
    _, stages = analysed(differences, trajectories=3, repeats=2)
    asked = sum(runs for stage, runs in stages if stage == "sections") // 2
    sections = differences.asked[10 : 10 + asked]
    lucks = [probe.replication for probe in sections]
    along = len(SECTIONS) + 1
    assert lucks == [path * 2 + repeat for path in range(3) for _ in range(along) for repeat in range(2)]


@pytest.mark.parametrize(
    ("effort", "words"),
    [
        ({"samples": 100}, "samples: is 100; allowed: 64, 128"),
        ({"samples": 32}, "samples: is 32; allowed: 64, 128"),
        ({"trajectories": 1}, "trajectories: is 1; luck and effects need 2"),
        ({"replications": 0}, "replications: is 0"),
    ],
)
def test_an_effort_that_can_tell_nothing_is_refused(effort, words):
    """What is too little is said before any run is made."""
    with pytest.raises(ParameterError, match=words):
        Effort(**effort)


def test_where_nothing_matters_nothing_is_opened():
    """With weights drowned in luck no section is real, and the analysis says so by empty results."""
    found, stages = analysed(FakeDifferences(luck=1e6))
    assert (found.opened, found.numbers, found.swings, found.shares, found.outcomes) == ((), (), (), (), None)
    assert {stage for stage, _ in stages} == {"as_written", "sections"}


def test_a_section_that_changes_nothing_at_all_is_moved_on_the_first_paths_only():
    """Without luck, calls and trust change nothing on two paths; six more paths move field and costs alone, and find what eight would."""
    found, stages = analysed(FakeDifferences(luck=0.0))
    assert [runs for stage, runs in stages if stage == "sections"] == [2 * 5 * 2 * 2, 6 * 3 * 2 * 2]
    still = {effect.name: effect for effect in found.sections if effect.name in ("calls", "trust")}
    assert all((effect.size, effect.high, effect.real) == (0.0, 0.0, False) for effect in still.values())
    assert {effect.name for effect in found.opened} == {"field", "costs"}
