"""Markdown for job summaries: the verdict first, and nothing in it that others have made more than text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel._types import Sha256
from samewheel.audit.policy import Policy
from samewheel.checking.values import Checked, Failure, Judged
from samewheel.comparison import Difference, File, Verdict
from samewheel.explaining.diffs import Explained
from samewheel.explaining.values import UNKNOWN, Certainty, Explanation
from samewheel.rebuilding.values import Attempt
from samewheel.report import markdown
from samewheel.report.markdown_audits import audit_markdown, shown_markdown
from samewheel.report.markdown_checked import checked_markdown
from samewheel.report.markdown_rebuilt import rebuilt_markdown
from samewheel.report.markdown_verified import stale_markdown, verified_markdown
from samewheel.report.markdown_wheels import MEANINGS, diff_markdown
from samewheel.verification import NotVaried, ViaSdist
from samewheel.verifying import Verified
from tests.rendered import links_and_tags, texts, tokens
from tests.unit.audits import entries_of, job_of, rebuilt_of
from tests.unit.test_verification import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from samewheel.audit.values import Entry

HOSTILE = (
    "![x](https://evil.example/y)|<b>`",
    "@everyone look",
    "see https://evil.example/x",
    "see www.evil.example",
    "mail me@evil.example",
    "<img src=x onerror=alert(1)>",
    "```\n# big\n[a](javascript:1)",
    "``````",
    "\x1b[2J\x1b]8;;https://evil.example\x07x",
    "one\n\n# heading\n\n| a | b |",
    "&lt;script&gt; &#64;you",
    "a\\|b\\\\|c",
    "</details><script>x</script>",
    "issue #1, GH-2, octo/cat#3",
    "$\\href{https://evil.example}{x}$ and `$x$`",
    "\u202egnp.exe\u2066",
    "*bold* _it_ ~~gone~~ <!-- not shown -->",
    "` leading",
    "trailing `",
    "\\",
)
"""What names in wheels, messages of builds and answers of an index could be."""

DIGEST = Sha256("a" * 64)


def cause_of(text: str) -> Explanation:
    """Return a cause of which all that is free is this text."""
    return Explanation(
        cause="umask",
        certainty=Certainty.BUILT,
        conditions=("umask",),
        sentence=text,
        members=(text,),
        codes=("SW102",),
        evidence=(text, text),
        remedy=f"# {text}\n{text}",
    )


def differences_of(text: str, count: int = 1) -> tuple[Difference, ...]:
    """Return differences of which all that is free is this text."""
    return tuple(
        Difference(
            code="SW301", rung=Verdict.PAYLOAD_DIFFERS, member=f"{text}{n}", field=text, a=text, b=f"{n}{text}"
        )
        for n in range(count)
    )


def diffed(text: str, count: int = 1) -> Iterator[str]:
    """Return a comparison with a text everywhere."""
    file = File(name=text, sha256=DIGEST, size=1)
    causes = (cause_of(text), replace(cause_of(text), cause=UNKNOWN), replace(cause_of(text), remedy=text))
    return diff_markdown(
        Explained(
            a=file, b=file, verdict=Verdict.PAYLOAD_DIFFERS, differences=differences_of(text, count), causes=causes
        )
    )


def verified(text: str) -> Iterator[str]:
    """Return a verification with a text everywhere."""
    full = replace(
        report(),
        verdict=Verdict.PAYLOAD_DIFFERS,
        varied=(text,),
        not_varied=(NotVaried(name=text, reason=text),),
        differences=differences_of(text),
        causes=(cause_of(text),),
        via_sdist=ViaSdist(verdict=Verdict.NOT_BUILDABLE, reason=text),
    )
    return verified_markdown(Verified(verification=full, evidence=Path("x.verify.json"), wheel=text))


def rebuilt(text: str) -> Iterator[str]:
    """Return a rebuild with a text everywhere."""
    one = rebuilt_of(job_of("payload-differs"))
    assert one.plan is not None
    plan = replace(one.plan, source=replace(one.plan.source, sdist=text), python=text, locked=(f"{text}==1",))
    wheel = File(name=text, sha256=DIGEST, size=1)
    attempt = Attempt(changed={text: text}, why=text, verdict=Verdict.NOT_BUILDABLE, reason=text)
    full = replace(
        one, wheel=wheel, plan=plan, reason=text, causes=(cause_of(text),), attempts=(attempt,),
        differences=differences_of(text),
    )  # fmt: skip
    return rebuilt_markdown(full)


def audited(text: str) -> Iterator[str]:
    """Return an audit with a text everywhere."""
    entries = [replace(one, name=text, version=text, reason=text, where=text, log=text) for one in ENTRIES]
    yield from audit_markdown(text, entries, entries, Policy(minimum=Verdict.IDENTICAL))
    assert links_and_tags("\n".join(shown_markdown([(one, None) for one in entries[:1]]))) == []


def checked(text: str) -> Iterator[str]:
    """Return a check with a text everywhere."""
    failure = Failure(rule=text, reason=text)
    judged = Judged(file=text, sha256=DIGEST, builder=text, group=text, keyid=text, failures=(failure,))
    return checked_markdown(
        Checked(
            name=text, sha256=DIGEST, accepted=False, threshold=1, groups=(text,), policy=DIGEST,
            attestations=(judged,), failures=(failure,),
        )
    )  # fmt: skip


def stale(text: str) -> Iterator[str]:
    """Return a stale lock with a text everywhere."""
    return stale_markdown(text, [f"+ {text}"])


PAGES: dict[str, Callable[[str], Iterator[str]]] = {
    one.__name__: one for one in (audited, checked, diffed, rebuilt, stale, verified)
}

every_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module", autouse=True)
def _entries(tmp_path_factory: pytest.TempPathFactory) -> None:
    ENTRIES[:] = entries_of(tmp_path_factory.mktemp("audit"))


ENTRIES: list[Entry] = []


@every_page
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_others_wrote_is_more_than_text(name: str, text: str) -> None:
    """A summary is shown with the rights of the project: no link, no tag, no mention, no heading of a stranger's."""
    page = "\n".join(PAGES[name](text))
    assert links_and_tags(page) == []
    assert page.replace("\n", "").isprintable()


@pytest.mark.parametrize("text", HOSTILE)
def test_cells_stay_under_their_heads(text: str) -> None:
    """A bar in a name must not push a value under another head."""
    row = markdown.table(("a", "b"), [(markdown.code(text), markdown.escaped(text))]).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


@pytest.mark.parametrize("text", [one for one in HOSTILE if links_and_tags(one)])
def test_what_is_not_escaped_is_noticed(text: str) -> None:
    """The control: the same text as it is has links, tags or mentions."""
    assert links_and_tags(text)


def test_most_of_these_texts_are_hostile() -> None:
    """As before."""
    assert sum(bool(links_and_tags(one)) for one in HOSTILE) >= len(HOSTILE) // 2


@given(text=st.text(st.sampled_from("`|\\<>&@#:/w.[]()*_!~$ \n\ta1-"), max_size=30))
def test_prose_and_code_hold_whatever_comes(text: str) -> None:
    """No combination of marks ends what it stands in."""
    page = f"| a |\n| --- |\n| {markdown.escaped(text)} {markdown.code(text)} |\n\n{markdown.fenced(text)}"
    assert links_and_tags(page) == []
    kinds = [token.type for token in tokens(page)]
    assert (kinds.count("td_open"), kinds.count("fence")) == (1, 1)


@pytest.mark.parametrize("text", ["a_b*c", "x@y", "https://x.example/?a=1&b=2#3", "<b>", "50 % of $5", "C:\\x"])
def test_prose_is_read_as_it_was(text: str) -> None:
    """What is escaped is for the parser; people see what was there."""
    (inline,) = [token for token in tokens(f"x {markdown.escaped(text)}") if token.type == "inline"]
    seen = "".join(child.content for child in inline.children or ())
    assert seen.replace("\u200b", "") == f"x {text}"


@pytest.mark.parametrize("text", ["a_b*c", "``x``", "`", "a``b`", "<b>&amp;", "a\\nb"])
def test_code_is_read_as_it_was(text: str) -> None:
    """Names can be copied."""
    assert texts(markdown.code(text)) == [text]


def test_remedy_is_in_a_block_that_it_cannot_end() -> None:
    """What is to be pasted may have backticks of its own."""
    assert markdown.fenced("a\n````\nb", "python") == "`````python\na\n````\nb\n`````"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_first_line_is_the_verdict_and_says_what_it_means(verdict: Verdict) -> None:
    """Whoever reads one line of a summary reads that one."""
    first = next(rebuilt_markdown(rebuilt_of(job_of(verdict.value))))
    assert first.startswith("### ✅ " if verdict.exit_code in {0, 10, 11} else "### ❌ ")
    assert verdict.value in first
    assert first.endswith(MEANINGS[verdict])


def test_page_is_cut_where_a_summary_ends_and_says_so() -> None:
    """GitHub refuses a summary of more than 1 MiB as a whole."""
    large = "\n".join(markdown.page([markdown.fenced("x" * 399 + "\n" + "y" * 399)] * 3000))
    assert 800_000 < len(large.encode()) < 1 << 20
    assert large.endswith("`--json` has all of it.")
    assert links_and_tags(large) == []
    whole = "\n".join(diffed("z" * 5000, 5000))
    assert len(whole.encode()) < 1 << 20
    assert "and 4800 more: `--json` has them all" in whole


def test_long_values_lose_their_middle() -> None:
    """Both ends of a path or a digest tell more."""
    assert markdown.code("a" * 300 + "b" * 300) == f"`{'a' * 199}…{'b' * 199}`"


DIFFED = """\
### ❌ payload-differs: `demo-1.0-py3-none-any.whl`, installed files differ

| wheel | file | SHA-256 | bytes |
| --- | --- | --- | --- |
| first | `demo-1.0-py3-none-any.whl` | `{a}` | 1,536 |
| second | `demo-1.0-py3-none-any.whl` | `{b}` | 1,537 |

**Cause:** `umask` (builds show it; guilty: umask): The umask leaks.

- `a.py: mode 644, and 600`

In pyproject.toml:

```toml
[tool.x]
y = 1
```

More: `samewheel explain umask`

<details><summary>1 difference</summary>

| code | members | what differs | first | second |
| --- | --- | --- | --- | --- |
| SW301 | `a.py` | code | `x = 1` | `x = 2` |

</details>
"""


def test_diff_is_told_in_full() -> None:
    """Golden: the verdict, the files, the cause with what to paste, the differences folded."""
    a, b = (
        File(name="demo-1.0-py3-none-any.whl", sha256=Sha256(c * 64), size=s) for c, s in (("a", 1536), ("b", 1537))
    )
    cause = replace(
        cause_of("The umask leaks."),
        evidence=("a.py: mode 644, and 600",),
        remedy="# pyproject.toml\n[tool.x]\ny = 1",
    )
    one = Difference(code="SW301", rung=Verdict.PAYLOAD_DIFFERS, member="a.py", field="code", a="x = 1", b="x = 2")
    found = Explained(a=a, b=b, verdict=Verdict.PAYLOAD_DIFFERS, differences=(one,), causes=(cause,))
    assert "\n".join(diff_markdown(found)) + "\n" == DIFFED.format(a="a" * 64, b="b" * 64)


AUDITED = """\
### ❌ audited: `list.txt`, 1 of 5 packages have the contents of their source

| verdict | packages |
| --- | --- |
| identical | 1 |
| metadata-differs | 1 |
| not-buildable | 1 |
| failed | 1 |
| pending | 1 |
| skipped | 1 |

<details><summary>what is not identical</summary>

| verdict | package | version | why |
| --- | --- | --- | --- |
| failed | `broken` | `1.0` | the disk is full |
"""


def test_audit_is_counts_and_then_what_is_not_identical() -> None:
    """Golden: nobody reads three hundred rows of what is good."""
    assert "\n".join(audit_markdown("list.txt", ENTRIES)).startswith(AUDITED)


def test_verification_says_what_was_done() -> None:
    """The digest, what was varied, and how far the builds were kept apart."""
    page = "\n".join(verified_markdown(Verified(verification=report(), evidence=Path("x"), wheel="x.whl")))
    assert page.startswith("### ❌ same-contents: `x.whl`, two builds under opposite conditions: the same files")
    for label in ("SHA-256", "varied", "isolation"):
        assert f"\n| {label} | " in page


def test_lock_says_what_changed_and_what_to_run() -> None:
    """A stale lock is one command away from a fresh one."""
    assert list(stale_markdown("x", [])) == ["### ✅ fresh: `x`, the pins are what the project asks for"]
    page = "\n".join(stale_markdown("x", ["- a>=1", "+ a>=2"]))
    assert "```diff\n- a>=1\n+ a>=2\n```" in page
    assert page.endswith("```sh\nsamewheel lock\n```")
