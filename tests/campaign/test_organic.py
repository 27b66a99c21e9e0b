"""Adoption without contact: Bass's hazard, for those who can do it alone."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.run import Campaign, run_campaign
from tests.campaign.banks import changed, core, doing, frame

NEVER_BY_CHANCE = 1e-4
DAYS = 100


@pytest.fixture(scope="module")
def bank(city_bank):
    """A tenth of the bank for a hundred days, with enough adopters to count."""
    return changed(
        core(city_bank),
        {"calendar.campaign_days": 1, "calendar.horizon_days": DAYS, "wallet.organic_innovation": 0.2},
    )


def adopted(bank):
    """Play doing nothing; return (able prospects, the day of each adoption by customer)."""
    population = Campaign(bank, doing({})).world.population
    wallets = frame(run_campaign(bank, doing({})), "conversions")
    able = ~population.holder & population.can_pay_by_phone
    return population, able, wallets.set_index("customer_id")["opened_day"]


def test_without_imitation_adoption_is_exponential(bank):
    """Of the able prospects 1 - exp(-p t) have adopted after t, evenly over the days; the others never do."""
    _, able, days = adopted(changed(bank, {"wallet.organic_imitation": 0}))
    assert able[days.index].all()
    for until in (25, 50, DAYS):
        chance = -np.expm1(-0.2 * until / 365.25)
        assert binomtest(int((days < until).sum()), int(able.sum()), chance).pvalue > NEVER_BY_CHANCE


def test_imitation_raises_the_hazard_with_the_segments_penetration(bank):
    """Given each day's holders of the own segment, adopters are a binomial share of the able who are left."""
    bank = changed(bank, {"wallet.organic_imitation": 4})
    population, able, days = adopted(bank)
    adoption_day = np.full(population.size, DAYS)
    adoption_day[days.index] = days
    for code in range(len(bank.segments)):
        own = population.segment == code
        customers, holders = own.sum(), (own & population.holder).sum()
        opened = np.bincount(adoption_day[own & able], minlength=DAYS + 1)[:DAYS]
        holding = holders + np.cumsum(opened) - opened
        left = (own & able).sum() - np.cumsum(opened) + opened
        expected = left * -np.expm1(-(0.2 + 4 * holding / customers) / 365.25)
        assert abs(opened.sum() - expected.sum()) < 4 * np.sqrt(expected.sum())
        late = slice(DAYS // 2, DAYS)
        assert abs(opened[late].sum() - expected[late].sum()) < 4 * np.sqrt(expected[late].sum())
