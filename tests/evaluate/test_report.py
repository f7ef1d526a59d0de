"""The HTML report: one file that needs nothing else, with every error in it."""

from __future__ import annotations

import base64
import re

import cv2
import numpy as np
import pytest

from formreader.evaluate.comparison import compare
from formreader.evaluate.html import report
from formreader.evaluate.illustrations import Illustration

JPEG = cv2.imencode(".jpg", np.full((20, 30, 3), 200, np.uint8))[1].tobytes()
INLINE = re.compile(r"data:image/[a-z+]+;base64,([A-Za-z0-9+/=]+)")


def test_nothing_is_fetched_and_nothing_runs(results):
    page = report(
        results(), [Illustration("a.jpg <votes>", ("written X12",), True, JPEG)], ("old", compare(*[results()] * 2))
    )
    bare = INLINE.sub("inline", page)
    assert "://" not in bare
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!inline")[^"]*"', bare) == []
    assert page.count("<table") == page.count("</table")
    assert page.count("<details") == page.count("</details>")


def test_every_error_has_its_picture_and_words_the_silent_first(results):
    shown = [
        Illustration("b.jpg valid", ("written X9, read X4", "low_confidence: compare"), False, JPEG),
        Illustration("a.jpg votes.1", ("written X12, read X72",), True, JPEG),
        Illustration("c.jpg", ("form refused: page_cut_off",), False, None),
    ]
    page = report(results(), shown)
    assert page.index("a.jpg votes.1") < page.index("b.jpg valid") < page.index("c.jpg")
    assert sum(base64.b64decode(found) == JPEG for found in INLINE.findall(page)) == 2
    for words in ("written X12, read X72", "low_confidence: compare", "page_cut_off", "no picture could be loaded"):
        assert words in page
    assert "Errors (3)" in page


def test_silent_errors_are_counted_at_the_top(results):
    assert 'class="bad">Accepted and wrong: 1' in report(results(right=False), [])
    assert "Accepted and wrong: 0" in report(results(), [])


def test_the_tables_hold_every_group(results):
    page = report(results(), [])
    for words in ("id-2022-chasil-ppwp-2 votes.1", "a.jpg", "tally", "1 of 3, 33.33% (0.84% to 90.57%)", "0.200"):
        assert words in page


def test_nothing_that_others_wrote_is_markup(results):
    """Every text of the results, wherever the page shows it."""

    def marked(value):
        if isinstance(value, dict):
            return {f"<u>{key}" if key.startswith("id-20") else key: marked(one) for key, one in value.items()}
        if isinstance(value, list):
            return [marked(one) for one in value]
        return f"<u>{value}" if isinstance(value, str) else value

    done = marked(results(right=False))
    shown = [Illustration("<u>heading", ("<u>line",), True, JPEG), Illustration("<u>x", (), False, None)]
    page = report(done, shown, ("<u>old", compare(done, done)))
    assert "<u>" not in page
    assert page.count("&lt;u&gt;") > 20


def test_a_name_cannot_write_into_the_page(results):
    page = report(results(), [Illustration("<b>a", ("<i>",), False, None)])
    assert "<b>" not in page
    assert "<i>" not in page


def test_the_comparison_says_that_the_sets_differ(results):
    old = results()
    del old["sheets"][1]
    page = report(results(), [], ("old.json", compare(old, results(accepted=False))))
    assert "The sets differ: 1 fields only in the new result." in page
    assert "newly in review (1)" in page
    assert "Against old.json" in page


def test_curves_are_drawn_where_matplotlib_is_and_tables_shown_where_not(results, monkeypatch):
    pytest.importorskip("matplotlib")
    drawn = report(results(), [])
    assert drawn.count("data:image/svg+xml") == 2
    assert "<details><summary>Risk and coverage" in drawn
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    plain = report(results(), [])
    assert "data:image/svg+xml" not in plain
    assert "<details open><summary>Risk and coverage" in plain


def test_nothing_labelled_still_gives_a_page(results):
    assert "0 of 0" in report(results([]), [])
