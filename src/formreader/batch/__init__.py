"""Batch: many photographs read by processes of their own, whatever some of them do.

``gather`` names the inputs, ``RunStore`` keeps them, ``ProcessPool`` reads, ``run_batch`` joins the three.
``read_decisions`` and ``take_reviews`` bring in what people decided.
"""

from formreader.batch.decisions import Decision, Decisions, read_decisions
from formreader.batch.gather import gather
from formreader.batch.jobs import Setup
from formreader.batch.lock import among_others, only_batch
from formreader.batch.loop import Engine, identify, run_batch
from formreader.batch.pool import ProcessPool, WorkersError
from formreader.batch.review import Taken, take_reviews

__all__ = [
    "Decision",
    "Decisions",
    "Engine",
    "ProcessPool",
    "Setup",
    "Taken",
    "WorkersError",
    "among_others",
    "gather",
    "identify",
    "only_batch",
    "read_decisions",
    "run_batch",
    "take_reviews",
]
