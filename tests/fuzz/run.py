"""Reads mutated files of every kind in processes with limits, and prints how they ended: ``make fuzz``.

A failure is an exception out of the Reader, a process that died, an answer later than 20 s of processor time or above
1 GB, and a ``reader_error``, which somebody should foresee. Each is printed, and its file kept.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
SECONDS, MEGABYTES, PATIENCE_S = 20.0, 1024.0, 300.0


def fuzz(numbers: range, workers: int) -> list[dict[str, object]]:
    """How each input went, in no order: ``number``, ``kind``, ``said``, ``seconds``, ``megabytes``."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in numbers:
        waiting.put(number)
    told: list[dict[str, object]] = []
    threads = [threading.Thread(target=_work, args=(waiting, told)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _work(waiting: queue.SimpleQueue[int], told: list[dict[str, object]]) -> None:
    process = _started()
    while True:
        try:
            number = waiting.get_nowait()
        except queue.Empty:
            break
        line = _asked(process, number)
        if line:
            told.append(json.loads(line))
            continue
        process.kill()
        ended = process.wait()
        told.append({"number": number, "kind": "?", "said": [f"DIED {ended}"], "seconds": 0.0, "megabytes": 0.0})
        process = _started()
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _started() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "reading.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    if not process.stdout.readline():
        raise RuntimeError(f"{HERE / 'reading.py'} cannot be started: run it by hand")
    return process


def _asked(process: subprocess.Popen[str], number: int) -> str:
    clock = threading.Timer(PATIENCE_S, process.kill)
    clock.start()
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{number}\n")
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return ""
    finally:
        clock.cancel()


def fault(told: dict[str, object]) -> str | None:
    """Why an answer is a failure, None where it is none."""
    for said in told["said"]:  # type: ignore[attr-defined]
        if said.startswith(("RAISED", "DIED", "reader_error", "out_of_memory")):
            return str(said)
    if float(told["seconds"]) > SECONDS:  # type: ignore[arg-type]
        return f"{told['seconds']:.1f} s of processor time"
    if float(told["megabytes"]) > MEGABYTES:  # type: ignore[arg-type]
        return f"{told['megabytes']:.0f} MB"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first input's number")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="where files that fail are kept")
    asked = parser.parse_args()
    told = fuzz(range(asked.seed, asked.seed + asked.inputs), asked.workers)
    answers = Counter(str(said).partition(":")[0] for one in told for said in one["said"])  # type: ignore[attr-defined]
    kinds = Counter(str(one["kind"]) for one in told)
    print(f"{len(told):,} inputs of {len(kinds)} kinds")
    for answer, count in answers.most_common():
        print(f"  {count:7,} pages {answer}")
    slowest = max(told, key=lambda one: float(one["seconds"]))  # type: ignore[arg-type]
    print(f"  slowest: {slowest['seconds']:.1f} s of processor time (input {slowest['number']}, {slowest['kind']})")
    print(f"  most memory: {max(float(one['megabytes']) for one in told):,.0f} MB")  # type: ignore[arg-type]
    failures = [(one, why) for one in told if (why := fault(one)) is not None]
    print(f"  {len(failures)} failures: exceptions, crashes, more than {SECONDS:.0f} s or {MEGABYTES:.0f} MB")
    if failures:
        from corpus import corpus, mutated

        files = corpus()
        asked.keep.mkdir(parents=True, exist_ok=True)
        for one, why in failures:
            kind, data = mutated(files, int(str(one["number"])))
            path = asked.keep / f"{one['number']}.{kind}"
            path.write_bytes(data)
            print(f"{path}: {why}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main())
