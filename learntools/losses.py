"""Adversarial losses on logits, each a mean over the batch: non-saturating, hinge, least squares, Wasserstein.

A discriminator's logit is positive for "real" and negative for "fake"; sigmoid(logit) is the probability of "real".
Working with logits keeps the gradient alive where a probability would have rounded to 0 or 1.

    loss = discriminator_loss(D(real), D(fake.detach()))
    loss = generator_loss(D(fake))

Each comes as a pair, one loss for D and one for G, and the pairs do not mix. The two penalties at the end are added to
D's loss. `caption_loss` is no such game: it compares a captioner's next words with the true ones.
"""

from __future__ import annotations

from collections.abc import Callable

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


def hinge_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The hinge loss of D: real logits should exceed 1, fake ones stay below -1 (Lim and Ye 2017, arXiv 1705.02894).

    An image that is right by that margin has no gradient, so D stops growing its scores.

    Args:
        real_logits: D's scores of real images, any shape.
        fake_logits: D's scores of generated images, any shape.

    Returns:
        A scalar, at least 0; 2 where D gives every image 0.
    """
    return F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()


def hinge_generator_loss(fake_logits: Tensor) -> Tensor:
    """G's part of the hinge game: the mean score of the fakes, negated (Lim and Ye 2017; Miyato et al. 2018, eq. 17).

    Args:
        fake_logits: D's scores of generated images, any shape, still connected to G.

    Returns:
        A scalar of either sign. It has no lower bound: D's weights must be held in check, by spectral norm for one.
    """
    return -fake_logits.mean()


def least_squares_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Least squares: real scores near 1, fake ones near 0 (Mao et al. 2017, arXiv 1611.04076, equation 9).

    Args:
        real_scores: D's scores of real images, any shape; no sigmoid has been applied.
        fake_scores: D's scores of generated images, any shape.

    Returns:
        A scalar, at least 0; 0.25 where D gives every image 0.5.
    """
    return 0.5 * (real_scores - 1).square().mean() + 0.5 * fake_scores.square().mean()


def least_squares_generator_loss(fake_scores: Tensor) -> Tensor:
    """Least squares: the fakes' scores should be 1 (Mao et al. 2017, equation 9).

    Args:
        fake_scores: D's scores of generated images, any shape, still connected to G.

    Returns:
        A scalar, at least 0.
    """
    return 0.5 * (fake_scores - 1).square().mean()


def wasserstein_critic_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """The critic's loss: minus its estimate of the earth mover's distance (Arjovsky et al. 2017, arXiv 1701.07875).

    The estimate holds only for a critic whose slope is 1 at most: add `gradient_penalty`, ten times.

    Args:
        real_scores: the critic's scores of real images, any shape.
        fake_scores: its scores of generated images, any shape.

    Returns:
        A scalar of either sign; minus it shrinks as the fakes come closer.
    """
    return fake_scores.mean() - real_scores.mean()


def wasserstein_generator_loss(fake_scores: Tensor) -> Tensor:
    """Minus the mean score of the fakes (Arjovsky et al. 2017).

    Args:
        fake_scores: the critic's scores of generated images, any shape, still connected to G.

    Returns:
        A scalar of either sign.
    """
    return -fake_scores.mean()


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """How far the critic's slope is from 1 between real images and fakes (Gulrajani et al. 2017, arXiv 1704.00028).

    Each pair is mixed at random, x̂ = t real + (1 - t) fake; the penalty is the mean of (|∇ critic(x̂)| - 1)².

    Args:
        critic: images → scores, one for each image. Without batch normalisation, which would mix the images' gradients;
            for a conditional critic pass `lambda x: D(x, y)`.
        real: images (N, C, H, W).
        fake: as many generated images, same shape.

    Returns:
        A scalar, at least 0, to be multiplied by 10 as the paper does; its gradient runs into the critic only.

    Raises:
        ValueError: the two batches differ in shape.
    """
    if real.shape != fake.shape:
        raise ValueError(f"Real images {tuple(real.shape)} and fakes {tuple(fake.shape)} are to be mixed in pairs.")
    mix = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device, dtype=real.dtype)
    between = torch.lerp(fake.detach().to(real.dtype), real.detach(), mix).requires_grad_()
    return (_slopes(critic, between).sqrt() - 1).square().mean()


def r1_penalty(discriminator: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """R1: half the mean squared slope of D at real images (Mescheder et al. 2018, arXiv 1801.04406, equation 9).

    Args:
        discriminator: images → logits, one for each image; for a conditional one pass `lambda x: D(x, y)`.
        real: images (N, C, H, W).

    Returns:
        A scalar, at least 0, to be multiplied by the paper's γ (10 there); its gradient runs into D only.
    """
    return 0.5 * _slopes(discriminator, real.detach().requires_grad_()).mean()


def perceptual_loss(features: Callable[[Tensor], Tensor], fake: Tensor, real: Tensor) -> Tensor:
    """Squared distance of two images in the eyes of a network that can see (Johnson et al. 2016, arXiv 1603.08155).

    Blurring changes features more than pixels, and a texture in another place changes them less.

    Args:
        features: a fixed network in eval mode, images (N, 3, H, W) in [-1, 1] → features of any shape.
        fake: images that the gradient should reach.
        real: the images that they should be like.

    Returns:
        The mean over all features, at least 0.
    """
    with torch.no_grad():
        wanted = features(real)
    return F.mse_loss(features(fake), wanted)


def matching_discriminator_loss(
    judge: Callable[[Tensor, Tensor], Tensor], real: Tensor, said: Tensor, fake: Tensor
) -> Tensor:
    """The hinge loss of a matching-aware D: a real image with a wrong sentence is refused too (Reed et al. 2016,
    arXiv 1605.05396, algorithm 1).

    Args:
        judge: (images, sentence vectors) → logits.
        real: images (N, C, H, W).   said: their sentences (N, F); the neighbour's is the wrong one.
        fake: images that were made for the same sentences; they are cut off from G here.

    Returns:
        A scalar, at least 0; 2 where D gives every pair 0. What is refused counts half for each of its two kinds.
    """
    right, wrong, made = judge(real, said), judge(real, said.roll(1, 0)), judge(fake.detach(), said)
    return F.relu(1 - right).mean() + 0.5 * F.relu(1 + wrong).mean() + 0.5 * F.relu(1 + made).mean()


def matching_generator_loss(
    judge: Callable[[Tensor, Tensor], Tensor], real: Tensor, said: Tensor, fake: Tensor, l1_weight: float
) -> Tensor:
    """G's part of that game, and L1 to the real image of the same sentence.

    Args: as above, with `fake` still connected to G, and the weight of L1.

    Returns:
        A scalar of either sign.
    """
    return hinge_generator_loss(judge(fake, said)) + l1_weight * F.l1_loss(fake, real)


def mask_loss(where: Tensor, mask: Tensor) -> Tensor:
    """Cross-entropy of a soft mask: small where it is sure and right, large where it is sure and wrong.

    Args:
        where: the mask that a network gives, 0 to 1.   mask: the true one, of the same shape, 0 or 1.

    Returns:
        The mean over all pixels, at least 0; log 2 where the network says ½ everywhere.
    """
    where = where.float().clamp(1e-3, 1 - 1e-3)
    return -torch.where(mask > 0, where, 1 - where).log().mean()


def caption_loss(logits: Tensor, words: Tensor, padding: int = 0) -> Tensor:
    """Cross-entropy of the word that comes next, over the real words alone (Xu et al. 2015, equation 14, first term).

    Args:
        logits: the captioner's (N, T, vocabulary), after it has read words 0 to T - 1 of T + 1.
        words: int64 (N, T), the words 1 to T that should follow; `padding` where a sentence has ended.

    Returns:
        A scalar: the mean over all words that are not padding; 0 when there is none.
    """
    losses = F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=padding, reduction="sum")
    return losses / (words != padding).sum().clamp(min=1)


def detection_loss(logits: Tensor, words: Tensor, fixed: int = 4) -> Tensor:
    """Cross-entropy of which words occur in an image's caption (after Fang et al. 2015, arXiv 1411.4952, section 3).

    A word counts by how rare it is in the batch, log(N / captions with it): that leaves the names of things, and takes
    out "a" and "the". Fang et al. use a noisy OR over the places, and all frequent words.

    Args:
        logits: of each word of the vocabulary, for a whole image, (N, vocabulary).
        words: int64 (N, T), a caption of each image; numbers below `fixed` are no words.

    Returns:
        A scalar, the mean over the images; at best the mean entropy of the words' shares.
    """
    occurs = torch.zeros_like(logits, dtype=torch.float32).scatter_(1, words, 1.0)
    occurs[:, :fixed] = 0
    rarity = (len(words) / occurs.sum(dim=0).clamp(min=1)).log()
    shares = occurs * rarity
    shares = shares / shares.sum(dim=1, keepdim=True).clamp(min=1e-6)
    return -(shares * logits.float().log_softmax(dim=1)).sum(dim=1).mean()


def _slopes(scores: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The squared length (N,) of the gradient of each image's score by that image, itself differentiable."""
    (slope,) = torch.autograd.grad(scores(x).float().sum(), x, create_graph=True)
    # sqrt has an infinite slope at 0, where a dead critic would turn into NaN.
    return slope.flatten(1).float().square().sum(dim=1).clamp_min(1e-12)
