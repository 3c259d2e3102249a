"""LightGBM's boosted trees on one thread: how right they are of each part of the rows, learnt from the others, and how
long a fit on all but the first takes: lightgbm_trees.py FOLDER."""

import sys
import time

import lightgbm
import numpy as np
import pyarrow.parquet

from measure import Measure

RUNS = {"breast_cancer": 15, "digits": 7, "synthetic": 5}
PARAMETERS = {
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 20,
    "lambda_l2": 0.0,
    "num_threads": 1,
    "verbosity": -1,
    "seed": 0,
}


def read(name):
    table = pyarrow.parquet.read_table(f"{sys.argv[1]}/{name}.parquet")
    x = np.column_stack([table[column].to_numpy() for column in table.column_names[:-2]])
    return x, table["class"].to_numpy(), table["part"].to_numpy()


def fit(x, y):
    classes = int(y.max()) + 1
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    return lightgbm.train(PARAMETERS | objective, lightgbm.Dataset(x, y), num_boost_round=100)


measure = Measure()
sets = {name: read(name) for name in RUNS}
measure.loaded()
answers = {}
for name, (x, y, part) in sets.items():
    right, taken = 0, []
    for asked in range(4):
        learnt, labels = x[part != asked].copy(), y[part != asked]
        for _ in range(RUNS[name] if asked == 0 else 1):
            begun = time.process_time()
            booster = fit(learnt, labels)
            if asked == 0:
                taken.append(time.process_time() - begun)
        found = booster.predict(x[part == asked], num_threads=1)
        said = found.argmax(1) if found.ndim > 1 else found > 0.5
        right += int((said == y[part == asked]).sum())
    answers[name] = {
        "rows": int((part != 0).sum()),
        "columns": x.shape[1],
        "accuracy": right / len(y),
        "fit_s": sorted(taken)[len(taken) // 2],
    }
measure.done(sets=answers)
