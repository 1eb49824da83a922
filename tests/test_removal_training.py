"""Object removal on the engine: what the network is shown and may change, its measures, its recipes."""

from __future__ import annotations

import json
import math

import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from learntools import data, losses, training
from learntools.cli import app
from learntools.data.covered import Covered, held_out
from learntools.metrics import diffused, judged_removal, l1_inside, mean_filled
from learntools.models.object_removal import Remover, smooth_fill, told
from learntools.training import recipes
from learntools.training.removal import Removal


def small(**options) -> Removal:
    torch.manual_seed(0)

    def conv(i: int, o: int) -> nn.Module:
        return nn.Sequential(nn.Conv2d(i, 12, 5, padding=2), nn.LeakyReLU(0.2), nn.Conv2d(12, o, 5, padding=2))

    return Removal(Remover(nn.Sequential(conv(4, 4), nn.Tanh())), conv(7, 1), batch_size=6, **options)


def quiet(recipe, source, **options) -> training.Result:
    return training.fit(recipe, source, show=False, device="cpu", precision="fp32", **options)


@pytest.fixture
def some() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return tuple(part[::30] for part in held_out().floats())  # type: ignore[return-value]


def test_what_lies_under_a_told_mask_has_no_say(some):
    covered, masks, pictures = some
    assert torch.equal(told(covered, masks), told(pictures, masks))
    assert torch.equal(told(covered)[:, :3], covered)
    assert told(covered)[:, 3].abs().max() == 0


def test_known_pixels_stay_exactly_as_they_are_when_the_hole_is_told(some):
    covered, masks, _ = some
    made = small().generator(told(covered, masks))
    outside = (masks == 0).expand_as(made)
    assert torch.equal(made[outside], covered[outside])
    assert (made - covered)[~outside].abs().mean() > 0.1


def test_where_nothing_is_told_the_networks_own_mask_decides_and_can_learn(some):
    covered, masks, _ = some
    network = small().generator
    _, own = network(told(covered), masks)
    assert 0 < float(own.detach().min()) <= float(own.detach().max()) < 1
    losses.mask_loss(own, masks).backward()
    last = [module for module in network.modules() if isinstance(module, nn.Conv2d)][-1]
    assert last.weight.grad is not None
    assert float(last.weight.grad[3].abs().sum()) > 0


def test_in_training_the_paint_is_put_where_the_true_mask_is_whatever_the_network_thinks(some):
    covered, masks, _ = some
    for shown in (told(covered), told(covered, masks)):
        fake, own = small().generator(shown, masks)
        outside = (masks == 0).expand_as(fake)
        assert torch.equal(fake[outside], covered[outside])
        assert (fake - shown[:, :3])[~outside].abs().mean() > 0.1
        assert not torch.equal(own, masks)


def test_a_mask_that_is_sure_and_wrong_costs_more_than_one_that_does_not_know():
    mask = torch.tensor([[[[0.0, 1.0, 1.0, 0.0]]]])
    right, unsure, wrong = (losses.mask_loss(value, mask) for value in (mask, torch.full_like(mask, 0.5), 1 - mask))
    assert right < 0.01
    assert float(unsure) == pytest.approx(math.log(2))
    assert wrong > 5
    shut = torch.zeros_like(mask).requires_grad_()
    losses.mask_loss(shut + 0.01, mask).backward()
    assert (shut.grad[mask > 0] < 0).all()  # type: ignore[index]


def test_a_hole_is_filled_with_what_is_around_it_and_nothing_else_changes(some):
    covered, masks, pictures = some
    filled = smooth_fill(covered, masks)
    assert torch.allclose(smooth_fill(pictures, masks), filled, atol=1e-6)  # what is hidden has no say
    outside = (masks == 0).expand_as(filled)
    assert torch.equal(filled[outside], covered[outside])
    assert torch.equal(smooth_fill(covered, torch.zeros_like(masks)), covered)
    assert l1_inside(filled, pictures, masks) < 0.5 * l1_inside(mean_filled(covered, masks), pictures, masks)


def test_a_second_look_is_told_what_the_first_has_found(some):
    covered, masks, _ = some
    network = small().generator.eval()
    looked = []
    paint = torch.rand(1, 3, 1, 1) - 0.5

    def look(x):
        looked.append(x.clone())
        return paint.expand(len(x), 3, *x.shape[2:]), masks if len(looked) == 1 else 0 * masks

    network.look = look  # a network that finds everything at once, and paints one colour
    made = network(told(covered))
    wider = torch.nn.functional.max_pool2d(masks, 3, 1, 1)
    assert torch.equal(looked[1], told(covered, wider))
    assert torch.equal(made, torch.lerp(covered, paint.expand_as(covered), wider))


def test_told_and_untold_pictures_of_one_batch_do_not_mix(some):
    covered, masks, _ = some
    network = small().generator.eval()
    mixed = torch.cat([told(covered[:3], masks[:3]), told(covered[3:6])])
    whole = network(mixed)
    assert torch.allclose(whole[:3], network(mixed[:3]), atol=1e-6)
    assert torch.allclose(whole[3:], network(mixed[3:]), atol=1e-6)


class Shown(nn.Module):
    """Remembers what it was given, and paints nothing."""

    def __init__(self):
        super().__init__()
        self.seen, self.weight = [], nn.Parameter(torch.zeros(1))

    def forward(self, x, mask=None):
        self.seen.append(x.detach().clone())
        made = x[:, :3] + self.weight
        return made if mask is None else (made, (self.weight.tanh() + 1).expand_as(mask) / 2)


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.5, 20, 76), (1.0, 96, 96)])
def test_so_many_masks_of_a_training_are_told(share, least, most):
    network = Shown()
    recipe = Removal(network, nn.Conv2d(7, 1, 3), share_told=share, batch_size=12, adversarial_weight=0)
    quiet(recipe, Covered(), steps=8)
    seen = torch.cat(network.seen)
    holes = seen[-96:, 3:]
    assert set(holes.unique().tolist()) <= {0.0, 1.0}
    assert least <= int(holes.amax(dim=(1, 2, 3)).sum()) <= most
    assert (seen[:, :3] * seen[:, 3:]).abs().max() == 0  # nothing shines through a told hole


def test_it_learns_to_fill_and_to_find():
    """A tiny network on pictures of one colour behind a white bar: nothing else in it could be learned in a second."""

    class Bars:
        def draw(self, count, device="cpu"):
            y = torch.randint(0, 160, (count, 3, 1, 1)).expand(-1, -1, 16, 16).to(torch.uint8).contiguous()
            mask = torch.zeros(count, 1, 16, 16, dtype=torch.uint8)
            for i, column in enumerate(torch.randint(2, 13, (count,)).tolist()):
                mask[i, :, :, column : column + 2] = 255
            return torch.cat([torch.where(mask > 0, 255, y), mask], dim=1).to(torch.uint8), y

    recipe = small(
        adversarial_weight=0, l1_weight=10, generator_optimizer=training.Adam(lr=1e-2, betas=(0.9, 0.99)), averaged=()
    )
    result = quiet(recipe, Bars(), steps=250)
    torch.manual_seed(5)
    x, pictures = Bars().draw(20)
    covered, mask, pictures = data.to_float(x[:, :3]), (x[:, 3:] > 0).float(), data.to_float(pictures)
    with torch.no_grad():
        filled = result.generator(told(covered, mask))
        found, (_, where) = result.generator(told(covered)), result.generator(told(covered), mask)
    assert l1_inside(filled, pictures, mask) < 0.35 * l1_inside(torch.zeros_like(filled), pictures, mask)
    assert l1_inside(found, pictures, mask) < 0.4 * l1_inside(covered, pictures, mask)
    assert float(where[mask > 0].mean()) > 2 * float(where[mask == 0].mean())


def test_data_without_a_mask_is_refused_in_a_sentence():
    with pytest.raises(training.TrainingError, match=r"mask as a fourth channel, and these have 3 channels"):
        quiet(small(), data.emoji_pairs("test", 32), steps=1)


def test_the_same_seed_trains_the_same_network():
    one, again = (quiet(small(), Covered(), steps=3, seed=4).generator.state_dict() for _ in range(2))
    assert all(torch.equal(value, again[key]) for key, value in one.items())


# --- measures ---------------------------------------------------------------------------------------------------------


def test_l1_inside_is_a_mean_over_covered_values_and_nothing_else():
    y = torch.zeros(2, 3, 4, 4)
    mask = torch.zeros(2, 1, 4, 4)
    mask[0, 0, 0, :2] = 1  # two pixels here
    mask[1, 0, :, 0] = 1  # and four there
    x = torch.full_like(y, 0.9)
    x[0, :, 0, :2], x[1, :, :, 0] = 0.5, -0.2
    assert l1_inside(x, y, mask) == pytest.approx((2 * 0.5 + 4 * 0.2) / 6)
    assert l1_inside(x, y, 1 - mask) == pytest.approx(0.9)
    assert l1_inside(x, y, mask * 0) != l1_inside(x, y, mask * 0)  # nowhere is nan


def test_each_picture_is_filled_with_its_own_mean():
    covered = torch.stack([torch.full((3, 4, 4), -0.5), torch.full((3, 4, 4), 0.25)])
    mask = torch.zeros(2, 1, 4, 4)
    mask[:, :, 1] = 1
    covered = torch.where(mask > 0, 1.0, covered)
    filled = mean_filled(covered, mask)
    assert filled[0].unique().tolist() == [-0.5]
    assert filled[1].unique().tolist() == [0.25]
    assert mean_filled(covered, torch.ones_like(mask)).abs().max() == 0


def test_diffusion_continues_a_slope_and_is_better_than_the_mean(some):
    slope = torch.linspace(-1, 1, 32).expand(1, 3, 32, 32)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 10:22, 12:20] = 1
    filled = diffused(torch.where(mask > 0, 1.0, slope), mask, rounds=300)
    assert (filled - slope).abs().max() < 0.01
    covered, masks, pictures = some
    smooth = diffused(covered, masks)
    assert torch.equal(smooth * (1 - masks), covered * (1 - masks))
    assert l1_inside(smooth, pictures, masks) < 0.5 * l1_inside(mean_filled(covered, masks), pictures, masks)
    longer = diffused(covered, masks, rounds=400)
    assert l1_inside(smooth, pictures, masks) == pytest.approx(l1_inside(longer, pictures, masks), rel=0.03)


def test_the_figures_stand_beside_those_of_simple_fillings_and_of_each_kind(some):
    covered, masks, pictures = some
    kinds = held_out().kinds[::30]
    found = judged_removal(pictures, covered, masks, pictures, kinds)
    assert found["l1_inside"] == found["l1_outside"] == found["l1_inside_fence"] == 0
    assert found["covered_l1_inside"] > found["mean_fill_l1_inside"] > found["diffused_l1_inside"] > 0
    assert set(found) == {
        "l1_outside",
        *(f"{way}{kind}" for way in ("l1_inside", "covered_l1_inside", "mean_fill_l1_inside", "diffused_l1_inside")
          for kind in ("", "_fence", "_scribble", "_object")),
    }  # fmt: skip
    left = judged_removal(covered, covered, masks, pictures, fills=False)
    assert set(left) == {"l1_inside", "l1_outside"}
    assert left["l1_inside"] == found["covered_l1_inside"]
    with pytest.raises(ValueError, match=r"masks \(N, 1, H, W\); these are"):
        judged_removal(covered, covered, masks[:2], pictures)


# --- the course's recipes ---------------------------------------------------------------------------------------------


def test_the_papers_preset_is_pix2pixs_own_with_a_mask_channel():
    recipe, pix2pix = recipes.object_removal_paper(), recipes.pix2pix_paper()
    count = {key: sum(value.numel() for value in network.parameters()) for key, network in recipe.networks.items()}
    more_in, more_out = 64 * 4 * 4, 128 * 4 * 4 + 1  # one channel in; one channel out, with its bias
    bare = {key: sum(value.numel() for value in network.parameters()) for key, network in pix2pix.networks.items()}
    assert count["generator"] == bare["generator"] + more_in + more_out == 54_417_028
    assert count["discriminator"] == bare["discriminator"] + more_in == 2_769_729
    assert (recipe.l1_weight, recipe.batch_size) == (100, 1)
    assert {(adam.lr, adam.betas) for adam in recipe.optimizers.values()} == {(2e-4, (0.5, 0.999))}
    x, y = recipes.RECIPES["object_removal_paper"].data().draw(2)  # type: ignore[union-attr]
    assert (x.shape, y.shape) == ((2, 4, 256, 256), (2, 3, 256, 256))


def test_the_command_line_ends_with_the_metrics():
    ran = CliRunner().invoke(app, ["train", "object_removal", "--steps", "2", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout.strip().splitlines()[-1])
    keys = {"l1_inside", "mean_fill_l1_inside", "l1_outside", "l1_inside_unknown", "l1_outside_unknown"}
    assert keys <= set(found)
    assert all(isinstance(found[key], float) for key in keys)
    assert found["l1_outside"] == 0
    assert found["mean_fill_l1_inside"] == pytest.approx(0.3319, abs=1e-3)
    assert found["diffused_l1_inside"] == pytest.approx(0.1173, abs=1e-3)
