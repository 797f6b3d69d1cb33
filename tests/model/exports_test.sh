#!/bin/sh
# SPDX-License-Identifier: MIT
# libausm exports one strong symbol, ausm_open; weak ones are templates that LibTorch's headers mark visible.
# usage: exports_test.sh LIBAUSM
set -eu
strong=$(nm -D --defined-only "$1" | awk '$2 ~ /^[TDBR]$/ { print $3 }' | sort | tr '\n' ' ')
if [ "$strong" != "ausm_open " ]; then
    echo "exported: $strong"
    exit 1
fi
echo "exported: $strong"
