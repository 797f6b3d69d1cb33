#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows the masks of a pipeline by GStreamer's own analytics records alone (1.26): the regions, then the map as text."""
import sys

import gi

for name in ('Gst', 'GstAnalytics', 'GstVideo'):
    gi.require_version(name, '1.0')
from gi.repository import GLib, Gst, GstAnalytics, GstVideo  # noqa: E402

Gst.init(None)
pipeline = Gst.parse_launch('videotestsrc pattern=ball num-buffers=5 ! video/x-raw,width=320,height=192 ! ausmprompt '
                            'box=0,0,0.2,0.3 label=ball ! ausmsegment map-size=model ! appsink name=out sync=false')
pipeline.set_state(Gst.State.PLAYING)
sample = None
while (new := pipeline.get_by_name('out').emit('pull-sample')) is not None:
    sample = new
relations = GstAnalytics.buffer_get_analytics_relation_meta(sample.get_buffer()) if sample else sys.exit('no frame')
for record in relations:
    if isinstance(record, GstAnalytics.SegmentationMtd):
        mask = record.get_mask()[0]
        columns = GstVideo.buffer_get_video_meta(mask).width
        pixels = mask.extract_dup(0, mask.get_size())
        for start in range(0, len(pixels), 4 * columns):
            print(''.join('.#'[value > 0] for value in pixels[start:start + columns:2]))
        assert any(pixels) and not all(pixels), 'the map is empty or full'
    elif isinstance(record, GstAnalytics.ClsMtd):
        print([(GLib.quark_to_string(record.get_quark(i)), round(record.get_level(i), 2))
               for i in range(record.get_length())])
pipeline.set_state(Gst.State.NULL)
