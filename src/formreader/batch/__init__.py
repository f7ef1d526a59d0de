"""Batch: many photographs read by processes of their own, whatever some of them do.

``gather`` names the inputs, ``RunStore`` keeps them, ``ProcessPool`` reads, ``run_batch`` joins the three.
"""

from formreader.batch.gather import gather
from formreader.batch.jobs import Setup
from formreader.batch.lock import only_batch
from formreader.batch.loop import Engine, identify, run_batch
from formreader.batch.pool import ProcessPool, WorkersError

__all__ = ["Engine", "ProcessPool", "Setup", "WorkersError", "gather", "identify", "only_batch", "run_batch"]
