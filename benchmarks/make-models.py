#!/usr/bin/env python3
"""Writes squeezenet.onnx (5 MB) and resnet50.onnx (102 MB) for benchmarks: the published architectures with made-up weights.

usage: make-models.py FOLDER
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

    def convolution(self, x, channels, filters, size, stride=1, padding=0, relu=True, normalize=False):
        inputs = [x, self.weight([filters, channels, size, size], math.sqrt(2 / (channels * size * size)))]
        if not normalize:
            inputs.append(self.weight([filters], 0.01))
        x = self.node("Conv", inputs, kernel_shape=[size, size], strides=[stride, stride], pads=[padding] * 4)
        if normalize:
            parameters = [self.weight([filters], 0, 1), self.weight([filters], 0), self.weight([filters], 0.01), self.weight([filters], 0, 1)]
            x = self.node("BatchNormalization", [x, *parameters])
        return self.node("Relu", [x]) if relu else x

    def save(self, path, output):
        def tensor(name, shape):
            axes = b"".join(block(1, number(1, axis)) for axis in shape)
            return block(1, name) + block(2, block(1, number(1, 1) + block(2, axes)))

        self.node("Identity", [output], "logits")
        graph = b"".join(block(1, node) for node in self.nodes) + block(2, "benchmark") + b"".join(block(5, weight) for weight in self.weights)
        graph += block(11, tensor("input", [1, 3, 224, 224])) + block(12, tensor("logits", [1, 1000]))
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
    """ResNet-50, with the stride in the middle of a block (He and others, 2015; torchvision's variant)."""
    g = Graph()
    x = g.convolution("input", 3, 64, 7, stride=2, padding=3, normalize=True)
    x, channels = g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 64
    for width, blocks, first in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for number_of_block in range(blocks):
            stride = first if number_of_block == 0 else 1
            y = g.convolution(x, channels, width, 1, normalize=True)
            y = g.convolution(y, width, width, 3, stride, 1, normalize=True)
            y = g.convolution(y, width, 4 * width, 1, relu=False, normalize=True)
            shortcut = x if number_of_block > 0 else g.convolution(x, channels, 4 * width, 1, stride, relu=False, normalize=True)
            x, channels = g.node("Relu", [g.node("Add", [y, shortcut])]), 4 * width
    x = g.node("Flatten", [g.node("GlobalAveragePool", [x])])
    g.save(path, g.node("Gemm", [x, g.weight([1000, 2048], 0.02), g.weight([1000], 0)], transB=1))


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    os.makedirs(folder, exist_ok=True)
    squeezenet(os.path.join(folder, "squeezenet.onnx"))
    resnet50(os.path.join(folder, "resnet50.onnx"))
