"""Rows for boosted trees, made once from a fixed seed: trees_data.py FOLDER."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.model_selection import StratifiedKFold

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def save(name, x, y):
    """Features f0, f1, ...; the class; and which of four parts a row is in, as even in classes as they can be."""
    part = np.zeros(len(y), dtype=np.int64)
    for number, (_, inside) in enumerate(StratifiedKFold(4, shuffle=True, random_state=0).split(x, y)):
        part[inside] = number
    columns = {f"f{i}": x[:, i].astype(np.float32) for i in range(x.shape[1])}
    table = pa.table({**columns, "class": y.astype(np.int64), "part": part})
    pyarrow.parquet.write_table(table, folder / f"{name}.parquet")


save("breast_cancer", *load_breast_cancer(return_X_y=True))
save("digits", *load_digits(return_X_y=True))
synthetic = make_classification(
    200_000, 28, n_informative=14, n_redundant=6, n_clusters_per_class=4, flip_y=0.05, class_sep=0.8, random_state=0
)
save("synthetic", *synthetic)
