"""PyTorch: one seed, the same numbers in two processes, and files of weights that are the same."""

from __future__ import annotations

import pytest

from ..processes import answer, digest_of  # noqa: TID252 - tests are no package that is installed

torch = pytest.importorskip("torch", reason="just frameworks torch")

SEED = (
    "from bikes.seeding import seed_everything\nseeds = seed_everything({}, frameworks={{'torch'}})\nimport torch\n"
)
NET = """
net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(16, 1))
steps = torch.optim.Adam(net.parameters())
x = torch.randn(128, 8)
for _ in range(5):
    steps.zero_grad()
    torch.nn.functional.mse_loss(net(x), x[:, :1]).backward()
    steps.step()
arrays = {name: value.numpy() for name, value in net.state_dict().items()}
"""
WEIGHTS = "b''.join(arrays[name].tobytes() for name in sorted(arrays))"
FILE = "from bikes.canonical import dump_arrays\n"


def test_one_seed_gives_the_same_weights() -> None:
    """Start, dropout and noise included."""
    code = SEED.format(42) + NET
    assert len({digest_of(code, WEIGHTS, PYTHONHASHSEED=seed) for seed in ("1", "2")}) == 1


def test_without_a_seed_they_differ() -> None:
    """The control."""
    assert len({digest_of(SEED.format(None) + NET, WEIGHTS) for _ in range(2)}) == 2


def test_safetensors_are_the_same_file() -> None:
    """With notes, whatever the hash seed is."""
    code = FILE + SEED.format(42) + NET
    expression = "dump_arrays(arrays, {'seed': '42', 'net': 'small', 'steps': '5'})"
    assert len({digest_of(code, expression, PYTHONHASHSEED=seed) for seed in ("1", "2")}) == 1


def test_torch_save_has_the_file_name_in_it() -> None:
    """Its ZIP members stand in a folder that is named like the file: give one name, or use safetensors."""
    code = f"{SEED.format(42)}{NET}import tempfile, pathlib\ntop = pathlib.Path(tempfile.mkdtemp())\n"
    code += "def saved(name):\n    torch.save(net.state_dict(), top / name)\n    return (top / name).read_bytes()\n"
    assert answer(f"{code}print(saved('model.pt') == saved('model.pt'), saved('model.pt') == saved('other.pt'))") == (
        "True False"
    )


def test_report_names_what_was_fixed() -> None:
    """And says that no GPU has shown that it suffices, where there is none."""
    report = answer(SEED.format(42) + "print(seeds.report)")
    assert "manual_seed(42)" in report
    assert "cudnn" in report
    assert ("no GPU here" in report) is not torch.cuda.is_available()


def test_threads_that_run_are_refused() -> None:
    """A number that comes after work between operators is too late."""
    code = "import torch\ntorch.set_num_interop_threads(2)\n"
    code += "torch.jit.wait(torch.jit.fork(torch.add, torch.ones(1), 1))\n"
    code += "from bikes.seeding import seed_everything\nfrom bikes.errors import TooLateError\n"
    code += "try:\n    seed_everything(1, frameworks={'torch'})\nexcept TooLateError as error:\n    print('refused')"
    assert answer(code) == "refused"


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU here, so nothing shows that CUDA's settings suffice"
)
def test_one_seed_gives_the_same_weights_on_a_gpu() -> None:
    """With cuBLAS's workspace and cuDNN's flags."""
    code = SEED.format(42) + "torch.set_default_device('cuda')\n" + NET.replace(".numpy()", ".cpu().numpy()")
    assert len({digest_of(code, WEIGHTS) for _ in range(2)}) == 1
