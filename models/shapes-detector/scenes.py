"""Draws scenes: one to eight shapes on a background, with their boxes. The shapes are those of ../shapes-resnet.

SPDX-License-Identifier: Apache-2.0
"""
import importlib.util
import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

_spec = importlib.util.spec_from_file_location(
    "shapes_resnet", Path(__file__).resolve().parent.parent / "shapes-resnet" / "train.py")
shapes = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shapes)

NAMES = ["circle", "triangle", "square", "pentagon", "star", "cross", "ring"]
SIZE = 320
FILL = 114   # what Ultralytics' letterbox fills with
MOST_SHAPES = 8


def patch(name, rng, radius):
    """Coverage in 0..1 of one shape, on the smallest square that holds it whatever its rotation."""
    side = int(2 * radius) + 5
    centre = side / 2
    angle = rng.uniform(0, 2 * np.pi)
    if name in ("circle", "ring"):
        yy, xx = np.mgrid[0:side, 0:side].astype(np.float32) + 0.5
        distance = np.hypot(xx - centre, yy - centre)
        if name == "circle":
            return shapes.edge(radius - distance)
        half = radius * rng.uniform(0.10, 0.22)
        return shapes.edge(half - np.abs(distance - (radius - half)))
    if name == "star":
        points = shapes.star_polygon(radius, rng.uniform(0.38, 0.5), angle)
    elif name == "cross":
        points = shapes.cross_polygon(radius, rng.uniform(0.2, 0.36), angle)
    else:
        points = shapes.regular_polygon({"triangle": 3, "square": 4, "pentagon": 5}[name], radius, angle)
    return shapes.polygon_mask(points + centre, side, side)


def box_of(mask):
    """Left, top, right and bottom of what a mask covers by half or more."""
    rows, columns = np.flatnonzero((mask >= 0.5).any(1)), np.flatnonzero((mask >= 0.5).any(0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], float)


def overlap(a, b):
    """The shared area over that of the smaller box."""
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(w, 0) * max(h, 0) / smaller


def draw(rng, width, height, blur_and_noise=True):
    """A picture with the classes and boxes (pixels of the picture) of what is on it."""
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    first, one, two = shapes.colours(rng)
    a = rng.uniform(0, 2 * np.pi)
    t = np.clip((xx / width - 0.5) * math.cos(a) + (yy / height - 0.5) * math.sin(a) + 0.5, 0, 1)[..., None]
    picture = one + (two - one) * t
    classes, boxes = [], []
    for k in range(int(rng.integers(1, MOST_SHAPES + 1))):
        name = NAMES[int(rng.integers(len(NAMES)))]
        for _ in range(20):
            radius = min(width, height) * math.exp(rng.uniform(math.log(0.06), math.log(0.32)))
            mask = patch(name, rng, max(radius, 7))
            side = mask.shape[0]
            if side > min(width, height):
                continue
            x, y = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
            box = box_of(mask) + (x, y, x, y)
            if all(overlap(box, other) < 0.2 for other in boxes):
                behind = picture[y:y + side, x:x + side]
                ink = first if k == 0 else rng.uniform(0, 255, 3)
                while np.linalg.norm(behind.mean((0, 1)) - ink) < 70:   # apart from what is behind it
                    ink = rng.uniform(0, 255, 3)
                picture[y:y + side, x:x + side] = behind * (1 - mask[..., None]) + ink * mask[..., None]
                classes.append(NAMES.index(name))
                boxes.append(box)
                break
    if blur_and_noise and rng.random() < 0.5:
        picture = picture + rng.standard_normal(picture.shape, np.float32) * rng.uniform(2, 20)
    image = Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8), "RGB")
    if blur_and_noise and rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.2)))
    return image, np.array(classes), np.array(boxes)


def draw_numbered(seed, split, index):
    """Scene `index` of a split; half of the scenes go through JPEG."""
    rng = np.random.default_rng([seed, split, index])
    width, height = (int(side) for side in rng.integers(160, 481, 2))
    if max(width, height) > 2 * min(width, height):
        width = height = min(width, height)
    image, classes, boxes = draw(rng, width, height)
    if rng.random() < 0.5:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(rng.integers(60, 96)))
        image = Image.open(io.BytesIO(buffer.getvalue()))
    return image, classes, boxes


def letterbox(image, boxes):
    """The picture on 320 x 320 as Ultralytics places it, its boxes there, and scale and offsets to go back."""
    width, height = image.size
    scale = min(SIZE / width, SIZE / height)
    w, h = int(round(width * scale)), int(round(height * scale))
    left, top = int(round((SIZE - w) / 2 - 0.1)), int(round((SIZE - h) / 2 - 0.1))
    canvas = Image.new("RGB", (SIZE, SIZE), (FILL, FILL, FILL))
    # Between the four nearest pixels, without averaging, as OpenCV's INTER_LINEAR (which Ultralytics uses) does.
    resized = image.convert("RGB").transform((w, h), Image.AFFINE, (width / w, 0, 0, 0, height / h, 0), Image.BILINEAR)
    canvas.paste(resized, (left, top))
    return np.asarray(canvas), boxes * scale + (left, top, left, top), (scale, left, top)
