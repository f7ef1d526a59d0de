"""What a service is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """``folder`` is the run. ``base_url`` is how people reach it; with https cookies travel by https alone.

    A claim on an item lapses after ``claim_s`` without a decision. Photographs over ``upload_bytes`` are refused, all
    of them while ``queue_limit`` pages wait to be read; an account may make ``rate_per_minute`` requests that change
    something. ``fetch_hosts`` are the machines that photographs may be fetched from by URL; ``hooks_inside`` lets
    webhooks go to private addresses. ``masks`` names a file of regions that not everybody need see.
    """

    folder: Path
    store: str | None = None
    templates: Path | None = None
    key: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    claim_s: float = 120.0
    session_s: float = 12 * 3600.0
    upload_bytes: int = 32 * 2**20
    queue_limit: int = 5000
    rate_per_minute: int = 600
    fetch_hosts: tuple[str, ...] = ()
    hooks_inside: bool = False
    masks: Path | None = None

    @property
    def is_secure(self) -> bool:
        return self.base_url.startswith("https://")
