"""Evidently's DataDriftPreset with its defaults: evidently_drift.py FOLDER."""

import os
import sys
import warnings

os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")

import pandas as pd
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset

from measure import Measure

folder = sys.argv[1]
measure = Measure()
reference = pd.read_parquet(f"{folder}/reference.parquet")
current = pd.read_parquet(f"{folder}/current.parquet")
measure.loaded()

report = Report([DataDriftPreset()])
snapshot = report.run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
columns = {}
for metric in snapshot["metrics"]:
    config = metric["config"]
    if "column" in config:
        columns[config["column"]] = {
            "score": float(metric["value"]),
            "test": config["method"],
            "threshold": config["threshold"],
        }
    else:
        drifted = metric["value"]
measure.done(columns=columns, drifted_columns=int(drifted["count"]))
