"""The metrics measure what they say: against closed forms, naive textbook versions and cases with a known answer."""

import math

import numpy as np
import pytest
import torch

from learntools.data import fashion_mnist
from learntools.metrics import neighbours
from learntools.metrics.classification import (
    classification_accuracy_score,
    conditional_accuracy,
    conditional_accuracy_per_class,
)
from learntools.metrics.frechet import Moments, frechet_distance
from learntools.metrics.modes import mode_coverage, mode_kl
from learntools.metrics.neighbours import memorisation, nearest_neighbours, precision_recall_density_coverage


def points(count: int, features: int = 6, seed: int = 0, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed)) + shift


def gaussian(mean, covariance) -> Moments:
    return Moments(torch.tensor(mean).double(), torch.tensor(covariance).double(), 100)


def distances_one_by_one(a, b) -> np.ndarray:
    a, b = a.double().numpy(), b.double().numpy()
    return np.array([[math.sqrt(sum((p - q) ** 2)) for q in b] for p in a])


# --- Fréchet distance -------------------------------------------------------------------------------------------------


def test_moments_are_numpys():
    x = points(50)
    moments = Moments.of(x)
    np.testing.assert_allclose(moments.mean, x.double().numpy().mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(moments.covariance, np.cov(x.double().numpy(), rowvar=False), atol=1e-12)
    assert moments.count == 50


def test_equal_clouds_are_at_distance_zero():
    assert frechet_distance(Moments.of(points(200)), Moments.of(points(200))) == pytest.approx(0, abs=1e-9)


def test_a_shifted_cloud_is_at_the_squared_shift():
    cloud = Moments.of(points(200))
    shifted = Moments(cloud.mean + torch.tensor([3.0, 4, 0, 0, 0, 0]), cloud.covariance, 200)
    assert frechet_distance(cloud, shifted) == pytest.approx(25)


def test_of_diagonal_covariances_the_standard_deviations_differ():
    a, b = gaussian([0, 0], [[4, 0], [0, 9]]), gaussian([0, 0], [[1, 0], [0, 25]])
    assert frechet_distance(a, b) == pytest.approx((2 - 1) ** 2 + (3 - 5) ** 2)


def test_the_frechet_distance_is_that_of_an_independent_matrix_root():
    a, b = points(300, seed=1) @ points(6, seed=2), points(300, seed=3, shift=0.5) @ points(6, seed=4)
    m, n = Moments.of(a), Moments.of(b)
    product = (m.covariance @ n.covariance).numpy()
    root, inverse = product, np.eye(6)  # Denman and Beavers' iteration for the root of a matrix, symmetric or not
    for _ in range(60):
        root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
    np.testing.assert_allclose(root @ root, product, rtol=1e-6, atol=1e-6)
    expected = (m.mean - n.mean).square().sum() + np.trace(m.covariance + n.covariance - 2 * root)
    assert frechet_distance(m, n) == pytest.approx(float(expected), rel=1e-8)
    assert frechet_distance(n, m) == pytest.approx(float(expected), rel=1e-8)


def test_fewer_points_than_features_do_no_harm():
    flat, other = points(5, 40, seed=1), points(8, 40, seed=2)
    a, b = Moments.of(flat), Moments.of(other)
    eigenvalues = np.linalg.eigvals((a.covariance @ b.covariance).numpy())  # none below 0 but by rounding
    overlap = np.sqrt(np.clip(eigenvalues.real, 0, None)).sum()
    apart = (flat.double().mean(0) - other.double().mean(0)).square().sum()
    expected = float(apart + a.covariance.trace() + b.covariance.trace()) - 2 * overlap
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-5)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_a_collapsed_cloud_costs_the_variance_it_lost():
    assert frechet_distance(gaussian([0, 0], [[0, 0], [0, 0]]), gaussian([0, 0], [[4, 1], [1, 9]])) == pytest.approx(13)


def test_moments_of_one_point_or_of_another_judge_are_refused():
    for unusable in (points(1), points(10)[:, 0], points(8).view(2, 4, 6)):
        with pytest.raises(ValueError, match="at least 2"):
            Moments.of(unusable)
    with pytest.raises(ValueError, match="same judge"):
        frechet_distance(Moments.of(points(10, 3)), Moments.of(points(10, 4)))


# --- modes ------------------------------------------------------------------------------------------------------------


def labels(*counts: int) -> torch.Tensor:
    """`counts[i]` labels of class i, shuffled."""
    inorder = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    return inorder[torch.randperm(len(inorder), generator=torch.Generator().manual_seed(0))]


def test_every_class_in_equal_numbers_is_full_coverage_and_no_divergence():
    coverage = mode_coverage(labels(*[20] * 10))
    assert (coverage.found, coverage.classes, coverage.missing, coverage.share) == (10, 10, (), 1.0)
    assert mode_kl(labels(*[20] * 10)) == pytest.approx(0, abs=1e-12)


def test_a_collapsed_generator_covers_one_mode_at_a_finite_divergence():
    collapsed = torch.full((100,), 9)
    assert mode_coverage(collapsed).missing == tuple(range(9))
    assert mode_coverage(collapsed).share == 0.1
    assert mode_kl(collapsed) == pytest.approx(math.log(10))


def test_a_stray_image_is_no_mode():
    # 100 images of 4 classes: 25 expected, so 3 are above a tenth of it and 2 below.
    generated = labels(55, 40, 3, 2)
    assert mode_coverage(generated, classes=4).missing == (3,)
    assert mode_coverage(generated, classes=4, least=0).found == 4
    assert mode_coverage(generated, classes=4, least=1).missing == (2, 3)
    assert mode_coverage(labels(1, 1, 1, 0), classes=4, least=0).missing == (3,)


def test_exactly_the_least_share_is_enough():
    assert mode_coverage(labels(82, 10, 8, 0), classes=4, least=0.4).missing == (2, 3)


def test_a_rare_class_need_only_be_as_frequent_as_it_really_is():
    generated = labels(98, 2)
    assert mode_coverage(generated, classes=2).missing == (1,)
    assert mode_coverage(generated, classes=2, real=torch.tensor([0.95, 0.05])).missing == ()
    assert mode_coverage(generated, classes=2, real=torch.tensor([950, 50])).missing == ()


def test_a_class_that_is_not_real_is_no_mode_and_an_infinite_divergence():
    real = torch.tensor([1, 1, 0])
    assert mode_coverage(labels(5, 5, 0), classes=3, real=real).share == 1
    assert mode_coverage(labels(5, 0, 5), classes=3, real=real).missing == (1,)
    assert mode_coverage(labels(5, 0, 5), classes=3, real=real).classes == 2
    assert mode_kl(labels(5, 5, 0), classes=3, real=real) == pytest.approx(0, abs=1e-12)
    assert mode_kl(labels(5, 0, 5), classes=3, real=real) == math.inf


def test_the_divergence_is_torchs_from_generated_to_real():
    generated, real = labels(50, 30, 20, 0), torch.tensor([10.0, 20.0, 30.0, 40.0])
    of_generated = torch.distributions.Categorical(probs=torch.tensor([0.5, 0.3, 0.2, 0.0]).double())
    of_real = torch.distributions.Categorical(probs=(real / 100).double())
    expected = float(torch.distributions.kl_divergence(of_generated, of_real))
    assert mode_kl(generated, classes=4, real=real) == pytest.approx(expected, rel=1e-6)
    assert mode_kl(generated, classes=4, real=real / 100) == pytest.approx(expected, rel=1e-6)
    assert float(torch.distributions.kl_divergence(of_real, of_generated)) == math.inf


def test_a_perfect_generator_scores_about_what_the_docstring_says():
    generator = torch.Generator().manual_seed(0)
    scores = [mode_kl(torch.randint(10, (1000,), generator=generator)) for _ in range(200)]
    assert np.mean(scores) == pytest.approx(9 / 2000, rel=0.1)


@pytest.mark.parametrize(
    ("unusable", "way_out"),
    [
        (torch.tensor([]).long(), "empty"),
        (torch.randn(5, 10), "argmax"),
        (torch.randn(5), "argmax"),
        (torch.zeros(5, 1).long(), r"\(N,\)"),
        (torch.tensor([True]), "class numbers"),
        (torch.tensor([0, 10]), "0 to 9"),
        (torch.tensor([-1, 3]), "0 to 9"),
    ],
)
def test_what_is_no_label_is_refused_with_the_way_out(unusable, way_out):
    fine = torch.zeros(max(len(unusable), 1), dtype=torch.long)
    for metric in (
        mode_coverage,
        mode_kl,
        lambda y: conditional_accuracy(y, fine),
        lambda y: conditional_accuracy_per_class(fine, y),
    ):
        with pytest.raises(ValueError, match=way_out) as error:
            metric(unusable)
        assert str(error.value).endswith(".")


def test_a_real_distribution_that_is_none_is_refused():
    for real in (torch.ones(9), torch.zeros(10), -torch.ones(10), torch.full((10,), math.nan), torch.ones(2, 5)):
        for metric in (mode_coverage, mode_kl):
            with pytest.raises(ValueError, match="`real` must hold"):
                metric(labels(3, 3), real=real)
    with pytest.raises(ValueError, match="from 0 to 1"):
        mode_coverage(labels(3, 3), least=10)
    with pytest.raises(ValueError, match="at least 1"):
        mode_coverage(labels(3, 3), classes=0)


# --- nearest neighbours -----------------------------------------------------------------------------------------------


def test_nearest_neighbours_are_those_found_one_by_one(monkeypatch):
    queries, references = points(23), points(37, seed=1)
    naive = distances_one_by_one(queries, references)
    for part in (neighbours.PART, 5 * 37, 1):  # all at once, by fives with a rest, one by one
        monkeypatch.setattr(neighbours, "PART", part)
        distances, indices = nearest_neighbours(queries, references, k=4)
        np.testing.assert_allclose(distances, np.sort(naive, axis=1)[:, :4], rtol=1e-12)
        np.testing.assert_array_equal(indices, np.argsort(naive, axis=1)[:, :4])
    assert nearest_neighbours(queries, references, k=37)[0].shape == (23, 37)


def test_a_copy_is_at_distance_zero_even_far_from_the_origin():
    references = points(50, shift=1000.0)
    distances, indices = nearest_neighbours(references[[7, 3]], references, k=2)
    assert distances[:, 0].tolist() == [0, 0]
    assert indices[:, 0].tolist() == [7, 3]
    assert (distances[:, 1] > 0.1).all()


def test_neighbours_are_in_order_even_where_their_squares_are_lost_in_rounding():
    offsets = 0.001 * torch.randperm(50, generator=torch.Generator().manual_seed(0)).double()
    distances, indices = nearest_neighbours(torch.tensor([[1e7]]).double(), 1e7 + offsets[:, None], k=50)
    assert indices[0].tolist() == offsets.argsort().tolist()
    np.testing.assert_allclose(distances[0], offsets.sort().values, atol=1e-8)


def test_few_distances_are_held_at_a_time(monkeypatch):
    monkeypatch.setattr(neighbours, "PART", 1000)
    largest = max(squared.numel() for _, squared in neighbours._squared_distances(points(300), points(90)))
    assert largest <= 1000


# --- precision, recall, density, coverage -----------------------------------------------------------------------------


def textbook_prdc(real, fake, k: int) -> tuple[float, float, float, float]:
    """The four definitions, a ball and a point at a time."""
    between, within_real, within_fake = (distances_one_by_one(*p) for p in ((real, fake), (real, real), (fake, fake)))
    real_radius = [np.sort(np.delete(row, i))[k - 1] for i, row in enumerate(within_real)]
    fake_radius = [np.sort(np.delete(row, j))[k - 1] for j, row in enumerate(within_fake)]
    reals, fakes = range(len(real)), range(len(fake))
    precision = np.mean([any(between[i, j] <= real_radius[i] for i in reals) for j in fakes])
    recall = np.mean([any(between[i, j] <= fake_radius[j] for j in fakes) for i in reals])
    density = np.mean([sum(between[i, j] <= real_radius[i] for i in reals) / k for j in fakes])
    coverage = np.mean([any(between[i, j] <= real_radius[i] for j in fakes) for i in reals])
    return precision, recall, density, coverage


@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_four_numbers_are_those_of_the_textbook(k, monkeypatch):
    monkeypatch.setattr(neighbours, "PART", 300)
    real, fake = points(60, 4), 0.7 * points(41, 4, seed=1) + 0.3
    m = precision_recall_density_coverage(real, fake, k)
    expected = textbook_prdc(real, fake, k)
    assert (m.precision, m.recall, m.density, m.coverage) == pytest.approx(expected, abs=1e-12)
    assert len({*expected}) == 4, "the example would not notice two of them swapped"


def test_equal_distributions_score_what_theory_says():
    m = precision_recall_density_coverage(points(1500, 8), points(1500, 8, seed=1), k=5)
    assert m.density == pytest.approx(1, abs=0.06)
    assert m.coverage == pytest.approx(1 - 2**-5, abs=0.015)
    assert abs(m.precision - m.recall) < 0.05
    assert m.precision > 0.85


def test_the_edge_belongs_to_the_ball():
    cloud = math.pi * points(200, 64, shift=300.0).double()
    assert precision_recall_density_coverage(cloud, cloud.clone(), k=5) == neighbours.Manifold(1, 1, 6 / 5, 1)


def test_a_collapsed_generator_is_precise_and_recalls_nothing():
    real = points(300)
    collapsed = real[:1] + 0.001 * points(300, seed=1)
    m = precision_recall_density_coverage(real, collapsed)
    assert m.precision == 1
    assert m.recall < 0.01
    assert m.coverage < 0.1


def test_noise_that_surrounds_everything_recalls_all_and_is_not_precise():
    m = precision_recall_density_coverage(points(300), 10 * points(300, seed=1))
    assert m.recall > 0.95
    assert m.precision < 0.1
    assert m.density < 0.1


def test_clouds_that_do_not_meet_score_nothing():
    m = precision_recall_density_coverage(points(50), points(50, shift=100.0))
    assert m == neighbours.Manifold(0, 0, 0, 0)


def test_an_outlier_spoils_precision_but_not_density():
    outlier = points(1, shift=100.0)
    m = precision_recall_density_coverage(torch.cat([points(299), outlier]), points(300, seed=1, shift=90.0))
    assert m.precision == 1
    assert m.density == pytest.approx(1 / 5)
    assert m.coverage == pytest.approx(1 / 300)


# --- memorisation -----------------------------------------------------------------------------------------------------


def test_a_copier_is_found_out():
    train = points(2000, 8)
    copies = train[100:400]
    m = memorisation(copies, train, points(500, 8, seed=1))
    assert (m.closer, m.singled_out) == (1, 1)
    assert m.nearest.tolist() == list(range(100, 400))
    assert (m.distances == 0).all()
    noisy = memorisation(copies + 0.01 * points(300, 8, seed=2), train, points(500, 8, seed=1))
    assert noisy.closer > 0.99
    assert noisy.singled_out > 0.95


def test_an_honest_generator_scores_the_level():
    train, test, fake = points(2000, 8), points(2000, 8, seed=1), points(2000, 8, seed=2)
    for level in (0.05, 0.3):
        m = memorisation(fake, train, test, level)
        assert m.closer == pytest.approx(level, abs=0.03)
        assert m.singled_out == pytest.approx(level, abs=0.03)


def test_of_a_half_copier_half_is_found():
    train = points(2000, 8)
    m = memorisation(torch.cat([train[:300], points(300, 8, seed=2)]), train, points(500, 8, seed=1))
    assert m.singled_out == pytest.approx(0.5 + 0.05 / 2, abs=0.03)


def test_averages_are_close_to_the_training_set_but_no_copies_of_it():
    train, test = points(3000, 8), points(500, 8, seed=1)
    averages = train[nearest_neighbours(points(300, 8, seed=2), train, k=8)[1]].mean(dim=1)
    m = memorisation(averages, train, test)
    assert m.closer > 0.15
    assert m.singled_out < 0.1


def test_a_copy_of_an_image_that_occurs_twice_is_a_copy():
    train = points(500, 8)
    m = memorisation(train, torch.cat([train, train]), points(100, 8, seed=1))
    assert (m.closer, m.singled_out) == (1, 1)


def test_test_images_that_were_trained_on_are_noticed():
    train = points(200)
    with pytest.raises(ValueError, match="100 of 100 test images are in `train`"):
        memorisation(points(50, seed=1), train, train[:100])


def test_copies_of_clothes_are_told_from_unseen_clothes():
    train = fashion_mnist().floats(slice(0, 3000)).flatten(1)
    unseen = fashion_mnist("test").floats(slice(0, 400)).flatten(1)
    assert memorisation(unseen[:200], train, unseen[200:]).singled_out < 0.15
    assert memorisation(train[:200], train, unseen[200:]).singled_out == 1


# --- what points cannot be --------------------------------------------------------------------------------------------

OF_CLOUDS = {
    "nearest_neighbours": lambda a, b: nearest_neighbours(a, b),
    "precision_recall_density_coverage": lambda a, b: precision_recall_density_coverage(a, b),
    "memorisation": lambda a, b: memorisation(a, b, b),
}


@pytest.mark.parametrize("metric", OF_CLOUDS.values(), ids=OF_CLOUDS)
def test_clouds_that_cannot_be_compared_are_refused_with_the_way_out(metric):
    spoilt = points(30)
    spoilt[3, 2] = math.nan
    for unusable, way_out in (
        (points(30).view(30, 1, 2, 3), "flatten"),
        (points(30)[:, 0], r"\(N, F\)"),
        (points(0), "at least one"),
        (points(30, 5), "same judge"),
        (spoilt, "NaN"),
        (points(30) / 0, "infinite"),
    ):
        for clouds in ((unusable, points(40)), (points(40), unusable)):
            with pytest.raises(ValueError, match=way_out) as error:
                metric(*clouds)
            assert str(error.value).endswith(".")


def test_impossible_numbers_of_neighbours_are_refused():
    for k in (0, -1, 41):
        with pytest.raises(ValueError, match="1 to 40"):
            nearest_neighbours(points(10), points(40), k)
    for clouds in ((points(10), points(40)), (points(40), points(10))):
        with pytest.raises(ValueError, match="1 to 9"):
            precision_recall_density_coverage(*clouds, k=10)
        precision_recall_density_coverage(*clouds, k=9)
    for level in (0, 1, 5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            memorisation(points(10), points(40), points(30, seed=1), level)
    with pytest.raises(ValueError, match="at least 20 test images, and there are 19"):
        memorisation(points(10), points(40), points(19, seed=1))
    with pytest.raises(ValueError, match="one image"):
        memorisation(points(10), points(1), points(30, seed=1))


# --- conditional accuracy ---------------------------------------------------------------------------------------------


def test_conditional_accuracy_is_the_share_that_is_what_was_asked_for():
    asked = torch.tensor([0, 0, 0, 0, 1, 1, 3, 3])
    predicted = torch.tensor([0, 0, 0, 1, 1, 0, 2, 2])
    assert conditional_accuracy(predicted, asked) == 4 / 8
    assert conditional_accuracy(asked, asked) == 1
    of_each = conditional_accuracy_per_class(predicted, asked, classes=4)
    assert of_each[[0, 1, 3]].tolist() == [0.75, 0.5, 0]
    assert of_each[2].isnan()
    with pytest.raises(ValueError, match="3 and `asked` 8"):
        conditional_accuracy(predicted[:3], asked)


# --- classification accuracy score ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clothes():
    train, test = fashion_mnist(), fashion_mnist("test")
    return (
        train.floats(slice(0, 1000)),
        train.labels[:1000],
        test.floats(slice(0, 500)),
        test.labels[:500],
    )


def test_real_clothes_teach_what_wrongly_labelled_clothes_do_not(clothes):
    x, y, test_x, test_y = clothes
    state = torch.get_rng_state()
    with torch.no_grad():
        score = classification_accuracy_score(x, y, test_x, test_y, steps=20)
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), state)
    assert 0.5 < score < 0.9
    wrong = classification_accuracy_score(x, (y + 1) % 10, test_x, test_y, steps=12)
    assert wrong < 0.2


def test_one_image_a_class_teaches_less_than_a_thousand(clothes):
    x, y, test_x, test_y = clothes
    first = torch.stack([(y == c).nonzero()[0, 0] for c in range(10)])
    collapsed = classification_accuracy_score(x[first], y[first], test_x, test_y, steps=15)
    assert collapsed < classification_accuracy_score(x, y, test_x, test_y, steps=15) - 0.1


def test_the_score_depends_on_its_seed_and_on_nothing_else(clothes):
    x, y, test_x, test_y = clothes

    def score(seed: int) -> float:
        return classification_accuracy_score(x[:300], y[:300], test_x, test_y, steps=6, seed=seed)

    torch.manual_seed(1)
    first = score(0)
    torch.manual_seed(2)
    with torch.inference_mode():
        assert score(0) == first
    assert {score(1), score(2)} != {first}


def test_a_test_image_is_classified_by_itself(clothes):
    x, y, test_x, test_y = clothes
    tops = (test_y == 0) | (test_y == 2)

    def right(chosen) -> float:
        return classification_accuracy_score(x, y, test_x[chosen], test_y[chosen], steps=8) * int(chosen.sum())

    assert right(tops) + right(~tops) == pytest.approx(right(test_y >= 0))


def test_images_that_no_classifier_can_learn_from_are_refused(clothes):
    x, y, test_x, test_y = clothes
    for unusable, way_out in (
        (fashion_mnist("test").images[:1000], "to_float"),
        (x[:, :, :14], r"\(N, 1, 28, 28\)"),
        (x[:999], "one for each"),
        (127.5 * x, "clamp"),
        (x / 0, "NaN"),
    ):
        with pytest.raises(ValueError, match=way_out):
            classification_accuracy_score(unusable, y, test_x, test_y)
        with pytest.raises(ValueError, match=f"`test_images`.*{way_out}"):
            classification_accuracy_score(x, y, unusable, y)
    with pytest.raises(ValueError, match="at least 1"):
        classification_accuracy_score(x, y, test_x, test_y, steps=0)
    with pytest.raises(ValueError, match="0 to 9"):
        classification_accuracy_score(x, y + 1, test_x, test_y)
