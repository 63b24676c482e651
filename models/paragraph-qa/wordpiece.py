"""A WordPiece vocabulary learnt from words, and the tokenizer that reads with it, as BERT's uncased ones do (ASCII only).

SPDX-License-Identifier: Apache-2.0
"""
import re
from collections import Counter, defaultdict

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


def split(text):
    """Words and punctuation marks with their offsets."""
    return [(m.group(), m.start(), m.end()) for m in WORDS.finditer(text.lower())]


def learn(counts, whole_words, size):
    """Characters first, then the fixed words, then what stands together most often in `counts` (word to number)."""
    characters = "abcdefghijklmnopqrstuvwxyz0123456789"
    vocabulary = SPECIAL + list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + list(characters) + ["##" + c for c in characters]
    vocabulary += [w for w in whole_words if len(w) > 1]
    known = set(vocabulary)
    words = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in sorted(counts.items())]
    where, pairs = defaultdict(set), Counter()
    for k, (pieces, n) in enumerate(words):
        for pair in zip(pieces, pieces[1:]):
            pairs[pair] += n
            where[pair].add(k)
    while len(vocabulary) < size:
        best = max(pairs.items(), key=lambda item: (item[1], item[0]))[0]
        merged = best[0] + best[1][2:]
        for k in list(where[best]):
            pieces, n = words[k]
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] -= n
                where[pair].discard(k)
            i = 0
            while i + 1 < len(pieces):
                if (pieces[i], pieces[i + 1]) == best:
                    pieces[i:i + 2] = [merged]
                i += 1
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] += n
                where[pair].add(k)
        del pairs[best]
        if merged not in known:
            known.add(merged)
            vocabulary.append(merged)
    return vocabulary


class WordPiece:
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.ids = {token: i for i, token in enumerate(vocabulary)}
        self.cache = {}

    def pieces(self, word):
        """The longest pieces from the left, as ids with their offsets in the word."""
        if word in self.cache:
            return self.cache[word]
        found, at = [], 0
        while at < len(word):
            end = len(word)
            while end > at and ("##" if at else "") + word[at:end] not in self.ids:
                end -= 1
            if end == at:
                found = [(self.ids["[UNK]"], 0, len(word))]
                break
            found.append((self.ids[("##" if at else "") + word[at:end]], at, end))
            at = end
        self.cache[word] = found
        return found

    def encode(self, text):
        """Ids, and each one's start and end in the text."""
        return [(i, at + start, at + end) for word, at, _ in split(text) for i, start, end in self.pieces(word)]

    def pair(self, question, context):
        """[CLS] question [SEP] context [SEP]: ids, types, and the offsets in the context (none elsewhere)."""
        q, c = self.encode(question), self.encode(context)
        cls, sep = self.ids["[CLS]"], self.ids["[SEP]"]
        ids = [cls] + [t[0] for t in q] + [sep] + [t[0] for t in c] + [sep]
        types = [0] * (len(q) + 2) + [1] * (len(c) + 1)
        offsets = [None] * (len(q) + 2) + [(t[1], t[2]) for t in c] + [None]
        return ids, types, offsets
