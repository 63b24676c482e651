"""Runs an ONNX file node by node with PyTorch functions, so that what the scripts measure is the exported file. It knows the operators
that the models here use, and refuses all others.

SPDX-License-Identifier: Apache-2.0
"""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool}


def _conv(x, w, b=None, *, group=1, strides, pads, dilations, kernel_shape=None):
    assert group == 1 and len(set(pads)) == 1, (group, pads)
    return F.conv2d(x, w, b, strides, pads[:2], dilations)


def _resize(x, roi=None, scales=None, sizes=None, *, mode, **rest):
    assert mode == b"nearest" and scales is not None and list(scales)[:2] == [1, 1], (mode, scales)
    assert rest.get("nearest_mode", b"floor") == b"floor" and rest["coordinate_transformation_mode"] == b"asymmetric", rest
    return F.interpolate(x, scale_factor=[float(s) for s in scales[2:]], mode="nearest")


def _slice(x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes.tolist()
    for k, axis in enumerate(axes):
        assert steps is None or int(steps[k]) == 1
        start, stop, _ = slice(int(starts[k]), int(ends[k])).indices(x.shape[axis])
        x = x.narrow(axis, start, stop - start)
    return x


def _reshape(x, shape, *, allowzero=0):
    return x.reshape([x.shape[i] if n == 0 and not allowzero else n for i, n in enumerate(shape.tolist())])


def _unsqueeze(x, axes):
    for axis in sorted(axes.tolist()):
        x = x.unsqueeze(axis)
    return x


def _squeeze(x, axes):
    for axis in sorted(axes.tolist(), reverse=True):
        x = x.squeeze(axis)
    return x


def _flatten(x, *, axis=1):
    return x.reshape(int(np.prod(x.shape[:axis], dtype=np.int64)), -1)


OPERATORS = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Div": lambda a, b: a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc"),
    "Pow": torch.pow,
    "Sqrt": torch.sqrt,
    "Erf": torch.erf,
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "Softplus": F.softplus,
    "Softmax": lambda x, *, axis=-1: torch.softmax(x, axis),
    "MatMul": torch.matmul,
    "Conv": _conv,
    "Resize": _resize,
    "Concat": lambda *xs, axis: torch.cat(xs, axis),
    "Slice": _slice,
    "Split": lambda x, sizes=None, *, axis=0: torch.split(x, sizes.tolist(), axis),
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": lambda x, *, perm: x.permute(perm),
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Shape": lambda x, *, start=0, end=None: torch.tensor(list(x.shape)[start:end]),
    "Gather": lambda x, i, *, axis=0: x.index_select(axis, i.reshape(-1)).reshape(x.shape[:axis] + i.shape + x.shape[axis + 1:]),
    "Cast": lambda x, *, to: x.to(TYPES[to]),
    "Identity": lambda x: x,
    "ReduceMean": lambda x, *, axes, keepdims=1: x.mean(axes, keepdim=bool(keepdims)),
}


class OnnxInTorch:
    def __init__(self, path):
        self.model = onnx.load(str(path))
        self.constants = {t.name: torch.from_numpy(np.array(numpy_helper.to_array(t))) for t in self.model.graph.initializer}

    @torch.no_grad()
    def __call__(self, *inputs):
        """All outputs for all inputs, both in the graph's order."""
        graph = self.model.graph
        values = dict(self.constants)
        values.update(zip((i.name for i in graph.input), inputs))
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                results = torch.from_numpy(np.array(numpy_helper.to_array(attributes["value"])))
            elif node.op_type in OPERATORS:
                results = OPERATORS[node.op_type](*(values[name] if name else None for name in node.input), **attributes)
            else:
                raise NotImplementedError(f"{node.op_type} (of node {node.name})")
            for name, result in zip(node.output, results if isinstance(results, tuple) else (results,)):
                values[name] = result
        return [values[output.name] for output in graph.output]
