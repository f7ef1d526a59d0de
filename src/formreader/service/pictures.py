"""Pictures for people: pages, and the numbers on them cut out, from the photograph as it was sent."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.batch.remote import StorageError, local_file
from formreader.errors import Rejected
from formreader.load import load_photo
from formreader.records import Grey, Photo
from formreader.report.crops import cut_field
from formreader.service.intake import PDF_LOCK
from formreader.service.problems import Problem
from formreader.templates import Template, outline

PAGE_PX = 2000
"""The longer side of a page as it is shown."""
PHOTOS_KEPT, PICTURES_KEPT = 6, 400
JPEG_QUALITY = 85
LEAST_FIELDS = 1
AROUND_MM = 2.0

Boxes = Mapping[str, Sequence[tuple[float, float, float, float]]]
"""By template: regions x, y, width, height in frame page (mm) that not everybody need see."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a run: where its photograph lies and what was read on it, as far as pictures need it."""

    file: str
    number: int
    sheet: Mapping[str, Any]


class Recent(Generic[T]):
    """The last things that were made, made once each however many ask at a time."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


class Pictures:
    """Cuts and keeps them."""

    def __init__(self, templates: Mapping[str, Template], masks: Boxes) -> None:
        self._templates, self._masks = templates, masks
        self._photos: Recent[Photo] = Recent(PHOTOS_KEPT)
        self._made: Recent[bytes] = Recent(PICTURES_KEPT)

    def page(self, shown: Shown, *, masked: bool, longest_px: int = PAGE_PX) -> bytes:
        """The whole photograph, upright, as a JPEG."""

        def make() -> bytes:
            photo = self._photo(shown)
            grey = self._masked(photo, shown) if masked else photo.grey
            shrink = min(1.0, longest_px / max(grey.shape))
            if shrink < 1:
                grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.uint8)
            return _jpeg(grey)

        return self._made.get((shown.file, shown.number, "page", masked, longest_px), make)

    def field(self, shown: Shown, name: str) -> bytes:
        """One number in its primary encoding. Raises ``Problem`` where the page has no such field."""
        quad = self._quad(shown, name)
        return self._made.get(
            (shown.file, shown.number, name), lambda: _jpeg(cut_field(self._photo(shown), np.array(quad)))
        )

    def encodings(self, shown: Shown, name: str) -> bytes:
        """All that is written of one number, with what stands around it."""
        quad = self._quad(shown, name)
        template = self._templates.get(shown.sheet["template"])
        photo_from_page = self.photo_from_page(shown)
        if template is None or photo_from_page is None:
            return self.field(shown, name)
        boxes = [outline(encoding) for encoding in template.fields[name].encodings.values()]
        left, top = min(box.x for box in boxes) - AROUND_MM, min(box.y for box in boxes) - AROUND_MM
        right, bottom = max(box.right for box in boxes) + AROUND_MM, max(box.bottom for box in boxes) + AROUND_MM
        around = _mapped(photo_from_page, [(left, top), (right, top), (right, bottom), (left, bottom)])
        around = around if np.isfinite(around).all() else np.array(quad)
        return self._made.get(
            (shown.file, shown.number, name, "all"), lambda: _jpeg(cut_field(self._photo(shown), around))
        )

    def photo_from_page(self, shown: Shown) -> NDArray[np.float64] | None:
        """The plane that the fields found on the photograph lie in, (3, 3), mm to px; None where none is known."""
        template = self._templates.get(shown.sheet["template"] or "")
        fields = shown.sheet["fields"]
        if template is None:
            return None
        found = [(template.fields[name], fields[name]["quad"]) for name in fields if name in template.fields]
        found = [(field, quad) for field, quad in found if quad is not None]
        if len(found) < LEAST_FIELDS:
            return None
        page = [corner for field, _ in found for corner in _corners(outline(field.encodings[field.primary]))]
        photo = [corner for _, quad in found for corner in quad]
        homography, _ = cv2.findHomography(np.array(page, np.float64), np.array(photo, np.float64), 0)
        return None if homography is None else np.asarray(homography, dtype=np.float64)

    def flattened(self, shown: Shown, corners: Sequence[tuple[float, float]], size_mm: tuple[float, float]) -> bytes:
        """The page within four ``corners`` (frame photo, from the top left clockwise) seen straight on, as a JPEG.

        A margin of the photograph is left around, so that the paper's edge is seen.
        """
        photo = self._photo(shown)
        grey = photo.finer() if photo.finer is not None else photo.grey
        width, height = (round(side * FLAT_PX_PER_MM) for side in size_mm)
        edge = round(FLAT_MARGIN * width)
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + np.float32(edge)
        flat_from_photo = cv2.getPerspectiveTransform(np.array(corners, np.float32), target)
        flat = cv2.warpPerspective(grey, flat_from_photo, (width + 2 * edge, height + 2 * edge))
        return _jpeg(flat.astype(np.uint8), 95)

    def _quad(self, shown: Shown, name: str) -> Sequence[Sequence[float]]:
        field = shown.sheet["fields"].get(name)
        if field is None or field["quad"] is None:
            raise Problem(404, "not_found", f"this page has no number called {name}")
        quad: Sequence[Sequence[float]] = field["quad"]
        return quad

    def _photo(self, shown: Shown) -> Photo:
        return self._photos.get((shown.file, shown.number), lambda: _loaded(shown))

    def _hidden(self, template: str) -> list[tuple[float, float, float, float]]:
        """What not everybody need see: what the form itself calls text or signature, and what the service is told."""
        form = self._templates.get(template)
        places = () if form is None else form.places.values()
        written = [(place.box.x, place.box.y, place.box.width, place.box.height) for place in places]
        return [*written, *self._masks.get(template, ())]

    def _masked(self, photo: Photo, shown: Shown) -> Grey:
        boxes = self._hidden(shown.sheet["template"] or "")
        photo_from_page = self.photo_from_page(shown) if boxes else None
        if boxes and photo_from_page is None:
            raise Problem(403, "masked", "this page may show names, and where they stand is not known")
        grey = photo.grey.copy()
        for x, y, width, height in boxes:
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
            seen = (_mapped(photo_from_page, corners) + 0.5) * photo.scale - 0.5  # type: ignore[arg-type]
            cv2.fillConvexPoly(grey, seen.round().astype(np.int32), 128)
        return grey


FLAT_PX_PER_MM, FLAT_MARGIN = 10.0, 0.04


def _loaded(shown: Shown) -> Photo:
    try:
        with PDF_LOCK, local_file(shown.file) as here:
            return load_photo(here, shown.number)
    except (Rejected, StorageError) as error:
        raise Problem(404, "no_picture", f"the photograph cannot be shown ({error})") from None


def _jpeg(grey: Grey, quality: int = JPEG_QUALITY) -> bytes:
    ok, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise Problem(500, "no_picture", "the picture cannot be written")
    return data.tobytes()


def _corners(box: Any) -> list[tuple[float, float]]:  # noqa: ANN401
    return [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]


def _mapped(photo_from_page: NDArray[np.float64], points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    mapped = cv2.perspectiveTransform(np.array([points], np.float64), photo_from_page)
    return np.asarray(mapped[0], dtype=np.float64)
