"""Compiled code."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]


def _setup(name: str, *arguments: str, imports: tuple[str, ...] = ()) -> str:
    """Return a ``setup.py`` with one extension, whose arguments after the name are given."""
    return pasted(
        "setup.py",
        *imports,
        "from setuptools import Extension, setup",
        "",
        "setup(",
        "    ext_modules=[",
        "        Extension(",
        f'            "{name}",',
        *(f"            {argument}," for argument in arguments),
        "        ),",
        "    ],",
        ")",
    )


SOURCES = '["src/sample/_speedups.c"]'

MAPPED_MESON = pasted(
    "meson.build",
    "add_project_arguments(",
    "  meson.get_compiler('c').get_supported_arguments(",
    "    '-ffile-prefix-map=' + meson.project_source_root() + '=.',",
    "    '-ffile-prefix-map=' + meson.project_build_root() + '=.',",
    "  ),",
    "  language: 'c',",
    ")",
)
"""The build folder comes last: compilers try the last option first, and the folder is inside the source."""

MAPPED_CMAKE = pasted(
    "CMakeLists.txt",
    "add_compile_options(",
    '  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."',
    '  "-ffile-prefix-map=${CMAKE_BINARY_DIR}=.")',
)

CAUSES = (
    Cause(
        name="debug-path",
        what="the folder that compilers worked in",
        do="compile with -g0, or with -ffile-prefix-map for the folder",
        codes=("SW401", "SW403", "SW404", "SW405", "SW407"),
        conditions=("environment_path", "source_path", "temp"),
        how="Python's own flags have `-g`, so setuptools compiles with debug information, which names the folders of "
        "sources and headers; `__FILE__` and `assert` write them, too. The linker hashes all that into the "
        "build-id, which stays when the file is stripped. Builds for release by meson-python and "
        "scikit-build-core have no `-g`. Do not set CFLAGS for setuptools: from 80.9 on it replaces Python's "
        "flags, and `-O3` is gone.",
        told="Debug information or strings hold the folder that only one of the builds had, or follow it alone. "
        "`samewheel build` maps these folders itself, for compilers that are found by name.",
        lines={
            "": pasted(COMMANDS, "samewheel build"),
            "setuptools": _setup(
                "sample._speedups",
                SOURCES,
                'extra_compile_args=["-g0", f"-ffile-prefix-map={Path.cwd()}=."]',
                imports=("from pathlib import Path", ""),
            ),
            "meson-python": MAPPED_MESON,
            "scikit-build-core": MAPPED_CMAKE,
        },
        seen=(
            "https://github.com/pypa/pip/issues/6505",
            "https://github.com/mesonbuild/meson-python/issues/671",
            "https://github.com/aio-libs/propcache/issues/218",
        ),
    ),
    Cause(
        name="build-id",
        what="other things in the file: it is a digest of them",
        do="cure those, or link with -Wl,--build-id=none",
        codes=("SW401",),
        conditions=("environment_path", "source_path", "temp"),
        how="Linkers write a digest of what they linked into each library, before it is stripped. It differs when "
        "anything did, even what is no longer in the file. That it is the only difference means that the origin "
        "was stripped: debug information, nearly always.",
        told="Nothing but the build-id differs in the file.",
        lines={
            "setuptools": _setup("sample._speedups", SOURCES, 'extra_link_args=["-Wl,--build-id=none"]'),
            "meson-python": pasted("meson.build", "add_project_link_arguments('-Wl,--build-id=none', language: 'c')"),
            "scikit-build-core": pasted("CMakeLists.txt", 'add_link_options("-Wl,--build-id=none")'),
        },
        seen=("https://github.com/pypa/pip/issues/7808", "https://github.com/pypa/pip/issues/9604"),
    ),
    Cause(
        name="compiler",
        what="the compiler, the linker, or their flags",
        do="build in an image that is pinned by its digest",
        codes=("SW402", "SW403", "SW404", "SW405", "SW406", "SW407", "SW506"),
        how="Another release of a compiler makes other code, and so does another Python of the same minor version: "
        "sysconfig's flags, such as `-O2` or `-O3`, are those of whoever built that Python. Headers and "
        "libraries of the system are inputs, too. No pin of Python packages reaches them.",
        told="`.comment` or debug information name two compilers or flags, or the buildinfos do.",
        lines={
            "": pasted(
                COMMANDS,
                "docker pull quay.io/pypa/manylinux_2_28_x86_64",
                "docker inspect --format '{{index .RepoDigests 0}}' quay.io/pypa/manylinux_2_28_x86_64",
            )
        },
        seen=(
            "https://github.com/scikit-learn/scikit-learn/issues/28151",
            "https://github.com/pypa/manylinux",
        ),
    ),
    Cause(
        name="cython-path",
        what="the folder that Cython worked in",
        do="run it with paths relative to the project",
        codes=("SW309", "SW404"),
        conditions=("source_path",),
        how="Cython writes the name of each source into the code that it generates, for tracebacks: the full one, if "
        "it was given that and the source is not below its working folder. Backends that copy the source to a "
        "folder of a random name, or build outside of it, hand over full names.",
        told="The strings of a module that Cython made, or the generated C file, hold a folder that only one of the "
        "builds had.",
        lines={
            "": pasted(COMMANDS, "cython --working src sample/_speedups.pyx"),
            "setuptools": pasted(
                "setup.py",
                "from Cython.Build import cythonize",
                "from setuptools import Extension, setup",
                "",
                'setup(ext_modules=cythonize([Extension("sample._speedups", ["src/sample/_speedups.pyx"])]))',
            ),
        },
        seen=(
            "https://github.com/cython/cython/issues/5949",
            "https://github.com/cython/cython/pull/7977",
            "https://github.com/scipy/scipy/issues/26128",
        ),
    ),
    Cause(
        name="link-order",
        what="the order in which a folder lists sources",
        do="sort the list of sources: sources=sorted(glob(...))",
        codes=("SW404", "SW405", "SW407"),
        conditions=("directory_order",),
        how="`glob` and `file(GLOB)` collect sources in the order of the file system, or did so in older releases. "
        "The linker lays functions and data out in the order in which it is given objects, so every address "
        "differs.",
        told="Sections hold the same in another order, which follows the order of folders in the build.",
        lines={
            "setuptools": _setup(
                "sample._speedups", 'sorted(glob("src/sample/*.c"))', imports=("from glob import glob", "")
            ),
            "meson-python": pasted("meson.build", "sources = files('src/sample/one.c', 'src/sample/two.c')"),
            "scikit-build-core": pasted(
                "CMakeLists.txt",
                "python_add_library(_speedups MODULE WITH_SOABI src/sample/one.c src/sample/two.c)",
            ),
        },
        seen=(
            "https://github.com/python/cpython/pull/12341",
            "https://github.com/pypa/setuptools/issues/3678",
        ),
    ),
    Cause(
        name="random-symbols",
        what="names that compilers make up for temporary files",
        do="list generated files as sources, -frandom-seed, or no LTO",
        codes=("SW404", "SW407"),
        how="Where sources are compiled and linked in one step, and with link-time optimisation, objects are "
        "temporary files such as `/tmp/ccX1y2Z3.o`, whose names become those of symbols. GCC also draws numbers "
        "for the names of what must be unique in a program, unless `-frandom-seed` gives it one.",
        told="Symbols or strings differ in parts that look drawn, and two builds under the same conditions differ, "
        "too.",
        lines={
            "setuptools": _setup(
                "sample._speedups", SOURCES, 'extra_compile_args=["-frandom-seed=sample", "-fno-lto"]'
            ),
            "meson-python": pasted(
                "pyproject.toml",
                "[tool.meson-python.args]",
                'setup = ["-Db_lto=false", "-Dc_args=-frandom-seed=sample"]',
            ),
            "scikit-build-core": pasted(
                "pyproject.toml",
                "[tool.scikit-build.cmake.define]",
                'CMAKE_INTERPROCEDURAL_OPTIMIZATION = "OFF"',
                'CMAKE_C_FLAGS = "-frandom-seed=sample"',
            ),
        },
        seen=("https://github.com/numpy/numpy/issues/26474",),
    ),
    Cause(
        name="date-macro",
        what="when it was compiled: __DATE__ or __TIME__",
        do="set SOURCE_DATE_EPOCH, which gcc and clang heed, or leave the macros out",
        codes=("SW404", "SW405", "SW408"),
        how="`__DATE__` and `__TIME__` are the time of compilation. GCC 7, Clang 16 and newer take SOURCE_DATE_EPOCH "
        "for it; `-Wdate-time` names the lines that use them. MSVC leaves it be. `-DBUILT=...` and headers that a "
        "build generates look the same once they are compiled in, and no variable reaches them: see `build-date`.",
        told="A compiled module has dates or times in the form of the macros. `samewheel verify` sets "
        "SOURCE_DATE_EPOCH in each build, and so tells such a date as `build-date`.",
        lines={
            "": pasted(COMMANDS, "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"),
            "setuptools": _setup("sample._speedups", SOURCES, 'extra_compile_args=["-Werror=date-time"]'),
            "meson-python": pasted("meson.build", "add_project_arguments('-Werror=date-time', language: 'c')"),
            "scikit-build-core": pasted("CMakeLists.txt", 'add_compile_options("-Werror=date-time")'),
        },
        seen=("https://reproducible-builds.org/docs/source-date-epoch/",),
    ),
    Cause(
        name="rust-path",
        what="the folder of cargo, or of the source, in Rust code",
        do="--remap-path-prefix in RUSTFLAGS, and a Cargo.lock",
        codes=("SW404", "SW405"),
        conditions=("home", "source_path"),
        how="A panic names the file that it came from: for crates, the folder of cargo in the builder's home. Crates "
        "that note the time of the build (vergen, shadow-rs), and versions that no Cargo.lock pins, come on top.",
        told="Strings of a module hold a folder of sources in Rust that only one of the builds had.",
        lines={
            "": pasted(
                COMMANDS,
                'export RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"',
                "git add Cargo.lock",
            )
        },
        seen=(
            "https://github.com/PyO3/maturin/issues/346",
            "https://github.com/starship/starship/issues/6599",
            "https://github.com/rustyhorde/vergen/issues/134",
        ),
    ),
    Cause(
        name="profile",
        what="the profile of a training run",
        do="do not train in release builds, or keep the profile in the source",
        codes=("SW404", "SW405"),
        how="Optimisation by a profile compiles twice, and runs the program in between to count which branches it "
        "takes. Counts differ from run to run, and the second compilation follows them.",
        told="Code differs under the same conditions, and flags in the file name a profile.",
        lines={
            "meson-python": pasted("pyproject.toml", "[tool.meson-python.args]", 'setup = ["-Db_pgo=off"]'),
            "setuptools": _setup("sample._speedups", SOURCES, 'extra_compile_args=["-fno-profile-use"]'),
        },
        seen=("https://github.com/gominimal/pkgs/pull/276",),
    ),
    Cause(
        name="native-cpu",
        what="the processor of the builder",
        do="leave out -march=native and -mtune=native; name a baseline",
        codes=("SW403", "SW404", "SW405"),
        how="`-march=native` asks for the instructions of the processor at hand, `-mtune=native` for an order that "
        "suits it. Another machine makes other code, and may not run this one. Libraries that measure caches "
        "while they are built do the like.",
        told="Debug information names another processor, or flags in it do.",
        lines={
            "setuptools": _setup("sample._speedups", SOURCES, 'extra_compile_args=["-march=x86-64-v2"]'),
            "meson-python": pasted(
                "pyproject.toml", "[tool.meson-python.args]", 'setup = ["-Dc_args=-march=x86-64-v2"]'
            ),
            "scikit-build-core": pasted(
                "pyproject.toml", "[tool.scikit-build.cmake.define]", 'CMAKE_C_FLAGS = "-march=x86-64-v2"'
            ),
        },
        seen=("https://github.com/scipy/scipy/issues/26143",),
    ),
    Cause(
        name="link-stamp",
        what="the time stamp or identifier that a linker made up",
        do="link with /Brepro on Windows, and with -Wl,-reproducible on macOS",
        codes=("SW408", "SW409"),
        conditions=("clock",),
        how="Microsoft's linker writes the time and a random identifier of the debug information, unless `/Brepro` "
        "makes both a digest of the file. Apple's makes the UUID from the contents, among which are names and "
        "times of objects where there is debug information. Do not use `-no_uuid`: macOS 26 loads no file "
        "without one.",
        told="Nothing but time stamps, checksums, identifiers or the UUID differ.",
        lines={
            "setuptools": _setup(
                "sample._speedups",
                SOURCES,
                'extra_compile_args=["/Brepro"] if sys.platform == "win32" else ["-g0"]',
                'extra_link_args={"win32": ["/Brepro"], "darwin": ["-Wl,-reproducible"]}.get(sys.platform, [])',
                imports=("import sys", ""),
            ),
            "meson-python": pasted(
                "meson.build",
                "linker = meson.get_compiler('c')",
                "add_project_link_arguments(",
                "  linker.get_supported_link_arguments('/Brepro', '-Wl,-reproducible'),",
                "  language: 'c',",
                ")",
            ),
            "scikit-build-core": pasted(
                "CMakeLists.txt",
                "if(MSVC)",
                '  add_link_options("/Brepro")',
                "elseif(APPLE)",
                '  add_link_options("-Wl,-reproducible")',
                "endif()",
            ),
        },
        seen=(
            "https://github.com/golang/go/pull/75725",
            "https://github.com/google-ai-edge/LiteRT-LM/pull/1279",
        ),
    ),
    Cause(
        name="archive-members",
        what="when static archives were made, and by whom",
        do="make them with ar and its letter D: ar Dcr",
        codes=("SW318",),
        conditions=("clock", "source_mtime", "uid", "umask"),
        how="`ar` writes the time, owner and mode of each object into a static archive. GNU ar leaves them out with "
        "the letter D, which is the default in most distributions, and not everywhere; Apple's does with "
        "ZERO_AR_DATE.",
        told="Members of a static archive have the same contents, and other times, owners or modes.",
        lines={
            "": pasted(COMMANDS, "export ARFLAGS=Dcr ZERO_AR_DATE=1"),
            "scikit-build-core": pasted(
                "CMakeLists.txt",
                'set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> Dqc <TARGET> <LINK_FLAGS> <OBJECTS>")',
                'set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")',
            ),
        },
        seen=("https://reproducible-builds.org/docs/archives/",),
    ),
    Cause(
        name="run-path",
        what="search paths of libraries",
        do="link without -rpath of the build's folders",
        codes=("SW406",),
        conditions=("environment_path", "source_path"),
        how="A library can name folders in which its own libraries are searched. CMake and Meson write those of the "
        "build and take them out when they install; link flags of a Python outside of /usr have its own folder; "
        "and what links by hand with `-rpath` keeps it.",
        told="RPATH or RUNPATH hold a folder that only one of the builds had.",
        lines={
            "setuptools": _setup("sample._speedups", SOURCES, 'runtime_library_dirs=["$ORIGIN"]'),
            "meson-python": pasted(
                "meson.build",
                "py.extension_module('_speedups', 'src/sample/_speedups.c',",
                "  install: true, subdir: 'sample', install_rpath: '$ORIGIN')",
            ),
            "scikit-build-core": pasted(
                "CMakeLists.txt",
                "set(CMAKE_INSTALL_RPATH_USE_LINK_PATH FALSE)",
                'set(CMAKE_INSTALL_RPATH "$ORIGIN")',
            ),
        },
        seen=("https://github.com/mesonbuild/meson-python/issues/671",),
    ),
)
"""Where several fit, the first one is the likeliest."""
