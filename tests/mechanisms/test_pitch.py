"""What is said for the wallet matters, and only where something is said."""

from tests.campaign.banks import doing
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, without

small_bank = bank_with("pitch")

DOORS = {"field.teams": 4, "messages": {"sms": {"every_days": 7}}}
FITTING = DOORS | {"pitch": {"to_all": "convenience", "by_segment": {"middle_aged": "safety", "silver": "safety"}}}


@covers(
    3,
    keys=["pitch.convenience", "pitch.safety", "pitch.ease", "levers.pitch.to_all", "levers.pitch.by_segment"],
    code="simkit/campaign/contacts/pitch.py",
    kpi="opened",
)
def test_a_pitch_that_fits_wins_wallets_and_one_that_does_not_loses_them():
    """Safety wins elderly customers, fashion loses them, against saying nothing in particular."""
    bank = small_bank()
    plain = (bank, doing(DOORS))
    assert_moves("opened", "up", off=plain, on=(bank, doing(FITTING)), segment="silver")
    wrong = doing(DOORS | {"pitch": {"to_all": "convenience"}})
    assert_moves("opened", "down", off=plain, on=(bank, wrong), segment="silver")
    assert_moves("pitch_match", "up", off=(bank, wrong), on=(bank, doing(FITTING)))


def test_without_a_pitch_its_effects_move_nothing():
    """A bank that knows what each group likes to hear is the same bank as long as nothing is said."""
    assert_nothing_moves((small_bank(), doing(DOORS)), (without(small_bank(), "pitch"), doing(DOORS)))
