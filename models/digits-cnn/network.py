"""A small convolutional network in numpy: forward, backward, Adam, and its graph in ONNX.

(Conv 3x3 pad 1, Relu, MaxPool 2) twice, then one linear layer; images are [N, 1, 8, 8] of pixels 0 to 16.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper

CHANNELS = (8, 16)
CLASSES = 10
PIXEL_SCALE = np.float32(1 / 16)


def initial(random: np.random.Generator) -> dict[str, np.ndarray]:
    """He's initialisation; zero biases."""
    first, second = CHANNELS
    shapes = {"conv1": (first, 1, 3, 3), "conv2": (second, first, 3, 3), "dense": (CLASSES, second * 4)}
    weights = {}
    for name, shape in shapes.items():
        deviation = np.sqrt(2 / np.prod(shape[1:]))
        weights[f"{name}.weight"] = random.normal(0, deviation, shape).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(shape[0], np.float32)
    return weights


def patches(images: np.ndarray) -> np.ndarray:
    """[N, C, H, W] -> [N, H, W, C*9], the 3x3 neighbourhood of every pixel."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(*windows.shape[:3], -1)


def convolve(images, weight, bias):
    columns = patches(images)
    out = columns @ weight.reshape(len(weight), -1).T + bias
    return out.transpose(0, 3, 1, 2), columns


def convolve_back(grad, columns, weight):
    """Gradients of the images, the weight and the bias."""
    flat = grad.transpose(0, 2, 3, 1).reshape(-1, len(weight))
    grad_weight = (flat.T @ columns.reshape(len(flat), -1)).reshape(weight.shape)
    # The gradient of the input is a convolution with the kernel turned round.
    turned = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    grad_images, _ = convolve(grad, turned, np.float32(0))
    return grad_images, grad_weight, flat.sum(0)


def relu_pool(values):
    """Relu, then the largest of each 2x2 block, with the mask that carries gradients back."""
    count, channels, height, width = values.shape
    blocks = np.maximum(values, 0).reshape(count, channels, height // 2, 2, width // 2, 2)
    pooled = blocks.max((3, 5), keepdims=True)
    mask = (blocks == pooled) & (pooled > 0)
    share = mask / np.maximum(mask.sum((3, 5), keepdims=True), 1)
    return pooled[:, :, :, 0, :, 0], share.astype(np.float32)


def relu_pool_back(grad, share):
    count, channels, height, _, width, _ = share.shape
    spread = grad[:, :, :, None, :, None] * share
    return spread.reshape(count, channels, height * 2, width * 2)


def loss_and_gradients(weights, images, truth):
    """Mean cross-entropy of a batch and its gradient by weight."""
    conv1, columns1 = convolve(images * PIXEL_SCALE, weights["conv1.weight"], weights["conv1.bias"])
    pool1, share1 = relu_pool(conv1)
    conv2, columns2 = convolve(pool1, weights["conv2.weight"], weights["conv2.bias"])
    pool2, share2 = relu_pool(conv2)
    flat = pool2.reshape(len(images), -1)
    logits = flat @ weights["dense.weight"].T + weights["dense.bias"]
    shifted = logits - logits.max(1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    loss = -log_probabilities[np.arange(len(truth)), truth].mean()

    grad = np.exp(log_probabilities)
    grad[np.arange(len(truth)), truth] -= 1
    grad /= len(truth)
    gradients = {"dense.weight": grad.T @ flat, "dense.bias": grad.sum(0)}
    back = relu_pool_back((grad @ weights["dense.weight"]).reshape(pool2.shape), share2)
    back, *conv = convolve_back(back, columns2, weights["conv2.weight"])
    gradients["conv2.weight"], gradients["conv2.bias"] = conv
    back = relu_pool_back(back, share1)
    _, *conv = convolve_back(back, columns1, weights["conv1.weight"])
    gradients["conv1.weight"], gradients["conv1.bias"] = conv
    return loss, gradients


def train(images, truth, random, epochs=30, batch=32, rate=2e-3):
    """Adam with a cosine schedule."""
    weights = initial(random)
    mean = {name: np.zeros_like(value) for name, value in weights.items()}
    square = {name: np.zeros_like(value) for name, value in weights.items()}
    steps, step = epochs * (len(images) // batch), 0
    for _ in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, len(images) - batch + 1, batch):
            rows = order[start : start + batch]
            _, gradients = loss_and_gradients(weights, images[rows], truth[rows])
            step += 1
            pace = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, grad in gradients.items():
                mean[name] = 0.9 * mean[name] + 0.1 * grad
                square[name] = 0.999 * square[name] + 0.001 * grad**2
                root = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
                weights[name] -= np.float32(pace) * (mean[name] / (1 - 0.9**step) / root).astype(np.float32)
    return weights


def graph(weights):
    """The network as an ONNX graph: `image` [N, 1, 8, 8] of pixels 0 to 16 -> `logits` [N, 10]."""
    constants = {"pixel_scale": PIXEL_SCALE, **weights}
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    node = helper.make_node
    return helper.make_graph(
        [
            node("Mul", ["image", "pixel_scale"], ["scaled"], "scale"),
            node("Conv", ["scaled", "conv1.weight", "conv1.bias"], ["c1"], "conv1", pads=[1, 1, 1, 1]),
            node("Relu", ["c1"], ["r1"], "relu1"),
            node("MaxPool", ["r1"], ["p1"], "pool1", **pool),
            node("Conv", ["p1", "conv2.weight", "conv2.bias"], ["c2"], "conv2", pads=[1, 1, 1, 1]),
            node("Relu", ["c2"], ["r2"], "relu2"),
            node("MaxPool", ["r2"], ["p2"], "pool2", **pool),
            node("Flatten", ["p2"], ["flat"], "flatten", axis=1),
            node("Gemm", ["flat", "dense.weight", "dense.bias"], ["logits"], "dense", transB=1),
        ],
        "digits_cnn",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
