#!/usr/bin/env python3
"""Draws scenes of shapes, trains a small detector on them, exports it to ONNX with Ultralytics' metadata, and measures the exported file.

    train.py              draw, train, export, measure, write every file
    train.py --evaluate   measure the model.onnx that is already here; writes nothing

Needs PyTorch, onnx, NumPy and Pillow. Nothing is downloaded.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import hashlib
import io
import json
import multiprocessing
import platform
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import PIL
import PIL.Image
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from assignment import assign, loss                                               # noqa: E402
from measure import mean_average_precision, precision_and_recall, suppress        # noqa: E402
from network import ShapesDetector, STRIDES                                       # noqa: E402
from onnx_in_torch import OnnxInTorch                                             # noqa: E402
from scenes import NAMES, SIZE, draw, draw_numbered, letterbox                    # noqa: E402

SEED = 20261121
SPLIT_TRAIN, SPLIT_HELD_OUT, SPLIT_SAMPLES, SPLIT_DEMO = 0, 1, 2, 3
DEMO_SCENE = 0
N_TRAIN = 4000
N_HELD_OUT = 600
N_SAMPLES = 48
EPOCHS = 7
BATCH = 16
PEAK_LR = 3e-3
REQUIRED = 0.9
SHARPNESS = 2.0
SCORES = (0.25, 0.5)   # from 0.25 on Ultralytics' `predict` shows a box
OPSET = 13


def draw_letterboxed(job):
    image, classes, boxes = draw_numbered(*job)
    pixels, boxes, _ = letterbox(image, boxes)
    return pixels, classes, boxes


def make_split(split, count):
    """Letterboxed scenes: pixels [n, 320, 320, 3] and for each its classes and boxes."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        rows = pool.map(draw_letterboxed, [(SEED, split, i) for i in range(count)], chunksize=50)
    return np.stack([row[0] for row in rows]), [(row[1], row[2]) for row in rows]


def turned(pixels, boxes, turn):
    """One of the eight flips and quarter turns."""
    if turn >= 4:
        pixels, boxes = pixels[:, ::-1], np.stack([SIZE - boxes[:, 2], boxes[:, 1], SIZE - boxes[:, 0], boxes[:, 3]], 1)
    for _ in range(turn % 4):
        pixels, boxes = np.rot90(pixels), np.stack([boxes[:, 1], SIZE - boxes[:, 2], boxes[:, 3], SIZE - boxes[:, 0]], 1)
    return pixels, boxes


def to_input(pixels):
    return torch.from_numpy(np.array(pixels, order="C")).permute(0, 3, 1, 2).float().div_(255).contiguous()


def train(pixels, truth):
    torch.manual_seed(SEED)
    rng = np.random.default_rng([SEED, 99])
    model = ShapesDetector(len(NAMES), SIZE)
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_LR, weight_decay=0.01)
    steps = len(pixels) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_LR, total_steps=EPOCHS * steps, pct_start=0.15)
    anchors, strides = model.anchors.numpy(), model.strides[0].numpy()
    model.train()
    for epoch in range(EPOCHS):
        start, total, order = time.time(), 0.0, rng.permutation(len(pixels))
        for step in range(steps):
            rows = []
            for k in order[step * BATCH:(step + 1) * BATCH]:
                image, boxes = turned(pixels[k], truth[k][1], int(rng.integers(8)))
                rows.append((image, *assign(anchors, strides, truth[k][0], boxes)))
            distances, logits = model.raw(to_input(np.stack([row[0] for row in rows])))
            value = loss(distances, logits, model.anchors, torch.from_numpy(np.stack([row[1] for row in rows])),
                         torch.from_numpy(np.stack([row[2] for row in rows])))
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimiser.step()
            schedule.step()
            total += value.item()
        print(f"epoch {epoch + 1:2d}/{EPOCHS}  loss {total / steps:.4f}  {time.time() - start:.1f} s", flush=True)
    return model.eval()


def sharpen(model):
    """Doubles the logits of the scores. They have learnt how well a cell's box fits, and say 0.3 of a box that is beside its object; so the usual
    score of 0.25 keeps fewer of those."""
    with torch.no_grad():
        for head in model.scores:
            head.weight *= SHARPNESS
            head.bias *= SHARPNESS


def export(model, path):
    buffer = io.BytesIO()
    torch.onnx.export(model, torch.zeros(1, 3, SIZE, SIZE), buffer, opset_version=OPSET, input_names=["images"],
                      output_names=["output0"], dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}})
    graph = onnx.load_model_from_string(buffer.getvalue())
    graph.producer_name = "shapes-detector/train.py"
    graph.producer_version = "1.0"
    graph.model_version = 1
    graph.doc_string = "Small anchor-free detector of drawn shapes."
    graph.graph.name = "shapes-detector"
    # The keys and the way of writing values are Ultralytics', so that programs made for its exports read this one.
    onnx.helper.set_model_props(graph, {
        "description": "Small detector of seven drawn shapes, laid out as a YOLOv8 export. Not made with Ultralytics' software.",
        "license": "Apache-2.0",
        "task": "detect",
        "stride": str(max(STRIDES)),
        "batch": "1",
        "imgsz": str([SIZE, SIZE]),
        "names": str(dict(enumerate(NAMES))),
    })
    onnx.checker.check_model(graph, full_check=True)
    path.write_bytes(graph.SerializeToString())


def evaluate(run, pixels, truth):
    found = []
    for i in range(0, len(pixels), 25):
        found += [suppress(output) for output in run(to_input(pixels[i:i + 25]))[0].numpy()]
    mean, by_name = mean_average_precision(found, truth, NAMES)
    by_score = {score: precision_and_recall(found, truth, score) for score in SCORES}
    count = {name: sum(int((classes == k).sum()) for classes, _ in truth) for k, name in enumerate(NAMES)}
    return {"scenes": len(pixels), "objects": sum(count.values()), "map50": round(mean, 4), "map75": round(mean_average_precision(found, truth, NAMES, 0.75)[0], 4),
            "at_score": {str(score): {"precision": round(p, 4), "recall": round(r, 4)} for score, (p, r) in by_score.items()},
            "by_name": {name: {"objects": count[name], "ap50": round(by_name[name], 4)} for name in NAMES}}


def print_report(result):
    print(f"held-out mAP50 {result['map50']:.4f}, mAP75 {result['map75']:.4f} "
          f"({result['objects']} objects in {result['scenes']} scenes)")
    for score, row in result["at_score"].items():
        print(f"at a score of {score}: precision {row['precision']:.4f}, recall {row['recall']:.4f}")
    for name, row in result["by_name"].items():
        print(f"  {name:9s} {row['ap50']:.4f} ({row['objects']} objects)")


def write_demo_scene():
    """One larger scene to look at."""
    rng = np.random.default_rng([SEED, SPLIT_DEMO, DEMO_SCENE])
    draw(rng, 480, 360, blur_and_noise=False)[0].save(HERE / "scene.jpg", "JPEG", quality=90)


def write_samples():
    """Small scenes for tests: held out, a third of them PNG."""
    folder = HERE / "samples"
    folder.mkdir(exist_ok=True)
    rows = []
    for i in range(N_SAMPLES):
        rng = np.random.default_rng([SEED, SPLIT_SAMPLES, i])
        width, height = (int(side) for side in rng.integers(140, 241, 2))
        png = i % 3 == 0
        image, classes, boxes = draw(rng, width, height, blur_and_noise=False)
        path = folder / f"scene-{i:02d}.{'png' if png else 'jpg'}"
        if png:
            image.quantize(48, dither=PIL.Image.Dither.NONE).convert("RGB").save(path, "PNG", optimize=True)
        else:
            image.save(path, "JPEG", quality=88)
        rows.append({"file": f"samples/{path.name}", "width": width, "height": height,
                     "objects": [{"label": NAMES[k], "box": [int(v) for v in box]} for k, box in zip(classes, boxes)]})
    (HERE / "truth.json").write_text(
        '{"scenes": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n", encoding="utf-8")
    return rows


def evaluate_samples(run, rows):
    found, truth = [], []
    for row in rows:
        pixels, _, (scale, left, top) = letterbox(PIL.Image.open(HERE / row["file"]), np.zeros((0, 4)))
        objects = suppress(run(to_input(pixels[None]))[0].numpy()[0])
        objects[:, :4] = (objects[:, :4] - (left, top, left, top)) / scale
        found.append(objects)
        truth.append((np.array([NAMES.index(item["label"]) for item in row["objects"]]),
                      np.array([item["box"] for item in row["objects"]], float)))
    return round(mean_average_precision(found, truth, NAMES)[0], 4)


def write_metrics(path, parameters, result):
    (HERE / "metrics.json").write_text(json.dumps({
        "model_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "model_bytes": path.stat().st_size,
        "trained_parameters": parameters, "seed": SEED,
        "training": {"scenes": N_TRAIN, "epochs": EPOCHS, "batch": BATCH},
        "held_out": result,
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "onnx": onnx.__version__,
                     "numpy": np.__version__, "pillow": PIL.__version__},
    }, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--evaluate", action="store_true", help="measure the existing model.onnx and write nothing")
    only_evaluate = parser.parse_args().evaluate
    begin = time.time()
    torch.set_num_threads(1)   # the same result whatever the number of cores
    torch.use_deterministic_algorithms(True)
    path = HERE / "model.onnx"
    if not only_evaluate:
        pixels, truth = make_split(SPLIT_TRAIN, N_TRAIN)
        print(f"drew {N_TRAIN} scenes in {time.time() - begin:.1f} s", flush=True)
        start = time.time()
        model = train(pixels, truth)
        parameters = sum(p.numel() for p in model.parameters())
        print(f"training took {time.time() - start:.1f} s; {parameters} trained parameters")
        sharpen(model)
        export(model, path)
        (HERE / "labels.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")
        samples = write_samples()
        write_demo_scene()
    else:
        samples = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))["scenes"]
    run = OnnxInTorch(path)
    held_out = make_split(SPLIT_HELD_OUT, N_HELD_OUT)
    result = evaluate(run, *held_out)
    print_report(result)
    result["samples_map50"] = evaluate_samples(run, samples)
    print(f"mAP50 on the {len(samples)} scenes in samples/: {result['samples_map50']:.4f}")
    if not only_evaluate:
        write_metrics(path, parameters, result)
    print(f"whole run took {time.time() - begin:.1f} s")
    return 0 if result["map50"] >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
