"""How states and answers look wherever they are shown: a tone and a symbol, always beside their word."""

from __future__ import annotations

from action_plans.models import MeasureState, Verdict

_S = MeasureState
STATE_TONES = {
    _S.DRAFT: ("neutral", "ring"),
    _S.PROPOSED: ("info", "question"),
    _S.DECIDED: ("info", "dot"),
    _S.ONGOING: ("accent", "arrow-right"),
    _S.PAUSED: ("warning", "minus"),
    _S.CARRIED_OUT: ("success", "check"),
    _S.EVALUATED: ("success", "diamond"),
    _S.ABORTED: ("neutral", "close"),
}
VERDICT_TONES = {
    Verdict.YES: ("success", "check"),
    Verdict.PARTLY: ("warning", "half"),
    Verdict.NO: ("danger", "close"),
    Verdict.TOO_EARLY: ("neutral", "clock"),
}


def state_tag(state: str) -> dict[str, str]:
    """Where a measure stands, as a tag."""
    tone, symbol = STATE_TONES[_S(state)]
    return {"text": str(_S(state).label), "tone": tone, "symbol": symbol}


def verdict_tag(verdict: str) -> dict[str, str]:
    """One of the two answers of a follow-up: colour, word and symbol."""
    tone, symbol = VERDICT_TONES[Verdict(verdict)]
    return {"text": str(Verdict(verdict).label), "tone": tone, "symbol": symbol}
