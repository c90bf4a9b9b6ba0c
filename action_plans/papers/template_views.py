"""The Word template that plans are written in: sent in, shown by an example, and removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.models import WordTemplate
from action_plans.papers import actions, files
from action_plans.papers.forms import TemplateForm
from action_plans.permissions import check_may_keep_template
from common.errors import NotPossible
from documents import word, word_templates
from documents.answers import file_answer
from partners.looks import notice_words
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, tried


@never_cache
@get_or_post
def word_template(request: PartnerRequest, collaboration: Collaboration) -> HttpResponseBase:
    """The template that Word files of plans are written in, and where another is sent in."""
    check_may_keep_template(request.user, collaboration)
    form = TemplateForm()
    if request.method == "POST":
        form = TemplateForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                actions.keep_template(
                    by=request.user, collaboration=collaboration, data=form.cleaned_data["file"].read()
                )
            except NotPossible as no:
                form.add_error("file", no.messages)
            else:
                messages.success(request, _("The template is kept. Open the example to see what it looks like."))
                return redirect("word_template", collaboration.slug)
    kept = WordTemplate.objects.filter(collaboration=collaboration).first()
    status = 422 if form.errors else 200
    return render(request, "action_plans/papers/word_template.html", {"form": form, "kept": kept}, status=status)


@require_POST
def word_template_remove(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Let go of the template."""
    check_may_keep_template(request.user, collaboration)
    tried(
        request,
        lambda: actions.remove_template(by=request.user, collaboration=collaboration),
        _("The template is removed. Word files look as before again."),
    )
    return redirect("word_template", collaboration.slug)


@require_GET
def word_template_preview(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """A page with every kind of text, written with the template."""
    check_may_keep_template(request.user, collaboration)
    template = files.template_of(collaboration)
    if template is None:
        raise Http404
    example = word_templates.example_document(author=f"EST {collaboration}", notice=notice_words(collaboration))
    return file_answer(word.write(example, template=template), "exempel-med-mall.docx")
