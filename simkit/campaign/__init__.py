"""One run of a campaign: capacity by SimPy, crowds by NumPy."""

from simkit.campaign.explanation import Explanation, explain_opening
from simkit.campaign.fingerprint import resolved_parameters, run_fingerprint
from simkit.campaign.offered_programme import compile_offered, offered_programme
from simkit.campaign.run import Campaign, CampaignRun, Detail, run_campaign
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource, Status

__all__ = [
    "Campaign",
    "CampaignRun",
    "Channel",
    "CostItem",
    "Detail",
    "Explanation",
    "Outcome",
    "Resource",
    "Status",
    "compile_offered",
    "explain_opening",
    "offered_programme",
    "resolved_parameters",
    "run_campaign",
    "run_fingerprint",
]
