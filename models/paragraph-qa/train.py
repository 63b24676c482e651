#!/usr/bin/env python3
"""Writes paragraphs, learns a WordPiece vocabulary from them, trains a small BERT to answer questions on them, exports it to ONNX with the
files that Hugging Face puts beside a model, and measures the exported file.

    train.py              write, learn, train, export, measure, write every file
    train.py --evaluate   measure the model.onnx that is already here; writes nothing

Needs PyTorch, onnx and NumPy. Nothing is downloaded.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import hashlib
import io
import json
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from network import BertForQuestionAnswering                         # noqa: E402
from onnx_in_torch import OnnxInTorch                                # noqa: E402
from paragraphs import RELATIONS, words_of_sentences, write_split   # noqa: E402
from wordpiece import WordPiece, learn, split                        # noqa: E402

SEED = 20261123
SPLIT_TRAIN, SPLIT_HELD_OUT, SPLIT_KNOWN, SPLIT_SAMPLES = 0, 1, 2, 3
VOCABULARY, HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 1000, 96, 4, 4, 192, 256
WINDOW = 128   # hardly any paragraph of the training is longer, so positions beyond are hardly trained
STEPS, BATCH, PEAK_LR = 4000, 48, 1.5e-3
CURRICULUM = [(0.07, 2), (0.2, 3), (0.35, 4), (1.0, 6)]   # up to this share of the steps, paragraphs of at most so many sentences
N_HELD_OUT = 2000
N_SAMPLES = 120
MAX_ANSWER_TOKENS = 15
REQUIRED = 0.85
OPSET = 13
MASKED = -1e4


def learn_vocabulary():
    rows = write_split(SEED, SPLIT_TRAIN, 0, 4000)
    counts = Counter(word for e in rows for word, _, _ in split(e.context + " " + e.question) if word.isalnum())
    return WordPiece(learn(counts, words_of_sentences(), VOCABULARY))


def encode(tokenizer, example):
    ids, types, offsets = tokenizer.pair(example.question, example.context)
    starts = [o is not None and o[0] == example.start for o in offsets]
    ends = [o is not None and o[1] == example.start + len(example.answer) for o in offsets]
    return ids, types, starts.index(True), ends.index(True)


def pad(rows):
    """input_ids, attention_mask and token_type_ids [n, longest]."""
    x = np.zeros((3, len(rows), max(len(row[0]) for row in rows)), np.int64)
    for i, row in enumerate(rows):
        x[0, i, :len(row[0])], x[1, i, :len(row[0])], x[2, i, :len(row[0])] = row[0], 1, row[1]
    return torch.from_numpy(x)


def batches(tokenizer):
    """Endless training batches of rows alike in length; paragraphs grow as training goes on. Yields rows and the step."""
    rng = np.random.default_rng([SEED, 99])
    index = step = 0
    while True:
        sentences = next(n for share, n in CURRICULUM if step < share * STEPS or share == 1.0)
        rows = [encode(tokenizer, e) for e in write_split(SEED, SPLIT_TRAIN, index, 10 * BATCH, sentences=sentences, each=2)]
        index += 10 * BATCH
        rows.sort(key=lambda row: len(row[0]))
        groups = [rows[i:i + BATCH] for i in range(0, len(rows) - BATCH + 1, BATCH)]
        for k in rng.permutation(len(groups)):
            step += 1
            yield groups[k], sentences
            if step == STEPS:
                return


def train(tokenizer):
    torch.manual_seed(SEED)
    model = BertForQuestionAnswering(len(tokenizer.vocabulary), HIDDEN, LAYERS, HEADS, INNER, POSITIONS)
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_LR, weight_decay=0.01, betas=(0.9, 0.98))
    known = write_split(SEED, SPLIT_KNOWN, 0, 300)
    start, total = time.time(), 0.0
    for step, (rows, sentences) in enumerate(batches(tokenizer), 1):
        for group in optimiser.param_groups:
            group["lr"] = PEAK_LR * min(1.0, step / 200) * max(0.01, min(1.0, (STEPS - step) / (0.7 * STEPS)))
        ids, mask, types = pad(rows)
        starts, ends = model(ids, mask, types)
        outside = (types == 0) * MASKED
        loss = (F.cross_entropy(starts + outside, torch.tensor([row[2] for row in rows]))
                + F.cross_entropy(ends + outside, torch.tensor([row[3] for row in rows])))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total += loss.item()
        if step % 200 == 0:
            right = np.mean(answers_right(lambda *x: model(*x), tokenizer, known))
            print(f"step {step}/{STEPS}  up to {sentences} sentences  loss {total / 200:.4f}  exact match {right:.3f}  "
                  f"{time.time() - start:.0f} s", flush=True)
            total = 0.0
    return model.eval()


def best_span(starts, ends):
    """The most probable start and end, the end not before the start and at most 15 tokens long."""
    scores = np.triu(starts[:, None] + ends[None, :]) + np.tril(np.full((len(starts), len(ends)), -np.inf), -1)
    scores[np.triu_indices(len(starts), MAX_ANSWER_TOKENS)] = -np.inf
    return np.unravel_index(scores.argmax(), scores.shape)


@torch.no_grad()
def answers(run, tokenizer, examples):
    given = []
    for i in range(0, len(examples), 100):
        rows = [tokenizer.pair(e.question, e.context) for e in examples[i:i + 100]]
        starts, ends = run(*pad(rows))
        for k, (example, row) in enumerate(zip(examples[i:i + 100], rows)):
            first = row[1].index(1)
            last = len(row[0]) - 1
            s, e = best_span(starts[k, first:last].numpy(), ends[k, first:last].numpy())
            given.append(example.context[row[2][first + s][0]:row[2][first + e][1]])
    return given


def answers_right(run, tokenizer, examples):
    return [given == e.answer for given, e in zip(answers(run, tokenizer, examples), examples)]


def export(model, tokenizer, path):
    buffer = io.BytesIO()
    sample = torch.ones(2, 16, dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(model, (sample, sample, sample), buffer, opset_version=OPSET,
                      input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["start_logits", "end_logits"],
                      dynamic_axes={name: axes for name in ("input_ids", "attention_mask", "token_type_ids", "start_logits", "end_logits")})
    graph = onnx.load_model_from_string(buffer.getvalue())
    graph.producer_name = "paragraph-qa/train.py"
    graph.producer_version = "1.0"
    graph.model_version = 1
    graph.doc_string = "Small BERT that answers questions about short generated paragraphs."
    graph.graph.name = "paragraph-qa"
    onnx.helper.set_model_props(graph, {"task": "question-answering", "license": "Apache-2.0"})
    onnx.checker.check_model(graph, full_check=True)
    path.write_bytes(graph.SerializeToString())
    (HERE / "vocab.txt").write_text("\n".join(tokenizer.vocabulary) + "\n", encoding="utf-8")
    write_json("tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True,
        "model_max_length": WINDOW, "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
        "mask_token": "[MASK]"})
    write_json("config.json", {
        "architectures": ["BertForQuestionAnswering"], "model_type": "bert", "vocab_size": len(tokenizer.vocabulary),
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER,
        "hidden_act": "gelu", "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0})


def write_json(name, value):
    (HERE / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def evaluate(run, tokenizer):
    """On paragraphs of names that training never showed, and on fresh paragraphs of names that it may have."""
    result = {}
    for name, number, held_out in (("held_out_names", SPLIT_HELD_OUT, True), ("known_names", SPLIT_KNOWN, False)):
        examples = write_split(SEED, number, 1000, N_HELD_OUT, held_out=held_out)
        right = answers_right(run, tokenizer, examples)
        result[name] = {"questions": len(right), "correct": sum(right), "exact_match": round(float(np.mean(right)), 4)}
        if held_out:
            by_question = defaultdict(list)
            for e, r in zip(examples, right):
                by_question[" ".join(e.question.split()[:2])].append(r)
            result["held_out_by_question"] = {
                k: {"questions": len(v), "exact_match": round(float(np.mean(v)), 4)} for k, v in sorted(by_question.items())}
    return result


def write_samples(run, tokenizer):
    """Held-out questions for tests, with what the exported file answers here."""
    examples = write_split(SEED, SPLIT_SAMPLES, 0, N_SAMPLES, held_out=True)
    given = answers(run, tokenizer, examples)
    rows = [{"question": e.question, "context": e.context, "answer": e.answer, "start": e.start, "given": g}
            for e, g in zip(examples, given)]
    (HERE / "samples.json").write_text('{"questions": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--evaluate", action="store_true", help="measure the existing model.onnx and write nothing")
    only_evaluate = parser.parse_args().evaluate
    begin = time.time()
    torch.set_num_threads(1)   # the same result whatever the number of cores
    torch.use_deterministic_algorithms(True)
    path = HERE / "model.onnx"
    if not only_evaluate:
        tokenizer = learn_vocabulary()
        model = train(tokenizer)
        parameters = sum(p.numel() for p in model.parameters())
        print(f"training took {time.time() - begin:.1f} s; {parameters} parameters; {len(RELATIONS)} kinds of facts")
        export(model, tokenizer, path)
    else:
        tokenizer = WordPiece((HERE / "vocab.txt").read_text(encoding="utf-8").splitlines())
    run = OnnxInTorch(path)
    result = evaluate(run, tokenizer)
    for name in ("held_out_names", "known_names"):
        print(f"{name}: exact match {result[name]['exact_match']:.4f} ({result[name]['correct']} of {result[name]['questions']})")
    for question, row in result["held_out_by_question"].items():
        print(f"  {question + ' …':20s} {row['exact_match']:.4f} ({row['questions']})")
    if not only_evaluate:
        write_samples(run, tokenizer)
        write_json("metrics.json", {
            "model_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "model_bytes": path.stat().st_size,
            "parameters": parameters, "vocabulary": len(tokenizer.vocabulary), "seed": SEED,
            "training": {"steps": STEPS, "batch": BATCH}, **result,
            "versions": {"python": platform.python_version(), "torch": torch.__version__, "onnx": onnx.__version__,
                         "numpy": np.__version__}})
    print(f"whole run took {time.time() - begin:.1f} s")
    return 0 if result["held_out_names"]["exact_match"] >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
