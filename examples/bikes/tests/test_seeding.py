"""One seed gives the same numbers in two processes; what cannot be fixed is said, what comes too late refused."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bikes.errors import TooLateError
from bikes.seeding import pytorch, seed_everything, tensorflow

from .processes import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS = {
    "random": "import random\nprint(random.random())",
    "numpy-legacy": "import numpy\nprint(numpy.random.random())",
    "numpy-generator": "print(seeds.generator.random())",
    "sklearn": (
        "import numpy\nfrom sklearn.ensemble import ExtraTreesRegressor as Trees\n"
        "x = numpy.arange(40.0).reshape(20, 2)\n"
        "print(Trees(3, max_depth=2, random_state=seeds.random_state).fit(x, x[:, 0] % 7).predict(x).sum())"
    ),
}
SEED = "from bikes.seeding import seed_everything\nseeds = seed_everything({}, frameworks={{'sklearn'}})\n"


@pytest.fixture(autouse=True)
def variables_stay() -> Iterator[None]:
    """Seeding sets variables of this process, which other tests must not see."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("name", DRAWS)
def test_one_seed_gives_the_same_in_two_processes(name: str) -> None:
    """Whatever hash seed Python drew."""
    code = SEED.format(42) + DRAWS[name]
    assert answer(code, PYTHONHASHSEED="1") == answer(code, PYTHONHASHSEED="2")


@pytest.mark.parametrize("name", DRAWS)
def test_without_a_seed_they_differ(name: str) -> None:
    """The control: the draw is one, and nothing else has seeded it."""
    code = SEED.format(None) + DRAWS[name]
    assert answer(code) != answer(code)


@pytest.mark.parametrize("name", DRAWS)
def test_another_seed_gives_something_else(name: str) -> None:
    """The seed is what counts."""
    assert answer(SEED.format(42) + DRAWS[name]) != answer(SEED.format(43) + DRAWS[name])


def test_no_seed_governs_default_rng() -> None:
    """That is why a generator is handed on, and why the report says so."""
    code = SEED.format(42) + "import numpy\nprint(numpy.random.default_rng().random())"
    assert answer(code) != answer(code)
    assert "numpy.random.default_rng()" in seed_everything(42, frameworks=()).report.not_fixed


HASH = SEED.format(1) + "print('fixed' if 'hash seed' in seeds.report.fixed else seeds.report.not_fixed['hash seed'])"


@pytest.mark.parametrize("value", ["0", "4242"])
def test_hash_seed_that_was_given_is_fixed(value: str) -> None:
    """PYTHONHASHSEED counts if Python saw it when it started."""
    assert answer(HASH, PYTHONHASHSEED=value) == "fixed"


def test_hash_seed_that_was_drawn_is_said() -> None:
    """Nothing can fix it any more."""
    assert "drawn when Python started" in answer(HASH)


def test_isolated_python_does_not_heed_a_hash_seed() -> None:
    """`-I` ignores all of PYTHON*: a variable that is set and has no effect is no fixed seed."""
    assert "python -I does not heed" in answer(HASH, "-I", PYTHONHASHSEED="7")


NEEDED = (
    "from bikes.errors import TooLateError\nfrom bikes.seeding import seed_everything\n"
    "try:\n    seed_everything(1, needs_hash_seed=True, frameworks=())\n"
    "except TooLateError as error:\n    print(error)"
)
LATE = "import os\nos.environ['PYTHONHASHSEED'] = '{}'\n"


@pytest.mark.parametrize("value", ["0", "7", "no number"])
@pytest.mark.parametrize("before", [{}, {"PYTHONHASHSEED": "8"}])
def test_hash_seed_that_came_too_late_is_not_fixed(value: str, before: dict[str, str]) -> None:
    """A program that sets it after the start changes what its children do, and nothing of its own."""
    said = answer(LATE.format(value) + HASH, **before)
    assert said == f"PYTHONHASHSEED={value} came too late, or was not heeded"


@pytest.mark.parametrize("value", ["0", "7"])
def test_hash_seed_that_came_too_late_is_refused_where_it_is_needed(value: str) -> None:
    """Whichever it is; the control is the same seed, given before the start and set again."""
    code = LATE.format(value) + NEEDED
    assert "hash seed of this process" in answer(code)
    assert answer(code, PYTHONHASHSEED=value) == ""


def test_hash_seed_is_not_fixed_if_python_was_told_to_draw() -> None:
    """`-R` draws, whatever the variable says: so it is the hash that is asked, and not the variable."""
    assert "was not heeded" in answer(HASH, "-R", PYTHONHASHSEED="7")


def test_order_of_sets_follows_the_hash_seed() -> None:
    """Why it is worth a line in the report."""
    code = "print(list({'alpha', 'beta', 'gamma', 'delta', 'epsilon'}))"
    assert answer(code, PYTHONHASHSEED="1") == answer(code, PYTHONHASHSEED="1")
    assert len({answer(code, PYTHONHASHSEED=str(seed)) for seed in range(4)}) > 1


def test_drawn_hash_seed_is_refused_where_it_is_needed() -> None:
    """Too late is an error, not a line in a log."""
    assert "PYTHONHASHSEED=0" in answer(NEEDED)
    assert answer(NEEDED, PYTHONHASHSEED="0") == ""


def test_threads_are_fixed_and_read_back() -> None:
    """The pools that are loaded answer with the number that was asked for."""
    code = "from bikes.seeding import seed_everything, threading\nimport numpy, sklearn.ensemble\n"
    code += "seed_everything(1, threads={}, frameworks={{'sklearn'}})\nprint(set(threading.in_force().values()))"
    assert [answer(code.format(count), OMP_NUM_THREADS="3") for count in (1, 2)] == ["{1}", "{2}"]


@pytest.mark.parametrize(("seed", "threads"), [(-1, 1), (2**32, 1), (1, 0)])
def test_seed_that_not_all_take_is_refused(seed: int, threads: int) -> None:
    """Before anything is seeded by half."""
    with pytest.raises(ValueError, match="a seed is from 0"):
        seed_everything(seed, threads=threads)


@pytest.mark.parametrize("names", [{"pytorch"}, {"sklearn", "Torch"}, "torch"])
def test_unknown_framework_is_refused(names: set[str] | str) -> None:
    """A slip in a name would else leave the framework unseeded, and say nothing."""
    with pytest.raises(ValueError, match=r"unknown framework .*: known are sklearn, torch, tensorflow"):
        seed_everything(1, frameworks=names)


def torch_like(*, cuda: bool = False, interop: int = 4) -> Any:  # noqa: ANN401 - as little of PyTorch as is asked
    """Return what stands in for a PyTorch whose CUDA runs, or whose threads do."""

    def refuse(_: int) -> None:
        raise RuntimeError("cannot set number of interop threads after parallel work has started")

    return SimpleNamespace(
        cuda=SimpleNamespace(is_initialized=lambda: cuda),
        set_num_threads=lambda _: None,
        get_num_interop_threads=lambda: interop,
        set_num_interop_threads=refuse,
    )


def test_running_cuda_without_its_workspace_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """CuBLAS reads its setting when CUDA starts; later it has no effect."""
    monkeypatch.delenv(pytorch.WORKSPACE, raising=False)
    with pytest.raises(TooLateError, match="CUDA runs"):
        pytorch.workspace(torch_like(cuda=True))


def test_workspace_is_set_before_cuda_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that the caller chose stays."""
    monkeypatch.delenv(pytorch.WORKSPACE, raising=False)
    pytorch.workspace(torch_like())
    assert os.environ[pytorch.WORKSPACE] == ":4096:8"
    monkeypatch.setenv(pytorch.WORKSPACE, ":16:8")
    pytorch.workspace(torch_like(cuda=True))
    assert os.environ[pytorch.WORKSPACE] == ":16:8"


def test_threads_that_run_are_refused() -> None:
    """Both frameworks refuse a number that comes too late; so do we, unless it is that number already."""
    with pytest.raises(TooLateError, match="run already"):
        pytorch.use_threads(torch_like(interop=4), 1)
    pytorch.use_threads(torch_like(interop=1), 1)


def test_tensorflow_that_runs_is_refused() -> None:
    """As with PyTorch."""

    def refuse(_: int) -> None:
        raise RuntimeError("cannot be modified after initialization")

    names = ("inter", "intra")
    threading = SimpleNamespace(
        **{f"get_{name}_op_parallelism_threads": lambda: 0 for name in names},
        **{f"set_{name}_op_parallelism_threads": refuse for name in names},
    )
    with pytest.raises(TooLateError, match="run already"):
        tensorflow.use_threads(threading, 1)
