"""Question 7: from images to words with a network at rest, judged by the modes in which it was asked and left."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, equal, exercise, true
from learntools.lessons.captioning.speaker import Speaker
from learntools.lessons.captioning.speaking import say, sentences


def describe(network, x):
    """Images → words, by a network in eval mode that is left as it was found; no gradients are kept."""
    was = network.training
    network.eval()
    with torch.no_grad():
        words = say(network, network.encoder(x))
    network.train(was)
    return words


def _describe(network, x, *, resting=lambda network: network, grad=False, back=lambda network, was: network.train(was)):
    """`describe` with one thing done differently."""
    was = network.training
    resting(network).eval()
    with torch.set_grad_enabled(grad):
        words = say(network, network.encoder(x))
    back(network, was)
    return words


def _as_found(network, x):
    with torch.no_grad():
        return say(network, network.encoder(x))


def _training(network, x):
    was = network.training
    network.train()
    with torch.no_grad():
        words = say(network, network.encoder(x))
    network.train(was)
    return words


def _encoder_only(network, x):
    was = network.encoder.training
    network.encoder.eval()
    with torch.no_grad():
        words = say(network, network.encoder(x))
    network.encoder.train(was)
    return words


def _encoder_in_train_mode(network, x):
    with torch.no_grad():
        places = network.encoder(x)
        was = network.training
        network.eval()
        words = say(network, places)
    network.train(was)
    return words


def _no_gradients_for_good(network, x):
    was = network.training
    network.eval()
    torch.set_grad_enabled(False)
    words = say(network, network.encoder(x))
    network.train(was)
    return words


def _frozen(network, x):
    was = network.training
    network.eval().requires_grad_(False)
    words = say(network, network.encoder(x))
    network.train(was)
    return words


def _encoder_without_gradients(network, x):
    was = network.training
    network.eval()
    with torch.no_grad():
        places = network.encoder(x)
    words = say(network, places)
    network.train(was)
    return words


def _decoder_without_gradients(network, x):
    was = network.training
    network.eval()
    places = network.encoder(x)
    with torch.no_grad():
        words = say(network, places)
    network.train(was)
    return words


def _images_as_places(network, x):
    with torch.no_grad():
        return say(network.eval(), x)


def _flag_only(network, x):
    was, network.training = network.training, False
    with torch.no_grad():
        words = say(network, network.encoder(x))
    network.training = was
    return words


def _watch(answer: Any, s: Any, training: bool) -> dict[str, Any]:
    """What `answer` makes with a network that is found in this mode."""
    network = Speaker(s.seed, lengths=5).train(training)
    torch.set_grad_enabled(True)
    buffers = [value.clone() for value in network.buffers()]
    said = sentences(answer(network, s.x))
    still_on = torch.is_grad_enabled()
    left = [module.training for module in network.modules()]
    frozen = not all(value.requires_grad for value in network.parameters())
    encoder, decoder = network.asked("encoder"), network.asked("decoder")
    among = []
    for others in (s.x[1:], s.others):
        network.train(training).requires_grad_()
        network.diary.clear()
        torch.set_grad_enabled(True)
        answer(network, torch.cat([s.x[:1], others]))
        seen = network.asked("decoder")
        among.append(seen[0][3][0] if seen else None)
    return {
        "said": said,
        "alone": among[0] is not None and among[1] is not None and torch.allclose(*among, atol=1e-5),
        "encoder rests": bool(encoder) and not any(entry[1] for entry in encoder),
        "decoder rests": bool(decoder) and not any(entry[1] for entry in decoder),
        "statistics": all(torch.equal(a, b) for a, b in zip(buffers, network.buffers(), strict=True)),
        "graph": any(entry[2] for entry in encoder),
        "graph of the words": any(entry[2] for entry in decoder),
        "still on": still_on,
        "weights learn": not frozen,
        "left": left,
        "as_found": left == [training] * len(left),
    }


@exercise(answer="describe", points=3, pure=False)
class q7:
    """Describe images with a network at rest."""

    hints = [
        "`network.eval()` puts the whole network at rest, encoder and decoder. Before that, note `network.training`; "
        "`network.train(...)` puts it back afterwards.",
        "`with torch.no_grad():` says that nobody will ask for gradients. Inside, `network.encoder(x)` gives the "
        "places, and `speak(network, places)` the words.",
    ]
    reference = describe
    praise = "A sentence now depends on its own image alone, and a training can go on as if nobody had asked."

    def scenario(rng: Any):
        return {"x": rng.images(3, 3, 4, 6), "others": rng.images(2, 3, 4, 6), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        training, resting = (_watch(answer, s, mode) for mode in (True, False))
        both = ("alone", "encoder rests", "decoder rests", "statistics", "as_found", "still on", "weights learn")
        return {name: training[name] and resting[name] for name in both} | {
            "said": resting["said"],
            "said in training": training["said"] if training["decoder rests"] else [],
            "graph": training["graph"] or resting["graph"],
            "graph of the words": training["graph of the words"] or resting["graph of the words"],
            "left": training["left"] + resting["left"],
        }

    expect = [
        true("encoder rests", share=0.5, why="the encoder must be in eval mode when it looks at the images"),
        true("alone", share=1, why="what is said about an image must not depend on the other images of the batch"),
        true("decoder rests", share=0.5, why="the decoder must be in eval mode when it speaks"),
        true("statistics", share=0, why="the norms must not learn from the images that are described"),
        equal("said", share=1, label="what is said"),
        equal("said in training", share=0, label="what is said by a network that was found in train mode"),
        equal("graph", share=0.25, label="whether the encoder kept gradients", why="nobody needs them here"),
        equal("graph of the words", share=0.25, label="whether the decoder kept gradients", why="nobody needs them"),
        true("still on", share=0, why="gradients must be possible again afterwards, or no training can go on"),
        true("weights learn", share=0, why="every weight must still ask for gradients afterwards, or it never learns"),
        true("as_found", share=1, why="every part must be left in the mode in which the network was found"),
        close("left", share=0, label="the modes of the parts afterwards"),
    ]
    mistakes = {
        "as it was found": (
            _as_found,
            "`describe` uses the network in whatever mode it happens to be. In train mode the norms take their "
            "statistics from the batch, so what is said of an image depends on its neighbours. Which mode rests?",
        ),
        "in train mode": (
            _training,
            "`describe` puts the network into train mode. Then the norms look at the whole batch, and a sentence "
            "changes with the images beside it. To describe is not to train.",
        ),
        "encoder only": (
            _encoder_only,
            "`describe` puts the encoder at rest, but the decoder still drops some of its thoughts at random, as it "
            "does in training. Put the whole network at rest at once.",
        ),
        "encoder first": (
            _encoder_in_train_mode,
            "`describe` lets the encoder look at the images before the network is at rest, so its norms still take "
            "their statistics from the batch. Change the mode first, and look then.",
        ),
        "gradients kept": (
            lambda network, x: _describe(network, x, grad=True),
            "`describe` says the right words, but keeps everything that is needed for gradients, word after word, and "
            "nobody will ever ask for them. That costs time and memory: switch it off.",
        ),
        "gradients kept by the decoder": (
            _encoder_without_gradients,
            "`describe` looks without gradients, but speaks with them: the decoder keeps everything that they need, "
            "word after word. Neither half needs them here: let both do their work inside the `with`.",
        ),
        "gradients kept by the encoder": (
            _decoder_without_gradients,
            "`describe` speaks without gradients, but looks with them: the encoder keeps everything that they need, "
            "layer after layer. Neither half needs them here: let both do their work inside the `with`.",
        ),
        "gradients off for good": (
            _no_gradients_for_good,
            "`describe` switches gradients off for all that comes after it, in the whole notebook: the next training "
            "would stop with an error. A `with` switches them off for a few lines, and then on again by itself.",
        ),
        "frozen": (
            _frozen,
            "`describe` freezes the weights with `requires_grad_(False)`, and they stay frozen: a training that goes "
            "on afterwards learns nothing. Leave the weights as they are, and do without gradients for these few lines "
            "only.",
        ),
        "images as places": (
            _images_as_places,
            "`describe` hands the images themselves to `speak`, which wants places, (N, L, f). What finds those in an "
            "image is the encoder: let it look first.",
        ),
        "flag only": (
            _flag_only,
            "`describe` sets `network.training`, which is a note on the outermost part alone: the norms inside the "
            "encoder never hear of it. The method `eval` tells every part.",
        ),
        "left in eval mode": (
            lambda network, x: _describe(network, x, back=lambda network, was: None),
            "`describe` leaves the network in eval mode. A training that goes on afterwards would go on with its norms "
            "at rest. Note the mode before you change it, and put it back.",
        ),
        "always back to train": (
            lambda network, x: _describe(network, x, back=lambda network, was: network.train()),
            "`describe` ends with the network in train mode, whatever it was in before. One that was found at rest "
            "comes back changed: note the mode before you touch it.",
        ),
        "encoder left in eval mode": (
            lambda network, x: _describe(
                network, x, back=lambda network, was: (network.train(was), network.encoder.eval())
            ),
            "`describe` puts the network back into its mode, but leaves the encoder at rest. `train` on the whole "
            "network reaches every part of it; is there an `eval` too many after it?",
        ),
    }
