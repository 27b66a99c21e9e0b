"""Word of mouth: who holds a wallet wins neighbours for it, who is unhappy warns them."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.each_once import each_once
from simkit.campaign.half_life import left_after
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.opinion.neighbourhood import Neighbourhood
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, Outcome, Status
from simkit.campaign.world import World
from simkit.compiled import compiled
from simkit.due_dates import DueDates

_DAYS_PER_YEAR = 365.25
_DAYS_PER_WEEK = 7
_MIDDAY = 0.5
_STRONGEST = 3.0
"""Log-odds beyond which more talk changes nothing."""


class WordOfMouth(Mechanism):
    """Takes the place of imitation within the segment: Bass's q is the rate at which a holder talks, each time to one neighbour.

    The words of a holder are a Poisson process, so that a prospect whose neighbours all hold the wallet adopts with hazard q.
    """

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts = world.scenario.word_of_mouth
        if facts is None:
            raise ValueError("word of mouth takes part only where the scenario has it")
        self._world, self._facts = world, facts
        self._neighbourhood = Neighbourhood(facts, world.population, world.streams)
        self._kept_a_week = left_after(_DAYS_PER_WEEK, facts.half_life.value)
        self._good_word = world.scenario.by_segment(facts.positive).astype(np.float32)
        # By plain value, so that comparing a batch stays a matter of bytes.
        self._reasons = {
            Outcome.OPTED_OUT.value: facts.opted_out_speak.value,
            Outcome.REFUSED.value: facts.refused_speak.value,
        }
        self._opinion = np.zeros(world.population.size, dtype=np.float32)
        heeding = _heeding(world)
        self._heeds = heeding / heeding.max()
        self._words_a_day = world.scenario.wallet.organic_imitation.value * heeding.max() / _DAYS_PER_YEAR
        self._next_word = world.streams.decision("word_of_mouth.next_word")
        self._word = world.streams.decision("word_of_mouth.word")
        self._complaint = world.streams.decision("word_of_mouth.complaint")
        self._speaking = DueDates(np.int32)
        self._new: list[Customers] = []
        self._words = {"positive_words": 0, "negative_words": 0}
        holders = np.flatnonzero(world.population.holder).astype(np.int32)
        first = world.streams.decision("word_of_mouth.first_word").uniform(holders)
        self._speakers = holders[:0]
        self._speak_after(0.0, holders, first)
        self._listen()

    def begin_day(self, day: int) -> None:
        """Let a week's talk fade on Mondays."""
        if self._world.calendar.weekday[day] == 0:
            self._opinion *= np.float32(self._kept_a_week)

    def close(self, day: int) -> None:
        """Let the day's words win prospects, before the day's payments, for who is won may pay from today on."""
        world, speakers = self._world, self._speaking.take(day)
        luck = self._word.uniforms(speakers, day, width=2)
        hearers = self._neighbourhood.met(speakers, luck[:, 0])
        heeds = self._heeds.take(world.population.segment.take(hearers)) * np.exp(np.minimum(self._opinion[hearers], 0))
        able = world.wallets.prospects(hearers) & world.population.can_pay_by_phone[hearers]
        won = each_once(hearers[able & (luck[:, 1] < heeds)])
        world.wallets.open(won, day, Channel.ORGANIC)
        world.ledger.tally(day, "word_of_mouth_wallets", won)
        self._speakers = speakers

    def end_day(self, day: int) -> None:
        """Let those who opened today tell their neighbours so; plan when they and today's speakers speak next."""
        if self._new:
            self._tell(np.concatenate(self._new), day, 1.0)
        speakers = np.concatenate([self._speakers, *self._new])
        self._new = []
        self._speak_after(day + _MIDDAY, speakers, self._next_word.uniform(speakers, day))

    def finish(self) -> None:
        """Write down how many residents of the communities hold the wallet, and how good people's words were on balance."""
        holds, first = self._world.wallets.status != Status.PROSPECT.value, self._world.population.first_residents
        share = np.add.reduceat(holds, first[:-1], dtype=np.int32) / np.diff(first)
        self._world.ledger.figure("community_penetration", float(share.mean()))
        won = share > self._facts.penetrated_above.value
        self._world.ledger.figure("communities_won", float(won.mean()))
        good, bad = self._words.values()
        if good + bad:
            self._world.ledger.figure("net_word_of_mouth", (good - bad) / (good + bad))

    def _listen(self) -> None:
        world, facts = self._world, self._facts
        world.signals.listen(Signal.OPENED, lambda customers, _: self._new.append(customers))
        for signal, share in ((Signal.HARMED, facts.harmed_speak), (Signal.UNSOLVED, facts.unsolved_speak)):
            world.signals.listen(signal, functools.partial(self._complain, share.value))
        world.ledger.listen(self._hear_of_contacts)
        world.opening.influences.add("word_of_mouth", self._log_odds, changes=True)

    def _log_odds(self, customers: Customers, channel: int) -> Floats:  # noqa: ARG002 - the same in all channels
        return np.minimum(np.maximum(self._opinion.take(customers), -_STRONGEST), _STRONGEST)

    def _speak_after(self, moment: float, speakers: Customers, luck: NDArray[np.float64]) -> None:
        """Plan each speaker's next word, on a later day than the last."""
        if self._words_a_day > 0:
            due = np.maximum(np.floor(moment - np.log(luck) / self._words_a_day), np.ceil(moment))
            within = due < self._world.scenario.calendar.horizon_days
            self._speaking.spread(speakers[within].astype(np.int32), due[within].astype(np.int64))

    def _hear_of_contacts(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        for outcome, share in self._reasons.items():
            unhappy = (batch.outcome == outcome).nonzero()[0]
            if unhappy.shape[0]:
                self._complain(share, batch.customers[unhappy], day)

    def _complain(self, share: float, customers: Customers, day: int) -> None:
        if customers.shape[0]:
            speaks = self._complaint.uniform(customers, day) < share
            self._tell(customers[speaks], day, -self._facts.negative_ratio.value)

    def _tell(self, speakers: Customers, day: int, weight: float) -> None:
        """Change what the speakers' neighbours think by good words (weight 1) or bad ones (negative)."""
        hearers = self._neighbourhood.neighbours(speakers)
        heard = np.zeros(self._good_word.shape[0])
        spread_word(hearers, self._world.population.segment, weight * self._good_word, self._opinion, heard)
        kind = "positive_words" if weight > 0 else "negative_words"
        self._words[kind] += hearers.shape[0]
        self._world.ledger.tally_by_segment(day, kind, heard)


@compiled("void(int64[::1], uint8[::1], float32[::1], float32[::1], float64[::1])")
def spread_word(
    hearers: NDArray[np.int64],
    segment: NDArray[np.uint8],
    word: NDArray[np.float32],
    opinion: NDArray[np.float32],
    heard: NDArray[np.float64],
) -> None:
    """Add the word of each hearer's segment to the hearer's opinion, one after the other, and count in `heard` who has heard it."""
    for hearer in hearers:
        opinion[hearer] += word[segment[hearer]]
        heard[segment[hearer]] += 1


def _heeding(world: World) -> NDArray[np.float64]:
    """How readily each segment heeds a neighbour's word: as many are won at first as by imitation within the own segment."""
    holders = world.wallets.penetration
    everyone = world.population.holder.mean()
    return holders / everyone if everyone > 0 else np.ones_like(holders)
