"""What a picture can become, and when."""

from collections.abc import Set

from django.utils.translation import gettext as _

from common.errors import NotPossible
from privacy import guard
from situational_picture.models import Picture
from situational_picture.writing import LONGEST_TEXT, Written

Status = Picture.Status

NEXT: dict[Picture.Status, set[Picture.Status]] = {
    # Figures nobody has written about are published as they stand; a text is read by somebody first.
    Status.DRAFT: {Status.REVIEW, Status.PUBLISHED},
    Status.REVIEW: {Status.DRAFT, Status.PUBLISHED},
    Status.PUBLISHED: set(),
}


def check_move(picture: Picture, wanted: Picture.Status) -> None:
    """A draft is sent for review and published; what is published stays as it is."""
    if wanted in NEXT[Picture.Status(picture.status)]:
        return
    if picture.status == Status.PUBLISHED:
        raise NotPossible(_("A published picture never changes. Publish a new version of the draft instead."))
    raise NotPossible(
        _("The picture is already “%(status)s”. Somebody else may have been here before you.")
        % {"status": picture.get_status_display()}
    )


def check_may_be_written(picture: Picture, text_version: int) -> None:
    """Only a draft is written in, and only by who has read what stands there."""
    if picture.status == Status.REVIEW:
        raise NotPossible(
            _("The picture is being reviewed, so its text is locked. Take it back to go on writing."), code="in_review"
        )
    if picture.status == Status.PUBLISHED:
        raise NotPossible(_("A published picture never changes. Write in the draft instead."))
    if picture.text_version != text_version:
        raise NotPossible(
            _("Somebody else has written here since you opened the page. Nothing of yours is lost: compare and save."),
            code="conflict",
        )


def check_has_text(picture: Picture) -> None:
    """There must be something to review."""
    if not picture.has_text:
        raise NotPossible(_("Nothing has been written yet. Write an assessment, then send it for review."))


def check_text_is_reviewed(picture: Picture) -> None:
    """A text is read by somebody before it is published."""
    if picture.has_text and picture.status != Status.REVIEW:
        raise NotPossible(_("The picture has a text that nobody has reviewed. Send it for review first."))


def text_faults(written: Written, *, allowed: Set[str], is_confirmed: bool) -> dict[str, list[str]]:
    """What is wrong with the texts, by field: too long, a motive left out, or the guard's sentences.

    Weak hits pass when the writer has confirmed that no person is meant; strong ones never do.
    """
    faults: dict[str, list[str]] = {}
    if written.assessed_state and not written.assessed_motive:
        faults["assessed_motive"] = [_("Say why: a state without a motive helps nobody.")]
    if written.assessed_motive and not written.assessed_state:
        faults["assessed_state"] = [_("Choose the state that the motive is about.")]
    for name, text in written.texts():
        if len(text) > LONGEST_TEXT:
            faults[name] = [_("The text is longer than %(limit)s characters. Shorten it.") % {"limit": LONGEST_TEXT}]
        if not text:
            continue
        verdict = guard.verdict(text, allowed=allowed)
        hits = verdict.strong or ([] if is_confirmed else verdict.weak)
        if hits:
            faults[name] = list(dict.fromkeys(str(guard.sentence_for(hit.rule)) for hit in hits))
    return faults


def check_texts(written: Written, *, allowed: Set[str], is_confirmed: bool) -> None:
    """No text points at a person, and a state has its motive."""
    faults = text_faults(written, allowed=allowed, is_confirmed=is_confirmed)
    if faults:
        raise NotPossible(faults)


def check_is_computed(picture: Picture) -> None:
    """There must be figures to freeze."""
    if picture.figures is None:
        raise NotPossible(_("The picture has no figures yet. Wait until it has been computed, then publish it."))


def check_is_as_seen(picture: Picture, seen: Picture, fingerprint: str) -> None:
    """What is frozen is what somebody has looked at, and what the reports say."""
    if picture.text_version != seen.text_version or picture.status != seen.status:
        raise NotPossible(_("Somebody has changed the text since you opened the page. Read it, then publish."))
    is_other = picture.computed_at != seen.computed_at or picture.data_fingerprint != seen.data_fingerprint
    if is_other or picture.data_fingerprint != fingerprint:
        raise NotPossible(
            _("Reports have come or changed since these figures were computed. Look at the new figures, then publish.")
        )


def check_is_new(picture: Picture, latest: Picture | None) -> None:
    """The same figures with the same text are published once, however often the button is pressed."""
    if latest is None:
        return
    if (latest.computed_at, latest.text_version) == (picture.computed_at, picture.text_version):
        raise NotPossible(
            _("These figures are already published, as version %(version)s.") % {"version": latest.version}
        )
