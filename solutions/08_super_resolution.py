# %% [markdown]
# # 08 · Super-resolution: sharper than it was taken
#
# A thumbnail of 16×16 pixels, and you would like to see it large. A program can make each pixel a square, or smooth the
# steps away. It cannot show what is not there.
#
# A network can, in a way: it has seen thousands of sharp images, and knows what usually belongs there. You build one
# that makes images four times as large. Then a discriminator has its say as well, and you measure what that changes. It
# takes about an hour.
#
# Before this one: lesson 05, where L1 and a discriminator share a generator, and lesson 02 for the checkerboard.

# %%
import copy
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from learntools import data, losses, metrics, platforms, training
from learntools.lessons.super_resolution import q1, q2, q3, q4, q5, q6, q7
from learntools.lessons.super_resolution.trained import pretrained, pretrained_srresnet
from learntools.models.pix2pix import PatchGAN
from learntools.models.super_resolution import RecognitionFeatures, SRResNet
from learntools.viz import show_images
from learntools.viz.explorers import translation_explorer
from learntools.viz.super_resolution import show_shuffle, show_srresnet, show_trade_off
from learntools.viz.teaser import show_teaser

device = platforms.device()

# %% [markdown]
# This is what you will make: images that the network has never seen, enlarged by it.

# %%
show_teaser("super_resolution")

# %% [markdown]
# ## Small from sharp
#
# Lesson 05 needed pairs, and somebody had to draw both sides. Here you need sharp images alone: `data.shrink` makes the
# small one of each. The set has emoji by three artists, and **patches**, squares cut out of photographs at random: of
# seven photographs, each in two sizes.

# %%
images = data.sharp("train")
print(images)
torch.manual_seed(3)
sharp = data.to_float(images.draw(16)[0])
small = data.shrink(sharp)
print(f"{tuple(sharp.shape)} → {tuple(small.shape)}")
show_images([*sharp[4:12], *small[4:12]], columns=8, size=0.9, rows=["sharp", "small"])

# %% [markdown]
# Of sixteen pixels one is left. Many sharp images give the same small one, so no network can know which it was. It can
# only guess well.
#
# Two photographs, and 252 emoji by each artist, are **held out**: the network never trains on them. As in lesson 05,
# all variants of one emoji are on the same side.
#
# ## How near?
#
# Two ways need no network. **Nearest neighbours** makes each pixel a square of 4×4. **Bicubic** interpolation lays a
# smooth surface through the pixels; it is what most programs do.

# %%
test = data.to_float(data.sharp_emoji("test"))
test_small = data.shrink(test)
nearest = data.enlarge(test_small, how="nearest")
bicubic = data.enlarge(test_small).clamp(-1, 1)
some = [3, 40, 85, 130, 300, 345, 560, 640]
rows = ["nearest", "bicubic", "sharp"]
show_images(torch.cat([nearest[some], bicubic[some], test[some]]), columns=8, size=0.9, rows=rows)

# %% [markdown]
# To say which is better takes a number. The usual one is the **peak signal-to-noise ratio**, PSNR for short. It
# compares the largest difference that two pixels can have, 2 in the range from -1 to 1, with the mean squared
# difference that there is, and counts in decibels (dB):
#
#     PSNR = 10 · log₁₀(2² / the mean of (x - y)²)
#
# More is better. One dB more is a fifth less squared error.
#
# ### Question 1
#
# Write `psnr`. Its result may be a tensor or a float.


# %% answer="q1"
def psnr(x, y):
    """Two batches of images (N, C, H, W) in [-1, 1] → one number, in dB, for all of them together."""
    ### BEGIN SOLUTION
    return 10 * torch.log10(4 / (x - y).square().mean())
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
for name, enlarged_so in (("nearest", nearest), ("bicubic", bicubic)):
    print(f"{name}  {float(q1.get()(enlarged_so, test)):.2f} dB")

# %% [markdown]
# ## What is missing
#
# Bicubic is nearly right: the colours are there, the shapes too. Missing is only this, the difference to the truth:

# %%
missing = test - bicubic
rows = ["bicubic", "missing", "sharp"]
show_images(torch.cat([bicubic[some], missing[some], test[some]]), columns=8, size=0.9, rows=rows)

# %% [markdown]
# Grey means nothing is missing. So a network should not draw the image all over again. Let it draw what is missing, and
# add that to the bicubic enlargement. What is missing, the difference, is called the **residual**.
#
# ### Question 2
#
# Write `enlarged`: the bicubic enlargement of `x`, which `data.enlarge(x)` gives, plus what `network` makes of `x`. The
# network's result has the large size already. No value is cut off at -1 and 1. All that you do with `network` is to
# call it, `network(x)`: this lesson will also pass a plain function.


# %% answer="q2"
def enlarged(network, x):
    """A network and small images (N, 3, H, W) → images (N, 3, 4H, 4W)."""
    ### BEGIN SOLUTION
    return data.enlarge(x) + network(x)
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# The network is an **SRResNet**. Most of it is a row of **residual blocks**, each of which adds to its input what two
# convolutions find missing in it. The same idea, on a small scale.

# %%
show_srresnet()

# %% [markdown]
# All the blocks work at the small size, where a convolution costs a sixteenth of what it would cost at the large one.
# Only the last steps enlarge.
#
# ## Channels become pixels
#
# In lesson 02 a transposed convolution made images larger, and left a checkerboard. Here is another way. An ordinary
# convolution makes four times as many channels, and then the numbers move: where there were four channels of one
# pixel, there is now one channel of four pixels, two by two. That is a **pixel shuffle**, and both together are a
# **sub-pixel convolution**.

# %%
show_shuffle()

# %% [markdown]
# ### Question 3
#
# Write `pixel_shuffle` for any `r`: channels 0 to r² - 1 become the first channel of the result, in squares of r × r
# pixels, row by row; the next r² become the second, and so on. `reshape` and `permute` are one way.


# %% answer="q3"
def pixel_shuffle(x, r):
    """(N, C · r², H, W) → (N, C, r · H, r · W)."""
    ### BEGIN SOLUTION
    n, channels, h, w = x.shape
    c = channels // r**2
    x = x.reshape(n, c, r, r, h, w)
    return x.permute(0, 1, 4, 2, 5, 3).reshape(n, c, r * h, r * w)
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# torch has the same as `torch.nn.PixelShuffle`. Now watch what a new sub-pixel convolution, with random weights, makes
# of a photograph:

# %%
cat = data.to_float(data.photo("cat"))[None, :, 60:140, 110:230]
torch.manual_seed(0)
conv = torch.nn.Conv2d(3, 3 * 16, 3, padding=1)
with torch.no_grad():
    before = q3.get()(conv(cat), 4)


def part(y):
    """A part of one of these images, as bright as can be."""
    return (y / y.abs().max())[0, :, 60:140, 100:220]


show_images(part(before), titles=["random weights"], size=2.6)

# %% [markdown]
# A checkerboard, before any training. The four pixels of a square (with r = 4, the sixteen) come from different
# channels, whose random weights differ. So the same pattern stands on every square, and the training must first learn
# it away. It seldom does so completely.
#
# ### Question 4
#
# Write `start_alike`. It gets a convolution that stands before a pixel shuffle, and writes new values into its `weight`
# and its `bias`, inside `with torch.no_grad():`. The two tensors themselves stay, and nothing is returned. Each r²
# output channels in a row become one square: the first of them stays as it is, and the others get its weights and its
# bias.


# %% answer="q4"
def start_alike(conv, r):
    """A convolution with C · r² output channels: its weights and biases are changed in place."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        conv.weight.copy_(conv.weight[:: r**2].repeat_interleave(r**2, dim=0))
        conv.bias.copy_(conv.bias[:: r**2].repeat_interleave(r**2, dim=0))
    ### END SOLUTION


# %% check="q4"
q4.check()

# %%
q4.get()(conv, 4)
with torch.no_grad():
    after = q3.get()(conv(cat), 4)
titles = ["random weights", "started alike"]
show_images([part(before), part(after)], titles=titles, size=2.6)

# %% [markdown]
# Now all pixels of a square begin alike, as with nearest neighbours, and the layer learns from there. (The colours are
# still those of random weights.) This is called **ICNR**.
#
# Here is the network, a small one that a minute is enough for. It enlarges twice, by two each time, and its sub-pixel
# convolutions start alike: the course's `icnr` does there what your function does with r = 2. Its last layer starts
# at 0, so before any training it adds nothing, and what you get is the bicubic enlargement.

# %%
SMALL = {"blocks": 6, "width": 32, "norm": False, "kernel": 3, "over": "bicubic"}
way = q2.get()


class Sharper(SRResNet):
    """An SRResNet whose result is added to the bicubic enlargement, as you have written it."""

    def forward(self, x):
        y = way(self.missing, x)
        return y if self.training else y.clamp(-1, 1)


torch.manual_seed(0)
fresh = Sharper(**SMALL)
print(f"{sum(value.numel() for value in fresh.parameters()):,} weights; the paper's has 1,547,350")

# %% [markdown]
# ## Train on pixels
#
# First with the pixels alone: L1 between the network's image and the sharp one. A batch is 16 sharp images, half of
# them emoji; the recipe shrinks them itself. Watch the edges in the preview.

# %% tags=["train"]
recipe = training.SuperResolution(
    generator=fresh,
    augment=[training.flip],
    shown=test_small[::39],
)
result = training.fit(recipe, images, seconds=platforms.time_budget(75), seed=1)

# %%
ON_PIXELS = Path("08_srresnet.safetensors")
FILE = Path("08_super_resolution.safetensors")


def save(network, path):
    """The network's weights as a file."""
    save_file({name: value.cpu().contiguous() for name, value in network.state_dict().items()}, path)
    print(f"{path} holds {path.stat().st_size / 1e6:.1f} MB")


# %% tags=["train"]
save(result.generator, ON_PIXELS)

# %%
if ON_PIXELS.exists():
    srresnet = Sharper(**SMALL).eval()
    srresnet.load_state_dict(load_file(ON_PIXELS))
else:
    srresnet = pretrained_srresnet()  # the course's, which was trained for longer


def all_of(network, x):
    """What a network makes of many small images."""
    with torch.no_grad():
        return torch.cat([network(part) for part in x.split(63)])


by_srresnet = all_of(srresnet, test_small)
rows = ["bicubic", "SRResNet", "sharp"]
show_images(torch.cat([bicubic[some], by_srresnet[some], test[some]]), columns=8, size=0.9, rows=rows)
print(f"bicubic {metrics.psnr(bicubic, test):.2f} dB, SRResNet {metrics.psnr(by_srresnet, test):.2f} dB")

# %% [markdown]
# (`metrics.psnr` takes the PSNR of each image, and the mean of these. Yours takes one mean over all pixels, in which
# the images that are hard weigh more, and so it gave bicubic less above. Compare only numbers of the same kind.)
#
# ## What PSNR does not see
#
# Much nearer than bicubic, and edges are clean where the network was sure. Look where it was not: fine lines, textures,
# small eyes. There it is soft. Say a thin line is here, or just as likely one pixel further. A sharp line is right half
# of the time. The other half it is wrong in two pixels: where it is, and where it should be. A pale line over both
# pixels is always wrong by half in each. In squares, as PSNR counts, the pale line costs only half as much on average;
# in L1 both cost the same, and nothing asks for a sharp one. So a network that is judged pixel by pixel learns to blur.
#
# People mind blur more than a shift by a pixel, and so do networks that have learned to see:

# %%
kernel = torch.ones(3, 1, 5, 5) / 25
blurred = F.conv2d(F.pad(test, [2] * 4, value=1.0), kernel, groups=3)
moved = test.roll(1, 3)
for name, changed in (("blurred", blurred), ("moved by a pixel", moved)):
    near, alike = metrics.psnr(changed[::6], test[::6]), metrics.perceptual_distance(changed[::6], test[::6])
    print(f"{name:17} PSNR {near:.1f} dB   perceptual distance {alike:.2f}")

# %% [markdown]
# The **perceptual distance** compares what a network for recognition sees in two images. Here it is EfficientNet-Lite0
# of lesson 01, which has learned a thousand things from a million photographs. What one of its layers gives is called
# **features**: edges in the first layers, textures and parts in later ones.
#
# So let the features have a say in the training. The paper takes those of another network, VGG-19.
#
# ### Question 5
#
# Write `perceptual_loss`: the mean squared difference of what `features` gives for the two images. `features` is a
# network in eval mode whose weights are fixed. Leave it like that.


# %% answer="q5"
def perceptual_loss(features, fake, sharp):
    """A fixed network, and two batches of images (N, 3, H, W) → one number."""
    ### BEGIN SOLUTION
    return (features(fake) - features(sharp)).square().mean()
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# ## And a judge
#
# Features forgive a shift, but they still compare with one truth. What of all the sharp images that *could* be there? A
# discriminator asks just that: could this be a sharp image? It sees sharp images and enlarged ones, and is never told
# which belong together. Nor does it see the small image, unlike in lesson 05: pixels and features already tie G to it.
# With it an SRResNet becomes an **SRGAN**.
#
# D would have an easy game against a beginner. So SRGAN starts from the trained SRResNet, and D's word weighs little.
#
# ### Question 6
#
# Write G's loss, three terms: `F.l1_loss` of the pixels, without a weight; then `feature_weight` times
# `losses.perceptual_loss`, the course's own, which takes what yours takes; and `adversarial_weight` times
# `losses.hinge_generator_loss` of D's logits for `fake`.


# %% answer="q6"
def generator_loss(D, features, fake, sharp, feature_weight, adversarial_weight):
    """D, a fixed network, G's images and the sharp ones (N, 3, H, W), and two weights → G's loss, one number."""
    ### BEGIN SOLUTION
    near = F.l1_loss(fake, sharp)
    alike = losses.perceptual_loss(features, fake, sharp)
    convincing = losses.hinge_generator_loss(D(fake))
    return near + feature_weight * alike + adversarial_weight * convincing
    ### END SOLUTION


# %% check="q6"
q6.check()

# %%
g_loss = q6.get()


class Recipe(training.SuperResolution):
    """SRGAN with the loss of this notebook. Here x are the sharp images, and y is not needed."""

    def step(self, x, y, move, count):
        D, fake = self.discriminator, self.generator(data.shrink(x))
        move("discriminator", losses.hinge_discriminator_loss(D(x), D(fake.detach())))
        with training.frozen(D):
            move("generator", g_loss(D, self.features, fake, x, self.feature_weight, self.adversarial_weight))


# %% [markdown]
# The preview now starts where the first training ended. What changes is subtle at first: look at the edges.

# %% tags=["train"]
torch.manual_seed(1)
recipe = Recipe(
    generator=copy.deepcopy(srresnet).requires_grad_(True),
    discriminator=PatchGAN(channels=3, patch=34, width=16, spectral_norm=True),
    features=RecognitionFeatures(stages=2),
    augment=[training.flip],
    shown=test_small[::39],
)
result = training.fit(recipe, images, seconds=platforms.time_budget(75), seed=1)
save(result.generator, FILE)

# %% [markdown]
# ## Bring it back
#
# ### Question 7
#
# Bring your network back from its file: make a new one with `Sharper(**SMALL)`, and give it the weights.
# `network.load_state_dict(…)` takes what `load_file(FILE)` reads.
#
# The check lets it enlarge 63 held-out emoji. They must come nearer to the truth than bicubic, by 1 dB or more, and
# with stronger edges. If yours does not get there, double the 75 seconds of the first training, and run that cell and
# all below it once more.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q7"
if FILE.exists():
    ### BEGIN SOLUTION: network = ...
    network = Sharper(**SMALL)
    network.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    network = ...
    print(f"There is no {FILE} here yet: run the training cells, then this one again.")


# %% check="q7"
q7.check()

# %% [markdown]
# No time to train? Choose `"the course's"`: networks that have trained for longer. (`q7.get()` is yours if it has
# passed, and the course's otherwise.)

# %%
WHOSE = "mine"  # or "the course's"

G = (q7.get() if WHOSE == "mine" else pretrained()).cpu().eval()
before_D = srresnet if G is network else pretrained_srresnet()  # from the same hands
by_srresnet, by_srgan = all_of(before_D, test_small), all_of(G, test_small)

# %% [markdown]
# ## Near, or alike?
#
# Four methods, on every sixth held-out emoji. `sharpness` is the strength of the edges, true or false (the steps of
# `nearest` count too): the truth's is 1.

# %%
methods = {"nearest": nearest, "bicubic": bicubic, "SRResNet": by_srresnet, "SRGAN": by_srgan}
found = {name: metrics.judged_enlargements(made[::6], test[::6]) for name, made in methods.items()}
print("            PSNR   SSIM   perceptual distance   sharpness")
for name, row in found.items():
    print(f"{name:9} {row['psnr']:6.2f}  {row['ssim']:.3f}          {row['perceptual_distance']:.3f}", end="")
    print(f"              {row['sharpness']:.2f}")

# %% [markdown]
# **SSIM** looks at the structure around each pixel; 1 is best.
#
# Compare the last two rows. The second training asked for looks: the perceptual distance falls, and PSNR gains little
# or nothing. Yochai Blau and Tomer Michaeli proved in 2018 that where the truth cannot be known, no method can be both
# nearest and most real: near the limit, to look more real means to be less near. (Their *real* asks whether all the
# images together are like sharp ones. Our perceptual distance still compares with one truth, and shows that trade only
# in part.) The paper's SRGAN paid 2.65 dB for its looks on the five images of Set5. Yours has trained for a minute,
# with features and D counting little in its loss, and may not have reached the limit yet.
#
# Here are mixtures of the two, image by image; bicubic would be far up on the left. Does the line run down to the left,
# as a trade does, or straight down, or does SRGAN win both?

# %%
mixed = []
for share in (0, 0.25, 0.5, 0.75, 1):
    made = torch.lerp(by_srresnet, by_srgan, share)[::6]
    mixed.append((metrics.psnr(made, test[::6]), metrics.perceptual_distance(made, test[::6])))
ends = {name: (found[name]["psnr"], found[name]["perceptual_distance"]) for name in ("SRResNet", "SRGAN")}
show_trade_off(ends, mixed)

# %% [markdown]
# A word of care: this distance and the training's features come from the same network, though from different layers. A
# generator learns what its judges like. So look at the images too. Here is the best of each group of emoji and the
# worst, by a rule: SRGAN's PSNR minus that of bicubic.

# %% tags=["picture"]
sorted_into = data.emoji("openmoji", "test")
labels = sorted_into.labels.repeat(3)  # three artists, the same emoji in the same order
names = [f"{name}, {artist}" for artist in ("OpenMoji", "Twemoji", "Noto") for name in sorted_into.names]


def each_psnr(made):
    return 10 * torch.log10(4 / (made - test).square().mean(dim=(1, 2, 3)))


gain = each_psnr(by_srgan) - each_psnr(bicubic)
groups = [(labels == label).nonzero().flatten() for label in labels.unique()]
best = torch.stack([group[gain[group].argmax()] for group in groups])
rows = ["nearest", "bicubic", "SRResNet", "SRGAN", "sharp"]
show_images(torch.cat([made[best] for made in (*methods.values(), test)]), columns=len(best), size=0.95, rows=rows)
print(*(f"{names[i]}: {gain[i]:+.1f} dB" for i in best), sep="\n")

# %%
worst = torch.stack([group[gain[group].argmin()] for group in groups])
show_images(torch.cat([made[worst] for made in (*methods.values(), test)]), columns=len(worst), size=0.95, rows=rows)
print(*(f"{names[i]}: {gain[i]:+.1f} dB" for i in worst), sep="\n")

# %% [markdown]
# What do the worst have in common? Look for details smaller than a small pixel, such as letters or stripes: of those
# nothing is left to go by.
#
# ## A photograph
#
# A stack of convolutions takes any size, so a network that learned from patches can enlarge a whole photograph. The cat
# is one that it has never seen. Here it is shrunk first, so that you can compare.


# %%
def multiple_of_four(picture, longest=256):
    """A picture (3, H, W) in bytes → floats (1, 3, H, W), its sides at most `longest`, and multiples of 4."""
    x = data.to_float(picture)[None]
    scale = min(1.0, longest / max(x.shape[2:]))
    sides = [int(side * scale) // 4 * 4 for side in x.shape[2:]]
    return F.interpolate(x, size=sides, mode="bicubic", antialias=True).clamp(-1, 1)


whole = multiple_of_four(data.photo("cat"))
whole_small = data.shrink(whole)
with torch.no_grad():
    ways = [
        data.enlarge(whole_small, how="nearest"),
        data.enlarge(whole_small).clamp(-1, 1),
        before_D(whole_small),
        G(whole_small),
        whole,
    ]
show_images(torch.cat(ways), columns=3, size=2.6, titles=rows)
print(f"bicubic {metrics.psnr(ways[1], whole):.2f} dB, SRResNet {metrics.psnr(ways[2], whole):.2f} dB, ", end="")
print(f"SRGAN {metrics.psnr(ways[3], whole):.2f} dB")

# %% [markdown]
# Photographs gain less than emoji. An emoji is made of plain colours and clean edges, and there are few kinds of those.
# Fur is harder to guess, and seven photographs are few to learn from.
#
# Now look closely at what SRGAN has made of plain places, such as the cloth behind the cat. There may be a fine,
# regular pattern that SRResNet does not have: a checkerboard has come back. ICNR says where the training begins, and
# not where it goes. One likely reason: D and the features look at an image in steps of two pixels, so their gradient
# does not treat neighbouring pixels alike. Among the emoji above you would hardly find it.
#
# Now your own. Put a small picture beside this notebook, and its name into the cell. (One that is wider or higher than
# 96 pixels is first reduced to that.) This time there is no sharp truth to compare with: what the network adds has
# never been there. Without a file, you get a cup of coffee, the other photograph that was held out, much reduced.

# %%
PICTURE = ""  # such as "my_thumbnail.png"

mine = multiple_of_four(data.picture(PICTURE) if PICTURE else data.photo("coffee"), longest=96)
with torch.no_grad():
    larger = G(mine)
show_images([data.enlarge(mine, how="nearest")[0], larger[0]], titles=["as it is", "four times as large"], size=3.4)

# %% [markdown]
# And there and back again: choose an emoji, have it enlarged, and shrink the result. If the network is honest, what
# comes back is the small image that it was given.

# %% tags=["demo"]
translation_explorer(G, data.shrink, test_small[::21], names=("small", "sharp"))

# %% [markdown]
# Other things to try:
#
# - Train SRGAN once more with features and D counting five times as much: give `Recipe` also `feature_weight=1.0` and
#   `adversarial_weight=0.05` (they are 0.2 and 0.01), and as much time as you have patience. What does it pay in PSNR
#   for its looks?
# - Shrink an image, save it as a JPEG file of low quality, and enlarge that. What does the network make of the traces?
# - Give the network its own result as input, for 16 times the size.

# %% [markdown]
# ## In your own words
#
# A camera at a street corner has filmed a face, 16 pixels wide. Somebody offers to enlarge it with an SRGAN and to show
# it in court. What would you tell the judge? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Sharp images are all you need: the small ones you make yourself.
# - A network that draws the residual has only what is missing to draw.
# - A sub-pixel convolution thinks small and enlarges last; started alike, it begins without a checkerboard. A loss can
#   still bring one back.
# - Pixels ask for blur where the truth is unsure. Features and a discriminator ask for what looks right.
# - Near and alike are two measures, and near the limit more of one means less of the other: say which one you measured.
# - What such a network adds is a good guess, and never evidence.
#
# **Where it comes from.** C. Ledig and others, *Photo-Realistic Single Image Super-Resolution Using a Generative
# Adversarial Network*, 2016 ([arXiv 1609.04802](https://arxiv.org/abs/1609.04802)). The pixel shuffle: W. Shi and
# others, 2016 ([arXiv 1609.05158](https://arxiv.org/abs/1609.05158)); ICNR: A. Aitken and others, 2017
# ([arXiv 1707.02937](https://arxiv.org/abs/1707.02937)). Features as a loss: J. Johnson and others, 2016
# ([arXiv 1603.08155](https://arxiv.org/abs/1603.08155)). The trade-off: Y. Blau and T. Michaeli, 2018
# ([arXiv 1711.06077](https://arxiv.org/abs/1711.06077)). The emoji: OpenMoji, CC BY-SA 4.0; Twemoji, CC BY 4.0; Noto
# Emoji, Apache-2.0.
#
# **Next.** So far a picture was the order. In lesson 09 it is a sentence.
