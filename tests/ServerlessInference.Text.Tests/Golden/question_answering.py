#!/usr/bin/env python3
"""Writes question_answering.json: what Hugging Face's question-answering pipeline makes of fixed logits.

Independent of the library: plain NumPy after the published behaviour of transformers 4.x
(pipelines/question_answering.py: select_starts_ends, decode_spans, postprocess, get_indices), every candidate span spelled out.
Run with: /usr/bin/python3 question_answering.py   (Python 3, NumPy 1.24.2; the file states the versions it was made with)
"""
import json
import platform

import numpy as np

CLS, SEP, PAD = 2, 3, 0


def window(rng, question, start_word, words, pad, peak):
    """A window: [CLS] question [SEP] context [SEP] padding; words are split into one to three tokens."""
    ids, sequence, word_ids, offsets = [CLS], [-1], [-1], [(0, 0)]
    for i in range(question):
        ids.append(10 + i), sequence.append(0), word_ids.append(i), offsets.append((i, i + 1))
    ids.append(SEP), sequence.append(-1), word_ids.append(-1), offsets.append((0, 0))
    for w in range(start_word, start_word + words):
        parts = 1 + (w * 7) % 3
        at = w * 10
        for part in range(parts):
            ids.append(100 + w), sequence.append(1), word_ids.append(w)
            offsets.append((at + 3 * part, at + 3 * part + 3))
    ids.append(SEP), sequence.append(-1), word_ids.append(-1), offsets.append((0, 0))
    attention = [1] * len(ids) + [0] * pad
    for _ in range(pad):
        ids.append(PAD), sequence.append(-1), word_ids.append(-1), offsets.append((0, 0))
    n = len(ids)
    start = rng.normal(0, peak, n).astype(np.float32)
    end = rng.normal(0, peak, n).astype(np.float32)
    return {"ids": ids, "sequence": sequence, "words": word_ids, "offsets": offsets, "attention": attention,
            "start": start.tolist(), "end": end.tolist()}


def probabilities(logits, allowed):
    logits = np.where(allowed, logits, -10000.0).astype(np.float64)
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()


def answers(windows, top_k, max_answer, no_answer, align):
    found, null_score = [], 1000000.0
    for w in windows:
        sequence, attention = np.array(w["sequence"]), np.array(w["attention"])
        allowed = ((sequence == 1) | (np.array(w["ids"]) == CLS)) & (attention == 1)
        start = probabilities(np.array(w["start"], np.float32), allowed)
        end = probabilities(np.array(w["end"], np.float32), allowed)
        null_score = min(null_score, float(start[0] * end[0]))
        start[0] = end[0] = 0.0
        spans = []
        for s in np.flatnonzero(allowed):
            for e in np.flatnonzero(allowed):
                if s <= e < s + max_answer and s > 0:
                    spans.append((float(start[s] * end[e]), int(s), int(e)))
        spans.sort(key=lambda span: -span[0])
        for score, s, e in spans[:top_k]:
            if align:
                of_word = [i for i in range(len(sequence)) if sequence[i] == 1 and w["words"][i] == w["words"][s]]
                to_word = [i for i in range(len(sequence)) if sequence[i] == 1 and w["words"][i] == w["words"][e]]
                from_, to = w["offsets"][of_word[0]][0], w["offsets"][to_word[-1]][1]
            else:
                from_, to = w["offsets"][s][0], w["offsets"][e][1]
            found.append({"score": score, "start": from_, "end": to})
    if no_answer:
        found.append({"score": null_score, "start": 0, "end": 0})
    found.sort(key=lambda answer: -answer["score"])
    return found[:top_k]


def main():
    rng = np.random.default_rng(20261120)
    cases = []
    for number in range(40):
        count = int(rng.integers(1, 4))
        peak = float(rng.choice([0.5, 3.0, 8.0]))
        question = int(rng.integers(1, 6))
        words = [int(rng.integers(3, 25)) for _ in range(count)]
        windows = [window(rng, question, i * 12, words[i], int(rng.integers(0, 6)), peak) for i in range(count)]
        top_k = int(rng.choice([1, 1, 3, 7]))
        max_answer = int(rng.choice([1, 3, 15]))
        no_answer = bool(rng.integers(0, 2))
        align = bool(rng.integers(0, 2))
        cases.append({"top_k": top_k, "max_answer": max_answer, "no_answer": no_answer, "align": align, "windows": windows,
                      "answers": answers(windows, top_k, max_answer, no_answer, align)})
    document = {"script": "question_answering.py", "python": platform.python_version(), "numpy": np.__version__, "cases": cases}
    with open("question_answering.json", "w", encoding="utf-8") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")


main()
