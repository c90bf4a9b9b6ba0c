"""Every component renders in each variant, a misspelt argument is refused, and nothing is shown that was not meant."""

import json
import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from ui import charts
from ui.templatetags.ui import ICONS, NOTICE_TONES, STEP_STATES, STEPS, TONES

TITLE = "<b>Titel</b>"
ESCAPED = "&lt;b&gt;Titel&lt;/b&gt;"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def show(source, **values):
    return Template(source).render(Context(values))


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class ExampleForm(forms.Form):
    what = forms.CharField(label="What?", help_text="No names.")
    sure = forms.ChoiceField(label="Sure?", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    urgent = forms.BooleanField(label="Urgent", required=False)
    same = forms.CharField(label="E-mail", widget=forms.TextInput(attrs={"placeholder": "e-mail"}), required=False)
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


# Each of these is a template that works; the misspelt test breaks them one by one.
WORKING = {
    "icon": "{% icon 'check' label='Done' %}",
    "tag": "{% tag 'More' tone='danger' symbol='arrow-up' %}",
    "status_value": "{% status_value 5 status='shown' unit='km' decimals=1 %}",
    "definition": "{% definition 'Counted once.' term='Incidents' %}",
    "card": "{% card title='T' tone='plain' level=2 lead='L' id='x' url='/' link='More' %}body{% endcard %}",
    "notice": "{% notice tone='info' title='T' level=3 %}body{% endnotice %}",
    "data_table": "{% data_table label='T' caption=True dense=True %}<tbody></tbody>{% enddata_table %}",
    "plain_table": "{% plain_table columns rows label='T' caption=True dense=False %}",
    "figure_card": "{% figure_card 'Label' 42 judgement='More' tone='danger' note='n' definition='d' url='/' %}",
    "empty_state": "{% empty_state 'Nothing' text='t' url='/' action='Do' level=2 %}",
    "process_bar": "{% process_bar steps label='P' %}",
    "pagination": "{% pagination page parameter='page' label='P' %}",
    "cursor_pagination": "{% cursor_pagination previous='a' next='b' parameter='cursor' label='P' %}",
    "progress": "{% progress 40 text='Reading' url='/p/' label='Import' interval_s=2 is_done=False %}",
    "period_picker": "{% period_picker title='W47' kind='week' kinds=kinds code='2026-W47' previous='2026-W46' %}",
    "form_errors": "{% form_errors form title='T' %}",
    "chart": "{% chart label='C' figure=figure size='medium' caption='c' %}<table></table>{% endchart %}",
    "area_map": "{% area_map label='M' areas='/a' size='medium' bounds=bounds unit='u' %}x{% endarea_map %}",
    "point_picker": "{% point_picker label='W' lon=form.lon lat=form.lat bounds=bounds %}x{% endpoint_picker %}",
}


def values():
    return {
        "columns": ["Place", {"label": "Number", "number": True}],
        "rows": [["A", 1]],
        "steps": [{"step": "mapping", "state": "current", "text": "now", "url": "/"}],
        "page": Paginator(range(87), 10).page(3),
        "kinds": [("week", "Week"), ("month", "Month")],
        "form": ExampleForm({"what": ""}),
        "figure": {"data": [], "layout": {}},
        "bounds": [16.1, 58.5, 16.2, 58.6],
    }


@pytest.mark.parametrize("name", WORKING)
def test_component_renders(name):
    html = show(WORKING[name], **values())
    assert html.strip()
    assert "style=" not in html


@pytest.mark.parametrize("name", WORKING)
def test_misspelt_argument_is_an_error_when_the_template_loads(name):
    source = WORKING[name]
    end = source.index("%}")
    with pytest.raises(TemplateSyntaxError, match="toone"):
        Template(source[:end] + "toone='x' " + source[end:])


@pytest.mark.parametrize(
    "source",
    [
        "{% icon 'sparkles' %}",
        "{% tag 'x' tone='purple' %}",
        "{% tag 'x' symbol='sparkles' %}",
        "{% status_value 1 status='hidden' %}",
        "{% card tone='purple' %}{% endcard %}",
        "{% card level=1 %}{% endcard %}",
        "{% notice tone='neutral' %}{% endnotice %}",
        "{% figure_card 'x' 1 tone='purple' %}",
        "{% empty_state 'x' level=9 %}",
        "{% progress 101 text='x' %}",
        "{% process_bar wrong_steps %}",
        "{% process_bar wrong_state %}",
        "{% period_picker title='x' kind='year' kinds=kinds code='2026' %}",
        "{% chart label='x' %}{% endchart %}",
        "{% chart label='x' src='/a' figure=figure %}{% endchart %}",
        "{% chart label='x' src='/a' size='huge' %}{% endchart %}",
        "{% area_map label='x' size='huge' %}{% endarea_map %}",
        "{% area_map label='x' bounds=short %}{% endarea_map %}",
        "{% breadcrumbs 'a' 'b' %}",
    ],
)
def test_value_outside_the_listed_ones_is_an_error(source):
    wrong = {
        "wrong_steps": [{"step": "dreaming"}],
        "wrong_state": [{"step": "mapping", "state": "perhaps"}],
        "short": [1, 2],
    }
    with pytest.raises(TemplateSyntaxError):
        show(source, **values(), **wrong)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_drawn_and_hidden_unless_it_is_named(name):
    html = show("{% icon name %}", name=name)
    assert 'aria-hidden="true"' in html
    assert "<path" in html or "<circle" in html
    assert 'aria-label="Lock"' in show("{% icon name label='Lock' %}", name=name)


@pytest.mark.parametrize("tone", TONES)
def test_a_tag_says_its_judgement_by_colour_symbol_and_words(tone):
    html = show("{% tag title tone=tone %}", tone=tone, title=TITLE)
    assert f'data-color="{TONES[tone][0]}"' in html
    assert "<svg" in html
    assert ESCAPED in html


def test_no_two_tones_share_both_colour_and_symbol():
    assert len({symbol for _, symbol in TONES.values()}) >= len(TONES) - 1
    assert len(set(TONES.values())) == len(TONES)


def test_shown_protected_missing_and_zero_look_different():
    shown = show("{% status_value 7 %}")
    zero = show("{% status_value 0 %}")
    protected = show("{% status_value status='protected' %}")
    missing = show("{% status_value None %}")
    assert [words(html) for html in (shown, zero, protected, missing)] == ["7", "0", "protected", "missing"]
    kinds = {re.search(r'data-status="(\w+)"', html).group(1) for html in (shown, zero, protected, missing)}
    assert kinds == {"shown", "zero", "protected", "missing"}


def test_a_protected_value_never_reaches_the_page():
    html = show("{% status_value cell %}", cell={"value": 3, "status": "protected"})
    assert "3" not in words(html)


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (1234567, "sv", "1 234 567"),
        (29.4, "sv", "29,4"),
        (-3, "sv", "−3"),
        (1234.5, "en", "1,234.5"),
        ("12 av 14", "sv", "12 av 14"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, language, expected):
    with translation.override(language):
        assert words(show("{% status_value value %}", value=value)) == expected


def test_a_number_that_was_shown_before_is_written_for_whoever_reads_it_now():
    for _ in range(2):
        for language, expected in (("en", "missing"), ("sv", "saknas")):
            with translation.override(language):
                assert words(show("{% status_value None %}")) == expected
        assert "<b>" in show("{% status_value text %}", text=SafeString("<b>1</b>"))
        assert "<b>" not in show("{% status_value text %}", text="<b>1</b>")


@pytest.mark.parametrize("tone", ["plain", "tinted", "warning", "done"])
def test_card_holds_its_block_and_escapes_its_title(tone):
    html = show("{% card title=title tone=tone level=3 %}<em>inside</em>{% endcard %}", title=TITLE, tone=tone)
    assert f'data-tone="{tone}"' in html
    assert "<em>inside</em>" in html
    assert ESCAPED in html
    assert "<h3" in html


def test_what_stands_in_a_block_is_escaped_as_everywhere():
    html = show("{% card title='T' %}{{ text }}{% endcard %}{% notice %}{{ text }}{% endnotice %}", text="<script>")
    assert "<script>" not in html


@pytest.mark.parametrize("tone", NOTICE_TONES)
def test_notice_has_each_tone(tone):
    assert f'data-color="{tone}"' in show("{% notice tone=tone title='T' %}x{% endnotice %}", tone=tone)


def test_figure_card_says_number_judgement_and_meaning():
    html = show("{% figure_card 'Incidents' 1231 unit='%' judgement='More' tone='danger' definition='Counted once.' %}")
    assert re.search(r"1,231\s+%", words(html).replace("\xa0", " ").replace("&nbsp;", " "))
    assert "More" in html
    assert "Counted once." in html


def test_figure_card_can_be_protected_or_missing():
    assert "protected" in words(show("{% figure_card 'x' status='protected' %}"))
    assert "missing" in words(show("{% figure_card 'x' status='missing' %}"))


def test_plain_table_heads_columns_and_rows_and_lines_numbers_up():
    columns = ["Place", {"label": "Number", "number": True}, "State"]
    rows = [
        ["Square", 1234, {"text": "More", "tone": "danger"}],
        [{"text": "Park", "url": "/park/"}, {"value": 2, "status": "protected"}, None],
    ]
    html = show("{% plain_table columns rows label='Places' %}", columns=columns, rows=rows)
    assert html.count('scope="col"') == 3
    assert html.count('scope="row"') == 2
    assert '<td class="number">1,234</td>' in html
    assert 'href="/park/"' in html
    assert "protected" in html
    assert ">2<" not in html
    assert 'role="region" aria-label="Places" tabindex="0"' in html


def test_plain_table_refuses_a_row_of_another_length():
    with pytest.raises(TemplateSyntaxError, match="a row of 1 cells under 2 columns"):
        show("{% plain_table columns rows label='T' %}", columns=["a", "b"], rows=[["only one"]])


def test_process_bar_shows_the_given_steps_in_the_order_of_the_process():
    steps = [{"step": "feedback"}, {"step": "mapping", "state": "current"}, {"step": "measures", "state": "done"}]
    html = show("{% process_bar steps %}", steps=steps)
    assert re.findall(r"process-bar__name\">(\d) (\w+)", html) == [
        ("1", "Mapping"),
        ("3", "Measures"),
        ("5", "Feedback"),
    ]
    assert html.count('aria-current="step"') == 1


@pytest.mark.parametrize("state", STEP_STATES)
@pytest.mark.parametrize("step", STEPS)
def test_process_bar_has_every_step_in_every_state(step, state):
    html = show("{% process_bar steps %}", steps=[{"step": step, "state": state, "text": "t", "url": "/u/"}])
    assert f'data-state="{state}"' in html
    assert 'href="/u/"' in html


def test_pagination_keeps_the_query_and_marks_where_one_is():
    request = RequestFactory().get("/list/", {"q": "å & ä", "page": "3", "kind": ["a", "b"]})
    html = show("{% pagination page %}", page=Paginator(range(87), 10).page(3), request=request)
    assert 'href="?q=%C3%A5+%26+%C3%A4&amp;kind=a&amp;kind=b&amp;page=4"' in html
    assert html.count('aria-current="page"') == 1
    assert "Showing 21–30 of 87." in words(html)


def test_pagination_leads_to_the_list_from_an_answer_that_is_not_the_list():
    request = RequestFactory().get("/answer/", {"page": "3"})
    page = Paginator(range(87), 10).page(3)
    html = show("{% pagination page to='/list/?a=1' %}", page=page, request=request)
    assert 'href="/list/?a=1&amp;page=4"' in html
    assert 'href="/list/?page=4"' in show("{% pagination page to='/list/' %}", page=page, request=request)


def test_pagination_of_a_single_page_is_nothing():
    assert not show("{% pagination page %}", page=Paginator(range(3), 10).page(1)).strip()


def test_cursor_pagination_at_an_end_has_one_way():
    html = show("{% cursor_pagination next='abc' %}")
    assert "cursor=abc" in html
    assert "Previous" not in html
    assert not show("{% cursor_pagination %}").strip()


def test_with_query_changes_and_leaves_out():
    request = RequestFactory().get("/", {"a": "1", "b": "2"})
    assert show("{% with_query a='' c=3 %}", request=request) == "?b=2&amp;c=3"


def test_progress_fetches_itself_until_it_is_done():
    running = show("{% progress 40 text='x' url='/p/' %}")
    done = show("{% progress 100 text='x' url='/p/' is_done=True %}")
    unknown = show("{% progress None text='x' url='/p/' %}")
    assert 'hx-get="/p/"' in running
    assert 'value="40"' in running
    assert "hx-get" not in done
    assert "value=" not in unknown


def test_period_picker_is_links_and_a_plain_form_that_keeps_the_rest():
    request = RequestFactory().get("/", {"period": "2026-W47", "category": "SKA"})
    source = "{% period_picker title='T' kind='week' kinds=kinds code='2026-W47' previous='2026-W46' next='2026-W48' %}"
    html = show(source, request=request, kinds=[("week", "Week")])
    assert 'href="?category=SKA&amp;period=2026-W46"' in html
    assert '<input type="hidden" name="category" value="SKA">' in html
    assert 'method="get"' in html


def test_breadcrumbs_end_where_one_is():
    html = show("{% breadcrumbs 'Areas' '/areas/' title %}", title=TITLE)
    assert 'href="/areas/"' in html
    assert f'<span aria-current="page">{ESCAPED}</span>' in html


def test_form_errors_lead_to_each_field():
    form = ExampleForm({"what": ""})
    html = show("{% form_errors form %}", form=form)
    assert 'href="#id_what"' in html
    assert "2 things need your attention" in html
    assert not show("{% form_errors form %}", form=ExampleForm()).strip()


def test_each_line_of_the_summary_points_at_something_on_the_page():
    form = ExampleForm({"what": ""})
    html = show("{% form_errors form %}{% for field in form %}{{ field.as_field_group }}{% endfor %}", form=form)
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html


def test_field_ties_label_help_and_error_together():
    html = show("{{ form.what.as_field_group }}", form=ExampleForm({"what": ""}))
    assert '<label class="ds-label" for="id_what">' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'id="id_what_helptext"' in html
    assert 'id="id_what_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="ds-input"' in html


def test_a_hidden_field_is_no_field_one_sees():
    html = show("{{ form.version.as_field_group }}", form=ExampleForm(initial={"version": 3}))
    assert html.strip() == '<input type="hidden" name="version" value="3" id="id_version">'


def test_radio_buttons_are_a_group_with_a_legend():
    html = show("{{ form.sure.as_field_group }}", form=ExampleForm())
    assert "<legend" in html
    assert html.count('type="radio"') == 2
    assert html.count('class="ds-input"') == 2
    assert html.count("<label") == 2


def test_a_box_to_tick_stands_before_its_label():
    html = show("{{ form.urgent.as_field_group }}", form=ExampleForm())
    assert html.index("<input") < html.index("<label")


def test_a_placeholder_that_repeats_the_label_is_left_out():
    assert "placeholder" not in show("{{ form.same.as_field_group }}", form=ExampleForm())


def test_only_fields_one_may_leave_say_so():
    html = show("{{ form.what.as_field_group }}{{ form.same.as_field_group }}", form=ExampleForm())
    assert words(html).count("(optional)") == 1


def test_chart_holds_figure_and_table():
    figure = charts.figure_json([charts.line([1, 2], [3.0, float("nan")], name="</script>")])
    html = show("{% chart figure=figure label='C' %}<table id='t'></table>{% endchart %}", figure=figure)
    held = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL).group(1)
    assert json.loads(held)["data"][0]["y"] == [3.0, None]
    assert "<table id='t'></table>" in html
    assert '<details class="twin" open>' in html


def test_map_gives_the_basemap_of_the_settings(settings):
    settings.BASEMAP_TILE_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.BASEMAP_ATTRIBUTION = "© Example"
    html = show("{% area_map label='M' %}list{% endarea_map %}")
    assert 'data-tiles="https://tiles.example.org/{z}/{x}/{y}.png"' in html
    assert 'data-attribution="© Example"' in html


def test_map_without_a_basemap_names_none():
    html = show("{% area_map label='M' bounds=bounds %}list{% endarea_map %}", bounds=[16, 58, 17, 59])
    assert "data-tiles" not in html
    assert "data-style" not in html
    assert 'data-bounds="[16.0, 58.0, 17.0, 59.0]"' in html


def test_point_picker_knows_its_inputs():
    html = show(WORKING["point_picker"], **values())
    assert 'data-lon="id_lon"' in html
    assert 'data-lat="id_lat"' in html
