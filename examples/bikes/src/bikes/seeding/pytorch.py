"""PyTorch: its generators, its algorithms, its threads, and CUDA."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from bikes.errors import TooLateError
from bikes.seeding.report import Report

WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
WORKSPACES = (":4096:8", ":16:8")
"""With which cuBLAS gives the same in several streams (NVIDIA's documentation of it, "Results reproducibility")."""


def seed(seed: int, threads: int) -> Report:
    """Seed PyTorch on every device, and ask for algorithms that give the same each time.

    DataLoader workers take their seeds from here, for `random` and NumPy's old generator too, not `default_rng()`.

    Raises:
        TooLateError: CUDA has started without cuBLAS's setting, or the threads between operators have.
    """
    torch: Any = import_module("torch")
    workspace(torch)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    use_threads(torch, threads)
    fixed = {
        f"torch {torch.__version__}": f"manual_seed({seed}), deterministic algorithms, {threads} threads",
        "cudnn": "deterministic, no benchmark",
    }
    devices = torch.cuda.device_count()
    unseen = {"cuda": "no GPU here: the settings are made, and nothing shows that they suffice"}
    return Report(seed, fixed | ({"cuda": f"{devices} devices seeded"} if devices else {}), {} if devices else unseen)


def workspace(torch: Any) -> None:  # noqa: ANN401 - a module that may be missing has no types
    """Choose cuBLAS's workspace, which CUDA reads when it starts.

    Raises:
        TooLateError: it has started with another one.
    """
    if os.environ.get(WORKSPACE) in WORKSPACES:
        return
    if torch.cuda.is_initialized():
        raise TooLateError(f"CUDA runs, and {WORKSPACE} was not set before", "seed before the first use of a GPU")
    os.environ[WORKSPACE] = WORKSPACES[0]


def use_threads(torch: Any, threads: int) -> None:  # noqa: ANN401 - as above
    """Fix both numbers of threads.

    Raises:
        TooLateError: work between operators has started with another number.
    """
    torch.set_num_threads(threads)
    if torch.get_num_interop_threads() == threads:
        return
    try:
        torch.set_num_interop_threads(threads)
    except RuntimeError as error:
        raise TooLateError(
            f"PyTorch's threads between operators run already: {error}", "seed before any work"
        ) from error
