"""How well a text can be read on its background, as the Web Content Accessibility Guidelines 2.2 define it (1.4.3)."""

from __future__ import annotations

ENOUGH = 4.5  # for a text of usual size


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Of two colours, red, green and blue from 0 to 255: from 1 (the same) to 21 (black on white)."""

    def light(colour: tuple[float, ...]) -> float:
        parts = [v / 255 / 12.92 if v <= 10.31 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in colour[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def of_hex(text: str) -> tuple[int, ...]:
    """#0550ae → (5, 80, 174)"""
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))
