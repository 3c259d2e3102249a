"""Sets a step of training beside torch's, on the same networks in turns, in processor time.

    pip install torch onnx onnxscript
    python benches/networks.py target/release/networks

Both use one thread and AdamW. A step's cost is the difference between a long and a short run, so that starting up
does not count.
"""

import resource
import subprocess
import sys
import tempfile
import time
import warnings

import torch
from torch import nn

TURNS = 3
# Name, network, shape of a row, rows a step, steps of a long run.
CASES = [
    ("MLP 64-128-10", lambda: nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), (64,), 32, 2000),
    (
        "CNN 8x8, 8 and 16 channels",
        lambda: nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
        ),
        (1, 8, 8), 32, 1000,
    ),
    (
        "CNN 32x32, 32 to 128 channels",
        lambda: nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.AvgPool2d(8), nn.Flatten(),
            nn.Linear(128, 10),
        ),
        (3, 32, 32), 32, 40,
    ),
]


def children():
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def ours(program, file, shape, rows, steps):
    before = children()
    numbers = torch.Size(shape).numel()
    command = [program, file, *map(str, (numbers, 10, rows, steps))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return children() - before


def torchs(network, shape, rows, steps):
    x = torch.sin(torch.arange(rows * torch.Size(shape).numel()) * 0.7).reshape(rows, *shape)
    y = torch.arange(rows) * 7 % 10
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
    before = time.process_time()
    for _ in range(steps):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    return time.process_time() - before


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for name, make, shape, rows, steps in CASES:
        network = make()
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            torch.onnx.export(
                network, (torch.rand(rows, *shape),), file.name, dynamo=False, opset_version=17,
                input_names=["x"], output_names=["logits"],
            )
            short, costs = max(1, steps // 10), []
            for _ in range(TURNS):
                mine = ours(sys.argv[1], file.name, shape, rows, steps) - ours(sys.argv[1], file.name, shape, rows, short)
                theirs = torchs(network, shape, rows, steps) - torchs(network, shape, rows, short)
                costs.append((mine / (steps - short), theirs / (steps - short)))
        mine, theirs = (sorted(side)[TURNS // 2] for side in zip(*costs))
        print(f"{name}: {mine * 1e3:.3f} ms a step, torch {theirs * 1e3:.3f} ms: {mine / theirs:.2f}")


if __name__ == "__main__":
    main()
