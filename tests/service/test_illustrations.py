"""From photographs to pages with the real reader and the bundled samples; with FORMREADER_SCREENSHOTS=1 the pictures
in docs/images/service are taken anew on the way.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import pytest

from formreader.audit import samples
from formreader.batch import Setup, gather, identify, run_batch
from formreader.batch.frame import accepted_values
from formreader.batch.jobs import Done, Job
from formreader.batch.results import Results
from formreader.batch.worker import answer
from formreader.store import RunStore

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images" / "service"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1, "is_mobile": True, "has_touch": True}


def take_picture(page: object, name: str) -> None:
    """For the documentation, where they are asked for."""
    page.wait_for_timeout(300)
    if os.environ.get("FORMREADER_SCREENSHOTS"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


class Here:
    """An engine of one reader in this process."""

    size = workers = 1

    def __init__(self) -> None:
        from formreader.batch.reading import make_reader

        self._reader, self._job = make_reader(Setup()), None
        self.identity = self._reader.identity

    @property
    def free(self) -> int:
        return self._job is None

    @property
    def busy(self) -> int:
        return self._job is not None

    def submit(self, job: Job) -> None:
        self._job = job

    def wait(self, timeout_s: float) -> list[Done]:
        job, self._job = self._job, None
        return [answer(job, self._reader)]


@pytest.fixture(scope="module")
def here() -> Here:
    return Here()


def read_all(store: RunStore, here: Here) -> None:
    identify(here, lambda: True)
    run_batch(store, here, store.begin_run(here.identity, {}), lambda: True)


def test_the_samples_from_photograph_to_audit(serve, come_in_to, here, tmp_path):
    served = serve(templates=None)
    come_in = come_in_to(served)
    cut = tmp_path / "cut-off.jpg"
    whole = cv2.imread(str(ROOT / "samples" / "id-2024-ppwp-2.jpg"))
    cv2.imwrite(str(cut), whole[:, : whole.shape[1] * 30 // 100])
    store = served.service.store
    store.register(gather([*sorted(ROOT.glob("samples/*.jpg")), cut], served.folder))
    read_all(store, here)

    page = come_in("eve", "review")
    page.wait_for_selector(".item")
    take_picture(page, "refused")
    page.click("text=Set the corners")
    page.wait_for_selector(".paper img")
    take_picture(page, "corners")
    number = next(item for item in served.service.desk.items() if item.field)
    page.goto(f"{served.url}/review/item?key={number.key}")
    assert page.inner_text("h1") == number.field
    take_picture(page, "review")
    page.click("text=whole sheet")
    take_picture(page, "sheet")
    page.goto(f"{served.url}/carpet?value=0")
    assert page.locator(".carpet li").count() > 0
    take_picture(page, "carpet")

    frame = accepted_values(Results(store))
    sample = samples.load(store.engine, samples.begin(store.engine, served.service.log, "31415926535897932384", frame))
    samples.draw(store.engine, served.service.log, sample, 5)
    page = come_in("aud", "audit")
    assert "0 keyed" in page.inner_text(".statement")
    take_picture(page, "audit")

    phone = come_in("ana", "capture", **PHONE)
    phone.set_input_files("[name=photograph]", ROOT / "samples" / "id-2022-chasil-ppwp-2.jpg")
    while not store.has_waiting():
        phone.wait_for_timeout(50)
    read_all(store, here)
    phone.wait_for_selector(".fields li", timeout=30_000)
    assert phone.locator(".fields li").count() >= 6
    take_picture(phone, "capture")
