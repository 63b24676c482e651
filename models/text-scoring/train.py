#!/usr/bin/env python3
"""Writes messages, fits scikit-learn's TfidfVectorizer and LogisticRegression to them, writes both as one ONNX graph, and measures.

    train.py              write, fit, export, measure, write every file
    train.py --evaluate   measure the model.onnx that is already here; writes nothing

Needs scikit-learn, onnx and NumPy. Nothing is downloaded. The graph is laid out as skl2onnx lays it out: string [n, 1] in; the label as a
string tensor and the probabilities as a sequence of maps (ZipMap) out.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import hashlib
import json
import platform
import re
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from messages import LABELS, write_split   # noqa: E402

SEED = 20261122
SPLIT_TRAIN, SPLIT_HELD_OUT = 0, 1
N_TRAIN = 6000
N_HELD_OUT = 2000
N_GOLDEN = 200
REQUIRED = 0.95

# What the shop never gets, for the golden file: nothing, one letter, other scripts, letters that change case in their own way.
ODD_TEXTS = ["", "a", "!!!", "zzz qqq", "THE LAMP DOES NOT SWITCH ON", "Ça ne marche pas; the lamp leaks", "Где моя посылка? Where is my parcel?",
             "ΑΒΓ invoice ÄÖÜ", "where\tis\nmy   parcel", "charged_twice charged twice", "refund refund refund", "x y z refund",
             "the\u00a0refund", "don't work", "私のランプ the lamp is broken", "a\u0301 refund 5 50 500"]


def fit(texts, labels):
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=3, max_features=2500, dtype=np.float64),
        LogisticRegression(C=10.0, max_iter=1000))
    model.fit(texts, labels)
    return model


def sequence_of_maps():
    """The type of what ZipMap gives: for each text a map from label to probability."""
    maps = onnx.TypeProto()
    maps.map_type.key_type = TensorProto.STRING
    maps.map_type.value_type.CopyFrom(helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    return helper.make_sequence_type_proto(maps)


def export(model, path):
    vectorizer, classifier = model[0], model[1]
    # The operator wants all words first and then all pairs of words; scikit-learn mixes them.
    terms = sorted(vectorizer.vocabulary_, key=lambda term: (term.count(" "), vectorizer.vocabulary_[term]))
    words = [term for term in terms if " " not in term]
    pairs = [term for term in terms if " " in term]
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["text", "any_length"], ["texts"]),
            # C.UTF-8 is in every image of Lambda; en_US, which skl2onnx writes, is in none.
            helper.make_node("StringNormalizer", ["texts"], ["lowered"], case_change_action="LOWER", is_case_sensitive=1, locale="C.UTF-8"),
            # As (?u)\b\w\w+\b of scikit-learn: runs of letters, digits and underscores, of two or more.
            helper.make_node("Tokenizer", ["lowered"], ["words"], domain="com.microsoft", mark=0, mincharnum=2, pad_value="#",
                             tokenexp=r"[\p{L}\p{N}_]+"),
            helper.make_node("TfIdfVectorizer", ["words"], ["weights"], mode="TFIDF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
                             ngram_counts=[0, len(words)], ngram_indexes=[int(vectorizer.vocabulary_[term]) for term in terms],
                             pool_strings=words + [word for pair in pairs for word in pair.split(" ")],
                             weights=[float(vectorizer.idf_[vectorizer.vocabulary_[term]]) for term in terms]),
            helper.make_node("Normalizer", ["weights"], ["features"], domain="ai.onnx.ml", norm="L2"),
            helper.make_node("LinearClassifier", ["features"], ["output_label", "probabilities"], domain="ai.onnx.ml",
                             classlabels_strings=[str(label) for label in classifier.classes_],
                             coefficients=[float(v) for v in classifier.coef_.ravel()],
                             intercepts=[float(v) for v in classifier.intercept_], multi_class=1, post_transform="SOFTMAX"),
            helper.make_node("ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml",
                             classlabels_strings=[str(label) for label in classifier.classes_]),
        ],
        "text-scoring",
        [helper.make_tensor_value_info("text", TensorProto.STRING, ["n", 1])],
        [helper.make_tensor_value_info("output_label", TensorProto.STRING, ["n"]),
         helper.make_value_info("output_probability", sequence_of_maps())],
        [helper.make_tensor("any_length", TensorProto.INT64, [1], [-1])])
    graph = helper.make_model(graph, opset_imports=[
        helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("com.microsoft", 1)])
    graph.ir_version = 7
    graph.producer_name = "text-scoring/train.py"
    graph.producer_version = "1.0"
    graph.model_version = 1
    graph.doc_string = "TF-IDF and logistic regression that tell what a customer's message is about."
    helper.set_model_props(graph, {"task": "text-classification", "license": "Apache-2.0", "labels": json.dumps(LABELS)})
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString())


class GraphReader:
    """Computes what the file says, from its attributes alone, in double precision: neither scikit-learn nor ONNX Runtime."""

    def __init__(self, path):
        nodes = {node.op_type: {a.name: helper.get_attribute_value(a) for a in node.attribute} for node in onnx.load(str(path)).graph.node}
        tfidf, linear = nodes["TfIdfVectorizer"], nodes["LinearClassifier"]
        words = [word.decode() for word in tfidf["pool_strings"][:tfidf["ngram_counts"][1]]]
        rest = [word.decode() for word in tfidf["pool_strings"][tfidf["ngram_counts"][1]:]]
        terms = words + [" ".join(pair) for pair in zip(rest[0::2], rest[1::2])]
        self.terms = {term: (column, weight) for term, column, weight in zip(terms, tfidf["ngram_indexes"], tfidf["weights"])}
        self.labels = [label.decode() for label in linear["classlabels_strings"]]
        self.coefficients = np.array(linear["coefficients"]).reshape(len(self.labels), -1)
        self.intercepts = np.array(linear["intercepts"])

    def probabilities(self, text):
        words = re.findall(r"\w\w+", text.lower())
        features = np.zeros(self.coefficients.shape[1])
        for term, count in Counter(words + [" ".join(pair) for pair in zip(words, words[1:])]).items():
            if term in self.terms:
                column, weight = self.terms[term]
                features[column] = count * weight
        length = np.linalg.norm(features)
        scores = self.coefficients @ (features / length if length else features) + self.intercepts
        powers = np.exp(scores - scores.max())
        return powers / powers.sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--evaluate", action="store_true", help="measure the existing model.onnx and write nothing")
    only_evaluate = parser.parse_args().evaluate
    begin = time.time()
    path = HERE / "model.onnx"
    held_out, truth = write_split(SEED, SPLIT_HELD_OUT, N_HELD_OUT, held_out=True)
    if not only_evaluate:
        model = fit(*write_split(SEED, SPLIT_TRAIN, N_TRAIN))
        export(model, path)
        texts = held_out[:N_GOLDEN - len(ODD_TEXTS)] + ODD_TEXTS
        golden = model.predict_proba(texts)
        (HERE / "expected.json").write_text(
            '{"labels": ' + json.dumps([str(label) for label in model.classes_]) + ', "cases": [\n' + ",\n".join(
                json.dumps({"text": text, "label": str(model.classes_[row.argmax()]), "probabilities": [float(f"{p:.9g}") for p in row]})
                for text, row in zip(texts, golden)) + "\n]}\n", encoding="utf-8")
    reader = GraphReader(path)
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    gap = max(float(np.abs(reader.probabilities(case["text"]) - case["probabilities"]).max()) for case in expected["cases"])
    right = [reader.labels[reader.probabilities(text).argmax()] == label for text, label in zip(held_out, truth)]
    by_label = {name: round(float(np.mean([r for r, label in zip(right, truth) if label == name])), 4) for name in LABELS}
    accuracy = float(np.mean(right))
    print(f"held-out accuracy {accuracy:.4f} ({sum(right)} of {len(right)} messages): {by_label}")
    print(f"largest difference from scikit-learn's probabilities on {len(expected['cases'])} texts: {gap:.2e}")
    if not only_evaluate:
        (HERE / "metrics.json").write_text(json.dumps({
            "model_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "model_bytes": path.stat().st_size, "seed": SEED,
            "training_messages": N_TRAIN, "terms": len(reader.terms),
            "held_out": {"messages": len(right), "correct": sum(right), "accuracy": round(accuracy, 4), "by_label": by_label},
            "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "onnx": onnx.__version__,
                         "numpy": np.__version__},
        }, indent=2) + "\n", encoding="utf-8")
    print(f"whole run took {time.time() - begin:.1f} s")
    return 0 if accuracy >= REQUIRED and gap < 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main())
