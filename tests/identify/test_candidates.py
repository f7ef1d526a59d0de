"""A code narrows the choice; a foreign tag refuses the page by name."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.errors import Rejected
from formreader.geometry import Box
from formreader.identify import find_printed_codes, find_tags, matching, unknown_tag
from formreader.records import Code, Photo, Source
from formreader.templates import Mark, load_library

QUAD = np.zeros((4, 2))


def library() -> dict:
    plain = next(iter(load_library().values()))
    box = Box(1, 1, 10, 10)
    return {
        "plain": replace(plain, id="plain", marks=()),
        "tagged": replace(plain, id="tagged", marks=(Mark("apriltag", box, dictionary="36h10", id=102),)),
        "coded": replace(plain, id="coded", marks=(Mark("qr", box, text=("99-0[2-9]",)),)),
    }


def names(codes: list[Code]) -> list[str]:
    return [template.id for _, _, template in matching(library(), codes)]


def test_a_known_code_names_its_own_templates_alone() -> None:
    assert names([Code("apriltag", "102", QUAD)]) == ["tagged"]
    assert names([Code("qr", "99-04", QUAD)]) == ["coded"]


def test_a_foreign_tag_is_refused_by_name() -> None:
    with pytest.raises(Rejected, match="tag 101 belongs to no known template") as refused:
        unknown_tag([Code("apriltag", "101", QUAD)])
    assert (refused.value.stage, refused.value.code) == ("identify", "unknown_tag")


def test_a_foreign_printed_code_names_none_and_rules_out_none() -> None:
    """A sticker, or a character read wrongly, once ruled out the very form."""
    code = Code("qr", "https://example.org", QUAD)
    assert names([code]) == []
    unknown_tag([code])


def test_tags_and_codes_are_found_where_they_stand() -> None:
    import zxingcpp

    picture = np.full((600, 800), 255, np.uint8)
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    picture[100:260, 100:260] = cv2.aruco.generateImageMarker(dictionary, 102, 160)
    code = np.asarray(zxingcpp.create_barcode("99-02", zxingcpp.BarcodeFormat.QRCode).to_image(scale=8))
    picture[320 : 320 + code.shape[0], 420 : 420 + code.shape[1]] = code
    photo = Photo(Source("drawn", 1, "", 800, 600), picture, 1.0)
    (tag,) = find_tags(photo, ["36h10"])
    assert tag.text == "102"
    assert np.abs(tag.quad - [[99.5, 99.5], [259.5, 99.5], [259.5, 259.5], [99.5, 259.5]]).max() < 2
    (printed,) = find_printed_codes(photo)
    assert (printed.kind, printed.text) == ("qr", "99-02")


@pytest.mark.parametrize(("symbology", "text", "found"), [("Code128", "C1-X", True), ("EAN13", "2717187631634", False)])
def test_article_numbers_are_no_codes_of_forms(symbology: str, text: str, found: bool) -> None:
    """Thirteen digits were once found in tally strokes, and a good page refused for them."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    bars = np.asarray(code.to_image(scale=3))
    grey = np.full((400, bars.shape[1] + 200), 255, np.uint8)
    grey[100 : 100 + bars.shape[0], 100 : 100 + bars.shape[1]] = bars
    photo = Photo(Source("drawn", 1, "", grey.shape[1], grey.shape[0]), grey, 1.0)
    assert [code.text for code in find_printed_codes(photo)] == ([text] if found else [])


@pytest.mark.parametrize(("ink", "seen"), [(40, 1), (120, 1), (225, 0)])
def test_a_code_that_shines_through_from_the_back_is_none_of_the_page(ink: int, seen: int) -> None:
    """Once the mirrored QR of a sheet's own back was read as another sheet's."""
    import zxingcpp

    code = np.asarray(zxingcpp.create_barcode("99-02", zxingcpp.BarcodeFormat.QRCode).to_image(scale=8))[:, ::-1]
    picture = np.full((400, 400), 250, np.uint8)
    picture[40 : 40 + code.shape[0], 60 : 60 + code.shape[1]] = np.where(code > 0, 250, ink)
    assert len(find_printed_codes(Photo(Source("drawn", 1, "", 400, 400), picture, 1.0))) == seen
