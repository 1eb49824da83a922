"""What the things in a scene are called: plain English nouns for some of the emoji, and a colour where it counts.

    things()["dog"]                     # the emoji that are drawn where a scene has a dog: "dog face" and "dog"
    with_article("apple", "red")        # "a red apple"

A colour is said where the same thing comes in several: hearts, circles, squares, books and apples. The names are
Unicode's, shortened to what one would say; a face and a whole animal have the same noun.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "brown", "black")

#: noun, or noun = the emoji of that meaning, where their names differ
_NOUNS = """
monkey = monkey face, monkey; dog = dog face, dog; fox; cat = cat face, cat; lion; tiger = tiger face, tiger; horse =
horse face, horse; unicorn; zebra; cow = cow face, cow; pig = pig face, pig; sheep = ewe; camel; giraffe; elephant;
mouse = mouse face, mouse; rabbit = rabbit face, rabbit; bear; koala; panda; kangaroo; rooster; chick = baby chick;
penguin; duck; owl; flamingo; parrot; frog; crocodile; turtle; snake; dragon; whale; shark; octopus; crab; lobster;
snail; butterfly; bee = honeybee; spider; rose; sunflower; cactus; palm tree; pine tree = evergreen tree; mushroom;
watermelon; lemon; banana; pineapple; pear; strawberry; tomato; eggplant; carrot; cucumber; croissant; hamburger;
pizza; hot dog; doughnut; lollipop; mountain; house; castle; tent; ferris wheel; bus; fire engine; police car; car =
automobile; motorcycle; bicycle; skateboard; sailboat; airplane; helicopter; rocket; umbrella; rainbow; snowflake;
star; moon = crescent moon; sun; hourglass = hourglass done; alarm clock; pumpkin = jack-o-lantern; balloon; football
= soccer ball; basketball; teddy bear; present = wrapped gift; crown; backpack; top hat; bell; trumpet; guitar; drum;
telephone; laptop; camera; candle; light bulb; envelope; pencil; key; bomb; ladder; microscope; door; bed; skull;
ghost; robot; traffic light = vertical traffic light;
"""

_COLOURED = {
    "heart": "{colour} heart",
    "circle": "{colour} circle",
    "square": "{colour} square",
    "book": "{colour} book",
    "apple": "{colour} apple",
}
_OTHER_NAMES = {"red book": "closed book", "black square": "black large square"}
_HAVE = {"book": ("red", "orange", "green", "blue"), "apple": ("red", "green")}


_VOWEL = (*"aeio", "hour", "um")  # a unicorn, but an umbrella


@dataclass(frozen=True)
class Drawn:
    """One emoji that stands for a noun: its Unicode name, and its colour where that is said ("" where not)."""

    emoji: str
    colour: str = ""


@functools.cache
def things() -> dict[str, tuple[Drawn, ...]]:
    """{noun: the emoji that show it}, in a fixed order."""
    found: dict[str, tuple[Drawn, ...]] = {}
    for entry in _NOUNS.replace("\n", " ").split(";"):
        noun, _, names = (part.strip() for part in entry.partition("="))
        if noun:
            found[noun] = tuple(Drawn(name.strip()) for name in (names or noun).split(","))
    for noun, pattern in _COLOURED.items():
        full = [(colour, pattern.format(colour=colour)) for colour in _HAVE.get(noun, COLOURS)]
        found[noun] = tuple(Drawn(_OTHER_NAMES.get(name, name), colour) for colour, name in full)
    return found


def with_article(noun: str, colour: str = "") -> str:
    """ "a dog", "an owl", "a unicorn", "a red apple", "an orange heart"."""
    words = f"{colour} {noun}".strip()
    return f"{'an' if words.startswith(_VOWEL) else 'a'} {words}"
