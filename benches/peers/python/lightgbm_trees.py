"""LightGBM's boosted trees on one thread, fitted several times: lightgbm_trees.py FOLDER."""

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
    return x, table["class"].to_numpy(), table["test"].to_numpy() == 1


def fit(x, y):
    classes = int(y.max()) + 1
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    return lightgbm.train(PARAMETERS | objective, lightgbm.Dataset(x, y), num_boost_round=100)


measure = Measure()
sets = {name: read(name) for name in RUNS}
measure.loaded()
answers = {}
for name, (x, y, test) in sets.items():
    learnt, labels, taken = x[~test].copy(), y[~test], []
    for _ in range(RUNS[name]):
        begun = time.process_time()
        booster = fit(learnt, labels)
        taken.append(time.process_time() - begun)
    found = booster.predict(x[test], num_threads=1)
    said = found.argmax(1) if found.ndim > 1 else found > 0.5
    answers[name] = {
        "rows": int((~test).sum()),
        "columns": x.shape[1],
        "accuracy": float((said == y[test]).mean()),
        "fit_s": sorted(taken)[len(taken) // 2],
    }
measure.done(sets=answers)
