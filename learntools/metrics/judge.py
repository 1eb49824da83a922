"""The course judge: a small classifier of Fashion-MNIST whose features say how good generated clothes are.

    judge = load_judge()                    # its weights ship with the course: no download
    labels = judge(x).argmax(dim=1)         # x (N, 1, 28, 28) in [-1, 1]
    features = judge.features(x)            # (N, 128)

Fréchet distance and its relatives compare features of a recognition network (Heusel et al. 2017, arXiv 1706.08500, with
Inception-v3 on ImageNet). For 28×28 clothes a network trained on such clothes sees more and costs a thousandth. Numbers
made with different judges do not compare.
"""

from __future__ import annotations

from torch import Tensor, nn


def _block(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU()]


class Judge(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] → logits (N, 10), one for each of Fashion-MNIST's classes."""

    def __init__(self, width: int = 32, feature_count: int = 128, classes: int = 10):
        super().__init__()
        self.body = nn.Sequential(
            *_block(1, width),
            *_block(width, width),
            nn.MaxPool2d(2),  # 28 → 14
            *_block(width, 2 * width),
            *_block(2 * width, 2 * width),
            nn.MaxPool2d(2),  # 14 → 7
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(2 * width * 7 * 7, feature_count),
            nn.ReLU(),
        )
        self.head = nn.Linear(feature_count, classes)

    def features(self, x: Tensor) -> Tensor:
        """Images (N, 1, 28, 28) in [-1, 1] → the last hidden layer (N, 128), at least 0."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))
