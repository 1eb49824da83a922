# %% [markdown]
# # 10 · Object removal: the fence disappears
#
# In 2017 it was shown on a stage what a photo app was promised to do very soon: a child behind a wire fence, and then
# the same child without the fence. It took years. What is behind the wires, no single photograph tells. Whoever takes
# the fence away has to paint it.
#
# In this lesson you build that. You know most of it already: the pix2pix of lesson 05, with many pairs, learns to turn
# a picture with a fence into one without. New is a mask, which says where to paint. It takes about an hour.
#
# Before this one: lesson 05, for the U-Net, the PatchGAN and the two losses.

# %%
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from learntools import data, losses, platforms, training
from learntools.data.covered import Covered, draw_pictures, held_out
from learntools.data.covers import fences, objects, scribbles
from learntools.lessons.object_removal import q1, q2, q3, q4, q5, q6, q7
from learntools.lessons.object_removal.photograph import behind, painted_over
from learntools.lessons.object_removal.trained import pretrained
from learntools.metrics import diffused
from learntools.models.object_removal import found_in, smooth_fill
from learntools.models.pix2pix import PatchGAN, UNet
from learntools.viz import show_images
from learntools.viz.explorers import before_after
from learntools.viz.object_removal import show_fills, show_remover
from learntools.viz.teaser import show_teaser

device = platforms.device()

# %% [markdown]
# This is what you will make: pictures that the network has never seen, freed of what stood in front of them.

# %%
show_teaser("object_removal")

# %% [markdown]
# ## Pairs that make themselves
#
# For lesson 05 somebody had to draw each emoji twice. This time the pairs cost nothing. Take any picture, put something
# in front of it, and you have both sides: the covered picture is `x`, the picture itself is `y`.
#
# The course draws three kinds of **covers**, and no two are alike. `alpha` says how much of a pixel is hidden: 1 for
# all of it, 0 for nothing, and something in between along the soft edge of a wire.

# %%
torch.manual_seed(0)
kinds = {"fence": fences(8), "scribble": scribbles(8), "object": objects(8)}
alphas = torch.cat([cover.alpha for cover in kinds.values()])
show_images(2 * alphas - 1, columns=8, size=0.9, rows=list(kinds))

# %% [markdown]
# ### Question 1
#
# Put a cover in front of a picture. Where `alpha` is 1 only `colour` is seen, where it is 0 only the picture, and in
# between both, in these shares.


# %% answer="q1"
def paste(picture, colour, alpha):
    """Pictures and colours (N, 3, H, W) in [-1, 1], alpha (N, 1, H, W) from 0 to 1 → the covered pictures."""
    ### BEGIN SOLUTION
    return picture * (1 - alpha) + colour * alpha
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
pictures = data.to_float(draw_pictures(8))
rows = [q1.get()(pictures, cover.colour / 127.5 - 1, cover.alpha) for cover in kinds.values()]
show_images(torch.cat([pictures, *rows]), columns=8, size=0.6, rows=["picture", *kinds])

# %% [markdown]
# Half of the pictures are emoji, on white, on colours or on a piece of a photograph. The others are pieces of seven
# photographs. The objects in front are always something to eat or drink, and the emoji in the pictures never are. So
# there is a rule by which to tell what belongs to a picture and what does not.
#
# A **mask** says where something is in front: 1 wherever `alpha` is above 0, and 0 elsewhere.
#
# To measure, the course keeps 360 covered pictures aside. Their emoji are those of the test split, their photographs
# are two that no training sees, and the things in front of them are new too.

# %%
test = held_out()
covered, masks, truth = test.floats()
some = torch.tensor([0, 1, 44, 87, 120, 151, 184, 221, 240, 275, 302, 343])
as_seen = 2 * masks.expand(-1, 3, -1, -1) - 1
show_images(torch.cat([covered[some], as_seen[some], truth[some]]), columns=12, size=0.65, rows=["x", "mask", "y"])
print(f"{len(test)} held-out pictures; the masks cover {masks.mean():.0%} of them")

# %% [markdown]
# ## What anybody can do
#
# How well can a hole be filled without any learning? You need to know, or you cannot tell what a network is worth. The
# simplest way: one colour, the mean of what is left of the picture.
#
# ### Question 2
#
# Fill each hole with the mean colour of its own picture, taken over the pixels that are *not* covered. What is known
# stays as it is. If a picture is covered entirely, fill it with 0.


# %% answer="q2"
def mean_fill(covered, mask):
    """Covered pictures (N, 3, H, W), masks (N, 1, H, W) of 0 and 1 → the pictures with their holes filled."""
    ### BEGIN SOLUTION
    left = 1 - mask
    mean = (covered * left).sum(dim=(2, 3), keepdim=True) / left.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    return covered * left + mean * mask
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# A better one needs no learning either: every covered pixel becomes the mean of its four neighbours, again and again,
# until nothing changes any more. Colours seep in from the edges, as ink does in paper, so it is called **diffusion**.
# No other filling has smaller steps from pixel to pixel, if the steps are squared and added up.

# %%
fillings = {"mean colour": q2.get()(covered, masks), "diffusion": diffused(covered, masks)}
few = some[::2]
shown = [covered[few], *(filling[few] for filling in fillings.values()), truth[few]]
show_images(torch.cat(shown), columns=6, size=0.65, rows=["covered", *fillings, "truth"])

# %% [markdown]
# A thin wire before something smooth is easy for diffusion. Where an outline or an eye is covered, it can only smear.
#
# ## Inside and outside
#
# L1, the mean absolute difference, is how far a filling is from the truth. But take it over the whole picture, and a
# thin fence seems to be removed better than a thick one, only because there is less of it. What counts is the mean over
# the covered values alone, whatever their number: **L1 inside** of the mask.
#
# ### Question 3
#
# Write it: the mean of the absolute differences over all values that the mask covers, in all channels and all pictures
# together. Every covered value counts alike, whichever picture it is in.


# %% answer="q3"
def l1_inside(x, y, mask):
    """Two batches of pictures (N, C, H, W), masks (N, 1, H, W) of 0 and 1 → one number."""
    ### BEGIN SOLUTION
    return ((x - y).abs() * mask).sum() / (mask.sum() * x.shape[1])
    ### END SOLUTION


# %% check="q3"
q3.check()

# %%
off = q3.get()
for name, made in {"as it is": covered, **fillings}.items():
    print(
        f"{name:12} L1 inside {float(off(made, truth, masks)):.3f}   outside {float(off(made, truth, 1 - masks)):.3f}"
    )

# %% [markdown]
# Outside of the mask all three are perfect, since they touch nothing there. Remember that: whoever repaints the whole
# picture has something to lose.
#
# ## A hole, and what is told of it
#
# A well-known network of 2016 that fills holes is the **context encoder**: from what lies around, guess what was there.
# Ours is also told where the hole is. A fourth channel beside red, green and blue holds the mask, and what lies under
# it is taken out of the picture. It would only mislead: whatever colour a fence has says nothing about what is behind
# it.
#
# And if nobody knows where the fence is? Then the network gets the picture as it is, and a mask of zeros: nothing is
# told. It must find out itself what does not belong there.
#
# ### Question 4
#
# Write the network's input. The first three channels are the picture, with 0 under the mask; the fourth is the mask. If
# `mask` is `None`, nothing is told: the whole picture, and zeros as the fourth channel.


# %% answer="q4"
def network_input(covered, mask=None):
    """Covered pictures (N, 3, H, W), and masks (N, 1, H, W) of 0 and 1 or None → the network's input (N, 4, H, W)."""
    ### BEGIN SOLUTION
    if mask is None:
        mask = torch.zeros_like(covered[:, :1])
    return torch.cat([covered * (1 - mask), mask], dim=1)
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# ## Paint, and a place for it
#
# What comes out of the U-Net has four channels as well: three of colour, and a mask of its own.

# %%
show_remover()

# %% [markdown]
# If the hole is told, the paint goes into the hole, and all that is known stays exactly as it was. If it is not, the
# network's own mask says where the paint goes.
#
# ### Question 5
#
# Write `assemble`. `x` is the network's input and `made` what it gives, both with four channels. For each picture, if
# there is a 1 anywhere in the fourth channel of `x`, paint exactly there. Otherwise paint by the fourth channel of
# `made`. A tanh gives it, from -1 (not here) to 1 (here): move it to 0 to 1. Do not round it: in between it is a share,
# and paint and picture are mixed as in `paste`.


# %% answer="q5"
def assemble(x, made):
    """The network's input and what it made, both (N, 4, H, W) → pictures (N, 3, H, W)."""
    ### BEGIN SOLUTION
    hole, own = x[:, 3:], (made[:, 3:] + 1) / 2
    is_told = hole.amax(dim=(1, 2, 3), keepdim=True) > 0
    where = torch.where(is_told, hole, own)
    return x[:, :3] * (1 - where) + made[:, :3] * where
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# Now the network. A told hole is not empty when the U-Net sees it: `smooth_fill` has let the colours around seep in, as
# diffusion does, only faster. The U-Net gives the change from this filling to the picture. The change is doubled before
# it is added: a tanh ends at 1, but two colours can be 2 apart.
#
# In training the network looks once. The true mask is known, so your `paste` puts the paint there, and the soft mask
# learns from a loss of its own. In use, if nothing is told, it looks twice. The first look gives a soft mask, and
# `found_in` makes a hole of it: 1 where the mask is above ½, and one pixel around. The second look is told this hole,
# and your `assemble` paints there. (`2 * hole - 1` moves it to the range from -1 to 1 that `assemble` expects.)

# %%
# your paste, network_input and assemble once they are right, and the course's until then
cover_with, tell, put_together = q1.get(), q4.get(), q5.get()


class Remover(torch.nn.Module):
    """(N, 4, H, W), as `tell` gives it → pictures (N, 3, H, W) without what was in front.

    With the true `mask`, as in training, it gives its own soft mask, too: (N, 1, H, W), 0 to 1.
    """

    def __init__(self):
        super().__init__()
        self.net = UNet(channels=4, out_channels=4, width=24, depth=4, dropout=0)

    def look(self, x):
        """Paint for all of the picture, and the mask of what seems to be in front, side by side (N, 4, H, W)."""
        start = smooth_fill(x[:, :3], x[:, 3:])
        made = self.net(torch.cat([start, x[:, 3:]], dim=1))
        return torch.cat([start + 2 * made[:, :3], made[:, 3:]], dim=1)

    def forward(self, x, mask=None):
        made = self.look(x)
        if mask is not None:  # in training the place is known
            return cover_with(x[:, :3], made[:, :3], mask), (made[:, 3:] + 1) / 2
        is_told = x[:, 3:].amax(dim=(1, 2, 3), keepdim=True) > 0
        hole = torch.where(is_told, x[:, 3:], found_in((made[:, 3:] + 1) / 2))
        made = torch.cat([self.look(tell(x[:, :3], hole))[:, :3], 2 * hole - 1], dim=1)
        y = put_together(x, made)
        return y if self.training else y.clamp(-1, 1)


# %% [markdown]
# And the recipe. From one half of each batch the network learns to paint: there the masks are told. `Remover` has put
# the paint into the hole with your `paste`. The rest is the step of lesson 05, in `play`: D sees what G was shown
# beside what it made, 4 and 3 channels, and G wants to convince D and to be near the truth.
#
# From the other half it learns to find: there nothing is told. The covers were drawn by the course, so the true mask is
# known in training, and `losses.mask_loss` says how far the network's mask is from it. This loss counts `mask_weight`
# times, which is 20, and `also` adds it to G's loss.


# %%
class Recipe(training.Removal):
    """pix2pix on covered pictures: half of them told where, to learn to paint, and half not, to learn to find."""

    def step(self, x, y, move, count):
        order = torch.randperm(len(x), device=x.device)  # a batch is sorted by what it shows
        x, y, half = x[order], y[order], len(x) // 2
        mask = (x[:, 3:] > 0).float()  # the data has it as a fourth channel, from -1 to 1
        shown = torch.cat([tell(x[:half, :3], mask[:half]), tell(x[half:, :3])])
        fake, own = self.generator(shown, mask)
        find = self.mask_weight * losses.mask_loss(own[half:], mask[half:])
        self.play(shown[:half], y[:half], fake[:half], move, also=find)


# %% [markdown]
# ## Train
#
# `Covered()` draws covers and pictures anew for every batch, so the network never sees a pair twice, and has nothing to
# learn by heart.
#
# The preview shows what the network makes of twelve held-out pictures. The first six are emoji with their mask told:
# the colours are about right from the start, and broken lines grow together. The last six are pieces of photographs,
# and nothing is told: look how long the fences stay in the first two of these.

# %% tags=["train"]
torch.manual_seed(1)
fast = training.Adam(lr=2e-3)
recipe = Recipe(
    generator=Remover(),
    discriminator=PatchGAN(7, patch=34, width=16, spectral_norm=True),
    l1_weight=160,
    discriminator_loss=losses.hinge_discriminator_loss,
    generator_loss=losses.hinge_generator_loss,
    generator_optimizer=fast,
    discriminator_optimizer=fast,
    shown=torch.cat([tell(covered[some[::2]], masks[some[::2]]), tell(covered[some[1::2]])]),
)
result = training.fit(recipe, Covered(), seconds=platforms.time_budget(150), seed=1)

# %%
FILE = Path("10_object_removal.safetensors")

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in result.generator.state_dict().items()}
save_file(weights, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ## What was taken away?
#
# When nothing is told, where has the network painted? You could look at its fourth channel. There is a way that works
# for every network, and for every photo app too: compare before and after.
#
# ### Question 6
#
# Write `find_cover`. A pixel was covered if any of its three channels has changed by more than `threshold`, up or down.
# Give 1 there and 0 elsewhere, as floats, with one channel.


# %% answer="q6"
def find_cover(before, after, threshold):
    """Pictures before and after (N, 3, H, W) → the mask of what was taken away, (N, 1, H, W) of 0. and 1."""
    ### BEGIN SOLUTION
    return ((before - after).abs().amax(dim=1, keepdim=True) > threshold).float()
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# ## Bring it back
#
# ### Question 7
#
# Bring your network back from its file. Make a new `Remover()`, and give it the weights:
# `network.load_state_dict(…)` takes what `load_file(FILE)` reads.
#
# The check lets it restore 120 held-out pictures, with their masks and without. With masks, L1 inside must be at most
# 98 % of what `smooth_fill` alone has, and nothing outside may change. Without, L1 inside must be at most 65 % of what
# leaving the cover there has, and L1 outside at most 0.06. If yours does not get there, write 300 for the 150 in the
# training cell, and run that cell and those below it again.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q7"
if FILE.exists():
    ### BEGIN SOLUTION: remover = ...
    remover = Remover()
    remover.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    remover = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q7"
q7.check()

# %% [markdown]
# No time to train? Choose `"the course's"`: a network that has trained for longer. From here on the notebook uses the
# one that you choose. (`q7.get()` is yours if it has passed, and the course's otherwise.)

# %%
WHOSE = "mine"  # or "the course's"

G = (q7.get() if WHOSE == "mine" else pretrained()).cpu().eval()

# %% [markdown]
# ## How good is it?

# %%
with torch.no_grad():
    told = torch.cat([G(tell(a, b)) for a, b in zip(covered.split(60), masks.split(60), strict=True)])
    untold = torch.cat([G(tell(part)) for part in covered.split(60)])
ways = {"as it is": covered, **fillings, "G, told": told, "G, untold": untold}
chosen = {kind: torch.tensor([each == kind for each in test.kinds]) for kind in kinds}
show_fills(
    {
        name: {kind: float(off(made[of_it], truth[of_it], masks[of_it])) for kind, of_it in chosen.items()}
        for name, made in ways.items()
    }
)
for name, made in ways.items():
    print(
        f"{name:12} L1 inside {float(off(made, truth, masks)):.3f}   outside {float(off(made, truth, 1 - masks)):.3f}"
    )

# %% [markdown]
# Compare with diffusion, and not only with the mean colour. When the hole is told, diffusion is hard to beat: it costs
# no training, and after a few minutes of it a network is about as near. But nobody can diffuse a hole that has not been
# found. Look at the last line: finding is what had to be learned. What does it cost not to be told?
#
# Which ones succeed? Not picked by hand, but by a rule: L1 inside with the mask told, divided by L1 inside of the mean
# colour (which counts as 0.05 where it is smaller). Small is good. For each kind of cover, here are the best emoji and
# the best photograph.

# %% tags=["picture"]
by_g, bare = (
    (made - truth).abs().mul(masks).sum(dim=(1, 2, 3)) / masks.sum(dim=(1, 2, 3)) / 3
    for made in (told, fillings["mean colour"])
)
order = (by_g / bare.clamp(min=0.05)).argsort().tolist()


def one_of_each(order):
    """The first of each kind of cover before each sort of picture, in this order."""
    kinds_and_sorts = list(dict.fromkeys(zip(test.kinds, test.sorts, strict=True)))
    return [i for pair in kinds_and_sorts for i in [j for j in order if (test.kinds[j], test.sorts[j]) == pair][:1]]


names = ["covered", "mask told", "not told", "truth"]
best = one_of_each(order)
show_images(torch.cat([covered[best], told[best], untold[best], truth[best]]), columns=len(best), size=0.55, rows=names)

# %% [markdown]
# And the worst of each:

# %%
worst = one_of_each(order[::-1])
show_images(
    torch.cat([covered[worst], told[worst], untold[worst], truth[worst]]), columns=len(worst), size=0.55, rows=names
)

# %% [markdown]
# Look for a pattern. How large is the hole, and is there anything around it that could have told what was in it? An eye
# that is covered entirely cannot be known. Somebody who has seen many faces would paint one all the same.
#
# ## What it has found
#
# When nothing is told, the network keeps its mask to itself. Your `find_cover` gets it from the outside. The network
# also repaints pixels beside the cover, in nearly their old colours: those should not count, so the threshold is not 0.
# That has a price. At the soft edges of a wire a picture changes by very little, too, and some of these are missed.

# %%
found = q6.get()(covered, untold, 0.15)
overlap = (found * masks).sum() / (found + masks).clamp(max=1).sum()
print(f"the found masks and the true ones have {overlap:.0%} of their pixels in common")
show_images(
    torch.cat([covered[some], untold[some], 2 * found[some].expand(-1, 3, -1, -1) - 1, as_seen[some]]),
    columns=12,
    size=0.65,
    rows=["covered", "not told", "found", "true"],
)

# %% [markdown]
# ## Your own photograph
#
# Put a photograph beside this notebook, and its name into the cell. The square in its middle is brought to 256×256
# pixels and put behind a cover, and the cover is taken away. Without a file you get one of the two photographs that no
# training has seen.
#
# The network has learned from pictures of 64×64. It is made of convolutions, so it reads 256×256 as well.

# %%
PHOTO = ""  # such as "holiday.jpg"
COVER = "fence"  # or "scribble", or "object"
TOLD = True  # or False: it must find the cover by itself

x, mask, y = behind(PHOTO or data.photo("raccoon"), COVER, seed=3)
with torch.no_grad():
    mine = G(tell(x, mask if TOLD else None))
print(f"L1 inside: covered {float(off(x, y, mask)):.3f}, diffusion {float(off(diffused(x, mask), y, mask)):.3f}, "
      f"G {float(off(mine, y, mask)):.3f}")  # fmt: skip
show_images(torch.cat([x, mine, y]), titles=["covered", "taken away", "truth"], size=1.4)

# %% [markdown]
# Draw the line across, with the mouse, a finger, or the arrow keys on the slider:

# %% tags=["demo"]
before_after(x, mine, y)

# %% [markdown]
# Or take something away that really is in your photograph. Open a copy in any painting program, paint over what shall
# go in magenta (red 255, green 0, blue 255), save it as PNG, and give its name here. It must lie in the square in the
# middle. Small things work, and large ones become a smear: the things that it learned from were at most 32 pixels wide,
# which is an eighth of this square.

# %% tags=["demo"]
PAINTED = ""  # such as "holiday_painted.png"

if PAINTED:
    x, mask = painted_over(PAINTED)
    with torch.no_grad():
        mine = G(tell(x, mask))
    show_images(torch.cat([x, mine]), titles=["painted over", "taken away"], size=1.8)
else:
    print("Nothing painted over yet: this cell waits for a file of yours.")

# %% [markdown]
# Other things to try:
#
# - Put another fence in front: `behind(…, seed=4)`, with `TOLD = False`. Which fences does it overlook?
# - Let `half` be three quarters of a batch, and then a quarter. Which of the two tasks wants more pictures?
# - Leave D out (`adversarial_weight=0`), and compare what is painted into large holes.

# %% [markdown]
# ## In your own words
#
# What the network paints into a hole was never there: it is what is likely. When does that not matter, and when must
# whoever looks at the picture be told? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain, you
# know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Pairs can be made: cover a picture, and the picture is the truth.
# - A filling is measured inside of its mask, by a mean over what is covered, beside fillings that need no learning.
# - A mask is a fourth channel; what lies under it is taken out, or it would mislead.
# - What is known is kept exactly. Where a mask must be found, a loss asks for it: in training the truth is known.
# - Whoever is not told has two tasks, to find and to fill. A difference of two pictures shows what was found.
#
# **Where it comes from.** D. Pathak and others, *Context Encoders: Feature Learning by Inpainting*, 2016 ([arXiv
# 1604.07379](https://arxiv.org/abs/1604.07379)). G. Liu and others, *Image Inpainting for Irregular Holes Using Partial
# Convolutions*, 2018 ([arXiv 1804.07723](https://arxiv.org/abs/1804.07723)): there each layer counts only the pixels
# that are known, and the hole shrinks from layer to layer. pix2pix: P. Isola and others, 2017 ([arXiv
# 1611.07004](https://arxiv.org/abs/1611.07004)). The pictures: OpenMoji (CC BY-SA 4.0), Twemoji (CC BY 4.0), Noto Emoji
# (Apache-2.0), and photographs in the public domain.
#
# **Next.** An application of your own: bring your images, and make with them what you have made here.
