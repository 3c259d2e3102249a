"""Makes the forests beside it, and boosted trees of other kinds, with what ONNX Runtime answers to them.

Run with the packages of models/requirements.txt and lightgbm 4.7.0, xgboost 3.2.0, onnxmltools 1.16.0. Rows are those
of models/<sample>/reference.csv, the answers those to the first 40 rows of holdout.csv, every tenth value of which is
missing where the model is told so.
"""

import lightgbm
import numpy as np
import onnx
import onnxruntime
import xgboost
from make import HERE, answers, sample, save
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier


def holed(x):
    places = np.add.outer(31 * np.arange(len(x)), 17 * np.arange(x.shape[1]))
    return np.where(places % 10 == 0, np.float32(np.nan), x)


def scikit(name, model, x, y, held, columns):
    save(to_onnx(model.fit(x, y), x[:1]), name)
    answers(name, held, columns)


def attributes(model):
    trees = next(node for node in model.graph.node if node.op_type.startswith("TreeEnsemble"))
    return trees, {attribute.name: attribute for attribute in trees.attribute}


def classes():
    x, y = sample("breast-cancer", "reference")
    held = sample("breast-cancer", "holdout")[0][:40]
    small = dict(max_leaf_nodes=12, random_state=0)
    scikit("forest-missing", RandomForestClassifier(6, **small), holed(x), y, holed(held), [1])
    scikit("decision-tree", DecisionTreeClassifier(max_depth=3, random_state=0), x, y, held, [0, 1])
    booster = xgboost.XGBClassifier(n_estimators=10, max_depth=3, random_state=0, n_jobs=1)
    booster.fit(holed(x), (y == "malignant").astype(int))
    save(convert_xgboost(booster, initial_types=[("input", FloatTensorType([None, 30]))]), "xgboost-missing")
    answers("xgboost-missing", holed(held), [1])
    x, y = sample("digits-cnn", "reference")
    held = sample("digits-cnn", "holdout")[0][:40]
    scikit("extra-digits", ExtraTreesClassifier(4, max_leaf_nodes=24, random_state=0), x, y.astype(int), held, range(10))


def numbers():
    x, y = sample("diabetes", "reference")
    y = y.astype(float)
    held = sample("diabetes", "holdout")[0][:40]
    small = dict(max_leaf_nodes=12, random_state=0)
    scikit("forest-diabetes", RandomForestRegressor(6, **small), x, y, held, [0])
    scikit("extra-diabetes", ExtraTreesRegressor(6, **small), x, y, held, [0])
    # The same forest as others write it: whole values, and the operator takes their mean.
    model = onnx.load(HERE / "forest-diabetes.onnx")
    trees, named = attributes(model)
    whole = [6 * weight for weight in named["target_weights"].floats]
    del named["target_weights"].floats[:]
    named["target_weights"].floats.extend(whole)
    trees.attribute.append(onnx.helper.make_attribute("aggregate_function", "AVERAGE"))
    save(model, "forest-average")
    answers("forest-average", held, [0])
    # Boosted trees without a base value around zero, which are no forest.
    settings = dict(num_leaves=4, min_child_samples=10, verbose=-1, num_threads=1, deterministic=True)
    boosted = lightgbm.LGBMRegressor(n_estimators=12, **settings).fit(x, y - y.mean())
    save(convert_lightgbm(boosted, initial_types=[("input", FloatTensorType([None, x.shape[1]]))]), "lightgbm-centred")


def categories():
    random = np.random.default_rng(0)
    x = np.column_stack([random.integers(0, 40, 1200), random.standard_normal(1200)]).astype(np.float32)
    effect = random.standard_normal(40)
    y = effect[x[:, 0].astype(int)] + 0.5 * x[:, 1] + 0.1 * random.standard_normal(1200)
    settings = dict(num_leaves=5, min_child_samples=10, verbose=-1, num_threads=1, deterministic=True)
    boosted = lightgbm.LGBMRegressor(n_estimators=4, **settings).fit(x, y, categorical_feature=[0])
    save(convert_lightgbm(boosted, initial_types=[("input", FloatTensorType([None, 2]))]), "lightgbm-categories")
    answers("lightgbm-categories", x, [0])
    table = np.column_stack([x, y]).astype(np.float32)
    np.savetxt(HERE / "categories.csv", table, delimiter=",", fmt="%.9g", header="shop,size,y", comments="")


if __name__ == "__main__":
    classes()
    numbers()
    categories()
