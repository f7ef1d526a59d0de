"""One sheet as phones, scanners and programs write it, however it is given: always the same numbers."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from formreader import Reader, SheetReading, UsageError
from formreader.evaluate.sheets import load_truth
from formreader.reader import reading as reading_module
from formreader.records import Photo

SAMPLES = Path(__file__).parents[2] / "samples"
NAME, OTHER = "id-2024-ppwp-2.jpg", "id-2022-chasil-ppwp-2.jpg"
TRUTH = {
    truth["name"]: {name: field["value"] for name, field in truth["fields"].items()}
    for truth in load_truth(SAMPLES / "truth.json")
}


def image(name: str) -> Image.Image:
    with Image.open(SAMPLES / name) as opened:
        return opened.copy()


def accepted(sheet: SheetReading) -> dict[str, int | None]:
    assert sheet.rejection is None, sheet.rejection
    return {name: field.value for name, field in sheet.fields.items() if field.status == "accepted"}


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def motion(sheet: Image.Image) -> bytes:
    return (SAMPLES / NAME).read_bytes() + b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"mdat\xff\xda\xff\xd9\xff\xda" * 99


def turned_stereo(sheet: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = sheet.resize((2250, 3000)).rotate(90, expand=True)
    return saved(large, "MPO", save_all=True, append_images=[Image.new("RGB", large.size)], exif=exif, quality=92)


def ink_on_nothing(sheet: Image.Image) -> bytes:
    grey = sheet.convert("L")
    picture = Image.merge("LA", (Image.new("L", sheet.size), grey.point(lambda light: 255 - light)))
    return saved(picture, "PNG")


def big_tiff(sheet: Image.Image) -> bytes:
    return saved(sheet, "TIFF", save_all=True, append_images=[sheet.rotate(180)], big_tiff=True)


def fax(sheet: Image.Image) -> bytes:
    size = (1728, round(1728 * sheet.height / sheet.width * 98 / 204))
    light = cv2.adaptiveThreshold(np.asarray(sheet.convert("L").resize(size)), 255, 0, 0, 31, 12)
    return saved(Image.fromarray(light).convert("1"), "TIFF", compression="group4", dpi=(204, 98))


WRITTEN: list[Callable[[Image.Image], bytes]] = [motion, turned_stereo, ink_on_nothing, big_tiff]


@pytest.mark.parametrize("write", WRITTEN, ids=lambda write: write.__name__)
def test_a_sheet_is_read_however_it_is_written(reader, write):
    sheet = reader.read(write(image(NAME)))
    assert accepted(sheet) == TRUTH[NAME]
    assert sheet.source.height / sheet.source.width == pytest.approx(2000 / 1500)


def test_a_fax_is_found_and_nothing_on_it_is_accepted_wrongly(reader):
    found = accepted(reader.read(fax(image(OTHER))))
    assert all(TRUTH[OTHER][name] == value for name, value in found.items())


def test_pages_of_a_stack_are_each_read_and_the_blank_backs_said_to_be_blank(reader):
    fronts = [image(name).convert("L") for name in (NAME, OTHER)]
    back = Image.fromarray(np.random.default_rng(0).normal(247, 2.5, (2000, 1500)).clip(0, 255).astype(np.uint8))
    pages = [fronts[0], back, fronts[1], back]
    sheets = list(reader.read_pages(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])))
    assert [sheet.source.page for sheet in sheets] == [1, 2, 3, 4]
    assert [sheet.template for sheet in sheets] == ["id-2024-ppwp-2", None, "id-2022-chasil-ppwp-2", None]
    assert [sheet.rejection.code for sheet in (sheets[1], sheets[3])] == ["blank_page"] * 2


def test_all_ways_to_give_a_picture_are_read_alike(reader):
    path = SAMPLES / NAME
    colour = cv2.imread(str(path))
    with path.open("rb") as file:
        ways = {
            "path": path,
            "bytes": path.read_bytes(),
            "file": file,
            "grey": cv2.imread(str(path), cv2.IMREAD_GRAYSCALE),
            "BGR": colour,
            "image": Image.open(path),
        }
        found = {way: accepted(reader.read(source, name=way)) for way, source in ways.items()}
    assert set(map(str, found.values())) == {str(TRUTH[NAME])}
    assert reader.read(colour, name="station 9").source.path == "station 9"
    assert reader.read(colour, page=2).rejection.code == "no_such_page"


def test_a_url_is_read_and_one_that_leads_nowhere_is_a_refusal(reader):
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://photos/a.jpg", "wb") as file:
        file.write((SAMPLES / NAME).read_bytes())
    sheet = reader.read_url("memory://photos/a.jpg")
    assert (accepted(sheet), sheet.source.path) == (TRUTH[NAME], "memory://photos/a.jpg")
    for url in ("memory://photos/gone.jpg", "file:///nowhere/a.jpg"):
        gone = reader.read_url(url)
        assert (gone.source.path, gone.rejection.code) == (url, "not_found")
    with pytest.raises(UsageError, match="nosuch"):
        reader.read_url("nosuch://photos/a.jpg")


def test_of_jpegs_damaged_within_no_wrong_value_is_accepted(reader):
    """Some of the picture's data replaced, as a card or a transfer does it."""
    data = (SAMPLES / NAME).read_bytes()
    start = data.find(b"\xff\xda") + 20
    random = np.random.default_rng(8)
    told = 0
    for _ in range(12):
        broken = bytearray(data)
        place, lost = random.integers(start, len(data) - 600), random.integers(1, 400)
        broken[place : place + lost] = random.bytes(lost)
        sheet = reader.read(bytes(broken))
        told += sheet.rejection is not None and sheet.rejection.code in ("damaged", "truncated")
        if sheet.rejection is None:
            assert all(TRUTH[NAME][name] == value for name, value in accepted(sheet).items())
    assert told >= 6


def test_what_nobody_foresaw_is_a_refusal_and_the_next_page_is_read(reader, monkeypatch):
    place = reading_module.place

    def break_off(photo: Photo, *rest: object) -> object:
        if photo.source.path == "a":
            raise ZeroDivisionError("nobody\nforesaw this")
        return place(photo, *rest)

    monkeypatch.setattr(reading_module, "place", break_off)
    other = next(reader.read_pages(SAMPLES / OTHER, name="a"))
    assert other.rejection is not None
    assert (other.status, other.rejection.stage, other.rejection.code) == ("rejected", "reader", "reader_error")
    assert "ZeroDivisionError: nobody foresaw this" in other.rejection.message
    assert "please report" in other.rejection.message
    assert other.source.path == "a"
    assert accepted(reader.read(SAMPLES / NAME)) == TRUTH[NAME]


def test_an_error_in_judging_is_a_refusal_too(reader, monkeypatch):
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(reading_module, "judge_page", no_memory)
    sheet, trace = reader.trace(SAMPLES / NAME)
    assert sheet.rejection is not None and sheet.rejection.code == "out_of_memory"
    assert trace is not None, "what was seen is still there to look at"
    document = reader.read_document([SAMPLES / NAME, SAMPLES / OTHER])
    assert [page.rejection.code for page in document.pages] == ["out_of_memory"] * 2


def test_a_page_that_takes_too_long_is_given_up():
    sheet = Reader(time_limit_s=1e-6).read(SAMPLES / NAME)
    assert sheet.rejection is not None
    assert (sheet.rejection.code, sheet.fields) == ("too_slow", {})


def test_eight_threads_read_as_one(reader):
    picture = image(NAME)
    files = [
        (SAMPLES / NAME).read_bytes(),
        saved(picture.convert("L"), "PNG"),
        saved(picture.convert("L"), "TIFF"),
        saved(picture, "PDF", resolution=200),
    ]
    one_by_one = [accepted(reader.read(file)) for file in files]
    found: list[list[dict[str, int | None]]] = [[] for _ in range(8)]

    def read(mine: list[dict[str, int | None]], start: int) -> None:
        mine += [accepted(reader.read(files[(start + i) % 4])) for i in range(2)]

    threads = [threading.Thread(target=read, args=(found[i], i)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, mine in enumerate(found):
        assert mine == [one_by_one[(i + j) % 4] for j in range(2)]


def test_a_reader_changes_nothing_in_the_process():
    import subprocess
    import sys

    code = (
        "import warnings, cv2, PIL.Image, os, signal\n"
        "def state():\n"
        "    return (cv2.getNumThreads(), PIL.Image.MAX_IMAGE_PIXELS, len(PIL.Image.OPEN), dict(os.environ),\n"
        "            list(warnings.filters), signal.getsignal(signal.SIGINT), cv2.utils.logging.getLogLevel())\n"
        "PIL.Image.init()\n"
        "before = state()\n"
        "from formreader import Reader\n"
        "reader = Reader()\n"
        f"assert reader.read({str(SAMPLES / NAME)!r}).status == 'accepted'\n"
        "assert state() == before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
