"""A crash in words: what Python said, what that usually means, and the next thing to look at.

Python's own message stays, because learning to read it is part of learning to program; what is added is the way on.
"""

from __future__ import annotations

from learntools.core.plain import Crash

# (exception type or "", a part of its message or "") → what to say after it; the first that fits is used.
_ADVICE: tuple[tuple[str, str, str], ...] = (
    (
        "NameError",
        "",
        "Python does not know this name here. Is it spelled as where it was made, and has that cell run?",
    ),
    ("UnboundLocalError", "", "The name is used before it has a value. Which line should give it one?"),
    (
        "TypeError",
        "positional argument",
        "The check calls it with the arguments of the exercise. Keep the line that starts with `def` as it was given.",
    ),
    (
        "TypeError",
        "keyword argument",
        "One call names an argument that does not exist. Compare its spelling with the documentation.",
    ),
    (
        "TypeError",
        "not a Module subclass",
        "Only layers may stand there: made with parentheses, as in `nn.ReLU()`, and from `nn`, no bare functions.",
    ),
    ("TypeError", "not callable", "Parentheses stand behind something that is no function. Is its name used twice?"),
    (
        "TypeError",
        "",
        "An operation met a kind of value that it does not work on. Print the values just before that line.",
    ),
    (
        "AttributeError",
        "'NoneType'",
        "Something is None where a value was expected; often a function that forgot its `return`.",
    ),
    (
        "AttributeError",
        "",
        "The object has nothing of that name. Print its type: is it what you think, and is the name spelled right?",
    ),
    (
        "IndexError",
        "used as indices must be",
        "Only whole numbers can point at a place. Was the index turned into floats on the way?",
    ),
    ("IndexError", "", "An index points past the end. Print the shape: counting starts at 0, so the last is one less."),
    ("KeyError", "", "There is no such key in the dictionary. Print the keys that there are."),
    ("ZeroDivisionError", "", "Something is divided by zero. Which number can become 0 there, and may it?"),
    (
        "ModuleNotFoundError",
        "",
        "That package is not installed. The exercise can be solved with what is imported above.",
    ),
    (
        "RuntimeError",
        "does not require grad",
        "The loss has no way back to any weight. Was something detached, computed under `no_grad`, or made a number?",
    ),
    (
        "RuntimeError",
        "backward through the graph a second time",
        "A graph is used up by its first `backward`. Compute the result anew, or detach what should not be followed.",
    ),
    (
        "RuntimeError",
        "not implemented for",
        "This operation does not exist for that kind of number. Convert the tensor first, for example with `.float()`.",
    ),
    (
        "RuntimeError",
        "expected scalar type",
        "Two tensors hold different kinds of number. Convert one of them, for example with `.float()`.",
    ),
    (
        "RuntimeError",
        "same dtype",
        "Two tensors hold different kinds of number. Convert one of them, for example with `.float()`.",
    ),
    (
        "RuntimeError",
        "scalar types",
        "Two tensors hold different kinds of number. Labels that count or point are whole numbers, weights are floats.",
    ),
    ("RuntimeError", "same device", "Two tensors are on different devices. Move one to the other's with `.to(...)`."),
    (
        "RuntimeError",
        "can't be cast",
        "Two kinds of number meet that do not mix. Make both floats, for example with `.float()`.",
    ),
    (
        "RuntimeError",
        "ambiguous",
        "A whole tensor stands where one yes or no is needed, as after `if` or `not`. Compare element by element.",
    ),
    (
        "RuntimeError",
        "between 0 and 1",
        "That function wants probabilities and got logits. Its sister whose name ends in `with_logits` takes those.",
    ),
    (
        "RuntimeError",
        "leaf variable",
        "A weight that learns can only be written into with its graph switched off: put the line inside "
        "`with torch.no_grad():`.",
    ),
    (
        "RuntimeError",
        "in-place",
        "A value was changed in place that the gradient still needs. Use an operation that makes a new tensor.",
    ),
    (
        "RuntimeError",
        "",
        "Usually two sizes do not fit together. Print the `.shape` of each tensor just before that line.",
    ),
    (
        "ValueError",
        "target size",
        "Labels need the shape of the scores. `torch.ones_like` and `torch.zeros_like` make such a tensor.",
    ),
    ("ValueError", "", "A value is not one that this operation accepts. Print it just before that line."),
    (
        "NotImplementedError",
        'required "forward"',
        "The class has no method `forward`. Is its name spelled like that, and is it indented inside the class?",
    ),
    (
        "NotImplementedError",
        "not implemented for",
        "This operation does not exist for that kind of number. Convert the tensor first, for example with `.float()`.",
    ),
    (
        "NotImplementedError",
        "",
        "PyTorch has no such operation for this kind or number of dimensions. Print the `.shape` and the `.dtype`.",
    ),
    ("", "", "Look at the line, and print the values that go into it."),
)


def explain(name: str, crash: Crash) -> str:
    """What to tell a learner whose answer, called `name`, ended in this crash."""
    said = f": {crash.message.rstrip('.')}" if crash.message else ""
    lower = crash.message.lower()
    if crash.type in ("MemoryError", "OutOfMemoryError") or "allocate memory" in lower or "out of memory" in lower:
        return (
            f"`{name}` asked for more memory than this exercise could ever need, and was stopped before it filled the "
            "machine. Look at the sizes: is a whole range or a product of sizes used where one size was meant?"
        )
    if crash.type == "RecursionError":
        return (
            f"`{name}` calls itself again and again and never comes back. Does it use its own name where another "
            "function's was meant?"
        )
    if crash.type == "SystemExit":
        return f"`{name}` asked Python to exit. Return a value instead: a function should never end the session."
    if crash.type == "KeyboardInterrupt":
        return f"The check of `{name}` was interrupted. Nothing is lost: run it again when you like."
    if crash.type == "EOFError":
        return f"`{name}` waits for somebody to type: it calls `input()`. Take the value as an argument instead."
    if crash.type == "WrongKind":
        return f"`{name}` {crash.message}"
    if not crash.inside:
        return (
            f"What `{name}` gave back could not be used: {crash.type}{said}. Look at what it returns, and of which "
            "kind that is."
        )
    return f"`{name}` stopped with {crash.type}{said}. {_advice(crash)}"


def _advice(crash: Crash) -> str:
    lower = crash.message.lower()
    return next(text for kind, part, text in _ADVICE if kind in ("", crash.type) and part.lower() in lower)
