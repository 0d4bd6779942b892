"""What hostile builds try, by what they are after; each attack is one value."""

from __future__ import annotations

from tests.torture.attacks import kernel, network, processes, product, reading, using_up, writing
from tests.torture.attacks.values import Attack, Facts

__all__ = ["ATTACKS", "SECTIONS", "Attack", "Facts"]

SECTIONS = {
    "Talk to somebody": network.ATTACKS,
    "Read what is not theirs": reading.ATTACKS,
    "Write where they should not": writing.ATTACKS,
    "Reach processes": processes.ATTACKS,
    "Use up": using_up.ATTACKS,
    "Deceive who takes their product": product.ATTACKS,
    "Reach the kernel": kernel.ATTACKS,
}

ATTACKS = tuple(attack for attacks in SECTIONS.values() for attack in attacks)
