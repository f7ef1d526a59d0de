"""What is given out with its proof: a file of readings, and the entry of the log that names it, verified offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from formreader.audit.canonical import Plain
from formreader.audit.chain import Entry, Fault
from formreader.audit.keys import is_signed
from formreader.audit.log import Checkpoint, Log, entries
from formreader.audit.merkle import leaf_hash, proof_of, root_from
from formreader.errors import UsageError

SCHEMA = "formreader/proof/1"
EXPORT = "export"
CHUNK_BYTES = 2**20


def prove_export(engine: Engine, kept: Log, file: Path, by: str | None = None) -> dict[str, Any]:
    """Put the export on record, sign a checkpoint over it, and give the proof that goes with the file."""
    named: dict[str, Plain] = {"name": file.name, "sha256": file_digest(file), "bytes": file.stat().st_size}
    entry = kept.write(EXPORT, file.name[-200:], named, by)
    point = kept.checkpoint()
    leaves = [leaf_hash(one.body.encode()) for one in entries(engine)][: point.size]
    return {
        "schema": SCHEMA,
        "file": named,
        "entry": {"seq": entry.seq, "body": entry.body, "hash": entry.hash, "signature": entry.signature},
        "checkpoint": {"body": point.body, "signature": point.signature},
        "proof": [step.hex() for step in proof_of(leaves, entry.seq - 1)],
        "public": kept.public,
    }


def verify_export(file: Path, proof: Mapping[str, Any], public: str) -> list[Fault]:
    """Every reason not to believe that ``file`` was given out by the holder of ``public`` at that place of the log."""
    try:
        said = proof["entry"]
        entry = Entry(int(said["seq"]), said["body"], said["hash"], said["signature"])
        point = Checkpoint(0, "", proof["checkpoint"]["body"], proof["checkpoint"]["signature"])
        size, root = json.loads(point.body)["size"], json.loads(point.body)["root"]
        steps = [bytes.fromhex(step) for step in proof["proof"]]
        data = entry.said["data"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"the proof is no {SCHEMA} ({error}): give the file that `formreader audit prove` wrote"
        ) from None
    faults = []
    body = entry.body.encode("utf-8", "surrogatepass")
    if proof.get("schema") != SCHEMA or not isinstance(data, dict):
        raise UsageError(f"the proof is no {SCHEMA}: give the file that `formreader audit prove` wrote")
    if data.get("sha256") != file_digest(file):
        faults.append(Fault(entry.seq, "file_changed", f"{file.name} is not the file that was given out"))
    if not is_signed(public, sha256(body).digest(), entry.signature):
        faults.append(Fault(entry.seq, "forged", f"entry {entry.seq} is not signed by the key {public}"))
    if not is_signed(public, point.body.encode(), point.signature):
        faults.append(Fault(None, "checkpoint", f"the checkpoint is not signed by the key {public}"))
    led_to = root_from(leaf_hash(body), entry.seq - 1, int(size), steps)
    if led_to is None or led_to.hex() != root:
        faults.append(
            Fault(entry.seq, "no_proof", f"the proof does not lead from entry {entry.seq} to the signed root")
        )
    return faults


def file_digest(file: Path) -> str:
    """sha256 of the file. Raises ``UsageError`` where it cannot be read."""
    digest = sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}): name the file that was given out") from None
    return digest.hexdigest()
