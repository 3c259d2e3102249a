"""Makes the networks beside it with scikit-learn, and the 64 rows of the reference values.

Run with the packages of models/requirements.txt and scikit-learn 1.9.1. Rows are those of models/<sample>.
"""

import pathlib

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler
from skl2onnx import to_onnx

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[3] / "models"


def sample(name):
    table = np.genfromtxt(MODELS / name / "reference.csv", delimiter=",", skip_header=1, dtype=str)
    return table[:, :-1].astype(np.float32), table[:, -1]


def save(name, model, x, **options):
    made = to_onnx(model, x[:1], options=options or None, target_opset={"": 17, "ai.onnx.ml": 3})
    (HERE / f"{name}.onnx").write_bytes(made.SerializeToString())
    print(name, [node.op_type for node in made.graph.node], [output.name for output in made.graph.output])


def main():
    images, labels = load_digits(return_X_y=True)
    rows = np.column_stack([images[:64], labels[:64]]).astype(int)
    header = ",".join([f"p{pixel}" for pixel in range(64)] + ["digit"])
    np.savetxt(HERE / "digits-64.csv", rows, fmt="%d", delimiter=",", header=header, comments="")

    x, y = sample("digits-cnn")
    network = MLPClassifier((64,), max_iter=100, random_state=0)
    digits = make_pipeline(MaxAbsScaler(), network).fit(x, y.astype(int))
    save("mlp-digits", digits, x, zipmap=False)

    x, y = sample("breast-cancer")
    network = MLPClassifier((16, 8), activation="tanh", max_iter=30, random_state=0)
    save("mlp-binary", make_pipeline(StandardScaler(), network).fit(x, y), x)

    x, y = sample("diabetes")
    network = MLPRegressor(hidden_layer_sizes=(32,), max_iter=20, learning_rate_init=0.01, random_state=0)
    save("mlp-regression", make_pipeline(StandardScaler(), network).fit(x, y.astype(float)), x)


if __name__ == "__main__":
    main()
