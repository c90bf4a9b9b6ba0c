"""Trees and fishbones: no box on another, all of them inside and in order, and the same on page, PDF and Word."""

import io
import itertools
import xml.etree.ElementTree as ET

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from documents import drawing, pdf, texts, trees, word
from documents.model import TreeDrawing, TreeGroup, TreeNode
from tests.documents import reading, reading_word
from tests.documents.examples import TREE, document

SVG = "{http://www.w3.org/2000/svg}"
GROUPS = tuple(TreeGroup(f"g{number}", name) for number, name in enumerate(["Offender", "Target", "Place", "Control"]))
# A rounding error of a float, never a hair's breadth.
HAIR = 1e-6


def tree_of(parents, *, texts_of=None, groups=None, shape="tree", root="The problem"):
    """A tree from each node's parent, given by its number from 1; 0 is the root."""
    nodes = tuple(
        TreeNode(
            str(number),
            (texts_of or {}).get(number, f"Cause {number}"),
            str(parent) if parent else "",
            f"g{(groups or {}).get(number, number) % 4}",
            "Supported",
            "2 for, 1 against",
            number % 5 == 0,
        )
        for number, parent in enumerate(parents, start=1)
    )
    return TreeDrawing("Causes.", root, nodes, GROUPS, "Expected 61", "Chosen to act on", shape)


@st.composite
def drawn_trees(draw):
    many = draw(st.integers(0, 300))
    reach = draw(st.sampled_from([1, 3, 300]))
    # A short reach makes long chains, none deeper than 30.
    parents, depths = [], [0]
    for number in range(1, many + 1):
        parent = draw(st.integers(max(0, number - reach), number - 1))
        while depths[parent] >= 30:
            parent = parents[parent - 1]
        parents.append(parent)
        depths.append(depths[parent] + 1)
    wordy = {number: draw(st.text(max_size=90)) for number in draw(st.sets(st.integers(1, max(1, many)), max_size=8))}
    shape = draw(st.sampled_from(["tree", "fishbone"]))
    return tree_of(parents, texts_of=wordy, shape=shape, root=draw(st.sampled_from(["P", "A long problem " * 12])))


LENGTHS = st.sampled_from([(1120.0, 14.0), (340.0, 14.0), (trees.WHOLE_MM, trees.FONT_MM), (84.0, trees.FONT_MM)])
CHAIN = tree_of(range(30))
STAR = tree_of([0] * 300)


def check(layout):
    """What must hold of any drawing."""
    for box in layout.boxes:
        assert box.width > 0
        assert box.height > 0
        assert box.x >= -HAIR
        assert box.y >= -HAIR
        assert box.x + box.width <= layout.width + HAIR
        assert box.y + box.height <= layout.height + HAIR
        room = (box.width / layout.font) - 2 * trees.PAD_X - trees.EDGE
        # A single letter may be wider than its box, if the box is narrower than any letter.
        broader = trees.BOLD if box.is_strong else 1.0
        assert all(trees.text_width(line) * broader <= room + HAIR or len(line) == 1 for line in box.lines)
        assert all(trees.text_width(line) * trees.SMALL <= room + HAIR or len(line) == 1 for line in box.small)
    for one, other in itertools.combinations(layout.boxes, 2):
        apart = (
            one.x + one.width <= other.x + HAIR
            or other.x + other.width <= one.x + HAIR
            or one.y + one.height <= other.y + HAIR
            or other.y + other.height <= one.y + HAIR
        )
        assert apart, (one, other)
    for line in layout.lines:
        for x, y in line:
            assert -HAIR <= x <= layout.width + HAIR
            assert -HAIR <= y <= layout.height + HAIR


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=drawn_trees(), size=LENGTHS)
@example(tree=tree_of([]), size=(340.0, 14.0))
@example(tree=tree_of([], shape="fishbone"), size=(1120.0, 14.0))
@example(tree=CHAIN, size=(340.0, 14.0))
@example(tree=CHAIN, size=(84.0, 2.65))
@example(tree=STAR, size=(1120.0, 14.0))
@example(tree=tree_of([0] * 300, groups=dict.fromkeys(range(1, 301), 2), shape="fishbone"), size=(174.0, 2.65))
def test_no_two_boxes_overlap_all_are_inside_and_each_node_has_one(tree, size):
    width, font = size
    layout = trees.lay_out(tree, width=width, font=font)
    check(layout)
    assert sorted(box.key for box in layout.boxes if box.kind == "node") == sorted(node.key for node in tree.nodes)
    assert sum(box.kind == "root" for box in layout.boxes) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=drawn_trees(), size=LENGTHS)
def test_neighbours_stand_in_the_trees_own_order_and_nothing_stands_above_or_left_of_its_parent(tree, size):
    if tree.shape == "fishbone":
        return
    at = {box.key: box for box in trees.lay_out(tree, width=size[0], font=size[1]).boxes}
    for parent in ["", *(node.key for node in tree.nodes)]:
        children = [at[node.key] for node in tree.nodes if node.parent == parent]
        assert [one.y for one in children] == sorted({one.y for one in children})
        assert all(one.x >= at[parent].x for one in children)
        assert all(one.y >= at[parent].y - HAIR for one in children)


def crossed(layout):
    """Boxes that a line goes through rather than to; every line of a tree is level or upright."""
    for (from_x, from_y), (to_x, to_y) in layout.lines:
        left, right = sorted((from_x, to_x))
        top, bottom = sorted((from_y, to_y))
        for box in layout.boxes:
            if (
                left < box.x + box.width - HAIR
                and right > box.x + HAIR
                and top < box.y + box.height - HAIR
                and bottom > box.y + HAIR
            ):
                yield box, (from_x, from_y, to_x, to_y)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=drawn_trees(), size=LENGTHS)
def test_no_line_of_a_tree_goes_through_a_box(tree, size):
    if tree.shape == "tree":
        assert list(crossed(trees.lay_out(tree, width=size[0], font=size[1]))) == []


def test_a_shallow_tree_is_set_in_columns_and_a_deep_one_is_set_in():
    shallow = trees.lay_out(tree_of([0, 1, 1, 0]), width=1120, font=14)
    at = {box.key: box for box in shallow.boxes}
    assert at["2"].y == at["1"].y
    assert at["3"].y > at["2"].y
    assert at["2"].x > at["1"].x + at["1"].width
    deep = {box.key: box for box in trees.lay_out(CHAIN, width=1120, font=14).boxes}
    assert [deep[str(n)].y for n in range(1, 31)] == sorted({deep[str(n)].y for n in range(1, 31)})
    assert deep["30"].width >= trees.NARROWEST * 14 - HAIR


def test_a_bone_holds_its_own_group_and_a_group_without_causes_is_a_bone_too():
    layout = trees.lay_out(tree_of([0, 0], groups={1: 2, 2: 2}, shape="fishbone"), width=1120, font=14)
    assert [box.lines for box in layout.boxes if box.kind == "group"] != []
    named = {box.group: box for box in layout.boxes if box.kind == "group"}
    assert set(named) == {0, 1, 2, 3}
    for box in layout.boxes:
        if box.kind == "node":
            assert box.group == 2
            assert named[2].x <= box.x
            assert box.x + box.width <= named[2].x + named[2].width


def test_what_belongs_to_no_group_has_a_bone_of_its_own():
    tree = TreeDrawing("A.", "The problem", (TreeNode("1", "Cause"),), GROUPS, shape="fishbone")
    with override("en"):
        names = [box.lines for box in trees.lay_out(tree, width=1120, font=14).boxes if box.kind == "group"]
    assert ("Not sorted",) in names


@pytest.mark.parametrize(
    "nodes",
    [
        (TreeNode("1", "A", parent="2"), TreeNode("2", "B")),
        (TreeNode("1", "A", parent="1"),),
        (TreeNode("1", "A"), TreeNode("1", "B")),
        (TreeNode("1", "A", group="nowhere"),),
    ],
)
def test_a_tree_with_a_circle_a_double_or_an_unknown_group_is_refused(nodes):
    with pytest.raises(ValueError, match="no place"):
        TreeDrawing("A.", "The problem", nodes, GROUPS)


# Lines


@given(st.text(max_size=200), st.floats(1.5, 40))
@example("Ord" * 200, 10.0)
@example("", 5.0)
def test_lines_are_no_wider_than_their_room_and_keep_every_letter(text, room):
    lines = trees.wrapped(text, room)
    assert "".join("".join(lines).split()) == "".join(texts.plain(text).split())
    assert all(trees.text_width(line) <= room for line in lines)


def test_a_number_is_never_torn_at_its_thousands():
    assert trees.wrapped("Sedan i maj 4\xa0321 händelser", 7.4) == ("Sedan i maj", "4\xa0321", "händelser")


def test_no_text_is_wider_than_estimated():
    """In the font of the files, which is among the widest that readers have."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    for weight, broader in (("normal", 1.0), ("bold", trees.BOLD)):
        font = FontProperties(family="DejaVu Sans", weight=weight)
        for text in [
            "Platsen ger skydd och kunder samtidigt", "Buskage skymmer passagen mot P-huset", "BRÄNDER PÅ ÖVRE PLAN",
            "71 av 142 händelser (95 % 47–77), väntat 32", "Mm@%&—… wwwWWW", "Hot och öppen droghandel",
            "jämförelse: ”så här”, sade någon + 3 < 4",
        ]:  # fmt: skip
            measured = TextPath((0, 0), text + ".", size=100, prop=font).get_extents().x1 / 100
            assert measured <= trees.text_width(text + ".") * broader, (text, weight)


def test_a_text_that_is_much_too_long_ends_in_dots_and_stands_whole_in_the_list():
    tree = tree_of([0], texts_of={1: "ord " * 500})
    (box,) = [box for box in trees.lay_out(tree, width=340, font=14).boxes if box.kind == "node"]
    assert len(box.lines) == trees.MOST_LINES
    assert box.lines[-1].endswith("…")
    check(trees.lay_out(tree, width=340, font=14))


# On pages


@pytest.mark.parametrize("shape", ["tree", "fishbone"])
@pytest.mark.parametrize("many", [1, 40, 300])
def test_a_drawing_is_cut_between_boxes_into_parts_that_have_room_on_a_page(shape, many):
    tree = tree_of([0, *(number // 2 for number in range(2, many + 1))], shape=shape)
    parts = [part for part, _alt in trees.on_pages(tree)]
    layout = parts[0].layout
    assert [part.top for part in parts] == [0, *(part.bottom for part in parts[:-1])]
    assert parts[-1].bottom == layout.height
    assert all(part.bottom - part.top <= trees.PAGE_MM for part in parts)
    for part in parts[:-1]:
        # The head of a fishbone may be where it is cut; nothing else is torn.
        torn = [box for box in layout.boxes if box.y < part.bottom < box.y + box.height]
        assert torn == []


def test_each_part_says_which_it_is():
    with override("en"):
        said = [alt for _part, alt in trees.on_pages(STAR)]
    assert len(said) > 3
    assert said[1] == f"Causes. Part 2 of {len(said)}."
    assert [alt for _part, alt in trees.on_pages(tree_of([0]))] == ["Causes."]


@pytest.mark.parametrize("shape", ["tree", "fishbone"])
def test_every_box_is_drawn_once_with_its_texts(shape):
    tree = tree_of([0, 1, 1, 0, 4], shape=shape)
    (part,) = [part for part, _alt in trees.on_pages(tree)]
    figure = drawing._drawn(part, trees.WHOLE_MM)
    said = [text.get_text() for text in figure.axes[0].texts]
    wanted = [line for box in part.layout.boxes for line in (*box.lines, *box.small)]
    assert sorted(said) == sorted(wanted)
    assert "Cause 3" in said


def test_a_drawing_is_the_same_bytes_every_time_as_svg_and_as_png():
    (part,) = [part for part, _alt in trees.on_pages(TREE)]
    assert drawing.draw(part) == drawing.draw(part)
    assert drawing.draw_png(part) == drawing.draw_png(part)
    width, height = Image.open(io.BytesIO(drawing.draw_png(part))).size
    assert width == pytest.approx(1370, abs=2)
    assert height / width == pytest.approx(part.layout.height / part.layout.width, abs=0.01)


def test_letters_that_no_font_has_are_drawn_as_a_square():
    (part,) = [part for part, _alt in trees.on_pages(tree_of([0], texts_of={1: "Brand \U0001f525"}))]
    said = [text.get_text() for text in drawing._drawn(part, trees.WHOLE_MM).axes[0].texts]
    assert "Brand □" in said


def test_pdf_and_word_hold_every_part_with_its_words():
    with override("en"):
        made = document(STAR)
        in_pdf, in_word = pdf.write(made), word.write(made)
        said = [alt for _part, alt in trees.on_pages(STAR)]
    assert sorted(reading.alternatives(in_pdf)) == sorted(said)
    assert reading_word.alternatives(in_word) == said


# On the web page


def page_of(tree, links=None, language="sv"):
    with override(language):
        html = Template("{% load trees %}{% tree_drawing tree links %}").render(Context({"tree": tree, "links": links}))
    return ET.fromstring(f"<page>{html}</page>")


@pytest.mark.parametrize("shape", ["tree", "fishbone"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_draws_the_same_boxes_as_text_and_links(shape, language):
    tree = tree_of([0, 1, 1, 0, 4], shape=shape)
    page = page_of(tree, {node.key: f"?cause={node.key}&view=1" for node in tree.nodes}, language)
    wide, narrow = page.iter("svg")
    for svg, width in ((wide, 960), (narrow, 360)):
        layout = trees.lay_out(tree, width=width, font=14)
        assert svg.get("aria-label") == "Causes."
        assert [link.get("href") for link in svg.iter("a")] == [
            f"?cause={box.key}&view=1" for box in layout.boxes if box.kind == "node"
        ]
        said = ["".join(one.text.split()) for one in svg.iter("tspan")]
        assert said == ["".join(line.split()) for box in layout.boxes for line in (*box.lines, *box.small)]
        numbers = [one.get(name) for one in svg.iter("rect") for name in ("x", "y", "width", "height")]
        assert all("," not in number for number in numbers)
        assert len(list(svg.iter("polyline"))) == len(layout.lines)


def test_what_people_write_is_text_on_the_page_and_nothing_else():
    page = page_of(tree_of([0], texts_of={1: '</text><script>alert(1)</script> & "quoted"'}))
    assert list(page.iter("script")) == []
    assert list(page.iter("a")) == []
