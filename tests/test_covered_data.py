"""Covered pictures: covers that cover, masks that say where, pictures that no test shares with a training."""

from __future__ import annotations

import pytest
import torch

from learntools.data import DataError, emoji, photo, to_float
from learntools.data.covered import TEST_PHOTOS, Covered, draw_pictures, held_out
from learntools.data.covers import DRAWERS, KINDS, THINGS, Covers
from learntools.training import Batches


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cover_changes_the_picture_where_its_mask_says_and_nowhere_else(kind):
    cover = DRAWERS[kind](24, 64, random=seeded())
    assert cover.colour.shape == (24, 3, 64, 64)
    assert cover.alpha.shape == (24, 1, 64, 64)
    assert (float(cover.alpha.min()), float(cover.alpha.max())) == (0, pytest.approx(1, abs=0.02))
    assert float(cover.colour.min()) >= 0
    assert float(cover.colour.max()) <= 255
    for grey in (0, 255):
        pictures = torch.full((24, 3, 64, 64), grey, dtype=torch.uint8)
        covered = cover.over(pictures)
        assert covered.dtype == torch.uint8
        assert torch.equal(covered[~cover.mask.expand_as(covered)], pictures[~cover.mask.expand_as(covered)])
        solid = (cover.alpha > 0.999).expand_as(covered)
        assert (
            covered[solid].float() - cover.colour[solid]
        ).abs().max() < 0.8  # rounded, and a thousandth of the picture


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("fence", 0.15, 0.6), ("scribble", 0.01, 0.5), ("object", 0.02, 0.3)]
)
def test_every_cover_leaves_enough_to_see_and_no_two_are_alike(kind, least, most):
    masks = DRAWERS[kind](60, 64, random=seeded(1)).mask
    share = masks.float().mean(dim=(1, 2, 3))
    assert float(share.min()) > least
    assert float(share.max()) < most
    assert len({row.numpy().tobytes() for row in masks}) == 60
    assert float(share.std()) > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_covers_again_and_another_gives_others(kind):
    one, again, other = (DRAWERS[kind](3, 64, random=seeded(s)) for s in (5, 5, 6))
    assert torch.equal(one.alpha, again.alpha)
    assert torch.equal(one.colour, again.colour)
    assert not torch.equal(one.alpha, other.alpha)


def test_a_larger_picture_gets_thicker_wires_or_as_many_more_of_them():
    grown = DRAWERS["fence"](20, 256, random=seeded(2)).mask.float().mean()
    same = DRAWERS["fence"](20, 256, random=seeded(2), scale=1.0).mask.float().mean()
    small = DRAWERS["fence"](20, 64, random=seeded(2)).mask.float().mean()
    assert float(same) == pytest.approx(float(small), rel=0.1)  # as thick, and more of them
    assert float(grown) < float(small)  # thicker, and soft edges count for less


def test_a_stroke_on_a_large_picture_is_a_line_and_not_a_row_of_dots():
    mask = DRAWERS["scribble"](12, 256, random=seeded(4), scale=1.0).mask.float()
    inside = -torch.nn.functional.max_pool2d(-torch.nn.functional.max_pool2d(mask, 3, 1, 1), 3, 1, 1)  # gaps closed
    assert float((inside - mask).sum()) < 0.06 * float(mask.sum())


def test_a_batch_holds_every_kind_of_cover_and_both_sorts_of_pictures():
    x, y = Covered(random=seeded()).draw(12)
    assert (x.shape, y.shape) == ((12, 4, 64, 64), (12, 3, 64, 64))
    assert x.dtype == y.dtype == torch.uint8
    assert set(x[:, 3].unique().tolist()) == {0, 255}
    free = (x[:, 3:] == 0).expand_as(y)
    assert torch.equal(x[:, :3][free], y[free])
    covers = Covered(random=seeded())._covers(12, "cpu")
    assert torch.equal(covers.alpha[:4] > 0, DRAWERS["fence"](4, 64, random=seeded()).mask)


def test_a_training_gets_pairs_that_are_changed_alike_and_the_same_for_the_same_seed():
    def drawn(augment=()):
        torch.manual_seed(3)
        return Batches(Covered(), 6, augment=augment).draw()

    x, y = drawn()
    assert x.is_floating_point()
    assert y.is_floating_point()
    assert float(x.min()) >= -1
    assert torch.equal(x, drawn()[0])
    mirrored_x, mirrored_y = drawn([lambda both: both.flip(3)])
    assert torch.equal(mirrored_x, x.flip(3))
    assert torch.equal(mirrored_y, y.flip(3))


def shown(pictures: torch.Tensor, library: torch.Tensor) -> bool:
    """Whether any of these is one of the library, mirrored or not; both uint8 (N, 3, 64, 64), on white."""
    known = {row.numpy().tobytes() for images in (library, library.flip(3)) for row in images.contiguous()}
    return any(row.numpy().tobytes() in known for row in pictures.contiguous())


def test_no_emoji_of_the_test_is_ever_trained_on_and_none_in_a_picture_is_food():
    torch.manual_seed(0)
    train = draw_pictures(400, "train")[::2]
    test = draw_pictures(400, "test")[::2]
    library = {
        split: torch.cat([emoji(artist, split).images for artist in ("openmoji", "twemoji", "noto")])
        for split in ("train", "test")
    }
    drawn = emoji("noto", "train")
    food = drawn.images[drawn.labels == drawn.classes.index(THINGS)]
    assert shown(train, library["train"])  # some lie on white, so this would find them
    assert shown(test, library["test"])
    assert not shown(train, library["test"])
    assert not shown(test, library["train"])
    assert not shown(train, food)


WEIGHTS = torch.randint(1, 2**40, (64,), generator=torch.Generator().manual_seed(7))


def found_in(photograph: str, pieces: torch.Tensor) -> int:
    """How many of these have a first row of 64 pixels, mirrored or not, that the photograph has somewhere."""
    rows = photo(photograph)[1].long().unfold(1, 64, 1) @ WEIGHTS  # a number for each run of 64 pixels
    firsts = torch.stack([pieces[:, 1, 0].long() @ WEIGHTS, pieces[:, 1, 0].flip(1).long() @ WEIGHTS])
    return int(torch.isin(firsts, rows).any(dim=0).sum())


def test_the_pieces_of_the_test_come_from_photographs_that_no_training_sees():
    """A piece at full size is found again in its photograph, pixel for pixel."""
    torch.manual_seed(0)
    train, test = (draw_pictures(200, split)[1::2] for split in ("train", "test"))
    for name in TEST_PHOTOS:
        assert found_in(name, test) > 3
        assert found_in(name, train) == 0
    assert found_in("cat", train) > 0
    assert found_in("cat", test) == found_in("rocket", test) == 0


def test_the_held_out_pictures_are_the_same_everywhere_and_balanced():
    test = held_out()
    assert len(test) == 360
    assert {kind: test.kinds.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 120)
    for kind in KINDS:
        assert sum(k == kind and s == "emoji" for k, s in zip(test.kinds, test.sorts, strict=True)) == 60
    torch.manual_seed(9)
    before = torch.get_rng_state()
    held_out.cache_clear()
    again = held_out()
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(test.covered, again.covered)
    covered, masks, pictures = test.floats()
    assert torch.equal(covered * (1 - masks), pictures * (1 - masks))
    assert float(((covered - pictures).abs() * masks).sum() / masks.sum() / 3) > 0.3  # and inside it is covered
    assert set(held_out(6, 256).sorts) == {"photograph"}


def test_the_picture_is_mixed_along_soft_edges():
    alpha = torch.tensor([0.0, 0.25, 1.0]).view(1, 1, 1, 3)
    cover = Covers(torch.full((1, 3, 1, 3), 200.0), alpha)
    assert cover.over(torch.full((1, 3, 1, 3), 100, dtype=torch.uint8))[0, 0, 0].tolist() == [100, 125, 200]
    assert cover.mask[0, 0, 0].tolist() == [False, True, True]
    assert to_float(cover.over(torch.zeros(1, 3, 1, 3, dtype=torch.uint8))).max() <= 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"split": "all"}, r"no split 'all': choose 'train' or 'test'"),
        ({"kinds": ("wall",)}, r"Covers are fence, scribble, object, and not \('wall',\)"),
        ({"size": 4000}, r"No photograph is 4000 pixels high and wide"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(DataError, match=sentence):
        Covered(**options)
