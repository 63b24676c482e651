#!/usr/bin/env python3
"""Draws a data set of ten simple shapes and textures, trains a small residual
network on it, exports the network to ONNX and measures the exported file.

    train.py              draw, train, export, measure, write every file
    train.py --evaluate   measure the model.onnx that is already here, and
                          check it against expected.json; writes nothing

Needs PyTorch, onnx, NumPy and Pillow. Nothing is downloaded.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import hashlib
import io
import json
import math
import multiprocessing
import platform
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import PIL
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import numpy_helper
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).resolve().parent

LABELS = ["circle", "triangle", "square", "pentagon", "star",
          "cross", "ring", "stripes", "checkerboard", "dots"]

SIZE = 64
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
RESCALE = 0.00392156862745098   # 1 / 255

SEED = 20261120
SPLIT_TRAIN, SPLIT_HELD_OUT, SPLIT_SAMPLES = 0, 1, 2
N_TRAIN = 10_000
N_HELD_OUT = 3_000
EPOCHS = 12
BATCH = 64
PEAK_LR = 4e-3
REQUIRED_ACCURACY = 0.97
OPSET = 13

# label, width, height, file type, JPEG chroma subsampling (0 = 4:4:4, 2 = 4:2:0)
SAMPLES = [
    ("circle", 320, 240, "jpg", 0),
    ("triangle", 200, 300, "png", None),
    ("square", 128, 128, "png", None),
    ("pentagon", 240, 180, "jpg", 0),
    ("star", 256, 256, "jpg", 2),
    ("cross", 96, 160, "png", None),
    ("ring", 300, 200, "jpg", 0),
    ("stripes", 160, 120, "jpg", 0),
    ("checkerboard", 200, 200, "png", None),
    ("dots", 150, 200, "png", None),
]


# ---------------------------------------------------------------- drawing

def regular_polygon(n, radius, angle):
    a = angle + 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(a), np.sin(a)], 1) * radius


def star_polygon(radius, inner, angle):
    a = angle + np.pi * np.arange(10) / 5
    r = np.where(np.arange(10) % 2 == 0, radius, radius * inner)
    return np.stack([np.cos(a), np.sin(a)], 1) * r[:, None]


def cross_polygon(radius, arm, angle):
    w = arm
    p = np.array([(w, 1), (w, w), (1, w), (1, -w), (w, -w), (w, -1),
                  (-w, -1), (-w, -w), (-1, -w), (-1, w), (-w, w), (-w, 1)], float)
    p *= radius / math.hypot(1, w)
    c, s = math.cos(angle), math.sin(angle)
    return p @ np.array([[c, s], [-s, c]])


def polygon_mask(points, width, height):
    """Coverage in 0..1, drawn four times larger and averaged down."""
    k = 4
    big = Image.new("L", (width * k, height * k), 0)
    ImageDraw.Draw(big).polygon([(float(x) * k, float(y) * k) for x, y in points], fill=255)
    return np.asarray(big.reduce(k), np.float32) / 255


def edge(signed_distance):
    """Coverage of a pixel from its signed distance (in pixels) to the edge."""
    return np.clip(signed_distance + 0.5, 0, 1)


def zigzag(t, period):
    """Signed distance to the nearest multiple of the half period, whose sign
    alternates from one half period to the next."""
    phase = np.mod(t / period, 1.0)
    return np.where(phase < 0.5, np.minimum(phase, 0.5 - phase),
                    -np.minimum(phase - 0.5, 1.0 - phase)) * period


def shape_mask(label, rng, width, height):
    short = min(width, height)
    angle = rng.uniform(0, 2 * np.pi)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5

    if label in ("stripes", "checkerboard", "dots"):
        # Textures cover the whole picture, at any angle and offset.
        c, s = math.cos(angle), math.sin(angle)
        u = xx * c + yy * s + rng.uniform(0, short)
        v = yy * c - xx * s + rng.uniform(0, short)
        if label == "stripes":
            period = short * rng.uniform(0.13, 0.34)
            duty = rng.uniform(0.35, 0.65)
            return edge(period * duty / 2 - np.abs(np.mod(u, period) - period / 2))
        if label == "checkerboard":
            period = short * rng.uniform(0.2, 0.5)   # two cells
            a = 2 * edge(zigzag(u, period)) - 1
            b = 2 * edge(zigzag(v, period)) - 1
            return 0.5 + 0.5 * a * b
        pitch = short * rng.uniform(0.15, 0.32)
        radius = pitch * rng.uniform(0.22, 0.38)
        if rng.random() < 0.5:                       # every other row shifted
            u = u + np.mod(np.floor(v / pitch), 2) * pitch / 2
        du = np.mod(u, pitch) - pitch / 2
        dv = np.mod(v, pitch) - pitch / 2
        return edge(radius - np.hypot(du, dv))

    # Single shapes lie wholly inside the centred square, which is what is left
    # after the centre crop.
    radius = short * rng.uniform(0.14, 0.44)
    reach = max(0.0, short * 0.48 - radius)
    cx = width / 2 + rng.uniform(-reach, reach)
    cy = height / 2 + rng.uniform(-reach, reach)
    if label == "circle":
        return edge(radius - np.hypot(xx - cx, yy - cy))
    if label == "ring":
        half = radius * rng.uniform(0.10, 0.22)
        return edge(half - np.abs(np.hypot(xx - cx, yy - cy) - (radius - half)))
    if label == "triangle":
        points = regular_polygon(3, radius, angle)
    elif label == "square":
        points = regular_polygon(4, radius, angle)
    elif label == "pentagon":
        points = regular_polygon(5, radius, angle)
    elif label == "star":
        points = star_polygon(radius, rng.uniform(0.38, 0.5), angle)
    elif label == "cross":
        points = cross_polygon(radius, rng.uniform(0.2, 0.36), angle)
    else:
        raise ValueError(label)
    return polygon_mask(points + (cx, cy), width, height)


def colours(rng):
    """One colour to draw with and two for the background gradient; both
    background colours are well apart from the first."""
    while True:
        ink, one, two = rng.uniform(0, 255, (3, 3))
        if rng.random() < 0.4:
            two = one
        if min(np.linalg.norm(ink - one), np.linalg.norm(ink - two)) >= 60:
            # every colour between the two ends of the gradient as well
            t = np.linspace(0, 1, 9)[:, None]
            if np.linalg.norm(one + (two - one) * t - ink, axis=1).min() >= 45:
                return ink, one, two


def draw(label, rng, width, height, noise=None):
    ink, one, two = colours(rng)
    mask = shape_mask(label, rng, width, height)[..., None]
    a = rng.uniform(0, 2 * np.pi)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    t = (xx / width - 0.5) * math.cos(a) + (yy / height - 0.5) * math.sin(a)
    t = np.clip(t + 0.5, 0, 1)[..., None]
    picture = (one + (two - one) * t) * (1 - mask) + ink * mask
    if noise is None:
        noise = rng.choice([0.0, rng.uniform(2, 36)])
    if noise:
        picture = picture + rng.standard_normal(picture.shape, np.float32) * noise
    return Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8), "RGB")


def draw_numbered(split, index):
    """Picture `index` of a split. It depends on these two numbers and the seed only."""
    rng = np.random.default_rng([SEED, split, index])
    y = index % len(LABELS)
    short = int(rng.integers(96, 301))
    long = int(min(400, short * rng.choice([1.0, rng.uniform(1, 2)])))
    width, height = (short, long) if rng.random() < 0.5 else (long, short)
    image = draw(LABELS[y], rng, width, height)
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(short * rng.uniform(0.004, 0.022)))
    if rng.random() < 0.5:   # half of the pictures go through JPEG
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(rng.integers(60, 96)))
        image = Image.open(io.BytesIO(buffer.getvalue()))
    return image, y


# ---------------------------------------------------------- preprocessing

def resize_and_crop(image):
    """RGB; shorter side to 64 with Pillow's bilinear filter (which averages
    when it shrinks); centre crop 64 x 64. Same sizes and offsets as torchvision's
    Resize(64) and CenterCrop(64)."""
    image = image.convert("RGB")
    w, h = image.size
    if w <= h:
        w, h = SIZE, int(SIZE * h / w)
    else:
        w, h = int(SIZE * w / h), SIZE
    image = image.resize((w, h), Image.BILINEAR)
    left, top = int(round((w - SIZE) / 2.0)), int(round((h - SIZE) / 2.0))
    return np.asarray(image.crop((left, top, left + SIZE, top + SIZE)))


def normalise(pixels):
    """uint8 [n,64,64,3] to float32 [n,3,64,64]."""
    x = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
    return ((x - torch.tensor(MEAN).view(1, 3, 1, 1))
            / torch.tensor(STD).view(1, 3, 1, 1)).contiguous()


def draw_and_crop(job):
    image, y = draw_numbered(*job)
    return resize_and_crop(image), y


def make_split(split, n):
    jobs = [(split, i) for i in range(n)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        rows = pool.map(draw_and_crop, jobs, chunksize=100)
    return np.stack([r[0] for r in rows]), np.array([r[1] for r in rows])


# ------------------------------------------------------------------ model

class Block(nn.Module):
    """Two 3x3 convolutions with batch norm, and a shortcut around them."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.shortcut = nn.Identity()
        if stride != 1 or cin != cout:
            self.shortcut = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False),
                                          nn.BatchNorm2d(cout))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + self.shortcut(x))


class ShapesResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False),
                                  nn.BatchNorm2d(16), nn.ReLU())
        self.blocks = nn.Sequential(Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
                                    Block(64, 64, 1), Block(64, 128, 2))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(128, len(LABELS))

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.blocks(self.stem(x))), 1))


def train(pixels, labels):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = ShapesResNet()
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_LR, weight_decay=0.02)
    steps_per_epoch = len(pixels) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, PEAK_LR, total_steps=EPOCHS * steps_per_epoch)
    x_all, y_all = normalise(pixels), torch.from_numpy(labels)
    for epoch in range(EPOCHS):
        start, total, right = time.time(), 0.0, 0
        order = torch.randperm(len(x_all), generator=generator)
        model.train()
        for step in range(steps_per_epoch):
            pick = order[step * BATCH:(step + 1) * BATCH]
            x, y = x_all[pick], y_all[pick]
            # One of the eight flips and quarter turns, the same for the batch:
            # none of them changes a label.
            turn = int(torch.randint(8, (1,), generator=generator))
            x = torch.rot90(x, turn % 4, (2, 3))
            if turn >= 4:
                x = torch.flip(x, (3,))
            logits = model(x.contiguous())
            loss = F.cross_entropy(logits, y, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss)
            right += int((logits.argmax(1) == y).sum())
        print(f"epoch {epoch + 1:2d}/{EPOCHS}  loss {total / steps_per_epoch:.4f}  "
              f"train accuracy {right / (steps_per_epoch * BATCH):.4f}  "
              f"{time.time() - start:.1f} s", flush=True)
    return model.eval()


def export(model, path):
    buffer = io.BytesIO()
    torch.onnx.export(model, torch.zeros(1, 3, SIZE, SIZE), buffer, opset_version=OPSET,
                      input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    graph = onnx.load_model_from_string(buffer.getvalue())
    graph.producer_name = "shapes-resnet/train.py"
    graph.producer_version = "1.0"
    graph.model_version = 1
    graph.doc_string = "Small residual network that classifies drawn shapes and textures."
    graph.graph.name = "shapes-resnet"
    onnx.helper.set_model_props(graph, {
        "task": "image-classification",
        "description": "Small residual network that tells ten drawn shapes and textures apart.",
        "license": "Apache-2.0",
        "labels": json.dumps(LABELS),
    })
    onnx.checker.check_model(graph, full_check=True)
    path.write_bytes(graph.SerializeToString())


# ------------------------------------------------------------- measuring

class GraphRunner:
    """Runs the exported file node by node with PyTorch functions, so that what
    is measured is the file and not the network in memory."""

    def __init__(self, path):
        self.graph = onnx.load(str(path)).graph
        self.constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy())
                          for t in self.graph.initializer}

    def __call__(self, x):
        v = dict(self.constants)
        v[self.graph.input[0].name] = x
        for node in self.graph.node:
            a = {k.name: onnx.helper.get_attribute_value(k) for k in node.attribute}
            i = [v[name] for name in node.input]
            if node.op_type == "Conv":
                assert a["group"] == 1 and len(set(a["pads"])) == 1
                out = F.conv2d(i[0], i[1], i[2], a["strides"], a["pads"][:2], a["dilations"])
            elif node.op_type == "Relu":
                out = F.relu(i[0])
            elif node.op_type == "Add":
                out = i[0] + i[1]
            elif node.op_type == "GlobalAveragePool":
                out = i[0].mean((2, 3), keepdim=True)
            elif node.op_type == "Flatten":
                assert a["axis"] == 1
                out = i[0].flatten(1)
            elif node.op_type == "Gemm":
                assert a["alpha"] == a["beta"] == 1.0 and a["transB"] == 1
                out = F.linear(i[0], i[1], i[2])
            else:
                raise NotImplementedError(node.op_type)
            v[node.output[0]] = out
        return v[self.graph.output[0].name]


def evaluate(run, pixels, labels):
    logits = torch.cat([run(normalise(pixels[i:i + 250])) for i in range(0, len(pixels), 250)])
    guess = logits.argmax(1).numpy()
    right = guess == labels
    per_class = {name: {"images": int((labels == k).sum()),
                        "correct": int(right[labels == k].sum()),
                        "accuracy": round(float(right[labels == k].mean()), 6)}
                 for k, name in enumerate(LABELS)}
    confusion = [[int(((labels == r) & (guess == c)).sum()) for c in range(len(LABELS))]
                 for r in range(len(LABELS))]
    return {"images": len(labels), "correct": int(right.sum()),
            "accuracy": round(float(right.mean()), 6),
            "per_class": per_class, "confusion": confusion}


def print_report(result):
    print(f"held-out accuracy {result['accuracy']:.4f} "
          f"({result['correct']} of {result['images']})")
    for name, row in result["per_class"].items():
        print(f"  {name:13s} {row['accuracy']:.4f} ({row['correct']} of {row['images']})")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(name, value):
    (HERE / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_samples():
    folder = HERE / "samples"
    folder.mkdir(exist_ok=True)
    names = []
    for i, (label, width, height, kind, subsampling) in enumerate(SAMPLES):
        rng = np.random.default_rng([SEED, SPLIT_SAMPLES, i])
        # Noise makes PNG files large, so only the JPEG samples have some.
        image = draw(label, rng, width, height, noise=4.0 if kind == "jpg" else 0)
        path = folder / f"{label}-{width}x{height}.{kind}"
        if kind == "jpg":
            image.save(path, "JPEG", quality=88, subsampling=subsampling)
        else:
            image.save(path, "PNG", optimize=True)
        names.append(f"samples/{path.name}")
    return names


def describe_samples(names, model, run):
    rows = []
    for name, (label, width, height, _, _) in zip(names, SAMPLES):
        image = Image.open(HERE / name)
        assert image.size == (width, height) and image.mode == "RGB"
        x = normalise(resize_and_crop(image)[None])
        logits = model(x)[0]
        gap = float((run(x)[0] - logits).abs().max())
        assert gap < 1e-4, f"{name}: exported file differs from the network by {gap}"
        k = int(logits.argmax())
        assert LABELS[k] == label, f"{name}: taken for {LABELS[k]}"
        rows.append({
            "file": name, "sha256": sha256(HERE / name), "width": width, "height": height,
            "label_index": k, "label": LABELS[k],
            "probability": round(float(logits.softmax(0)[k]), 6),
            "logits": [float(f"{v:.7g}") for v in logits.tolist()],
            # To tell a preprocessing difference from a runtime difference.
            "input_channel_means": [round(v, 6) for v in x[0].double().mean((1, 2)).tolist()],
        })
    return rows


def write_descriptions():
    (HERE / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    write_json("config.json", {
        "architectures": ["ShapesResNet"],
        "model_type": "shapes-resnet",
        "num_channels": 3,
        "image_size": SIZE,
        "num_labels": len(LABELS),
        "id2label": {str(k): name for k, name in enumerate(LABELS)},
        "label2id": {name: k for k, name in enumerate(LABELS)},
    })
    write_json("preprocessor_config.json", {
        "image_processor_type": "BitImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"shortest_edge": SIZE},
        "resample": 2,
        "do_center_crop": True,
        "crop_size": {"height": SIZE, "width": SIZE},
        "do_rescale": True,
        "rescale_factor": RESCALE,
        "do_normalize": True,
        "image_mean": MEAN,
        "image_std": STD,
    })


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--evaluate", action="store_true",
                        help="measure the existing model.onnx and write nothing")
    only_evaluate = parser.parse_args().evaluate
    begin = time.time()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    model_path = HERE / "model.onnx"

    held_out = make_split(SPLIT_HELD_OUT, N_HELD_OUT)
    print(f"drew {N_HELD_OUT} held-out pictures, "
          f"sha256 {hashlib.sha256(held_out[0].tobytes()).hexdigest()}", flush=True)

    if only_evaluate:
        run = GraphRunner(model_path)
        with torch.no_grad():
            result = evaluate(run, *held_out)
            print_report(result)
            expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
            gap = 0.0
            for row in expected["samples"]:
                x = normalise(resize_and_crop(Image.open(HERE / row["file"]))[None])
                gap = max(gap, float((run(x)[0] - torch.tensor(row["logits"])).abs().max()))
        print(f"largest difference from the logits in expected.json: {gap:.2e}")
        return 0 if result["accuracy"] >= REQUIRED_ACCURACY and gap < 1e-3 else 1

    training = make_split(SPLIT_TRAIN, N_TRAIN)
    train_hash = hashlib.sha256(training[0].tobytes()).hexdigest()
    print(f"drew {N_TRAIN} training pictures, sha256 {train_hash}; "
          f"drawing took {time.time() - begin:.1f} s", flush=True)
    start = time.time()
    model = train(*training)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"training took {time.time() - start:.1f} s; {parameters} trained parameters")

    export(model, model_path)
    exported = onnx.load(str(model_path))
    stored = sum(int(np.prod(t.dims)) for t in exported.graph.initializer)
    print(f"wrote model.onnx: {model_path.stat().st_size} bytes, opset "
          f"{exported.opset_import[0].version}, IR version {exported.ir_version}, "
          f"{len(exported.graph.node)} nodes, {stored} stored numbers")

    run = GraphRunner(model_path)
    with torch.no_grad():
        result = evaluate(run, *held_out)
        print_report(result)
        samples = describe_samples(write_samples(), model, run)
    write_descriptions()
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "onnx": onnx.__version__, "numpy": np.__version__, "pillow": PIL.__version__}
    write_json("expected.json", {
        "model": {"file": "model.onnx", "sha256": sha256(model_path)},
        "versions": versions,
        "samples": samples,
    })
    write_json("metrics.json", {
        "model_sha256": sha256(model_path),
        "model_bytes": model_path.stat().st_size,
        "trained_parameters": parameters,
        "stored_numbers": stored,
        "seed": SEED,
        "training": {"images": N_TRAIN, "epochs": EPOCHS, "batch": BATCH,
                     "pixels_sha256": train_hash},
        "held_out": {"pixels_sha256": hashlib.sha256(held_out[0].tobytes()).hexdigest(),
                     "labels": LABELS, **result},
    })
    print(f"whole run took {time.time() - begin:.1f} s")
    if result["accuracy"] < REQUIRED_ACCURACY:
        print(f"accuracy is below {REQUIRED_ACCURACY}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
