# SPDX-License-Identifier: MIT
# What the tests of pipelines/ share: a folder of their own, a made clip, checks that say what they saw.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# gst-launch-1.0 is not built with the sanitizer, so it cannot load what is.
if [[ ${AUSM_SANITIZED:-no} == yes ]]; then
    echo 'skipped: gst-launch-1.0 cannot load a plugin that is built with a sanitizer'
    exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'FAILED: %s\n' "$@" >&2
    exit 1
}

# make_clip FILE FRAMES: a ball that moves over noise-free black, as H.264 in MP4.
make_clip() {
    gst-launch-1.0 -q videotestsrc pattern=ball num-buffers="$2" ! video/x-raw,width=320,height=240,framerate=25/1 ! \
        x264enc speed-preset=ultrafast ! h264parse ! mp4mux ! filesink location="$1" ||
        fail 'the clip for the test could not be made; ./setup installs the encoder'
}

# The launch lines of pipelines/README.md: those that begin with gst-launch-1.0, joined with those that they are
# continued on.
launch_lines() {
    sed -n '/^## Launch lines/,/^## The picture/p' "$root/pipelines/README.md" |
        sed -n '/^    gst-launch-1\.0 /{:more; /\\$/{N; s/ *\\\n */ /; b more}; s/^ *//; p}'
}

# frames_of FILE: how many frames can be decoded
frames_of() {
    gst-launch-1.0 -v filesrc location="$1" ! decodebin ! identity silent=false ! fakesink 2>/dev/null |
        grep -c 'identity0: last-message = chain' || true
}
