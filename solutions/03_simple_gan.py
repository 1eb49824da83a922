# %% [markdown]
# # 03 · A simple GAN
#
# In this lesson two networks play against each other. One invents pictures of clothes, the other tries to catch it.
# When they are done, the first one draws shirts, shoes and bags that nobody ever photographed.
#
# You will finish both networks, and write both losses and both training steps. Then you press run, and watch the
# clothes appear. It takes one to two hours.
#
# Before this one: lesson 02, where convolutions shrink and grow pictures.

# %%
import torch
from torch import nn
from torch.nn import functional as F

from learntools import data, losses, platforms, training
from learntools.lessons.simple_gan import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.viz import show_images
from learntools.viz.explorers import gan_game, latent_explorer
from learntools.viz.gan import show_gan_game, show_steps
from learntools.viz.live import LivePreview
from learntools.viz.teaser import show_teaser

device = platforms.device()

# %% [markdown]
# This is what you will make. None of these clothes exists:

# %%
show_teaser("simple_gan")

# %% [markdown]
# ## Two kinds of model
#
# A **discriminative** model looks at something and says what it is: *this is a boot*. It never has to know how to draw
# one. A **generative** model makes something new that could have come from the same place as its examples. That is
# harder: a few clues are enough to recognise a boot, but a drawing of one must be right everywhere.
#
# A **generative adversarial network** (GAN for short) trains a generative model with the help of a discriminative one.
# It is a game for two:
#
# - The **generator** G gets a handful of random numbers, the **noise** `z`, and turns them into an image.
# - The **discriminator** D gets an image and gives it a **score**: high for "this one is real", low for "G made it".

# %%
show_gan_game()

# %% [markdown]
# D learns to see the difference. G learns to make the difference disappear. G never sees a real picture: all it learns,
# it learns from D's scores.
#
# Watch such a game. Here the "images" are points, of two numbers each. Where the plane is blue, D says real; where it
# is orange, fake. Press *Play*: G's dots run to where D still says real, and D learns to call them fake there.

# %% tags=["demo"]
gan_game()

# %% [markdown]
# ## The real images
#
# Fashion-MNIST holds 70,000 small grey pictures of clothes, 28×28 pixels each: 10,000 are kept for tests, and these are
# the other 60,000. They came with the course, so no download is needed.

# %%
clothes = data.fashion_mnist("train", device=device)
print(tuple(clothes.images.shape), clothes.images.dtype)
show_images(clothes.images[:20], titles=[clothes.classes[i] for i in clothes.labels[:20]], columns=10, size=0.8)

# %% [markdown]
# A pixel is stored as a byte: 0 is black, 255 is white. Networks prefer small numbers around zero, so GANs
# conventionally work in the range from -1 (black) to 1 (white).
#
# Several images together are a **batch**, and one tensor holds them all. Its shape is written (N, C, H, W): N images, C
# channels (1 for grey), H rows and W columns.
#
# ### Question 1
#
# Write `to_model_range`, which turns bytes into floats in the range from -1 to 1. Black becomes exactly -1, white
# exactly 1, and the greys lie evenly between.


# %% answer="q1"
def to_model_range(pixels):
    """Bytes 0…255 (any shape, dtype uint8) → floats in [-1, 1] of the same shape."""
    ### BEGIN SOLUTION
    return pixels.float() / 255 * 2 - 1
    ### END SOLUTION


# %% check="q1"
q1.check()

# %% [markdown]
# ## The generator
#
# G has to turn 64 numbers into 28×28 pixels. A **linear layer** makes a very small picture of them: each of its values
# is a weighted sum of all 64 numbers. The **transposed convolutions** of lesson 02 let that picture grow:
#
# | layer | picture | channels |
# |---|---|---|
# | linear layer, its values arranged as a picture | 7×7 | 64 |
# | transposed convolution that doubles the size | 14×14 | 32 |
# | transposed convolution that doubles the size | 28×28 | 1 |
#
# Each layer but the last is followed by a **batch normalisation**, which keeps the numbers at a moderate size, and by a
# **ReLU**, which sets negative numbers to zero. The last layer is followed by **tanh**: it squashes every number into
# the range from -1 to 1. (`nn.Unflatten` only arranges the linear layer's values as a picture.)
#
# The numbers inside the layers are called **weights**. They start at random, and training adjusts them.
#
# In PyTorch a network is a class. `__init__` lists its layers, `nn.Sequential` runs them one after the other, and
# `forward` says what happens to an input. The layers you need:
#
# - `nn.ConvTranspose2d(channels_in, channels_out, kernel_size=…, stride=…, padding=…)`,
# - `nn.BatchNorm2d(channels)`, `nn.ReLU()` and `nn.Tanh()`.
#
# ### Question 2
#
# Finish the generator: the two transposed convolutions of the table, and what follows each of them. Kernel, stride and
# padding are those that took 7 to 14 to 28 in lesson 02.


# %% answer="q2"
class Generator(nn.Module):
    """Noise (N, 64) → images (N, 1, 28, 28) in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(64, 64 * 7 * 7),
            nn.Unflatten(1, (64, 7, 7)),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            ### BEGIN SOLUTION: ...,  # 7 → 14, and then 14 → 28
            nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1),
            nn.Tanh(),
            ### END SOLUTION
        )

    def forward(self, z):
        return self.net(z)


# %% check="q2"
q2.check()

# %% [markdown]
# A fresh generator has learned nothing yet. Its images are noise of a peculiar kind:

# %%
torch.manual_seed(0)
G = q2.get()()  # q2.get() is the class, and the second pair of parentheses makes a network of it
show_images(G(torch.randn(10, 64)), title="An untrained generator", size=0.8)

# %% [markdown]
# ## The discriminator
#
# D goes the other way, from a picture to one number. **Strided convolutions** halve the size, and each is followed by
# a **LeakyReLU**, which lets a little of the negative numbers through. That matters here: G learns through D, and
# where D passes nothing on, G learns nothing.
#
# The score is a **logit**: any number, positive for real and negative for fake. The **sigmoid**, a curve that squeezes
# any number into the range from 0 to 1, would turn it into a probability. We leave that to the loss, which can do it
# without rounding errors.
#
# `nn.Flatten()` turns what is left of an image into a line of numbers, channels × rows × columns of them.
# `nn.Linear(how_many, 1)` turns such a line into a single number.
#
# ### Question 3
#
# Finish the discriminator: a second strided convolution with its LeakyReLU, from 14×14 to 7×7 and from 32 channels to,
# say, 64. Then one logit for each image.


# %% answer="q3"
class Discriminator(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] → logits (N, 1)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            ### BEGIN SOLUTION: ...,  # 14 → 7, and then one logit for each image
            nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 1),
            ### END SOLUTION
        )

    def forward(self, x):
        return self.net(x)


# %% check="q3"
q3.check()

# %% [markdown]
# ## What the players want
#
# A **loss** is a number that training makes smaller. D's loss is the **cross-entropy** that most classifiers use: it is
# small where D is right, and grows without limit as D becomes more certain of a wrong answer. There are two classes,
# with the label 1 for real images and 0 for fakes. PyTorch calls it
# `F.binary_cross_entropy_with_logits(logits, labels)`. The labels are a tensor of floats with the same shape as the
# logits: `torch.ones_like(logits)` and `torch.zeros_like(logits)` make such tensors.
#
# ### Question 4
#
# Write D's loss: the cross-entropy on the real images' logits **plus** the one on the fakes', each averaged over the
# batch (which that function does by itself).


# %% answer="q4"
def discriminator_loss(real_logits, fake_logits):
    """Logits (N, 1) of real images and of fakes → one number."""
    ### BEGIN SOLUTION
    # softplus(-x) is -log sigmoid(x), and softplus(x) is -log(1 - sigmoid(x)).
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# G wants D to be wrong about the fakes, and only about them: G cannot change the real images. So its loss is again a
# cross-entropy, on the fakes' logits, with the label that G *wishes* D would give.
#
# ### Question 5
#
# Write G's loss.


# %% answer="q5"
def generator_loss(fake_logits):
    """Logits (N, 1) that D gave to fakes → one number."""
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# A D that knows nothing gives every image the logit 0. Then each term is ln 2 ≈ 0.693 (the natural logarithm of 2),
# and these are the losses to expect at the start. D's loss has two terms.

# %%
undecided = torch.zeros(8, 1)
print(f"D's loss {q4.get()(undecided, undecided):.3f}")
print(f"G's loss {q5.get()(undecided):.3f}")

# %% [markdown]
# ## The training sequence
#
# The players take turns. In **D's step**, D sees a batch of real images and a batch of fakes, and moves. In **G's
# step**, G makes a new batch, D scores it, and G moves. Who does *not* move is just as important:

# %%
show_steps()

# %% [markdown]
# The dashed line is the way of the **gradient**, which says for each weight how the loss changes when the weight grows.
#
# In D's step it must stop at the fakes. Otherwise it runs on into G and leaves gradients there that would
# make its fakes easier to catch. `fake.detach()` gives the same image without the way back.
#
# In G's step nothing is cut. The gradient runs through D, which tells what would look more real, and on into G.
#
# An **optimiser** is what moves weights: each one a little against its gradient, so that the loss becomes smaller.
# Three calls make one move. Here they are with a single weight, whose loss is smallest at 0:

# %%
weight = torch.tensor(2.0, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.1)

loss = weight**2
optimizer.zero_grad()  # forget old gradients
loss.backward()  # compute the new one and keep it in weight.grad
optimizer.step()  # move a little against it: 2 - 0.1 * 4
print(f"gradient {weight.grad:.1f}, weight now {weight:.1f}")

# %% [markdown]
# The two losses are also in the course's own package, as `losses.discriminator_loss` and `losses.generator_loss`. Use
# those in the steps.
#
# ### Question 6
#
# Write D's step. G makes fakes from `z`, D scores the real images and the fakes, the scores give D's loss, and D makes
# one move. The optimiser that you are given holds D's weights. Gradients stay in the weights until somebody clears
# them, and G's step leaves some in D: clear them before you compute new ones.


# %% answer="q6"
def discriminator_step(G, D, real, z, optimizer):
    """One move of D, with the optimiser of its weights. real (N, 1, 28, 28), z (N, 64) → D's loss, one number."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        fake = G(z)
    loss = losses.discriminator_loss(D(real), D(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# ### Question 7
#
# Write G's step. It looks much like D's, with four differences: only fakes are scored, the loss is G's, the optimiser
# is G's, and nothing is detached.


# %% answer="q7"
def generator_step(G, D, z, optimizer):
    """One move of G. z (N, 64); `optimizer` holds G's weights. Returns G's loss, a tensor of one number."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = losses.generator_loss(D(G(z)))
    loss.backward()
    optimizer.step()
    return loss
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# ## When the game goes wrong
#
# The best-known failure of GANs is **mode collapse**: G draws only a few kinds of image that D happens to like, in the
# worst case one, and leaves out all others. The losses may look healthy all the while, so it has to be measured on the
# images.
#
# ### Question 8
#
# Write `diversity`: for each pixel, the **standard deviation over the images** of the batch, and then the average of
# that over all pixels. It is near zero when all images look alike. (Dividing by N or by N - 1: both are
# accepted.)


# %% answer="q8"
def diversity(images):
    """Images (N, 1, H, W) → one number, at least 0."""
    ### BEGIN SOLUTION
    return images.std(dim=0).mean()
    ### END SOLUTION


# %% check="q8"
q8.check()

# %% [markdown]
# Three batches: real clothes, a collapsed generator (acted here by one shoe with a little noise), and pure noise.

# %%
real = q1.get()(clothes.images[:200])
shoe = real[:1].repeat(200, 1, 1, 1)
batches = {
    "real clothes": real,
    "collapsed": (shoe + 0.1 * torch.randn_like(shoe)).clamp(-1, 1),
    "noise": torch.rand_like(real) * 2 - 1,
}
for name, batch in batches.items():
    show_images(batch[:10], title=f"{name}: diversity {q8.get()(batch):.2f}", size=0.7)

# %% [markdown]
# Noise is diverse too, so diversity alone does not make a good generator. But when it falls while you train, and stays
# down, G has collapsed. It shows only the worst cases: a G that knows just four pictures, all different, still comes
# near to real clothes. So look at the images too.

# %% [markdown]
# ## Train
#
# First the loop, written out once. Each round draws a batch of 64 real images and some fresh noise, and calls your two
# steps. (If a step is not right yet, `get()` gives you the course's own.)
#
# Adam is the optimiser. It mixes each new direction with earlier ones, and the first of its `betas` says how much of
# the earlier ones it keeps. Usual is 0.9, here it is 0: the opponent changes, so old directions mislead. `lr` is the
# **learning rate**, how far one step goes.
#
# Watch the images on the left: G makes them from the same 40 rows of `z` each time, so you see each image grow.

# %% tags=["train"]
torch.manual_seed(1)
G, D = q2.get()().to(device), q3.get()().to(device)
optimizer_g = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.0, 0.99))
optimizer_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.99))

# %% tags=["train"]
scale, step_d, step_g = q1.get(), q6.get(), q7.get()
fixed_z = torch.randn(40, 64, device=device)

preview = LivePreview(seconds=platforms.time_budget(15))
while preview.running():
    batch = clothes.images[torch.randint(len(clothes), (64,), device=device)]
    d_loss = step_d(G, D, scale(batch), torch.randn(64, 64, device=device), optimizer_d)
    g_loss = step_g(G, D, torch.randn(64, 64, device=device), optimizer_g)
    preview.update(lambda: G(fixed_z), D=d_loss, G=g_loss)
preview.finish(lambda: G(fixed_z))

# %% [markdown]
# On two CPU cores, fifteen seconds give bright patches, not yet clothes; a graphics card gets further. The course has a
# training loop of its own, and uses it from here on. You give it a **recipe**: the two networks and the two losses,
# here yours. The networks are new ones, so it starts from the beginning. It plays the same game (only that one batch of
# fakes serves both steps, to save time), and takes care of the rest:
#
# - It computes with numbers of 16 bits instead of 32 (`bf16` or `fp16`) where the processor or graphics card is made
#   for them. Its first line says what it chose and why; you need not know the other words in it.
# - In the second half it lets the learning rate fall, so that the weights come to rest.
# - It keeps an **average of G's weights** over the last few hundred steps. In the game the weights circle around a good
#   place; their average lies nearer to it.

# %% tags=["train"]
torch.manual_seed(1)
recipe = training.GAN(
    generator=q2.get()(),
    discriminator=q3.get()(),
    discriminator_loss=q4.get(),
    generator_loss=q5.get(),
)
result = training.fit(recipe, clothes, seconds=platforms.time_budget(75), seed=1)
G = result.generator

# %% [markdown]
# The curves say little: as G gets better, D's task gets harder. **Judge a GAN by its images**, and by measures made on
# them. In the next lesson a network that knows clothes will judge them, too.

# %% tags=["train"]
with torch.no_grad():
    made = G(torch.randn(200, 64, device=device)).float()
print(f"diversity of 200 fakes {q8.get()(made):.2f}, of 200 real images {q8.get()(real):.2f}")

# %% tags=["picture", "train"]
show_images(made[:40], columns=10, title="Clothes that do not exist", size=0.75)

# %% [markdown]
# ## Play
#
# Noise is not only noise: G has turned it into a map of clothes. Walk in a straight line from one point to another,
# and one garment turns into the other. Change the seed and run the cell again.

# %% tags=["train"]
torch.manual_seed(7)
start, end = torch.randn(2, 4, 1, 64, device=device)
walk = start + torch.linspace(0, 1, 10, device=device).view(1, 10, 1) * (end - start)
with torch.no_grad():
    show_images(G(walk.flatten(0, 1)).float(), columns=10, title="Four walks through the noise", size=0.75)

# %% [markdown]
# Or walk by hand. The sliders below the walk push single numbers of `z`: does one number stand for one thing, such as
# the length of a sleeve?

# %% tags=["train"]
latent_explorer(G)

# %% [markdown]
# Other things to try, in the loop that is written out. After each change run both of its cells again, first the one
# with the optimisers: it makes a new G and a new D. (`G` is the trained average now, and learns nothing more.)
#
# - In `optimizer_d`, set the learning rate to `4e-5`. A weak D is easily pleased. What does G do then?
# - Leave the detach out of D's step and run its cell. Then write `step_d = discriminator_step` just above
#   `preview = …`. (`q6.get()` would give the course's own step, as yours is no longer right.) Does anything get worse,
#   or only slower? Who clears G's gradients?
# - Let G take two steps for each of D's.

# %% [markdown]
# ## In your own words
#
# The losses of a GAN do not tell you whether its images are getting better. Why not? And how do you decide instead? Two
# to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - A generator turns noise into images; a discriminator scores them. Each is the other's training signal.
# - Images and fakes share one range, [-1, 1]; scores are logits.
# - In D's step the fakes are detached. In G's step the gradient runs through D, and only G moves.
# - Collapse cannot be seen in the losses. Look at the images, and measure how they differ.
#
# **Where it comes from.** I. Goodfellow and others, *Generative Adversarial Nets*, 2014
# ([arXiv 1406.2661](https://arxiv.org/abs/1406.2661)). A. Radford, L. Metz and S. Chintala, *Unsupervised
# Representation Learning with Deep Convolutional Generative Adversarial Networks*, 2016
# ([arXiv 1511.06434](https://arxiv.org/abs/1511.06434)). H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST*, 2017
# ([arXiv 1708.07747](https://arxiv.org/abs/1708.07747)).
#
# **Next.** You cannot ask this generator for a boot: it draws what it likes. Lesson 04 teaches it to take orders.
