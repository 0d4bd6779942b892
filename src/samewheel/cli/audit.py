"""``samewheel audit``: the subcommands run, list, show and merge; run is meant where none is named."""

from __future__ import annotations

import os
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from samewheel._outputs import refuse_link
from samewheel.cli.forms import markdown_option, refuse_several
from samewheel.cli.options import limit_option, limits_from, stacked
from samewheel.cli.pages import site_option, write_site
from samewheel.cli.targets import refuse_other_folder
from samewheel.errors import ClusterError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from samewheel.audit.choosing import Released
    from samewheel.audit.places import Place
    from samewheel.audit.sharding import Shard
    from samewheel.audit.values import Entry
    from samewheel.cli.console import TerminalProgress

__all__ = ["command"]

STORE = Path("evidence", "audit.sqlite3")


SAID_AGAIN = {
    "--extra": "extras",
    "--group": "groups",
    "--python": "python",
    "--jobs": "jobs",
    "--cluster": "cluster",
    "--cluster-ca": "cluster_ca",
    "--cluster-cert": "cluster_cert",
    "--cluster-key": "cluster_key",
    "--limit": "limits",
    "--shard": "shard",
    "--policy": "policy",
    "--html": "html",
}
"""Options that decide what an audit does, with the names of their values."""

SAID_AGAIN_ALONE = {"offline": "offline", "quiet": "quiet", "json": "as_json", "markdown": "as_markdown"}
"""Those without a value."""


class _Default(click.Group):
    """A group in which the first word is a subcommand, or else ``run`` is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *self.get_help_option_names(ctx)}:
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] FILE...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands["run"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


store_option = click.option(
    "--store", metavar="FILE", type=click.Path(path_type=Path), default=STORE, show_default=True,
    help="The SQLite file with the results.",
)  # fmt: skip
name_option = click.option(
    "--name", "title", metavar="NAME", help="Of the audit in the store.  [default: the names of the files]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


cluster_options = stacked(
    [
        click.option(
            "--cluster", metavar="ADDRESS", help="Rebuild on the workers of this Dask scheduler."
        ),
        *(
            click.option(
                f"--cluster-{name}", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help=f"{what} for tls:// addresses.  [default: as Dask is configured]",
            )
            for name, what in (("ca", "The CA"), ("cert", "Our certificate"), ("key", "Its key"))
        ),
    ]
)  # fmt: skip
"""Where rebuilds are done elsewhere."""


@click.group("audit", cls=_Default)
def command() -> None:
    """Rebuild the wheels that FILEs name for this platform, compare them with the published ones, keep the results.

    A FILE is a requirements file, a constraints.txt, a pylock.toml, a uv.lock, an installed environment, a folder of
    wheels or a wheel. A file that is called list, merge, show or run is ./list and so on.
    """


def _files(*, offline: bool) -> Callable[[str], Sequence[Released]]:
    """Return what asks the index."""
    from samewheel.index import Index

    return Index(offline=offline, cwd=Path.cwd()).files


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> Shard | None:
    """Return the shard that is meant."""
    from samewheel.audit.sharding import parse_shard

    return None if text is None else parse_shard(text)


@command.command("run")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@store_option
@name_option
@click.option("--resume", is_flag=True, help="Go on with this audit: what has a verdict is not rebuilt again.")
@click.option("--anew", is_flag=True, help="Begin this audit again; its results go.")
@click.option(
    "--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Rebuilds at once.  [default: one per CPU]"
)
@cluster_options
@click.option(
    "--policy", metavar="min=RUNG[,skips=allow][,isolation=none]", multiple=True,
    help="Exit with 16 unless every package reaches identical, identical-after-replay or same-contents in a sandbox.",
)  # fmt: skip
@click.option("--extra", "extras", metavar="NAME", multiple=True, help="Of lock files, this extra too.")
@click.option("--group", "groups", metavar="NAME", multiple=True, help="Of lock files, these dependency groups only.")
@click.option(
    "--python",
    "-p",
    metavar="PYTHON",
    help="The interpreter whose wheels are meant; how each was built is found out by itself.",
)
@click.option(
    "--shard", metavar="N/OF", callback=_shard, help="Of the names, only this share: 3/16 is the third of sixteen."
)
@limit_option
@site_option
@click.option("--offline", is_flag=True, help="Use only what was fetched before.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and the result.")
@json_option
@markdown_option
def run(files: tuple[Path, ...], *, store: Path, policy: tuple[str, ...], **options: Any) -> int:
    """Rebuild what FILEs name."""
    from samewheel.audit.auditing import usual_title
    from samewheel.audit.policy import anything_rebuilt, missed, parse_policy
    from samewheel.cli.console import say
    from samewheel.report.audits import missed_lines

    if click.get_current_context().get_parameter_source("store") is ParameterSource.DEFAULT:
        refuse_link(STORE.parent, f"--store {STORE}")
    refuse_other_folder(options["html"])
    if options["resume"] and options["anew"]:
        raise click.UsageError("--resume goes on and --anew begins again: give one of them.")
    refuse_several(json=options["as_json"], markdown=options["as_markdown"])
    _refuse_half_a_cluster(options)
    demanded = parse_policy(policy)
    title = options["title"] or usual_title(files)
    entries = _audited(files, store, title, {**options, "policy": policy})
    if entries is None:
        return ExitCode.INTERRUPTED
    write_site(options["html"], store, title)
    below = missed(entries, demanded) if demanded is not None else ()
    if options["as_markdown"]:
        from samewheel.cli.console import show
        from samewheel.report.markdown_audits import audit_markdown

        show(audit_markdown(title, entries, below, demanded))
    else:
        _print(title, entries, store, as_json=options["as_json"])
    if demanded is None:
        return ExitCode.OK
    if not below and anything_rebuilt(entries):
        return ExitCode.OK
    for line in missed_lines(below, demanded) if below else ["policy missed: nothing was rebuilt"]:
        say(line)
    return ExitCode.REFUSED


def _refuse_half_a_cluster(options: dict[str, Any]) -> None:
    """Refuse options that say nothing together."""
    if options["cluster"] is not None and options["jobs"] is not None:
        raise click.UsageError("--jobs is for this machine; on a cluster, workers have threads.")
    files = {name: options[f"cluster_{name}"] is not None for name in ("ca", "cert", "key")}
    if any(files.values()) and options["cluster"] is None:
        raise click.UsageError("--cluster-ca, --cluster-cert and --cluster-key need --cluster.")
    if any(files.values()) and not all(files.values()):
        raise click.UsageError("TLS takes all of --cluster-ca, --cluster-cert and --cluster-key.")


def _place(options: dict[str, Any], shown: TerminalProgress) -> Place:
    """Return where the rebuilds are done."""
    from samewheel.audit.places import Here, There

    if options["cluster"] is None:
        return Here(slots=options["jobs"] or os.cpu_count() or 1)
    from samewheel.audit.distributing.connecting import Address

    files = {name: options[f"cluster_{name}"] for name in ("ca", "cert", "key")}
    return There(address=Address(url=options["cluster"], **files), note=shown.note)


def _audited(files: tuple[Path, ...], store: Path, title: str, options: dict[str, Any]) -> tuple[Entry, ...] | None:
    """Run an audit; None if it was interrupted, which is told."""
    from samewheel.audit.auditing import audit_files
    from samewheel.audit.sharding import WHOLE
    from samewheel.audit.target import find_target
    from samewheel.audit.working import work
    from samewheel.cli.bars import Bar
    from samewheel.cli.console import progress, say
    from samewheel.limits import AUDIT

    python, offline, quiet = options["python"], options["offline"], options["quiet"]
    with ExitStack() as before, Bar(before, quiet=quiet) as bar:
        shown = before.enter_context(progress(quiet=quiet))
        try:
            return audit_files(
                files,
                store=store,
                title=title,
                target=find_target(python, extras=options["extras"], groups=options["groups"] or None),
                files=_files(offline=offline),
                work=work,
                place=_place(options, shown),
                told=bar,
                progress=shown,
                resume=options["resume"],
                anew=options["anew"],
                offline=offline,
                limits=limits_from(options["limits"], AUDIT),
                shard=options["shard"] or WHOLE,
            )
        except KeyboardInterrupt:
            if not bar.begun:
                raise
            say(f"Interrupted; {bar.finished} more results are in {store}.")
            say(f"{click.style('next:', bold=True)} {shlex.join(_again(files, store, title, options))}")
            return None
        except ClusterError as error:
            if not bar.begun:
                raise
            say(f"{bar.finished} more results are in {store}.")
            again = shlex.join(_again(files, store, title, options))
            hint = f"{error.hint}\nThen go on: {again}" if error.hint else again
            raise ClusterError(error.what, cause=error.cause, hint=hint) from error


def _again(files: tuple[Path, ...], store: Path, title: str, options: dict[str, Any]) -> list[str]:
    """Return the words of the command that goes on with an audit, as it was begun."""
    words = ["samewheel", "audit", *map(_as_file, files), "--store", str(store), "--name", title, "--resume"]
    for name, key in SAID_AGAIN.items():
        given = options[key]
        values = given if isinstance(given, tuple) else (given,)
        words += [word for value in values if value is not None for word in (name, str(value))]
    return words + [f"--{name}" for name, given in SAID_AGAIN_ALONE.items() if options[given]]


def _as_file(path: Path) -> str:
    """Return a path that is taken for nothing else."""
    return f"./{path}" if str(path).startswith("-") or str(path) in command.commands else str(path)


def _print(title: str, entries: Sequence[Entry], store: Path, *, as_json: bool) -> None:
    if as_json:
        from samewheel.report.audit_tables import to_listing

        click.echo(to_listing(title, entries), nl=False)
        return
    from samewheel.cli.console import show
    from samewheel.report.audits import audit_lines

    show(audit_lines(title, entries, store))


@command.command("list")
@site_option
@store_option
@name_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@markdown_option
def list_(
    *, store: Path, title: str | None, as_json: bool, as_csv: bool, as_markdown: bool, html: Path | None
) -> None:
    """List the packages of an audit."""
    from samewheel.audit.store import reading

    refuse_several(json=as_json, csv=as_csv, markdown=as_markdown)
    refuse_other_folder(html)
    with reading(store) as reader:
        title = reader.title(title)
        entries = reader.entries(reader.find(title))
    write_site(html, store, title)
    if as_csv:
        from samewheel.cli.console import harmless
        from samewheel.report.audit_tables import to_csv

        click.echo(harmless(to_csv(entries)).encode(), nl=False)
    elif as_markdown:
        from samewheel.cli.console import show
        from samewheel.report.markdown_audits import audit_markdown

        show(audit_markdown(title, entries))
    else:
        _print(title, entries, store, as_json=as_json)


@command.command("show")
@click.argument("package", metavar="NAME[==VERSION]")
@store_option
@name_option
@json_option
@markdown_option
def show_(package: str, *, store: Path, title: str | None, as_json: bool, as_markdown: bool) -> None:
    """Show all that is known of one package: plan, attempts, causes and differences."""
    from samewheel.audit.inputs.names import same_version, usual_name
    from samewheel.audit.store import reading
    from samewheel.cli.console import show
    from samewheel.report.audit_tables import to_shown
    from samewheel.report.audits import shown_lines

    refuse_several(json=as_json, markdown=as_markdown)
    name, _, version = (part.strip() for part in package.partition("=="))
    with reading(store) as reader:
        title = reader.title(title)
        audit = reader.find(title)
        entries = [
            entry
            for entry in reader.entries(audit)
            if entry.name in {name, usual_name(name)} and (not version or same_version(entry.version, version))
        ]
        found = [(entry, reader.rebuilt(audit, entry)) for entry in entries]
    if not found:
        raise UsageError(f"{package} is not in the audit {title!r}", hint=f"samewheel audit list --store {store}")
    if as_json:
        click.echo(to_shown(title, found), nl=False)
    elif as_markdown:
        from samewheel.report.markdown_audits import shown_markdown

        show(shown_markdown(found))
    else:
        for entry, rebuilt in found:
            show(shown_lines(entry, rebuilt))


@command.command("merge")
@click.argument("stores", metavar="STORE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", metavar="STORE", required=True, type=click.Path(path_type=Path),
    help="The new store; nothing may be there yet.",
)  # fmt: skip
@click.option(
    "--prefer", metavar="STORE", type=click.Path(path_type=Path),
    help="Where verdicts differ, those of this one of the stores count.  [default: that is refused]",
)  # fmt: skip
@json_option
def merge_(stores: tuple[Path, ...], *, output: Path, prefer: Path | None, as_json: bool) -> None:
    """Make one store of several, such as those of shards; of each wheel, one result is kept."""
    from samewheel.audit.merging import merge

    merged = merge(stores, output, prefer=prefer)
    if as_json:
        from samewheel.report.audit_tables import to_merged

        click.echo(to_merged(merged), nl=False)
        return
    from samewheel.cli.console import show
    from samewheel.report.audits import merged_lines

    show(merged_lines(merged, output))
