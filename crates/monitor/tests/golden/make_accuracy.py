"""Expected values of accuracy.json from scikit-learn and scipy; run by hand: python make_accuracy.py"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m


def uniforms(n, seed):
    x, out = seed, []
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append((x >> 11) / 2**53)
    return np.array(out)


def calibration_error(said, came, bins=10):
    which = np.minimum((said * bins).astype(int), bins - 1)
    return sum(abs(said[which == b].sum() - came[which == b].sum()) for b in range(bins)) / len(said)


def binary(n, seed):
    """Row i: p = u[2i]^3, y = u[2i+1] < p^0.8; predicted 1 from 0.5 on."""
    u = uniforms(2 * n, seed)
    p = u[0::2] ** 3
    y = (u[1::2] < p**0.8).astype(int)
    said = (p >= 0.5).astype(int)
    return {
        "accuracy": m.accuracy_score(y, said), "precision": m.precision_score(y, said),
        "recall": m.recall_score(y, said), "f1": m.f1_score(y, said), "roc_auc": m.roc_auc_score(y, p),
        "pr_auc": m.average_precision_score(y, p), "log_loss": m.log_loss(y, p),
        "brier": m.brier_score_loss(y, p), "calibration_error": calibration_error(p, y),
    }


def many(n, k, seed):
    """Row i: scores = u^2 normalised over its k draws; y by inversion of the last draw."""
    u = uniforms((k + 1) * n, seed).reshape(n, k + 1)
    p = u[:, :k] ** 2
    p = p / p.sum(axis=1, keepdims=True)
    y = np.minimum((p.cumsum(axis=1) <= u[:, k:]).sum(axis=1), k - 1)
    said = p.argmax(axis=1)
    one = np.eye(k)[y]
    return {
        "accuracy": m.accuracy_score(y, said), "precision": m.precision_score(y, said, average="macro"),
        "recall": m.recall_score(y, said, average="macro"), "f1": m.f1_score(y, said, average="macro"),
        "roc_auc": m.roc_auc_score(y, p, multi_class="ovr"),
        "pr_auc": m.average_precision_score(one, p, average="macro"), "log_loss": m.log_loss(y, p),
        "brier": float(((p - one) ** 2).sum(axis=1).mean()),
        "calibration_error": calibration_error(p.max(axis=1), (said == y).astype(float)),
        "top_k": m.top_k_accuracy_score(y, p, k=3),
    }


def regression(n, seed):
    """Row i: y = 100 u[2i] - 20, prediction = y + 30 (u[2i+1] - 0.4)."""
    u = uniforms(2 * n, seed)
    y = 100 * u[0::2] - 20
    said = y + 30 * (u[1::2] - 0.4)
    return {
        "mae": m.mean_absolute_error(y, said), "rmse": m.root_mean_squared_error(y, said),
        "r2": m.r2_score(y, said), "mape": m.mean_absolute_percentage_error(y, said),
        "mean_error": float((said - y).mean()),
    }


cases = {
    "made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "binary": [{"n": n, "seed": s, "expected": binary(n, s)} for n, s in [(60, 3), (500, 4), (5000, 5)]],
    "many": [
        {"n": n, "classes": k, "seed": s, "expected": many(n, k, s)}
        for n, k, s in [(300, 3, 6), (800, 5, 7), (2000, 12, 8)]
    ],
    "regression": [{"n": n, "seed": s, "expected": regression(n, s)} for n, s in [(40, 9), (3000, 10)]],
}
for case in cases["many"]:
    if case["classes"] <= 3:
        del case["expected"]["top_k"]
Path(__file__).with_name("accuracy.json").write_text(json.dumps(cases, indent=1, default=float) + "\n")
