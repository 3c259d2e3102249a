"""The data both sides read, made once from a fixed seed: data.py FOLDER."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 1_000_000
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def numbers(random, current):
    """Fifteen columns of several shapes and types; on the current side some have moved, and by how much differs."""
    moved = float(current)
    normal, uniform = random.standard_normal, random.random
    columns = {
        "normal": normal(ROWS),
        "normal_shift_small": normal(ROWS) + 0.05 * moved,
        "normal_shift_large": normal(ROWS) + 0.4 * moved,
        "normal_wider": normal(ROWS) * (1 + 0.5 * moved),
        "uniform": uniform(ROWS),
        "uniform_cut": uniform(ROWS) * (1 - 0.3 * moved),
        "lognormal": np.exp(normal(ROWS)),
        "lognormal_scaled": np.exp(normal(ROWS)) * (1 + moved),
        "exponential": random.exponential(3.0, ROWS),
        "bimodal": np.where(uniform(ROWS) < 0.5 + 0.2 * moved, normal(ROWS) - 3, normal(ROWS) + 3),
        "with_gaps": np.where(uniform(ROWS) < 0.1, np.nan, normal(ROWS)),
        "with_gaps_shift": np.where(uniform(ROWS) < 0.1, np.nan, normal(ROWS) + 0.5 * moved),
        "count": random.poisson(40, ROWS),
        "count_shift": random.poisson(40 + 8 * current, ROWS),
        "rounded": np.round(normal(ROWS) * 10) / 10,
    }
    return columns


def categories(random, current):
    """Five columns of 3 to 50 names."""

    def drawn(k, tilt):
        weights = 1.0 / np.arange(1, k + 1)
        if current:
            weights = weights ** tilt
        names = np.array([f"category {i:02d}" for i in range(k)])
        return names[random.choice(k, ROWS, p=weights / weights.sum())]

    return {
        "plan": drawn(3, 1.0),
        "region": drawn(8, 1.6),
        "device": drawn(12, 1.02),
        "shop": drawn(50, 1.0),
        "campaign": drawn(20, 0.3),
    }


def drift(name, seed, current):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({**numbers(random, current), **categories(random, current)})
    frame.to_parquet(folder / f"{name}.parquet", index=False)


def answers(name, seed):
    """A binary classifier that is surer than it should be, with labels."""
    random = np.random.default_rng(seed)
    p = random.beta(1.2, 1.8, ROWS)
    said = p**1.7 / (p**1.7 + (1 - p) ** 1.7)
    y = (random.random(ROWS) < p).astype(int)
    frame = pd.DataFrame({"p": said, "yhat": (said >= 0.5).astype(int), "y": y})
    frame.to_parquet(folder / f"{name}.parquet", index=False)


def errors(name, seed):
    """An error stream whose rate changes ten times."""
    random = np.random.default_rng(seed)
    rate = np.repeat([0.2, 0.3, 0.15, 0.25, 0.1, 0.35, 0.2, 0.22, 0.4, 0.2], ROWS // 10)
    frame = pd.DataFrame({"error": (random.random(ROWS) < rate).astype(int)})
    frame.to_parquet(folder / f"{name}.parquet", index=False)


drift("reference", 1, 0)
drift("current", 2, 1)
answers("answers_reference", 3)
answers("answers_current", 4)
errors("errors", 5)
