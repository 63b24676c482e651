"""Suppression, mean average precision as COCO and Ultralytics define it, precision and recall.

SPDX-License-Identifier: Apache-2.0
"""
import numpy as np

MIN_SCORE = 0.001      # what Ultralytics' `val` keeps
IOU_THRESHOLD = 0.7    # of suppression
MOST = 300


def iou(box, boxes):
    w = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    h = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    shared = np.clip(w, 0, None) * np.clip(h, 0, None)
    return shared / ((box[2] - box[0]) * (box[3] - box[1]) + (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) - shared)


def suppress(output, min_score=MIN_SCORE, threshold=IOU_THRESHOLD):
    """[4 + classes, n] to rows of left, top, right, bottom, score, class by falling score."""
    scores, classes = output[4:].max(0), output[4:].argmax(0)
    keep = np.flatnonzero(scores > min_score)
    keep = keep[np.argsort(-scores[keep], kind="stable")]
    x, y, w, h = output[:4, keep]
    boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)
    scores, classes = scores[keep], classes[keep]
    rows, alive = [], np.ones(len(keep), bool)
    for k in range(len(keep)):
        if alive[k]:
            rows.append((*boxes[k], scores[k], classes[k]))
            alive[k + 1:] &= (classes[k + 1:] != classes[k]) | (iou(boxes[k], boxes[k + 1:]) <= threshold)
    return np.array(rows[:MOST]).reshape(-1, 6)


def average_precision(found, truth, name, threshold=0.5):
    """`found` and `truth`: for each scene its detections, and its (classes, boxes). 101-point average of one class."""
    total = sum(int((classes == name).sum()) for classes, _ in truth)
    hits = []
    for rows, (classes, boxes) in zip(found, truth):
        boxes = boxes[classes == name] if len(classes) else np.zeros((0, 4))
        taken = np.zeros(len(boxes), bool)
        for row in rows[rows[:, 5] == name]:
            over = np.where(taken, 0, iou(row[:4], boxes)) if len(boxes) else np.zeros(0)
            hit = len(over) > 0 and over.max() >= threshold
            if hit:
                taken[over.argmax()] = True
            hits.append((row[4], hit))
    if not hits:
        return 0.0
    hits.sort(key=lambda hit: -hit[0])
    right = np.cumsum([hit for _, hit in hits])
    recall, precision = right / total, right / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.where(at < len(precision), precision[np.minimum(at, len(precision) - 1)], 0).mean())


def mean_average_precision(found, truth, names, threshold=0.5):
    by_name = {name: average_precision(found, truth, k, threshold) for k, name in enumerate(names)}
    return float(np.mean(list(by_name.values()))), by_name


def precision_and_recall(found, truth, score, threshold=0.5):
    """Of the detections with `score` or more: how many are right, and how many of all objects they are."""
    right = given = total = 0
    for rows, (classes, boxes) in zip(found, truth):
        open_boxes = np.ones(len(classes), bool)
        total += len(classes)
        for row in rows[rows[:, 4] >= score]:
            given += 1
            over = np.where(open_boxes & (classes == row[5]), iou(row[:4], boxes), 0) if len(classes) else np.zeros(1)
            if over.max() >= threshold:
                right += 1
                open_boxes[over.argmax()] = False
    return right / max(1, given), right / total
