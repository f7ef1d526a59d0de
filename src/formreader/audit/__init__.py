"""Audit: a log that cannot be changed unseen, samples from a published seed, and what may be said after them.

``Log`` appends, ``verify_run`` finds what is not as it was written. ``sampling`` draws, ``bounds`` and ``outcome`` are
the arithmetic, which knows nothing of runs.
"""

from formreader.audit.chain import Entry, Fault
from formreader.audit.keys import Signer, public_key
from formreader.audit.log import Checkpoint, Log, has_log
from formreader.audit.recording import record_run
from formreader.audit.verify import Verdict, verify_run

__all__ = [
    "Checkpoint",
    "Entry",
    "Fault",
    "Log",
    "Signer",
    "Verdict",
    "has_log",
    "public_key",
    "record_run",
    "verify_run",
]
