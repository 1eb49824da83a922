"""Adversarial losses on logits, each a mean over the batch.

A discriminator's logit is positive for "real" and negative for "fake"; sigmoid(logit) is the probability of "real".
Working with logits keeps the gradient alive where a probability would have rounded to 0 or 1.

    loss = discriminator_loss(D(real), D(fake.detach()))
    loss = generator_loss(D(fake))
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Binary cross-entropy with the label 1 for real images and 0 for fakes (Goodfellow et al. 2014, equation 1).

    Args:
        real_logits: D's scores of real images, any shape.
        fake_logits: D's scores of generated images, any shape.

    Returns:
        A scalar, at least 0; 2 ln 2 ≈ 1.386 where D cannot tell the two apart.
    """
    on_real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    on_fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return on_real + on_fake


def generator_loss(fake_logits: Tensor) -> Tensor:
    """The non-saturating loss: the fakes should be taken for real (Goodfellow et al. 2014, section 3).

    Its gradient is largest while D recognises the fakes; that of the minimax form, log(1 - D(G(z))), vanishes there.

    Args:
        fake_logits: D's scores of generated images, any shape, still connected to G.

    Returns:
        A scalar, at least 0; ln 2 ≈ 0.693 where D cannot decide.
    """
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
