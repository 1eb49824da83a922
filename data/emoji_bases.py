"""Which emoji are variants of one another: the base emoji, by which train and test are divided.

    base("1F469-200D-1F680")  ->  "1F9D1-1F680"   woman astronaut is a variant of astronaut
    base("1F499")             ->  "2764"          the blue heart is a variant of the heart

Two emoji share a base when one is the other but for gender, hair, age or direction, or when an artist draws one by
recolouring, turning or mirroring the other, or by moving the hands of its clock. A network that has seen one has then
seen the other, so both belong on the same side of the split. The first emoji of a family stands for it. FAMILIES was
drawn up from the meaning and completed from the measured nearest pairs (README.md says which were left apart).
"""

from __future__ import annotations

import hashlib

TEST_SHARE = 18  # per cent of the bases that may be tested: about 15 per cent of all emoji
# Families of eight and more are for training only: 24 clocks would weigh as much in a test as 24 different things, and
# nobody can know from its outline whether a square is red. In order: persons, families, clocks, discs, squares, hearts,
# keycaps, couples, arrows.
TRAINING_ONLY = {"1F9D1", "1F46A", "1F55B", "1F534", "1F7E5", "2764", "0030-20E3", "1F491", "2B06"}

JOINER, STYLE = "200D", "FE0F"
GENDER_OR_DIRECTION = {"2640", "2642", "27A1"}
MAN, WOMAN, PERSON, ADULTS_AND_CHILDREN = "1F468", "1F469", "1F9D1", {"1F466", "1F467", "1F9D1", "1F9D2"}
HAIR = {"1F9B0", "1F9B1", "1F9B2", "1F9B3"}
FAMILY, COUPLE, HOLDING_HANDS = "1F46A", "1F491", "1F46B"

# One word, one family. (As a list of strings this would fill three pages.)
FAMILIES = """
🧑,👱,🧔,🙍,🙎,🧒,👦,👧,🧓,👴,👵
🫅,🤴,👸 🎅,🤶,🧑‍🎄 🤰,🫃,🫄 🤱,🧑‍🍼 🕺,💃 👫,👬,👭 💑,💏
🙂,🙃 😄,😁 🙁,☹ 😧,😨 😈,👿 😡,😠 🤭,🫢
🤚,✋,🫱,🫲 👆,👇,👈,👉,☝ 👍,👎 🤛,🤜 🫳,🫴 🫷,🫸
❤,🩷,🧡,💛,💚,💙,🩵,💜,🤎,🖤,🩶,🤍,💗,♥ 💧,🩸
🔴,🟠,🟡,🟢,🔵,🟣,🟤,⚫,⚪,🌑,🌒,🌓,🌔,🌕,🌖,🌗,🌘,🌚,🌝 🌛,🌜
🟥,🟧,🟨,🟩,🟦,🟪,🟫,⬛,⬜,◼,◻,◾,◽,▪,▫ 🔲,🔳 🔶,🔷,🔸,🔹 🔺,🔻
⬆,↗,➡,↘,⬇,↙,⬅,↖ ↕,↔ ↩,↪ ⤴,⤵ 🔁,🔂,🔃,🔄 ▶,◀,🔼,🔽 ⏩,⏪,⏫,⏬ ⏭,⏮
🕛,🕧,🕐,🕜,🕑,🕝,🕒,🕞,🕓,🕟,🕔,🕠,🕕,🕡,🕖,🕢,🕗,🕣,🕘,🕤,🕙,🕥,🕚,🕦 ⌛,⏳
0️⃣,1️⃣,2️⃣,3️⃣,4️⃣,5️⃣,6️⃣,7️⃣,8️⃣,9️⃣,#️⃣,*️⃣,🔟 ❓,❔ ❗,❕ ✡,🔯 🚹,🚺
📕,📗,📘,📙 📅,📆 📁,📂 📤,📥 📫,📪,📬,📭 📈,📉 💴,💵,💶,💷 💿,📀 ✒,🖋
🔒,🔓,🔏,🔐 🔍,🔎 🔔,🔕 🔈,🔉,🔊,🔇 🔅,🔆 🔋,🪫 🥇,🥈,🥉,🏅 🚥,🚦 🚔,🚖,🚘
🌍,🌎,🌏 ☃,⛄ 🍎,🍏 🍋,🍋‍🟩 🍄,🍄‍🟫 🐕,🦮,🐕‍🦺 🐈,🐈‍⬛ 🐦,🐦‍⬛ 🐻,🐻‍❄️
""".split()  # noqa: SIM905


def code_points(emoji: str) -> str:
    """An emoji such as 🧑‍🚀 in hex, "1F9D1-1F680", without joiners and style marks, which are not drawn."""
    points = [f"{ord(character):04X}" for character in emoji]
    return "-".join(point for point in points if point not in (JOINER, STYLE))


def _members() -> dict[str, str]:
    """{code points of a variant: code points of the first of its family}"""
    found: dict[str, str] = {}
    for family in FAMILIES:
        first, *others = (code_points(emoji) for emoji in family.split(","))
        for variant in others:
            assert found.setdefault(variant, first) == first, f"{variant} stands in two families"
    return found


MEMBERS = _members()


def base(hexcode: str) -> str:
    """The base of an emoji given as "1F469-200D-1F680"; its own code points where it is nobody's variant."""
    parts = [part for part in hexcode.split("-") if part not in (JOINER, STYLE)]
    # Alone, an arrow or a gender sign is the whole emoji; in a sequence it turns or genders another.
    parts = [part for i, part in enumerate(parts) if i == 0 or part not in GENDER_OR_DIRECTION]
    parts = [PERSON if part in (MAN, WOMAN) else part for part in parts]
    if len(parts) > 1 and parts[0] == PERSON:
        if "1F91D" in parts:
            return HOLDING_HANDS
        if "2764" in parts:
            return COUPLE
        if set(parts) <= ADULTS_AND_CHILDREN:
            return FAMILY
        parts = [part for part in parts if part not in HAIR]
    neutral = "-".join(parts)
    return MEMBERS.get(neutral, neutral)


def split(base_emoji: str) -> str:
    """Either "train" or "test", by a hash of the base alone: new emoji and new families never move the others."""
    if base_emoji in TRAINING_ONLY:
        return "train"
    digest = hashlib.sha256(base_emoji.encode("ascii")).digest()
    return "test" if int.from_bytes(digest[:8], "big") % 100 < TEST_SHARE else "train"
