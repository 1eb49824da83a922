"""A GAN on points in the plane: both networks learn while you watch.

gan_game()                             # play, pause, and two learning rates
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from learntools.losses import discriminator_loss, generator_loss
from learntools.viz.explorers.explorer import Explorer, Frame, within

POINTS = 200  # of either kind that are drawn
SIDE = 40  # cells of D's surface along a side
REACH = 1.6  # the plane goes from -REACH to REACH
BATCH = 128
MOST = 20  # steps in one frame
FAKE_COLOUR, PAPER_COLOUR, REAL_COLOUR = (0.9, 0.2, -0.3), (0.94, 0.94, 0.91), (-0.4, 0.2, 0.8)  # in [-1, 1]


def _ring(count: int, chance: torch.Generator) -> torch.Tensor:
    corner = torch.randint(8, (count,), generator=chance) * (math.pi / 4)
    middle = torch.stack([corner.cos(), corner.sin()], dim=1)
    return middle + 0.08 * torch.randn(count, 2, generator=chance)


def _moons(count: int, chance: torch.Generator) -> torch.Tensor:
    angle = math.pi * torch.rand(count, generator=chance)
    upper = torch.rand(count, generator=chance) < 0.5
    x = torch.where(upper, angle.cos() - 0.5, 0.5 - angle.cos())
    y = torch.where(upper, angle.sin() - 0.25, 0.25 - angle.sin())
    return torch.stack([x, y], dim=1) + 0.05 * torch.randn(count, 2, generator=chance)


def _line(count: int, chance: torch.Generator) -> torch.Tensor:
    x = 2 * torch.rand(count, generator=chance) - 1
    return torch.stack([x, 0.7 * x], dim=1) + 0.05 * torch.randn(count, 2, generator=chance)


REAL: dict[str, Callable[[int, torch.Generator], torch.Tensor]] = {"ring": _ring, "moons": _moons, "line": _line}


class Game:
    """Two small networks, their optimisers, and the points that they play with.

    Args:
        real: what the real points form, one of `REAL`.   seed: of all that is random.
    """

    def __init__(self, real: str, seed: int = 0):
        self.chance = torch.Generator().manual_seed(seed)
        self.real, self.steps = REAL[real], 0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
            self.discriminator = nn.Sequential(
                nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
            )
        self.of_g = torch.optim.Adam(self.generator.parameters(), betas=(0.0, 0.9))
        self.of_d = torch.optim.Adam(self.discriminator.parameters(), betas=(0.0, 0.9))
        self.fixed = torch.randn(POINTS, 2, generator=self.chance)
        self.shown = self.real(POINTS, self.chance)

    def step(self, rate_d: float, rate_g: float) -> None:
        """D learns to tell real from fake, then G learns to fool it."""
        for optimizer, rate in ((self.of_d, rate_d), (self.of_g, rate_g)):
            optimizer.param_groups[0]["lr"] = rate
        fake = self.generator(torch.randn(BATCH, 2, generator=self.chance))
        loss = discriminator_loss(self.discriminator(self.real(BATCH, self.chance)), self.discriminator(fake.detach()))
        self.of_d.zero_grad()
        loss.backward()
        self.of_d.step()
        self.of_g.zero_grad()
        generator_loss(self.discriminator(fake)).backward()
        self.of_g.step()
        self.steps += 1


def gan_game(seed: int = 0) -> Explorer:
    """Press play: blue is where D says real, orange where it says fake; the dots are real points and G's.

    Args:
        seed: of the first weights and of all points.
    """
    cells = torch.linspace(-REACH, REACH, SIDE)
    rows, columns = torch.meshgrid(cells.flip(0), cells, indexing="ij")
    plane = torch.stack([columns, rows], dim=2).view(-1, 2)
    played = {"game": Game("ring", seed), "round": 0, "real": "ring"}

    def frame(state: dict[str, Any]) -> Frame:
        if state["real"] not in REAL:
            raise ValueError(f"The real points are {', '.join(REAL)}, and not {state['real']!r}.")
        if (state["round"], state["real"]) != (played["round"], played["real"]):
            played.update(game=Game(state["real"], seed), round=state["round"], real=state["real"])
        game = played["game"]
        rates = [10 ** within(state[name], -5, -1, "The exponent of a learning rate") for name in ("rate_d", "rate_g")]
        with torch.enable_grad():
            for _ in range(int(within(state["run"], 0, MOST, "The number of steps"))):
                game.step(*rates)
        with torch.no_grad():
            surface = game.discriminator(plane).sigmoid().view(SIDE, SIDE)
            fake = game.generator(game.fixed)
        steps = f"{game.steps:,} step{'s' * (game.steps != 1)}"
        words = f"{steps}. D gives the real points {_mean(game, game.shown)}, G's {_mean(game, fake)}."
        return {"surface": _coloured(surface), "real": game.shown, "fake": fake, "reach": REACH, "words": words}

    state = {"run": 0, "rate_d": -3.0, "rate_g": -3.0, "real": "ring", "round": 0}
    return Explorer("gan", "Two networks at play", state, frame, lambda now: _drawing(frame({**now, "run": 0})))


def _mean(game: Game, points: torch.Tensor) -> str:
    with torch.no_grad():
        return f"{float(game.discriminator(points).sigmoid().mean()):.0%}"


def _coloured(share: torch.Tensor) -> torch.Tensor:
    """Probabilities (H, W) → an image (3, H, W) in [-1, 1]: orange at 0, paper at a half, blue at 1."""
    orange, paper, blue = (torch.tensor(colour).view(3, 1, 1) for colour in (FAKE_COLOUR, PAPER_COLOUR, REAL_COLOUR))
    low, high = (2 * share).clamp(max=1), (2 * share - 1).clamp(min=0)
    return (orange * (1 - low) + paper * low) * (1 - high) + blue * high


def _drawing(frame: Frame) -> str:
    """The plane as SVG, for where nothing plays."""
    reach, side = frame["reach"], 300

    def dots(points: torch.Tensor, colour: str) -> str:
        placed = ((x / reach + 1, 1 - y / reach) for x, y in points.tolist())
        return "".join(
            f'<circle cx="{side * x / 2:.1f}" cy="{side * y / 2:.1f}" r="2.4" fill="{colour}"/>' for x, y in placed
        )

    label = "Real points in blue, and the generator's in orange."
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {side} {side}" width="{side}">'
        f'<rect width="{side}" height="{side}" fill="#f7f7f4"/>{dots(frame["real"], "#0a5cad")}'
        f"{dots(frame['fake'], '#c2410c')}</svg>"
    )
