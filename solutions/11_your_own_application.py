# %% [markdown]
# # 11 · Your own application
#
# You have built networks that colour, translate and describe. This page is a template for one of your own: it starts
# with your images, and ends with a trained model in a file that anybody can load.
#
# It runs as it is, on a small example that it makes itself. Go through it once like that, which takes about half an
# hour. Then put in your own folders and run it again.
#
# Before this one: lessons 05 to 07.

# %%
import json
import zlib
from pathlib import Path

import torch
from IPython.display import display
from safetensors.torch import load_file, save_file

from learntools import data, losses, platforms, training
from learntools.data.vocabulary import Vocabulary, words_of
from learntools.lessons.your_own_application import q1, q2, q3, q4
from learntools.lessons.your_own_application.example import write_example
from learntools.lessons.your_own_application.files import settings_in
from learntools.lessons.your_own_application.networks import checked, new_network
from learntools.models.captioner import describe
from learntools.models.cyclegan import TwoWay
from learntools.models.pix2pix import PatchGAN
from learntools.viz import show_images
from learntools.viz.captions import show_captions
from learntools.viz.explorers import before_after

# %% [markdown]
# ## What do you have?
#
# The data decide what you can learn from them.
#
# | you have | `KIND` | you set | you get |
# |---|---|---|---|
# | two folders; the two images of a pair have the same file name | `"pairs"` | `FOLDER_A`, `FOLDER_B` | pix2pix |
# | a folder of files with the input on the left and the output on the right | `"side by side"` | `FOLDER_A` | pix2pix |
# | two folders without pairs, each of one style | `"two styles"` | `FOLDER_A`, `FOLDER_B` | CycleGAN |
# | a folder of images, and a file with sentences about them | `"captions"` | `FOLDER_A`, `CAPTIONS` | a captioner |
#
# Pairs teach most: colour to outline, day to night, a scan to a clean page. Both images of a pair must have the same
# shape, with everything in the same place, for they are compared pixel by pixel. Without pairs it takes longer, and
# nobody tells the network what belongs together. The simplest captions file is a CSV with the header `image,caption`.
#
# A few hundred images are a start, a few thousand are good. Mostly this is the only cell to change. Where left and
# right matter, as with writing, also set `augment=[]` in the recipe further down:

# %%
KIND = "pairs"  # or "side by side", "two styles", "captions"
FOLDER_A = ""  # the images to start from, such as "my_images/summer"
FOLDER_B = ""  # what they should become
CAPTIONS = ""  # the file with the sentences
SIZE = 32  # pixels: 32 is quick, 64 shows more; 128 and 256 want a GPU
LIMIT = None  # only the first so many images, or None for all
SECONDS = 120  # of training

# %% [markdown]
# With no folder set, the next cell writes an example beside this notebook. Open its folder: yours should look like it.
# The example's pairs are emoji in colour and their outlines, the other way round than in lesson 05.

# %%
checked(KIND, SIZE)
if not FOLDER_A:
    FOLDER_A, other = write_example(KIND, "example_" + KIND.replace(" ", "_"))
    FOLDER_B, CAPTIONS = ("", other) if KIND == "captions" else (other, "")
    print("An example is in", " and ".join(filter(None, (FOLDER_A, other))))

if KIND == "pairs":
    everything = data.paired_folders(FOLDER_A, FOLDER_B, SIZE, limit=LIMIT)
elif KIND == "side by side":
    everything = data.paired_folder(FOLDER_A, SIZE, limit=LIMIT)
elif KIND == "two styles":
    everything = data.unpaired_folders(FOLDER_A, FOLDER_B, SIZE, limit=LIMIT)
else:
    everything = data.captioned_folder(FOLDER_A, CAPTIONS, SIZE, limit=LIMIT)
paired = isinstance(everything, data.Pairs)
print(everything)

# %% [markdown]
# The loaders cut each image to the square in its middle, shrink it, and leave out what they cannot read. If something
# is wrong with a folder, they say what to do about it.
#
# ## Look at the data
#
# Always look before you train. Is the part that matters still there after cutting? Do the pairs belong together? Is
# there anything that you did not expect?

# %%
if KIND == "captions":
    shown = [i * len(everything) // 8 for i in range(8)]
    show_captions(everything.images[shown], [everything.captions[i][0] for i in shown])
else:
    sides = [side[[i * len(side) // 10 for i in range(10)]] for side in (everything.a, everything.b)]
    show_images(torch.cat(sides), columns=10, size=0.8, rows=["a", "b"])

# %% [markdown]
# ## Hold some out
#
# Lesson 05 held out whole groups: all variants of one emoji were on the same side, or the test would be too easy. Your
# own images have groups too: photos of one dog, frames of one film.
#
# Here the **file name** says so. What stands before the first `--` is the group: `dog--1.png` and `dog--2.png` belong
# together. A name without `--` is a group of its own.
#
# And the choice must always be the same, after a restart and with images added later. A **checksum** does that: a
# number computed from a text, that looks random, and is the same each time. `zlib.crc32(b"dog")` is one.
#
# ### Question 1
#
# Write `held_out`. A name (without `.png`) is held out if `zlib.crc32` of its group, divided by 5, leaves the remainder
# 0: about one group in five. `zlib.crc32` takes bytes, and `text.encode()` gives the bytes of a text.
#
# With few groups this rule may hold out fewer than two images, or more than half. Then the next cell holds out the
# first ones instead, five at most, and says so. One group may then be on both sides, and the test is too easy.


# %% answer="q1"
def held_out(name):
    """The name of an image, such as "dog--2" → True if it is held out, False if it is for training."""
    ### BEGIN SOLUTION
    group = name.split("--")[0]
    return zlib.crc32(group.encode()) % 5 == 0
    ### END SOLUTION


# %% check="q1"
q1.check()

# %%
is_test = q1.get()


def divided(names):
    """Names → the positions to train with, and those held out."""
    out = [i for i, name in enumerate(names) if is_test(name)]
    if not 2 <= len(out) <= len(names) / 2:  # of few groups the rule may take none, or nearly all
        out = list(range(min(5, len(names) // 2)))
        print("Too few groups for the rule: the first images are held out, and their groups may be torn apart.")
    return [i for i in range(len(names)) if i not in set(out)], out


if KIND == "captions":
    learn, out = divided([Path(name).stem for name in everything.names])
    train, test = (data.Captioned(everything.images[i], tuple(everything.captions[k] for k in i)) for i in (learn, out))
elif paired:
    learn, out = divided(everything.names)
    train, test = (data.Pairs(everything.a[i], everything.b[i]) for i in (learn, out))
else:
    (learn, out), (learn_b, out_b) = divided(everything.names_a), divided(everything.names_b)
    train, test = (data.Unpaired(everything.a[i], everything.b[k]) for i, k in ((learn, learn_b), (out, out_b)))
print("to train with:", train)
print("held out:     ", test)

# %% [markdown]
# ## Choose a recipe
#
# The dictionary `settings` says what is needed to build the network anew: its kind, its size and, for a captioner, the
# words of its training captions. Later it goes into the file, beside the weights.
#
# The recipes are those of lessons 05, 06 and 07 with the same losses, but plainer: images are not shifted, blurred or
# made noisy, the CycleGAN does not zoom, and the captioner borrows no layers. It learns to see from your images alone.

# %%
settings = {"kind": KIND, "size": SIZE}
if KIND == "captions":
    vocabulary = Vocabulary.of(sentence for its in train.captions for sentence in its)
    settings["words"] = list(vocabulary.words)

torch.manual_seed(0)
network = new_network(**settings)
batch = min(16, len(learn))
patch = 34 if SIZE >= 64 else 16
fast = training.Adam(lr=2e-3)
if paired:
    judge = PatchGAN(channels=6, patch=patch, width=16, spectral_norm=True)
    recipe = training.Pix2Pix(
        network,
        judge,
        l1_weight=160,
        discriminator_loss=losses.hinge_discriminator_loss,
        generator_loss=losses.hinge_generator_loss,
        discriminator_optimizer=fast,
        generator_optimizer=fast,
        batch_size=batch,
        augment=[training.flip],
    )
    examples = train
elif KIND == "two styles":
    judges = TwoWay(*(PatchGAN(channels=3, patch=patch, width=32, spectral_norm=True) for _ in "ab"))
    batch = min(8, len(learn), len(learn_b))
    recipe = training.CycleGAN(
        network, judges, cycle_weight=6, identity_weight=3, batch_size=batch, augment=[training.flip]
    )
    examples = train
else:
    recipe = training.Captioning(network, batch_size=batch)  # no flip: left would become right
    examples = data.Sentences(train, vocabulary)
print(f"{type(recipe).__name__}, {sum(p.numel() for p in network.parameters()):,} numbers to learn")

# %% [markdown]
# `flip` mirrors images at random, which gives you more of them for nothing. Leave it out where left and right matter,
# as with writing.
#
# ## Train

# %% tags=["train"]
if hasattr(recipe, "shown"):
    recipe.shown = data.to_float(test.a[:10])
result = training.fit(recipe, examples, seconds=platforms.time_budget(SECONDS), seed=1)
name_of_it = "generator" if paired else {"two styles": "generators", "captions": "captioner"}[KIND]
network = result.networks[name_of_it].cpu().to(memory_format=torch.contiguous_format)  # as it comes from a file

# %% [markdown]
# ## Look at what it has not seen
#
# `use` is how a model of each kind is used: images in [-1, 1] go in, and images or sentences come out.


# %%
def use(network, x):
    """A network and images (N, 3, SIZE, SIZE) in [-1, 1] → as many images, or sentences."""
    with torch.no_grad():
        if KIND == "captions":
            return describe(network, x)
        G = network.a_to_b if KIND == "two styles" else network
        return torch.cat([G(part) for part in x.split(32)])


network.eval()
x = data.to_float(test.images if KIND == "captions" else test.a)
made = use(network, x)
few = list(range(min(10, len(x))))
if KIND == "captions":
    both = zip(made[:8], test.captions[:8], strict=True)
    show_captions(x[:8], [f"{said}\n({its[0]})" for said, its in both])
elif paired:
    y = data.to_float(test.b)
    show_images(torch.cat([x[few], made[few], y[few]]), columns=len(few), size=0.8, rows=["input", "made", "truth"])
else:
    show_images(torch.cat([x[few], made[few]]), columns=len(few), size=0.8, rows=["input", "made"])

# %% [markdown]
# These are the first held-out images, not the best ones. In the example's pairs, look at what is black on both sides:
# is it kept, or does it turn grey? For captions, the sentence in brackets is the first one that your file has for this
# image.
#
# If images come out: drag the line. Left of it is the input, right of it what the network made:

# %% tags=["demo"]
if KIND != "captions":
    display(before_after(x[few], made[few], y[few] if paired else None))

# %% [markdown]
# ## Better than doing nothing?
#
# Pictures persuade, and a number keeps you honest. It needs something to be compared with, a **baseline**. For images,
# the plainest is to do nothing: leave the input as it is.
#
# ### Question 2
#
# Write `share_better`: for which share of the images is the result nearer to the truth than the untouched input? The
# distance of two images is the mean of their absolute differences. A result that is just as near as the input does not
# count.


# %% answer="q2"
def share_better(made, x, y):
    """What was made, the inputs x and the truth y, each (N, C, H, W) → a number from 0 to 1."""
    ### BEGIN SOLUTION
    mine = (made - y).abs().mean(dim=(1, 2, 3))
    untouched = (x - y).abs().mean(dim=(1, 2, 3))
    return float((mine < untouched).float().mean())
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# Without pairs there is no truth to compare with: there you have to look, at many. For captions the baseline is one
# that never looks. It says the same sentence of each image: of the first 50 training images, the caption that has most
# words in common with the captions of the others.


# %%
def agreement(sentence, references):
    """The share of their words that a sentence and the nearest reference have in common."""
    words = set(words_of(sentence))
    return max(len(words & set(words_of(other))) / max(1, len(words | set(words_of(other)))) for other in references)


if paired:
    print(f"nearer to the truth than its input: {q2.get()(made, x, y):.0%} of {len(x)} held-out images")
elif KIND == "captions":
    said = [its[0] for its in train.captions[:50]]
    always = max(said, key=lambda sentence: sum(agreement(sentence, [other]) for other in said))
    for name, sentences in (("the network", made), (f"always {always!r}", [always] * len(made))):
        found = [agreement(sentence, its) for sentence, its in zip(sentences, test.captions, strict=True)]
        print(f"{sum(found) / len(found):.2f} of the words in common: {name}")
else:
    print("There is no truth to compare with: look at many, and at the worst of them.")

# %% [markdown]
# ## Save it
#
# A file of weights alone is of little use in a year: which network do they fit? A safetensors file has room for texts
# beside its tensors, the **metadata**: `save_file(tensors, file, metadata={...})`, where each value is a text. **JSON**
# is the usual way to write a dictionary as a text, and `json.dumps` does it.
#
# ### Question 3
#
# Write `save`. The file holds all tensors of the network's state under their own names, exactly as they are, and in
# its metadata, under `"settings"`, the settings as JSON. Safetensors wants each tensor laid out in a row in the
# computer's memory: `.cpu().contiguous()` sees to that. The network stays as it is, in its mode.


# %% answer="q3"
def save(network, settings, file):
    """Write a network's state and its settings, a dictionary, to one safetensors file."""
    ### BEGIN SOLUTION
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, file, metadata={"settings": json.dumps(settings)})
    ### END SOLUTION


# %% check="q3"
q3.check()

# %%
FILE = Path("11_your_own_application.safetensors")

# %% tags=["train"]
q3.get()(network, settings, FILE)
print(f"{FILE}: {FILE.stat().st_size / 1e6:.1f} MB, for {settings_in(FILE)['kind']} of {SIZE} pixels")

# %% [markdown]
# ## Bring it back
#
# Now pretend that this session never was, and only the file is left. `settings_in(file)` reads its settings, as a
# dictionary. `build` is a function that makes a new network: `build(**settings)` hands it each setting by its name.
#
# ### Question 4
#
# Write `load`: it builds a network with the settings in the file, gives it the tensors in the file, sets it to eval
# mode, and returns it.


# %% answer="q4"
def load(file, build):
    """A file that `save` has written, and a function that makes a new network → that network, as it was."""
    ### BEGIN SOLUTION
    network = build(**settings_in(file))
    network.load_state_dict(load_file(file))
    return network.eval()
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# The proof is not that it loads without an error. It is that the same images come out, to the last bit:

# %%
if FILE.exists():
    back = q4.get()(FILE, new_network)
    again = use(back, x)
    same = again == made if KIND == "captions" else torch.equal(again, made)
    print("the very same results" if same else "NOT the same: what was lost on the way?")
else:
    back = network
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")

# %% [markdown]
# To use it anywhere, you need this file, learntools (`new_network` is in it), `load` and `use` from this page, and
# images at the same size and in the same range:

# %%
PICTURE = ""  # such as "my_photo.jpg"

if PICTURE:
    mine = data.square(PICTURE, SIZE)[None]
else:
    mine = (test.images if KIND == "captions" else test.a)[:1]
answer = use(back, data.to_float(mine))
if KIND == "captions":
    show_captions(mine, answer)
else:
    show_images([mine[0], answer[0]], titles=["input", "made"], size=2)

# %% [markdown]
# ## When it does not work
#
# It seldom does at first. Ask in this order, for the cheap questions come first.
#
# 1. **The data.** Look at twenty training images, after loading. Is what you want to learn visible at this size? Could
#    *you* make the output from the input?
# 2. **The range.** Networks take and give [-1, 1]. `x.min()` and `x.max()` tell you at once.
# 3. **The mode.** Eval mode when you use it, and train mode when you train.
# 4. **Ten images**, for pairs and captions. Train on ten, and look at the same ten: for once, let `divided` end with
#    `return list(range(10)), list(range(10))`, and run the cells from there down to the pictures. Do not save then, or
#    your good file is lost. If it cannot even learn those by heart, something is broken. If it can, the code is
#    probably right, and what is missing is data or time.
# 5. **The time.** Do the pictures of the preview still get better (for captions: does the loss still fall)? Then double
#    `SECONDS`.
# 6. **More data.** Good on training images and bad on held-out ones means: learned by heart.
#    `use(network, data.to_float(train.a[:10]))` makes results of training images (for captions: `train.images`).
#    Collect more, or change more about those you have: `augment=[training.Shift(2, edge=1.0)]` in the recipe moves the
#    images by up to two pixels, and fills the gap with white (-1.0 is black). It can stand beside `training.flip` in
#    the list.
# 7. **The size.** Only then take the next larger `SIZE`. From 128 on, use a GPU if you can.
#
# And before you show it to others: are these images yours to use? Whom could a wrong output hurt? Say what the network
# has seen and what it cannot do; the cards in the course's folder `data/weights` are an example.

# %% [markdown]
# ## In your own words
#
# Describe an application of your own: what goes in, what comes out, where the images come from, and how you would find
# out whether it is better than doing nothing. Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - The data decide the recipe: pairs, two styles, or captions.
# - Hold out whole groups, by a rule that depends on nothing but the name.
# - A number needs a baseline, and doing nothing is a strong one.
# - A model is its whole state and its settings, in one file; it is saved when the same images come back.
#
# **Where it comes from.** The recipes: lessons 05 to 07. The file: [safetensors](https://github.com/huggingface/safetensors).
# The example's emoji: OpenMoji, CC BY-SA 4.0, and Twemoji, CC BY 4.0.
#
# **Next.** Your images.
