"""A batch from end to end: photographs a second, cores in use, memory, poisoned files, and where the time goes.

Usage: python benchmarks/batch.py [--sheets N] [--distinct N] [--poison SHARE] [--json FILE] [--folder DIR]
Draws the sheets (a few distinct ones, each in many files of its own content, 12 and 3 megapixels in turn), runs
`formreader batch` on them as a user would, and looks on. Ends with exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil
from about import about
from batch_inputs import PATTERN, POISON, Given, write_inputs

from formreader.batch.results import Results
from formreader.store import RunStore
from formreader.store.readout import weighed

LEAST_CORE_USE = 0.90
MOST_GROWTH = 0.10
"""Part by which memory may grow from a tenth of the run to its end and still be called flat."""
LOOK_EVERY_S = 1.0
MOMENTS = (0.1, 0.5, 1.0)
AROUND = 0.05
"""Memory at a moment is the median of the looks within this part of the run around it."""
STAGES = ("load", "identify", "register", "recognise", "decode", "decide")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sheets", type=int, default=2000)
    arguments.add_argument("--distinct", type=int, default=28, help="sheets that are drawn")
    arguments.add_argument("--poison", type=float, default=0.05)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--limit", type=float, default=10.0, help="seconds a photograph may take")
    arguments.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--folder", type=Path, help="keep the files and the run here")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="formreader-batch-") as place:
        folder = chosen.folder or Path(place)
        (folder / "in").mkdir(parents=True)
        start = time.perf_counter()
        given = write_inputs(folder / "in", chosen.sheets, chosen.distinct, chosen.poison, chosen.seed)
        size_mb = sum(file.stat().st_size for file in (folder / "in").iterdir()) / 1e6
        print(f"{len(given)} files of {size_mb:,.0f} MB written in {time.perf_counter() - start:.0f} s", flush=True)
        ran = run(folder, chosen.workers, chosen.limit)
        found = {
            **about(chosen.workers),
            "cores": os.cpu_count(),
            "workers": chosen.workers,
            **ran,
            **judged(folder / "run", given, ran["wall_s"], chosen.workers),
        }
    report(found)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if all(found["bars"].values()) else 1)


def run(folder: Path, workers: int, limit_s: float) -> dict:
    """Start the batch and look on until it ends."""
    command = [sys.executable, "-m", "formreader", "batch", folder / "in", "--out", folder / "run"]
    options = ("--pattern", PATTERN, "--workers", workers, "--timeout", limit_s)
    path = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]))
    before, cores, start = _cpu_of_children_s(), psutil.cpu_times(percpu=True), time.perf_counter()
    batch = subprocess.Popen(
        [*map(str, [*command, *options]), "--reader", "batch_inputs:open_reader"],
        env={**os.environ, "PYTHONPATH": path},
    )
    looks: list[tuple[int, float]] = []
    parent_s = 0.0
    waited: dict[int, float] = {}
    while batch.poll() is None:
        time.sleep(LOOK_EVERY_S)
        rss_mb, parent_s = _look(batch.pid, parent_s, waited)
        if rss_mb:
            looks.append((_finished(folder / "run"), rss_mb))
    wall_s = time.perf_counter() - start
    cpu_s = _cpu_of_children_s() - before
    return {
        "exit_code": batch.returncode,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "parent_cpu_s": parent_s,
        "core_use": cpu_s / (wall_s * workers),
        "waited_for_cores_s": sum(waited.values()),
        "machine_use": [_busy(was, now) for was, now in zip(cores, psutil.cpu_times(percpu=True), strict=True)],
        "memory_mb": _memory_at(looks),
        "most_memory_mb": max((rss for _, rss in looks), default=0.0),
    }


def judged(run_folder: Path, given: list[Given], wall_s: float, workers: int) -> dict:
    """What became of each file, and where the workers' time went."""
    of_name = {one.name: one for one in given}
    stages: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    poison: dict[str, Counter[str]] = {kind: Counter() for kind in POISON}
    with RunStore(run_folder) as store:
        results = Results(store)
        counts = results.counts()
        for reading in results.readings():
            one = of_name.pop(Path(reading.sheet["source"]["path"]).name)
            rejection = (reading.sheet["rejection"] or {}).get("code")
            if one.poison is not None:
                poison[one.poison][rejection or "read"] += 1
                continue
            stages.update(reading.sheet["timing_ms"])
            fields.update(_scored(reading.sheet, one.truth))
        stations = sum(bool(entry.checks) for entry in weighed(store.engine))
    with closing(sqlite3.connect(run_folder / "run.sqlite")) as database:
        read_s, failed_s = (
            database.execute(f"SELECT COALESCE(SUM(seconds), 0) FROM pages WHERE state {state}").fetchone()[0]
            for state in ("= 'done'", "= 'failed'")
        )
    profile = {stage: stages[stage] / 1000 for stage in STAGES}
    profile["rest of reading"] = read_s - sum(profile.values())
    profile["given up"] = failed_s
    profile["start, looking into files, weighing, feeding"] = wall_s * workers - read_s - failed_s
    return {
        "photographs": len(given),
        "a_second": len(given) / wall_s,
        "accepted": counts.accepted,
        "review": counts.review,
        "rejected": counts.rejected,
        "failed": counts.failed,
        "not_answered": sorted(of_name),
        "stations_weighed": stations,
        "fields": dict(fields),
        "poison": {kind: dict(found) for kind, found in poison.items()},
        "profile_s": profile,
        "profile_share": {name: seconds / (wall_s * workers) for name, seconds in profile.items()},
    }


def _scored(sheet: dict, truth: dict) -> Counter[str]:
    """How many fields were accepted, right, accepted though wrong, or not read at all."""
    found: Counter[str] = Counter(all=len(truth["fields"]))
    for name, field in truth["fields"].items():
        read = sheet["fields"].get(name) if sheet["template"] == truth["template"] else None
        right = read is not None and read["value"] == field["value"]
        accepted = read is not None and read["status"] == "accepted"
        found.update(right=right, accepted=accepted, accepted_wrong=accepted and not right)
    return found


def _look(pid: int, parent_s: float, waited: dict[int, float]) -> tuple[float, float]:
    """Resident memory of the process and all below it, MB, and the process's own processor time so far.

    Notes by process how long it has waited for a core that another had.
    """
    try:
        parent = psutil.Process(pid)
        times = parent.cpu_times()
        rss = 0
        for process in (parent, *parent.children(recursive=True)):
            try:
                rss += process.memory_info().rss
                waited[process.pid] = max(waited.get(process.pid, 0.0), _waited_s(process.pid))
            except (psutil.Error, OSError):
                continue
        return rss / 2**20, times.user + times.system
    except psutil.Error:
        return 0.0, parent_s


def _waited_s(pid: int) -> float:
    """How long a process was ready and had no core; 0 where the system does not tell."""
    try:
        return sum(int(task.read_text().split()[1]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    except (OSError, IndexError):
        return 0.0


def _finished(run_folder: Path) -> int:
    if not (run_folder / "run.sqlite").exists():
        return 0
    with closing(sqlite3.connect(run_folder / "run.sqlite", timeout=10)) as database:
        try:
            return database.execute("SELECT COUNT(*) FROM pages WHERE state IN ('done', 'failed')").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def _memory_at(looks: list[tuple[int, float]]) -> dict[str, float]:
    """At each moment of the run, by photographs done."""
    last = max((done for done, _ in looks), default=0) or 1
    near = {moment: [rss for done, rss in looks if abs(done / last - moment) <= AROUND and done] for moment in MOMENTS}
    return {f"{moment:.0%}": statistics.median(found) if found else 0.0 for moment, found in near.items()}


def _busy(was, now) -> float:
    """The part of the time in which a core of the machine did anything."""
    idle = now.idle + now.iowait - was.idle - was.iowait
    return 1.0 - idle / max(sum(now) - sum(was), 1e-9)


def _cpu_of_children_s() -> float:
    """Processor time of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(found: dict) -> None:
    """Print it, and add the bars with whether each was reached."""
    memory = found["memory_mb"]
    growth = memory["100%"] / memory["10%"] - 1 if memory["10%"] else float("inf")
    as_expected = all(set(codes) <= {POISON[kind]} for kind, codes in found["poison"].items())
    found["bars"] = {
        "cores": found["core_use"] > LEAST_CORE_USE,
        "memory": growth <= MOST_GROWTH,
        "every file answered": not found["not_answered"],
        "poison recorded with its reason": as_expected,
        "nothing accepted wrongly": not found["fields"].get("accepted_wrong"),
    }
    machine = ", ".join(f"{use:.0%}" for use in found["machine_use"])
    fields = found["fields"]
    print(f"photographs   {found['photographs']} in {found['wall_s']:.0f} s: {found['a_second']:.2f} a second")
    print(
        f"pages         {found['accepted']} accepted, {found['review']} review, {found['rejected']} rejected, "
        f"{found['failed']} failed; {found['stations_weighed']} stations weighed across their pages"
    )
    print(
        f"fields        {fields['right']} of {fields['all']} right, {fields['accepted']} accepted, "
        f"{fields['accepted_wrong']} accepted wrongly"
    )
    total_s = found["wall_s"] * found["workers"]
    print(f"cores         {found['core_use']:.1%} of {found['workers']} by the batch (by all processes: {machine})")
    print(f"              {found['waited_for_cores_s'] / total_s:.1%} waited for while other processes had them")
    print(f"memory        {', '.join(f'{mb:.0f} MB at {at}' for at, mb in memory.items())} ({growth:+.1%})")
    for kind, codes in found["poison"].items():
        said = ", ".join(f"{code} {count}" for code, count in codes.items()) or "none given"
        print(f"poison        {kind}: {said}")
    print(f"profile       of {found['wall_s'] * found['workers']:.0f} s of {found['workers']} workers")
    for name, seconds in found["profile_s"].items():
        print(f"  {name:46}{seconds:8.1f} s{found['profile_share'][name]:8.1%}")
    print(
        f"  the parent's own processor time (store, feeding): {found['parent_cpu_s']:.1f} s, "
        f"{found['parent_cpu_s'] / found['cpu_s']:.1%} of all"
    )
    for bar, reached in found["bars"].items():
        print(f"bar           {bar}: {'reached' if reached else 'MISSED'}")


if __name__ == "__main__":
    main()
