"""What documents look like: chosen on one page, shown by an example, and removed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from documents import pdf, word_templates
from documents.answers import file_answer
from partners import looks
from partners.forms import LookForm
from partners.models import Collaboration, Look
from partners.permissions import check_may_keep_look
from partners.requests import PartnerRequest, get_or_post, tried
from privacy.picture_files import answer_with


@never_cache
@get_or_post
def look(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The municipality's colour, line and logotype in every document that is not frozen."""
    check_may_keep_look(request.user, collaboration)
    kept = looks.row_of(collaboration)
    form = _form(request, kept)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            looks.keep_look(
                by=request.user,
                collaboration=collaboration,
                accent=said["accent"],
                header=said["header"],
                logo=said["logo"].read() if said["logo"] else None,
                keeps_logo=not said["no_logo"],
            )
        except ValidationError as no:
            form.add_error(None, no.messages)
        else:
            messages.success(request, _("Saved. Open the example to see what documents look like."))
            return redirect("look", collaboration.slug)
    status = 422 if form.errors else 200
    return render(request, "partners/look.html", {"form": form, "kept": kept}, status=status)


def _form(request: PartnerRequest, kept: Look | None) -> LookForm:
    initial = {"accent": kept.accent, "header": kept.header} if kept else {}
    has_logo = bool(kept and kept.file)
    if request.method == "POST":
        return LookForm(request.POST, request.FILES, has_logo=has_logo)
    return LookForm(initial=initial, has_logo=has_logo)


@require_POST
def look_remove(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Documents look as ours again."""
    check_may_keep_look(request.user, collaboration)
    tried(
        request,
        lambda: looks.remove_look(by=request.user, collaboration=collaboration),
        _("Removed. Documents look as before again; those that are frozen keep theirs."),
    )
    return redirect("look", collaboration.slug)


@never_cache
@require_GET
def look_logotype(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The logotype itself."""
    check_may_keep_look(request.user, collaboration)
    kept = looks.row_of(collaboration)
    data = looks.logo_of(kept) if kept else b""
    if not data:
        raise Http404
    return answer_with(data, name="logotyp")


@require_GET
def look_preview(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """A page with every kind of text, in the look that is chosen."""
    check_may_keep_look(request.user, collaboration)
    kept = looks.row_of(collaboration)
    if kept is None:
        raise Http404
    example = word_templates.example_document(
        author=f"EST {collaboration}",
        notice=looks.notice_words(collaboration),
        eyebrow=_("An example in your look"),
    )
    return file_answer(pdf.write(example, look=looks.as_written(kept)), "exempel-pa-utseende.pdf")
