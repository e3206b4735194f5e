"""The accelerated fixed point, alone and for several problems at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium.anderson import accelerate, newton_krylov


def linear(seed: int, problems: int = 1, unknowns: int = 8, radius: float = 0.95):
    draw = np.random.default_rng(seed)
    raw = draw.normal(size=(problems, unknowns, unknowns))
    matrix = radius * raw / np.abs(np.linalg.eigvals(raw)).max(axis=1)[:, None, None]
    shift = draw.normal(size=(problems, unknowns))
    solution = np.linalg.solve(np.eye(unknowns) - matrix, shift[:, :, None])[:, :, 0]

    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        image = np.matmul(matrix, points[:, :, None])[:, :, 0] + shift
        return image, np.abs(image - points).max(axis=1)

    return step, solution


def test_linear_problem_in_few_more_passes_than_unknowns() -> None:
    step, solution = linear(1)
    found = accelerate(step, np.zeros((1, 8)), tolerance=1e-11)
    assert found.converged
    assert found.passes <= 16
    assert_allclose(found.point, solution, atol=1e-8)


def test_plain_iteration_is_slower() -> None:
    step, _ = linear(1)
    assert not accelerate(step, np.zeros((1, 8)), tolerance=1e-11, memory=1, limit=16).converged


def test_problems_solved_together_are_solved_as_alone() -> None:
    step, solution = linear(2, problems=5)
    found = accelerate(step, np.zeros((5, 8)), tolerance=1e-11)
    assert found.converged
    assert_allclose(found.point, solution, atol=1e-7)


def test_the_limit_returns_the_best_point_met() -> None:
    step, _ = linear(3, radius=1.5)
    found = accelerate(step, np.zeros((1, 8)), tolerance=0.0, limit=7)
    assert not found.converged
    assert found.passes == 7
    assert found.residual == pytest.approx(step(found.point)[1])


def test_leaving_the_finite_numbers_once_is_survived() -> None:
    inner, solution = linear(4)
    calls = 0

    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal calls
        calls += 1
        if calls == 4:
            return np.full_like(points, np.nan), np.array([np.nan])
        return inner(points)

    found = accelerate(step, np.zeros((1, 8)), tolerance=1e-11)
    assert found.converged
    assert_allclose(found.point, solution, atol=1e-7)


def test_a_map_that_is_never_finite_is_given_up() -> None:
    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full_like(points, np.nan), np.array([np.nan])

    found = accelerate(step, np.zeros((1, 8)), tolerance=1e-11)
    assert not found.converged
    assert found.passes < 10


def test_newton_krylov_solves_where_the_map_repels() -> None:
    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        image = points + np.sinh(points) - np.linspace(-2, 2, 6)
        return image, np.abs(image - points).max(axis=1)

    found = newton_krylov(step, np.zeros((1, 6)), tolerance=1e-11)
    assert found.converged
    assert_allclose(np.sinh(found.point[0]), np.linspace(-2, 2, 6), atol=1e-10)


def test_newton_krylov_says_when_there_is_no_solution() -> None:
    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        image = points + points**2 + 1.0
        return image, np.abs(image - points).max(axis=1)

    assert not newton_krylov(step, np.full((1, 2), 0.3), tolerance=1e-11).converged
