#!/usr/bin/env python3
"""Turns the fitted parts of a scikit-learn text classifier, saved with joblib, into one ONNX graph with a string input.

    from_joblib.py vectorizer.joblib transformer.joblib classifier.joblib --out scores --examples texts.txt

The parts are named in the order in which a text passes through them, such as a CountVectorizer, a TfidfTransformer and a classifier. A file may
also contain a whole Pipeline. Writes model.onnx, labels.txt, and expected.jsonl with what scikit-learn says about each line of --examples.

    pip install scikit-learn==VERSION joblib skl2onnx onnx      # VERSION is the one that wrote the files

joblib files contain code that is run when they are loaded: load only files that you trust.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import sys
from pathlib import Path

# What scikit-learn's default token_pattern finds, in the syntax of RE2, which ONNX Runtime's Tokenizer uses. Without this, skl2onnx takes
# [a-zA-Z0-9_]+, which splits words at letters with accents, and takes single letters for words.
PATTERNS = {r"(?u)\b\w\w+\b": r"[\p{L}\p{N}_]{2,}", r"(?u)\b\w+\b": r"[\p{L}\p{N}_]+"}

# Every image of AWS Lambda has this locale. skl2onnx leaves it open, which means en_US.UTF-8, and no image has that.
LOCALE = "C.UTF-8"


def vectorizers(pipeline):
    """The parts that split texts into words."""
    return [step for _, step in pipeline.steps if hasattr(step, "token_pattern")]


def conversion_options(pipeline, token_pattern=None):
    """The options of skl2onnx for the parts of a pipeline: how words are found, and probabilities as a tensor instead of maps."""
    options = {}
    for part in vectorizers(pipeline):
        expression = token_pattern or PATTERNS.get(part.token_pattern)
        if expression is None:
            sys.exit(f"The token_pattern of {type(part).__name__} is {part.token_pattern!r}, which has no known equivalent in RE2 (which has "
                     "neither \\b next to \\w in Unicode nor lookaround). Give one with --token-pattern.")
        options[id(part)] = {"tokenexp": expression}
    classifier = pipeline.steps[-1][1]
    if not hasattr(classifier, "classes_"):
        sys.exit(f"The last part is a {type(classifier).__name__}, which is not a fitted classifier. Name the classifier last.")
    options[id(classifier)] = {"zipmap": False}
    return options


def set_locale(model):
    """Makes texts be put into lower case in a locale that exists everywhere."""
    from onnx import helper

    for node in model.graph.node:
        if node.op_type == "StringNormalizer":
            others = [attribute for attribute in node.attribute if attribute.name != "locale"]
            del node.attribute[:]
            node.attribute.extend(others + [helper.make_attribute("locale", LOCALE)])


def expectations(pipeline, texts):
    """What scikit-learn itself says about each text, as lines of JSON."""
    classes = [str(label) for label in pipeline.classes_]
    for text, label, row in zip(texts, pipeline.predict(texts), pipeline.predict_proba(texts)):
        scores = {name: float(score) for name, score in zip(classes, row)}
        yield json.dumps({"text": text, "label": str(label), "probabilities": scores}, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("parts", nargs="+", help="joblib files, in the order in which a text passes through them")
    parser.add_argument("--out", required=True, help="the folder for the model")
    parser.add_argument("--token-pattern", help="a regular expression in RE2's syntax that finds words, instead of the known ones")
    parser.add_argument("--examples", help="a file with a text per line")
    arguments = parser.parse_args()

    import joblib
    from sklearn.pipeline import Pipeline, make_pipeline

    parts = []
    for path in arguments.parts:
        loaded = joblib.load(path)
        parts += [step for _, step in loaded.steps] if isinstance(loaded, Pipeline) else [loaded]
    pipeline = make_pipeline(*parts)
    options = conversion_options(pipeline, arguments.token_pattern)

    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import StringTensorType

    model = to_onnx(pipeline, initial_types=[("text", StringTensorType([None, 1]))], options=options, target_opset={"": 17, "ai.onnx.ml": 3})
    set_locale(model)

    folder = Path(arguments.out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in pipeline.classes_), encoding="utf-8")
    if arguments.examples:
        texts = Path(arguments.examples).read_text(encoding="utf-8").splitlines()
        (folder / "expected.jsonl").write_text("".join(line + "\n" for line in expectations(pipeline, texts)), encoding="utf-8")
    print(f"{folder / 'model.onnx'}: {', '.join(str(label) for label in pipeline.classes_)}")


if __name__ == "__main__":
    main()
