"""A tree ensemble for regression: gradient boosting as one TreeEnsembleRegressor, one weight a leaf."""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import sample

NAMES = {
    "s1": "total_cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_hdl_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
}

data = load_diabetes(scaled=False)
features = [NAMES.get(name, name) for name in data.feature_names]
train_x, test_x, train_y, test_y = train_test_split(
    data.data.astype(np.float32), data.target, test_size=0.3, random_state=sample.SEED
)
forest = GradientBoostingRegressor(
    n_estimators=60, learning_rate=0.08, max_depth=3, min_samples_leaf=8, subsample=0.7, random_state=sample.SEED
).fit(train_x, train_y)
model = to_onnx(
    forest,
    name="diabetes",
    initial_types=[("input", FloatTensorType([None, len(features)]))],
    target_opset=sample.OPSETS,
)
model.ir_version = sample.IR_VERSION
assert [node.op_type for node in model.graph.node] == ["TreeEnsembleRegressor"]
sample.write_model(HERE / "model.onnx", model, {"feature_names": features})
sample.write_rows(HERE / "reference.csv", [*features, "progression"], train_x, train_y)
sample.write_rows(HERE / "holdout.csv", [*features, "progression"], test_x, test_y)

(values,) = sample.answers(HERE / "model.onnx", test_x)
assert np.abs(values[:, 0] - forest.predict(test_x)).max() < 1e-3
sample.write_card(
    HERE / "card.toml",
    {
        "title": "Diabetes progression",
        "description": "Predicts how far diabetes will have progressed in a year from ten measurements of a "
        "patient. A demonstration, not a medical device.",
        "task": "regression",
        "target": "progression",
        "feature_names": "metadata key feature_names: scikit-learn's names, s1 to s6 spelt out",
        "data": "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least Angle Regression, Annals of Statistics "
        "32 (2004) 407-499; the unscaled copy in scikit-learn 1.9.1",
        "data_licence": "published with the article without a licence of its own; scikit-learn distributes it "
        "under BSD-3-Clause",
        "model_licence": "Apache-2.0",
        "made_by": "models/diabetes/make.py: GradientBoostingRegressor, 60 trees of depth 3, skl2onnx 1.20.0",
        "reference": "reference.csv: the 309 rows it was trained on",
        "holdout": "holdout.csv: 133 rows kept out of training",
        "metrics": {
            "mean_absolute_error": round(mean_absolute_error(test_y, values[:, 0]), 3),
            "root_mean_squared_error": round(root_mean_squared_error(test_y, values[:, 0]), 3),
            "r2": round(r2_score(test_y, values[:, 0]), 4),
        },
    },
)
