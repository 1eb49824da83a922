# %% [markdown]
# # 01 · Pretrained networks
#
# Others have trained networks and given them away. In this lesson you use three of them as **black boxes**: something
# goes in, something comes out, and nobody looks inside. One recognises, one translates, one describes.
#
# A black box still wants to be fed properly, and what comes out of it wants to be read properly. That is what you
# write here, and it is where most mistakes with networks happen. It takes about an hour.
#
# Before this one: lesson 00, where you met the checks.

# %%
from pathlib import Path
from time import perf_counter

import torch

from learntools import data
from learntools.data import photo, picture
from learntools.data.nouns import things
from learntools.data.scenes import compose, render
from learntools.lessons.pretrained_networks import q1, q2, q3, q4, q5, q6, q7, q8
from learntools.models.captioner import describe, trained_captioner
from learntools.models.cyclegan import TwoWay, Zoomed
from learntools.models.horse2zebra import FILE as ZEBRA_FILE
from learntools.models.horse2zebra import find_weights, load_horse2zebra
from learntools.models.pix2pix import UNet, instance_norm
from learntools.models.recognition import RecogniserError, alexnet, classes, efficientnet_lite0, label, resize
from learntools.viz import show_images
from learntools.viz.captions import show_captions
from learntools.viz.recognition import show_answers, show_crop, show_guesses, show_pipeline, show_three_boxes
from learntools.viz.teaser import show_teaser

# %% [markdown]
# This is what the three boxes make of their input, at the end of this lesson.

# %%
show_teaser("pretrained_networks")

# %%
show_three_boxes()

# %% [markdown]
# ## The first box: recognise
#
# Here is a photograph, and what the first box says it shows.

# %%
cat = photo("cat")
print(label(cat))
show_guesses([cat], [label(cat)])

# %% [markdown]
# The numbers are **probabilities**: how much of its trust the network puts in each name. It knows 1,000 names and deals
# 100 % out among them; you see the five that got most.
#
# `label` takes pictures of yours too. Put a file beside this notebook, and in the line below write
# `picture("holiday.jpg")` in place of `photo("raccoon")`. With an internet connection, `picture("https://...")` takes
# the address of a picture on the web.

# %%
mine = photo("raccoon")  # or picture("holiday.jpg")

show_guesses([mine], [label(mine)])

# %% [markdown]
# ## What is in a network
#
# A **network** is a long calculation with many adjustable numbers in it, its **weights**. Its steps are called
# **layers**. **Training** has adjusted them: a picture was shown, the answer compared with the right one, every weight
# moved a little, and so on, over and over. A network that comes with its weights is called **pretrained**.
#
# PyTorch calls every grid of numbers a **tensor**. Weights are tensors, pictures are, and so is what comes out.

# %%
network = efficientnet_lite0()
weights = network.state_dict()
count = sum(tensor.numel() for tensor in network.parameters())
print(f"{len(weights)} tensors, {count:,} weights")

# %% [markdown]
# This is an *EfficientNet-Lite0*, a small network made for phones. It was trained on *ImageNet*: 1.28 million
# photographs, each with one of 1,000 names.
#
# For a picture it gives 1,000 numbers, one for each name. They are called **logits**. What a name stands for is a
# **class**; the classes are numbered from 0 to 999, in the order of the logits. A logit is no probability. It may be
# negative, and it means something only next to the others. The higher it is, the more the network leans towards that
# class.
#
# ### Question 1
#
# The simplest way to read logits: the highest wins. Write `best_guess`, which gives the name of the class with the
# highest logit.


# %% answer="q1"
def best_guess(logits, names):
    """Logits (classes,) and a list of as many names → the name that the network leans to most."""
    ### BEGIN SOLUTION
    return names[logits.argmax()]
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
print(q1.get()(torch.tensor([-1.2, 4.0, 0.3]), ["daisy", "tabby", "volcano"]))

# %% [markdown]
# ## From a picture to a name
#
# Here is the whole way. In the rest of this part you write it, step by step, and in the end you have a `label` of your
# own.

# %%
show_pipeline()

# %% [markdown]
# ## Rows, columns, channels
#
# Picture files, and the programs that show them, hold a picture as rows of pixels, each pixel with its three numbers
# for red, green and blue: (H, W, 3), with H for height and W for width. Each of the three is called a **channel**.
#
# PyTorch wants the channels first: one whole picture of reds, one of greens, one of blues. And it wants several
# pictures at once, a **batch**, for that is faster. So four dimensions go in: (N, 3, H, W), for N pictures.
#
# `photo` gives the cat as PyTorch likes it. This puts it back into the form of a file:

# %%
pixels = cat.permute(1, 2, 0)
print(pixels.shape, pixels.dtype)

# %% [markdown]
# ### Question 2
#
# Write `to_batch`, which makes a batch of one picture. The values stay as they are. `permute` puts dimensions into
# another order, and `unsqueeze` adds one of size 1.


# %% answer="q2"
def to_batch(pixels):
    """Pixels (H, W, 3) → a batch (1, 3, H, W)."""
    ### BEGIN SOLUTION
    return pixels.permute(2, 0, 1).unsqueeze(0)
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# There is another function that makes the same shape: `reshape`. It keeps the numbers in their order and only counts
# them off differently. This is what becomes of the cat:

# %%
batch = q2.get()(pixels)
show_images([batch[0], pixels.reshape(batch.shape)[0]], titles=["permuted", "reshaped"], size=2.4)

# %% [markdown]
# No error is raised, and the network would answer all the same. That is the rule with networks: **a wrong shape often
# raises an error, wrong content hardly ever does.**
#
# ## The middle
#
# The network was trained on pictures of 224×224 pixels. Squeezing a photograph into a square would make everything thin
# or fat. So it is resized, both sides by the same factor, until the *shorter* side has 256 pixels. Then the middle
# 224×224 are cut out.

# %%
show_crop(cat)

# %% [markdown]
# ### Question 3
#
# Write `centre_crop`. `resize(x, height, width)` is given: it brings a batch to that many rows and columns. Round these
# to whole numbers.


# %% answer="q3"
def centre_crop(x, short_side, size):
    """Pictures (N, 3, H, W): the shorter side becomes `short_side`; then the middle, (N, 3, size, size)."""
    height, width = x.shape[-2:]
    ### BEGIN SOLUTION: return ...
    scale = short_side / min(height, width)
    x = resize(x, round(height * scale), round(width * scale))
    top, left = (x.shape[-2] - size) // 2, (x.shape[-1] - size) // 2
    return x[..., top : top + size, left : left + size]
    ### END SOLUTION


# %% check="q3"
q3.check()

# %%
cropped = q3.get()(batch, 256, 224)
print(cropped.shape)

# %% [markdown]
# ## What the numbers mean
#
# The pixels are bytes, from 0 to 255. Networks learn best from values around 0, so before training the bytes were
# **normalised**. There are two conventions:
#
# - *From -1 to 1*: `x / 127.5 - 1`. This network wants it so, and so do all that are trained in this course.
# - *ImageNet's mean and spread*: bring the bytes to 0 to 1, take the average brightness of each channel away, divide by
#   its **standard deviation** (how far values usually are from the average). The networks of *torchvision* want this.
#
# Both are the same formula, `(x / 255 - mean) / std`, with different numbers.

# %%
HALF = torch.tensor([0.5, 0.5, 0.5])  # as mean and as std: from -1 to 1
IMAGENET_MEAN, IMAGENET_STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])

# %% [markdown]
# ### Question 4
#
# Write `normalise`. The batch is (N, 3, H, W), mean and std are (3,). PyTorch lines sizes up from the right, so they
# need a shape in which the 3 meets the channels: `view(3, 1, 1)`.


# %% answer="q4"
def normalise(x, mean, std):
    """Bytes (N, 3, H, W), mean and std (3,) → floats: 0 to 1, minus the mean, divided by the std."""
    ### BEGIN SOLUTION
    return (x / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    ### END SOLUTION


# %% check="q4"
q4.check()

# %%
ready = q4.get()(cropped, HALF, HALF)
print(f"{tuple(ready.shape)}, from {float(ready.min()):.2f} to {float(ready.max()):.2f}")

# %% [markdown]
# ## Ask, and change nothing
#
# A network has two **modes**. In *training mode* some layers throw numbers away at random (**dropout**) or learn from
# every picture they see (**batch norm**). In *eval mode* they hold still. `network.eval()` and `network.train()` switch
# between them, and `network.training` says which mode it is in.
#
# And while a network computes, PyTorch notes every step down, in a **graph**, so that weights could be adjusted
# afterwards. Whoever only asks does not need that: `with torch.no_grad():` switches it off for the lines below it.
#
# ### Question 5
#
# Write `predict`: the network's logits for `x`, in eval mode, with no graph built while it runs. Afterwards the network
# must be in the mode in which you found it, whichever that was.


# %% answer="q5"
def predict(network, x):
    """A network and a batch → its logits; the network is left as it was."""
    ### BEGIN SOLUTION
    was_training = network.training
    network.eval()
    with torch.no_grad():
        logits = network(x)
    network.train(was_training)
    return logits
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# What eval mode is worth: here is the same network asked in training mode, and then through `predict`. In training mode
# its batch norm uses the average and the spread of the one picture at hand, in place of those from training.

# %%
ask = q5.get()
careless = efficientnet_lite0().train()
with torch.no_grad():
    print("in training mode:", q1.get()(careless(ready)[0], classes()))
print("with predict:    ", q1.get()(ask(efficientnet_lite0().train(), ready)[0], classes()))

# %% [markdown]
# ## From logits to probabilities
#
# **Softmax** makes probabilities of logits: every logit becomes positive, and all are divided by their sum, so that
# they add up to 1. A lead of 1 between two logits makes the first one 2.7 times as likely.
#
# ### Question 6
#
# Write `top`: for each picture of a batch the `k` highest probabilities, highest first, and the numbers of their
# classes, counted from 0. Return the two in this order. The probabilities are those among *all* classes.


# %% answer="q6"
def top(logits, k):
    """Logits (N, classes) → probabilities (N, k), falling, and their classes (N, k)."""
    ### BEGIN SOLUTION
    probabilities = logits.softmax(dim=1)
    return probabilities.topk(k, dim=1)
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# That was the last step. Here is your own `label`, next to the one that you began with. The percentages differ a
# little, because yours resizes bytes and rounds them, and the other one does not:


# %%
def my_label(pixels, mean=HALF, std=HALF):
    x = q4.get()(q3.get()(q2.get()(pixels), 256, 224), mean, std)
    probabilities, places = q6.get()(q5.get()(network, x), 3)
    return [f"{classes()[places[0, i]]} {float(probabilities[0, i]):.1%}" for i in range(3)]


print(my_label(pixels))
print(label(cat, top=3))

# %% [markdown]
# ## What a slip costs
#
# Nothing stops you from feeding the network wrongly. How much does it matter? Here are nine photographs, fed properly
# and in six other ways. Fed properly, each photograph gets a first name. Each line then says: how likely the cat's
# first name still is, the average of this over all nine photographs, and how many of the nine still get that name
# first.

# %%
crop, norm = q3.get(), q4.get()
nine = {name: q2.get()(photo(name).permute(1, 2, 0)) for name in data.photos()}

# %% tags=["demo"]
ways = {
    "properly": lambda x: norm(crop(x, 256, 224), HALF, HALF),
    "ImageNet's mean and std": lambda x: norm(crop(x, 256, 224), IMAGENET_MEAN, IMAGENET_STD),
    "from 0 to 1": lambda x: crop(x, 256, 224) / 255,
    "bytes as they are": lambda x: crop(x, 256, 224).float(),
    "blue and red swapped": lambda x: norm(crop(x, 256, 224), HALF, HALF).flip(1),
    "lying on its side": lambda x: norm(crop(x, 256, 224), HALF, HALF).mT,
    "squeezed into 224×224": lambda x: norm(resize(x, 224, 224), HALF, HALF),
}
first = {name: int(ask(network, ways["properly"](x)).argmax()) for name, x in nine.items()}
for way, feed in ways.items():
    logits = {name: ask(network, feed(x))[0] for name, x in nine.items()}
    trust = {name: float(logits[name].softmax(dim=0)[first[name]]) for name in nine}
    same = sum(int(logits[name].argmax()) == first[name] for name in nine)
    print(f"{way:24} cat {trust['cat']:4.0%}   average {sum(trust.values()) / 9:4.0%}   same name {same} of 9")

# %% [markdown]
# Bytes are a catastrophe that you would notice. The others are worse in a way: the answers still look like answers,
# only less good ones. The convention belongs to the network, so **look up how it was fed in training.**

# %% [markdown]
# With an internet connection you can ask *AlexNet* too, which made such networks famous in 2012; this is its slightly
# changed form of 2014. It has 61 million weights, and the first time they are downloaded (244 MB). (`resnet101` is
# another one.) It wants ImageNet's mean and spread, and `label` gives it that. Without a connection the cell says why
# it cannot be had.

# %% tags=["demo"]
try:
    print(label(cat, network=alexnet()))
except RecogniserError as problem:
    print(problem)

# %% [markdown]
# ## What it cannot know
#
# The network deals its 100 % out among 1,000 names, whatever it is shown. "None of these" is not among them, and
# neither is "I do not know". So show it things that it has never learned: an emoji, noise, line art, an astronaut.

# %%
torch.manual_seed(0)
faces, lines = data.emoji("twemoji", "test"), data.emoji("line", "test")
strange = {
    "an emoji": faces.images[3],
    "noise": torch.randint(0, 256, (3, 224, 224), dtype=torch.uint8),
    "line art": lines.images[120],
    "an astronaut": photo("astronaut"),
}
show_guesses(list(strange.values()), [label(x) for x in strange.values()], titles=list(strange))

# %% [markdown]
# It answers every time. A probability compares the 1,000 names with each other; it does not say how likely it is that
# any of them is right.
#
# How sure can it be of nonsense? Let a rule pick: of every third emoji in the test set, the six that it is surest of.

# %% tags=["demo"]
third = range(0, 252, 3)
sure = torch.tensor([label(faces.images[i], top=1)[0].probability for i in third])
surest = [third[place] for place in sure.argsort(descending=True)[:6].tolist()]
titles = [faces.names[i] for i in surest]
show_guesses([faces.images[i] for i in surest], [label(faces.images[i], top=3) for i in surest], titles=titles)
print(f"more than 50 % sure of {int((sure > 0.5).sum())} of {len(sure)} emoji")

# %% [markdown]
# One of the six is right, for a drawing can look enough like a photograph. The other five are wrong, and each has more
# than two thirds of the network's trust. A high number alone proves nothing.
#
# Its 1,000 names are not the world either. They are nouns out of a dictionary, and the photographs came from searches
# on the web, where the United States and Europe are shown far more than the rest of the world. See what is among the
# names, and what is not:

# %%
names = classes()
print(f"dogs: {len(names[151:269])} kinds, from {names[151]} to {names[268]}")
for word in ("zebra", "giraffe", "raccoon", "cow", "person", "tree", "rice"):
    print(f"{word:8}", [name for name in names if word in name.split()] or "is not among them")

# %% [markdown]
# So that is why the raccoon became something else.
#
# ## The second box: translate
#
# The next two networks take a picture and give a picture. Lessons 05 and 06 train them; here we only use them.
#
# A network is its form, which stands in code, and its weights, which come as a file. PyTorch's own files hold a
# **state dict**: a dictionary from the names of the layers to their tensors. Three things go wrong with such files:
#
# - **They can hold commands.** The format is Python's *pickle*, and reading a pickle can run anything that somebody has
#   put in. `weights_only=True` refuses all but tensors and plain data, such as numbers and words. Since PyTorch 2.6
#   that is the default; write it all the same, for older versions run everything.
# - **They remember where they were.** Tensors from a GPU want to go back there. `map_location="cpu"` says otherwise.
# - **Their names may have a prefix.** A training on several GPUs puts `module.` before each name.
#
# ### Question 7
#
# Write `load_weights`. `torch.load(file, ...)` reads the file and gives the dictionary; give it both options from the
# list above. Where a name begins with `module.`, take that away. Then give the dictionary to `network.load_state_dict`,
# and return the network. Names that do not fit must stay an error: silence would leave random weights.


# %% answer="q7"
def load_weights(network, file):
    """Put the weights in the file into the network; return the network."""
    ### BEGIN SOLUTION
    weights = torch.load(file, map_location="cpu", weights_only=True)
    weights = {name.removeprefix("module."): value for name, value in weights.items()}
    network.load_state_dict(weights)
    return network
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# The check has tried your function on a file with a command in it, a harmless one. If yours had carried it out, you
# would have read so.
#
# Now for real. The first translator colours line art. So that there is something to do, the cell below writes its
# weights as two GPUs would have written them.

# %%
FILE = Path("pix2pix.pt")
torch.save({f"module.{name}": tensor for name, tensor in data.weights("pix2pix").items()}, FILE)

painter = q7.get()(UNet(width=24, depth=5, dropout=2), FILE)
FILE.unlink()
print(f"{len(painter.state_dict())} tensors loaded")

# %% [markdown]
# It was trained on 1,384 emoji, each as line art and in colour, 64×64 pixels. It takes values from -1 to 1 and gives
# the same. These it has never seen:

# %%
pairs = data.emoji_pairs("test")
some = [14, 45, 78, 109, 131, 160, 197, 226]
drawings = norm(pairs.a[some], HALF, HALF)
painted = ask(painter, drawings)
print(f"from {float(painted.min()):.3f} to {float(painted.max()):.3f}")

# %% [markdown]
# ### Question 8
#
# To show or save what a network has painted, it must become bytes again, rows and columns first. Write `to_picture`,
# the way back. It takes a batch of one picture and gives the picture alone. -1 becomes 0 and 1 becomes 255. Values are
# rounded to the nearest whole number, and what lies outside is clipped to 0 or 255. The channels go to the end. The
# type of a byte is `torch.uint8`.


# %% answer="q8"
def to_picture(y):
    """Floats (1, 3, H, W) around [-1, 1] → bytes (H, W, 3)."""
    ### BEGIN SOLUTION
    pixels = ((y[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return pixels.permute(1, 2, 0)
    ### END SOLUTION


# %% check="q8"
q8.check()

# %%
colours = [q8.get()(y[None]).permute(2, 0, 1) for y in painted]
show_images([*pairs.a[some], *colours, *pairs.b[some]], columns=8, size=0.95)

# %% [markdown]
# The top row shows the drawings, the middle row what the network made of them, and the bottom row what the artist did.
# It has learned that faces are mostly yellow. No line says that the pig's nose is pink or the peas are green, so there
# it guesses.
#
# The second translator redraws one artist's emoji in the style of another, at 32×32 pixels. Nobody ever told it which
# picture belongs to which. It first draws everything smaller, as the other artist does, and then paints.


# %%
def redrawer():
    return Zoomed(UNet(width=32, depth=4, dropout=0, norm=instance_norm, upsample="resize", residual=True))


both = TwoWay(redrawer(), redrawer())
both.load_state_dict(data.weights("cyclegan"))
styles = data.emoji_styles("test", size=32)
originals = norm(styles.a[some], HALF, HALF)
redrawn = ask(both.a_to_b, originals)
show_images(torch.cat([originals, redrawn]), columns=8, size=0.95)

# %% [markdown]
# The most famous translator of this kind makes zebras of horses. Its weights belong to others, and the course may not
# bring them along. If you put the file and a photograph `horse.jpg` beside this notebook, this cell runs it.

# %% tags=["demo"]
weights_file, horse_file = find_weights(), Path("horse.jpg")
if weights_file is None or not horse_file.exists():
    print(f"No horse today: this cell needs {ZEBRA_FILE} (horse2zebra, compressed) from the GAN Compression project,")
    print("github.com/mit-han-lab/gan-compression, and a photograph horse.jpg, both beside this notebook.")
else:
    horse = norm(crop(picture(horse_file)[None], 256, 256), HALF, HALF)
    show_images([horse[0], ask(load_horse2zebra(weights_file), horse)[0]], titles=["before", "after"], size=2.6)

# %% [markdown]
# ## The third box: describe
#
# The last box takes a picture and gives a sentence. Its first layers are borrowed from the first box. All else has only
# ever seen **scenes**: one to three emoji on a canvas of 64×64 pixels. Lesson 07 trains it.
#
# `compose` draws the scene that a sentence asks for. The box does not see your sentence, only the picture:

# %%
captioner = trained_captioner()
wishes = ["a cat to the left of a red apple", "a rocket above a house", "a guitar to the right of a dog"]
scenes = render([compose(wish) for wish in wishes])
sentences = describe(captioner, norm(scenes, HALF, HALF))
show_captions(scenes, sentences)

# %% [markdown]
# A scene can be described in more than one way: whoever stands to the right of a dog has the dog on the left.
#
# Other wishes? Change the sentences above. These are some of the things that it knows:

# %%
known = sorted(things())
print(f"{len(known)} things, such as {', '.join(known[::7])}")

# %% [markdown]
# ## What the three make of one photograph
#
# Each box has its own world. Now leave it: show the same photograph to all three.

# %%
small = norm(data.square(cat, 64)[None], HALF, HALF)
tiny = norm(data.square(cat, 32)[None], HALF, HALF)
print("recogniser:", label(cat, top=1)[0])
print("describer: ", describe(captioner, small)[0])
show_images(
    [small[0], ask(painter, small)[0], tiny[0], ask(both.a_to_b, tiny)[0]],
    titles=["64×64", "coloured in", "32×32", "redrawn"],
    size=1.6,
)

# %% [markdown]
# Only the recogniser was made for photographs. The others answer all the same, in the words and colours that they have:
# **a network knows the world that it was trained on, and answers about every other one as well.**
#
# ## What it costs to ask
#
# A black box has a price: its weights fill memory (4 bytes each), and each question takes time. Of seven tries we take
# the **median**, the middle one: the first try is often slower.


# %%
def cost(name, network, question):
    times = []
    for _ in range(7):
        start = perf_counter()
        question()
        times.append(perf_counter() - start)
    count = sum(tensor.numel() for tensor in network.parameters())
    print(f"{name:26} {count:10,} weights, {count * 4 / 1e6:4.1f} MB, {1000 * sorted(times)[3]:6.1f} ms")


# %% tags=["demo"]
cost("recognise, 224×224 pixels", network, lambda: ask(network, ready))
cost("colour in, 64×64", painter, lambda: ask(painter, small))
cost("redraw, 32×32", both.a_to_b, lambda: ask(both.a_to_b, tiny))
cost("describe, 64×64", captioner, lambda: describe(captioner, small))

# %% [markdown]
# And here is everything once more, each box with what it was made for.

# %% tags=["picture"]
three = [0, 5, 6]
drawn, coloured = [pairs.a[some[i]] for i in three], [colours[i] for i in three]
show_answers(cat, label(cat), drawn, coloured, scenes[:2], sentences[:2])

# %% [markdown]
# Things to try:
#
# - A photograph of your own. If the name is wrong, is the right one among `classes()` at all?
# - Put a thing at the edge of a photograph. What does the crop leave of it?
# - Draw black lines on white, 64×64, in any program, and let the painter colour them: `picture("mine.png")`.
# - A scene by Twemoji, `compose(wish, artist="twemoji")`: an artist whose drawings the describer has never seen.

# %% [markdown]
# ## In your own words
#
# A shop wants to sort its customers' photographs with a recogniser like the one above. Which mistakes would you
# expect, and how would you find them before the customers do? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - A network is a form and its weights. Pretrained means that somebody else found the weights.
# - What goes in must be what it was trained on: the same crop, the same range, the same order of dimensions. Most slips
#   in that raise no error.
# - Ask in eval mode, without a graph, and leave the network as you found it.
# - Logits become probabilities by softmax, along the classes. They compare known names, and never say "none of these".
# - A file of weights may hold commands: read it with `weights_only=True`, and let names that do not fit be an error.
# - What comes out must be brought back: range, rounding, clipping, dimensions.
#
# **Where it comes from.** M. Tan and Q. Le, *EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks*,
# 2019 ([arXiv 1905.11946](https://arxiv.org/abs/1905.11946)). ImageNet: O. Russakovsky and others, *ImageNet Large
# Scale Visual Recognition Challenge*, 2014 ([arXiv 1409.0575](https://arxiv.org/abs/1409.0575)). Where its photographs
# come from: S. Shankar and others, *No Classification without Representation*, 2017 ([arXiv
# 1711.08536](https://arxiv.org/abs/1711.08536)).
#
# **Next.** Three black boxes, and all of them are made of one part: the convolution. In lesson 02 you build it by hand.
