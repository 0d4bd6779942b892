"""Compiled code."""

from __future__ import annotations

from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="debug-path",
        what="the folder that compilers worked in",
        do="-ffile-prefix-map=$PWD=. in CFLAGS, or -g0",
        codes=("SW401", "SW403", "SW404", "SW405", "SW407"),
        conditions=("environment_path", "source_path", "temp"),
        how="",
        told="",
    ),
    Cause(
        name="build-id",
        what="other things in the file: it is a digest of them",
        do="cure those, or link with -Wl,--build-id=none",
        codes=("SW401",),
        how="",
        told="",
    ),
    Cause(
        name="cython-path",
        what="the folder that Cython worked in",
        do="run it with paths relative to the project",
        codes=("SW309", "SW404"),
        conditions=("source_path",),
        how="",
        told="",
    ),
    Cause(
        name="link-order",
        what="the order in which a folder lists sources",
        do="sort the list of sources: sources=sorted(glob(...))",
        codes=("SW404", "SW405", "SW407"),
        conditions=("directory_order",),
        how="",
        told="",
    ),
    Cause(
        name="random-symbols",
        what="names that compilers make up for temporary files",
        do="list generated files as sources, -frandom-seed, or no LTO",
        codes=("SW404", "SW407"),
        how="",
        told="",
    ),
    Cause(
        name="profile",
        what="the profile of a training run",
        do="do not train in release builds, or keep the profile in the source",
        codes=("SW404", "SW405"),
        how="",
        told="",
    ),
    Cause(
        name="native-cpu",
        what="the processor of the builder",
        do="leave out -march=native and -mtune=native; name a baseline",
        codes=("SW403", "SW404", "SW405"),
        conditions=("cpus",),
        how="",
        told="",
    ),
    Cause(
        name="rust-path",
        what="the folder of cargo, or of the source, in Rust code",
        do="--remap-path-prefix in RUSTFLAGS, and a Cargo.lock",
        codes=("SW404", "SW405"),
        conditions=("home", "source_path"),
        how="",
        told="",
    ),
    Cause(
        name="compiler",
        what="the compiler, the linker, or their flags",
        do="build in an image that is pinned by its digest",
        codes=("SW402", "SW403", "SW404", "SW405", "SW406", "SW407", "SW506"),
        how="",
        told="",
    ),
    Cause(
        name="date-macro",
        what="when it was compiled: __DATE__ or __TIME__",
        do="set SOURCE_DATE_EPOCH, which gcc and clang heed, or leave the macros out",
        codes=("SW404", "SW405", "SW408"),
        conditions=("clock",),
        how="",
        told="",
    ),
    Cause(
        name="link-stamp",
        what="the time stamp or identifier that a linker made up",
        do="link with /Brepro, or -Wl,-no_uuid",
        codes=("SW408", "SW409"),
        conditions=("clock",),
        how="",
        told="",
    ),
    Cause(
        name="archive-members",
        what="when static archives were made, and by whom",
        do="ar with D: ARFLAGS=Dcr",
        codes=("SW318",),
        conditions=("clock", "uid", "umask"),
        how="",
        told="",
    ),
    Cause(
        name="run-path",
        what="search paths of libraries",
        do="link without -rpath of the build's folders",
        codes=("SW406",),
        conditions=("environment_path", "source_path"),
        how="",
        told="",
    ),
)
"""Where several fit, the first one is the likeliest."""
