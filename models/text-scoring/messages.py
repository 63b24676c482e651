"""Writes short messages of customers to a shop, each about one of four things. Some mention a second thing in passing.

SPDX-License-Identifier: Apache-2.0
"""
import numpy as np

LABELS = ["billing", "delivery", "fault", "praise"]

THINGS = ("lamp kettle chair table clock camera heater printer radio drill mixer toaster jacket tent bicycle keyboard headset monitor "
          "vacuum blender").split()
HOLD_OUT_THINGS = "wardrobe telescope hammock juicer saddle".split()   # never in training
TOWNS = "Leeds Porto Ghent Turin Basel Cork Lund Graz Lyon Brno".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday".split()

SENTENCES = {
    "billing": [
        "I was charged twice for the {thing}", "my card was charged {money} instead of {money}", "please send me an invoice for order {order}",
        "the refund for order {order} has not reached my account", "why does the invoice show {money}",
        "the discount code did not work at the checkout", "you took {money} from my account without asking",
        "I want my money back for the {thing}", "can I pay for the {thing} in three instalments", "the total on my bill is wrong",
        "my payment was declined but the money is gone", "please correct the VAT number on invoice {order}"],
    "delivery": [
        "where is my parcel", "the {thing} has not arrived yet", "the driver left order {order} with a neighbour in {town}",
        "tracking has said out for delivery since {day}", "can you deliver to {town} on {day}", "I would like to change the delivery address to {town}",
        "the courier never rang the bell", "order {order} was due on {day} and is still not here", "my package is lost somewhere near {town}",
        "how long does shipping to {town} take", "the parcel was sent to the wrong address", "please hold the {thing} at the depot until {day}"],
    "fault": [
        "the {thing} does not switch on", "the {thing} stopped working after {number} days", "the {thing} makes a strange noise",
        "there is a crack in the {thing}", "a part of the {thing} is broken", "the battery of the {thing} dies after {number} minutes",
        "the {thing} smells of burning", "the screen of the {thing} flickers", "the {thing} leaks", "the button on the {thing} is stuck",
        "the {thing} overheats", "a screw is missing and the {thing} wobbles"],
    "praise": [
        "the {thing} is wonderful", "thank you for the quick help", "I love my new {thing}", "great service as always",
        "the {thing} works perfectly", "your team in {town} was very kind", "best {thing} I ever had", "I will recommend you to my friends",
        "what a lovely surprise", "five stars from me", "the {thing} is even better than expected", "very happy with order {order}"],
}
OPENINGS = ["", "", "", "Hello, ", "Hi, ", "Good morning, ", "Dear team, ", "To whom it may concern: ", "Sorry to bother you, but "]
CLOSINGS = ["", "", "", " Thanks.", " Please answer soon.", " Regards", " Please help!", " I am waiting for your answer.", " Cheers,"]
LINKS = [". By the way, ", ". Also, ", "; apart from that ", ". Otherwise "]


class Writer:
    """Writes message `index` of a split."""

    def __init__(self, seed, split, index, held_out):
        self.rng = np.random.default_rng([seed, split, index])
        self.things = THINGS + HOLD_OUT_THINGS * 4 if held_out else THINGS

    def pick(self, items):
        return items[int(self.rng.integers(len(items)))]

    def sentence(self, label):
        text = self.pick(SENTENCES[label])
        while "{" in text:
            text = (text.replace("{thing}", self.pick(self.things), 1).replace("{town}", self.pick(TOWNS), 1)
                    .replace("{day}", self.pick(DAYS), 1).replace("{number}", str(self.rng.integers(2, 60)), 1)
                    .replace("{order}", str(self.rng.integers(10_000, 99_999)), 1)
                    .replace("{money}", f"{self.pick(['$', '€', '£'])}{self.rng.integers(5, 900)}", 1))
        return text

    def mistyped(self, text):
        """Two letters in a word swapped."""
        at = int(self.rng.integers(1, max(2, len(text) - 2)))
        return text[:at] + text[at + 1:at + 2] + text[at:at + 1] + text[at + 2:] if text[at:at + 2].isalpha() else text

    def write(self):
        """The message and its label: what its first sentence is about."""
        label = self.pick(LABELS)
        text = self.pick(OPENINGS) + self.sentence(label)
        if self.rng.random() < 0.5:
            text += " and " + self.sentence(label)
        if self.rng.random() < 0.2:
            text += self.pick(LINKS) + self.sentence(self.pick(LABELS))
        for _ in range(int(self.rng.integers(3))):
            text = self.mistyped(text)
        text += self.pick([".", "!", "...", "", "?"]) + self.pick(CLOSINGS)
        form = self.rng.random()
        return text.upper() if form < 0.08 else text.lower() if form < 0.3 else text[0].upper() + text[1:], label


def write_split(seed, split, count, held_out=False):
    rows = [Writer(seed, split, i, held_out).write() for i in range(count)]
    return [text for text, _ in rows], [label for _, label in rows]
