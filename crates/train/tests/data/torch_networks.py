"""Makes the torch-*.onnx networks beside it with both of torch's exporters.

Run with torch 2.15.0, onnx 1.23.2 and onnxscript. All take pictures of 64 pixels and answer with ten logits.
"""

import pathlib
import warnings

import onnx
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


class Image(nn.Module):
    def forward(self, x):
        return x.reshape(-1, 1, 8, 8)


class Lines(nn.Module):
    def forward(self, x):
        return x.reshape(-1, 8, 8)


class Block(nn.Module):
    """A residual block with batch normalisation."""

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)])

    def forward(self, x):
        inner = torch.relu(self.norms[0](self.first(x)))
        return torch.relu(x + self.norms[1](self.second(inner)))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cell = kind(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        out, _ = self.cell(x.reshape(-1, 8, 8))
        return self.head(out.mean(1))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 16)
        self.places = nn.Parameter(torch.randn(1, 8, 16) * 0.1)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu", dropout=0.1)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        return self.head(self.encoder(self.embed(x.reshape(-1, 8, 8)) + self.places).mean(1))


NETWORKS = {
    "mlp": lambda: nn.Sequential(nn.Linear(64, 32), nn.GELU(), nn.Dropout(0.1), nn.Linear(32, 10)),
    "cnn": lambda: nn.Sequential(
        Image(), nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, groups=2), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(64, 10),
    ),
    "resnet": lambda: nn.Sequential(
        Image(), nn.Conv2d(1, 8, 3, padding=1), Block(8), nn.AvgPool2d(2), Block(8), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(8, 10),
    ),
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
    "encoder": Encoder,
}


def export(name, network, dynamo):
    path = HERE / f"torch-{name}{'-dynamo' if dynamo else ''}.onnx"
    names = {"input_names": ["x"], "output_names": ["logits"]}
    x = torch.rand(4, 64)
    if dynamo:
        rows = {"x": {0: torch.export.Dim("rows")}}
        names |= {"dynamic_shapes": rows if not isinstance(network, nn.Sequential) else (rows["x"],)}
        torch.onnx.export(network, (x,), path, dynamo=True, external_data=False, verbose=False, **names)
    else:
        names |= {"dynamic_axes": {"x": {0: "rows"}, "logits": {0: "rows"}}, "opset_version": 17}
        torch.onnx.export(network, (x,), path, dynamo=False, **names)
    model = onnx.load(path)
    # Traces of the source take more room than the network.
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    del model.graph.value_info[:]
    onnx.save(model, path)
    print(path.name, path.stat().st_size, sorted({node.op_type for node in model.graph.node}))


def main():
    warnings.simplefilter("ignore")
    for name, make in NETWORKS.items():
        for dynamo in (False, True):
            torch.manual_seed(0)
            try:
                export(name, make().eval(), dynamo)
            except Exception as error:
                print(name, "dynamo" if dynamo else "", "is not exported:", repr(error)[:300])


if __name__ == "__main__":
    main()
