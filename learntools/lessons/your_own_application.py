"""Exercises of lesson 11, your own application: images kept apart for testing, a network brought back from its file.

from learntools.lessons.your_own_application import q1
q1.check()
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import close, equal, exercise, true


def keep_apart(count, share, seed):
    """The positions 0 to count - 1, mixed, as two lists: to train on, and of `share`, at least one, to test on."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = max(1, round(share * count))
    return order[held_out:], order[:held_out]


def _mixed(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()


def _at_the_end(count, share, seed):
    held_out = max(1, round(share * count))
    return list(range(count - held_out)), list(range(count - held_out, count))


def _from_all(count, share, seed):
    return list(range(count)), keep_apart(count, share, seed)[1]


def _with_luck(count, share, seed):
    drawn = torch.randint(count, (max(1, round(share * count)),), generator=torch.Generator().manual_seed(seed))
    drawn[-1] = drawn[0] if len(drawn) > 1 else drawn[-1]
    held_out = drawn.tolist()
    return [i for i in range(count) if i not in held_out], held_out


def _ever_new(count, share, seed):
    order, held_out = torch.randperm(count).tolist(), max(1, round(share * count))
    return order[held_out:], order[:held_out]


def _none_of_few(count, share, seed):
    order, held_out = _mixed(count, seed), int(share * count)
    return order[held_out:], order[:held_out]


def _one_lost(count, share, seed):
    order, held_out = _mixed(count, seed), max(1, round(share * count))
    return order[held_out + 1 :], order[:held_out]


def _sides(found: Any) -> tuple[list[int], list[int]]:
    """Two lists of whole numbers, whatever they came as."""
    train, held_out = found
    return [int(i) for i in train], [int(i) for i in held_out]


@exercise(answer="keep_apart", points=2)
class q1:
    """Positions to train on and positions to test on, with nothing on both sides."""

    hints = [
        "Mix all positions first, then cut: so many to the one side, the rest to the other. Then nothing is lost and "
        "nothing is twice.",
        "`torch.Generator().manual_seed(seed)` gives a source of chance of its own, and "
        "`torch.randperm(count, generator=…)` the mixed positions. How many are kept apart: "
        "`max(1, round(share * count))`.",
    ]
    reference = keep_apart
    praise = "Every image is on one side, the same ones for the same seed, and there is always something to test on."

    def scenario(rng: Any):
        return {"count": 40 + 10 * rng.integer(0, 5), "share": 0.2, "seed": rng.integer(0, 1000)}

    def observe(answer: Any, s: Any):
        train, held_out = _sides(answer(s.count, s.share, s.seed))
        again, other = _sides(answer(s.count, s.share, s.seed)), _sides(answer(s.count, s.share, s.seed + 1))
        few = _sides(answer(4, 0.1, s.seed))
        return {
            "held out": len(held_out),
            "apart": not set(train) & set(held_out),
            "once": len(set(train)) == len(train) and len(set(held_out)) == len(held_out),
            "nothing lost": set(train) | set(held_out) == set(range(s.count)),
            "mixed": bool(held_out) and max(held_out) - min(held_out) >= len(held_out),
            "the same again": (train, held_out) == again,
            "the seed counts": set(held_out) != set(other[1]),
            "of few": len(few[1]),
        }

    expect = [
        equal("held out", share=0.5, label="the number of positions kept apart"),
        true("apart", share=1, why="no position may be on both sides"),
        true("once", share=0.5, why="no position may come twice"),
        true("nothing lost", share=0.5, why="every position from 0 to `count - 1` must be on one of the sides"),
        true("mixed", share=1, why="the positions must be mixed before they are cut"),
        true("the same again", share=0.5, why="the same seed must give the same sides"),
        true("the seed counts", share=0.5, why="another seed must give other sides"),
        equal("of few", share=0.5, label="the number kept apart of 4 with a share of 0.1", why="at least one"),
    ]
    mistakes = {
        "the end of the folder": (
            _at_the_end,
            "`keep_apart` takes the last positions as they come. Files that stand side by side are often alike, all of "
            "one day or of one kind, and then the test asks for something the training never had. Mix first.",
        ),
        "trained on all": (
            _from_all,
            "`keep_apart` trains on every position, also on those that it keeps apart. A test on images that were "
            "trained on measures memory: take them out of the other side.",
        ),
        "drawn with luck": (
            _with_luck,
            "`keep_apart` draws positions that may come twice, so the test has fewer images than it seems. Mix all the "
            "positions, and cut off as many as you need.",
        ),
        "new each time": (
            _ever_new,
            "`keep_apart` never uses `seed`: after a restart other images are held out, and some of them were trained "
            "on before. Give the chance a seed.",
        ),
        "always the same": (
            lambda count, share, seed: keep_apart(count, share, 0),
            "`keep_apart` has a seed of its own built in, so all seeds give the same sides. Use the one that is "
            "handed in.",
        ),
        "none of few": (
            _none_of_few,
            "With few images `keep_apart` rounds down to none at all, and nothing is left to test on. Keep at least "
            "one apart, whatever the share is.",
        ),
        "one lost": (
            _one_lost,
            "`keep_apart` loses a position between the two sides. Where the one ends the other must begin: use the "
            "same number for both cuts.",
        ),
        "sides swapped": (
            lambda count, share, seed: keep_apart(count, share, seed)[::-1],
            "`keep_apart` gives the sides in the wrong order: the training gets the few, and the test the many. The "
            "positions to train on come first.",
        ),
    }


def bring_back(make, file):
    """A new network from `make`, with the weights of the safetensors file, ready for use."""
    from safetensors.torch import load_file

    network = make()
    network.load_state_dict(load_file(file))
    return network.eval()


def _read(file: Any) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(file)


def _loaded(make, file, *, choose=lambda name: True, mode=False, weights=lambda value: value):
    network = make()
    chosen = {name: weights(value) for name, value in _read(file).items() if choose(name)}
    network.load_state_dict(chosen, strict=False)
    return network.train(mode)


def _network() -> nn.Module:
    """A small network that behaves differently in training."""
    return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(), nn.Conv2d(6, 3, 1))


@exercise(answer="bring_back", points=2)
class q2:
    """A network brought back from its file."""

    hints = [
        "Three steps: a new network, the weights from the file, and the mode for use.",
        "`network.load_state_dict(load_file(file))` puts the weights in; what it gives back is a report, and not the "
        "network. `network.eval()` sets the mode, and gives the network.",
    ]
    reference = bring_back
    praise = (
        "The very same images come out, today and after a restart: the network is in the file, and not in the kernel."
    )

    def scenario(rng: Any):
        return {"x": rng.images(2, 3, 6, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        from safetensors.torch import save_file

        torch.manual_seed(s.seed)
        trained = _network()
        with torch.no_grad():
            for _ in range(5):
                trained(1.5 * torch.randn(4, 3, 6, 5) + 0.4)  # its norms have seen something
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "network.safetensors"
            save_file(trained.state_dict(), file)
            network = answer(_network, file)
        is_one = isinstance(network, nn.Module)
        images = network(s.x).detach() if is_one else None
        return {
            "what": "a network" if is_one else "a dictionary" if isinstance(network, dict) else "something else",
            "images": images,
            "in use": is_one and not any(m.training for m in network.modules()),
        }

    expect = [
        equal("what", share=0.5, label="what comes back"),
        close("images", share=2, label="what the network makes", why="the weights of the file, all of them"),
        true("in use", share=1, why="in train mode dropout and norms change what it makes: it must be in eval mode"),
    ]
    mistakes = {
        "a new one": (
            lambda make, file: make().eval(),
            "`bring_back` gives a network as random as on its first day: the file is never read, or what was read is "
            "never put in. Which method takes the weights?",
        ),
        "in train mode": (
            lambda make, file: _loaded(make, file, mode=True),
            "`bring_back` leaves the network in train mode: dropout drops at random, and norms follow the batch, so "
            "the same image comes out differently each time. Set the mode for use.",
        ),
        "the report": (
            lambda make, file: make().load_state_dict(_read(file)),
            "`bring_back` returns what `load_state_dict` gives, and that is only a report of what fitted. The network "
            "itself has been changed: give that back.",
        ),
        "the weights alone": (
            lambda make, file: _read(file),
            "`bring_back` returns the weights without a network around them. Make one with `make`, and put them in.",
        ),
        "without what the norms have seen": (
            lambda make, file: _loaded(make, file, choose=lambda name: "running" not in name),
            "`bring_back` puts the weights in, but not what the norms have collected, and in use they need just that. "
            "Load all of the file, and let torch complain where something is missing.",
        ),
        "without biases": (
            lambda make, file: _loaded(make, file, choose=lambda name: not name.endswith("bias")),
            "`bring_back` leaves out a part of the file, the biases. Load all of it: `strict=False` hides what is "
            "missing, and is seldom what you want.",
        ),
    }
