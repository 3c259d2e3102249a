"""Records what scipy, Evidently and NannyML say of generated samples, for the tests beside it.

    pip install -r requirements-evidently.txt && python make.py evidently
    pip install -r requirements-nannyml.txt && python make.py nannyml     # in an environment of its own

The first run writes seeds.json and tables.json, the second adds NannyML's values to both. Samples are generated, not
stored: x <- 6364136223846793005 x + 1442695040888963407 mod 2^64 from the seed, u = (x >> 11) / 2^53, and then
u * scale + shift, rounded down where the column is whole. Categories are c0..ck by floor(u^2 k).
"""

import json
import os
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

# n and seed of the reference; n, seed, scale and shift of the current sample; whether both are rounded down.
NUMERIC = [
    (12, 101, 9, 102, 1.0, 0.3, False),
    (40, 103, 400, 104, 1.1, 0.0, False),
    (200, 105, 210, 106, 30.0, 2.0, True),
    (999, 107, 1001, 108, 7.0, 0.0, True),
    (1001, 109, 600, 110, 0.8, 0.1, False),
    (3000, 111, 9000, 112, 1.0, 0.01, False),
    (10001, 113, 10002, 114, 1.0, 0.004, False),
    (12000, 115, 300, 116, 60.0, -1.0, True),
    (30000, 117, 25000, 118, 1.02, -0.01, False),
]
# n and seed of both sides, categories of both sides.
CATEGORICAL = [(80, 201, 60, 202, 2, 2), (500, 203, 450, 204, 4, 5), (2000, 205, 700, 206, 12, 9), (30, 207, 3000, 208, 3, 3)]

# Kind, distinct values (0: continuous), shift of the current side.
COLUMNS = {
    "still": ("numeric", 0, 0.0),
    "moved": ("numeric", 0, 0.2),
    "steps": ("numeric", 8, 0.0),
    "levels": ("numeric", 4, 0.0),
    "count": ("integer", 60, 4.0),
    "grade": ("integer", 8, 0.0),
    "color": ("categorical", 6, 0.0),
    "answer": ("categorical", 2, 0.0),
    "flag": ("boolean", 2, 0.0),
}
TABLES = [(400, 300), (2500, 1200), (1000, 1000)]


def uniforms(n, seed):
    x, out = seed, np.empty(n)
    for i in range(n):
        x = (6364136223846793005 * x + 1442695040888963407) % 2**64
        out[i] = (x >> 11) / 2**53
    return out


def numbers(n, seed, scale=1.0, shift=0.0, whole=False):
    values = uniforms(n, seed) * scale + shift
    return np.floor(values) if whole else values


def categories(n, seed, k):
    return np.floor(uniforms(n, seed) ** 2 * k).astype(int)


def numeric_cases():
    for n, seed, m, other, scale, shift, whole in NUMERIC:
        reference = {"n": n, "seed": seed, "scale": scale if whole else 1.0, "shift": 0.0, "whole": whole}
        current = {"n": m, "seed": other, "scale": scale, "shift": shift, "whole": whole}
        yield {"reference": reference, "current": current}


def table(rows, index, side):
    """Both sides of a table; seeds differ by column and side."""
    columns = {}
    for place, (name, (kind, distinct, shift)) in enumerate(COLUMNS.items()):
        seed = 1000 * (index + 1) + 10 * place + side
        shift = shift * side
        if kind in ("numeric", "integer"):
            values = numbers(rows, seed, distinct or 1.0, shift, bool(distinct))
            columns[name] = values.astype(int) if kind == "integer" else values
        elif kind == "boolean":
            columns[name] = uniforms(rows, seed) < 0.3
        else:
            columns[name] = [f"c{code}" for code in categories(rows, seed, distinct)]
    return pd.DataFrame(columns)


def distances(reference, current, kind):
    """What scipy and Evidently say."""
    from evidently.legacy.calculations import stattests
    from evidently.legacy.core import ColumnType
    from scipy import stats

    r, c = pd.Series(reference), pd.Series(current)
    by = lambda test: float(test(r.copy(), c.copy(), kind, None).drift_score)
    found = {
        "psi": by(stattests.psi_stat_test),
        "kl": by(stattests.kl_div_stat_test),
        "jensen_shannon_ln": by(stattests.jensenshannon_stat_test),
        "hellinger": by(stattests.hellinger_stat_test),
    }
    if kind == ColumnType.Categorical:
        keys = sorted(set(reference) | set(current))
        counts = [[int((side == key).sum()) for key in keys] for side in (r, c)]
        contingency = stats.chi2_contingency(counts)
        return counts, found | {
            "chi_square_p": by(stattests.chi_stat_test),
            "chi2_contingency_statistic": float(contingency.statistic),
            "chi2_contingency_p": float(contingency.pvalue),
        }
    ks = stats.ks_2samp(reference, current)
    return None, found | {
        "ks_statistic": float(ks.statistic),
        "ks_p": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(reference, current)),
        "wasserstein_normed": by(stattests.wasserstein_stat_test),
        "energy": float(stats.energy_distance(reference, current)),
        "cramer_von_mises_p": float(stats.cramervonmises_2samp(reference, current).pvalue),
        "t_test_p": float(stats.ttest_ind(reference, current).pvalue),
    }


def preset(reference, current):
    """Method, score and threshold of each column, and the share of drifted ones, of Evidently's DataDriftPreset."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    metrics = json.loads(Report([DataDriftPreset()]).run(current, reference).json())["metrics"]
    columns = {}
    for metric in metrics:
        config = metric["config"]
        if "column" in config:
            columns[config["column"]] = {
                "method": config["method"] if config.get("method") else metric["metric_name"].split("method=")[1].split(",")[0],
                "score": float(metric["value"]),
            }
        else:
            share = metric["value"]
    return {"columns": columns, "drifted": int(share["count"]), "share_drifted": float(share["share"])}


def evidently():
    from evidently.legacy.core import ColumnType

    seeds = {"numeric": [], "categorical": []}
    for case in numeric_cases():
        _, expected = distances(numbers(**case["reference"]), numbers(**case["current"]), ColumnType.Numerical)
        seeds["numeric"].append(case | {"expected": expected})
    for n, seed, m, other, k, k_current in CATEGORICAL:
        counts, expected = distances(categories(n, seed, k), categories(m, other, k_current), ColumnType.Categorical)
        seeds["categorical"].append({"reference": counts[0], "current": counts[1], "expected": expected})
    tables = {"columns": COLUMNS, "tables": []}
    for index, (n, m) in enumerate(TABLES):
        found = preset(table(n, index, 0), table(m, index, 1))
        tables["tables"].append({"reference": n, "current": m, "evidently": found})
    write(seeds, "seeds.json")
    write(tables, "tables.json")


def nannyml():
    from nannyml import DataReconstructionDriftCalculator, UnivariateDriftCalculator
    from nannyml.drift.univariate.methods import MethodFactory
    from nannyml.drift.univariate.methods import FeatureType

    seeds, tables = (json.loads((HERE / f"{name}.json").read_text()) for name in ("seeds", "tables"))
    for case in seeds["numeric"]:
        reference, current = (pd.Series(numbers(**case[side])) for side in ("reference", "current"))
        for name, key in [("jensen_shannon",) * 2, ("hellinger",) * 2, ("wasserstein",) * 2, ("kolmogorov_smirnov", "ks")]:
            method = MethodFactory.create(name, FeatureType.CONTINUOUS, chunker=None, threshold=None)
            method._fit(reference)
            case["expected"][f"nannyml_{key}"] = float(method._calculate(current))
    for case in seeds["categorical"]:
        reference, current = (pd.Series(np.repeat([f"c{i:02}" for i in range(len(case[side]))], case[side])) for side in ("reference", "current"))
        for name in ("jensen_shannon", "hellinger", "l_infinity"):
            method = MethodFactory.create(name, FeatureType.CATEGORICAL, chunker=None, threshold=None)
            method._fit(reference)
            case["expected"][f"nannyml_{name}"] = float(method._calculate(current))
    for index, case in enumerate(tables["tables"]):
        reference, current = table(case["reference"], index, 0), table(case["current"], index, 1)
        case["nannyml"] = {"columns": {}}
        for name in COLUMNS:
            calculator = UnivariateDriftCalculator(column_names=[name], continuous_methods=["jensen_shannon"], categorical_methods=["jensen_shannon"])
            calculator.fit(reference)
            models = calculator._column_to_models_mapping[name]
            case["nannyml"]["columns"][name] = {
                "score": float(models[0]._calculate(current[name])),
                "threshold": float(models[0].upper_threshold_value),
            }
        calculator = DataReconstructionDriftCalculator(column_names=list(COLUMNS))
        calculator.fit(reference)
        error, deviation = calculator._calculate_dre_results(current.copy())
        case["nannyml"]["reconstruction"] = {
            "error": float(error),
            "uncertainty": float(3 * deviation / np.sqrt(len(current))),
            "low": float(calculator.lower_threshold_value),
            "high": float(calculator.upper_threshold_value),
            "components": int(calculator._pca.n_components_),
        }
    write(seeds, "seeds.json")
    write(tables, "tables.json")


def write(value, name):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    {"evidently": evidently, "nannyml": nannyml}[sys.argv[1]]()
