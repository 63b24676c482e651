"""What paragraphs can say, and what can be asked about it.

SPDX-License-Identifier: Apache-2.0
"""
from dataclasses import dataclass

JOBS = ("baker teacher nurse pilot farmer lawyer painter plumber chemist sailor judge tailor waiter singer dentist engineer librarian "
        "carpenter gardener photographer mechanic architect").split()
ANIMALS = "dog cat horse parrot rabbit goat donkey hamster turtle pony goose hen".split()
COLOURS = "red blue green yellow black white brown grey orange purple pink golden".split()
ITEMS = "lamp table chair guitar camera watch bicycle mirror carpet clock piano tent kettle jacket ladder telescope".split()
GOODS = "shoes bicycles clocks lamps tyres windows boats toys pianos radios carpets ladders tractors umbrellas pumps engines".split()
THINGS_OF_PEOPLE = ["dollars", "euros", "pounds"]


@dataclass(frozen=True)
class Relation:
    """Slots and their kinds, sentences with the slots, and for each slot that can be asked for its questions."""
    name: str
    slots: dict
    statements: list
    questions: dict


RELATIONS = [
    Relation("home", {"p": "person", "t": "town"},
             ["{p} lives in {t}.", "{p} has a house in {t}.", "The home of {p} is in {t}.", "{p} moved to {t} long ago and still lives there."],
             {"t": ["Where does {p} live?", "In which town does {p} live?", "Where is the home of {p}?"],
              "p": ["Who lives in {t}?", "Who has a home in {t}?"]}),
    Relation("origin", {"p": "person", "t": "town"},
             ["{p} comes from {t}.", "{p} grew up in {t}.", "The family of {p} comes from {t}."],
             {"t": ["Where does {p} come from?", "Where did {p} grow up?", "Which town does {p} come from?"],
              "p": ["Who comes from {t}?", "Who grew up in {t}?"]}),
    Relation("employer", {"p": "person", "c": "name"},
             ["{p} works for {c}.", "{p} has a job at {c}.", "{p} is employed by {c}.", "The company {c} employs {p}."],
             {"c": ["Who does {p} work for?", "Where does {p} work?", "Which company does {p} work for?"],
              "p": ["Who works for {c}?", "Who has a job at {c}?"]}),
    Relation("job", {"p": "person", "j": "job"},
             ["{p} works as a {j}.", "{p} earns a living as a {j}.", "{p} is a {j} by trade."],
             {"j": ["What is the job of {p}?", "What does {p} do for a living?", "What is the trade of {p}?"],
              "p": ["Who works as a {j}?", "Who is a {j}?"]}),
    Relation("birth", {"p": "person", "y": "year"},
             ["{p} was born in {y}.", "{p} was born in the spring of {y}.", "The birth of {p} was in {y}."],
             {"y": ["When was {p} born?", "In what year was {p} born?", "In which year was {p} born?"],
              "p": ["Who was born in {y}?"]}),
    Relation("pet", {"p": "person", "k": "colour", "a": "animal", "n": "name"},
             ["{p} has a {k} {a} called {n}.", "{p} owns a {k} {a} named {n}.", "The {k} {a} of {p} is called {n}."],
             {"n": ["What is the name of {p}'s {a}?", "What is the {a} of {p} called?", "What is {p}'s {a} called?"],
              "k": ["What colour is {n}?", "What colour is the {a} of {p}?"],
              "a": ["What kind of animal is {n}?"],
              "p": ["Who owns {n}?", "Who has a {a} called {n}?"]}),
    Relation("purchase", {"p": "person", "m": "money", "i": "item"},
             ["{p} paid {m} for a {i}.", "{p} bought a {i} for {m}.", "{p} spent {m} on a {i}."],
             {"m": ["How much did {p} pay for the {i}?", "How much did the {i} of {p} cost?", "What did {p} pay for the {i}?"],
              "i": ["What did {p} buy for {m}?", "What did {p} spend {m} on?"],
              "p": ["Who bought a {i}?", "Who paid {m}?"]}),
    Relation("sister", {"p": "person", "q": "person"},
             ["{p} has a sister called {q}.", "The sister of {p} is {q}.", "{p} has a sister, {q}."],
             {"q": ["What is the name of {p}'s sister?", "Who is the sister of {p}?", "What is the sister of {p} called?"]}),
    Relation("meeting", {"p": "person", "q": "person", "t": "town"},
             ["{p} met {q} in {t}.", "{p} first saw {q} in {t}.", "It was in {t} that {p} met {q}."],
             {"t": ["Where did {p} meet {q}?", "In which town did {p} meet {q}?"],
              "q": ["Who did {p} meet in {t}?"]}),
    Relation("book", {"p": "person", "n": "name", "y": "year"},
             ["{p} wrote the book {n} in {y}.", "{p} finished the novel {n} in {y}.", "The book {n} by {p} came out in {y}."],
             {"n": ["Which book did {p} write?", "What is the book by {p} called?"],
              "y": ["When did {n} come out?", "In what year was {n} written?", "When did {p} write {n}?"],
              "p": ["Who wrote {n}?", "Who is the author of {n}?"]}),
    Relation("founding", {"q": "person", "c": "name", "y": "year"},
             ["{q} founded {c} in {y}.", "The company {c} was founded by {q} in {y}.", "In {y}, {q} started the company {c}."],
             {"q": ["Who founded {c}?", "Who started {c}?"],
              "y": ["When was {c} founded?", "In what year was {c} founded?"],
              "c": ["Which company did {q} found?", "What did {q} start in {y}?"]}),
    Relation("product", {"c": "name", "g": "goods"},
             ["{c} makes {g}.", "The company {c} sells {g}.", "The {g} from {c} are well known."],
             {"g": ["What does {c} make?", "What does {c} sell?"],
              "c": ["Who makes {g}?", "Which company sells {g}?"]}),
    Relation("train", {"t": "town", "h": "time", "n": "number"},
             ["The train to {t} leaves at {h} from platform {n}.", "From platform {n} the train to {t} leaves at {h}."],
             {"h": ["When does the train to {t} leave?", "At what time does the train to {t} leave?"],
              "n": ["From which platform does the train to {t} leave?", "What is the platform of the train to {t}?"],
              "t": ["Where does the train from platform {n} go?", "Where does the train at {h} go?"]}),
    Relation("shop", {"c": "name", "g": "goods", "h": "time", "e": "time"},
             ["The {c} shop sells {g}, opens at {h} and closes at {e}.", "The {c} shop is open from {h} to {e} and sells {g}."],
             {"h": ["When does the {c} shop open?", "At what time does the {c} shop open?"],
              "e": ["When does the {c} shop close?", "At what time does the {c} shop close?"],
              "g": ["What does the {c} shop sell?"]}),
    Relation("river", {"r": "name", "t": "town"},
             ["The river {r} flows through {t}.", "{t} lies on the river {r}."],
             {"r": ["Which river flows through {t}?", "On which river does {t} lie?"],
              "t": ["Which town lies on the {r}?", "Through which town does the {r} flow?"]}),
    Relation("hotel", {"c": "name", "t": "town", "n": "number"},
             ["The hotel {c} in {t} has {n} rooms.", "There are {n} rooms in the hotel {c} in {t}."],
             {"n": ["How many rooms does the hotel {c} have?", "How many rooms are there in the hotel {c}?"],
              "t": ["Where is the hotel {c}?", "In which town is the hotel {c}?"],
              "c": ["Which hotel is in {t}?", "What is the hotel in {t} called?"]}),
]
