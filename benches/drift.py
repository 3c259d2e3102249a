"""Sets `tidegate drift` beside Evidently's DataDriftPreset on the same files, in one run.

    pip install -r crates/monitor/tests/golden/requirements-evidently.txt pyarrow
    python benches/drift.py target/release/tidegate [rows a side, a million if not said]

Both read the same Parquet files of 15 numeric and 5 categorical columns in a process of their own, whose processor
seconds and peak memory are printed; then every column's verdict and score are compared. Evidently's processor time is
also given without imports and reading.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

EVIDENTLY = """
import json, resource, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
reference, current = pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2])
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
before = cpu()
found = json.loads(Report([DataDriftPreset()]).run(current, reference).json())["metrics"]
columns = {m["config"]["column"]: float(m["value"]) for m in found if "column" in m["config"]}
share = next(m["value"] for m in found if "column" not in m["config"])
print(json.dumps({"columns": columns, "drifted": share["count"], "report_s": cpu() - before}))
"""


def tables(folder, rows):
    import numpy as np
    import pandas as pd

    for side in (0, 1):
        random = np.random.default_rng(7 + side)
        columns = {f"number{i}": random.normal(0.02 * i * side, 1.0 + 0.01 * i * side, rows) for i in range(15)}
        for i in range(5):
            weights = 1.0 / np.arange(1, 9 + i) ** (1.0 + 0.1 * side * (i > 2))
            names = np.array([f"c{code}" for code in range(8 + i)])
            columns[f"name{i}"] = names[random.choice(8 + i, rows, p=weights / weights.sum())]
        pd.DataFrame(columns).to_parquet(folder / f"{side}.parquet", index=False)
    return folder / "0.parquet", folder / "1.parquet"


def measured(command):
    """Standard output, processor seconds and peak memory in MiB of a process."""
    start = time.monotonic()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE)
    out = child.stdout.read()
    _, _, usage = os.wait4(child.pid, 0)
    return out, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.monotonic() - start


def main():
    program, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        reference, current = tables(pathlib.Path(folder), rows)
        out, ours, our_memory, wall = measured([program, "drift", "--reference", reference, "--current", current, "--format", "json"])
        found = json.loads(out)
        print(f"tidegate:  {ours:7.2f} s processor, {wall:7.2f} s, {our_memory:6.0f} MiB, {rows} + {rows} rows")
        out, theirs, their_memory, wall = measured([sys.executable, "-c", EVIDENTLY, reference, current])
        expected = json.loads(out)
        print(f"evidently: {theirs:7.2f} s processor, {wall:7.2f} s, {their_memory:6.0f} MiB, {expected['report_s']:.2f} s of it the report")
        print(f"times less: {theirs / ours:.0f} processor ({expected['report_s'] / ours:.0f} without their imports and reading), {their_memory / our_memory:.1f} memory")
    worst, drifted = 0.0, 0
    for column in found["columns"]:
        score = expected["columns"][column["name"]]
        drifted += column["drifted"]
        worst = max(worst, abs(column["score"] - score) / max(abs(score), 1e-12))
    print(f"{drifted} columns drifted, {expected['drifted']:.0f} to Evidently; scores differ by {worst:.1e} of themselves at most")
    assert drifted == expected["drifted"] and worst < 1e-6 and len(found["columns"]) == len(expected["columns"])


if __name__ == "__main__":
    main()
