"""What keeps a build apart from the machine it runs on: namespaces where they work, nothing where they do not.

There are three levels: namespaces that we make ourselves, those that bubblewrap makes where we may not, and none.
Whether one works is found out by doing; what was in force is written down, and nothing else is ever claimed.
"""

from samewheel.sandbox.bubblewrap import Bubblewrap, find_bubblewrap
from samewheel.sandbox.choosing import MECHANISMS, choose_sandbox, find_sandbox, insisting
from samewheel.sandbox.namespaces import Namespaces
from samewheel.sandbox.seeing import DEVICES
from samewheel.sandbox.unisolated import Unisolated
from samewheel.sandbox.values import Appearance, Command, Sandbox, View

__all__ = [
    "DEVICES",
    "MECHANISMS",
    "Appearance",
    "Bubblewrap",
    "Command",
    "Namespaces",
    "Sandbox",
    "Unisolated",
    "View",
    "choose_sandbox",
    "find_bubblewrap",
    "find_sandbox",
    "insisting",
]
