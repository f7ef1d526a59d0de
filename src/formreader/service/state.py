"""What the routes share: the run, its log, the people, the desk."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml
from sqlalchemy import inspect, text

from formreader.audit import Log, Signer
from formreader.errors import UsageError
from formreader.service import tables
from formreader.service.deciding import Deciding
from formreader.service.desk import Desk
from formreader.service.drafts import Drafts
from formreader.service.hooks import Hooks
from formreader.service.intake import Intake
from formreader.service.limits import Rate
from formreader.service.metrics import Metrics
from formreader.service.people import People
from formreader.service.pictures import Boxes, Pictures
from formreader.service.settings import Settings
from formreader.service.writing import Writer
from formreader.store import RunStore
from formreader.store.database import make_tables
from formreader.templates import LIBRARY, Template, load_library


@dataclass(slots=True)
class Service:
    """Held open while the server runs."""

    settings: Settings
    store: RunStore = field(init=False)
    log: Log = field(init=False)
    writer: Writer = field(init=False)
    templates: dict[str, Template] = field(init=False)
    people: People = field(init=False)
    desk: Desk = field(init=False)
    deciding: Deciding = field(init=False)
    intake: Intake = field(init=False)
    pictures: Pictures = field(init=False)
    rate: Rate = field(init=False)
    drafts: Drafts = field(init=False)
    hooks: Hooks = field(init=False)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        settings.folder.mkdir(parents=True, exist_ok=True)
        self.store = RunStore(settings.folder, settings.store, create=True)
        make_tables(self.store.engine, tables.metadata)
        self.log = Log(self.store.engine, Signer.of_run(settings.folder, settings.key))
        self.templates = dict(load_library(settings.templates or LIBRARY))
        self.people = People(self.store.engine, settings.session_s)
        self.desk = Desk(self.store, settings.claim_s)
        self.deciding = Deciding(self.store, self.log, self.desk, self.templates)
        self.writer = Writer(self.store.engine)
        self.intake = Intake(self.store, self.log, self.writer, settings)
        self.pictures = Pictures(self.templates, read_masks(settings))
        self.drafts = Drafts(settings.folder.resolve())
        self.rate = Rate(settings.rate_per_minute)
        self.hooks = Hooks(self.store.engine, inside=settings.hooks_inside)
        self.metrics = Metrics(self.store.engine)

    def is_ready(self) -> bool:
        """Whether the store answers."""
        with self.store.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return inspect(self.store.engine).has_table("audit_head")

    def close(self) -> None:
        self.hooks.close()
        self.writer.close()
        self.store.engine.dispose()


def read_masks(settings: Settings) -> Boxes:
    """By template: regions in mm that not everybody need see. Raises ``UsageError`` for a file that says otherwise."""
    if settings.masks is None:
        return {}
    try:
        said = yaml.safe_load(settings.masks.read_text(encoding="utf-8")) or {}
        return {
            str(template): [(float(x), float(y), float(width), float(height)) for x, y, width, height in boxes]
            for template, boxes in said.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise UsageError(
            f"{settings.masks}: is no list of regions ({error}): write `form-id: [[x, y, width, height], …]`, in mm"
        ) from None
