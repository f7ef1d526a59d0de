"""PDFs: form fields are drawn, and whatever PDFium does, it does in a process of its own."""

from __future__ import annotations

import io
import os
import threading

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from formreader.errors import Rejected
from formreader.load import decoder, load_photo, open_picture, pdf


def page(box: str = "0 0 200 300", content: bytes = b"", resources: str = "", more: str = "") -> bytes:
    """A PDF of one page, without a table of its objects: PDFium makes one."""
    return (
        f"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<{resources}>>>>endobj\n"
        f"4 0 obj<</Length {len(content)}>>stream\n".encode()
        + content
        + f"\nendstream endobj\n{more}trailer<</Root 1 0 R>>\n%%EOF".encode()
    )


def laughs(depth: int, times: int = 10) -> bytes:
    """Forms that each draw the next one several times, as the joke about lol goes."""
    again = "/F Do " * times
    forms = "".join(
        f"{5 + i} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 200 300]/Resources<</XObject<</F {6 + i} 0 R>>>>"
        f"/Length {len(again)}>>stream\n{again}\nendstream endobj\n"
        for i in range(depth)
    )
    return page(content=b"/F Do", resources="/XObject<</F 5 0 R>>", more=forms)


def test_what_was_typed_into_the_fields_of_a_form_is_drawn():
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    file = io.BytesIO()
    drawn = canvas.Canvas(file, pagesize=(300, 200))
    for i, borders in enumerate((0, 1)):
        drawn.acroForm.textfield(
            name=f"votes{i}", value="123", x=50, y=40 + 80 * i, width=150, height=50, fontSize=40, borderWidth=borders
        )
    drawn.showPage()
    drawn.save()
    grey = load_photo(file.getvalue()).grey
    for top in (40, 120):
        inside = grey[
            -int((top + 45) * 200 / 72) : -int((top + 5) * 200 / 72), int(55 * 200 / 72) : int(195 * 200 / 72)
        ]
        assert (inside < 100).mean() > 0.02, "the field is empty"


@pytest.mark.parametrize("box", ["0 0 100000 0.001", "0 0 3 14400", "0 0 0 0"])
def test_a_thin_page_is_refused_or_drawn(box):
    try:
        assert min(load_photo(page(box)).grey.shape) >= 32
    except Rejected as refused:
        assert refused.code in ("bad_pdf", "too_small", "too_costly")


def test_a_page_that_takes_for_ever_is_given_up_and_the_next_file_is_read(monkeypatch):
    monkeypatch.setattr(decoder, "SECONDS", 1)
    decoder._decoder.end()  # the next one is told of the shorter time
    try:
        with pytest.raises(Rejected) as refused:
            load_photo(laughs(9))
        assert refused.value.code == "too_costly"
        assert load_photo(page()).grey.min() == 255
    finally:
        decoder._decoder.end()


def test_a_process_that_was_killed_is_started_again():
    assert load_photo(page()).grey.shape == (834, 556)
    assert decoder._decoder.process is not None
    decoder._decoder.process.kill()
    decoder._decoder.process.wait()
    with pytest.raises(Rejected, match="broke off"):
        load_photo(page())
    assert load_photo(page()).grey.shape == (834, 556)


def test_pages_that_are_not_there_are_refused_one_by_one():
    data = page().replace(b"Kids[3 0 R]/Count 1", b"Kids[3 0 R 9 0 R]/Count 2")
    file = open_picture(data)
    assert file.photo(1).grey.min() == 255
    with pytest.raises(Rejected) as refused:
        file.photo(2)
    assert refused.value.code == "bad_pdf"


def test_more_pages_than_any_scanner_takes_are_refused():
    document = pypdfium2.PdfDocument.new()
    for _ in range(10_001):
        document.new_page(10, 10)
    file = io.BytesIO()
    document.save(file)
    with pytest.raises(Rejected) as refused:
        open_picture(file.getvalue())
    assert refused.value.code == "too_many_pages"


def test_a_pdf_behind_other_bytes_is_one():
    assert load_photo(b"From: scanner\r\n\r\n" + page()).grey.min() == 255


def test_threads_take_turns():
    levels = (0.1, 0.4, 0.7, 0.9)
    files = [page(content=f"{level} g 0 0 200 300 re f".encode()) for level in levels]
    found: dict[int, set[int]] = {i: set() for i in range(len(files))}

    def draw() -> None:
        for i in np.random.default_rng().permutation(len(files)):
            found[int(i)].add(round(float(load_photo(files[i]).grey.mean()), -1))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: {round(level * 255, -1)} for i, level in enumerate(levels)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that forks")
def test_a_forked_child_draws_by_a_process_of_its_own():
    load_photo(page())
    child = os.fork()
    if child == 0:
        try:
            grey = load_photo(page(content=b"0.5 g 0 0 200 300 re f")).grey
            decoder._decoder.end()
            os._exit(0 if abs(float(grey.mean()) - 128) < 3 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert load_photo(page()).grey.min() == 255


def test_pictures_within_are_drawn_at_the_size_of_the_page():
    file = io.BytesIO()
    Image.fromarray(np.full((1650, 1275), 200, np.uint8)).save(file, "PDF", resolution=150)
    photo = load_photo(file.getvalue())
    assert (photo.source.width, photo.source.height) == (1700, 2200)
    assert abs(photo.grey.mean() - 200) < 2


def test_a_program_without_a_python_of_its_own_is_told_so(monkeypatch):
    monkeypatch.setattr(decoder._decoder, "process", None)
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(Rejected, match="no process can be started") as refused:
        load_photo(page())
    assert refused.value.code == "decoder_missing"


def scans(count: int = 2) -> bytes:
    """A PDF of so many scanned pages, each a JPEG."""
    noise = np.random.default_rng(1).integers(0, 255, (count, 400, 300), np.uint8)
    pages = [Image.fromarray(picture) for picture in noise]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return file.getvalue()


DAMAGES = {
    "its first byte": lambda jpeg: b"\0" + jpeg[1:],
    "its second half": lambda jpeg: (jpeg[: len(jpeg) // 2] + b"\xff\xd9" * len(jpeg))[: len(jpeg)],
    "a sector": lambda jpeg: jpeg[: len(jpeg) // 3] + bytes(512) + jpeg[len(jpeg) // 3 + 512 :],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_scan_that_is_damaged_is_said_to_be_and_no_blank_back(damage):
    data = scans()
    start = data.index(b"\xff\xd8\xff", data.index(b"\xff\xd8\xff") + 3)
    end = data.index(b"\xff\xd9", start) + 2
    file = open_picture(data[:start] + damage(data[start:end]) + data[end:])
    assert file.photo(1).grey.std() > 10
    with pytest.raises(Rejected, match="page 2 of the PDF is damaged") as refused:
        file.photo(2)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize(
    ("mode", "limit", "times"),
    [("L", 120_000, 0), ("1", 120_000, 0), ("RGBA", 120_000, 1), ("L", 119_999, 1)],
    ids=["jpeg", "fax", "jpeg 2000", "more than fits"],
)
def test_a_scan_is_decoded_again_only_where_its_header_does_not_say_enough(monkeypatch, mode, limit, times):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (400, 300), np.uint8))
    file = io.BytesIO()
    noise.convert(mode).save(file, "PDF", resolution=100)
    decoded, asked = pypdfium2.PdfImage.get_bitmap, []
    monkeypatch.setattr(pypdfium2.PdfImage, "get_bitmap", lambda image: asked.append(image) or decoded(image))
    monkeypatch.setattr(pdf, "PIXELS_LIMIT", limit)
    assert pdf.drawn(pdf.opened(file.getvalue()), 0).std() > 10
    assert len(asked) == times


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        (b"/CCITTFaxDecode", b"/CCITTFaxDecodf"),
        (b"/CCITTFaxDecode", b"/CCITTFaxDec\xefde"),
        (b"/Width 300", b"/Width -30"),
    ],
)
def test_a_scan_whose_description_is_damaged_is_said_to_be(was, is_now):
    file = io.BytesIO()
    Image.new("1", (300, 400)).save(file, "PDF", resolution=100)
    assert was in file.getvalue()
    with pytest.raises(Rejected) as refused:
        load_photo(file.getvalue().replace(was, is_now))
    assert refused.value.code == "damaged"


def test_a_scan_that_would_be_drawn_as_bare_paper_is_refused():
    file = io.BytesIO()
    Image.new("1", (300, 400)).save(file, "PDF", resolution=100)
    huge = file.getvalue().replace(b"/Width 300", b"/Width 30000").replace(b"/Height 400", b"/Height 40000")
    with pytest.raises(Rejected, match="on page 1 of the PDF is over the limit of 300 megapixels") as refused:
        load_photo(huge)
    assert refused.value.code == "too_many_pixels"


def test_a_broken_logo_costs_no_page():
    jpeg = io.BytesIO()
    Image.new("L", (40, 40), 90).save(jpeg, "JPEG")
    broken = b"\0" + jpeg.getvalue()[1:]
    logo = (
        b"5 0 obj<</Type/XObject/Subtype/Image/Width 40/Height 40/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/DCTDecode/Length %d>>stream\n" % len(broken)
    ) + broken
    drawn = page(content=b"q 20 0 0 20 10 10 cm /L Do Q 40 40 99 99 re f", resources="/XObject<</L 5 0 R>>")
    whole = drawn.replace(b"trailer", logo + b"\nendstream endobj\ntrailer")
    assert load_photo(whole).grey.min() == 0
