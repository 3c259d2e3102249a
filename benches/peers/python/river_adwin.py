"""River's ADWIN over a stream of errors: river_adwin.py FOLDER."""

import sys

import pyarrow.parquet
from river.drift import ADWIN

from measure import Measure

measure = Measure()
values = pyarrow.parquet.read_table(f"{sys.argv[1]}/errors.parquet")["error"].to_pylist()
measure.loaded()

detector = ADWIN()
drift = []
for index, value in enumerate(values):
    detector.update(value)
    if detector.drift_detected:
        drift.append(index)
measure.done(drift=drift, updates=len(values))
