#!/usr/bin/env python3
"""Writes models for benchmarks, FOLDER/NAME.onnx: published architectures with made-up weights.

usage: make-models.py FOLDER [NAME...]
  squeezenet (5 MB), mobilenetv2 (14 MB), resnet50 (102 MB), resnet152 (241 MB)
  matrix (101 MB)   matrix products, as transformers consist of them: 6 blocks of 1024 x 2048 x 1024 on 128 rows
Without names: squeezenet and resnet50.

Speed, size and load time are those of trained models; the answers mean nothing. Needs Python 3 alone: ONNX's few messages
(onnx.proto of ONNX 1.12, IR version 7, operator set 13) are written as protocol buffers here.
"""
import array
import math
import os
import random
import sys

random.seed(1)
NOISE = array.array("f", (random.gauss(0, 1) for _ in range(1 << 16)))


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def ints(values):
    return block(8, b"".join(map(varint, values)))


class Graph:
    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def name(self, prefix):
        self.count += 1
        return f"{prefix}_{self.count}"

    def weight(self, shape, deviation, offset=0.0):
        name, length = self.name("w"), math.prod(shape)
        tile = array.array("f", (deviation * value + offset for value in NOISE[:min(length, len(NOISE))]))
        data = (tile * (length // len(tile) + 1))[:length]
        self.weights.append(b"".join(number(1, axis) for axis in shape) + number(2, 1) + block(8, name) + block(9, data.tobytes()))
        return name

    def node(self, kind, inputs, output=None, **attributes):
        output = output or self.name(kind.lower())
        body = b"".join(block(1, i) for i in inputs) + block(2, output) + block(3, output) + block(4, kind)
        for key, value in attributes.items():
            # AttributeProto: name 1, i 3, ints 8, type 20 (2 a number, 7 numbers)
            content = ints(value) + number(20, 7) if isinstance(value, list) else number(3, value) + number(20, 2)
            body += block(5, block(1, key) + content)
        self.nodes.append(body)
        return output

    def scalar(self, value):
        name = self.name("s")
        self.weights.append(number(2, 1) + block(8, name) + block(9, array.array("f", [value]).tobytes()))
        return name

    def convolution(self, x, channels, filters, size, stride=1, padding=0, relu=True, normalize=False, group=1):
        channels //= group
        inputs = [x, self.weight([filters, channels, size, size], math.sqrt(2 / (channels * size * size)))]
        if not normalize:
            inputs.append(self.weight([filters], 0.01))
        x = self.node("Conv", inputs, kernel_shape=[size, size], strides=[stride, stride], pads=[padding] * 4, group=group)
        if normalize:
            parameters = [self.weight([filters], 0, 1), self.weight([filters], 0), self.weight([filters], 0.01), self.weight([filters], 0, 1)]
            x = self.node("BatchNormalization", [x, *parameters])
        return self.node("Relu", [x]) if relu else x

    def classifier(self, x, channels):
        x = self.node("Flatten", [self.node("GlobalAveragePool", [x])])
        return self.node("Gemm", [x, self.weight([1000, channels], 0.02), self.weight([1000], 0)], transB=1)

    def save(self, path, output, taken=(1, 3, 224, 224), given=(1, 1000)):
        def tensor(name, shape):
            axes = b"".join(block(1, number(1, axis)) for axis in shape)
            return block(1, name) + block(2, block(1, number(1, 1) + block(2, axes)))

        self.node("Identity", [output], "logits")
        graph = b"".join(block(1, node) for node in self.nodes) + block(2, "benchmark") + b"".join(block(5, weight) for weight in self.weights)
        graph += block(11, tensor("input", taken)) + block(12, tensor("logits", given))
        with open(path, "wb") as file:
            file.write(number(1, 7) + block(7, graph) + block(8, number(2, 13)))
        print(path)


def squeezenet(path):
    """SqueezeNet 1.1 (Iandola and others, 2016)."""
    g = Graph()

    def fire(x, channels, squeezed, expanded):
        x = g.convolution(x, channels, squeezed, 1)
        return g.node("Concat", [g.convolution(x, squeezed, expanded, 1), g.convolution(x, squeezed, expanded, 3, padding=1)], axis=1)

    def pool(x):
        return g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)

    x = pool(g.convolution("input", 3, 64, 3, stride=2))
    x = pool(fire(fire(x, 64, 16, 64), 128, 16, 64))
    x = pool(fire(fire(x, 128, 32, 128), 256, 32, 128))
    x = fire(fire(fire(fire(x, 256, 48, 192), 384, 48, 192), 384, 64, 256), 512, 64, 256)
    g.save(path, g.node("Flatten", [g.node("GlobalAveragePool", [g.convolution(x, 512, 1000, 1)])]))


def resnet50(path):
    resnet(path, 3, 4, 6, 3)


def resnet152(path):
    resnet(path, 3, 8, 36, 3)


def resnet(path, *depths):
    """ResNet, with the stride in the middle of a block (He and others, 2015; torchvision's variant)."""
    g = Graph()
    x = g.convolution("input", 3, 64, 7, stride=2, padding=3, normalize=True)
    x, channels = g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 64
    for width, blocks, first in zip((64, 128, 256, 512), depths, (1, 2, 2, 2)):
        for number_of_block in range(blocks):
            stride = first if number_of_block == 0 else 1
            y = g.convolution(x, channels, width, 1, normalize=True)
            y = g.convolution(y, width, width, 3, stride, 1, normalize=True)
            y = g.convolution(y, width, 4 * width, 1, relu=False, normalize=True)
            shortcut = x if number_of_block > 0 else g.convolution(x, channels, 4 * width, 1, stride, relu=False, normalize=True)
            x, channels = g.node("Relu", [g.node("Add", [y, shortcut])]), 4 * width
    g.save(path, g.classifier(x, 2048))


def mobilenetv2(path):
    """MobileNetV2 with a width of 1 (Sandler and others, 2018)."""
    g = Graph()
    zero, six = g.scalar(0.0), g.scalar(6.0)

    def relu6(x):
        return g.node("Clip", [x, zero, six])

    def convolution(x, channels, filters, size, stride=1, group=1):
        return g.convolution(x, channels, filters, size, stride, size // 2, relu=False, normalize=True, group=group)

    x, channels = relu6(convolution("input", 3, 32, 3, 2)), 32
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, filters, blocks, first in stages:
        for number_of_block in range(blocks):
            stride, inner = first if number_of_block == 0 else 1, channels * expansion
            y = relu6(convolution(x, channels, inner, 1)) if expansion > 1 else x
            y = convolution(relu6(convolution(y, inner, inner, 3, stride, inner)), inner, filters, 1)
            x, channels = g.node("Add", [x, y]) if stride == 1 and channels == filters else y, filters
    g.save(path, g.classifier(relu6(convolution(x, channels, 1280, 1)), 1280))


def matrix(path):
    g, x = Graph(), "input"
    for _ in range(6):
        x = g.node("Relu", [g.node("MatMul", [x, g.weight([1024, 2048], 1 / math.sqrt(1024))])])
        x = g.node("MatMul", [x, g.weight([2048, 1024], 1 / math.sqrt(2048))])
    g.save(path, x, (128, 1024), (128, 1024))


if __name__ == "__main__":
    makers = {"squeezenet": squeezenet, "mobilenetv2": mobilenetv2, "resnet50": resnet50, "resnet152": resnet152, "matrix": matrix}
    wanted = sys.argv[2:] or ["squeezenet", "resnet50"]
    if len(sys.argv) < 2 or not set(wanted) <= makers.keys():
        sys.exit(f"usage: make-models.py FOLDER [{'|'.join(makers)}]...")
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in wanted:
        makers[name](os.path.join(sys.argv[1], f"{name}.onnx"))
