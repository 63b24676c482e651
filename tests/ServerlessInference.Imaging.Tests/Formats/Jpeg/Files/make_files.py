#!/usr/bin/env python3
"""Makes the JPEGs of this folder and expected.tsv, the SHA-256 of their pixels.

Made with Pillow 9.4.0 and the programs cjpeg and djpeg of libjpeg-turbo 2.1.5 (Debian 12: python3-pil, libjpeg-turbo-progs).
The pictures are computed here. Pixels at full size are those of Pillow (EXIF orientation applied, convert("RGB")),
scaled ones those of djpeg -scale N/8.
"""
import hashlib
import io
import os
import struct
import subprocess

import PIL
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
assert PIL.__version__ == "9.4.0", PIL.__version__
expected = []


def picture(width, height):
    """Gradients, an edge and noise of a small congruential generator."""
    pixels = bytearray()
    state = 12345
    for y in range(height):
        for x in range(width):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            noise = (state >> 16) & 31
            inside = (x - width // 3) ** 2 + (y - height // 2) ** 2 < (min(width, height) // 3) ** 2
            red = 230 if inside else 255 * x // max(1, width - 1)
            green = 255 * y // max(1, height - 1)
            blue = 30 if inside else (x * 7 + y * 13) % 256
            pixels += bytes(min(255, value + noise) for value in (red, green, blue))
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def cjpeg(image, *arguments, scans=None):
    ppm = io.BytesIO()
    image.save(ppm, "ppm")
    arguments = ["cjpeg", *arguments]
    if scans:
        with open("/tmp/scans.txt", "w") as file:
            file.write(scans)
        arguments += ["-scans", "/tmp/scans.txt"]
    return subprocess.run(arguments, input=ppm.getvalue(), stdout=subprocess.PIPE, check=True).stdout


def pillow(image, **arguments):
    data = io.BytesIO()
    image.save(data, "jpeg", **arguments)
    return data.getvalue()


def write(name, data, scales=()):
    path = os.path.join(HERE, name + ".jpg")
    with open(path, "wb") as file:
        file.write(data)
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    row(name, 8, image)
    for scale in scales:
        ppm = subprocess.run(["djpeg", "-scale", f"{scale}/8", "-pnm", path], stdout=subprocess.PIPE, check=True).stdout
        row(name, scale, Image.open(io.BytesIO(ppm)).convert("RGB"))


def row(name, scale, image):
    digest = hashlib.sha256(image.tobytes()).hexdigest()
    expected.append(f"{name}\t{scale}\t{image.width}\t{image.height}\t{digest}")


def with_orientation(data, orientation, big_endian):
    order = ">" if big_endian else "<"
    tiff = (b"MM" if big_endian else b"II") + struct.pack(order + "HIH", 42, 8, 1)
    tiff += struct.pack(order + "HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def without(data, marker):
    """Drops the segments of a marker that come before the scan."""
    out, at = data[:2], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
        out += b"" if data[at + 1] == marker else data[at:end]
        at = end
    return out + data[at:]


photo = picture(45, 37)
all_scales = (4, 2, 1)
for samples in ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x4", "3x1"):
    write(f"baseline-{samples}", cjpeg(photo, "-quality", "85", "-sample", f"{samples},1x1,1x1"), all_scales)
write("baseline-mixed", cjpeg(photo, "-quality", "80", "-sample", "2x2,2x1,1x2"), all_scales)
write("baseline-luma-subsampled", cjpeg(photo, "-quality", "80", "-sample", "1x1,2x2,1x1"), all_scales)
for samples in ("1x1", "2x1", "1x2", "2x2"):
    write(f"progressive-{samples}", cjpeg(photo, "-progressive", "-quality", "75", "-sample", f"{samples},1x1,1x1"), all_scales)
write("gray", cjpeg(photo, "-grayscale", "-quality", "80"), all_scales)
write("gray-2x2", cjpeg(photo, "-grayscale", "-quality", "80", "-sample", "2x2"))
write("gray-progressive", cjpeg(photo, "-grayscale", "-progressive", "-quality", "80"))
write("rgb", cjpeg(photo, "-rgb", "-quality", "80"), all_scales)
write("quality-1", cjpeg(photo, "-quality", "1"))
write("quality-100", cjpeg(photo, "-quality", "100", "-sample", "1x1"))
write("optimized", cjpeg(photo, "-quality", "60", "-optimize"))
write("restart-1-block", cjpeg(photo, "-quality", "70", "-restart", "1B"), (1,))
write("restart-1-row", cjpeg(photo, "-quality", "70", "-restart", "1"))
write("restart-progressive", cjpeg(photo, "-quality", "70", "-restart", "2B", "-progressive"))
write("sequential-scans", cjpeg(photo, "-quality", "70", scans="2;\n0 1;\n"))
write("sequential-3-scans", cjpeg(photo, "-quality", "70", scans="0;\n1;\n2;\n"), all_scales)
write("smoothed-dc", cjpeg(photo, "-quality", "30", scans="0 1 2: 0-0, 0, 0;\n"), (4,))
write("smoothed-dc-bit-1", cjpeg(photo, "-quality", "30", scans="0 1 2: 0-0, 0, 1;\n"))
write("smoothed-partly", cjpeg(photo, "-quality", "30", scans="0 1 2: 0-0, 0, 0;\n0: 1-2, 0, 1;\n1: 1-63, 0, 0;\n"))
write("smoothed-narrow", cjpeg(picture(9, 70), "-quality", "30", "-sample", "1x2", scans="0 1 2: 0-0, 0, 0;\n"))
write("tables-of-annex-k", without(cjpeg(photo, "-quality", "75"), 0xC4))
write("16-bit-quantization", cjpeg(photo, "-quality", "1", "-qslots", "0"))
write("cmyk", pillow(photo.convert("CMYK"), quality=80))
ycck = pillow(photo.convert("CMYK"), quality=80)
adobe = ycck.find(b"Adobe") + 11
write("ycck", ycck[:adobe] + b"\x02" + ycck[adobe + 1:])
write("junk-between-markers", cjpeg(photo, "-quality", "70").replace(b"\xff\xdb", b"junk\xff\x00\xff\xff\xdb", 1))
for width, height in ((1, 1), (2, 3), (3, 2), (8, 8), (16, 16), (17, 1), (1, 17), (33, 33)):
    write(f"size-{width}x{height}", cjpeg(picture(width, height), "-quality", "75", "-sample", "2x2,1x1,1x1"))
small = cjpeg(picture(21, 34), "-quality", "75")
for orientation in range(1, 9):
    write(f"orientation-{orientation}", with_orientation(small, orientation, orientation % 2 == 0))
with open(os.path.join(HERE, "arithmetic.jpg"), "wb") as file:
    file.write(cjpeg(photo, "-quality", "75", "-arithmetic"))
with open(os.path.join(HERE, "expected.tsv"), "w") as file:
    file.write("file\teighths\twidth\theight\tsha256\n" + "\n".join(expected) + "\n")
