#!/usr/bin/env python3
"""Prints the [InlineData] rows of ImageResizerTests: hashes of what Pillow and OpenCV make of an image given by a formula.

Made with Pillow 9.4.0, OpenCV 4.6.0 and numpy 1.24.2 (Debian 12: python3-pil, python3-opencv, python3-numpy).
"""
import hashlib

import cv2
import numpy as np
from PIL import Image

SIZES = [(97, 61, 40, 24), (40, 24, 97, 61), (33, 50, 33, 20), (50, 33, 20, 33), (640, 12, 7, 5), (5, 7, 64, 90), (1, 1, 9, 4), (64, 48, 32, 24)]
FILTERS = {
    "Nearest": Image.NEAREST,
    "Bilinear": Image.BILINEAR,
    "Bicubic": Image.BICUBIC,
    "Box": Image.BOX,
    "Hamming": Image.HAMMING,
    "Lanczos": Image.LANCZOS,
    "OpenCvLinear": None,
}


def image(width, height):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((((x * 31) + (y * 17) + (c * 101)) * (x + (3 * y) + (7 * c) + 1)) >> 3).astype(np.uint8)


for name, kernel in FILTERS.items():
    for width, height, to_width, to_height in SIZES:
        source = image(width, height)
        if kernel is None:
            result = cv2.resize(source, (to_width, to_height), interpolation=cv2.INTER_LINEAR)
        else:
            result = np.array(Image.fromarray(source).resize((to_width, to_height), kernel))
        digest = hashlib.sha256(result.tobytes()).hexdigest()[:16]
        print(f'    [InlineData(ResizeFilter.{name}, {width}, {height}, {to_width}, {to_height}, "{digest}")]')
