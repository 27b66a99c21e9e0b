"""At which contacts customers talk to a person."""

from __future__ import annotations

from simkit.campaign.vocabulary import Channel

VISITS = (Channel.VISIT, Channel.APPOINTMENT, Channel.WORKPLACE_VISIT)
FACE_TO_FACE = (*VISITS, Channel.COMMUNITY_EVENT, Channel.BRANCH)
WITH_A_PERSON = (*FACE_TO_FACE, Channel.HUMAN_CALL, Channel.INBOUND_CALL)
