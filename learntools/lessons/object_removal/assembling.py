"""Question 5: what was known stays, and what was painted goes where it belongs."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, grad, leaf


def assemble(x, made):
    """The network's input and what it made, both (N, 4, H, W) → pictures: paint where told, or where it says itself."""
    hole, own = x[:, 3:], (made[:, 3:] + 1) / 2
    is_told = hole.amax(dim=(1, 2, 3), keepdim=True) > 0
    where = torch.where(is_told, hole, own)
    return x[:, :3] * (1 - where) + made[:, :3] * where


def _parts(x, made):
    """The hole, the network's own mask, and which pictures are told."""
    hole = x[:, 3:]
    return hole, (made[:, 3:] + 1) / 2, hole.amax(dim=(1, 2, 3), keepdim=True) > 0


def _painted(x, made, where):
    return x[:, :3] * (1 - where) + made[:, :3] * where


def _with(x, made, own=lambda own: own, raw=lambda raw: (raw + 1) / 2):
    hole, _, is_told = _parts(x, made)
    return _painted(x, made, torch.where(is_told, hole, own(raw(made[:, 3:]))))


def _turned(x, made):
    hole, own, is_told = _parts(x, made)
    return _painted(x, made, 1 - torch.where(is_told, hole, own))


def _for_the_batch(x, made):
    hole, own, _ = _parts(x, made)
    return _painted(x, made, hole if bool(hole.any()) else own)


def _both_masks(x, made):
    hole, own, _ = _parts(x, made)
    return _painted(x, made, torch.maximum(hole, own))


def _on_top(x, made):
    hole, own, is_told = _parts(x, made)
    return x[:, :3] + made[:, :3] * torch.where(is_told, hole, own)


def _mask_first(x, made):
    hole, _, is_told = _parts(x, made)
    where = torch.where(is_told, hole, (made[:, :1] + 1) / 2)
    return x[:, :3] * (1 - where) + made[:, 1:] * where


@exercise(answer="assemble", points=3)
class q5:
    """Put what is known and what was painted together, picture by picture."""

    hints = [
        "First decide for each picture whether its hole is told: is there any 1 in its fourth channel? Then `where` "
        "is that channel, or the network's own mask, moved from [-1, 1] to [0, 1].",
        "`x[:, 3:].amax(dim=(1, 2, 3), keepdim=True) > 0` has one answer for each picture, and `torch.where` chooses "
        "by it. The rest is `paste` from question 1.",
        "The network's own mask is `(made[:, 3:] + 1) / 2`. Leave it as it is: a share is mixed, and not rounded.",
    ]
    reference = assemble
    praise = (
        "What is known stays exactly as it is, and where nothing is told the network's own mask says how much paint "
        "is mixed in."
    )

    def scenario(rng: Any):
        mask = (rng.uniform(3, 1, 5, 6) < 0.35).float()
        mask[:, :, 2, 1], mask[:, :, 0, 3] = 1.0, 0.0
        mask[1] = 0
        mask[2] = 0
        mask[2, 0, 3, 4] = 1.0  # a single pixel is told too
        x = torch.cat([rng.images(3, 3, 5, 6) * (1 - mask), mask], dim=1)
        return {"x": x, "made": rng.images(3, 4, 5, 6)}

    def observe(answer: Any, s: Any):
        made = leaf(s.made)
        result = answer(s.x, made)
        tensor = isinstance(result, torch.Tensor) and len(result) == 3
        return {
            "told": result[::2] if tensor else result,
            "own": result[1:2] if tensor else result,
            "alone": answer(s.x[1:2], s.made[1:2]),
            "d_made": grad(result, made),
        }

    expect = [
        close("told", share=1.5, label="the pictures whose hole is told", why="the known pixels must stay as they are"),
        close("own", share=1, label="the picture of which nothing is told", why="its mask is the network's own"),
        close("alone", share=0.5, label="the same picture in a batch of its own"),
        close("d_made", share=1, label="the gradient that reaches the network", why="it must learn colours and mask"),
    ]
    mistakes = {
        "the wrong way round": (
            _turned,
            "`assemble` keeps what is in the hole and paints over what was known. Where the mask is 1 belong the "
            "network's colours: which side should have it as its factor?",
        ),
        "all of it painted": (
            lambda x, made: made[:, :3].clone(),
            "`assemble` takes everything from the network, also where the true pixels were there to be kept. Painting "
            "is needed only where the mask is 1.",
        ),
        "its own mask always": (
            lambda x, made: _painted(x, made, _parts(x, made)[1]),
            "`assemble` trusts the network's own mask even where the hole is told. Then known pixels change, and parts "
            "of the hole may stay empty. What is told comes first.",
        ),
        "the told hole always": (
            lambda x, made: _painted(x, made, _parts(x, made)[0]),
            "`assemble` paints where the fourth channel of `x` says, and for a picture of which nothing is told that "
            "is nowhere. Such a picture needs the network's own mask.",
        ),
        "one decision for the batch": (
            _for_the_batch,
            "`assemble` decides once for the whole batch: if one hole is told, all are taken as told. Each picture "
            "must be asked by itself: over which dimensions should you look for a 1?",
        ),
        "both masks": (
            _both_masks,
            "`assemble` lets the network's own mask count beside a told hole, so known pixels of that picture are "
            "painted too. Ask once for each picture whether anything is told; where it is, that counts alone.",
        ),
        "from -1": (
            lambda x, made: _with(x, made, raw=lambda raw: raw),
            "`assemble` takes the network's mask as it comes, from -1 to 1. A share below 0 takes away what is not "
            "there: move it to 0 to 1 first.",
        ),
        "cut off at 0": (
            lambda x, made: _with(x, made, raw=lambda raw: raw.clamp(0, 1)),
            "`assemble` cuts the network's mask off at 0, so half of what it can say means nothing, and there no "
            "gradient comes back. Move the whole range: -1 becomes 0, and 1 stays 1.",
        ),
        "a hard mask": (
            lambda x, made: _with(x, made, own=lambda own: (own > 0.5).float()),
            "`assemble` makes the network's mask hard. Between 0 and 1 it is a share, as `alpha` is in `paste`: mix "
            "the two. A step also has no slope, so no gradient could come back through it.",
        ),
        "the mask cut off": (
            lambda x, made: _with(x, made, own=lambda own: own.detach()),
            "`assemble` gives the right pictures, but cuts the mask off from the network: no gradient comes back "
            "through it. Nothing needs a `detach` here.",
        ),
        "laid on top": (
            _on_top,
            "`assemble` adds the paint to the picture instead of mixing them, so that behind a half-hidden pixel the "
            "fence still shines through. As in `paste`: what is painted must first be taken out.",
        ),
        "the mask expected first": (
            _mask_first,
            "`assemble` takes the first channel of `made` for the mask. The order is that of the input: three channels "
            "of colour, and the mask last.",
        ),
    }
