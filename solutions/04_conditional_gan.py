# %% [markdown]
# # 04 · A conditional GAN
#
# The generator of lesson 03 draws what it likes. In this lesson you teach one to take orders: say *boot*, and it draws
# a boot, another one each time.
#
# Both players have to be told the label. You will write how, find out what happens when one of them does not listen,
# and measure how often the generator obeys. It takes about an hour.
#
# Before this one: lesson 03, where G and D learn by playing against each other.

# %%
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from learntools import data, losses, platforms, training
from learntools.lessons.conditional_gan import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.lessons.conditional_gan.ring import RingDiscriminator, RingGenerator, ring
from learntools.metrics import conditional_accuracy_per_class, load_judge
from learntools.viz import show_images
from learntools.viz.conditional import show_conditional_game, show_projection, show_rings
from learntools.viz.explorers import class_explorer
from learntools.viz.teaser import show_teaser

device = platforms.device()

# %% [markdown]
# This is what you will make: ten kinds of clothes, each on request.

# %%
show_teaser("conditional_gan")

# %% [markdown]
# ## The game, with labels
#
# A GAN that is told what to draw is called **conditional**, and what it is told is the **condition**. Here the
# condition is the **label** `y`, a number from 0 to 9 that says what kind of clothes an image shows.

# %%
show_conditional_game()

# %% [markdown]
# G gets the noise *and* the label: the label says what to draw, the noise says which one of them.
#
# D gets an image *and* a label, and its question has become a double one: is this image real, **and** is it what the
# label says? A perfect picture of a bag is a bad fake if a boot was ordered.

# %%
clothes = data.fashion_mnist("train", device=device)
first_of_each = [int((clothes.labels == label).nonzero()[0]) for label in range(10)]
names = [f"{label}\n{name}" for label, name in enumerate(clothes.classes)]
show_images(clothes.images[first_of_each], titles=names, size=0.85)

# %% [markdown]
# ## A label as numbers
#
# A network multiplies and adds, so what goes into it must be numbers. The label is one already. But as a number, 9
# (an ankle boot) would be nine times 1 (a trouser), and 4 (a coat) would lie in the middle between 3 (a dress) and 5 (a
# sandal). Nothing of that is true.
#
# So each class gets a place of its own in a row of ten numbers: 1 at the label's place, 0 everywhere else. Such a row
# is called **one-hot**. The label 3 becomes
#
# `0 0 0 1 0 0 0 0 0 0`
#
# ### Question 1
#
# Write `one_hot`, which turns a batch of labels into such rows, as floats. `F.one_hot` can do most of the work, or you
# write it without.


# %% answer="q1"
def one_hot(y):
    """Labels (N,), whole numbers from 0 to 9 → floats (N, 10)."""
    ### BEGIN SOLUTION
    return F.one_hot(y, 10).float()
    ### END SOLUTION


# %% check="q1"
q1.check()

# %% [markdown]
# From here on `rows` is your `one_hot`, once it is right, and ours until then. What follows builds on it.

# %%
rows = q1.get()
print(rows(torch.tensor([3, 0])))

# %% [markdown]
# ## The generator
#
# G is the one of lesson 03 with a longer input: the ten numbers of the label are laid beside the 64 of the noise. The
# first layer mixes them all, and everything after it stays as it was.
#
# `torch.cat([a, b], dim=1)` lays two tensors (N, …) side by side.
#
# ### Question 2
#
# Finish the generator: the size of its first layer, and its `forward`. `rows(y)` gives the one-hot rows, (N, 10).


# %% answer="q2"
class ConditionalGenerator(nn.Module):
    """Noise (N, 64) and labels (N,) → images (N, 1, 28, 28) in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            ### BEGIN SOLUTION: nn.Linear(..., 64 * 7 * 7),
            nn.Linear(64 + 10, 64 * 7 * 7),
            ### END SOLUTION
            nn.Unflatten(1, (64, 7, 7)),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z, y):
        ### BEGIN SOLUTION
        return self.net(torch.cat([z, rows(y)], dim=1))
        ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# Even an untrained G reacts to the label, if only a little. Here is one row of noise with all ten labels; look closely:

# %%
torch.manual_seed(0)
untrained = q2.get()()
same_z = torch.randn(1, 64).repeat(10, 1)
show_images(untrained(same_z, torch.arange(10)), titles=range(10), title="Same noise, ten labels", size=0.8)

# %% [markdown]
# ## A row for each class
#
# D, which comes next, needs a longer row of numbers for each label, and one that training can change. A layer that gets
# only a one-hot row provides it. It multiplies the one-hot row with its **table** of weights, which has ten rows of its
# own. Nine of these meet a 0 and vanish. What is left is a single row of the table: the one that belongs to the label.
#
# ### Question 3
#
# Write `embed`, which gives the table's row for each label. Use `rows(y)` and a matrix product, `@`, or take the rows
# out of the table directly: it must come to the same.


# %% answer="q3"
def embed(y, table):
    """Labels (N,) and a table (10, width) → one row of the table for each label, (N, width)."""
    ### BEGIN SOLUTION
    return rows(y) @ table
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# PyTorch calls a layer with such a table an **embedding**: `nn.Embedding(10, width)`. It looks the rows up, without
# multiplying by all those zeros. The rows are weights, they start at random, and training gives them a meaning.

# %%
embedding = nn.Embedding(10, 3)
y = torch.tensor([9, 9, 3])
print(embedding(y).detach())
print(q3.get()(y, embedding.weight).detach())

# %% [markdown]
# ## The discriminator
#
# D could take the one-hot row in the same way, laid beside the image. It does better when it *compares*. First it looks
# at the image, and what it sees are 3,136 numbers, the **features**. Then it asks two questions:
#
# - Does it look real? The **head**, a linear layer, makes one number of the features.
# - Does it fit its label? Each class has an embedding, of 3,136 numbers too. Features and embedding are multiplied
#   number by number, and the products are added up. The sum is called an **inner product**. It is large where both have
#   large numbers of the same sign at the same places.

# %%
show_projection()

# %% [markdown]
# The score is the sum of the two numbers. A D of this kind is called a **projection discriminator**.
#
# `spectral_norm` around a layer scales its weights so that they stretch a difference by a factor of about 1 at most. So
# no layer can blow up a small one. D's scores then change gently, and the game stays calm.
#
# ### Question 4
#
# Finish `forward`. Features and embedding are (N, 3136) both; `(…).sum(dim=1, keepdim=True)` adds up along the numbers
# of an image and leaves an (N, 1).


# %% answer="q4"
class ConditionalDiscriminator(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] and labels (N,) → scores (N, 1)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            spectral_norm(nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1)),
            nn.Flatten(),
            nn.LeakyReLU(0.2),
        )
        self.head = spectral_norm(nn.Linear(64 * 7 * 7, 1))
        self.embedding = spectral_norm(nn.Embedding(10, 64 * 7 * 7))

    def forward(self, x, y):
        features = self.features(x)
        ### BEGIN SOLUTION: return ...
        fits = (self.embedding(y) * features).sum(dim=1, keepdim=True)
        return self.head(features) + fits
        ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# ## What the players want
#
# This lesson's players play for the **hinge loss**. D wants real images to score above 1 and fakes below -1. An image
# that is past its mark costs nothing, so D can turn to the difficult ones. Any other costs its distance from the mark.
# D's loss is the average cost of the real images plus that of the fakes. G simply wants its fakes to score high: its
# loss is their average score with a minus sign.

# %%
for real_score, fake_score in [(0.0, 0.0), (0.5, -0.5), (2.0, -2.0), (-1.0, 1.0)]:
    loss = losses.hinge_discriminator_loss(torch.tensor([real_score]), torch.tensor([fake_score]))
    print(f"real {real_score:4}, fake {fake_score:4}: D's loss {loss:.1f}")

# %% [markdown]
# ## D's step
#
# It is the step of lesson 03, with a label in every call of a player. Which labels?
#
# The real images come with theirs. For the fakes we order what the real images show, the same `y`. Then there are as
# many boots in one batch as in the other, and D cannot tell the batches apart by their labels alone. And D must be told
# for each fake what G was asked for. Under any other label even a perfect boot would be refused, as a bad bag, and D's
# verdict would no longer say whether G obeyed.
#
# ### Question 5
#
# Write D's step, with `losses.hinge_discriminator_loss`. As before, G holds still, so the fakes are cut off with
# `.detach()`. Old gradients in D are cleared before new ones are computed.


# %% answer="q5"
def discriminator_step(G, D, real, y, z, optimizer):
    """One move of D. real (N, 1, 28, 28), y (N,), z (N, 64); `optimizer` holds D's weights. Returns its loss."""
    ### BEGIN SOLUTION
    fake = G(z, y).detach()
    loss = losses.hinge_discriminator_loss(D(real, y), D(fake, y))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# G's step changes in the same way. G gets the labels `y`, and D sees the fakes under these same labels:


# %%
def generator_step(G, D, y, z, optimizer):
    """One move of G: its fakes should look real, and like what was asked for."""
    loss = losses.hinge_generator_loss(D(G(z, y), y))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


# %% [markdown]
# ## When D does not listen
#
# Nothing forces a player to use its label. What if D ignores it?
#
# To see whether it does, show D the same images twice: once with the right labels, and once with wrong ones. A D that
# listens gives lower scores the second time.
#
# ### Question 6
#
# Write `label_gap`: the score with the right label **minus** the score of the same image with the next label, averaged
# over the batch. The label after 9 is 0: `%` gives the remainder of a division.


# %% answer="q6"
def label_gap(D, x, y):
    """A discriminator, images x and their labels y (N,) → one number, 0 for a D that ignores the label."""
    ### BEGIN SOLUTION
    wrong = (y + 1) % 10
    return (D(x, y) - D(x, wrong)).mean()
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# Now an experiment. Two GANs play the same game, but one of them has a D that takes the label and does not listen. To
# be done in seconds, they do not draw clothes. They draw points: ten heaps on a ring, one for each label. The players
# are small networks. D's step is yours, and G's step is the one above question 6.

# %% tags=["demo"]
step_d, gap = q5.get(), q6.get()
clouds = {"real": (ring(torch.arange(500) % 10), torch.arange(500) % 10)}
for name, listens in (("D listens", True), ("D ignores the label", False)):
    torch.manual_seed(0)
    G, D = RingGenerator(), RingDiscriminator(listens)
    optimizer_g = torch.optim.Adam(G.parameters(), lr=3e-3, betas=(0.0, 0.99))
    optimizer_d = torch.optim.Adam(D.parameters(), lr=3e-3, betas=(0.0, 0.99))
    for _ in range(600):
        y = torch.randint(10, (128,))
        step_d(G, D, ring(y), y, torch.randn(128, 4), optimizer_d)
        generator_step(G, D, y, torch.randn(128, 4), optimizer_g)
    asked = torch.arange(500) % 10
    clouds[name] = (G(torch.randn(500, 4), asked), asked)
    print(f"{name}: label gap {gap(D, ring(asked), asked):.2f}")
show_rings(clouds)

# %% [markdown]
# The colour of a point is the label that it was made for, and the numbers say where each label belongs.
#
# With a D that listens, each label goes where it should. With a D that does not, the points still lie on the ring, so
# they look real, but the colours are not where they belong. G did get its labels, and could have used them. But all
# that G learns it learns from D's scores, and these were the same whatever had been ordered. **G obeys only as far as D
# checks.**
#
# That is why the label goes into both players.

# %% [markdown]
# ## Does it obey?
#
# A number is needed, and D is no fair judge of the generator that it played against. So we ask a third network: a
# **classifier**, trained on real clothes only, which says what it sees in an image. The course has one. It gives ten
# scores for each image, again called logits, one for each class, and its answer is the class with the highest.
#
# **Conditional accuracy** is the share of generated images in which the judge sees what was asked for.
#
# ### Question 7
#
# Write it. `logits.argmax(dim=…)` says where the highest value along a dimension stands.


# %% answer="q7"
def conditional_accuracy(logits, asked):
    """The judge's logits (N, 10) and the labels asked for (N,) → a share between 0 and 1."""
    ### BEGIN SOLUTION
    return (logits.argmax(dim=1) == asked).float().mean()
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# Two numbers to compare with: real images, which the judge has never seen either, and a generator that has learned
# nothing. A generator can even score higher than the real images, if it draws only clothes that nobody could mistake. A
# G that knows only one picture of each class could still score 1.00, if the judge recognises all ten. So conditional
# accuracy does not see collapse: look at the images too.

# %%
judge, accuracy = load_judge(), q7.get()
test = data.fashion_mnist("test")
asked = torch.arange(1000) % 10
with torch.no_grad():
    print(f"real images          {accuracy(judge(test.floats(slice(1000))), test.labels[:1000]):.2f}")
    print(f"untrained generator  {accuracy(judge(untrained(torch.randn(1000, 64), asked)), asked):.2f}")

# %% [markdown]
# ## Train
#
# Your two networks go into a **recipe**, as in lesson 03. `training.ConditionalGAN` plays the game that you have just
# written down, with the hinge loss, Adam, and batches of 64. The learning rate is four times as high as in lesson 03. A
# D whose layers are kept in check by `spectral_norm` bears that, and so G gets further in the same time.
#
# `training.fit` follows the recipe for the time that you give it, and lets the learning rate fall towards the end.
#
# In the preview each column is one class, in the order of the labels, and the noise stays the same. First come
# shapeless spots, then clothes, and then the columns begin to differ: G learns to draw before it learns to obey.

# %% tags=["train"]
torch.manual_seed(1)
fast = training.Adam(lr=8e-3)
recipe = training.ConditionalGAN(
    generator=q2.get()(),
    discriminator=q4.get()(),
    generator_optimizer=fast,
    discriminator_optimizer=fast,
)
result = training.fit(recipe, clothes, seconds=platforms.time_budget(75), seed=1)

# %% [markdown]
# As in lesson 03, `result.generator` is an **average** of G's weights over the last few hundred steps. It is an
# *exponential* average: after each step it moves by a small part of the way, 0.5 %, towards the present weights, so
# that old ones fade away. The G of the last step is still in the recipe. By now the learning rate has fallen to
# almost 0, so the two may be close together.

# %% tags=["train"]
asked = torch.arange(1000, device=device) % 10
z = torch.randn(1000, 64, device=device)
with torch.no_grad():
    for name, G in {"last step": recipe.generator.eval(), "average": result.generator}.items():
        print(f"{name}: conditional accuracy {accuracy(judge(G(z, asked).float().cpu()), asked.cpu()):.2f}")
    D = result.networks["discriminator"]
    print(f"D's label gap on real images: {q6.get()(D, clothes.floats(slice(500)), clothes.labels[:500]):.2f}")

# %% [markdown]
# ## Keep it
#
# A trained network is its class and its weights. The class stands in this notebook; the weights go into a file beside
# it, so that nobody has to train again. **safetensors** is a format for just that: names and numbers, nothing else.

# %%
FILE = Path("04_conditional_gan.safetensors")

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in result.generator.state_dict().items()}
save_file(weights, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ### Question 8
#
# Bring your generator back from its file, in two lines. First let `generator` be a new network of the class:
# `q2.get()()`. Then give it the weights: `generator.load_state_dict(…)` takes what `load_file(FILE)` reads. It changes
# `generator` itself, so write no `generator =` before it.
#
# The check then orders 500 images, twice, and asks the judge. Each time at least 60 % must show what was ordered, and
# the images of one class must differ. If yours obeys less, train for longer, save again, and run the cell below again.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q8"
if FILE.exists():
    ### BEGIN SOLUTION: generator = ...
    generator = q2.get()()
    generator.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    generator = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q8"
q8.check()

# %% [markdown]
# No time to train? `q8.get()` gives you the course's own generator until yours has passed, so you can go on either way.

# %% tags=["demo"]
G = q8.get().cpu().eval()
asked = torch.arange(1000) % 10
with torch.no_grad():
    seen = judge(G(torch.randn(1000, 64), asked)).argmax(dim=1)
    seen_real = judge(test.floats(slice(1000))).argmax(dim=1)
obeyed = conditional_accuracy_per_class(seen, asked)
recognised = conditional_accuracy_per_class(seen_real, test.labels[:1000])
for name, yours, real in zip(clothes.classes, obeyed, recognised, strict=True):
    print(f"{name:12} {yours:.2f}   real images {real:.2f}")

# %% [markdown]
# Look for the classes with the lowest numbers. Are they those in which the judge is unsure about real images too? Part
# of what looks like disobedience is that a shirt, a pullover and a coat are hard to tell apart at 28×28 pixels.

# %% [markdown]
# ## Play
#
# Four rows of noise, each with all ten labels. Within a row the noise is the same: does anything stay the same from
# label to label, such as brightness, width or pattern?

# %% tags=["picture", "demo"]
torch.manual_seed(3)
z = torch.randn(4, 64).repeat_interleave(10, dim=0)
with torch.no_grad():
    show_images(G(z, torch.arange(10).repeat(4)), titles=clothes.classes, columns=10, size=0.85)

# %% [markdown]
# The same by hand: a row for each label, a column for each noise. With a spread of 0 all noises are the same.

# %% tags=["demo"]
class_explorer(G, clothes.classes)

# %% [markdown]
# Place an order. Change the names and the number, and run the cell again. Write the names exactly as in
# `clothes.classes`, for example `"T-shirt/top"`.

# %% tags=["demo"]
order, how_many = ["Ankle boot", "Bag", "Dress"], 10

labels = torch.tensor([clothes.classes.index(name) for name in order])
with torch.no_grad():
    images = G(torch.randn(how_many * len(order), 64), labels.repeat_interleave(how_many))
show_images(images, columns=how_many, title=", ".join(order), size=0.75)

# %% [markdown]
# Keep the label and walk through the noise, ten steps on a straight line: from one boot to another one. Is it a boot
# all the way?

# %% tags=["demo"]
torch.manual_seed(5)
walks = ["Ankle boot", "Trouser", "Bag", "Dress"]
start, end = torch.randn(2, 4, 1, 64)
walk = start + torch.linspace(0, 1, 10).view(1, 10, 1) * (end - start)
labels = torch.tensor([clothes.classes.index(name) for name in walks]).repeat_interleave(10)
with torch.no_grad():
    show_images(G(walk.flatten(0, 1), labels), columns=10, title="One label, moving noise", size=0.75)

# %% [markdown]
# Other things to try:
#
# - Do to the clothes what the experiment did to the points. In question 4 return the head's score alone, run the cell,
#   and train with `discriminator=ConditionalDiscriminator()`. What do the columns of the preview show, and what becomes
#   of the conditional accuracy?
# - Between two classes: `G.net` takes the noise and the row of ten side by side, and the row need not be one-hot. Put
#   0.5 at the place of the sneaker and 0.5 at that of the boot.
# - Train for five minutes. How near does the conditional accuracy come to that of real images?

# %% [markdown]
# ## In your own words
#
# G is asked for a sneaker and draws a boot that looks perfectly real. Which of D's two questions gets the answer no,
# and why did a GAN without conditions never have this problem? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - A label enters a network as a one-hot row, or as a row of a learned table, an embedding. A linear layer turns the
#   first into the second.
# - The label goes into both players. G obeys only as far as D checks.
# - Fakes are shown to D under the label that they were made for.
# - Conditional accuracy asks an independent judge. It does not see collapse: look at the images too.
# - What you keep is an average of G's weights over many steps, not the weights of the last one.
#
# **Where it comes from.** M. Mirza and S. Osindero, *Conditional Generative Adversarial Nets*, 2014
# ([arXiv 1411.1784](https://arxiv.org/abs/1411.1784)). T. Miyato and M. Koyama, *cGANs with Projection Discriminator*,
# 2018 ([arXiv 1802.05637](https://arxiv.org/abs/1802.05637)). The average: Y. Yazıcı and others, *The Unusual
# Effectiveness of Averaging in GAN Training*, 2019 ([arXiv 1806.04498](https://arxiv.org/abs/1806.04498)).
#
# **Next.** A label is a poor description. In lesson 05 the condition is a whole picture: you draw the outlines, and the
# generator colours them in.
