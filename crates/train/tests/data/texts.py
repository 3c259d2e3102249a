"""Makes the pipelines beside it that take texts, and the rows they are retrained on.

Run with the packages of models/requirements.txt and pandas 3.1.1, lightgbm 4.7.0, onnxmltools 1.16.0. Of the rows of
customers.csv the first 250 made the files, by a rule that has changed since; those up to 550 are for retraining, the
rest is held out. customers.json has what each file answers of those held out, and the same pipeline of scikit-learn once
it has learnt from the rows for retraining: the accuracy, or of numbers the share of the variance explained.
"""

import json
import pathlib
import warnings

import lightgbm
import numpy as np
import onnx
import onnxruntime
import pandas
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC

HERE = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")
MADE, LEARNT = 250, 550
NUMBERS, TEXTS = ["age", "income"], ["plan", "region"]
TYPES = {
    "age": FloatTensorType, "income": FloatTensorType, "shop": Int64TensorType,
    "plan": StringTensorType, "region": StringTensorType, "note": StringTensorType,
}


def customers():
    random = np.random.default_rng(3)
    count = 800
    table = pandas.DataFrame({
        "age": random.integers(18, 80, count).astype(float),
        "income": random.normal(50, 15, count).round(1),
        "shop": random.integers(100, 106, count),
        "plan": random.choice(["basic", "plus", "pro"], count),
        "region": random.choice(["north", "south", "east", "west"], count),
    })
    old = np.arange(count) < MADE
    plan = table.plan.map({"basic": 2.0, "plus": 0.0, "pro": -2.0}).to_numpy() * np.where(old, -1, 1)
    region = table.region.map({"north": 1.5, "south": -1.5, "east": 0.0, "west": 0.5}).to_numpy()
    score = plan + region + (table.age.to_numpy() - 49) / 20 + 0.7 * random.standard_normal(count)
    words = [["fine", "service", "thanks"], ["slow", "broken", "again"]]
    pick = [random.choice(words[int((one > 0) ^ (random.random() < 0.05))], 2) for one in score * np.where(old, -1, 1)]
    table["note"] = [" ".join(["the", *own]) for own in pick]
    table.loc[random.random(count) < 0.1, "income"] = np.nan
    # A region that the encoders have not seen.
    table.loc[(np.arange(count) >= MADE) & (random.random(count) < 0.04), "region"] = "coast"
    table["churned"] = np.where(score > 0, "yes", "no")
    table["spend"] = (40 + 6 * score).round(2)
    return table


def numbers():
    return "numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS


def one_hot(columns=TEXTS, unknown="ignore"):
    return "texts", OneHotEncoder(handle_unknown=unknown, sparse_output=False), columns


def ordinal():
    return "texts", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), TEXTS


def before(*parts, then=()):
    return lambda learner: make_pipeline(ColumnTransformer(list(parts), sparse_threshold=0), *then, learner)


def block():
    """The columns by their places: a matrix of numbers and one of texts."""
    parts = [(*numbers()[:2], [0, 1]), (*one_hot()[:2], [2, 3])]
    return make_pipeline(ColumnTransformer(parts), Ridge())


# ONNX Runtime changes the case of letters only where the machine has the locale that the file names.
words = ("words", TfidfVectorizer(lowercase=False), "note")
few = dict(n_estimators=20, random_state=0)
booster = lightgbm.LGBMClassifier(n_estimators=20, num_leaves=7, verbose=-1, num_threads=1, deterministic=True)
PIPELINES = {
    "logistic": before(numbers(), one_hot())(LogisticRegression()),
    "normalised": before(numbers(), one_hot(), then=[Normalizer()])(LogisticRegression()),
    "block": block(),
    "ordinal": before(("age", "passthrough", ["age"]), ordinal())(GradientBoostingClassifier(max_depth=2, **few)),
    "forest": before(numbers(), one_hot())(RandomForestClassifier(max_leaf_nodes=12, **few)),
    "hist": before(("age", "passthrough", NUMBERS), ordinal())(
        HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=7, random_state=0)),
    "lightgbm": before(("age", "passthrough", NUMBERS), one_hot())(booster),
    "mlp": before(numbers(), one_hot())(MLPClassifier((8,), max_iter=400, random_state=0)),
    "words": before(words, one_hot(["plan"]))(LogisticRegression()),
    "projected": before(numbers(), one_hot(), then=[PCA(6, random_state=0)])(LogisticRegression()),
    "strict": before(("age", StandardScaler(), ["age"]), one_hot(["shop", *TEXTS], "error"))(LogisticRegression()),
    "machine": before(numbers(), one_hot())(SVC()),
}
OF_NUMBERS = ["block", "hist"]


def parts(name):
    """The rows that make the file, those for retraining, and those held out."""
    table = customers()
    # This one fails on values that its encoders have not seen.
    known = table.region != "coast" if name == "strict" else table.region.notna()
    return [part[known.loc[part.index]] for part in (table[:MADE], table[MADE:LEARNT], table[LEARNT:])]


def target(name):
    return "spend" if name in OF_NUMBERS else "churned"


def truths(name, table):
    return table[target(name)].to_numpy(None if name in OF_NUMBERS else object)


def columns(name):
    used = [column for _, _, columns in PIPELINES[name][0].transformers for column in np.atleast_1d(columns)]
    return NUMBERS + TEXTS if name == "block" else [column for column in TYPES if column in used]


def rows_of(name, table):
    return table[columns(name)].to_numpy(dtype=object) if name == "block" else table


def fitted(name, table):
    return clone(PIPELINES[name]).fit(rows_of(name, table), truths(name, table))


def converted(name):
    """The file of a pipeline; single columns as inputs, but for the block."""
    pipeline = fitted(name, parts(name)[0])
    types = [(column, TYPES[column]([None, 1])) for column in columns(name)]
    if name == "block":
        types = [("numbers", FloatTensorType([None, 2])), ("texts", StringTensorType([None, 2]))]
    options = {} if name in OF_NUMBERS else {id(pipeline): {"zipmap": False}}
    return to_onnx(pipeline, initial_types=types, options=options, target_opset={"": 17, "ai.onnx.ml": 3})


def answers(content, table):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    blocks = {"numbers": NUMBERS, "texts": TEXTS}
    kinds = {"tensor(float)": np.float32, "tensor(string)": object, "tensor(int64)": np.int64}
    cells = lambda one: table[blocks.get(one.name, [one.name])].to_numpy(kinds[one.type])
    return session.run(None, {one.name: cells(one) for one in session.get_inputs()})[0].ravel()


def score(found, truth):
    if truth.dtype == float:
        return 1 - ((found - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    return (found == truth).mean()


def register():
    # Integers of NumPy are no attributes for onnx.
    plain, kinds = onnx.helper.make_attribute, (np.integer, np.bool_, bool)
    whole = lambda value: [int(v) if isinstance(v, kinds) else v for v in value] if isinstance(value, list) else value
    onnx.helper.make_attribute = lambda key, value, *more, **named: plain(key, whole(value), *more, **named)
    update_registered_converter(
        lightgbm.LGBMClassifier, "LightGbmLGBMClassifier", calculate_linear_classifier_output_shapes, convert_lightgbm,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"]})


def main():
    register()
    customers().to_csv(HERE / "customers.csv", index=False)
    found = {}
    for name in PIPELINES:
        content = converted(name).SerializeToString()
        (HERE / f"text-{name}.onnx").write_bytes(content)
        _, learnt, held = parts(name)
        both = [answers(content, held), fitted(name, learnt).predict(rows_of(name, held))]
        found[name] = [round(float(score(one, truths(name, held))), 4) for one in both]
    (HERE / "customers.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
