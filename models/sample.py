"""Writing a sample: its data, its model, its card, and the check that ONNX Runtime agrees with the trainer."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

SEED = 20260901
# Old enough for every ONNX Runtime the program can load (1.24 and later).
OPSETS = {"": 21, "ai.onnx.ml": 3}
IR_VERSION = 10


def write_rows(path: Path, header: list[str], rows: np.ndarray, target: np.ndarray) -> None:
    """One line a row, the target last; numbers in their shortest form that reads back as the same float32."""
    with path.open("w", newline="\n") as out:
        out.write(",".join(header) + "\n")
        for row, truth in zip(rows, target, strict=True):
            out.write(",".join([shortest(value) for value in row] + [shortest(truth)]) + "\n")


def shortest(value) -> str:
    if isinstance(value, str):
        return str(value)
    text = str(np.float32(value))
    return text.removesuffix(".0")


def write_model(path: Path, model: onnx.ModelProto, metadata: dict[str, list[str]]) -> None:
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=json.dumps(value))
    # Some converters list the operator sets in random order, and one of them twice.
    versions = {opset.domain: opset.version for opset in model.opset_import}
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(*item) for item in sorted(versions.items()))
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def answers(path: Path, rows: np.ndarray) -> list:
    """What ONNX Runtime makes of the written file."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: rows.astype(np.float32)})


def write_card(path: Path, card: dict) -> None:
    """A flat table and the tables in it, as TOML (JSON's strings, numbers and arrays are TOML's too)."""
    plain = {key: value for key, value in card.items() if not isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items()]
    for name, table in card.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]"] + [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
