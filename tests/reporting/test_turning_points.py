"""What would change the recommendation is worked out from the runs, and says no more than they do."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from simkit.params import DO_NOTHING, drawn_values, load_scenario
from simkit.reporting.strategies.turning_points import WorthOfUsers, telling_numbers
from tests.reporting import synthetic
from tests.reporting.conftest import STRATEGIES


def made_up(lines, users=None):
    """Return choices whose net value is slope and rest by name (CNY), with a little shared and a little own luck."""
    rng = np.random.default_rng(7)
    shape = (1, 12)
    shared = rng.normal(0, 3, shape)
    slopes = np.stack([slope + shared + rng.normal(0, 1, shape) for slope, _ in lines.values()])
    rests = np.stack([np.full(shape, float(rest)) for _, rest in lines.values()])
    lasting = slopes / 100 if users is None else users
    return WorthOfUsers(tuple(lines), slopes, rests, lasting, 0.95)


def test_below_the_break_even_doing_nothing_is_better():
    """A strategy that adds 1,000 yuan of users for 600 yuan turns at 60 % of the assumed 100 yuan a user."""
    (point,) = made_up({DO_NOTHING: (0, 0), "a": (1_000, -600)}).turning_points()
    assert (point.instead, point.below) == (DO_NOTHING, True)
    assert point.assumed == pytest.approx(100)
    assert point.worth.mean == pytest.approx(60, rel=0.01)
    assert point.worth.low < 60 < point.worth.high


def test_where_nothing_pays_the_nearest_worth_at_which_something_would_is_named():
    """Of two that lose, the one that turns first is named, with the worth at which it does."""
    (point,) = made_up({DO_NOTHING: (0, 0), "dear": (1_000, -3_000), "near": (500, -700)}).turning_points()
    assert (point.instead, point.below) == ("near", False)
    assert point.worth.mean == pytest.approx(140, rel=0.02)


def test_between_two_turning_points_the_recommendation_holds():
    """The best is overtaken below by the cheaper, above by the larger; the nearest of each side is told."""
    lines = {DO_NOTHING: (0, 0), "cheap": (400, -100), "best": (1_000, -500), "large": (3_000, -2_800)}
    below, above = made_up(lines).turning_points()
    assert (below.instead, above.instead) == ("cheap", "large")
    assert below.worth.mean == pytest.approx(100 * 400 / 600, rel=0.02)
    assert above.worth.mean == pytest.approx(100 * 2_300 / 2_000, rel=0.02)


def test_a_choice_that_leads_at_every_worth_has_no_turning_point():
    """More users for less money cannot be overtaken."""
    assert made_up({DO_NOTHING: (0, 0), "a": (1_000, 10)}).turning_points() == []


def test_choices_that_do_not_surely_differ_in_users_turn_without_an_interval():
    """Where the runs leave open which of two wins more, the crossing of the means has no interval."""
    rng = np.random.default_rng(2)
    slopes = np.stack([np.zeros((1, 6)), 1_000 + rng.normal(0, 400, (1, 6)), 1_050 + rng.normal(0, 400, (1, 6))])
    rests = np.broadcast_to(np.array([0.0, -100.0, -140.0])[:, None, None], slopes.shape)
    found = WorthOfUsers((DO_NOTHING, "a", "b"), slopes, rests, slopes / 100, 0.95)
    between = [point for point in found.turning_points() if point.instead in "ab"]
    assert between
    assert all(np.isnan(point.worth.low) and np.isnan(point.worth.high) for point in between)


def test_metrics_are_read_in_the_order_asked_for():
    """Value and what is apart from it add up to net value, strategy by strategy."""
    metrics = synthetic.metrics_table(STRATEGIES, replications=4)
    found = WorthOfUsers.of(metrics, STRATEGIES, 0.95)
    rows = metrics[(metrics["kpi"] == "net_value") & (metrics["segment"] == "all")]
    means = rows.groupby("strategy")["value"].mean()
    for place, name in enumerate(STRATEGIES):
        assert (found.from_users + found.apart)[place].mean() == pytest.approx(means[name])
    assert found.assumed("omnichannel") == pytest.approx(900)


def test_a_study_of_few_draws_names_no_number():
    """Where too little was drawn, the study cannot know on which numbers the gain hangs."""
    assert telling_numbers(SimpleNamespace(plan=SimpleNamespace(draws=19)), "community_events") == []


def test_the_number_that_moves_the_gain_is_named_and_no_other():
    """With 40 draws a gain that hangs on one rate, and on luck, names that rate alone."""
    scenario = load_scenario("city_bank")
    key = "field.no_show"
    luck = np.random.default_rng(5)
    rates = np.array([drawn_values(scenario, draw)[key] for draw in range(1, 41)])
    gains = (rates - rates.mean()) / rates.std() + luck.normal(0, 0.3, 40)
    rows = [
        (strategy, draw, replication, "all", "net_value", gain * (strategy == "a"))
        for draw, gain in enumerate(gains, start=1)
        for strategy in (DO_NOTHING, "a")
        for replication in (0, 1)
    ]
    metrics = pd.DataFrame(rows, columns=["strategy", "draw", "replication", "segment", "kpi", "value"])
    plan = SimpleNamespace(draws=40, draw_numbers=range(1, 41))
    made_up_study = SimpleNamespace(
        plan=plan, metrics=metrics, record=SimpleNamespace(scenario=scenario.model_dump(mode="json"))
    )
    assert telling_numbers(made_up_study, "a") == [key]
