"""HTML to pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.read.failures import LimitError
from jdclass.read.limits import Limits
from jdclass.read.markup import read_html


def texts(source: str, **options: bool) -> list[tuple[str, str]]:
    return [(piece.text, piece.kind) for piece in read_html(source, fragment=True, **options).pieces]


def test_text_between_block_tags_is_one_piece() -> None:
    assert texts("<div>Lead <b>the</b> team<p>Hold\n the\u00a0budget<br>Run the clinic</div>after") == [
        ("Lead the team", "paragraph"),
        ("Hold the budget", "paragraph"),
        ("Run the clinic", "paragraph"),
        ("after", "paragraph"),
    ]


def test_headings_by_tag_and_by_being_bold_and_short() -> None:
    reading = read_html(
        "<h2>Main duties</h2><p><strong>About you</strong></p><p><b>Please</b> apply</p>", fragment=True
    )
    assert [(piece.kind, piece.level) for piece in reading.pieces] == [
        ("heading", 2),
        ("heading", None),
        ("paragraph", None),
    ]


def test_a_bold_sentence_is_no_heading() -> None:
    assert texts("<p><b>You must hold a licence.</b></p>") == [("You must hold a licence.", "paragraph")]


def test_nested_lists_keep_their_order() -> None:
    assert texts("<ul><li>one<ul><li>two</li></ul>three</li></ul>") == [
        (word, "list_item") for word in ("one", "two", "three")
    ]


def test_tables_give_row_labels_and_column_headers() -> None:
    reading = read_html(
        "<table><caption>Person specification</caption><tr><th></th><th>Essential</th><th>Desirable</th></tr>"
        "<tr><td>Experience</td><td>Leading a team</td><td>Holding a budget</td></tr></table>",
        fragment=True,
    )
    cells = {piece.text: (piece.section, piece.where, piece.kind) for piece in reading.pieces}
    where = "table 'Person specification', row 2"
    assert cells["Leading a team"] == ("Essential", f"{where}, Experience, Essential", "table_cell")
    assert cells["Holding a budget"] == ("Desirable", f"{where}, Experience, Desirable", "table_cell")


def test_scripts_hidden_text_and_menus_do_not_count() -> None:
    reading = read_html(
        "<html><head><title>t</title><style>p{}</style></head><body><nav><a>Home</a></nav><p>Lead the team</p>"
        "<script>var a = '<p>no</p>';</script><p style='display: none'>secret <b>words</b></p><p hidden>x</p>"
        "<footer>Crown copyright</footer></body></html>"
    )
    assert [piece.text for piece in reading.pieces] == ["Lead the team"]
    assert [piece.text for piece in reading.apart] == ["Home", "Crown copyright"]
    assert reading.share == 1.0
    assert reading.warnings == ["hidden text was left out"]


def test_a_section_that_stands_twice_on_a_page_is_read_once() -> None:
    section = (
        "<h2>Job description</h2><p>" + "Lead the team. " * 8 + "</p><ul><li>" + "Hold the budget. " * 4 + "</li></ul>"
    )
    folded = f"<details><summary>Job description</summary>{section}</details>"
    page = f"<html><body><h1>Ward Manager</h1>{section}{folded}<h2>Job description</h2><p>Another</p></body></html>"
    reading = read_html(page)
    assert [piece.text.split(".")[0] for piece in reading.pieces] == [
        *("Ward Manager", "Job description", "Lead the team", "Hold the budget"),
        *("Job description", "Another"),
    ]
    assert (reading.share, reading.warnings) == (1.0, ["text that stands twice on the page was read once"])


@given(st.integers(1, 8))
def test_short_repetition_is_no_copy(times: int) -> None:
    page = "<html><body>" + "<h3>Essential</h3><p>Able to lead</p>" * times + "</body></html>"
    assert len(read_html(page).pieces) == 2 * times


def test_deep_nesting_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(LimitError, match="nested 20000 deep; the limit is 5000"):
        read_html("<div>" * 20_000 + "x")


def test_length_is_limited() -> None:
    with pytest.raises(LimitError, match="HTML of 107 characters; the limit is 50"):
        read_html("<p>" + "x" * 100 + "</p>", limits=Limits(html_bytes=50))


WORD = st.text(alphabet="abc <>&\"'", min_size=1, max_size=8)


@given(
    st.lists(st.tuples(st.sampled_from(["p", "li", "div", "b", "td", "h2", "span"]), WORD), max_size=12), st.booleans()
)
def test_every_character_of_the_text_is_reached(parts: list[tuple[str, str]], fragment: bool) -> None:
    from html import escape

    source = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts)
    reading = read_html(source, fragment=fragment)
    wanted = "".join("".join(text.split()) for _, text in parts)
    assert "".join("".join(piece.text.split()) for piece in reading.pieces) == wanted
    assert reading.share in (1.0, None)


@given(st.text(alphabet="<>/abp =\"'!-&;td\n", max_size=200))
def test_broken_html_never_raises(source: str) -> None:
    reading = read_html(source)
    assert all(piece.text == " ".join(piece.text.split()) for piece in reading.pieces)
