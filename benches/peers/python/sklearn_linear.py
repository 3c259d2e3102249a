"""scikit-learn's logistic regression on one thread: its weights, how right they are of each part of the rows, learnt
from the others, and how long a fit on all but the first takes: sklearn_linear.py FOLDER."""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import sys
import time

import numpy as np
import pyarrow.parquet
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from measure import Measure

RUNS = {"breast_cancer": 15, "digits": 7, "synthetic": 5}


def read(name):
    table = pyarrow.parquet.read_table(f"{sys.argv[1]}/{name}.parquet")
    x = np.column_stack([table[column].to_numpy() for column in table.column_names[:-2]])
    return x.astype(np.float64), table["class"].to_numpy(), table["part"].to_numpy()


measure = Measure()
sets = {name: read(name) for name in RUNS}
measure.loaded()
answers = {}
for name, (x, y, part) in sets.items():
    right, taken, weights = 0, [], None
    for asked in range(4):
        learnt, labels = x[part != asked].copy(), y[part != asked]
        for _ in range(RUNS[name] if asked == 0 else 1):
            begun = time.process_time()
            fitted = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-7, max_iter=5000))
            fitted.fit(learnt, labels)
            if asked == 0:
                taken.append(time.process_time() - begun)
                weights = fitted[-1].coef_.ravel().tolist()
        right += int((fitted.predict(x[part == asked]) == y[part == asked]).sum())
    answers[name] = {
        "rows": int((part != 0).sum()),
        "columns": x.shape[1],
        "accuracy": right / len(y),
        "weights": weights,
        "fit_s": sorted(taken)[len(taken) // 2],
    }
measure.done(sets=answers)
