# %% [markdown]
# # 07 · Captions
#
# So far, images came out. In this lesson an image goes in, and a sentence comes out: *a cat to the left of a red
# apple*.
#
# A network that writes such sentences, **captions**, has two halves: one that looks, and one that speaks. You know the
# first from the lessons before. The second is new: it says one word at a time, remembers what it has said, and looks at
# the image again for each word. The lesson takes about an hour.
#
# Before this one: lessons 01 (the recogniser, logits, softmax), 02 (convolutions) and 04 (embeddings).

# %%
import copy
from collections import Counter
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from learntools import data, platforms, training
from learntools.data import nouns, scenes
from learntools.data.sentences import read
from learntools.data.vocabulary import END, PAD, START, UNKNOWN
from learntools.lessons.captioning import q1, q2, q3, q4, q5, q6, q7, q8, q9
from learntools.lessons.captioning.trained import new_captioner, pretrained
from learntools.lessons.cyclegan.trained import pretrained as trained_cyclegan
from learntools.lessons.pix2pix.trained import pretrained as trained_pix2pix
from learntools.metrics.captions import bleu
from learntools.metrics.scenes import judged_scenes
from learntools.models.captioner import beam_search, greedy
from learntools.viz.captions import show_attention, show_captioner, show_captions, show_places, show_shift
from learntools.viz.explorers import attention_viewer
from learntools.viz.teaser import show_teaser

# %% [markdown]
# This is what you will make: sentences about scenes in which it has never seen two of the things together.

# %%
show_teaser("captioning")

# %% [markdown]
# ## Scenes
#
# To describe photographs of everything takes days of training. Our **scenes** are simpler: one to three emoji on a
# canvas of 64×64 pixels. But a good sentence about them has to say what there is, in which colour, and where.

# %%
eight = scenes.draw_scenes(8, seed=4)
show_captions(scenes.render(eight), [scene.captions(seed=i, count=1)[0] for i, scene in enumerate(eight)])

# %% [markdown]
# The same scene can be described in many ways. Here are five true sentences about the first one with three things:

# %%
three = next(scene for scene in eight if len(scene.things) == 3)
for sentence in three.captions(seed=1):
    print(sentence)

# %% [markdown]
# ## Words as numbers
#
# A network needs numbers. All words that it will ever know are its **vocabulary**, and a word's number is its place in
# that list. A piece of text with a number of its own is called a **token**; here each word is one.
#
# Four tokens are no words:
#
# - `<start>`, number 1, stands before each sentence, and `<end>`, number 2, after it;
# - `<unk>`, number 3, stands for any word that is not in the list (*unknown*);
# - `<pad>`, number 0, fills short sentences up, so that a batch has rows of equal length (*padding*).

# %%
vocabulary = scenes.scene_vocabulary()
print(len(vocabulary), "tokens:", *vocabulary.words[:12], "...")
numbers = {word: number for number, word in enumerate(vocabulary.words)}
print(numbers["a"], numbers["cat"], numbers["above"])

# %% [markdown]
# ### Question 1
#
# Write `encode`, which turns a sentence into a list of numbers: first START, then its words, then END. A word that is
# not in `numbers` becomes UNKNOWN. The sentence has lower case only and no punctuation; `sentence.split()` cuts it into
# words.


# %% answer="q1"
def encode(sentence, numbers):
    """A sentence and {word: number} → a list of whole numbers."""
    ### BEGIN SOLUTION
    return [START, *(numbers.get(word, UNKNOWN) for word in sentence.split()), END]
    ### END SOLUTION


# %% check="q1"
q1.check()

# %% [markdown]
# A whole batch of sentences becomes one tensor. The short ones are padded:

# %%
rows = [q1.get()(sentence, numbers) for sentence in ("a cat", "a cat above a zeppelin")]
longest = max(len(row) for row in rows)
print(torch.tensor([row + [PAD] * (longest - len(row)) for row in rows]))

# %% [markdown]
# ## What comes next?
#
# How does one learn to speak? By guessing the next word. The network reads *a cat above a*, and should say what comes
# next. There the image comes in: without a look at it, nobody can know.
#
# A sentence gives one such riddle more than it has words: the last answer is `<end>`. Each time one word is read, and
# the next one should follow:

# %%
show_shift(["a", "cat", "above", "a", "dog"])

# %% [markdown]
# In training the network always reads the **true** words, whatever it would have said itself. This is called **teacher
# forcing**: a teacher corrects each word before the next is asked for. Remember it; it will make trouble later.
#
# ### Question 2
#
# A batch of sentences is a tensor (N, T + 1), padded at the ends. Write `inputs_and_targets`, which gives two tensors
# (N, T): what is read, and what should follow at each place.


# %% answer="q2"
def inputs_and_targets(words):
    """Words (N, T + 1) → what is read (N, T), and what should follow (N, T)."""
    ### BEGIN SOLUTION
    return words[:, :-1], words[:, 1:]
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# ## How bad is a guess?
#
# For each position the network gives a row of **logits**, one for each token of the vocabulary: the higher, the
# likelier it holds that word to be the next. That is a classification, as of clothes, and so is the loss: the
# **cross-entropy**, minus the logarithm of the share that softmax gives to the word that really follows.
#
# Only padding has to be kept out. Nothing should be learned from positions where a sentence is over. `<end>` is no
# padding: when to stop is something to learn.
#
# ### Question 3
#
# Write `caption_loss`: the mean cross-entropy over all words of the batch that are not PAD. Each of these words counts
# the same, in a long sentence and in a short one.


# %% answer="q3"
def caption_loss(logits, words):
    """Logits (N, T, vocabulary), and the words that should follow (N, T) → one number."""
    ### BEGIN SOLUTION
    return F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=PAD)
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# What loss does a network have that knows nothing, so that all tokens are equally likely? And one that is sure of the
# right word, with a logit that is 10 higher than all others?

# %%
_, follow = q2.get()(vocabulary.encode_all(["a cat above a dog", "a red heart"]))
nothing = torch.zeros(*follow.shape, len(vocabulary))
sure = 10.0 * F.one_hot(follow, len(vocabulary))
print(f"knows nothing {q3.get()(nothing, follow):.2f}, is sure and right {q3.get()(sure, follow):.2f}")
print(f"sure, and always of the wrong word {q3.get()(sure.roll(1, dims=2), follow):.2f}")

# %% [markdown]
# ## A memory
#
# To guess the word after *a cat above a*, the last word alone is not enough. A **recurrent** network reads one word
# after the other, and keeps what it needs in a **memory**, also called its **hidden state**: a row of numbers that
# changes with each word. The same small network, the **cell**, does every step.
#
# It gets a word and the old memory, and gives the new memory. Words go in as rows of a learned table, an embedding, as
# the labels did in lesson 04. Here the cell is a **GRU**, a *gated recurrent unit*: it learns gates that decide, number
# by number, what to keep and what to overwrite.
#
# ### Question 4
#
# Write `remember`, which reads sentences with a cell. The first memory is zeros, (N, `cell.hidden_size`).
# `cell(word, memory)` takes a word of each sentence (N, E) and the memories (N, H), and gives the new memories (N, H).
# Return the memory after each word.


# %% answer="q4"
def remember(cell, words):
    """A cell, and the rows of N sentences with T words each (N, T, E) → their memories (N, T, H)."""
    ### BEGIN SOLUTION
    memory = torch.zeros(len(words), cell.hidden_size)
    memories = []
    for t in range(words.shape[1]):
        memory = cell(words[:, t], memory)
        memories.append(memory)
    return torch.stack(memories, dim=1)
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# Two sentences with the same words in another order: the mean of their words is the same, but what the memory holds in
# the end is not.

# %%
torch.manual_seed(0)
embedding, cell = nn.Embedding(len(vocabulary), 8), nn.GRUCell(8, 8)
words = embedding(vocabulary.encode_all(["a cat above a dog", "a dog above a cat"])).detach()
memories = q4.get()(cell, words).detach()
print(f"means of the words:  {float((words[0].mean(0) - words[1].mean(0)).norm()):.3f} apart")
print(f"memories at the end: {float((memories[0, -1] - memories[1, -1]).norm()):.3f} apart")

# %% [markdown]
# ## Looking
#
# The half that looks is the **encoder**: convolutions that make the image smaller, as in a discriminator, but with no
# score at the end. Of 64×64 pixels an 8×8 grid is left. Each of these 64 **places** has 192 numbers that say what is to
# be seen there, and where it lies.
#
# Most of these convolutions are borrowed: the first layers of the recogniser in lesson 01, which has learned from over
# a million photographs what edges, fur and wheels look like. They stay **frozen**: no step of the training changes
# them. Three convolutions on top are new, and so is a row of numbers for each place, which says where it is. These
# learn.

# %%
scene = scenes.render([scenes.compose("a cat to the left of a red apple, and a tent above the cat", artist="noto")])
x = data.to_float(scene)
with torch.no_grad():
    places = pretrained().encoder(x)
print(tuple(places.shape))
show_places(scene[0], places[0], place=(6, 1))

# %% [markdown]
# The half that speaks is the **decoder**. For each word it looks at these places again, through **attention**: most at
# the places that matter for this word. When *apple* is to be said, the cat should not distract.

# %%
show_captioner()

# %% [markdown]
# How does it know where to look? The memory becomes a **query**, a row of d numbers: what do I need now? Each place
# gets a **key**, also d numbers: what can be found here? Both come out of learned linear layers.
#
# - The **score** of a place is the inner product of query and key, divided by √d, so that keys of many numbers do not
#   make huge scores.
# - A softmax over the places makes shares of the scores: the **weights** of one word add up to 1.
# - What the word gets to see, the **context**, is the mean of all places with these weights. Memory and context
#   together give the logits.
#
# ### Question 5
#
# Write `attend`. `keys.transpose(1, 2)` is (N, d, L), and `@` multiplies matrices, batch by batch.


# %% answer="q5"
def attend(query, keys, places):
    """query (N, T, d) of T words, keys (N, L, d) and places (N, L, f) → context (N, T, f), weights (N, T, L)."""
    ### BEGIN SOLUTION
    scores = query @ keys.transpose(1, 2) / query.shape[2] ** 0.5
    weights = scores.softmax(dim=2)
    return weights @ places, weights
    ### END SOLUTION


# %% check="q5"
q5.check()

# %% [markdown]
# It is **soft** attention: a bit of every place, in shares that can be learned. Nobody tells the network where the cat
# is. It finds out where to look because looking there makes the next word easier to guess.
#
# ## Speaking
#
# In training all words are known. Later there is only the image, and the network has to go on from its own words. It
# reads `<start>`, and says a word. Then it reads that word, and says the next one, until it says `<end>`.
#
# To take the word with the highest logit each time is called **greedy**.
#
# ### Question 6
#
# Write `say` for a batch of images. In each round:
#
# - `network.decode(word, places, state)` reads one word for each image (N, 1), and gives back logits (N, 1,
#   vocabulary), the new state, and attention weights. The state is what it remembers: None at first, then hand back
#   what you got.
# - The likeliest word of each image is said, and read in the next round.
# - A sentence that has ended before says PAD. `word.masked_fill(ended, PAD)` writes PAD where `ended` is True.
# - When all sentences have ended, the loop is left.
#
# END belongs to what is said, START does not.


# %% answer="q6"
def say(network, places, longest=30):
    """Places (N, L, f) → words (N, T), T at most `longest`, with PAD after END."""
    word = torch.full((len(places), 1), START, device=places.device)
    ended = torch.zeros_like(word, dtype=torch.bool)
    state, words = None, []
    for _ in range(longest):
        ### BEGIN SOLUTION: words.append(...)
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=2).masked_fill(ended, PAD)
        words.append(word)
        ended = ended | (word == END)
        if ended.all():
            break
        ### END SOLUTION
    return torch.cat(words, dim=1)


# %% check="q6"
q6.check()

# %%
speak = q6.get()  # yours, once it passes

# %% [markdown]
# ## At rest
#
# The new part of the encoder has batch norms. In train mode they bring each channel to mean 0 and spread 1 *over the
# batch*: what the network sees of an image then depends on the images beside it. In eval mode they use what they
# learned in training.
#
# ### Question 7
#
# Write `describe`: images in, words out. Put the network into eval mode, and afterwards back into the mode in which you
# found it. Keep no gradients. `network.encoder(x)` gives the places, and `speak(network, places)` the words.


# %% answer="q7"
def describe(network, x):
    """Images (N, 3, H, W) in [-1, 1] → words (N, T)."""
    ### BEGIN SOLUTION
    was = network.training
    network.eval()
    with torch.no_grad():
        words = speak(network, network.encoder(x))
    network.train(was)
    return words
    ### END SOLUTION


# %% check="q7"
q7.check()

# %% [markdown]
# How much does it matter? Here the course's own captioner describes the same 96 scenes twice, in batches of four, with
# other neighbours the second time.

# %%
look = q7.get()
some = data.to_float(scenes.unseen_combinations(96).images())
shuffled = torch.randperm(96, generator=torch.Generator().manual_seed(1))


def in_fours(tell, x):
    return [sentence for part in x.split(4) for sentence in vocabulary.decode_all(tell(part))]


# %% tags=["demo"]
awake = copy.deepcopy(pretrained()).train()
with torch.no_grad():
    for name, tell in (
        ("at rest", lambda x: look(pretrained(), x)),
        ("in train mode", lambda x: speak(awake, awake.encoder(x))),
    ):
        first, second = in_fours(tell, some), in_fours(tell, some[shuffled])
        changed = sum(second[i] != first[n] for i, n in enumerate(shuffled.tolist()))
        print(f"{name}: {changed} of 96 sentences change with their neighbours")

# %% [markdown]
# ## More than one beginning
#
# Greedy never takes a word back. A **beam search** keeps several beginnings alive, say the three likeliest, lets each
# of them go on with every word, and keeps the best three again.
#
# In the end there are several whole sentences. Which is the best? The probability of a sentence is the product of those
# of its words. Probabilities are below 1, so each further word makes the product smaller, and the shortest sentence has
# an unfair start.
#
# ### Question 8
#
# Write `sentence_scores`, which is fair: the **mean** of the logarithms of its words' probabilities. END is a word too
# and counts. PAD does not, and the numbers at its places in `logs` mean nothing.


# %% answer="q8"
def sentence_scores(logs, words):
    """The log probability of each word (K, T), and the words of K sentences (K, T) → scores (K,)."""
    ### BEGIN SOLUTION
    real = words != PAD
    return (logs * real).sum(dim=1) / real.sum(dim=1)
    ### END SOLUTION


# %% check="q8"
q8.check()

# %%
words = vocabulary.encode_all(["a cat", "a cat above a dog"])[:, 1:]
chances = torch.tensor([[0.9, 0.6, 0.3, 1, 1, 1], [0.9, 0.6, 0.5, 0.9, 0.3, 0.9]])
sums = (chances.log() * (words != PAD)).sum(dim=1)
for row, total, score in zip(words, sums, q8.get()(chances.log(), words), strict=True):
    print(f"{vocabulary.decode(row):20} sum {total:.2f}, mean {score:.2f}")

# %% [markdown]
# In these made-up numbers the network doubts that *a cat* is all: its `<end>` has a chance of 0.3. The sum still
# prefers it, since fewer words cost less. The mean does not.
#
# ## Train
#
# Scenes cost nothing: `scenes.Endless()` makes new ones for every batch, and no scene comes twice. Two things are kept
# out. One pair of nouns in eight never occurs together: scenes with such a pair are the first test. And Twemoji draw
# nothing in training: their scenes are the second test. The others draw: OpenMoji, also as bare lines, Noto, Noto's
# older hand, Fluent and EmojiOne.
#
# `new_captioner()` puts the parts together. Its recurrent layer is an LSTM, an older relative of the GRU. Two aids
# have been added, because two and a half minutes are short:
#
# - Each place says by itself which words it looks like, and with each word that is read the memory also gets what lies
#   at the places that look like it. A second loss, beside yours, teaches the places, from the sentences alone: still
#   nobody says where anything is.
# - Places that have been told about count less from then on, so that little is named twice.
#
# `training.Captioning` shifts the sentences, reads the true words, and makes both losses smaller. A quarter of the
# images get some **noise**, and are **blurred** a little. The frozen layers notice every grain: without this, noise
# that you can hardly see makes the captioner talk nonsense.

# %% tags=["train"]
torch.manual_seed(1)
spoiled = [training.Noise(share=0.25), training.Blur(share=0.25)]
recipe = training.Captioning(captioner=new_captioner(), loss=q3.get(), augment=spoiled)
result = training.fit(recipe, scenes.Endless(), seconds=platforms.time_budget(150), seed=1)

# %% [markdown]
# The loss never gets to 0: nobody can foresee whether a sentence begins with *a* or with *there is*. Below, numbers are
# kept in 16 bits, which makes the file half as large.

# %%
FILE = Path("07_captioning.safetensors")

# %% tags=["train"]
weights = {name: value.cpu() for name, value in result.networks["captioner"].state_dict().items()}
weights = {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}
save_file({name: value.contiguous() for name, value in weights.items()}, FILE)
print(f"{FILE} holds {len(weights)} tensors, {FILE.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ### Question 9
#
# Bring your captioner back: make a new one with `new_captioner()`, and give it the weights that `load_file(FILE)`
# reads.
#
# The check shows it 150 scenes in which it has never seen two of the things together, and lets it speak by itself. In
# at least half of them it must name all things, and no other. Of its colours 60 %, and of its lefts, rights, aboves and
# belows 75 % must be right. If yours is not there yet, train for longer, save again, and run the cell below again.
#
# In a course, hand in this file together with the notebook: when that is graded, nothing is trained again.


# %% answer="q9"
if FILE.exists():
    ### BEGIN SOLUTION: captioner = ...
    captioner = new_captioner()
    captioner.load_state_dict(load_file(FILE))
    ### END SOLUTION
else:
    captioner = ...
    print(f"There is no {FILE} here yet: run the training cell and the one that saves, then this one again.")


# %% check="q9"
q9.check()

# %% [markdown]
# No time to train? `q9.get()` gives you the course's own captioner until yours has passed. To compare, you can also
# choose it yourself: set `MINE` to False.

# %%
MINE = True
network = (q9.get() if MINE else pretrained()).cpu().eval()


def sentences(x):
    return vocabulary.decode_all(look(network, x))


# %% [markdown]
# ## Look at it
#
# Eight scenes in which two of the things have never been seen together:

# %% tags=["picture", "demo"]
test = scenes.unseen_combinations(500)
x = data.to_float(test.images())
said = sentences(x)
show_captions(test.images()[:8], said[:8])

# %% [markdown]
# Where did it look? Here is a scene of your own. Change the sentence, and run the cell again; the nouns are those of
# `nouns.things()`. The first picture is the scene. In each other one, the hotter, the more a place
# counted when that word was chosen.

# %% tags=["demo"]
wish = "a cat to the left of a red apple, and a tent above the cat"

scene = scenes.render([scenes.compose(wish, artist="noto")])
spoken = greedy(network, data.to_float(scene))
words = [vocabulary.words[number] for number in spoken.words[0].tolist()]
show_attention(scene[0], words, spoken.attention[0])

# %% [markdown]
# The same, larger: point at a word.

# %% tags=["demo"]
attention_viewer(scene[0], words, spoken.attention[0])

# %% [markdown]
# Do the hot places lie on what is being said? Mind that the network looks when it *chooses* a word, and for *above* it
# has to know two things and compare. There is a second look, which is not shown: with each word that is read, the
# memory also gets what lies at the places that look like this word. And a place knows something of its surroundings:
# the network may look beside a thing and see it all the same.
#
# ## How good is it?
#
# Since we know what is in a scene, a sentence can be read and compared with it, whichever way it is put:
#
# - **objects**: all things named, and no other;
# - **colours**: of the things that have one and were named, those with the right colour;
# - **relations**: of all scenes, those with the right objects whose sentence says where each of them lies, and all of
#   that is true.
#
# For photographs nobody knows the truth like this. There, captions are compared with what people wrote. **BLEU** counts
# the words and groups of up to four words that a caption has in common with people's sentences.

# %% tags=["demo"]
new_artist = scenes.unseen_artist(500)
said_new = sentences(data.to_float(new_artist.images()))
for name, found, truth in (("new combinations", said, test), ("new artist", said_new, new_artist)):
    scores = judged_scenes(found, truth.scenes)
    shown = ", ".join(f"{key} {scores[key]:.2f}" for key in ("objects", "colours", "relations"))
    print(f"{name:17} {shown}, BLEU-4 {bleu(found, truth.references)['bleu4']:.2f}")

# %% [markdown]
# Compare the two rows. New combinations of known drawings are one thing, and new drawings are another: the network has
# learned how *its five artists* draw a cat, and only in part what a cat is. The borrowed convolutions help it here, for
# photographs show cats of all kinds.
#
# Look at BLEU beside the share of right objects. It falls much less, because a sentence about the wrong things still
# has most of its words right: *a*, *to the left of*, *and*.
#
# ## Scores that lie
#
# One score says less than it seems to: the share of words that are right while the *true* sentence is read, as in
# training. There a wrong word does no harm, for the teacher corrects it at once. (It cannot reach 1: nobody can foresee
# in which of many true ways a sentence is put.) Below, the same network is asked a second time, **blind**: in place of
# each image's places it gets the mean of those of all images.

# %% tags=["demo"]
reads, follow = q2.get()(vocabulary.encode_all([captions[0] for captions in test.references]))
real = follow != PAD
with torch.no_grad():
    seen = network.encoder(x)
    for name, places in {"sees": seen, "blind": seen.mean(dim=0, keepdim=True).expand_as(seen)}.items():
        guessed = network.decode(reads, places)[0].argmax(dim=2)
        share = float((guessed == follow)[real].float().mean())
        own = vocabulary.decode_all(speak(network, places))
        objects = judged_scenes(own, test.scenes)["objects"]
        print(f"{name:6} words right while it reads the truth {share:.2f}, all things right by itself {objects:.2f}")

# %% [markdown]
# Read the second row: without a look at the image it gets a good part of the words right, as long as somebody tells it
# the truth after each of them. **Scores under teacher forcing say little about what a network can do alone.** Let it
# speak by itself, and judge that.
#
# ## Greedy or beam?
#
# With a beam of three, how many sentences change, and for the better? And what happens if sentences are compared
# without dividing by their lengths?

# %% tags=["demo"]
few = 100
choices = {
    "greedy": look(network, x[:few]),
    "beam of 3": beam_search(network, x[:few], width=3),
    "beam of 3, by the sum": beam_search(network, x[:few], width=3, power=0.0),
}
for name, chosen in choices.items():
    found = vocabulary.decode_all(chosen)
    scores = judged_scenes(found, test.scenes[:few])
    length = sum(len(sentence.split()) for sentence in found) / few
    print(f"{name:22} objects {scores['objects']:.2f}, relations {scores['relations']:.2f}, {length:.1f} words")

# %% tags=["demo"]
one, other = (vocabulary.decode_all(choices[name]) for name in ("greedy", "beam of 3"))
different = [i for i in range(few) if one[i] != other[i]][:4]
print(f"{sum(a != b for a, b in zip(one, other, strict=True))} of {few} sentences differ")
if different:
    show_captions(test.images()[different], [f"greedy: {one[i]}\nbeam: {other[i]}" for i in different], size=2.2)

# %% [markdown]
# Look at the lengths: compared by their sums, shorter sentences win, as each further word makes a sum smaller. Look at
# the objects too: is a likelier sentence a truer one?
#
# ## What goes wrong
#
# No picking by hand: here are the first eight scenes with a wrong sentence, and below them the things that were named
# most often, and least often, when they were there.

# %% tags=["demo"]
wrong = [i for i in range(len(test)) if not judged_scenes(said[i : i + 1], test.scenes[i : i + 1])["objects"]]
print(f"{len(wrong)} of {len(test)} scenes")
if wrong:
    show_captions(test.images()[wrong[:8]], [said[i] for i in wrong[:8]])

# %% tags=["demo"]
there, named, instead = Counter(), Counter(), Counter()
for scene, sentence in zip(test.scenes, said, strict=True):
    heard, true = {noun for _, noun in read(sentence).things}, {thing.noun for thing in scene.things}
    there.update(true)
    named.update(true & heard)
    if len(true - heard) == 1 and len(heard - true) == 1:
        instead[(*(true - heard), *(heard - true))] += 1
often = sorted((noun for noun in there if there[noun] >= 5), key=lambda noun: named[noun] / there[noun])
print("seldom:", ", ".join(f"{noun} {named[noun]}/{there[noun]}" for noun in often[:8]))
print("nearly always:", ", ".join(f"{noun} {named[noun]}/{there[noun]}" for noun in often[-8:]))
for (noun, other), count in instead.most_common(5):
    print(f"{noun} was called {other}: {count} times")

# %% [markdown]
# ## What does the describer believe?
#
# You have three kinds of networks now: one that colours, one that redraws, and one that describes. Let them work
# together. First lesson 06: an emoji by Twemoji, the artist whom the captioner has never seen, is redrawn in the style
# of OpenMoji, whom it knows well. Is it recognised more often now, or was more lost on the way than won?


# %% tags=["demo"]
def on_canvas(x):
    """Images (N, 3, S, S) → the same at 32×32 in the middle of a white canvas (N, 3, 64, 64)."""
    return F.pad(F.interpolate(x, size=(32, 32), mode="bilinear", antialias=True), [16] * 4, value=1.0)


noun_of = {drawn.emoji: noun for noun, found in nouns.things().items() for drawn in found}


def believed(names, **stages):
    """Print how often the emoji are recognised at each stage, and show the first five."""
    shown, below = [], []
    for name, images in stages.items():
        found = sentences(on_canvas(images))
        right = sum(noun_of[names[i]] in {noun for _, noun in read(said).things} for i, said in enumerate(found))
        print(f"{name:11} recognised: {right} of {len(names)}")
        shown += list(on_canvas(images[:5]))
        below += [f"{name}:\n{sentence}" for sentence in found[:5]]
    show_captions(shown, below, columns=5, size=1.55)


# %% tags=["demo"]
pairs = data.emoji_styles("test", size=32)
known = [i for i, name in enumerate(pairs.names) if name in noun_of]
a, b = pairs.floats(known)
with torch.no_grad():
    redrawn = trained_cyclegan().a_to_b(a)
believed([pairs.names[i] for i in known], before=a, redrawn=redrawn, truth=b)

# %% [markdown]
# Then lesson 05: line art is coloured. What does the captioner make of the bare lines, what of the colours that were
# only guessed, and what of the true ones? (Some of the scenes in its training were line art, too.)

# %% tags=["demo"]
drawings = data.emoji_pairs("test")
known = [i for i, name in enumerate(drawings.names) if name in noun_of]
lines, truth = drawings.floats(known)
with torch.no_grad():
    coloured = trained_pix2pix()(lines)
believed([drawings.names[i] for i in known], lines=lines, coloured=coloured, truth=truth)

# %% [markdown]
# The captioner is a witness who speaks in whole sentences, sure of itself, whatever it is shown. It never says that it
# does not know: every image gets a sentence of likely words, and only counts on a test set, as above, tell how far to
# trust it.
#
# Other things to try:
#
# - Two scenes one over the other, `torch.minimum(x[:1], x[1:2])`, are a scene that no sentence of the training
#   describes. What does it say of it?
#
# The others train anew. Do not save then, or your good file is lost: after the training set
# `network = result.networks["captioner"].cpu().eval()`, and run the cells from *Look at it* on.
#
# - Mirror the images: `augment=[training.flip, *spoiled]`. Which words go wrong, and why?
# - Leave noise and blur out, `augment=[]`, and describe the test scenes with a little noise:
#   `sentences((x + 0.05 * torch.randn_like(x)).clamp(-1, 1))`.
# - Borrow nothing: `Captioner(vocabulary, Encoder())`, both from `learntools.models.captioner`, in place of
#   `new_captioner()`. How many scenes of the new artist are right then?
# - Show it scenes of three things only, `scenes.Endless(counts=(3,))`. What does it say of a single thing, such as
#   `scenes.compose("a cat")`?

# %% [markdown]
# ## In your own words
#
# The describer calls something by the wrong name, and the rest of its sentence is in perfect English. Where in the
# network would you look for the cause, and what would you look at? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - A sentence is a row of tokens between `<start>` and `<end>`; to learn it is to guess each next one.
# - A recurrent network carries a memory from word to word, and a new one begins with each sentence.
# - Attention takes a mean over the places of an image, with weights that follow from query and keys.
# - Greedy takes the likeliest word each time. A beam keeps several beginnings, and compares them by means.
# - Scores under teacher forcing lie. So do scores on things that were seen in training.
#
# **Where it comes from.** K. Xu and others, *Show, Attend and Tell: Neural Image Caption Generation with Visual
# Attention*, 2015 ([arXiv 1502.03044](https://arxiv.org/abs/1502.03044)). O. Vinyals and others, *Show and Tell*, 2014
# ([arXiv 1411.4555](https://arxiv.org/abs/1411.4555)). The GRU: K. Cho and others, 2014
# ([arXiv 1406.1078](https://arxiv.org/abs/1406.1078)). The scaled inner product: A. Vaswani and others, *Attention Is
# All You Need*, 2017 ([arXiv 1706.03762](https://arxiv.org/abs/1706.03762)). BLEU: K. Papineni and others, 2002
# ([doi 10.3115/1073083.1073135](https://doi.org/10.3115/1073083.1073135)).
#
# **Next.** From images to words, and back: in the lessons to come, sentences become images, small images become large,
# and what is in the way disappears.
