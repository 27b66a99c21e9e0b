"""Two visitors' charts are drawn in one process at once."""

from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl

from simkit.reporting.cost_chart import cost_against_lasting_users
from simkit.reporting.language import Narrator
from tests.reporting import synthetic
from tests.reporting.conftest import STRATEGIES, compared


def test_charts_drawn_in_several_threads_are_those_drawn_alone():
    """Matplotlib has one look for the process: charts in two languages come out byte for byte as one by one, and the look stays."""
    comparison = compared(synthetic.metrics_table(STRATEGIES, replications=5))
    narrators = [Narrator(name, synthetic.TITLES[name], synthetic.SEGMENTS[name]) for name in ("en", "zh")]

    def draw(narrator):
        return cost_against_lasting_users(comparison, narrator).png

    before = dict(mpl.rcParams)
    alone = [draw(narrator) for narrator in narrators]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(draw, narrators * 4)) == alone * 4
    assert dict(mpl.rcParams) == before
