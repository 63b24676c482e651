"""A small anchor-free detector with three scales, whose output is laid out as Ultralytics' YOLOv8 exports are.

SPDX-License-Identifier: Apache-2.0
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

STRIDES = (8, 16, 32)


class Conv(nn.Module):
    """Convolution, batch norm and ReLU."""

    def __init__(self, cin, cout, kernel=3, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.one, self.two = Conv(width, width), Conv(width, width)

    def forward(self, x):
        return x + self.two(self.one(x))


class ShapesDetector(nn.Module):
    def __init__(self, classes, size, widths=(8, 16, 32, 64, 96), neck=40):
        super().__init__()
        a, b, c, d, e = widths
        self.to8 = nn.Sequential(Conv(3, a, 3, 2), Conv(a, b, 3, 2), Conv(b, c, 3, 2), Residual(c))
        self.to16 = nn.Sequential(Conv(c, d, 3, 2), Residual(d))
        self.to32 = nn.Sequential(Conv(d, e, 3, 2), Residual(e))
        self.lateral = nn.ModuleList(nn.Conv2d(w, neck, 1) for w in (c, d, e))
        self.head = nn.ModuleList(nn.Sequential(Conv(neck, neck), Conv(neck, neck)) for _ in STRIDES)
        self.boxes = nn.ModuleList(nn.Conv2d(neck, 4, 1) for _ in STRIDES)
        self.scores = nn.ModuleList(nn.Conv2d(neck, classes, 1) for _ in STRIDES)
        for score, box in zip(self.scores, self.boxes):
            nn.init.normal_(score.weight, std=0.01)
            nn.init.constant_(score.bias, -4.6)    # a score of 0.01 everywhere at first
            nn.init.constant_(box.bias, 1.0)
        anchors, strides = [], []
        for stride in STRIDES:
            at = torch.arange(size // stride).float() + 0.5
            y, x = torch.meshgrid(at, at, indexing="ij")
            anchors.append(torch.stack([x.reshape(-1), y.reshape(-1)]) * stride)
            strides.append(torch.full((1, x.numel()), float(stride)))
        self.register_buffer("anchors", torch.cat(anchors, 1))   # [2, n], pixels
        self.register_buffer("strides", torch.cat(strides, 1))   # [1, n]

    def raw(self, x):
        """Distances from each cell's centre to the left, top, right and bottom [b, 4, n] in pixels, and logits [b, classes, n]."""
        p3 = self.to8(x)
        p4 = self.to16(p3)
        p5 = self.to32(p4)
        n5 = self.lateral[2](p5)
        n4 = self.lateral[1](p4) + F.interpolate(n5, scale_factor=2.0, mode="nearest")
        n3 = self.lateral[0](p3) + F.interpolate(n4, scale_factor=2.0, mode="nearest")
        distances, logits = [], []
        for k, level in enumerate((n3, n4, n5)):
            y = self.head[k](F.relu(level))
            distances.append(self.boxes[k](y).flatten(2))
            logits.append(self.scores[k](y).flatten(2))
        return F.softplus(torch.cat(distances, 2)) * self.strides, torch.cat(logits, 2)

    def forward(self, x):
        """[b, 3, size, size] in 0..1 to [b, 4 + classes, n]: centre x and y, width and height in pixels; then scores in 0..1."""
        distances, logits = self.raw(x)
        before, after = distances[:, :2], distances[:, 2:]
        return torch.cat([self.anchors + (after - before) / 2, before + after, torch.sigmoid(logits)], 1)
