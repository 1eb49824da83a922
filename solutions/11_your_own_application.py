# %% [markdown]
# # 11 · Your own application
#
# This page is yours. Bring images, and make with them what this course has made with emoji: a translator from pairs, a
# translator without pairs, or a network that describes. It ends with a file that holds your trained network, and with
# that network brought back from it.
#
# As it stands, the page runs with a small example, so that you can see it work before you change anything.
#
# | you have | you write | you get |
# |---|---|---|
# | a folder of files that show input and output side by side | `KIND = "side by side"`, `FOLDER_A` | pix2pix |
# | two folders with files of the same names | `KIND = "pairs"`, `FOLDER_A`, `FOLDER_B` | pix2pix |
# | two folders, such as summer and winter | `KIND = "two kinds"`, `FOLDER_A`, `FOLDER_B` | CycleGAN |
# | a folder of images, and a file with sentences | `KIND = "captions"`, `FOLDER_A`, `CAPTIONS` | a captioner |
# | nothing yet | `KIND = "example"` | emoji become line drawings |
#
# Images may be photographs, scans or drawings, of any size; each is cut to the square in its middle. A few hundred are
# enough to see something, and some thousands are better.

# %%
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from learntools import data, losses, platforms, training
from learntools.data.captioned import Sentences
from learntools.data.vocabulary import Vocabulary
from learntools.lessons.your_own_application import q1, q2
from learntools.models.captioner import Captioner, describe
from learntools.models.cyclegan import TwoWay
from learntools.models.pix2pix import PatchGAN, UNet, instance_norm
from learntools.viz import show_images
from learntools.viz.captions import show_captions
from learntools.viz.explorers import before_after

# %% [markdown]
# ## Settings
#
# All of them are here. A folder that is not there, or holds nothing that can be used, is named in a sentence below the
# next cell but one.

# %%
KIND = "example"  # "side by side", "pairs", "two kinds", "captions"
FOLDER_A = ""  # such as "my_images/summer"
FOLDER_B = ""  # the other folder, for "pairs" and "two kinds"
CAPTIONS = ""  # for "captions": a file with lines such as photo1.jpg,a dog on a beach

SIZE = 32  # pixels of a side: 32 is quick, 64 shows more; "captions" always take 64
LIMIT = None  # only the first so many images of each folder, or None for all
SECONDS = 120  # of training: minutes on a CPU, and the longer the better
HELD_OUT = 0.1  # the share of the images that is kept for testing
FILE = Path("11_my_network.safetensors")

device = platforms.device()
if KIND == "captions":
    SIZE = 64

# %% [markdown]
# ## Your images


# %%
def load():
    """What the settings ask for: `data.Pairs`, `data.Unpaired` or `data.Captioned`."""
    if KIND == "example":
        emoji = data.emoji_pairs("train", SIZE)
        return data.Pairs(emoji.b, emoji.a, emoji.names, emoji.names)  # the colour first: lesson 05 turned round
    if KIND == "side by side":
        return data.paired_folder(FOLDER_A, SIZE, limit=LIMIT)
    if KIND == "pairs":
        return data.paired_folders(FOLDER_A, FOLDER_B, SIZE, limit=LIMIT)
    if KIND == "two kinds":
        return data.unpaired_folders(FOLDER_A, FOLDER_B, SIZE, limit=LIMIT)
    if KIND == "captions":
        return data.captioned_folder(FOLDER_A, CAPTIONS, size=SIZE, limit=LIMIT)
    raise data.DataError(f"KIND is 'example', 'side by side', 'pairs', 'two kinds' or 'captions', and not {KIND!r}.")


mine = load()
print(mine)

# %%
if isinstance(mine, data.Captioned):
    show_captions(list(mine.images[:4]), [sentences[0] for sentences in mine.captions[:4]])
else:
    show_images(torch.cat([mine.a[:8], mine.b[:8]]), columns=min(8, len(mine.a), len(mine.b)), size=0.9)

# %% [markdown]
# Look at them before you train. Are they cut as you want them? Does each pair really show the same thing?
#
# ## Keep some apart
#
# What a network makes of images that it was trained on proves little. So some are held out, and it never trains on
# them.
#
# ### Question 1
#
# Write `keep_apart`. It mixes the positions from 0 to `count - 1` and gives two lists: those to train on, and those to
# test on. The second holds `share` of them, rounded to the nearest whole number, and at least one. The same seed gives
# the same lists again.


# %% answer="q1"
def keep_apart(count, share, seed):
    """How many images, the share to test on, a seed → two lists of positions: to train on, to test on."""
    ### BEGIN SOLUTION
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = max(1, round(share * count))
    return order[held_out:], order[:held_out]
    ### END SOLUTION


# %% check="q1"
q1.check()

# %% [markdown]
# One thing no function can know: which of your images are nearly the same. Ten photographs of one dog belong on one
# side, all ten. If you have such series, choose the held-out ones yourself. (The example has some: a woman and a man
# with the same hat may part here, so its test is easier than that of lesson 05.)


# %%
def chosen(positions, of_b=None):
    """Those images of yours that lie at these positions."""
    if isinstance(mine, data.Captioned):
        return data.Captioned(mine.images[positions], tuple(mine.captions[i] for i in positions))
    return type(mine)(mine.a[positions], mine.b[positions if of_b is None else of_b])


if isinstance(mine, data.Unpaired) and not isinstance(mine, data.Pairs):  # two kinds: each is cut by itself
    sides = [q1.get()(len(side), HELD_OUT, seed=1) for side in (mine.a, mine.b)]
    train, test = (chosen(of_a, of_b) for of_a, of_b in zip(*sides, strict=True))
else:
    train, test = (chosen(positions) for positions in q1.get()(len(mine), HELD_OUT, seed=1))
print(f"to train on: {train}")
print(f"to test on:  {test}")

# %% [markdown]
# ## The network and its recipe
#
# One recipe for each kind, with the settings that worked in lessons 05 to 07. They are the place for changes of your
# own: wider networks for a GPU, another weight of L1, more augmentation.


# %%
depth = min(5, SIZE.bit_length() - 2)  # a U-Net that ends at 2×2 pixels, or at 5 halvings
patch = 34 if SIZE >= 64 else 16
fast = training.Adam(lr=2e-3)
words = Vocabulary.of(said for found in train.captions for said in found) if KIND == "captions" else None


def make():
    """A new network of the kind that is trained here."""
    if KIND == "captions":
        return Captioner(words)
    if KIND == "two kinds":
        return TwoWay(*(UNet(width=32, depth=depth, dropout=0, norm=instance_norm, upsample="resize") for _ in "ab"))
    return UNet(width=24, depth=depth, dropout=0)


def recipe():
    """How that network is trained."""
    if KIND == "captions":
        return training.Captioning(make(), batch_size=min(64, len(train)))
    if KIND == "two kinds":
        judges = TwoWay(*(PatchGAN(3, patch=patch, width=32, spectral_norm=True) for _ in "ab"))
        size = min(8, len(train.a), len(train.b))
        return training.CycleGAN(
            make(), judges, cycle_weight=5, identity_weight=2, generator_optimizer=fast, discriminator_optimizer=fast,
            batch_size=size, augment=[training.flip], shown=test.floats(slice(0, 20))[0],
        )  # fmt: skip
    return training.Pix2Pix(
        make(), PatchGAN(6, patch=patch, width=16, spectral_norm=True), l1_weight=160,
        discriminator_loss=losses.hinge_discriminator_loss, generator_loss=losses.hinge_generator_loss,
        generator_optimizer=fast, discriminator_optimizer=fast,
        batch_size=min(16, len(train)), augment=[training.flip], shown=test.floats(slice(0, 20))[0],
    )  # fmt: skip


# %% [markdown]
# `training.flip` mirrors half of the images. Take it out if left and right mean something in yours, as in writing.
#
# ## Train

# %% tags=["train"]
torch.manual_seed(0)
batches = Sentences(train, words) if KIND == "captions" else train
result = training.fit(recipe(), batches, seconds=platforms.time_budget(SECONDS), seed=0)
trained = next(result.networks[name] for name in ("generator", "generators", "captioner") if name in result.networks)

# %% tags=["train"]
weights = {name: value.cpu().contiguous() for name, value in trained.state_dict().items()}
save_file(weights, FILE)
if words is not None:
    FILE.with_suffix(".txt").write_text("\n".join(words.words), encoding="utf-8")  # which number is which word
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ## Bring it back
#
# A network that only lives in this kernel is gone with it. To use it tomorrow, or elsewhere, it takes two things: the
# code that makes such a network, which is `make`, and the file.
#
# ### Question 2
#
# Write `bring_back`: a new network from `make()`, with all the weights from the file, in eval mode. `load_file(file)`
# reads them.


# %% answer="q2"
def bring_back(make, file):
    """A function that makes a new network, a safetensors file → the network with these weights, ready for use."""
    ### BEGIN SOLUTION
    network = make()
    network.load_state_dict(load_file(file))
    return network.eval()
    ### END SOLUTION


# %% check="q2"
q2.check()

# %%
if FILE.exists():
    network = q2.get()(make, FILE)
    print(f"brought back from {FILE}")
else:
    network = make().eval()
    print(f"There is no {FILE} here yet, so this network is new and knows nothing: run the training cells first.")

# %% [markdown]
# ## What it does with images it has never seen


# %%
@torch.no_grad()
def use(network, images):
    """Images as bytes (N, 3, H, W) → what the network makes of them: images in [-1, 1], or sentences."""
    x = data.to_float(images)
    if KIND == "captions":
        return describe(network, x)
    return (network.a_to_b if KIND == "two kinds" else network)(x)


inputs = test.images[:8] if KIND == "captions" else test.a[:8]
made = use(network, inputs)
if KIND == "captions":
    show_captions(list(inputs), made)
elif KIND == "two kinds":
    show_images(torch.cat([data.to_float(inputs), made]), columns=len(inputs), size=0.9, rows=["image", "made of it"])
else:
    truth = test.floats(slice(0, 8))[1]
    rows = ["image", "made of it", "truth"]
    show_images(torch.cat([data.to_float(inputs), made, truth]), columns=len(inputs), size=0.9, rows=rows)
    print(f"L1 to the truth: {(made - truth).abs().mean():.3f}, and of doing nothing: "
          f"{(data.to_float(inputs) - truth).abs().mean():.3f}")  # fmt: skip

# %% tags=["demo"]
after = None if KIND == "captions" else made  # sentences have no before and after
before_after(data.to_float(inputs), after, truth if KIND != "two kinds" else None) if after is not None else None

# %% [markdown]
# And a single picture, as somebody will bring it:

# %% tags=["demo"]
PICTURE = ""  # such as "holiday.jpg"; without one, the first of your held-out images

picture = data.square(PICTURE, SIZE)[None] if PICTURE else inputs[:1]
answer = use(network, picture)
if KIND == "captions":
    show_captions(list(picture), answer)
else:
    show_images(torch.cat([data.to_float(picture), answer]), titles=["image", "made of it"], size=2)

# %% [markdown]
# ## If it does not work yet
#
# - **Grey or blurred?** More steps: double `SECONDS`, or run it where there is a GPU.
# - **Good on training images, bad on held-out ones?** It has learned yours by heart. More images, more augmentation.
# - **Strange colours?** Show `mine.a` again. A wrong folder, or A and B swapped, looks just like that.
# - **One kind of image fails?** Count how many of that kind there are to train on.
#
# Before you show it to others: may you use these images, and does what it makes show a person who has not agreed? Say
# what the network has seen, and what it cannot do. The cards in `data/weights` of this course are an example.

# %% [markdown]
# ## In your own words
#
# What have you made, of what, and how well does it work on images it has never seen? What would go wrong if somebody
# trusted it blindly? Three to six sentences are enough: they are the card of your network.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain, you
# know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Your own images need no other code than the course's: a folder becomes pairs, two kinds, or captions.
# - What is held out must be new in every sense, and there must be some of it.
# - A network is its code and its weights; brought back, it makes the very same images.
#
# **Where to go.** With a GPU, `learntools train pix2pix_paper`, `cyclegan_paper` and the other presets train as the
# papers did. The papers themselves stand at the end of each lesson. And this was the last page: thank you for learning
# here.
