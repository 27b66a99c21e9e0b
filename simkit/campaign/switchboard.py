"""Which mechanisms take part in a run: those whose section the scenario has and, where there is something to choose, the strategy too.

Some go on whatever the bank does: their section of the levers only says what it does about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from simkit.campaign.contacts.pitch import PitchPlay
from simkit.campaign.corporate.corporate_wallets import CorporatePlay
from simkit.campaign.field.routes import Routes
from simkit.campaign.handoffs.dwell import Dwelling
from simkit.campaign.handoffs.passing_on import PassingOn
from simkit.campaign.handoffs.routing import RoutePlay
from simkit.campaign.handoffs.tiers import TierCare
from simkit.campaign.leads.lead_score import LeadScorePlay
from simkit.campaign.leads.lead_sources import LeadSources
from simkit.campaign.leads.workplaces import Workplaces
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.messaging.partner_embed import PartnerEmbedPlay
from simkit.campaign.messaging.relevance import RelevancePlay
from simkit.campaign.messaging.tag_store import TagStore
from simkit.campaign.messaging.theme_days import ThemeDayPlay
from simkit.campaign.opinion.breach import Breach
from simkit.campaign.opinion.education import Education
from simkit.campaign.opinion.experiences import Experiences
from simkit.campaign.opinion.features import FeatureReleases
from simkit.campaign.opinion.theme_events import ThemeEvents
from simkit.campaign.opinion.word_of_mouth import WordOfMouth
from simkit.campaign.referral.co_brand import CoBrandPlay
from simkit.campaign.referral.member_referral import MemberReferralPlay
from simkit.campaign.referral.merchants import MerchantsPlay
from simkit.campaign.referral.staff_codes import StaffCodesPlay
from simkit.campaign.relationship.competitor import Competitor
from simkit.campaign.relationship.loyalty import Loyalty
from simkit.campaign.relationship.motives import Motives
from simkit.campaign.relationship.neglect import Neglect
from simkit.campaign.relationship.satisfaction import Satisfaction
from simkit.campaign.relationship.share_of_wallet import ShareOfWallet
from simkit.campaign.service.activation_help import ActivationHelpPlay
from simkit.campaign.service.alerts import AlertPlay
from simkit.campaign.service.branch_counters import BranchCounterPlay
from simkit.campaign.service.fraud import FraudPlay
from simkit.campaign.service.support_desk import SupportDeskPlay
from simkit.campaign.visits.conduct import Conduct
from simkit.campaign.visits.deliberation import Deliberation
from simkit.campaign.visits.follow_up import FollowUp
from simkit.campaign.visits.training import Training
from simkit.campaign.world import World
from simkit.params import Levers, Scenario

Make = Callable[[World, Outreach], Mechanism]

# In the order in which they act within each step of a day.
MECHANISMS: Mapping[str, Make] = {
    # customers
    # opinion
    "trust": Experiences,
    "education": Education,
    "word_of_mouth": WordOfMouth,
    "breach": Breach,
    "features": FeatureReleases,
    "theme_events": ThemeEvents,
    # relationship
    "satisfaction": Satisfaction,
    "loyalty": Loyalty,
    "share_of_wallet": ShareOfWallet,
    "motives": Motives,
    "competitor": Competitor,
    "neglect": Neglect,
    # leads
    "lead_score": LeadScorePlay,
    "lead_sources": LeadSources,
    "workplaces": Workplaces,
    "routes": Routes,
    # visits
    "pitch": PitchPlay,
    "conduct": Conduct,
    "training": Training,
    "deliberation": Deliberation,
    "follow_up": FollowUp,
    # messaging
    "tags": TagStore,
    "relevance": RelevancePlay,
    "theme_days": ThemeDayPlay,
    "partner_embed": PartnerEmbedPlay,
    # handoffs
    "tiers": TierCare,
    "dwell": Dwelling,
    "routing": RoutePlay,
    "handoffs": PassingOn,
    # service
    "branch_counters": BranchCounterPlay,
    "activation_help": ActivationHelpPlay,
    "support_desk": SupportDeskPlay,
    "fraud": FraudPlay,
    "alerts": AlertPlay,
    # referral
    "staff_codes": StaffCodesPlay,
    "member_referral": MemberReferralPlay,
    "merchants": MerchantsPlay,
    "co_brand": CoBrandPlay,
    # corporate
    "corporate_wallets": CorporatePlay,
}

UNCHOSEN = frozenset({"satisfaction", "share_of_wallet", "competitor", "neglect"})
"""Mechanisms that take part wherever the scenario has them, also where the strategy does nothing about them."""


def switched_on(world: World, outreach: Outreach) -> tuple[Mechanism, ...]:
    """Make the mechanisms of a run, in their order."""
    return tuple(MECHANISMS[key](world, outreach) for key in taking_part(world.scenario, world.levers))


def taking_part(scenario: Scenario, levers: Levers) -> Iterator[str]:
    """Walk over the mechanisms that take part: one is no part of a run if the scenario or the strategy leaves its section out."""
    for key in MECHANISMS:
        chosen = key in UNCHOSEN or key not in Levers.model_fields or getattr(levers, key) is not None
        if chosen and getattr(scenario, key) is not None:
            yield key
