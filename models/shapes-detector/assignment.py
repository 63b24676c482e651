"""What each cell of the detector is to learn, and how wrong it is.

SPDX-License-Identifier: Apache-2.0
"""
import numpy as np
import torch
import torch.nn.functional as F

SIDES = ((0, 48), (36, 112), (88, 1e9))   # the longer side of boxes that each stride learns, in pixels; they overlap
RADIUS = 1.5                              # a cell within so many strides of a box's centre learns it


def assign(anchors, strides, classes, boxes):
    """For each cell the class (-1: nothing) and the box that it learns; of several boxes the smallest."""
    x, y = anchors
    target, target_box = np.full(len(x), -1, np.int64), np.zeros((len(x), 4), np.float32)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for k in np.argsort(-area):
        left, top, right, bottom = boxes[k]
        side, cx, cy = max(right - left, bottom - top), (left + right) / 2, (top + bottom) / 2
        for stride, (low, high) in zip((8, 16, 32), SIDES):
            if low <= side < high:
                near = ((strides == stride) & (np.abs(x - cx) < RADIUS * stride) & (np.abs(y - cy) < RADIUS * stride)
                        & (x > left) & (x < right) & (y > top) & (y < bottom))
                target[near], target_box[near] = classes[k], boxes[k]
    return target, target_box


def overlaps(a, b):
    """Intersection over union, and the generalised one, of boxes [n, 4]."""
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - shared
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(1)
    iou = shared / union.clamp(min=1e-6)
    return iou, iou - (hull - union) / hull.clamp(min=1e-6)


def loss(distances, logits, anchors, target, target_box):
    """Scores learn the overlap of the cell's own box where there is an object and 0 elsewhere (varifocal loss); boxes learn their
    overlap. distances [b, 4, n], logits [b, c, n], target [b, n], target_box [b, n, 4]."""
    positive = target >= 0
    d = distances.permute(0, 2, 1)[positive]
    at = anchors.t().expand(len(target), -1, -1)[positive]
    iou, giou = overlaps(torch.cat([at - d[:, :2], at + d[:, 2:]], 1), target_box[positive])
    wanted = torch.zeros_like(logits)
    image, cell = positive.nonzero(as_tuple=True)
    wanted[image, target[positive], cell] = iou.detach().clamp(0.1, 1)
    score = torch.sigmoid(logits.detach())
    weight = torch.where(wanted > 0, wanted, 0.75 * score * score)
    by_score = (F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * weight).sum()
    return (by_score + 2.0 * (1 - giou).sum()) / max(1, len(image))
