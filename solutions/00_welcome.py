# %% [markdown]
# # 00 · Welcome
#
# This course teaches networks to make things, beginning with pictures of clothes. You will build them yourself, in
# small steps, and each step is checked the moment you finish it.
#
# Here you meet the checks, and make sure that everything works. It takes ten minutes.
#
# A lesson is a **notebook**: text like this, and **cells** of Python code. Click into a cell and press Shift+Enter to
# run it. Run the cells in order, from top to bottom; later ones need what earlier ones made. The first one only sets
# things up, and you need not read it.

# %%
import torch

from learntools import data, platforms, progress
from learntools.lessons.welcome import q1, q2, q3
from learntools.viz import show_images

# %% [markdown]
# ## What a picture is made of

# %%
clothes = data.fashion_mnist()
show_images(clothes.images[:10], titles=[clothes.classes[i] for i in clothes.labels[:10]], size=0.8)

# %% [markdown]
# These are ten of the 60,000 pictures of clothes that come with the course, in a collection called *Fashion-MNIST*.
# A picture is a grid of **pixels**, and each pixel is a number: 0 is black, 255 is white. (A whole number from 0 to 255
# is what fits into one **byte** of memory.) PyTorch, the library that does the computing, calls a grid of numbers a
# **tensor**.

# %%
print(clothes.images[0].shape)

# %% [markdown]
# That says: 1 **channel** (grey; a colour picture has 3), 28 rows, 28 columns.
#
# ## Your first answer
#
# A cell with three dots `...` is yours to fill. Replace the dots, run the cell, then run the check below it. Try the
# check before you have answered, too, or with a wrong answer: it never breaks anything.
#
# ### Question 1
#
# How many pixels does one of these images have?

# %% answer="q1"
### BEGIN SOLUTION: pixels_per_image = ...
pixels_per_image = 28 * 28
### END SOLUTION

# %% check="q1"
q1.check()

# %% [markdown]
# A check says what your answer *does* and where that goes wrong. How you write it is up to you.
#
# When you are stuck, remove the `#` from one of the two lines below each check:
#
# - `q1.hint()` gives a hint, and each further call the next one,
# - `q1.solution()` shows one way to write it.
#
# ## A function
#
# Most questions ask for a **function**: you write the lines below `def`. The last of them is `return` and what the
# function gives back.
#
# ### Question 2
#
# Write `invert`, which makes the negative of an image: black (0) becomes white (255), white becomes black, and the
# greys change places likewise. PyTorch does arithmetic on a whole image at once: `image + 1` adds 1 to every pixel.


# %% answer="q2"
def invert(image):
    """An image of bytes 0…255 → its negative, of the same shape."""
    ### BEGIN SOLUTION
    return 255 - image
    ### END SOLUTION


# %% check="q2"
q2.check()

# %% [markdown]
# Here is what it does to a picture. This cell uses `q2.get()`, which gives your own function once it passes. Until then
# it gives the course's own, so that the cells that follow always run.

# %%
boot = clothes.images[0]
negative = q2.get()
show_images([boot, negative(boot)], titles=["image", "negative"], size=1.6)

# %% [markdown]
# ### Question 3
#
# Some questions ask you to choose. What does `q2.get()` give while your answer is not right yet? Set
# `before_it_passes` to one of `"an error"`, `"nothing"`, `"my answer"`, `"a hint"`, `"a working answer"`.

# %% answer="q3"
### BEGIN SOLUTION: before_it_passes = ...
before_it_passes = "a working answer"
### END SOLUTION

# %% check="q3"
q3.check()

# %% [markdown]
# ## Your machine
#
# Everything in this course runs on a laptop with no graphics card and no internet connection. Where there is a graphics
# card (**GPU**), it is used. This is what you have:

# %%
print(platforms.device())

# %% [markdown]
# - **On Kaggle**, a GPU is in the side bar under *Session options → Accelerator*.
# - **On Colab**, it is in the menu under *Runtime → Change runtime type*.
# - **On your own machine**, `learntools doctor` in a terminal says what works and what does not.
#
# How fast is it? Networks spend nearly all their time on multiplying tables of numbers.

# %% tags=["demo"]
from time import perf_counter

table = torch.randn(1024, 1024, device=platforms.device())
(table @ table).sum().item()  # the first time is slower, so it does not count
start = perf_counter()
for _ in range(5):
    product = table @ table
product.sum().item()  # waits until the result is there
seconds = (perf_counter() - start) / 5
print(f"{2 * 1024**3 / seconds / 1e9:,.0f} billion multiplications and additions a second")

# %% [markdown]
# ## Where you are
#
# Your checks are remembered on this machine, and nowhere else. (On Colab the machine is thrown away after the session,
# and this record with it. On Kaggle the record is kept when you save a version, or from session to session with
# *Session options → Persistence*.)

# %%
progress()

# %% [markdown]
# ## In your own words
#
# Think of something that you once learned by getting it wrong. What did you need to hear to get further? And what will
# you do in this course when a check says *not yet right*? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - Fill the dots, run the cell, run the check. A wrong answer costs nothing and tells you something.
# - `hint()` and `solution()` help; `get()` keeps the notebook running.
# - An image is a grid of numbers, and arithmetic works on all of them at once.
#
# **Next.** In lesson 01 three trained networks look at pictures: one recognises, one translates, one describes. Then
# lesson 02 shows what they are made of.
