"""Writes short paragraphs of made-up facts, with questions whose answers stand in them.

Every paragraph comes from a seed and its number alone. People, towns, companies and things have invented names, put together from
syllables. A tenth of all names, told by a checksum, is kept for held-out paragraphs: training never shows one of them.

SPDX-License-Identifier: Apache-2.0
"""
import re
import zlib
from dataclasses import dataclass

import numpy as np

from sentences import ANIMALS, COLOURS, GOODS, ITEMS, JOBS, RELATIONS, THINGS_OF_PEOPLE

ONSETS = "b c d f g h j k l m n p r s t v w z br ch cl dr fr gl gr kr pl sh st th tr sl".split() + [""]
VOWELS = "a a a e e e i i i o o o u u ai ea ie ou y".split()
CODAS = [""] * 9 + "n n r r l l s t m d k nd rt ck x sk ng".split()   # at the end of a name
INNER_CODAS = [""] * 12 + "n r l s m".split()
TOWN_ENDINGS = "ton ville burg ford ham field port wick by stad".split()
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Example:
    """A question on a paragraph; the answer is context[start:start + len(answer)]."""
    question: str
    context: str
    answer: str
    start: int


def is_held_out(name):
    return zlib.crc32(name.lower().encode()) % 10 == 0


class Writer:
    """Writes paragraph `index` of a split."""

    def __init__(self, seed, split, index, held_out, sentences):
        self.rng = np.random.default_rng([seed, split, index])
        self.held_out = held_out
        self.most_sentences = sentences
        self.used = set()

    def pick(self, items):
        return items[int(self.rng.integers(len(items)))]

    def word(self, endings=None):
        """An invented name that this paragraph has not had, of those that the split may use."""
        while True:
            count = 1 if endings else self.pick([2, 2, 2, 3])
            name = "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(INNER_CODAS if i + 1 < count else CODAS)
                           for i in range(count))
            name += self.pick(endings) if endings else ""
            if 3 <= len(name) <= 11 and name not in self.used and is_held_out(name) == self.held_out:
                self.used.add(name)
                return name.capitalize()

    def fresh(self, make):
        """A value that the paragraph has not had yet, so that each question has one answer."""
        while True:
            value = make()
            if value not in self.used:
                self.used.add(value)
                return value

    def value(self, kind):
        rng = self.rng
        if kind == "person":
            return self.word() if rng.random() < 0.6 else f"{self.word()} {self.word()}"
        if kind == "town":
            return self.word(TOWN_ENDINGS if rng.random() < 0.4 else None)
        if kind == "name":
            return self.word()
        if kind == "year":
            return self.fresh(lambda: str(rng.integers(1900, 2030)))
        if kind == "time":
            return self.fresh(lambda: f"{rng.integers(5, 24)}:{rng.integers(12) * 5:02d}")
        if kind == "number":
            return self.fresh(lambda: str(rng.integers(2, 100)))
        if kind == "money":
            return self.fresh(lambda: f"{rng.integers(2, 1000)} {self.pick(['dollars', 'euros', 'pounds'])}")
        lists = {"job": JOBS, "animal": ANIMALS, "colour": COLOURS, "item": ITEMS, "goods": GOODS}
        return self.fresh(lambda: self.pick(lists[kind]))

    def facts(self):
        """Facts as (relation, values, said of the same person as the one before)."""
        count = int(self.rng.integers(2, self.most_sentences + 1))
        people = [self.value("person") for _ in range(self.pick([1, 2, 2, 3]))]
        favourites = [self.pick(RELATIONS) for _ in range(2)]
        facts, known = [], set()
        while len(facts) < count:
            relation = self.pick(favourites) if self.rng.random() < 0.6 else self.pick(RELATIONS)
            values = {}
            for slot, kind in relation.slots.items():
                if kind == "person" and slot == "p":
                    free = [p for p in people if (p, relation.name) not in known]
                    values[slot] = self.pick(free) if free else self.value("person")
                else:
                    values[slot] = self.value(kind)
            if "p" in values:
                known.add((values["p"], relation.name))
            facts.append((relation, values))
        # Facts of one person stand together about half of the time, so that "she" has something to stand for.
        if self.rng.random() < 0.5:
            order = {p: i for i, p in enumerate(dict.fromkeys(v.get("p", "") for _, v in facts))}
            facts.sort(key=lambda fact: order[fact[1].get("p", "")])
        return facts

    def write(self):
        """The paragraph and all its questions."""
        context, before, statements = "", None, []
        pronouns = {}
        for relation, values in self.facts():
            person = values.get("p")
            template = self.pick(relation.statements)
            stands_for = None
            if person and person == before and template.startswith("{p} ") and self.rng.random() < 0.6:
                stands_for = pronouns.setdefault(person, self.pick(["He", "She"]))
            context += " " if context else ""
            places, at = {}, 0
            for slot in SLOT.finditer(template):
                context += template[at:slot.start()]
                text = stands_for if slot[1] == "p" and stands_for else values[slot[1]]
                if slot[1] != "p" or not stands_for:
                    places[slot[1]] = len(context)
                context += text
                at = slot.end()
            context += template[at:]
            statements.append((relation, values, places))
            before = person
        examples = []
        for relation, values, places in statements:
            for answer, questions in relation.questions.items():
                if answer in places:
                    question = SLOT.sub(lambda slot: values[slot[1]], self.pick(questions))
                    examples.append(Example(question, context, values[answer], places[answer]))
        return examples


def write_split(seed, split, first, count, held_out=False, sentences=6, each=1):
    """`each` random questions of every paragraph."""
    rows = []
    for index in range(first, first + count):
        writer = Writer(seed, split, index, held_out, sentences)
        examples = writer.write()
        order = writer.rng.permutation(len(examples))[:each]
        rows += [examples[i] for i in order]
    return rows


def words_of_sentences():
    """All fixed words: of templates and of lists."""
    texts = list(JOBS + ANIMALS + COLOURS + ITEMS + GOODS + THINGS_OF_PEOPLE)
    for relation in RELATIONS:
        for text in relation.statements + [q for qs in relation.questions.values() for q in qs]:
            texts.append(SLOT.sub(" ", text))
    return sorted({w for text in texts for w in re.findall(r"[a-z]+", text.lower())} | {"he", "she"})
