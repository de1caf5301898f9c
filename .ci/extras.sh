#!/usr/bin/env bash
# Tests what only extras make possible, each in an environment of its own beside .venv: the Spark engine by each
# PySpark that it is for, and redaction by Presidio.
# `prepare` makes the environments, `test` runs the tests in them; without a word both.
set -euo pipefail
cd "$(dirname "$0")/.."
# what .ci/run adds is for the README's command
unset PYTEST_ADDOPTS

environment() { # folder, requirements
  local folder=".ci/extras/$1"
  shift
  test -x "$folder/bin/python" || python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
}

tests() { # folder, options of pytest
  local folder=".ci/extras/$1"
  shift
  echo "-- $folder $*"
  # the rest comes from .venv, after what is of this environment
  local site main
  site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  main=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "import site; site.addsitedir('$main')" > "$site/main.pth"
  # a test that was skipped would be one that nobody ran
  "$folder/bin/python" -m pytest -q -p no:cacheprovider "$@" | tee "$folder/log"
  ! grep -q skipped "$folder/log"
}

if test "${1:-prepare}" = prepare; then
  environment spark3.5 'pyspark>=3.5,<3.6' 'pyarrow>=17' 'pandas>=2.2,<3'
  environment spark4 'pyspark[connect]>=4,<5' 'pyarrow>=17' 'pandas>=2.2,<3'
  environment presidio 'presidio-analyzer>=2.2.355,<3'
fi
if test "${1:-test}" = test; then
  spark="tests/batch/test_spark_engine.py tests/batch/test_spark_shipping.py"
  # both at once: one computes while the other waits. The rest is the same code by another session
  tests spark3.5 $spark & old=$!
  SPARK_REMOTE='local[2]' tests spark4 $spark -k 'sample or changed or place or into_a_table or pickled' & new=$!
  wait "$old"
  wait "$new"
  tests spark4 $spark -k 'sample or pickled'
  tests presidio tests/app/analysis/test_presidio.py -k finds
fi
