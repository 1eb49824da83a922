# %% [markdown]
# # 06 · CycleGAN
#
# In lesson 05 somebody had drawn everything twice: the outlines, and the same in colour. Mostly nobody has. There are
# photographs and there are paintings, but no painter painted your photographs.
#
# In this lesson two artists have drawn emoji, each in a style of their own, and nobody tells the networks which drawing
# belongs to which. Still they learn to redraw one artist's emoji in the other's style, and back. It takes about an
# hour.
#
# Before this one: lesson 05, with the U-Net, the PatchGAN and the L1 loss.

# %%
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from learntools import data, losses, platforms, training
from learntools.lessons.cyclegan import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.lessons.cyclegan.flat import flat_players, large_ring, small_ring
from learntools.lessons.cyclegan.trained import new_generators, pretrained
from learntools.models.cyclegan import TwoWay, covered, matching_zoom, zoomed
from learntools.models.horse2zebra import FILE as ZEBRA_FILE
from learntools.models.horse2zebra import find_weights, load_horse2zebra, read_photo
from learntools.models.pix2pix import PatchGAN
from learntools.viz import show_images
from learntools.viz.cyclegan import show_buffer, show_flat, show_two_games, show_two_loops
from learntools.viz.explorers import translation_explorer
from learntools.viz.teaser import show_teaser

# %% [markdown]
# This is what you will make: above what one artist drew, in the middle what a network makes of it, and below what the
# other artist drew.

# %%
show_teaser("cyclegan")

# %% [markdown]
# ## Two artists
#
# Here are the same eight emoji, first by artist **a** (Twemoji) and then by artist **b** (OpenMoji). Both are free
# sets that you may know from web sites and messengers.

# %%
pairs = data.emoji_styles("test", size=32)
some = list(range(3, 252, 32))
show_images(torch.cat([pairs.a[some], pairs.b[some]]), columns=8, size=0.85, rows=["a", "b"])

# %% [markdown]
# What makes the style? Artist b draws a black outline around everything, and fills it with few, plain colours. Artist a
# uses no outlines, and softer shades. And artist a fills the whole square, where artist b leaves a margin.
#
# These pairs are only for judging, at the end. To train, we take other emoji and forget what belongs together:
# **unpaired** data, two heaps of images, each in a style of its own. A style is also called a **domain**.

# %%
artists = data.unpaired(data.emoji_styles("train", size=32))
print(artists)
floats_a, floats_b = artists.floats()
print(f"values from {float(floats_a.min()):.0f} to {float(floats_a.max()):.0f}")

# %% [markdown]
# ### Question 1
#
# A training step needs a batch of each artist. Write `unpaired_batch`, which draws `size` images from `a` and `size`
# images from `b`, each one at random from its whole set. The sets need not be equally large.


# %% answer="q1"
def unpaired_batch(a, b, size):
    """Two sets of images (N, 3, H, W) and (M, 3, H, W) → two batches (size, 3, H, W), first of a, then of b."""
    ### BEGIN SOLUTION
    i = torch.randint(len(a), (size,))
    j = torch.randint(len(b), (size,))
    return a[i], b[j]
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
torch.manual_seed(1)
batch_a, batch_b = q1.get()(floats_a, floats_b, 8)
show_images(torch.cat([batch_a, batch_b]), columns=8, size=0.85, rows=["a", "b"])

# %% [markdown]
# Nothing above belongs to what is below it. That is all that the networks will ever see.
#
# One trap is worth a look. The images run from -1 to 1, because the generators end in tanh, which gives just that.
# There are CycleGANs on the internet that were fed with images from 0 to 1. Read as if it were from -1 to 1, such an
# image looks like this:

# %%
show_images(torch.cat([batch_a[:4], batch_a[:4] / 2 + 0.5]), columns=8, size=0.85, title="-1 to 1, and 0 to 1")

# %% [markdown]
# All blacks are grey. A generator can still make any grey, but its real examples never show a dark one, and half of
# the range of its tanh is wasted. No error is raised: only the results are pale.
#
# ## Two games
#
# To get from a to b we need a **generator G**, which takes an image and gives back an image. What should it learn
# from, without a partner to compare with? From a discriminator that knows how artist b draws: **D_b**. It is lesson
# 03's game again, with an image where the noise was.
#
# In the other direction there is a second game. The paper calls the second generator **F**, and its judge is **D_a**.

# %%
show_two_games()

# %% [markdown]
# PyTorch's functions are often imported as `F` too. Not here: **in this lesson F is a network**. The L1 loss is
# `nn.functional.l1_loss(x, y)`, or `(x - y).abs().mean()`.
#
# ## A generator for images
#
# The paper's generators are stacks of **residual blocks**. Such a block computes a change and *adds* it to what it was
# given: the input `x` goes out as `x + change(x)`. A translation leaves most of an image as it is, and that part comes
# through the sum by itself: the block need not paint it anew.
#
# Two details: the norm is an **instance norm**, which brings every channel of every single image to mean 0 and
# spread 1. And the padding is a mirror (`padding_mode="reflect"`): a frame of zeros would be a frame in the picture.
#
# ### Question 2
#
# Finish the block. Its `change` has two convolutions, each followed by a norm, and a ReLU only between the two halves.


# %% answer="q2"
class ResidualBlock(nn.Module):
    """Features (N, channels, H, W) → the same shape: the input and a change."""

    def __init__(self, channels):
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=3, padding=1, padding_mode="reflect"),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            ### BEGIN SOLUTION: ...,
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            nn.InstanceNorm2d(channels),
            ### END SOLUTION
        )

    def forward(self, x):
        ### BEGIN SOLUTION
        return x + self.change(x)
        ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# Before the blocks, two convolutions halve the image twice; after them it has to grow again. Lesson 02 grew images with
# transposed convolutions. Where their stamps overlap unevenly they leave a **checkerboard**.
#
# The other way is to **resize** the image first, each pixel becoming four, and then to convolve as usual. Here is an
# even grey area, grown both ways by layers with random weights:

# %%
torch.manual_seed(2)
even = torch.full((1, 1, 8, 8), 0.5)
transposed = nn.ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1)
resize = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"))
grown = torch.cat([transposed(even), resize(even)]).detach()
grown = grown - grown.mean(dim=(2, 3), keepdim=True)
show_images(grown, titles=["transposed", "resize, convolve"], size=1.6)

# %% [markdown]
# The transposed layer can learn weights that hide its pattern. The other one has none to hide, and so our generators
# resize.
#
# ## There and back again
#
# Two games alone are not enough. G could turn every face into the same perfect boot by artist b: D_b would be content,
# for it never learns what went in.
#
# What ties an image to its input, without pairs? The second generator. Whoever translates a sentence into another
# language and back should end up near the sentence. So a round trip should end where it began: **cycle consistency**.

# %%
show_two_loops()

# %% [markdown]
# A boot that was a face can hardly be turned back into that face. To be found again, the image must stay in there.
#
# ### Question 3
#
# Write the **cycle loss**. For each of the two round trips take the mean absolute difference (L1) between its end and
# its beginning, and add the two numbers up.


# %% answer="q3"
def cycle_loss(G, F, a, b):
    """G: a → b, F: b → a, and a batch of each → one number, 0 if both round trips end where they began."""
    ### BEGIN SOLUTION
    back_in_a = nn.functional.l1_loss(F(G(a)), a)
    back_in_b = nn.functional.l1_loss(G(F(b)), b)
    return back_in_a + back_in_b
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# Two generators that do nothing have a perfect cycle loss, and fail the judges. Two that fool the judges with anything
# have a bad cycle loss. A translation gets on well with both. It is not the only thing that does, as you will see.
#
# Here are three pairs of "generators" that need no training. The last pair turns colours into their negatives, and
# back:

# %%
loss = q3.get()
with torch.no_grad():
    print(f"do nothing      {loss(lambda x: x, lambda x: x, batch_a, batch_b):.2f}")
    print(f"all white       {loss(torch.ones_like, torch.ones_like, batch_a, batch_b):.2f}")
    print(f"negative        {loss(lambda x: -x, lambda x: -x, batch_a, batch_b):.2f}")

# %% [markdown]
# The negatives show a weakness: a round trip is perfect as soon as F undoes what G did, whatever that was. G might
# swap blue and yellow, and F swap them back.
#
# Against this there is a third term. If G is shown an image that is in style b already, it should leave it alone, and
# so should F with an image of style a. That is the **identity loss**, and it keeps the colours.
#
# ### Question 4
#
# Write it: for each generator the mean absolute difference between an image that is in its own target style and what
# it makes of it, and the sum of the two.


# %% answer="q4"
def identity_loss(G, F, a, b):
    """G: a → b, F: b → a, and a batch of each → one number, 0 if each leaves its own style alone."""
    ### BEGIN SOLUTION
    return nn.functional.l1_loss(G(b), b) + nn.functional.l1_loss(F(a), a)
    ### END SOLUTION


# %% check="q4"
q4.check()

# %%
loss = q4.get()
with torch.no_grad():
    print(f"do nothing      {loss(lambda x: x, lambda x: x, batch_a, batch_b):.2f}")
    print(f"negative        {loss(lambda x: -x, lambda x: -x, batch_a, batch_b):.2f}")

# %% [markdown]
# ## The generators' step
#
# For the games themselves CycleGAN takes a loss that is new here, **least squares**. D's score of a real image should
# be 1, that of a fake 0, and the loss is the squared distance from there, halved. G wants its fakes to score 1.
#
# Its gradient does not fade while D is sure of itself: the further a score is off, the harder it pulls.

# %%
for score in (0.0, 0.5, 1.0):
    loss = losses.least_squares_generator_loss(torch.tensor([score]))
    print(f"a fake that scores {score}: G's loss is {loss:.3f}")

# %% [markdown]
# The whole loss of the generators has four parts:
#
# - G's fakes should convince D_b, and F's fakes D_a;
# - the cycle loss, times `cycle_weight`;
# - the identity loss, times `identity_weight`.
#
# One optimiser holds the weights of both generators, so one `backward` and one `step` move them together. The
# discriminators hold still.

# %%
cycle, identity = q3.get(), q4.get()  # yours, once they pass

# %% [markdown]
# ### Question 5
#
# Write the generators' step, with `cycle`, `identity` and `losses.least_squares_generator_loss`.


# %% answer="q5"
def generators_step(G, F, D_a, D_b, a, b, optimizer, cycle_weight=10.0, identity_weight=5.0):
    """One move of both generators; `optimizer` holds the weights of both. Returns their loss."""
    ### BEGIN SOLUTION
    loss = losses.least_squares_generator_loss(D_b(G(a))) + losses.least_squares_generator_loss(D_a(F(b)))
    loss = loss + cycle_weight * cycle(G, F, a, b) + identity_weight * identity(G, F, a, b)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# ## A memory for the judges
#
# A discriminator that only ever sees the latest fakes forgets the earlier ones. The generators can then go round in
# circles, back to a trick that it once knew.
#
# So each judge gets a memory: an **image buffer** with 50 earlier fakes. Once it is full, a coin is tossed for each
# fresh fake. Heads: D gets the fresh one. Tails: D gets an older one, from a place in the buffer drawn at random, and
# the fresh one takes that place.

# %%
show_buffer()

# %% [markdown]
# ### Question 6
#
# Finish the buffer. What happens with an image when the buffer is full? Append to `given` what D is to see.
# `torch.rand(())` is a random number between 0 and 1, and `int(torch.randint(n, ()))` a random place below n.


# %% answer="q6"
class ImageBuffer:
    """Called with fakes (N, C, H, W), it gives back as many, some of them older."""

    def __init__(self, size=50):
        self.size = size
        self.images = []

    def __call__(self, fakes):
        given = []
        for fake in fakes.detach():
            if len(self.images) < self.size:
                self.images.append(fake)
                given.append(fake)
            ### BEGIN SOLUTION: else: given.append(...)
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                given.append(self.images[place])
                self.images[place] = fake
            else:
                given.append(fake)
            ### END SOLUTION
        return torch.stack(given)


# %% check="q6"
q6.check()

# %% [markdown]
# ## The discriminators' step
#
# It is lesson 04's step, twice: D_a tells artist a's images from F's fakes, D_b tells artist b's from G's. The fakes of
# each domain go through their buffer, which also cuts them off from the generators.
#
# ### Question 7
#
# Write it, with `losses.least_squares_discriminator_loss(real_scores, fake_scores)` for each of the two games, added
# up.


# %% answer="q7"
def discriminators_step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, optimizer):
    """One move of both discriminators; `buffer_a` keeps fakes of style a. Returns their loss."""
    ### BEGIN SOLUTION
    fake_b, fake_a = buffer_b(G(a)), buffer_a(F(b))
    loss_a = losses.least_squares_discriminator_loss(D_a(a), D_a(fake_a))
    loss_b = losses.least_squares_discriminator_loss(D_b(b), D_b(fake_b))
    loss = loss_a + loss_b
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# ## What the cycle is good for
#
# You have a whole CycleGAN now. Try it on something that takes seconds: points in the plane. Domain a is a small ring,
# domain b a large one. Your steps train it twice, once as it should be, and once with a cycle weight of 0.

# %% tags=["demo"]
move_generators, move_judges, Buffer = q5.get(), q7.get(), q6.get()


def train_flat(cycle_weight, steps=400):
    torch.manual_seed(0)
    G, F, D_a, D_b = flat_players()
    generators = torch.optim.Adam([*G.parameters(), *F.parameters()], lr=1e-3, betas=(0.5, 0.99))
    judges = torch.optim.Adam([*D_a.parameters(), *D_b.parameters()], lr=2e-3, betas=(0.5, 0.99))
    buffer_a, buffer_b = Buffer(), Buffer()
    for _ in range(steps):
        a, b = small_ring(32), large_ring(32)
        move_generators(G, F, D_a, D_b, a, b, generators, cycle_weight, 0.0)
        move_judges(G, F, D_a, D_b, a, b, buffer_a, buffer_b, judges)
    return G, F


# %% tags=["demo"]
a = small_ring(300)
angle = torch.atan2(a[:, 1] + 0.5, a[:, 0] + 0.7)
for name, weight in (("with the cycle loss", 10.0), ("without", 0.0)):
    G, F = train_flat(weight)
    with torch.no_grad():
        there, back = G(a), F(G(a))
    print(f"{name}: a round trip ends {float((back - a).norm(dim=1).mean()):.2f} away from its beginning")
    show_flat({"a": (a, angle), "real b": (large_ring(300), None), "G(a)": (there, angle), "F(G(a))": (back, angle)})

# %% [markdown]
# Colours say where on the small ring a point began. In both runs G's points lie on the large ring, or near it: its
# judge is content. But only with the cycle loss does F bring each point back to where it was.
#
# The cycle does not say *which* arrangement is right. G could turn the ring by any angle, or flip it, and the round
# trip would be just as good. **Unpaired data do not say what belongs together; the cycle only keeps what went in from
# getting lost.**
#
# ## Larger and smaller
#
# In the plane G could move the ring and enlarge it. With images a CycleGAN learns to repaint, but hardly ever to change
# shapes. The paper says so, and suspects its generators, which were made for repainting. The round trip may be another
# reason: if G shrinks its drawings a little, and F does not enlarge them yet, no image comes back to where it was.
#
# Our artists differ in just that: b draws smaller. By how much? Without pairs, only the two sets as wholes can be
# compared: how much of the square their drawings cover, and their **average pictures**, in which every pixel is the
# mean of that pixel over all images of a set.

# %%
zoom = matching_zoom(floats_a, floats_b)
print(f"on average a covers {covered(floats_a).mean():.0%} of its square, and b {covered(floats_b).mean():.0%}")
mean_a, mean_b = floats_a.mean(dim=0, keepdim=True), floats_b.mean(dim=0, keepdim=True)
averages = torch.cat([mean_a, zoomed(mean_a, zoom), mean_b])
show_images(averages, titles=["average a", f"drawn at {zoom:.0%}", "average b"], size=1.6)

# %% [markdown]
# What is drawn twice as large covers four times as much. So `matching_zoom` takes the square root of 33 / 64, which is
# 0.72. (The yellow in the middle of b comes from the many faces.) By this factor G draws everything smaller before it
# paints. F draws everything larger, by its inverse; what then passes the edge is cut off.
#
# ## Train
#
# Now the emoji. The paper's G and F are long rows of residual blocks, for 256×256 pixels, and take days to train. Ours
# are U-Nets, as in lesson 05: at 32×32 they learn much faster, because their skips hand the drawing on.
#
# The residual block's idea is in them all the same: one more skip goes around the whole network. The image is added
# just before the tanh, and first goes through `atanh`, which the tanh undoes. So an untrained network nearly copies,
# and only has to learn the change.
#
# `new_generators(zoom)` makes both and puts them into one `TwoWay`: it is called with a batch of each artist and gives
# back two translations. The judges are PatchGANs that look at 16×16 pixels at a time. They are a `TwoWay` too, D_b
# first, for it judges what G makes.
#
# `training.CycleGAN` plays the two games that you have written, with the buffer and both extra losses. One thing
# differs from your question 4: its identity loss leaves out the zoom. What artist b drew has b's size already, so G may
# only paint on it; and so for F and artist a.
#
# Batches are flipped at random, and moved by up to two pixels. Else G learns where the edge of a zoomed square lies,
# and blackens that place in every drawing. The training takes three minutes.

# %% tags=["train"]
torch.manual_seed(1)
D_b = PatchGAN(channels=3, patch=16, width=32, spectral_norm=True)
D_a = PatchGAN(channels=3, patch=16, width=32, spectral_norm=True)
recipe = training.CycleGAN(
    generators=new_generators(zoom),
    discriminators=TwoWay(D_b, D_a),
    cycle_weight=6,
    identity_weight=3,
    batch_size=8,
    augment=[training.flip, training.Shift(2, edge=1.0)],
    shown=pairs.floats(slice(0, 240, 6))[0],
)
result = training.fit(recipe, artists, seconds=platforms.time_budget(180), seed=1)

# %% [markdown]
# The preview shows what G makes of held-out emoji of artist a. At first they are only smaller. Then the outlines come,
# and the plain colours. As in the lessons before, what is kept is an average of the weights.

# %%
FILE = Path("06_cyclegan.safetensors")

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in result.networks["generators"].state_dict().items()}
save_file(weights, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ### Question 8
#
# Bring your generators back: make new ones with `new_generators()`, and give them the weights that `load_file(FILE)`
# reads. The zoom is among the weights.
#
# The check lets them redraw 84 emoji that they have never seen, there and back. A round trip must end near its
# beginning. What G makes must have black outlines, b's margin and about b's colours, and must be nearer to b than a is;
# F must take the outlines away again. If yours do not get there, train for longer, save again, and run the cell below
# again.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q8"
if FILE.exists():
    ### BEGIN SOLUTION: generators = ...
    generators = new_generators()
    generators.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    generators = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q8"
q8.check()

# %% [markdown]
# No time to train? `q8.get()` gives you the course's own generators until yours have passed. To compare, you can also
# choose them yourself: set `MINE` to False.

# %%
MINE = True
both = (q8.get() if MINE else pretrained()).cpu().eval()
G, F = both.a_to_b, both.b_to_a

# %% [markdown]
# ## Look at it
#
# From a to b: above what artist a drew, in the middle what G makes of it, below what artist b really drew.

# %% tags=["picture", "demo"]
a, b = pairs.floats()
with torch.no_grad():
    fake_b, fake_a = G(a), F(b)
    cycled_a, cycled_b = F(fake_b), G(fake_a)
show_images(torch.cat([a[some], fake_b[some], b[some]]), columns=8, size=0.85, rows=["a", "G(a)", "b"])

# %% [markdown]
# And from b to a: artist b, F's translation, artist a.

# %% tags=["demo"]
show_images(torch.cat([b[some], fake_a[some], a[some]]), columns=8, size=0.85, rows=["b", "F(b)", "a"])

# %% [markdown]
# Now the pairs are good for something: these emoji are not in the training set, and we know what the other artist
# drew. How far away are the translations, and how far the untranslated images?


# %% tags=["demo"]
def l1(x, y):
    return float((x - y).abs().mean())


print(f"G(a) to b  {l1(fake_b, b):.3f}   a to b    {l1(a, b):.3f}")
print(f"F(b) to a  {l1(fake_a, a):.3f}   b to a    {l1(b, a):.3f}")
print(f"for comparison: a, only zoomed, to b  {l1(zoomed(a, zoom), b):.3f}   plain white to b  {l1(1, b):.3f}")
print(f"F(G(a)) to a  {l1(cycled_a, a):.3f}   G(F(b)) to b  {l1(cycled_b, b):.3f}")
black = {name: (x.amax(dim=1) < -0.4).float().mean() for name, x in {"a": a, "G(a)": fake_b, "b": b}.items()}
print("nearly black pixels: " + ", ".join(f"{name} {share:.1%}" for name, share in black.items()))

# %% [markdown]
# Do not expect the first number to fall to 0. The artists did not trace each other: where one draws a face from the
# left, the other may draw it from the right, and no translator can know.
#
# Look at the line "for comparison", too. Even plain white is nearer to b than a is, and an a that is only zoomed is
# nearer still. If G(a) is further away than that, its paint has cost something: an outline one pixel beside the
# artist's counts twice, where it is and where it should be. But nobody would take plain white, or a small a, for
# artist b. So look at the pictures as well.
#
# ## Successes and failures
#
# A gallery that somebody has picked by hand proves little. So let a rule pick: for each emoji, the distance of its
# translation to artist b's drawing, divided by the distance of the one that is only zoomed. First the eight lowest.

# %% tags=["demo"]
ratio = (fake_b - b).abs().mean(dim=(1, 2, 3)) / (zoomed(a, zoom) - b).abs().mean(dim=(1, 2, 3))
order = ratio.argsort()
for title, chosen in (("nearest, by the rule", order[:8]), ("furthest, by the rule", order[-8:])):
    titles = [f"{value:.2f}" for value in ratio[chosen].tolist()]
    three = torch.cat([a[chosen], fake_b[chosen], b[chosen]])
    show_images(three, titles=titles, columns=8, size=0.85, title=title, rows=["a", "G(a)", "b"])
print(f"translations nearer than a zoom alone: {float((ratio < 1).float().mean()):.0%} of {len(ratio)}")

# %% [markdown]
# Look at the second picture. What has gone wrong there: colours, outlines, small things that were lost? And where has
# the artist simply drawn something else?
#
# Here is the round trip: artist a, G's translation, and what F makes of that.

# %% tags=["demo"]
show_images(torch.cat([a[some], fake_b[some], cycled_a[some]]), columns=8, size=0.85, rows=["a", "G(a)", "F(G(a))"])

# %% [markdown]
# Send others round, and round again: what is lost on the second trip, and on the third?

# %% tags=["demo"]
translation_explorer(G, F, a, names=("Twemoji", "OpenMoji"))

# %% [markdown]
# ## Play
#
# Choose emoji by a word in their name, and see them redrawn.

# %% tags=["demo"]
word = "cat"

found = [i for i, name in enumerate(pairs.names) if word in name.split()][:8]
print(", ".join(pairs.names[i] for i in found) or f"There is no {word!r} here: try face, cat, woman or arrow.")
if found:
    show_images(torch.cat([a[found], fake_b[found]]), columns=len(found), size=0.85, rows=["a", "G(a)"])

# %% [markdown]
# Other things to try:
#
# - Train with `identity_weight=0`. What becomes of the colours?
# - Translate twice. `G(G(a))` zooms twice; `G.paint` is G without its zoom, so `G.paint(G(a))` zooms once. What does G
#   paint on an image that is in its style already, and what has the identity loss to do with it?
# - Train with `new_generators()`, without the zoom. Does G learn the margin by itself?
# - Photograph a drawing of your own, read it with `read_photo("drawing.jpg", 32)[None]`, and let G redraw it.
#
# ## Horses
#
# The picture that made CycleGAN famous is a horse that became a zebra. That training takes days. A generator that was
# trained on horses, and then made very small, has been published by others; the course may not bring it along. Put
# its file and a photograph called `horse.jpg` beside this notebook, and the cell below runs it.

# %% tags=["demo"]
weights, photo = find_weights(), Path("horse.jpg")
if weights is None or not photo.exists():
    print(f"No horse today: this cell needs {ZEBRA_FILE} (horse2zebra, compressed) from the GAN Compression project,")
    print("github.com/mit-han-lab/gan-compression, and a photograph horse.jpg, both beside this notebook.")
else:
    horse = read_photo(photo)
    show_images([horse, load_horse2zebra(weights)(horse[None])[0]], titles=["before", "after"], size=3)

# %% [markdown]
# ## In your own words
#
# The cycle came back nearly perfect, and yet the translation in the middle was wrong. How can that be? Give an
# example, from this lesson or made up. Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Unpaired data are two sets, each in a style of its own; batches are drawn from each by itself.
# - Two games, one for each direction: the judges ask for the style.
# - The cycle loss asks for the way back, and so ties a translation to its input. The identity loss keeps what is right
#   already.
# - A buffer of older fakes keeps the judges from forgetting.
# - What two sets differ in as wholes, such as size, can be measured without pairs, and built in.
# - A round trip can be perfect and the translation wrong: only held-out pairs, and your eyes, can tell.
#
# **Where it comes from.** J.-Y. Zhu, T. Park, P. Isola and A. Efros, *Unpaired Image-to-Image Translation using
# Cycle-Consistent Adversarial Networks*, 2017 ([arXiv 1703.10593](https://arxiv.org/abs/1703.10593)). Least squares:
# X. Mao and others, *Least Squares Generative Adversarial Networks*, 2016
# ([arXiv 1611.04076](https://arxiv.org/abs/1611.04076)). The buffer: A. Shrivastava and others, 2016
# ([arXiv 1612.07828](https://arxiv.org/abs/1612.07828)). The small generator for horses: M. Li and others, *GAN
# Compression*, 2020 ([arXiv 2003.08936](https://arxiv.org/abs/2003.08936)).
#
# **Next.** So far, images came out. In lesson 07 an image goes in, and a sentence comes out: captions.
