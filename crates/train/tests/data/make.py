"""Makes the fixtures beside it, with what ONNX Runtime answers to them.

Run with the packages of models/requirements.txt and lightgbm 4.7.0, onnxmltools 1.16.0, scikit-learn 1.9.1.
Rows are those of models/<sample>/reference.csv, then holdout.csv.
"""

import pathlib

import lightgbm
import numpy as np
import onnx
import onnxruntime
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skl2onnx import to_onnx

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[3] / "models"


def sample(name, part):
    table = np.genfromtxt(MODELS / name / f"{part}.csv", delimiter=",", skip_header=1, dtype=str)
    return table[:, :-1].astype(np.float32), table[:, -1]


def save(model, name):
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def answers(name, x, columns):
    session = onnxruntime.InferenceSession(HERE / f"{name}.onnx", providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: x})
    maps = isinstance(found[-1], list)
    scores = np.array([list(row.values()) for row in found[-1]]) if maps else found[-1]
    np.savetxt(HERE / f"{name}.csv", scores.reshape(len(x), -1)[:, columns], delimiter=",", fmt="%.9g")


def split(name, load):
    """Which rows of reference.csv + holdout.csv are in the training part of the reference values."""
    x, y = load(return_X_y=True)
    train, *_ = train_test_split(np.arange(len(y)), stratify=y, test_size=0.25, random_state=0)
    rows = np.concatenate([sample(name, "reference")[0], sample(name, "holdout")[0]])
    places = {}
    for place, row in enumerate(rows):
        places.setdefault(row.tobytes(), []).append(place)
    inside = np.zeros(len(rows), dtype=int)
    for row in train:
        inside[places[x[row].astype(np.float32).tobytes()].pop()] = 1
    (HERE / f"{name}-split.txt").write_text("".join(map(str, inside)) + "\n")
    return inside == 1


def lightgbm_model(x, y, **settings):
    model = lightgbm.LGBMClassifier(num_leaves=7, verbose=-1, num_threads=1, deterministic=True, **settings)
    return model.fit(x, y)


def as_onnx(model, columns, zipmap):
    return convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, columns]))], zipmap=zipmap)


def main():
    x, y = sample("breast-cancer", "reference")
    held, _ = sample("breast-cancer", "holdout")
    places = np.add.outer(31 * np.arange(len(x)), 17 * np.arange(30))
    holed = np.where(places % 10 == 0, np.nan, x)
    model = as_onnx(lightgbm_model(holed, y, n_estimators=20), 30, True)
    save(model, "lightgbm-binary")
    answers("lightgbm-binary", np.where(places[: len(held)] % 10 == 0, np.float32(np.nan), held), [1])

    # As XGBoost writes them: x < threshold, here with thresholds that values of the rows hit exactly.
    trees = next(node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier")
    named = {attribute.name: attribute for attribute in trees.attribute}
    for place, mode in enumerate(named["nodes_modes"].strings):
        if mode == b"BRANCH_LEQ":
            named["nodes_modes"].strings[place] = b"BRANCH_LT"
            column = held[:, named["nodes_featureids"].ints[place]]
            nearest = np.argmin(np.abs(column - named["nodes_values"].floats[place]))
            named["nodes_values"].floats[place] = column[nearest]
    trees.attribute.append(onnx.helper.make_attribute("base_values", [0.25]))
    save(model, "below-binary")
    answers("below-binary", held, [1])

    forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(x, y)
    save(to_onnx(forest, x[:1]), "forest")

    x, y = sample("digits-cnn", "reference")
    held, _ = sample("digits-cnn", "holdout")
    save(as_onnx(lightgbm_model(x, y.astype(int), n_estimators=5), 64, False), "lightgbm-digits")
    answers("lightgbm-digits", held[:60], range(10))

    split("breast-cancer", load_breast_cancer)
    inside = split("digits-cnn", load_digits)
    x, y = (np.concatenate(parts) for parts in zip((x, y), sample("digits-cnn", "holdout")))
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    save(to_onnx(logistic.fit(x[inside], y[inside].astype(int)), x[:1]), "logistic-digits")


if __name__ == "__main__":
    main()
