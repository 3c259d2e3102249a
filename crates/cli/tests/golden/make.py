"""Makes the files beside it: what ONNX Runtime in Python answers for some held-out rows of each sample, and a
database as a later version of the program might leave it.

Run in an environment with onnxruntime 1.31.1 and numpy: python make.py
"""

import csv
import json
import pathlib
import sqlite3

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[3] / "models"
ROWS = 4
STEP = 17  # neighbours are often of one class


def matrix(sample, target):
    """The features of a few rows, in the order of the file's columns."""
    with open(MODELS / sample / "holdout.csv", newline="") as file:
        rows = list(csv.DictReader(file))[::STEP][:ROWS]
    return np.array([[float(value) for name, value in row.items() if name != target] for row in rows], np.float32)


def tensor(name, value):
    if isinstance(value, list):  # maps of scores: columns in ascending order of the keys
        keys = sorted(value[0])
        scores = np.array([[row[key] for key in keys] for row in value], np.float32)
        return tensor(name, scores) | {"parameters": {"keys": [str(key) for key in keys]}}
    kinds = {"float32": "FP32", "int64": "INT64", "object": "BYTES"}
    return {"name": name, "datatype": kinds[str(value.dtype)], "shape": list(value.shape), "data": value.ravel().tolist()}


def answers(sample, target):
    session = onnxruntime.InferenceSession(MODELS / sample / "model.onnx", providers=["CPUExecutionProvider"])
    (port,) = session.get_inputs()
    shape = [dim if isinstance(dim, int) else -1 for dim in port.shape]
    features = matrix(sample, target).reshape([-1, *shape[1:]])
    outputs = session.run(None, {port.name: features})
    names = [output.name for output in session.get_outputs()]
    return {
        "inputs": [tensor(port.name, features)],
        "outputs": [tensor(name, value) for name, value in zip(names, outputs)],
    }


def newer_database(path):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute(
            "create table _sqlx_migrations (version bigint primary key, description text not null, installed_on "
            "timestamp not null default current_timestamp, success boolean not null, checksum blob not null, "
            "execution_time bigint not null)"
        )
        database.execute("insert into _sqlx_migrations values (9000, 'from later', '2030-01-01', true, x'00', 0)")
    database.close()


assert onnxruntime.__version__ == "1.31.1", onnxruntime.__version__
targets = {"breast-cancer": "diagnosis", "diabetes": "progression", "digits-cnn": "digit"}
golden = {sample: answers(sample, target) for sample, target in targets.items()}
(HERE / "samples.json").write_text(json.dumps(golden, indent=1) + "\n")
newer_database(HERE / "newer-database.sqlite")
