"""A linear classifier: StandardScaler and LogisticRegression, as skl2onnx writes them (labels and ZipMap)."""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import sample

data = load_breast_cancer()
features = [str(name).replace(" ", "_") for name in data.feature_names]
classes = np.array(["malignant", "benign"])[data.target]
train_x, test_x, train_y, test_y = train_test_split(
    data.data.astype(np.float32), classes, test_size=0.3, stratify=classes, random_state=sample.SEED
)
pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(train_x, train_y)
model = to_onnx(
    pipeline,
    name="breast_cancer",
    initial_types=[("input", FloatTensorType([None, len(features)]))],
    target_opset=sample.OPSETS,
)
model.ir_version = sample.IR_VERSION
sample.write_model(HERE / "model.onnx", model, {"feature_names": features})
sample.write_rows(HERE / "reference.csv", [*features, "diagnosis"], train_x, train_y)
sample.write_rows(HERE / "holdout.csv", [*features, "diagnosis"], test_x, test_y)

labels, scores = sample.answers(HERE / "model.onnx", test_x)
probabilities = np.array([[score[name] for name in pipeline.classes_] for score in scores])
probabilities /= probabilities.sum(1, keepdims=True)
assert list(labels) == list(pipeline.predict(test_x))
assert np.abs(probabilities - pipeline.predict_proba(test_x)).max() < 1e-5
sample.write_card(
    HERE / "card.toml",
    {
        "title": "Breast cancer diagnosis",
        "description": "Tells malignant from benign tumours by 30 measurements of the cell nuclei in an image "
        "of a fine needle aspirate. A demonstration, not a medical device.",
        "task": "classification",
        "target": "diagnosis",
        "feature_names": "metadata key feature_names: scikit-learn's names with underscores for spaces",
        "data": "Breast Cancer Wisconsin (Diagnostic), W. Wolberg, N. Street, O. Mangasarian, UCI Machine "
        "Learning Repository; the copy in scikit-learn 1.9.1",
        "data_licence": "CC-BY-4.0",
        "model_licence": "Apache-2.0",
        "made_by": "models/breast-cancer/make.py: StandardScaler and LogisticRegression(C=1), skl2onnx 1.20.0",
        "reference": "reference.csv: the 398 rows it was trained on",
        "holdout": "holdout.csv: 171 rows kept out of training",
        "metrics": {
            "accuracy": round(accuracy_score(test_y, labels), 4),
            "log_loss": round(log_loss(test_y, probabilities, labels=pipeline.classes_), 4),
            "roc_auc": round(roc_auc_score(test_y == "malignant", probabilities[:, 1]), 4),
        },
    },
)
