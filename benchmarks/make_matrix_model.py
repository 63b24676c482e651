#!/usr/bin/python3
"""Writes a model of matrix products, as transformers consist of them: 6 blocks of 1024 x 2048 x 1024 on 128 rows, 101 MB.

The weights are random with a fixed seed. Needs Debian's python3-onnx and python3-numpy.
usage: make_matrix_model.py FILE
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROWS, WIDTH, INNER, BLOCKS = 128, 1024, 2048, 6

random = np.random.RandomState(1)
nodes, weights, value = [], [], "input"


def product(value, inputs, outputs):
    name = f"product_{len(weights)}"
    weights.append(numpy_helper.from_array((random.randn(inputs, outputs) / np.sqrt(inputs)).astype(np.float32), name + "_w"))
    nodes.append(helper.make_node("MatMul", [value, name + "_w"], [name], name=name))
    return name


for block in range(BLOCKS):
    value = product(value, WIDTH, INNER)
    nodes.append(helper.make_node("Relu", [value], [value + "_relu"]))
    value = product(value + "_relu", INNER, WIDTH)
nodes.append(helper.make_node("Identity", [value], ["output"]))
graph = helper.make_graph(
    nodes, "matrix",
    [helper.make_tensor_value_info("input", TensorProto.FLOAT, [ROWS, WIDTH])],
    [helper.make_tensor_value_info("output", TensorProto.FLOAT, [ROWS, WIDTH])],
    weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1])
