"""Pages that are kept and judged again without their pictures: the same reading, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from formreader.errors import UsageError
from formreader.reader import Page, Reader, keep_page, kept_page
from formreader.report import to_dict

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("id-202*.jpg"))


@pytest.fixture(scope="module")
def looked(reader) -> list[Page]:
    pages = [reader.look_at(path) for path in SAMPLES]
    assert all(isinstance(page, Page) for page in pages)
    return pages


def plain(sheets) -> list[dict]:
    """As reported, without the time it took."""
    return [{**to_dict(sheet), "timing_ms": None} for sheet in sheets]


def test_a_kept_page_is_judged_as_the_page_itself(reader, looked):
    kept = [kept_page(keep_page(page), reader.templates) for page in looked]
    for page, again in zip(looked, kept, strict=True):
        before, after = reader.judge(page), reader.judge(again)
        assert plain([before]) == plain([after])
        assert [field.alternatives for field in before.fields.values()] == [
            field.alternatives for field in after.fields.values()
        ]


def test_kept_pages_are_weighed_together_as_the_pages_themselves(reader, looked):
    kept = [kept_page(keep_page(page), reader.templates) for page in looked]
    before, after = reader.judge_document(looked), reader.judge_document(kept)
    assert any(sheet.document for sheet in before.pages)
    assert plain(before.pages) == plain(after.pages)
    assert before.documents == after.documents


def test_what_is_kept_is_small(looked):
    assert max(len(keep_page(page)) for page in looked) < 25_000


def test_a_page_of_a_template_that_has_changed_is_not_judged(reader, looked):
    template = looked[0].template
    changed = {template.id: replace(template, sha256="0" * 64)}
    for templates in (changed, {}):
        with pytest.raises(UsageError, match="read it again"):
            kept_page(keep_page(looked[0]), templates)


def test_two_readers_alike_have_one_identity_and_another_policy_another(reader):
    assert Reader().identity == reader.identity
    other = Reader(policy=replace(reader.policy, accept_confidence=0.5))
    assert other.identity.policy != reader.identity.policy
    assert replace(other.identity, policy=reader.identity.policy) == reader.identity
    assert set(reader.identity.models) == {identity.split("@")[0] for identity in reader.models.values()}
    assert set(reader.identity.templates) == set(reader.templates)
