"""NannyML's CBPE, fitted on a labelled reference and asked about as many rows: nannyml_cbpe.py FOLDER."""

import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml
import pandas as pd

from measure import Measure

NAMES = {
    "accuracy": "accuracy",
    "f1": "f1",
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "roc_auc": "roc_auc",
    "ap": "average_precision",
}

folder = sys.argv[1]
measure = Measure()
reference = pd.read_parquet(f"{folder}/answers_reference.parquet")
current = pd.read_parquet(f"{folder}/answers_current.parquet")[["p", "yhat"]]
measure.loaded()

estimator = nannyml.CBPE(
    problem_type="classification_binary",
    y_pred_proba="p",
    y_pred="yhat",
    y_true="y",
    metrics=list(NAMES.values()),
    chunk_number=1,
)
estimator.fit(reference)
found = estimator.estimate(current).filter(period="analysis").to_df()
metrics = {name: float(found[(column, "value")].iloc[0]) for name, column in NAMES.items()}
errors = {name: float(found[(column, "sampling_error")].iloc[0]) for name, column in NAMES.items()}
measure.done(metrics=metrics, errors=errors, calibrated=bool(estimator.needs_calibration))
