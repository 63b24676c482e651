#!/usr/bin/env python3
"""Writes a folder with a question-answering model of DistilBERT's size and random weights: 6 layers, 768 wide, 30,522 tokens, 66 million parameters.

    large-model.py FOLDER

For trying how a model of that size behaves; its answers mean nothing. Needs Python 3.9 and nothing else: the ONNX graph is written field by field
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 has their numbers). The same bytes every time.
"""
import json
import os
import random
import struct
import sys

LAYERS, WIDTH, HEADS, INNER, TOKENS, POSITIONS = 6, 768, 12, 3072, 30522, 512
FLOAT, INT64 = 1, 7
noise = random.Random(20261120)


def varint(number):
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def field(number, value):
    """A message field: an int as a varint, text and bytes by their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & 0xFFFFFFFFFFFFFFFF)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name, value):
    body = field(1, name)
    if isinstance(value, int):
        body += field(3, value) + field(20, 2)
    elif isinstance(value, float):
        body += varint(2 << 3 | 5) + struct.pack("<f", value) + field(20, 1)
    else:
        body += b"".join(field(8, number) for number in value) + field(20, 7)
    return field(5, body)


def weights(count):
    """Floats of a magnitude from 2^-7 to 2^-5, either sign, as random as bytes are: they do not compress."""
    data = bytearray(noise.randbytes(4 * count))
    data[3::4] = data[3::4].translate(bytes(0x3C | (value & 1) << 7 for value in range(256)))
    return bytes(data)


class Graph:
    def __init__(self):
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, name, kind, shape, data):
        self.initializers.append(b"".join(field(1, size) for size in shape) + field(2, kind) + field(8, name) + field(9, data))
        return name

    def weight(self, name, *shape):
        count = 1
        for size in shape:
            count *= size
        return self.constant(name, FLOAT, shape, weights(count))

    def integers(self, name, *numbers):
        return self.constant(name, INT64, [len(numbers)], struct.pack(f"<{len(numbers)}q", *numbers))

    def node(self, kind, *inputs, output=None, outputs=None, **attributes):
        self.count += 1
        names = outputs or [output or f"{kind.lower()}_{self.count}"]
        body = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in names)
        body += field(3, f"node_{self.count}") + field(4, kind) + b"".join(attribute(*pair) for pair in attributes.items())
        self.nodes.append(body)
        return names[0]

    def linear(self, value, name, inputs, outputs):
        product = self.node("MatMul", value, self.weight(f"{name}.weight", inputs, outputs))
        return self.node("Add", product, self.weight(f"{name}.bias", outputs))

    def norm(self, value, name):
        scale = self.constant(f"{name}.weight", FLOAT, [WIDTH], struct.pack("<f", 1.0) * WIDTH)
        return self.node("LayerNormalization", value, scale, self.weight(f"{name}.bias", WIDTH), axis=-1, epsilon=1e-12)


def value_info(name, kind, *shape):
    dimensions = b"".join(field(1, field(2, size) if isinstance(size, str) else field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dimensions)))


def model():
    graph = Graph()
    node = graph.node
    zero, one, two = graph.integers("zero", 0), graph.integers("one", 1), graph.integers("two", 2)
    length = node("Slice", node("Shape", "input_ids"), one, two, zero)
    tokens = node("Gather", graph.weight("tokens", TOKENS, WIDTH), "input_ids", axis=0)
    positions = node("Slice", graph.weight("positions", POSITIONS, WIDTH), zero, length, zero)
    hidden = graph.norm(node("Add", tokens, positions), "embeddings")

    absent = node("Sub", graph.constant("float_one", FLOAT, [], struct.pack("<f", 1.0)), node("Cast", "attention_mask", to=FLOAT))
    mask = node("Unsqueeze", node("Mul", absent, graph.constant("far", FLOAT, [], struct.pack("<f", -1e9))), graph.integers("axes", 1, 2))
    split, joined = graph.integers("split", 0, 0, HEADS, WIDTH // HEADS), graph.integers("joined", 0, 0, WIDTH)
    scale = graph.constant("scale", FLOAT, [], struct.pack("<f", (WIDTH // HEADS) ** -0.5))
    half, root = (graph.constant(name, FLOAT, [], struct.pack("<f", number)) for name, number in (("half", 0.5), ("root", 2**-0.5)))
    for layer in range(LAYERS):
        heads = {}
        for part, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
            heads[part] = node("Transpose", node("Reshape", graph.linear(hidden, f"{layer}.{part}", WIDTH, WIDTH), split), perm=order)
        scores = node("Add", node("Mul", node("MatMul", heads["q"], heads["k"]), scale), mask)
        mixed = node("Transpose", node("MatMul", node("Softmax", scores, axis=-1), heads["v"]), perm=[0, 2, 1, 3])
        attended = graph.linear(node("Reshape", mixed, joined), f"{layer}.out", WIDTH, WIDTH)
        hidden = graph.norm(node("Add", hidden, attended), f"{layer}.attention")
        inner = graph.linear(hidden, f"{layer}.inner", WIDTH, INNER)
        gelu = node("Mul", node("Mul", inner, half), node("Add", node("Erf", node("Mul", inner, root)), "float_one"))
        hidden = graph.norm(node("Add", hidden, graph.linear(gelu, f"{layer}.outer", INNER, WIDTH)), f"{layer}.feed")
    node("Split", graph.linear(hidden, "span", WIDTH, 2), graph.integers("halves", 1, 1), outputs=["start", "end"], axis=-1)
    last = graph.integers("last", -1)
    node("Squeeze", "start", last, output="start_logits")
    node("Squeeze", "end", last, output="end_logits")

    body = b"".join(field(1, one_node) for one_node in graph.nodes) + field(2, "random-distilbert")
    body += b"".join(field(5, initializer) for initializer in graph.initializers)
    body += b"".join(field(11, value_info(name, INT64, "batch", "sequence")) for name in ("input_ids", "attention_mask"))
    body += b"".join(field(12, value_info(name, FLOAT, "batch", "sequence")) for name in ("start_logits", "end_logits"))
    return field(1, 8) + field(2, "large-model.py") + field(7, body) + field(8, field(1, "") + field(2, 17))


def vocabulary():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,?!'-", *letters, *("##" + letter for letter in letters)]
    return "\n".join(words + [f"[unused{number}]" for number in range(TOKENS - len(words))]) + "\n"


def main():
    config = {"model_type": "distilbert", "architectures": ["DistilBertForQuestionAnswering"], "vocab_size": TOKENS, "dim": WIDTH, "n_layers": LAYERS,
              "n_heads": HEADS, "hidden_dim": INNER, "max_position_embeddings": POSITIONS}
    tokenizer = {"tokenizer_class": "DistilBertTokenizer", "do_lower_case": True, "model_max_length": POSITIONS}
    files = {"config.json": json.dumps(config), "tokenizer_config.json": json.dumps(tokenizer), "vocab.txt": vocabulary(), "model.onnx": model()}
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, content in files.items():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    print(f"model.onnx has {len(files['model.onnx'])} bytes")


main()
