"""What a machine has for varying conditions, and what becomes of it when we are interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from samewheel import machine


@pytest.mark.skipif(not Path("/usr/share/i18n/locales/tr_TR").exists(), reason="no sources of locales here")
def test_locale_that_is_half_made_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Localedef may have been stopped; a locale that is none would never be varied again, for nobody."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(machine, "LOCALES", ("tr_TR",))
    half = tmp_path / "locales" / "tr_TR.UTF-8"
    half.mkdir(parents=True)
    (half / "LC_CTYPE").touch()
    found, folder = machine._find_locale()  # noqa: SLF001 - looked up once per process otherwise
    assert found == "tr_TR.UTF-8"
    if folder is None:
        pytest.skip("the system has the locale itself")
    assert (folder / "tr_TR.UTF-8" / "LC_COLLATE").stat().st_size > 0
