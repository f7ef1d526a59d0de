"""Service: where people and the reader meet, over HTTP: an API for programs, pages for people.

It works on the run store and the batch engine that are there; beside them it keeps people, claims and webhooks.
"""

from formreader.service.app import create_app
from formreader.service.settings import Settings

__all__ = ["Settings", "create_app"]
