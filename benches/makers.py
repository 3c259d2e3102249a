"""Retrains ONNX files of every common maker through the program, and prints what came of each.

`makers.py TIDEGATE [MAKER]`: a model is made by each library on the first part of a data set and imported; the rest
becomes its reference data and it is retrained by its default plan (networks go on from their weights). Each result is
read back by `onnx.checker` and answered by Python's onnxruntime. What a maker's library can't write is said, not left
out. MAKER leaves out those whose names don't hold it.

Needs scikit-learn, pandas, skl2onnx, lightgbm, xgboost, onnxmltools, torch, onnxscript, keras and onnxruntime.
"""

import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings

os.environ["KERAS_BACKEND"] = "torch"
# Two OpenMP runtimes in one process wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crates/train/tests/data"))
warnings.simplefilter("ignore")

import numpy as np
import onnx
import onnxruntime
import texts
from sklearn import datasets, ensemble, linear_model, naive_bayes, neighbors, neural_network, pipeline
from sklearn import preprocessing, svm, tree

CANCER = datasets.load_breast_cancer(return_X_y=True)
DIGITS = tuple(part / scale for part, scale in zip(datasets.load_digits(return_X_y=True), (16, 1)))
DIABETES = datasets.load_diabetes(return_X_y=True)
LEARNT = 0.4


def parts(data):
    """What the model learns from, and what it is retrained on."""
    x, y = data[0].astype(np.float32), data[1].astype(np.float64 if data is DIABETES else np.int64)
    order = np.random.default_rng(0).permutation(len(y))
    cut = int(len(y) * LEARNT)
    return (x[order[:cut]], y[order[:cut]]), (x[order[cut:]], y[order[cut:]])


def from_sklearn(estimator, data):
    from skl2onnx import to_onnx

    (x, y), _ = parts(data)
    estimator.fit(x, y)
    return to_onnx(estimator, x[:1], options=None if data is DIABETES else {"zipmap": False})


def from_boosters(kind, data):
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    (x, y), _ = parts(data)
    inputs = [("x", FloatTensorType([None, x.shape[1]]))]
    if kind == "lightgbm":
        import lightgbm

        made = (lightgbm.LGBMRegressor if data is DIABETES else lightgbm.LGBMClassifier)(n_estimators=50, verbose=-1)
        return onnxmltools.convert_lightgbm(made.fit(x, y), initial_types=inputs, zipmap=False)
    import xgboost

    made = (xgboost.XGBRegressor if data is DIABETES else xgboost.XGBClassifier)(n_estimators=50)
    return onnxmltools.convert_xgboost(made.fit(x, y), initial_types=inputs)


def from_torch(name, dynamo):
    import torch
    import torch_networks

    torch.manual_seed(0)
    network = torch_networks.NETWORKS[name]().eval()
    names = {"input_names": ["x"], "output_names": ["logits"]}
    buffer = io.BytesIO()
    if dynamo:
        rows = {"x": {0: torch.export.Dim("rows")}}
        shapes = rows if not isinstance(network, torch.nn.Sequential) else (rows["x"],)
        made = torch.onnx.export(network, (torch.rand(4, 64),), dynamo=True, verbose=False, dynamic_shapes=shapes, **names)
        return made.model_proto
    axes = {"x": {0: "rows"}, "logits": {0: "rows"}}
    torch.onnx.export(network, (torch.rand(4, 64),), buffer, dynamo=False, dynamic_axes=axes, opset_version=17, **names)
    return onnx.load_from_string(buffer.getvalue())


def from_keras(kind):
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    shapes = {
        "mlp": [layers.Dense(32, activation="relu"), layers.Dense(10, activation="softmax")],
        "cnn": [
            layers.Reshape((8, 8, 1)), layers.Conv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
            layers.Flatten(), layers.Dense(10, activation="softmax"),
        ],
    }
    network = keras.Sequential([keras.Input((64,)), *shapes[kind]])
    (x, y), _ = parts(DIGITS)
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(x, y, epochs=5, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/keras.onnx"
        network.export(path, format="onnx", verbose=False)
        return onnx.load(path)


def scaled(estimator):
    return pipeline.make_pipeline(preprocessing.StandardScaler(), estimator)


SKLEARN = {
    "LogisticRegression": (lambda: scaled(linear_model.LogisticRegression()), CANCER),
    "LinearRegression": (lambda: linear_model.LinearRegression(), DIABETES),
    "Ridge": (lambda: scaled(linear_model.Ridge()), DIABETES),
    "SGDClassifier": (lambda: scaled(linear_model.SGDClassifier(loss="log_loss")), CANCER),
    "DecisionTreeClassifier": (lambda: tree.DecisionTreeClassifier(max_depth=6), CANCER),
    "RandomForestClassifier": (lambda: ensemble.RandomForestClassifier(50), DIGITS),
    "RandomForestRegressor": (lambda: ensemble.RandomForestRegressor(50), DIABETES),
    "ExtraTreesClassifier": (lambda: ensemble.ExtraTreesClassifier(50), DIGITS),
    "GradientBoostingClassifier": (lambda: ensemble.GradientBoostingClassifier(), CANCER),
    "HistGradientBoostingRegressor": (lambda: ensemble.HistGradientBoostingRegressor(), DIABETES),
    "MLPClassifier": (lambda: neural_network.MLPClassifier((64,)), DIGITS),
    "MLPRegressor": (lambda: scaled(neural_network.MLPRegressor(hidden_layer_sizes=(32,), max_iter=300)), DIABETES),
    "SVC": (lambda: svm.SVC(probability=True), CANCER),
    "KNeighborsClassifier": (lambda: neighbors.KNeighborsClassifier(), DIGITS),
    "GaussianNB": (lambda: naive_bayes.GaussianNB(), CANCER),
}


def makers():
    for name in texts.PIPELINES:
        yield "texts", name, Customers(name), lambda name=name: texts.converted(name)
    for name, (make, data) in SKLEARN.items():
        yield "scikit-learn", name, data, lambda make=make, data=data: from_sklearn(make(), data)
    for kind in ("lightgbm", "xgboost"):
        for task, data in (("binary", CANCER), ("multiclass", DIGITS), ("regression", DIABETES)):
            yield kind, task, data, lambda kind=kind, data=data: from_boosters(kind, data)
    for name in ("mlp", "cnn", "resnet", "encoder", "lstm", "gru"):
        for dynamo in (False, True):
            exporter = "torch, dynamo" if dynamo else "torch, TorchScript"
            yield exporter, name, DIGITS, lambda name=name, dynamo=dynamo: from_torch(name, dynamo)
    for kind in ("mlp", "cnn"):
        yield "keras", kind, DIGITS, lambda kind=kind: from_keras(kind)


class Server:
    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory()
        command = [program, "serve", "--data", self.folder.name, "--http", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1].strip()
                break

    def ask(self, method, path, body=None, kind="application/json"):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": kind}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["error"]["message"]) from None

    def artifact(self, sha256):
        return pathlib.Path(self.folder.name, "artifacts", sha256, "model.onnx").read_bytes()

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class Matrix:
    """Rows of numbers: those that a model is retrained on, and those held out."""

    target = "target"

    def __init__(self, data):
        _, rest = parts(data)
        self.held, self.new = [part[:60] for part in rest], [part[60:] for part in rest]

    def table(self):
        x, y = self.new
        lines = [",".join([*(f"f{column}" for column in range(x.shape[1])), self.target])]
        lines += [",".join(repr(float(value)) for value in row) + f",{truth}" for row, truth in zip(x, y)]
        return "\n".join(lines).encode()

    def score(self, content):
        return score(answered(content, self.held[0]), self.held[1])


class Customers:
    """Rows with columns of texts."""

    def __init__(self, name):
        self.name, self.target = name, texts.target(name)
        _, self.new, self.held = texts.parts(name)

    def table(self):
        return self.new[[*texts.columns(self.name), self.target]].to_csv(index=False).encode()

    def score(self, content):
        return texts.score(texts.answers(content, self.held), texts.truths(self.name, self.held))


def answered(content, x):
    """Labels or numbers that Python's onnxruntime answers."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: x})
    first = np.asarray(outputs[0])
    return first.argmax(1) if first.ndim == 2 and first.shape[1] > 1 else first.ravel()


def score(found, truth):
    if truth.dtype == np.float64:
        return 1 - ((found - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    return (found == truth).mean()


def retrained(server, name, model, rows):
    path = f"/api/models/{name}"
    server.ask("POST", f"/api/models?filename={name}.onnx", model.SerializeToString(), "application/octet-stream")
    detail = server.ask("GET", path)
    probe = detail["probe"]
    if not probe["trainer"]:
        return probe["summary"], "", "refused"
    server.ask("POST", f"{path}/reference?target={rows.target}", rows.table(), "text/csv")
    plan = {"rounds": 100, "gates": {"latency_factor": 1000}}
    if probe["trainer"] == "neural_network":
        plan |= {"mode": "continue", "rounds": 40, "network": {"learning_rate": 0.003}}
        if isinstance(rows, Customers):
            # What the customers do has turned round, so that nothing is to be gone on from.
            plan |= {"mode": "full", "rounds": 100, "network": {"learning_rate": 0.02}}
    run = server.ask("POST", f"{path}/runs", {"plan": plan})
    while run["ended"] is None:
        time.sleep(0.1)
        run = server.ask("GET", f"/api/runs/{run['id']}")
    if not run["challenger"]:
        return probe["summary"], "", f"{run['state']}: {run['error']}"
    versions = server.ask("GET", path)["versions"]
    content = server.artifact(next(one["sha256"] for one in versions if one["id"] == run["challenger"]))
    made = onnx.load_from_string(content)
    onnx.checker.check_model(made, full_check=True)
    before, after = rows.score(model.SerializeToString()), rows.score(content)
    return probe["summary"], f"{before:.3f} -> {after:.3f}", "retrained, checked"


def main():
    texts.register()
    server = Server(sys.argv[1])
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    rows, wrong = [], 0
    try:
        for number, (maker, kind, data, make) in enumerate(makers()):
            if wanted not in maker:
                continue
            try:
                model = make()
            except Exception as error:
                rows.append((maker, kind, "", "", f"not written by its library: {str(error).splitlines()[0][:60]}"))
                continue
            try:
                data = data if isinstance(data, Customers) else Matrix(data)
                rows.append((maker, kind, *retrained(server, f"m{number}", model, data)))
            except Exception as error:
                wrong += 1
                rows.append((maker, kind, "", "", f"WRONG: {error}"))
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    finally:
        server.end()
    rows = [tuple(cell if len(cell) < 68 else cell[:67] + "…" for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"{len(rows)} files, {sum('retrained' in row[4] for row in rows)} retrained, "
          f"{sum(row[4] == 'refused' for row in rows)} refused, {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
