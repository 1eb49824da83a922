# %% [markdown]
# # 05 · pix2pix: from drawing to picture
#
# The generator of lesson 04 took a label as its order. In this lesson the order is a whole picture: you give it an
# outline, and it colours it in.
#
# The designers of OpenMoji draw each emoji as black lines first, and colour it afterwards. A network will learn the
# second step from their work, and in the end it colours a drawing of your own. It takes about an hour.
#
# Before this one: lessons 03 and 04, where G and D play against each other and D checks whether G obeys.

# %%
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from learntools import data, losses, platforms, training
from learntools.lessons.pix2pix import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.lessons.pix2pix.drawing import line_art, sketch
from learntools.lessons.pix2pix.trained import pretrained
from learntools.metrics import judged_pairs
from learntools.models.pix2pix import PatchGAN, UNet
from learntools.viz import show_images
from learntools.viz.explorers import sketch_pad
from learntools.viz.pix2pix import show_pairs_game, show_patch, show_u
from learntools.viz.teaser import show_teaser

device = platforms.device()

# %% [markdown]
# This is what you will make: emoji that the network has never seen, coloured by it.

# %%
show_teaser("pix2pix")

# %% [markdown]
# ## Pairs
#
# The data are **pairs**: a drawing `x`, and its partner `y`, the same emoji in colour. To turn one kind of image into
# another is called **translation**, and pix2pix learns it from such pairs.

# %%
pairs = data.emoji_pairs("train", device=device)
test = data.emoji_pairs("test")
print(pairs)
some = [3, 200, 420, 640, 800, 950, 1100, 1300]
show_images(torch.cat([pairs.a[some], pairs.b[some]]), columns=8, size=0.9, rows=["x", "y"])

# %% [markdown]
# 252 more pairs are **held out**: the network never trains on them, so they show what it can do with a new drawing.
#
# They were not chosen one by one. Many emoji come in variants, such as a woman and a man with the same hat, and nearly
# the same picture on both sides would make the test too easy. So all variants of one emoji are on the same side.
#
# ## The range, once more
#
# Files hold bytes, from 0 to 255; networks speak from -1 to 1. The way there, `pixels / 127.5 - 1`, you know from
# lesson 03. To save a picture you also need the way back.
#
# ### Question 1
#
# Write `to_bytes`: -1 becomes 0, and 1 becomes 255. Round to the nearest whole number, let whatever lies beyond an end
# stay at that end, and return `torch.uint8`.


# %% answer="q1"
def to_bytes(x):
    """Floats (N, C, H, W), about -1 to 1 → bytes of the same shape, type torch.uint8."""
    ### BEGIN SOLUTION
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    ### END SOLUTION


# %% check="q1"
q1.check()

# %% [markdown]
# What if you get the range wrong? Here is a trained generator of the course, given the same drawings in three ranges.
# In the second row they run from 0 to 1, in the third they are still bytes.

# %%
shown = test.a[[0, 30, 60, 90, 120, 150, 180, 210, 225, 240]]
ranges = [data.to_float(shown), shown.float() / 255, shown.float()]
with torch.no_grad():
    painted = [pretrained()(x) for x in ranges]
show_images(torch.cat(painted), columns=10, size=0.8, rows=["-1 to 1", "0 to 1", "bytes"])

# %% [markdown]
# No error, no warning, only strange pictures. Black ink is -1 to this network. In the second row the darkest value is
# 0, and 0 means grey to it. And in bytes even white paper is 255 times as bright as it has ever seen.
#
# A wrong range in the *targets* is worse. The last layer is a tanh, which never leaves [-1, 1]: it could not reach
# bytes however long it trained.
#
# ## The U
#
# How can a network see a whole drawing, and still put each colour in its place? The **encoder-decoder** halves the
# image again and again, until a few pixels at the **bottom** stand for all of it, and then doubles it back.

# %%
show_u()

# %% [markdown]
# But every outline has to squeeze through the bottom, and comes out blurred. A **U-Net** keeps what it has seen on the
# way down, and lays it beside what comes up at the same size. Such a side way is called a **skip connection**.
#
# The bottom knows *what* it is, the skips know *where* the lines are.
#
# ### Question 2
#
# Write the way through the U. `down` is a list of layers, each of which halves the image; `up` is a list of as many,
# each of which doubles it, beginning at the bottom. `up[0]` takes the bottom alone. Every other one takes two things
# side by side, as channels (`torch.cat`): first the skip, then what comes from below. The skip is what the way down
# gave at the same size as what comes from below.


# %% answer="q2"
def through_the_u(x, down, up):
    """An image (N, C, H, W) and two lists of layers, of equal length → what the last layer of `up` gives."""
    ### BEGIN SOLUTION
    seen = []
    for layer in down:
        x = layer(x)
        seen.append(x)
    x = up[0](seen.pop())
    for layer in up[1:]:
        x = layer(torch.cat([seen.pop(), x], dim=1))
    return x
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# The course's class `UNet` makes the layers. Give it your way through them:

# %%
way = q2.get()


class Colourist(UNet):
    """A U-Net (N, 3, 64, 64) → (N, 3, 64, 64) that goes the way that you have written."""

    def forward(self, x):
        return way(x, self.down, self.up)


torch.manual_seed(0)
G = Colourist(width=24, depth=5, dropout=0)
for layer in [*G.down, *G.up]:
    convolution = next(m for m in layer.modules() if hasattr(m, "kernel_size"))
    print(f"{type(convolution).__name__:16} {convolution.in_channels:4} → {convolution.out_channels:3} channels")

# %% [markdown]
# Look at the channels on the way up: from the second layer on, each takes twice what the one before has given. That is
# the skip beside it.
#
# ## One verdict for each patch
#
# The D of lesson 04 gave one score for an image. This one gives many: it is a plain stack of convolutions, and what
# comes out is a grid of logits. Each of them judges one **patch** of the image, so it is called a **PatchGAN**.

# %%
D = PatchGAN(channels=6, patch=34, width=16, spectral_norm=True)  # 3 for the drawing, 3 for the colours: see below
print(D(torch.zeros(1, 6, 64, 64)).shape)
print(D(torch.zeros(1, 6, 96, 128)).shape)

# %% [markdown]
# A patch verdict asks: do the lines and colours look right *here*? It needs few weights, and works at any image size.
#
# How large is a patch? The square of pixels that one logit depends on is its **receptive field**. You could work it
# out from kernels and strides. You can also ask the network: a logit depends on a pixel if the **gradient** of the
# logit by that pixel is not 0.
#
# ### Question 3
#
# Write `receptive_field`, which finds the side of that square for a logit in the middle of the grid. Near the edges a
# part of the square lies outside of the image. `network(x)` gives logits (1, 1, rows, columns). For gradients by
# pixels, `x` must ask for them before the network runs: `x = x.clone().requires_grad_()`. Then
# `torch.autograd.grad(logit, x)` gives a tuple with the gradient in it.


# %% answer="q3"
def receptive_field(network, x):
    """A network and an image (1, C, H, W) → the side, in pixels, of what one logit in the middle sees."""
    ### BEGIN SOLUTION
    x = x.clone().requires_grad_()
    logits = network(x)
    middle = logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, x)
    rows = gradient.abs().sum(dim=(0, 1, 3)).nonzero()
    return int(rows.max() - rows.min() + 1)
    ### END SOLUTION


# %% check="q3"
q3.check()

# %%
image = torch.rand(1, 6, 96, 96)
sizes = {patch: q3.get()(PatchGAN(6, patch, width=8, spectral_norm=True), image) for patch in (1, 16, 34, 70)}
print(sizes)
show_patch(test.b[30], side=sizes[34])

# %% [markdown]
# The paper found 70×70 best for images of 256×256. Ours are smaller, and so is our patch.
#
# ## What D is told
#
# The drawing is the condition, and lesson 04 had a lesson about conditions: G obeys only as far as D checks. So D must
# see the drawing too.

# %%
show_pairs_game()

# %% [markdown]
# Both images have the same size. So they can be laid on each other, as one image with six channels. Each patch then
# shows the lines and the colours of the same place.
#
# ### Question 4
#
# Write `score`: D's logits for `y` as the translation of `x`. The three channels of `x` come first.


# %% answer="q4"
def score(D, x, y):
    """A discriminator, inputs x and outputs y, both (N, 3, H, W) → D's logits, as D gives them."""
    ### BEGIN SOLUTION
    return D(torch.cat([x, y], dim=1))
    ### END SOLUTION


# %% check="q4"
q4.check()

# %%
scored = q4.get()  # your score once it is right, and ours until then

# %% [markdown]
# ## D's loss
#
# D is shown two kinds of pairs. A drawing with its true partner is **real**. The same drawing with what G has made of
# it is **fake**. With the hinge loss of lesson 04, D wants logits above 1 for the first, below -1 for the second.
#
# ### Question 5
#
# Write D's loss with `scored` and `losses.hinge_discriminator_loss`. `fake` comes straight from G, and the way back to
# G is still attached. As ever, G holds still in D's step: no gradient may reach it.


# %% answer="q5"
def discriminator_loss(D, x, y, fake):
    """Inputs x, their true partners y and G's fakes, all (N, 3, H, W) → D's loss, one number."""
    ### BEGIN SOLUTION
    return losses.hinge_discriminator_loss(scored(D, x, y), scored(D, x, fake.detach()))
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# ## G's loss
#
# G wants to convince D, as ever. But this time there is a truth to compare with, so G gets a second wish: to be near
# `y`. The mean of the absolute differences between two images is called **L1**.
#
# D's verdict says what looks real. L1 says which colour belongs where. A weight says how much L1 counts; the paper's is
# 100, and ours will be 160.
#
# ### Question 6
#
# Write G's loss: `losses.hinge_generator_loss` of the logits that `scored` gives the fakes, plus `l1_weight` times L1.


# %% answer="q6"
def generator_loss(D, x, y, fake, l1_weight):
    """Inputs x, their true partners y, G's fakes and the weight of L1 → G's loss, one number."""
    ### BEGIN SOLUTION
    return losses.hinge_generator_loss(scored(D, x, fake)) + l1_weight * F.l1_loss(fake, y)
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# Your two losses make a recipe. A step needs no more than this; `move` computes the gradients and moves one network:

# %%
d_loss, g_loss = q5.get(), q6.get()


class Recipe(training.Pix2Pix):
    """pix2pix with the losses of this notebook."""

    def step(self, x, y, move, count):
        fake = self.generator(x)
        move("discriminator", d_loss(self.discriminator, x, y, fake))
        with training.frozen(self.discriminator):  # D's weights need no gradient here
            move("generator", g_loss(self.discriminator, x, y, fake, self.l1_weight))


# %% [markdown]
# ## Why two wishes?
#
# Three short trainings at 32×32 pixels: with L1 alone, with D's verdict alone (`l1_weight=0`), and with both. Here the
# weight of L1 is 20; the 160 comes with the full size. Rows from above: the drawing, the three in this order, the
# truth.

# %% tags=["train"]
small = data.emoji_pairs("train", size=32, device=device)
some_x, some_y = data.emoji_pairs("test", size=32).floats([0, 30, 60, 90, 120, 150, 180, 210])
rows = [some_x]
for name, l1_weight, adversarial in (("L1 alone", 20, 0), ("D alone", 0, 1), ("both", 20, 1)):
    torch.manual_seed(0)
    networks = Colourist(width=16, depth=4, dropout=0), PatchGAN(6, patch=16, width=16, spectral_norm=True)
    kind = Recipe if adversarial else training.Pix2Pix  # yours always asks D, the course's can do without
    recipe = kind(*networks, l1_weight=l1_weight, adversarial_weight=adversarial)
    result = training.fit(recipe, small, seconds=platforms.time_budget(15), seed=1, show=False)
    with torch.no_grad():
        rows.append(result.generator.cpu()(some_x))
    print(f"{name:9} L1 to the truth {F.l1_loss(rows[-1], some_y):.3f}")
names = ["drawing", "L1 alone", "D alone", "both", "truth"]
show_images(torch.cat([*rows, some_y]), columns=8, size=0.8, rows=names)

# %% [markdown]
# L1 alone comes nearest to the truth: that is all it is asked for. D alone stays far away: D asks whether the colours
# could belong to this drawing, not whether they are its partner's, and in so short a time G learns little from that.
#
# Then why not L1 alone? Where several colours are possible, the safest is a dull one in between, and outlines blur. The
# paper finds just that after long trainings, and that D's verdict makes the pictures sharp and colourful again. Fifteen
# seconds are short for that: `both` may still be behind L1 alone in the number. Compare the colours in the rows, too.
#
# ## Train
#
# Now at full size. Mirrored emoji are emoji too, so `flip` mirrors half of them, drawing and partner together, and
# `shift` moves each batch by up to three pixels. So G cannot learn its 1,384 drawings by heart so easily.
#
# The preview translates ten held-out drawings: the lines come first, then yellow faces, then the other colours.

# %% tags=["train"]
torch.manual_seed(1)
fast = training.Adam(lr=2e-3)
shift = training.Shift(3, edge=1)  # what comes in is white
recipe = Recipe(
    generator=Colourist(width=24, depth=5, dropout=0),
    discriminator=PatchGAN(6, patch=34, width=16, spectral_norm=True),
    l1_weight=160,
    generator_optimizer=fast,
    discriminator_optimizer=fast,
    augment=[training.flip, shift],
    shown=data.to_float(shown),
)
result = training.fit(recipe, pairs, seconds=platforms.time_budget(120), seed=1)

# %%
FILE = Path("05_pix2pix.safetensors")

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in result.generator.state_dict().items()}
save_file(weights, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ## At test time
#
# Two kinds of layers behave differently in training and in use. **Batch normalisation** needs a mean and a spread. In
# training it takes those of the present batch; in eval mode, those that it has collected during training. **Dropout**
# sets numbers, chosen by chance, to 0 in training, and does nothing in eval mode.
#
# The paper leaves both in train mode on purpose. Dropout is its G's only source of chance: there is no noise `z`. And
# it translates one image at a time, so that the norm uses this image's own mean, as an **instance norm** would.
#
# We translate many at a time, and want no image to change with its neighbours. So: dropout on, everything else at rest.
#
# ### Question 7
#
# Write `translate`. Every `nn.Dropout` in G is in train mode while it runs, and every other part in eval mode.
# Afterwards G, with all its parts, is back in the mode in which it was found: train or eval. `G.modules()` gives all
# parts; `G.training` says which mode G is in.


# %% answer="q7"
def translate(G, x):
    """A generator and inputs (N, 3, H, W) → its translations, with chance."""
    ### BEGIN SOLUTION
    was = G.training
    G.eval()
    for module in G.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    y = G(x)
    G.train(was)
    return y
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# Your G has no dropout: in two minutes it would only slow it down. The course's own was trained for longer and has it
# at two levels, near the bottom of the U. Here are two drawings, five times each:

# %%
with torch.no_grad():
    five = q7.get()(pretrained(), data.to_float(test.a[[30] * 5 + [120] * 5]))
show_images(five, columns=5, size=0.9)

# %% [markdown]
# Little changes. The paper's authors report the same of theirs: trained with dropout, G learns to live with it.
#
# ## Bring it back
#
# ### Question 8
#
# Bring your generator back from its file. Make a new network with `Colourist(width=24, depth=5, dropout=0)`, and give
# it the weights: `network.load_state_dict(…)` takes what `load_file(FILE)` reads.
#
# The check lets it colour 126 held-out drawings. They must come nearer to the truth than the bare drawings are (L1 of
# at most 97 % of theirs), with at least a quarter of the truth's colour, and with colours that follow the drawing. If
# yours does not get there, write a larger number for the 120 in the training cell. Run that cell again, then the one
# that saves, then the one below.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q8"
if FILE.exists():
    ### BEGIN SOLUTION: generator = ...
    generator = Colourist(width=24, depth=5, dropout=0)
    generator.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    generator = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q8"
q8.check()

# %% [markdown]
# No time to train? Choose `"the course's"`: a generator that has trained for longer. From here on the notebook uses the
# one that you choose. (`q8.get()` is yours if it has passed, and the course's otherwise.)

# %%
WHOSE = "mine"  # or "the course's"

G = (q8.get() if WHOSE == "mine" else pretrained()).cpu().eval()

# %% [markdown]
# ## How good is it?
#
# `judged_pairs` compares with the truth. Doing nothing is not bad at all: most of an emoji is white paper. So every
# number stands beside that of the bare drawing (`copy`).

# %%
x, y = test.floats()
with torch.no_grad():
    coloured = torch.cat([G(part) for part in x.split(63)])
found = judged_pairs(coloured, x, y, kernel=False)
print(f"L1 to the truth   {found['l1']:.3f}   the bare drawing {found['copy_l1']:.3f}")
print(f"colourfulness     {found['saturation_ratio']:.2f}    the bare drawing 0.00, the truth 1.00")

# %% [markdown]
# Which ones succeed? Not picked by hand, but by a rule: L1 to the truth, divided by that of the bare drawing (0.02 at
# least, as some emoji have hardly any colour). Here is the best of each group of emoji. Rows: drawing, coloured by G,
# truth.

# %% tags=["picture"]
sorted_into = data.emoji("line", "test")
off = (coloured - y).abs().mean(dim=(1, 2, 3)) / (x - y).abs().mean(dim=(1, 2, 3)).clamp(min=0.02)
groups = [(sorted_into.labels == label).nonzero().flatten() for label in sorted_into.labels.unique()]
best = torch.stack([group[off[group].argmin()] for group in groups])
names = ["drawing", "by G", "truth"]
show_images(torch.cat([x[best], coloured[best], y[best]]), columns=len(best), size=0.9, rows=names)
print(*(f"{sorted_into.classes[sorted_into.labels[i]]}: {sorted_into.names[i]}, {off[i]:.2f}" for i in best), sep="\n")

# %% [markdown]
# Below 1, the colours have brought it nearer to the truth. And the worst of each group:

# %%
worst = torch.stack([group[off[group].argmax()] for group in groups])
show_images(torch.cat([x[worst], coloured[worst], y[worst]]), columns=len(worst), size=0.9, rows=names)
print(*(f"{sorted_into.names[i]}, {off[i]:.2f}" for i in worst), sep="\n")

# %% [markdown]
# Look for a pattern. Is there something in the drawing that could have told which colour was right? Where there is not,
# nobody could know, and a wrong guess can be farther from the truth than white paper.
#
# ## Your own drawing
#
# Draw something with a pen on white paper and take a photo of it, or draw with any program. Put the file beside this
# notebook and its name into the cell. `line_art` makes it an emoji's drawing: black on white, 64×64, with lines of the
# right thickness. Without a file, you get a face with a hat.

# %%
DRAWING = ""  # such as "my_drawing.jpg"

mine = line_art(DRAWING or sketch())
with torch.no_grad():
    result_of_mine = G(data.to_float(mine))
show_images(torch.cat([mine, q1.get()(result_of_mine)]), titles=["drawing", "coloured"], size=2)

# %% [markdown]
# Or draw right here, with the mouse, a finger or a pen. *Clear* takes the face away.

# %% tags=["demo"]
sketch_pad(G, mine[0])

# %% [markdown]
# Closed outlines and few lines work best: that is all it has ever seen. Other things to try:
#
# - Draw a round face, then the same outline with a stalk and a leaf. When does yellow give way?
# - `Colourist(width=24, depth=5, dropout=0, skips=False)` does not fit your way through the U. Take `UNet` with
#   `skips=False` for G, train again, and see what becomes of the lines.
# - Turn the task round: `data.Pairs(pairs.b, pairs.a)` has the colour first. For the preview, give the recipe
#   `shown=data.to_float(test.b[:10])`. What is the network to learn now, and is it easier?

# %% [markdown]
# ## In your own words
#
# Leave out the L1 term, or leave out D: what would the coloured emoji look like in each case, and why does the recipe
# need both? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Paired data let a network learn a translation: from each input to its own true partner.
# - A U-Net's bottom knows what it is; its skips keep where things are.
# - A PatchGAN gives one verdict for each patch; the gradient tells how large a patch is.
# - D sees the input beside the output, or it could not tell whether they belong together.
# - L1 keeps G near the truth, D keeps it from playing safe.
# - Which mode each layer is in at test time is a choice. Say which, and put it back.
#
# **Where it comes from.** P. Isola, J.-Y. Zhu, T. Zhou and A. Efros, *Image-to-Image Translation with Conditional
# Adversarial Networks*, 2017 ([arXiv 1611.07004](https://arxiv.org/abs/1611.07004)). The U: O. Ronneberger, P. Fischer
# and T. Brox, *U-Net*, 2015 ([arXiv 1505.04597](https://arxiv.org/abs/1505.04597)). The emoji: OpenMoji, CC BY-SA 4.0.
#
# **Next.** Pairs are rare: nobody has photographed each horse as a zebra. In lesson 06 you translate between two
# artists' styles without a single pair.
