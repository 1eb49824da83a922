# %% [markdown]
# # 09 · From words to pictures
#
# In lesson 07 a network looked at a picture and wrote a sentence. In this lesson you go the other way: you write *a
# purple rabbit to the left of a guitar*, and a network paints it.
#
# It follows StackGAN, a paper of 2016: a **sketch** first, small and rough, and then a **picture** from the sketch and
# the sentence. On the way you will meet sentences as numbers, codes with noise in them, and a discriminator that also
# checks whether picture and sentence belong together. It takes about an hour.
#
# Before this one: lessons 04, where a label went into both players, and 05, for L1. Lesson 07 helps, but you can do
# without it.

# %%
import random
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from learntools import platforms, training
from learntools.data import DataError, orders
from learntools.data.vocabulary import words_of
from learntools.lessons.text_to_image import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.lessons.text_to_image.trained import pretrained
from learntools.metrics.orders import judged_orders, named_things
from learntools.models.text_to_image import Painted, StackedDiscriminator, StackedGenerator
from learntools.training.recipes import painted
from learntools.viz import show_images
from learntools.viz.captions import show_attention, show_captions
from learntools.viz.teaser import show_teaser
from learntools.viz.text_to_image import show_codes, show_stages, show_three_pairs

device = platforms.device()

# %% [markdown]
# This is what you will make: pictures of sentences whose combinations the network has never seen.

# %%
show_teaser("text_to_image")

# %% [markdown]
# ## A small world
#
# A network that paints everything has seen hundreds of millions of pictures. Ours has two and a half minutes, so its
# world is small, and you should know how small: 24 nouns, each in its own colours or tinted in one of five. There is
# one thing in the middle, or there are two side by side, on white paper, in the style of one artist.
#
# An **order** says what should be there; a sentence puts it into words, now this way and now that.

# %%
eight = orders.draw_orders(8, seed=5)
chance = random.Random(1)
show_captions(orders.paint(eight, seed=1), [order.sentence(chance) for order in eight])
print("nouns:", *sorted(orders.NOUNS), sep=" · ")
print("tints:", *orders.TINTS, sep=" · ")

# %% [markdown]
# Real images of one sentence differ: what they show lies a little higher or lower, further left or right. So there is
# not one right picture for a sentence, and noise will have to choose.
#
# Anybody can paint what they have seen. So some **combinations** are kept out of training: each noun has one tint that
# it never wears there, and one pair of nouns in eight never meets. The network knows purple and it knows rabbits, but
# it has never seen a purple rabbit. All the measuring below is done on such orders.

# %%
print("never seen:", *orders.unseen_colours(24).sentences[:6], sep="\n  ")
print("never seen together:", *(" + ".join(order.nouns) for order in orders.unseen_pairs(24).orders[:6]), sep="\n  ")

# %% [markdown]
# ## Words become numbers
#
# A network computes with numbers, so each known word has one. 0 is no word: it fills up the end of a row, so that all
# rows have the same length and fit into one tensor. This is called **padding**. And 3 stands for any word that is not
# known. (1 and 2 are the beginning and the end of a sentence in lesson 07; nobody needs them here.)
#
# ### Question 1
#
# Write `numbers`. `number_of` is a dictionary from words to numbers, and it stays as it is: a word that is not in it
# gets a 3. The words of `sentence` are in lower case, with spaces between them. What is longer than `length` is cut
# off at the end.


# %% answer="q1"
def numbers(sentence, number_of, length):
    """A sentence → a list of `length` numbers: its words', then 0s."""
    ### BEGIN SOLUTION
    found = [number_of.get(word, 3) for word in sentence.split()][:length]
    return found + [0] * (length - len(found))
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
number_of = {word: number for number, word in enumerate(orders.order_vocabulary().words)}


def encoded(*sentences):
    """Sentences → int64 (N, 16), as the networks of this lesson read them."""
    rows = [q1.get()(" ".join(words_of(sentence)), number_of, orders.LONGEST) for sentence in sentences]
    return torch.tensor(rows)


print(encoded("a blue rabbit", "a red bus to the left of a zyzzyva"))

# %% [markdown]
# ## Vectors for words, and for a sentence
#
# A number says which word it is, and nothing about it: 30 is no more than 29. So each word gets a **vector**, here of
# 64 numbers, and these are learned, like any weight. From them the course's **text encoder** computes a second vector,
# of 128 numbers, for each word of a sentence. Two layers read the sentence word by word and remember what they have
# read, as in lesson 07, one forwards and one backwards. So the second vector of *rabbit* also knows which colour stands
# before it, and on which side of the other thing it is said to be.
#
# Some parts of the network want one vector for the whole sentence. The simplest is the mean of its words. But padding
# is no word: three words and thirteen 0s must not become a mean of sixteen.
#
# ### Question 2
#
# Write `sentence_vector`: for each sentence, the mean of the vectors of its real words, those where `words` is not 0.
# The 0s come only at the end of a row. A word that is not known, a 3, is a word like any other here.


# %% answer="q2"
def sentence_vector(vectors, words):
    """Word vectors (N, T, F) and words (N, T), 0 where there is none → the mean of each sentence's words (N, F)."""
    ### BEGIN SOLUTION
    real = (words != 0).unsqueeze(2).float()
    return (vectors * real).sum(dim=1) / real.sum(dim=1)
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# How near are sentences to each other, for the trained text encoder of the course? First the mean of the five is taken
# away from each, so that what they have in common does not count. Then 1 is the same direction, 0 a right angle, and
# below 0 they point apart.

# %%
compared = ["a blue rabbit", "here is a blue rabbit", "a green rabbit", "a blue bus", "a red crown"]
with torch.no_grad():
    words = encoded(*compared)
    meanings = q2.get()(pretrained().text(words), words)
meanings = F.normalize(meanings - meanings.mean(dim=0), dim=1)
print(" " * 24, *(f"{i + 1:5}" for i in range(len(compared))))
for i, row in enumerate(meanings @ meanings.T):
    print(f"{i + 1} {compared[i]:22}", *(f"{value:5.2f}" for value in row.tolist()))

# %% [markdown]
# The first two say the same in other words, and so they should be near.
#
# ## A code with noise in it
#
# However many sentences G has seen, each has one vector. G would learn what to paint at these points, and nothing in
# between: there it may paint anything at all. But that is where a new sentence lies.
#
# The paper's answer is **conditioning augmentation**. From the sentence's vector a layer computes two rows of numbers,
# a `mean` and a `log_variance`, and the **code** of the sentence is drawn at random around the mean. So each sentence
# is a small cloud, and G has to do well everywhere in it.

# %%
apart = {"a red bus": ((-1.3, 0.8), 0.45), "a red shark": ((1.1, 0.9), 0.45), "a sun": ((0.2, -1.3), 0.45)}
show_codes({name: (mean, (sigma, sigma)) for name, (mean, sigma) in apart.items()})

# %% [markdown]
# A **distribution** says how often which numbers come. That of `torch.randn` is called **normal**: most numbers lie
# near the mean, here 0, and few far away. How do you draw from one whose mean and width are still to be learned? You
# draw noise that depends on nothing, and then stretch and shift it: code = mean + sigma · noise. Sigma is the
# **standard deviation**, here called *spread* for short: how far from the mean the numbers usually lie. Now a gradient
# finds its way to `mean` and to sigma. This is called the **reparameterisation trick**.
#
# A layer may give negative numbers, and sigma must be positive. So the layer gives the natural logarithm of the
# **variance**, which `.exp()` undoes, and the variance is sigma squared.
#
# ### Question 3
#
# Write `augment`. The noise is normal, with mean 0 and spread 1, and each number of each code has noise of its own. Let
# torch draw it, so that `torch.manual_seed` has a say: `torch.randn_like(mean)` draws as many numbers as `mean` has,
# and on the same device, which may be a GPU. A gradient must reach `mean` and `log_variance`.


# %% answer="q3"
def augment(mean, log_variance):
    """A code (N, F) drawn from the normal distribution with this mean and log variance, both (N, F)."""
    ### BEGIN SOLUTION
    return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# What keeps the clouds from shrinking to points again? Without noise G's task is easier, so the training would make
# sigma smaller and smaller. The loss needs a term against that. The **KL divergence** measures how far a code's
# distribution is from plain noise (mean 0, variance 1). It is added to the loss with a small weight. For one number it
# is
#
#     ½ · (mean² + variance - 1 - log variance)
#
# It is 0 for plain noise, and grows when the mean wanders off, or when the variance shrinks or swells.
#
# ### Question 4
#
# Write `divergence`: the numbers of each code added up, and then the mean over the sentences.


# %% answer="q4"
def divergence(mean, log_variance):
    """Mean and log variance of the codes, both (N, F) → the divergence from plain noise, one number."""
    ### BEGIN SOLUTION
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# ## Two stages
#
# A picture of 64×64 all at once is a lot to ask. **Stage I** gets the code and, as G did in lessons 03 and 04, plain
# noise `z`, here four numbers. The code says what to paint, and `z` which of the many pictures of it. It paints a
# sketch of 16×16: what is where, and in which colour. **Stage II** gets the sketch, reads the sentence again, and
# paints the picture.

# %%
show_stages()

# %% [markdown]
# Why does stage II need the sentence again? Look at the sketches below. Could you tell which animal it is?

# %%
sentences = orders.unseen_colours(24).sentences[:8]
with torch.no_grad():
    torch.manual_seed(1)
    both = pretrained()(encoded(*sentences), torch.randn(8, 4))
show_images(torch.cat([F.interpolate(both.small, scale_factor=4), both.large]), columns=8, rows=["sketch", "picture"])
print(*sentences, sep=" · ")

# %% [markdown]
# The code is a row of numbers, and the sketch, on its way through stage II, is a grid of places with channels. How can
# a convolution look at both at once? The paper repeats the code at every place, and lays it beside the channels that
# are there.
#
# ### Question 5
#
# Write `beside`: the channels of `maps` come first, then the code's numbers, each as a plane of one value.


# %% answer="q5"
def beside(maps, code):
    """Maps (N, C, H, W) and codes (N, F) → (N, C + F, H, W)."""
    ### BEGIN SOLUTION
    planes = code[:, :, None, None].expand(-1, -1, *maps.shape[2:])
    return torch.cat([maps, planes], dim=1)
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# One code for the whole sentence is enough when there is one thing. With two, each half of the picture is about other
# words. So our stages also do what a later paper, AttnGAN, has added: each of 8×8 places looks at the **words**. It
# gives every word a weight, the larger the more the word concerns it, and these add up to 1. What it reads is the mean
# of the words with these weights. This is the **attention** of lesson 07, turned round: there a word looked at places,
# here a place looks at words.
#
# Your `sentence_vector` and your `augment` make the generator. The stages in it are the course's, and stage II has a
# `beside` of its own that does the same as yours. (`chunk(2, dim=1)` cuts each row in two, here into the mean and the
# log variance.)

# %%
mean_of, code_of = q2.get(), q3.get()
WORDS = len(orders.order_vocabulary())


class Painter(StackedGenerator):
    """Words (N, T) and noise (N, 4) → `Painted`: small (N, 3, 16, 16), large (N, 3, 64, 64), mean, log variance."""

    def forward(self, words, z):
        vectors = self.text(words)
        mean, log_variance = self.code(mean_of(vectors, words)).chunk(2, dim=1)
        code = code_of(mean, log_variance)
        small = self.first(code, z, vectors, words)
        large = self.second(small, code, vectors, words)
        return Painted(small, large, mean, log_variance)


torch.manual_seed(0)
untrained = Painter(WORDS)(encoded("a blue rabbit"), torch.randn(1, 4))
print(*(f"{name}: {tuple(value.shape)}" for name, value in untrained._asdict().items()), sep="\n")

# %% [markdown]
# ## A discriminator that reads
#
# D must see the sentence too, or G could paint any nice picture for any order: that was lesson 04. Does D then check
# whether they belong together? Think of what it is shown: real images with their own sentences, which it should
# accept, and fakes. As long as the fakes look false, it can tell the two apart by the image alone, and has no reason to
# read. In lesson 04 it came to listen all the same, to ten labels. With sentences that may take too long.
#
# So D is given a third kind of pair: a **real** image with a **wrong** sentence. There is nothing wrong with the
# image. Only who has read the sentence can refuse it. A D that is trained like this is called **matching-aware**.

# %%
show_three_pairs()

# %% [markdown]
# ### Question 6
#
# Write D's loss. `D(images, said)` gives logits (N, 1), and `said` are the sentences' vectors (N, F). For the wrong
# sentences take each image's neighbour's: `said.roll(1, 0)`. Real pairs want logits above 1, the two other kinds below
# -1: `F.relu(1 - logits)` and `F.relu(1 + logits)`, and the mean of each. The two that are refused count half each.
#
# As ever, no gradient may reach G. But `said` keeps its gradient: it comes from a text encoder that is D's own, and
# that learns to read by this loss. You may call D as often as you like.


# %% answer="q6"
def discriminator_loss(D, x, said, fake):
    """Real images x, their sentences' vectors, and fakes made for the same sentences → D's loss, one number."""
    ### BEGIN SOLUTION
    right = D(x, said)
    wrong = D(x, said.roll(1, 0))
    made = D(fake.detach(), said)
    return F.relu(1 - right).mean() + 0.5 * F.relu(1 + wrong).mean() + 0.5 * F.relu(1 + made).mean()
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# ## G's loss
#
# G wants D to accept its images under their sentences. In the paper that and the KL divergence are all, and it takes
# days. We have minutes, so our G gets the help that you know from lesson 05: L1 to the real image of the same sentence.
# Neither StackGAN nor the matching-aware GAN before it has this term.
#
# ### Question 7
#
# Write G's loss: minus the mean of D's logits for the fakes, plus `l1_weight` times L1 (the mean of the absolute
# differences).


# %% answer="q7"
def generator_loss(D, x, said, fake, l1_weight):
    """The same as above, and the weight of L1 → G's loss, one number."""
    ### BEGIN SOLUTION
    return -D(fake, said).mean() + l1_weight * F.l1_loss(fake, x)
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# There is a catch. A shark may lie two pixels higher or two pixels lower, and L1 to a single image punishes all the
# others. The safest picture is then one in between them all, in which thin black lines are smeared or gone. You know
# this from lesson 05, where L1 alone blurred.
#
# Where the shark lies is for the noise to say. So in training, the noise is not drawn blindly: a small network looks
# at the real image and guesses which noise could have made it, as a mean and a log variance. From these the noise is
# drawn, with your `augment`, and your `divergence` keeps it near plain noise. Afterwards nobody guesses any more:
# plain noise chooses.
#
# Here is the step in which all of it comes together, for sketches and pictures alike. Your loss asks D about the real
# images twice, with right sentences and with wrong ones. `once()` gives a D that remembers, for this one step, what it
# has seen in an image: the answers are the same, and they come sooner.

# %%
d_loss, g_loss, divergence_of = q6.get(), q7.get(), q4.get()


class Recipe(training.TextToImage):
    """Text to image with the losses of this notebook."""

    def step(self, x, y, move, count):
        G, D = self.generator, self.discriminator
        reals = F.avg_pool2d(x, 4), x  # a real sketch is the image, four times smaller
        noise_mean, noise_log_variance = G.guess(reals[0])  # the small network that guesses
        made = G(y, code_of(noise_mean, noise_log_variance))
        fakes = made.small, made.large

        said, judges = D.read(y), (D.small.once(), D.large.once())  # an image asked about twice is looked at once
        sizes = zip(judges, reals, fakes, strict=True)  # first the sketches, then the pictures
        move("discriminator", sum(d_loss(judge, real, said, fake) for judge, real, fake in sizes))

        with training.frozen(D):  # D's weights need no gradient here
            said, judges = D.read(y), (D.small, D.large)
            sizes = zip(judges, reals, fakes, strict=True)
            loss = sum(g_loss(judge, real, said, fake, self.l1_weight) for judge, real, fake in sizes)
            loss = loss + self.code_weight * divergence_of(made.mean, made.log_variance)
            move("generator", loss + self.guess_weight * divergence_of(noise_mean, noise_log_variance))


# %% [markdown]
# ## Train
#
# The orders are drawn and painted anew for every batch, so there is no fixed set to learn by heart. The preview shows
# twenty things in a new tint, and twenty new pairs: none of these is ever among them. First come blots where things
# should be, then shapes, then colours.
#
# On a slow or busy computer 150 seconds may be too few for question 8. Then write more, such as 300, or go on with the
# course's generator.

# %% tags=["train"]
torch.manual_seed(1)
recipe = Recipe(
    generator=Painter(WORDS),
    discriminator=StackedDiscriminator(WORDS),
    shown=encoded(*orders.unseen_colours(20).sentences, *orders.unseen_pairs(20).sentences),
)
result = training.fit(recipe, orders.OrdersWithoutEnd(), seconds=platforms.time_budget(150), seed=1)

# %%
FILE = Path("09_text_to_image.safetensors")

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in result.generator.state_dict().items()}
save_file(weights, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ## Bring it back
#
# ### Question 8
#
# Bring your generator back from its file. Make a new network with `Painter(WORDS)`, and give it the weights:
# `network.load_state_dict(…)` takes what `load_file(FILE)` reads.
#
# The check gives it 48 sentences of combinations that it has never seen. A captioner as in lesson 07, who has no part
# in its training, must name what was asked for in at least half of the pictures, and in at least a fifth of those with
# two things. At least 60 % of the pairs that it names must have each thing on its own side, and at least 60 % of the
# tinted things must have their tint. If yours does not get there, train for longer, save again, and run the cell below
# again.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q8"
if FILE.exists():
    ### BEGIN SOLUTION: generator = ...
    generator = Painter(WORDS)
    generator.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    generator = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q8"
q8.check()

# %% [markdown]
# No time to train? Choose `"the course's"`: a generator that comes with it. From here on the notebook uses the one
# that you choose. (`q8.get()` is yours if it has passed, and the course's otherwise.)

# %%
WHOSE = "mine"  # or "the course's"

G = (q8.get() if WHOSE == "mine" else pretrained()).cpu().eval()

# %% [markdown]
# ## Is what was asked for there?
#
# G must not be judged by the D that it was trained with: that is just what it has learned to convince. Two judges have
# seen nothing of this training. A captioner says what it sees; it is not the one of lesson 07, but one without borrowed
# layers. And a network that was trained on photographs, whose layers lesson 07 borrows, compares each thing with real
# renderings of all 24 nouns, and says which it is nearest to. So the two do not see with the same eyes. In the table,
# *all named* is the captioner's: it names what was asked for, and nothing else. *and placed* is its, too: each thing is
# also on its own side. *nearest is it* comes from the other network. *colours* needs no judge: the mean colour of each
# tinted thing is compared with the five tints.
#
# Neither of them is perfect, so beside every number stands the same for real images of the same sentences.

# %%
tests = {"a new tint": orders.unseen_colours(72), "a new pair": orders.unseen_pairs(72)}
by_G = {name: painted(G, tested.words()) for name, tested in tests.items()}
for name, tested in tests.items():
    print(f"{name:12} {'by G':>6} {'real':>6}")
    found = judged_orders(by_G[name], tested.orders), judged_orders(tested.floats(), tested.orders)
    lines = {"objects": "all named", "relations": "and placed", "colours": "colours", "nearest": "nearest is it"}
    for key, line in lines.items():
        if key != "relations" or name == "a new pair":
            print(f"  {line:14} {found[0][key]:.2f}   {found[1][key]:.2f}")

# %% [markdown]
# Here are some of them, not picked by hand: the first of each that the captioner has named in full, and has not.

# %% tags=["picture"]
found_in, not_found = [], []
for name, tested in tests.items():
    named, _ = named_things(by_G[name], tested.orders)
    pairs = list(zip(by_G[name], tested.sentences, named, strict=True))
    found_in += [(x, sentence) for x, sentence, well in pairs if well][:4]
    not_found += [(x, sentence) for x, sentence, well in pairs if not well][:4]
if found_in:
    show_captions([x for x, _ in found_in], [sentence for _, sentence in found_in], title="named by the captioner")

# %%
if not_found:
    show_captions([x for x, _ in not_found], [sentence for _, sentence in not_found], title="not named")

# %% [markdown]
# Look at the failures: is it the shape, the colour, or is one thing taken for another that looks like it? Which of
# them would *you* have recognised?
#
# ## Where each word goes
#
# Stage I asks for each of its 8×8 places which words concern it. Here is the answer, word by word:

# %%
SENTENCE = "a purple rabbit to the left of a yellow guitar"

asked = encoded(SENTENCE)
with torch.no_grad():
    vectors = G.text(asked)
    code = G.code(mean_of(vectors, asked)).chunk(2, dim=1)[0]
    maps = G.first.start(torch.cat([code, torch.zeros(1, 4)], dim=1))
    heat = G.first.read.weights(maps, vectors, asked)[0].T
    picture = G(asked, torch.zeros(1, 4)).large[0]
show_attention(picture, words_of(SENTENCE), heat)

# %% [markdown]
# ## Your own orders
#
# Write a sentence with one of the nouns, or with two of them side by side. Each picture has noise of its own.

# %%
MINE = "a green shark on the right of a purple crown"

try:
    order = orders.order_of(MINE)
    with torch.no_grad():
        torch.manual_seed(0)
        variants = G(encoded(MINE).expand(8, -1), torch.randn(8, 4)).large
    show_images(variants, columns=8, title=MINE)
    print("Never seen in training." if orders.is_new(order) else "This combination also occurs in training.")
except DataError as why:
    print(why)

# %% [markdown]
# What does the noise change? Below, one of its four numbers goes from -2 to 2, in each row another one. The code is the
# same in every picture.

# %%
rows = []
for number in range(4):
    z = torch.zeros(7, 4)
    z[:, number] = torch.linspace(-2, 2, 7)
    for one in z:
        torch.manual_seed(0)  # so that the code is the same in every picture
        with torch.no_grad():
            rows.append(G(encoded(MINE), one[None]).large)
show_images(torch.cat(rows), columns=7, size=0.9, rows=[f"number {number + 1}" for number in range(4)])

# %% [markdown]
# And one word at a time, with the same noise in every code:

# %%
words_in_turn = [f"a {tint} shark" for tint in orders.TINTS] + [f"a blue {noun}" for noun in ("bus", "crown", "spider")]
turned = []
for sentence in words_in_turn:
    torch.manual_seed(0)  # so that only the words differ
    with torch.no_grad():
        turned.append(G(encoded(sentence), torch.zeros(1, 4)).large)
show_captions(torch.cat(turned), words_in_turn, columns=8, size=1.0)

# %% [markdown]
# Other things to try:
#
# - Ask for something that cannot be: *a bus to the left of a bus*, or three things. What does the sentence checker
#   say, and what does G paint if you go round it, with `G(encoded(…), …)`?
# - Leave out the wrong sentences: delete their term in question 6, and run that cell without the check. In the recipe's
#   cell write `d_loss = discriminator_loss` below the line that begins with `d_loss, g_loss` (`q6.get()` would give you
#   ours), and run it. Train again, and measure with `G = result.generator.cpu().eval()`. Which number falls?
# - Give the recipe `guess_weight=10` (it is 0.02), and measure in the same way. What becomes of thin lines, and why?

# %% [markdown]
# ## In your own words
#
# Why must D see real images with wrong sentences? And why is it not enough to measure on sentences like those of the
# training? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Words become numbers, numbers become vectors, and padding is no word.
# - Conditioning augmentation makes a cloud of each sentence; the KL divergence keeps the cloud from shrinking.
# - Noise that is stretched and shifted lets a gradient pass: the reparameterisation trick.
# - Two stages: what is where first, and then the details, with the sentence in both.
# - A matching-aware D refuses real images with wrong sentences, and so it has to read.
# - Measure on combinations that were never seen, with judges that had no part in the training, beside real images.
#
# **Where it comes from.** H. Zhang and others, *StackGAN: Text to Photo-realistic Image Synthesis with Stacked
# Generative Adversarial Networks*, 2016 ([arXiv 1612.03242](https://arxiv.org/abs/1612.03242)). Wrong sentences: S.
# Reed and others, *Generative Adversarial Text to Image Synthesis*, 2016 ([arXiv
# 1605.05396](https://arxiv.org/abs/1605.05396)). Attention to words: T. Xu and others, *AttnGAN*, 2017 ([arXiv
# 1711.10485](https://arxiv.org/abs/1711.10485)). Noise that is guessed: J.-Y. Zhu and others, *BicycleGAN*, 2017
# ([arXiv 1711.11586](https://arxiv.org/abs/1711.11586)). The emoji: OpenMoji, CC BY-SA 4.0.
#
# **Next.** In lesson 10 a part of a picture is missing, and what should be there has to be found.
