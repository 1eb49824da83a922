# %% [markdown]
# # 02 · Convolutions
#
# A network that looks at pictures makes them smaller, step by step, until only the gist is left. A network that draws
# does the opposite: it starts from a few numbers and grows a picture. (A **network** is a long calculation with
# adjustable numbers in it, arranged in steps called **layers**.) Both are made of the same kind of step.
#
# In this lesson you work that step out by hand, write it yourself in both directions, and find out why machine-made
# pictures sometimes look like a chessboard. It takes about two hours. You need no graphics card.

# %%
import torch
import torch.nn.functional as F

from learntools import data
from learntools.lessons.convolutions import hidden_kernel, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10
from learntools.models.convolution import KERNELS, Upsampler, checkerboard, resized, transposed
from learntools.viz import show_images
from learntools.viz.explorers import convolution_explorer
from learntools.viz.grids import show_convolution, show_grids, show_overlap, show_painting, show_places
from learntools.viz.teaser import show_teaser

# %% [markdown]
# This is what you will make: a photograph filtered, shrunk and grown again.

# %%
show_teaser("convolutions")

# %% [markdown]
# ## One window, one number
#
# To a computer a grey picture is a grid of numbers, its **pixels**: the larger, the brighter. A **kernel** is a second,
# smaller grid of numbers, its **weights**. To apply a kernel, lay it on a part of the image. Multiply each pixel by
# the weight that lies on it, then add everything up. The part of the image under the kernel is called the **window**.

# %%
image = torch.tensor([[10.0, 20.0], [30.0, 40.0]])
kernel = torch.tensor([[2.0, 0.0], [0.0, -1.0]])
show_convolution(image, kernel)

# %% [markdown]
# Four pixels went in, and one number came out. This is one step of a **convolution**.
#
# (Mathematicians turn the kernel by 180 degrees first, and call what we do here *cross-correlation*. Deep
# learning leaves the kernel as it is and says convolution all the same. So do we, in every exercise.)
#
# ### Question 1
#
# Take a pencil: which number do these two give? Write it into `one_number`, in place of the dots.

# %%
image = torch.tensor([[200.0, 200.0], [0.0, 0.0]])
kernel = torch.tensor([[1.5, 1.5], [-1.5, -1.5]])
show_grids({"image": image, "kernel": kernel}, "∗")

# %% answer="q1"
### BEGIN SOLUTION: one_number = ...
one_number = 200 * 1.5 + 200 * 1.5 + 0 * -1.5 + 0 * -1.5
### END SOLUTION

# %% check="q1"
q1.check()

# %% [markdown]
# A large number. This kernel asks *is it bright above and dark below?*, and in this image it is. Were the window
# evenly bright, plus and minus would cancel and give 0.
#
# ## One number, one window
#
# Now run the step backwards. One pixel comes in, and a whole window goes out. The pixel works like a stamp: it
# **paints** the kernel, and the brighter it is, the stronger the print. Each weight is multiplied by the pixel and
# stays in its own place.

# %%
kernel = torch.tensor([[2.0, 0.0], [0.0, -1.0]])
show_grids({"pixel": 10.0, "kernel": kernel, "painted": 10 * kernel}, "×=")

# %% [markdown]
# This is one step of a **transposed convolution**. You will soon see where the name comes from.
#
# ### Question 2
#
# What does a pixel of 200 paint through the kernel of question 1, `[[1.5, 1.5], [-1.5, -1.5]]`? Write the grid into
# `painted` as a list of rows, such as `[[1, 2], [3, 4]]`.

# %% answer="q2"
### BEGIN SOLUTION: painted = ...
painted = [[300, 300], [-300, -300]]
### END SOLUTION

# %% check="q2"
q2.check()

# %% [markdown]
# ## Every place of an image
#
# A convolution does not stop at one window. The kernel slides over the whole image, and each place where it fits gives
# one pixel of the **output**. Here is a small ring with a kernel that asks *is it brighter on the right than on
# the left?*

# %%
ring = torch.zeros(5, 6)
ring[1:4, 1:5] = 9
ring[2, 2:4] = 0
show_convolution(ring, KERNELS["left to right"], at=(0, 1))

# %% [markdown]
# The sum under the picture is the one for the blue window. Now move the window yourself: press *Play*, pull the slider
# *step*, or type other numbers into the kernel. (Leave *show* and *stride* for later.) With a kernel of ones each
# output pixel is the sum of its window: see how the hole of the ring disappears.

# %% tags=["demo"]
convolution_explorer(ring, KERNELS["left to right"])

# %% [markdown]
# The output is smaller than the image, because a row of six pixels has only four places for a kernel three wide. How
# large it becomes is worth knowing exactly: when a network refuses to run, the reason is often a size. Rows and
# columns follow the same rule, so it is enough to look at one line of pixels.

# %%
show_places(6, kernel=3)

# %% [markdown]
# Two more settings change the count:
#
# - The **stride** is how far the kernel moves from one place to the next. With a stride of 2 it leaves out every
#   second place, and the output is about half as long.
# - A **padding** of 1 puts one zero at each end of the line, a padding of 2 puts two, and so on; around an image, on
#   all four sides. So the kernel can stand a little over the edge.

# %%
show_places(7, kernel=3, stride=2)
show_places(7, kernel=3, stride=2, padding=1)
show_places(8, kernel=3, stride=2)

# %% [markdown]
# Look at the last one. The eighth pixel is never reached: another step would push the kernel over the edge, so it is
# left out.
#
# ### Question 3
#
# Write `output_size`: how many places are there on a line of `n` pixels?


# %% answer="q3"
def output_size(n, kernel, stride=1, padding=0):
    """Number of places of a kernel of `kernel` pixels on a line of `n` pixels (a whole number)."""
    ### BEGIN SOLUTION
    return (n + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


# %% check="q3"
q3.check()

# %% [markdown]
# In many networks a picture of 28×28 pixels goes through convolutions with kernel 4, stride 2 and padding 1, one after
# the other. See how quickly it shrinks:

# %%
size = q3.get()  # your output_size once it is right, and ours until then
n = 28
for _ in range(3):
    print(n, "→", size(n, 4, stride=2, padding=1))
    n = size(n, 4, stride=2, padding=1)

# %% [markdown]
# ## The whole convolution
#
# You have all the parts: windows, products, sums, sizes.
#
# ### Question 4
#
# Write `convolve`. `image` is a tensor of shape (H, W): H rows and W columns. `kernel` has shape (h, w). Neither need
# be square. Padding means zeros on all four sides. The kernel is not turned round.
#
# Two things will help. `F.pad(image, (left, right, top, bottom))` puts that many zeros around an image.
# `size(n, kernel_length, stride, padding)` is the function from the cell that printed 28 → 14; `kernel_length` is a
# number such as `kernel.shape[0]`. Once the image is padded, leave `padding` out of `size`: the zeros are already part
# of `n`.


# %% answer="q4"
def convolve(image, kernel, stride=1, padding=0):
    """(H, W) and (h, w) → the output, a float tensor with one pixel for each place of the kernel."""
    ### BEGIN SOLUTION
    image = F.pad(image, (padding, padding, padding, padding))
    h, w = kernel.shape
    rows, columns = size(image.shape[0], h, stride), size(image.shape[1], w, stride)
    output = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = image[i * stride : i * stride + h, j * stride : j * stride + w]
            output[i, j] = (window * kernel).sum()
    return output
    ### END SOLUTION


# %% check="q4"
q4.check()

# %% [markdown]
# ## What a kernel sees
#
# Which weights a kernel holds decides what it answers to. Here are five with a name. Later, networks will find
# their own.

# %%
shown = {name: kernel for name, kernel in KERNELS.items() if name != "blur"}
show_grids({"blur × 9": 9 * KERNELS["blur"], **shown})

# %% [markdown]
# (All weights of the blur are 1/9, so here it is multiplied by 9.)
#
# One of the five made the right-hand picture below. Results below zero need a colour too: in that picture mid-grey is
# 0, white is positive and black is negative. `q4.get()` is your `convolve` once it is right, and ours until then.

# %%
clothes = data.fashion_mnist("test")
trousers = clothes.images[2, 0] / 255  # from 0, black, to 1, white
look = q4.get()
mystery = look(trousers, hidden_kernel, padding=1)
# show_images draws -1 black and 1 white.
show_images([2 * trousers - 1, mystery / 3], titles=["trousers", "which kernel?"], size=2.2)

# %% [markdown]
# ### Question 5
#
# Which kernel was it? Set `mystery_kernel` to `"blur"`, `"shift"`, `"left to right"`, `"top to bottom"` or `"outline"`.

# %% answer="q5"
### BEGIN SOLUTION: mystery_kernel = ...
mystery_kernel = "left to right"
### END SOLUTION

# %% check="q5"
q5.check()

# %% [markdown]
# Here are all five on a photograph.

# %%
cat = data.photo("cat").float().mean(0) / 255  # the mean of red, green and blue is a grey
cat = F.interpolate(cat[None, None, :, 75:375], size=(96, 96), mode="area")[0, 0]
pictures = {"photograph": 2 * cat - 1}
for name, kernel in KERNELS.items():
    seen = look(cat, kernel, padding=1)
    pictures[name] = seen / 1.5 if kernel.sum().abs() < 0.01 else 2 * seen - 1
show_images(list(pictures.values()), titles=list(pictures), columns=3, size=2.4)

# %% [markdown]
# Kernels whose weights add up to zero forget even areas and keep what changes: edges. The sharp lines around some of
# the pictures are edges too. They come from the padding: its zeros are black, and the photograph is brighter.
#
# ### Channels and batches
#
# A colour picture has three **channels**: red, green and blue. A layer of a network takes C channels and gives O new
# ones. For each of the O it has one kernel **per incoming channel**, and adds up what these C kernels give. It also
# works on N pictures at once, a **batch**. PyTorch's `F.conv2d` does it all:

# %%
pictures = torch.rand(8, 3, 28, 28)  # N = 8 pictures, C = 3 channels, 28 rows, 28 columns
weight = torch.randn(16, 3, 4, 4)  # O = 16 outputs, C = 3 kernels of 4×4 for each
print(F.conv2d(pictures, weight, stride=2, padding=1).shape)

# %% [markdown]
# ## Growing a picture
#
# Back to painting. In a transposed convolution **every** pixel of the image paints the kernel on an empty
# **canvas**. Neighbours paint one stride apart, and where their prints overlap, the paint **adds up**. The framed cells
# of the finished canvas were painted more than once.

# %%
image = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
kernel = torch.tensor([[1.0, 0.0], [2.0, -1.0]])
show_painting(image, kernel)

# %% [markdown]
# With a stride of 2 the prints of a 2×2 kernel lie side by side, and the canvas is twice as large as the image. In
# this way a network that draws, a **generator**, grows its pictures.

# %%
show_painting(image[:1], kernel, stride=2)

# %% [markdown]
# **Padding** works backwards too. A convolution puts zeros around its image first; a transposed convolution takes cells
# away at the end. With a padding of 1, one row or column is **cut off** on each side. Here the grey ones go:

# %%
kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
show_painting(image[:1], kernel, stride=2, padding=1)

# %% [markdown]
# ### Question 6
#
# Write `grown_size`: how long does a line of `n` pixels become? Count columns in the three pictures above to test
# your rule: 2 pixels became 3, then 4, and in the last picture 3 after the cut.


# %% answer="q6"
def grown_size(n, kernel, stride=1, padding=0):
    """Length of a line of `n` pixels after a transposed convolution (a whole number)."""
    ### BEGIN SOLUTION
    return (n - 1) * stride + kernel - 2 * padding
    ### END SOLUTION


# %% check="q6"
q6.check()

# %% [markdown]
# Do you remember 28 → 14 → 7? With the same settings a generator walks the same way back:

# %%
grown = q6.get()  # your grown_size once it is right
n = 7
for _ in range(2):
    print(n, "→", grown(n, 4, stride=2, padding=1))
    n = grown(n, 4, stride=2, padding=1)

# %% [markdown]
# ### Question 7: a prediction
#
# Three pixels on a line, each of them 1, paint with the kernel `[1, 1, 1]` and a stride of 2. That makes a line of
# seven cells. What stands in them? Write the seven numbers into `touches`, **before** you run the picture below, as a
# list such as `[0, 1, 2, 3, 4, 5, 6]`.

# %% answer="q7"
### BEGIN SOLUTION: touches = ...
touches = [1, 1, 2, 1, 2, 1, 1]
### END SOLUTION

# %% check="q7"
q7.check()

# %%
show_overlap(kernel=3, stride=2, size=3)

# %% [markdown]
# On the left are the three prints and the seven cells, on the right the same with 3×3 pixels and a kernel of 3×3. All
# pixels were alike, and yet the result is not even. Keep this picture in mind.
#
# ### Question 8
#
# Write `convolve_transposed`. As in question 4, `image` has shape (H, W), `kernel` has shape (h, w), and the kernel is
# not turned round. `grown(n, kernel_length, stride, padding)` is your `grown_size` once it is right, and ours until
# then; `kernel_length` is again a number. With `padding` it gives the length after the cut, so leave `padding` out for
# the size of the whole canvas.


# %% answer="q8"
def convolve_transposed(image, kernel, stride=1, padding=0):
    """(H, W) and (h, w) → the painted canvas, `padding` cells cut off on each side."""
    ### BEGIN SOLUTION
    h, w = kernel.shape
    rows, columns = grown(image.shape[0], h, stride), grown(image.shape[1], w, stride)
    canvas = torch.zeros(rows, columns)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            canvas[i * stride : i * stride + h, j * stride : j * stride + w] += image[i, j] * kernel
    return canvas[padding : rows - padding, padding : columns - padding]
    ### END SOLUTION


# %% check="q8"
q8.check()

# %% [markdown]
# Now let a boot grow. The kernel decides what the space between the pixels is filled with: blocks, or a smooth
# passage.

# %%
paint = q8.get()  # your convolve_transposed once it is right
boot = clothes.images[0, 0] / 255
blocks = torch.ones(2, 2)
smooth = torch.tensor([[1.0, 3, 3, 1], [3, 9, 9, 3], [3, 9, 9, 3], [1, 3, 3, 1]]) / 16
boots = [boot, paint(boot, blocks, stride=2), paint(boot, smooth, stride=2, padding=1)]
titles = ["28×28", "56×56, blocks", "56×56, smooth"]
show_images([2 * b - 1 for b in boots], titles=titles, size=2.4)

# %% [markdown]
# ## Why "transposed"?
#
# A convolution only multiplies by fixed weights and adds. So it can be written as one large table of weights, a
# **matrix** M: write the image as one long line of pixels, multiply by M, and out comes the output as one long line.
# Each **row** of M belongs to one output pixel and holds one weight for every pixel of the image, most of them 0. To
# multiply (in Python `M @ line`), lay a row on the line of pixels, multiply number by number, and add up: that is the
# output pixel.
#
# ### Question 9
#
# Write `convolution_matrix` for images of `height` × `width`, stride 1, no padding. Then
# `convolution_matrix(kernel, height, width) @ image.flatten()` is the same as `convolve(image, kernel).flatten()`.
# `flatten` reads row by row, as you read a page.


# %% answer="q9"
def convolution_matrix(kernel, height, width):
    """(h, w) → (number of output pixels, height * width), a float tensor."""
    ### BEGIN SOLUTION
    h, w = kernel.shape
    rows = []
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            laid = torch.zeros(height, width)
            laid[i : i + h, j : j + w] = kernel
            rows.append(laid.flatten())
    return torch.stack(rows)
    ### END SOLUTION


# %% check="q9"
q9.check()

# %% [markdown]
# Here it is for a kernel of 2×2 and images of 3×3: four output pixels, nine image pixels. The same four weights stand
# in every row, each time a little further on.

# %%
kernel = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
M = q9.get()(kernel, 3, 3)
show_grids({"M, the convolution": M, "M transposed": M.T})

# %% [markdown]
# **Transposing** a matrix turns its rows into columns. M turns nine numbers into four, so M transposed turns four into
# nine. Each column of the right-hand matrix belongs to one pixel of the small image, and shows which cells it paints.
# That is the transposed convolution.

# %%
y = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
product = (M.T @ y.flatten()).view(3, 3)
show_grids({"y": y, "M transposed × y": product, "paint(y, kernel)": paint(y, kernel)}, " =")

# %% [markdown]
# It does **not** undo the convolution: the size comes back, but not the values. (Where the kernel never reached the
# last pixels, as with 8 pixels, kernel 3 and stride 2, not even the size comes back.) Something more useful holds.
# Remember: `look` is the convolution, `paint` the transposed one, and here both use the same kernel and stride. Take an
# image `x` whose last pixels the kernel reaches, and any `y` of the output's size. Multiply `look(x)` and `y` pixel by
# pixel, and add up. Then multiply `x` and `paint(y)` pixel by pixel, and add up. Both sums are the same. Two operations
# that belong together in this way are called **adjoint**.

# %%
x, y, kernel = torch.randn(9, 9), torch.randn(4, 4), torch.randn(3, 3)
print(f"look(x) times y:  {(look(x, kernel, stride=2) * y).sum():.4f}")
print(f"x times paint(y): {(x * paint(y, kernel, stride=2)).sum():.4f}")

# %% [markdown]
# Networks rely on it whenever they learn. In a network `x` often comes from an earlier layer. To change the weights of
# that layer, PyTorch must know how each pixel of `x` changes a result further on: this is called the **gradient**. Let
# that result be our sum. PyTorch finds the gradient by sending `y` backwards through the convolution, and backwards is
# the transposed convolution:

# %%
x.requires_grad_()
(F.conv2d(x[None, None], kernel[None, None], stride=2)[0, 0] * y).sum().backward()
difference = (x.grad - paint(y, kernel, stride=2)).abs().max()
print(f"largest difference between the gradient and paint(y): {difference:.4f}")

# %% [markdown]
# ## The checkerboard
#
# Look again at the picture of question 7: with kernel 3 and stride 2 some cells get more layers of paint than others.
# With kernel 4 they do not, because 4 is a multiple of 2: away from the border, every cell gets the same number.

# %%
show_overlap(kernel=4, stride=2)

# %% [markdown]
# On a real picture the uneven layers look like a chessboard. Here all weights of a kernel are equal, and scaled so
# that the picture keeps its brightness. The function `checkerboard` measures how strongly neighbouring pixels
# alternate: 0 is not at all.

# %%
shoes = clothes.images[[0, 23, 28]] / 255
for k in (3, 4):
    even_weights = torch.full((1, 1, k, k), 4 / k**2)
    bigger = F.conv_transpose2d(shoes, even_weights, stride=2)[..., :56, :56]
    title = f"kernel {k}, stride 2: checkerboard {checkerboard(bigger):.3f}"
    show_images(2 * bigger - 1, title=title, size=2.2)

# %% [markdown]
# ## The cure
#
# A kernel size that is a multiple of the stride helps, but it is no guarantee. Neighbouring cells still get
# *different* weights of the kernel, so unequal weights can bring the pattern back. A surer way is not to paint at all:
#
# 1. **resize**: repeat each pixel, so that it becomes a block of 2×2;
# 2. **convolve** with stride 1 and enough padding to keep the size.
#
# Now every output pixel gets all the weights.
#
# ### Question 10
#
# Write `grow`, for batches with channels. To resize, simply repeat pixels. `weight` has shape (O, C, k, k) with an odd
# k, such as 3 or 5. You may use `F.conv2d`.


# %% answer="q10"
def grow(images, weight):
    """(N, C, H, W) and (O, C, k, k) → (N, O, 2H, 2W): repeat each pixel, then convolve."""
    ### BEGIN SOLUTION
    doubled = F.interpolate(images, scale_factor=2, mode="nearest")
    return F.conv2d(doubled, weight, padding=weight.shape[-1] // 2)
    ### END SOLUTION


# %% check="q10"
q10.check()

# %% [markdown]
# To see the difference, let an evenly bright picture grow with random weights, five times each way. The picture has no
# pattern, so what you see comes from the operation alone. (The border is cut off.)

# %%
torch.manual_seed(0)
even, resize = torch.ones(1, 1, 12, 12), q10.get()
ways = {
    "transposed, kernel 3": lambda: F.conv_transpose2d(even, torch.rand(1, 1, 3, 3) / 2.25, stride=2),
    "transposed, kernel 4": lambda: F.conv_transpose2d(even, torch.rand(1, 1, 4, 4) / 4, stride=2),
    "resize, then convolve": lambda: resize(even, torch.rand(1, 1, 3, 3) / 9),
}
for name, way in ways.items():
    flat = torch.cat([way()[..., 4:20, 4:20] for _ in range(5)])
    show_images(2 * flat - 1, title=f"{name}: checkerboard {checkerboard(flat):.3f}", size=1.5)

# %% [markdown]
# ## Weights that are learnt
#
# So far the weights were given. A network finds its own, by **training**: it guesses, and each step changes the weights
# a little so that the guess comes closer to the truth. The cell after the next trains three small networks to turn
# clothes of 7×7 pixels back into 28×28. They differ only in how they double the size. It takes a few seconds.
# `F.avg_pool2d` shrinks a picture: each square of pixels becomes its mean. `F.mse_loss` says how wrong a guess is: the
# mean of the squared differences. Lesson 03 explains the lines with `optimizer` and `backward`.

# %%
real = data.to_float(data.fashion_mnist("test").images[:200])  # from -1 to 1
examples = data.to_float(data.fashion_mnist("train").images[: 60 * 32])
doublings = {"kernel 3": transposed(3), "kernel 4": transposed(4), "resize": resized}
guesses = {"7×7": F.avg_pool2d(real, 4), "real": real}
print(f"real clothes: checkerboard {checkerboard(real):.3f}")

# %% tags=["train"]
for name, doubling in doublings.items():
    torch.manual_seed(0)
    network = Upsampler(doubling)
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    for step, batch in enumerate(examples.split(32), start=1):
        loss = F.mse_loss(network(F.avg_pool2d(batch, 4)), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in (20, 60):
            with torch.no_grad():
                guess = guesses[f"{name}\nstep {step}"] = network(guesses["7×7"])
            print(f"{name}, step {step}: checkerboard {checkerboard(guess):.3f}")

# %% tags=["train"]
pictures = [batch[i] for i in (0, 1, 2, 4, 6) for batch in guesses.values()]
show_images(pictures, titles=list(guesses), columns=len(guesses), size=1.05)

# %% [markdown]
# In this run, after 20 steps both transposed convolutions show the pattern, and resizing does not. After 60 steps it
# has faded: training can learn to avoid it. But that costs time, and a generator keeps changing for as long as it
# trains. A kernel of 4 with a stride of 2 at least paints every cell equally often, and resizing does not paint at all.
# Most generators of this course use one of these two. Lesson 08 shows a third way.
#
# ## Play
#
# Change the first three lines and run the cell again. `data.photos()` lists the photographs. What does a kernel of your
# own see? Which stamps leave a pattern when the shrunk picture is painted large again?

# %% tags=["picture"]
photograph = "cat"
kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
stamp = torch.ones(3, 3)  # try torch.ones(4, 4), or other weights

photo = data.photo(photograph).float().mean(0) / 255
side, left = min(photo.shape), (photo.shape[1] - min(photo.shape)) // 2
grey = F.interpolate(photo[None, None, :side, left : left + side], size=(96, 96), mode="area")
edges = F.conv2d(grey, kernel[None, None])
small = F.avg_pool2d(grey, 2)
painted_large = F.conv_transpose2d(small, 4 * stamp[None, None] / stamp.sum(), stride=2)
resized_large = q10.get()(small, torch.ones(1, 1, 3, 3) / 9)
pictures = [2 * grey[0] - 1, edges[0], 2 * painted_large[0] - 1, 2 * resized_large[0] - 1]
titles = ["a photograph", "its edges", "shrunk and painted", "shrunk and resized"]
show_images(pictures, titles=titles, columns=4, size=1.75)

# %% [markdown]
# ## In your own words
#
# Somebody shows you a generated picture with a faint chessboard on it. What happened inside the network, and which
# two changes would you suggest? Two to four sentences are enough.
#
# No check can judge this. In a course your instructor reads it; alone, write it all the same: what you can explain,
# you know.

# %% [markdown] written="reflection" points=2
# *Double-click here, and write over this line.*

# %% [markdown]
# ## What you learned
#
# - A convolution multiplies window and kernel, adds up, and moves on by the stride. The output has one pixel for each
#   place where the kernel fits.
# - A transposed convolution paints the kernel with every pixel, one stride apart, and adds up where prints overlap.
# - The two share one matrix, with rows and columns swapped. Gradients flow back through a convolution in this way.
# - A kernel whose size is no multiple of its stride paints unevenly and leaves a checkerboard. Choose a multiple, or
#   resize and convolve.
#
# **Where it comes from.** V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016
# ([arXiv 1603.07285](https://arxiv.org/abs/1603.07285)), with moving pictures of every case. A. Odena, V. Dumoulin and
# C. Olah, *Deconvolution and Checkerboard Artifacts*, Distill, 2016
# ([doi 10.23915/distill.00003](https://doi.org/10.23915/distill.00003)).
#
# **Next.** In lesson 03 a network uses transposed convolutions to draw clothes out of nothing but noise.
