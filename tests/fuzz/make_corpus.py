# SPDX-License-Identifier: MIT
"""Writes the first inputs of the fuzzers into corpus/; what the fuzzers find later is added beside them by hand."""
import json
import os
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def write(stem, name, content):
    folder = os.path.join(HERE, 'corpus', stem)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), 'wb') as file:
        file.write(content)


def safetensors():
    def file(header, data):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack('<Q', len(text)) + text + data

    write('safetensors', 'empty', file({}, b''))
    write('safetensors', 'metadata', file({'__metadata__': {'format': 'ausm', 'licence': 'é'}}, b''))
    write('safetensors', 'scalar', file({'a': {'dtype': 'F32', 'shape': [], 'data_offsets': [0, 4]}}, b'\0\0\x80\x3f'))
    sizes = {'F64': 8, 'I64': 8, 'F32': 4, 'I32': 4, 'F16': 2, 'BF16': 2, 'U8': 1, 'BOOL': 1}
    header, offset = {}, 0
    for dtype, size in sizes.items():
        header[dtype] = {'dtype': dtype, 'shape': [2, 1], 'data_offsets': [offset, offset + 2 * size]}
        offset += 2 * size
    write('safetensors', 'all_types', file(header, bytes(range(offset))))
    write('safetensors', 'no_elements', file({'a': {'dtype': 'U8', 'shape': [3, 0], 'data_offsets': [0, 0]}}, b''))
    overlap = {'a': {'dtype': 'U8', 'shape': [4], 'data_offsets': [0, 4]},
               'b': {'dtype': 'U8', 'shape': [4], 'data_offsets': [2, 6]}}
    write('safetensors', 'overlap', file(overlap, bytes(6)))
    huge = {'a': {'dtype': 'F64', 'shape': [1 << 61, 8], 'data_offsets': [0, 0]}}
    write('safetensors', 'overflowing_shape', file(huge, b''))
    write('safetensors', 'huge_header', struct.pack('<Q', 1 << 62) + b'{}')
    write('safetensors', 'cut', file({}, b'')[:5])
    twice = b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    write('safetensors', 'twice', file(twice, b''))
    write('safetensors', 'deep', file(b'[' * 200, b''))


def state_description():
    def stream(**changes):
        fields = {'objects': [{'id': 7, 'slot': 0, 'label': 'é', 'prompted': True, 'unseen': 2, 'score': 0.25},
                              {'id': 9, 'slot': 3, 'label': '', 'prompted': False, 'unseen': 0, 'score': 1}],
                  'free': [1, 2, 4, 7, 6, 5], 'next_id': 10, 'prompted': True, 'frames': 30, 'rows': 16, 'columns': 28}
        return json.dumps(fields | changes, ensure_ascii=False).encode()

    empty = {'objects': [], 'free': list(range(8)), 'frames': 0, 'rows': 0, 'columns': 0}
    write('state_description', 'objects', b'\1' + stream())
    write('state_description', 'empty', b'\0' + stream(**empty))
    write('state_description', 'grid_without_frame', b'\0' + stream(rows=0))
    write('state_description', 'slot_twice', b'\1' + stream(free=[1, 2, 4, 7, 6, 3]))
    write('state_description', 'huge_numbers', b'\1' + stream(next_id=1e300, frames=(1 << 64) - 1))
    write('state_description', 'score', b'\1' + stream(objects=[{'id': 1, 'slot': 0, 'label': 5, 'score': -1}]))
    write('state_description', 'not_json', b'\1{"objects":')


def frame(objects, **changes):
    fields = {'time': 0.04, 'running_time': 0.04, 'width': 640, 'height': 360, 'fresh': True, 'model': 'ausm-nano',
              'serial': 1, 'objects': objects}
    return fields | changes


def thing(number, **changes):
    fields = {'id': number, 'value': 1, 'label': '', 'score': 0.94, 'state': 'tracked', 'origin': 'auto',
              'area': 0.5, 'box': [0, 0, 1, 0.5]}
    return {key: value for key, value in (fields | changes).items() if value is not None}


def grammar():
    lines = {
        'box': {'op': 'box', 'box': [0.1, 0.2, 0.5, 0.75], 'label': 'dog', 'object': 7, 'ref': 'a'},
        'box_pixels': {'op': 'box', 'box': [1, 2, 30, 40], 'unit': 'pixel', 'time': 1.5},
        'box_unless_tracked': {'op': 'box', 'box': [0.1, 0.2, 0.5, 0.75], 'unless_tracked': True},
        'box_over_the_edge': {'op': 'box', 'box': [-0.1, 0.2, 0.5, 1.2]},
        'box_pixels_outside': {'op': 'box', 'box': [-90, 2, 30, 4000], 'unit': 'pixel'},
        'points': {'op': 'points', 'points': [[0.5, 0.5, 1], [0.1, 0.9, 0], [0, 1]], 'frame': 12},
        'scribble': {'op': 'scribble', 'strokes': [[[0.1, 0.1], [0.2, 0.2]], [[0.9, 0.9, 0]]]},
        'points_labels': {'op': 'points', 'points': [[0.5, 0.5], [0.1, 1.001]], 'labels': [1, 0]},
        'scribble_labels': {'op': 'scribble', 'strokes': [[[0.1, 0.1], [0.2, 0.2]], [[0.9, 0.9]]], 'labels': [0, 1]},
        'mask_path': {'op': 'mask', 'mask': 'folder/mask.png', 'label': 'é'},
        'mask_runs': {'op': 'mask', 'mask': {'size': [2, 3], 'counts': [1, 2, 3]}},
        'mask_text': {'op': 'mask', 'mask': {'size': [2, 3], 'counts': '123'}},
        'mask_polygons': {'op': 'mask', 'mask': {'size': [9, 8], 'polygons': [[[1, 1, 7.5, 1, 4, 8], [3, 2, 5, 2, 4, 4]]]}},
        'mask_polygon_points': {'op': 'mask', 'mask': {'size': [9, 8], 'polygons': [[[1, 1, 7, 1, -65536]]]}},
        'frame_runs': frame([thing(1, mask={'size': [2, 3], 'counts': '0110000'}), thing(2, box=None, state='lost')]),
        'frame_polygons': frame([thing(9, label='é', mask={'size': [2, 3], 'polygons': [[[3, 0, 3, 1, 0, 1, 0, 0]]]})]),
        'frame_boxes': frame([thing(3), thing(4)], capture_time=1764589200.125, capture_clock='timestamp/x-unix'),
        'frame_carried': frame([thing(3)], fresh=False),
        'frame_without_masks': {'width': 3, 'height': 2, 'fresh': False},
        'frame_wrong_object': frame([thing(0, mask='m.png')]),
        'remove': {'op': 'remove', 'object': 9007199254740992},
        'reset': {'op': 'reset', 'ref': 'again'},
    }
    for name, line in lines.items():
        write('gstausmgrammar', 'line_' + name, b'j' + json.dumps(line, ensure_ascii=False).encode())
    for name, rows in {'plain': '0.1,0.2,0.5,0.75', 'two': '0.1,0.2;0.3,0.4,0', 'json': '[[1,2],[3,4]]',
                       'one': '[1,2,3,4]', 'wrong': '1,,2', 'none': ''}.items():
        write('gstausmgrammar', 'rows_' + name, b'p' + rows.encode())
    for op in range(6):
        write('gstausmgrammar', f'event_{op}', bytes([ord('e'), op]) + bytes([9, 3] * 40))


def mask():
    for name, text in {'empty': b'', 'one': b'6', 'three': b'123', 'long_run': b'0oN1', 'negative': b'56700OO',
                       'damaged': b'1P'}.items():
        write('gstausmmask', name, struct.pack('<hBh', 2, 1, 3) + text)
        write('gstausmmask', name + '_any_size', struct.pack('<hBh', 16384, 0, 16384) + text)
    # As grey: bits a pixel, width, pixels. A soft edge from black to white; ids; two discs with soft edges.
    write('gstausmmask', 'grey_soft', bytes([3, 15]) + bytes([0] * 5 + [50, 100, 150, 200] + [255] * 7) * 12)
    write('gstausmmask', 'grey_ids', bytes([3, 15]) + bytes([1] * 5 + [2] * 5 + [0] * 6) * 12)
    write('gstausmmask', 'grey_two', bytes([3, 15]) + bytes([0, 0, 0, 40, 90, 128, 128, 128, 128, 90, 0, 80, 170, 255, 255, 255]) * 12)
    write('gstausmmask', 'grey_four_bits', bytes([2, 15]) + bytes([0] * 5 + [3, 6, 9, 12] + [15] * 7) * 12)


def png():
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    def file(width, height, depth, colour, rows, interlace=0, extra=b''):
        header = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, interlace)
        return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + extra + chunk(b'IDAT', zlib.compress(rows)) +
                chunk(b'IEND', b''))

    palette = chunk(b'PLTE', bytes(range(48)))
    write('gstausmpng', 'grey', file(3, 2, 8, 0, b'\0\0\1\2\0\3\xff\0'))
    write('gstausmpng', 'grey_one_bit', file(9, 2, 1, 0, b'\0\x55\x80\0\xaa\0'))
    write('gstausmpng', 'palette', file(4, 2, 8, 3, b'\0\0\1\1\2\1\1\1\0\0', extra=palette))
    write('gstausmpng', 'palette_two_bits', file(5, 1, 2, 3, b'\0\x1b\xc0', extra=palette))
    write('gstausmpng', 'transparent', file(2, 1, 8, 3, b'\0\0\1', extra=palette + chunk(b'tRNS', b'\0\x80')))
    write('gstausmpng', 'interlaced', file(2, 2, 8, 0, b'\0\1\0\2\0\3\4', interlace=1))
    write('gstausmpng', 'white_only', file(2, 1, 8, 0, b'\0\xff\0'))
    write('gstausmpng', 'soft', file(12, 4, 8, 0, (b'\0' + bytes([0] * 4 + [50, 100, 150, 200] + [255] * 4)) * 4))
    write('gstausmpng', 'grey_four_bits', file(4, 1, 4, 0, b'\0\x12\x30'))
    write('gstausmpng', 'grey_alpha', file(1, 1, 8, 4, b'\0\1\2'))
    write('gstausmpng', 'filters', file(2, 5, 8, 0, b'\0\1\2\1\1\1\2\1\1\3\1\1\4\1\1'))
    write('gstausmpng', 'sixteen_bits', file(1, 1, 16, 0, b'\0\0\1'))
    write('gstausmpng', 'colour', file(1, 1, 8, 2, b'\0\1\2\3'))
    write('gstausmpng', 'too_wide', file(16385, 1, 8, 0, b'\0'))
    write('gstausmpng', 'too_few_rows', file(4, 4, 8, 0, b'\0\1\2\3\4'))
    write('gstausmpng', 'cut', file(3, 2, 8, 0, b'\0\0\1\2\0\3\xff\0')[:50])


def meta():
    for first in range(4):
        write('gstausmmeta', f'steps_{first}', bytes([first]) + bytes((7 * i + first) % 251 for i in range(400)))
        write('gstausmmeta', f'flat_{first}', bytes([first]) + bytes([2, 5, 60, 3] * 100))


for make in (safetensors, state_description, grammar, mask, png, meta):
    make()
