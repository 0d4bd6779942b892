# `just --list` shows every recipe. CI runs these recipes and nothing else.

set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

# The caller's, else the time of the last commit, else the earliest that a ZIP file can say: the same for every build.
epoch := env("SOURCE_DATE_EPOCH", `git log -1 --format=%ct 2>/dev/null || echo 315532800`)
oldest_python := "3.11"
run := "uv run --locked"
templates := "src/samewheel/adopting/templates"

[private]
default:
    @just --list

# Build the wheel, and prove it by building it again under other conditions
[group('package')]
package constraints="constraints.txt": (package-build constraints) (package-verify constraints)

# Pin what a build of the wheel installs, with hashes; `--upgrade` takes newer releases
[group('package')]
package-constraints constraints="constraints.txt" *args:
    {{ run }} scripts/build_requirements.py | uv pip compile -q --generate-hashes --only-binary :all: \
        --universal --python-version {{ oldest_python }} --custom-compile-command "just package-constraints" \
        -o {{ quote(constraints) }} {{ args }} -

# Check that the pins still are what the project asks for
[group('package')]
package-constraints-check constraints="constraints.txt":
    {{ run }} samewheel lock --check --output {{ quote(constraints) }}

# Build the wheel into an emptied dist/, from hashed pins only
[group('package')]
package-build constraints="constraints.txt":
    SOURCE_DATE_EPOCH={{ quote(epoch) }} uv build --wheel --clear \
        --build-constraint {{ quote(constraints) }} --require-hashes --force-pep517

# Build twice under opposite conditions, and twice more without samewheel; all must be the wheel in dist/
[group('package')]
package-verify constraints="constraints.txt":
    {{ run }} samewheel verify . --constraints {{ quote(constraints) }} --against dist/*.whl
    {{ run }} scripts/verify_twice.py --constraints {{ quote(constraints) }} . dist/*.whl

# Check that the metadata and the README of the wheel in dist/ are fit for an index
[group('package')]
package-check:
    {{ run }} twine check --strict dist/*.whl

# Run every test, in parallel; `just test -m "not long"` leaves out those that take minutes
[group('check')]
test *args:
    {{ run }} pytest -n auto "$@"

# Run the tests that build many real packages, which takes minutes
[group('check')]
test-real *args:
    {{ run }} pytest -n auto -m long "$@"

# Show the road from a project to a gate, with two operators and two attacks
[group('check')]
attest-demo *args:
    {{ run }} scripts/attest_demo.py "$@"

# Check form, smells and types
[group('check')]
lint: lint-workflows
    {{ run }} ruff format --check
    {{ run }} ruff check
    {{ run }} mypy

# Walk the road from a verified wheel to an identical model, in examples/bikes; takes minutes
[group('check')]
bikes *args:
    SAMEWHEEL="uv run --quiet --locked --project '$PWD' samewheel" just --justfile examples/bikes/justfile all "$@"

# Check form, smells, types and tests of examples/bikes, in its own environment
[group('check')]
bikes-test:
    just --justfile examples/bikes/justfile lint
    just --justfile examples/bikes/justfile test

# Check the workflows, the action and what `samewheel init` writes for others: pins, rights, injections
[group('check')]
lint-workflows:
    {{ run }} zizmor --offline --persona=pedantic --no-progress --strict-collection -q . {{ templates }}/*.yml

# Write what workflows and the action install, from uv.lock: all that samewheel needs, but not itself; uv and just for CI
[group('check')]
workflow-pins file=".github/samewheel.txt" tools=".github/tools.txt":
    uv export -q --locked --no-dev --extra clock --extra sigstore --no-emit-project --no-header -o {{ quote(file) }}
    uv export -q --locked --only-group tools --no-header -o {{ quote(tools) }}

# Rebuild all that samewheel installs, and write what came of it into docs/; goes on where it stopped, `--anew` begins again
[group('check')]
audit-self *args:
    {{ run }} samewheel audit .github/samewheel.txt --name dependencies --store evidence/dependencies.sqlite3 "${@:---resume}"
    {{ run }} scripts/dependency_page.py evidence/dependencies.sqlite3 docs/understand/our-dependencies.md

# Write a bill of materials of the wheel in dist/ into evidence/: CycloneDX, all that uv.lock pins for its users
[group('check')]
sbom:
    {{ run }} scripts/sbom.py dist/*.whl evidence

# Build the site of docs/, and check that tables, transcripts, commands and links of all pages say what is
[group('check')]
docs: docs-site
    {{ run }} pytest -n auto -m "not long" -k "page or pages or contributing or exit_codes or transcripts or pictures"

# Build the site of docs/ into .cache/docs, strictly: a warning is an error, and nothing is fetched from elsewhere
[group('check')]
docs-site:
    rm -rf .cache/docs
    {{ run }} --group docs sphinx-build -nWEq --keep-going -d .cache/doctrees docs .cache/docs
    {{ run }} scripts/check_site.py .cache/docs

# Run the transcripts in README.md and docs/, and write into them what came of it; or those of the pages named
[group('check')]
docs-transcripts *args:
    {{ run }} scripts/transcripts.py "$@"

# Make the pictures of terminals in docs/pictures anew, from real runs; or those that are named
[group('check')]
screenshots *args:
    {{ run }} scripts/screenshots.py "$@"

# Write the page of commands anew, from the commands themselves
[group('check')]
docs-commands:
    {{ run }} scripts/command_pages.py docs/lookup/commands.md

# Write docs/explain anew: a page for each code and for each cause
[group('check')]
explain-pages:
    {{ run }} python -m samewheel.explaining docs/explain

# Write docs/lookup/schemas anew: a JSON Schema for each kind of document
[group('check')]
schemas:
    {{ run }} python -m samewheel.schemas docs/lookup/schemas

# Make the pictures of reports in docs/pictures from real runs; takes the package index and some minutes
[group('check')]
report-pictures *args:
    {{ run }} scripts/report_pictures.py "$@"

# Install Chromium for the tests of pages, as root on Debian; without it they are skipped
[group('check')]
chromium:
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core

# Install bubblewrap for the tests of that level of isolation, as root on Debian; without it they are skipped
[group('check')]
bubblewrap:
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends bubblewrap

# Compare speed with what a user would run instead, in pairs
[group('check')]
bench *args:
    {{ run }} benchmarks/paired.py "$@"

# Verify 185 popular packages from their sdists, which takes an hour; `--help` says how to do less
[group('check')]
bench-verify *args:
    {{ run }} benchmarks/verify_packages.py "$@"

# Rebuild 470 published wheels from their sdists and count the rungs, which takes half an hour; `--group`, `--only`
[group('check')]
bench-rebuild *args:
    {{ run }} benchmarks/rebuild_packages.py "$@"

# Verify the projects with known defects, and count verdicts, causes and conditions; two minutes, or `--only TEXT`
[group('check')]
bench-causes *args:
    {{ run }} benchmarks/find_causes.py "$@"

# Compare what an audit costs with its builds alone
[group('check')]
bench-audit *args:
    {{ run }} benchmarks/audit_cost.py "$@"

# See how the costs of a verification grow with files, bytes and dependencies
[group('check')]
bench-growth *args:
    {{ run }} benchmarks/growth.py "$@"

# Compare the same peers with what nobody could leave out: what goals of speed leave for samewheel
[group('check')]
bench-floors *args:
    {{ run }} benchmarks/floors.py "$@"

# Compare `diff` with diffoscope and sha256sum, and `canonicalize` with its compressor alone
[group('check')]
bench-diff *args:
    {{ run }} benchmarks/diffing.py "$@"

# Compare what a gate takes with the start of samewheel alone
[group('check')]
bench-check *args:
    {{ run }} benchmarks/checking.py "$@"

# See what a cluster costs an audit: overhead, throughput beside --jobs, memory of the coordinator
[group('check')]
bench-cluster *args:
    {{ run }} benchmarks/cluster.py "$@"

# Measure what one rebuild costs: CPU, requests, bytes; with an empty cache and again. Takes the index and some minutes
[group('check')]
bench-costs *args:
    {{ run }} benchmarks/rebuild_costs.py "$@"

# Simulate audits with up to 10,000 workers: the real coordinator and store, virtual time; five minutes
[group('check')]
bench-scaling *args:
    {{ run }} benchmarks/scaling.py "$@"

# See how soon Chromium shows an audit of many packages
[group('check')]
bench-pages *args:
    {{ run }} benchmarks/opening_pages.py "$@"

# Compare compressors on real wheels: size, speed, and a digest to compare with other machines
[group('check')]
bench-compressors *args:
    uv run benchmarks/compressors.py "$@"

# See what zipfile, pip and uv make of each hostile wheel of the tests; `--output DIR` writes them
[group('check')]
hostile *args:
    {{ run }} scripts/hostile_wheels.py "$@"

# Feed mutated wheels to the reader and the comparison for so many seconds; hypothesis draws them
[group('check')]
fuzz seconds="60" *args:
    {{ run }} scripts/fuzz_wheels.py --seconds {{ quote(seconds) }} "${@:2}"

# Feed garbled documents to every reader of lock files, reports, policies, pages and the like; `--inputs N`
[group('check')]
fuzz-readers *args:
    {{ run }} scripts/fuzz_readers.py "$@"

# Kill commands at random moments and count what is left behind, which takes an hour; `--times N`, `--only COMMAND`
[group('check')]
torture-kills *args:
    {{ run }} python -m tests.torture.kills "$@"

# Measure commands on large wheels and audits of many packages, which takes half an hour; `--help` says how to do less
[group('check')]
torture-load *args:
    {{ run }} python -m tests.torture.load "$@"

# See what samewheel, tarfile, pip and uv make of each hostile sdist of the tests; `--output DIR` writes them
[group('check')]
hostile-sdists *args:
    {{ run }} python -m tests.torture.sdists "$@"

# Have commands meet full disks, broken tools, wrong clocks and bad indexes, as namespaces allow; `--topic`, `--only`
[group('check')]
torture-faults *args:
    {{ run }} python -m tests.torture.faults "$@"

# Let hostile builds loose on a machine of decoys at each level of isolation; minutes, or `--only ATTACK --level LEVEL`
[group('check')]
torture-builds *args:
    {{ run }} python -m tests.torture.builds "$@"

# Fill environment, repositories and index settings with secrets, and look for them everywhere; minutes; `--only TEXT`
[group('check')]
torture-secrets *args:
    {{ run }} python -m tests.torture.secrets "$@"

# Run each command 16 times at once on one cold cache, and compare; minutes; `--runs N`, `--only TEXT`
[group('check')]
torture-at-once *args:
    {{ run }} python -m tests.torture.at_once "$@"

# The short form of every torture: some 20 minutes; each recipe called `torture-…`, `fuzz…` and `hostile…` can do more
[group('check')]
torture: (fuzz "60") (fuzz-readers "--inputs" "20000") (hostile-sdists "--alone") torture-builds \
    (torture-secrets "--only" "variables") torture-faults (torture-kills "--times" "5") (torture-at-once "--runs" "4") \
    (torture-load "--runs" "1" "--small")

# Kill workers and the scheduler of a cluster during audits, some ten minutes; in network namespaces as root
[group('check')]
torture-cluster *args:
    {{ run }} python -m tests.torture.cluster "$@"

# As `fuzz`, guided by what inputs reach; takes a compiler where atheris has no wheel
[group('check')]
fuzz-guided seconds="60" *args:
    uv run --locked --with "atheris>=3,<4" scripts/fuzz_wheels.py --guided --seconds {{ quote(seconds) }} "${@:2}"

# Every gate, as CI runs it; the tests come last, so that their summary ends the output
[group('check')]
ci: lint docs-site package package-check package-constraints-check (test "--cov" "-m" "not long")

# Remove what the other recipes write, but not constraints.txt
[group('check')]
clean:
    rm -rf dist evidence .cache .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
    find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
