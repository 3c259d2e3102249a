"""Expected values of estimates.json from NannyML; run by hand: python make_estimates.py"""

import json
from pathlib import Path

import nannyml
import numpy as np
import pandas as pd

from make_accuracy import uniforms


def classifier(n, seed, shift):
    """Row i: q = u[2i]^(1 + shift), y = u[2i+1] < q; an overconfident p = q^3 / (q^3 + (1-q)^3)."""
    u = uniforms(2 * n, seed)
    q = u[0::2] ** (1 + shift)
    p = q**3 / (q**3 + (1 - q) ** 3)
    return pd.DataFrame({"p": p, "yhat": (p >= 0.5).astype(int), "y": (u[1::2] < q).astype(int)})


def regression(n, seed, shift):
    """Row i: x = u[2i] + shift, prediction = 2x, y = 2x + (1 + 4x)(u[2i+1] - 0.5)."""
    u = uniforms(2 * n, seed)
    x = u[0::2] + shift
    return pd.DataFrame({"x": x, "yhat": 2 * x, "y": 2 * x + (1 + 4 * x) * (u[1::2] - 0.5)})


def first(result, name):
    frame = result.filter(period="analysis").to_df()
    return float(frame[(name, "value")].iloc[0]), float(frame[(name, "sampling_error")].iloc[0])


def cbpe(shift):
    fitted = nannyml.CBPE(
        y_pred_proba="p", y_pred="yhat", y_true="y", problem_type="classification_binary",
        metrics=["accuracy", "f1"], chunk_number=1,
    ).fit(classifier(6000, 21, 0))
    now = classifier(4000, 22, shift)
    result = fitted.estimate(now.drop(columns="y"))
    return {"accuracy": first(result, "accuracy")[0], "f1": first(result, "f1")[0],
            "accuracy_error": first(result, "accuracy")[1], "realised": float((now.yhat == now.y).mean())}


def dle(shift):
    fitted = nannyml.DLE(
        feature_column_names=["x"], y_pred="yhat", y_true="y", metrics=["mae", "rmse"], chunk_number=1,
    ).fit(regression(6000, 23, 0))
    now = regression(4000, 24, shift)
    result = fitted.estimate(now.drop(columns="y"))
    return {"mae": first(result, "mae")[0], "rmse": first(result, "rmse")[0],
            "mae_error": first(result, "mae")[1], "realised": float((now.yhat - now.y).abs().mean())}


Path(__file__).with_name("estimates.json").write_text(json.dumps({
    "made_with": f"nannyml {nannyml.__version__}",
    "cbpe": [{"shift": s, "expected": cbpe(s)} for s in (0, 1)],
    "dle": [{"shift": s, "expected": dle(s)} for s in (0, 0.2)],
}, indent=1) + "\n")
