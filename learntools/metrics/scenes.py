"""What captions get right: judged by what they say, and not by how they put it.

    judged_scenes(sentences, unseen_combinations().scenes)      # {"objects": .93, "colours": .97, "relations": .88}

A scene is known exactly, so a caption can be read and compared with the truth: no reference sentence is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from learntools.data.scenes import Scene
from learntools.data.sentences import read


def judged_scenes(sentences: Sequence[str], scenes: Sequence[Scene]) -> dict[str, float]:
    """Shares of captions, each 0 to 1.

    objects: those that name all things of the scene and no other.   each_object: of all things, those that were named.
    colours: of the things with a colour whose noun was named, those whose colour was named too (1 when there is none).
    relations: of the scenes with two or three things, those whose caption has the right objects, says where all of
    them lie (of n things at least n - 1 relations), and is right about it: the whole sentence is true.

    Raises ValueError when there is not one caption for each scene.
    """
    if not scenes or len(sentences) != len(scenes):
        raise ValueError(f"Each scene needs one caption, and here are {len(sentences)} for {len(scenes)} scenes.")
    right = named = things = coloured = colours = related = whole = 0
    for sentence, scene in zip(sentences, scenes, strict=True):
        claims = read(sentence)
        said = {noun: colour for colour, noun in claims.things}
        objects = set(said) == {thing.noun for thing in scene.things}
        right += objects
        things += len(scene.things)
        for thing in scene.things:
            named += thing.noun in said
            if thing.colour and thing.noun in said:
                coloured += 1
                colours += said[thing.noun] == thing.colour
        if len(scene.things) > 1:
            related += 1
            told = len({frozenset((a, b)) for a, _, b in claims.relations}) >= len(scene.things) - 1
            whole += objects and told and all(scene.holds(*relation) for relation in claims.relations)
    return {
        "objects": right / len(scenes),
        "each_object": named / things,
        "colours": colours / coloured if coloured else 1.0,
        "relations": whole / related if related else 0.0,
    }
