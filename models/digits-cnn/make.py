"""An image classifier: a small convolutional network on 8x8 digits, trained in numpy; its output is logits."""

import sys
from pathlib import Path

import numpy as np
from onnx import helper
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import network
import sample

data = load_digits()
train_x, test_x, train_y, test_y = train_test_split(
    data.data.astype(np.float32), data.target, test_size=0.3, stratify=data.target, random_state=sample.SEED
)
weights = network.train(train_x.reshape(-1, 1, 8, 8), train_y, np.random.default_rng(sample.SEED))
model = helper.make_model(
    network.graph(weights),
    producer_name="tidegate-samples",
    ir_version=sample.IR_VERSION,
    opset_imports=[helper.make_opsetid("", sample.OPSETS[""])],
)
sample.write_model(HERE / "model.onnx", model, {"class_labels": [str(digit) for digit in range(10)]})
header = [f"p{pixel}" for pixel in range(64)] + ["digit"]
sample.write_rows(HERE / "reference.csv", header, train_x, train_y)
sample.write_rows(HERE / "holdout.csv", header, test_x, test_y)

(logits,) = sample.answers(HERE / "model.onnx", test_x.reshape(-1, 1, 8, 8))
probabilities = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
probabilities /= probabilities.sum(1, keepdims=True)
loss, _ = network.loss_and_gradients(weights, test_x.reshape(-1, 1, 8, 8), test_y)
assert abs(loss - log_loss(test_y, probabilities)) < 1e-4
sample.write_card(
    HERE / "card.toml",
    {
        "title": "Handwritten digits",
        "description": "Reads one handwritten digit from an image of 8x8 pixels, each 0 to 16.",
        "task": "classification",
        "target": "digit",
        "input_shape": [1, 8, 8],
        "feature_names": "pixels p0 to p63, row by row; the classes are in metadata key class_labels",
        "data": "Optical Recognition of Handwritten Digits (test part), E. Alpaydin and C. Kaynak, UCI Machine "
        "Learning Repository; the copy in scikit-learn 1.9.1",
        "data_licence": "CC-BY-4.0",
        "model_licence": "Apache-2.0",
        "made_by": "models/digits-cnn/make.py: two convolutions and a linear layer, trained in numpy by network.py",
        "reference": "reference.csv: the 1257 rows it was trained on",
        "holdout": "holdout.csv: 540 rows kept out of training",
        "metrics": {
            "accuracy": round(accuracy_score(test_y, logits.argmax(1)), 4),
            "log_loss": round(float(log_loss(test_y, probabilities)), 4),
        },
    },
)
