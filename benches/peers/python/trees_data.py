"""Rows for boosted trees, made once from a fixed seed: trees_data.py FOLDER."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.model_selection import train_test_split

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def save(name, x, y, test_size):
    """Features f0, f1, ...; the class; and 1 for the rows that are only asked about."""
    test = np.zeros(len(y), dtype=np.int64)
    _, asked = train_test_split(np.arange(len(y)), stratify=y, test_size=test_size, random_state=0)
    test[asked] = 1
    columns = {f"f{i}": x[:, i].astype(np.float32) for i in range(x.shape[1])}
    table = pa.table({**columns, "class": y.astype(np.int64), "test": test})
    pyarrow.parquet.write_table(table, folder / f"{name}.parquet")


save("breast_cancer", *load_breast_cancer(return_X_y=True), 0.25)
save("digits", *load_digits(return_X_y=True), 0.25)
synthetic = make_classification(
    200_000, 28, n_informative=14, n_redundant=6, n_clusters_per_class=4, flip_y=0.05, class_sep=0.8, random_state=0
)
save("synthetic", *synthetic, 50_000)
