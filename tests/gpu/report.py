# SPDX-License-Identifier: MIT
"""Makes one JSON and one Markdown file of what tests/gpu/run has left so far.

usage: report.py RAW OUT --device NAME --python PYTHON

RAW has steps.tsv (step, outcome, seconds, note), *.tsv of gpu_kernels, gpu_network and peer.py, and the compiler's log.
Writes OUT/<date>-<device>.json and .md, where an error that is infinite or no number is null. Status 0 whatever they
say: tests/gpu/run counts the steps.
"""
import argparse
import csv
import datetime
import json
import math
import pathlib
import re
import subprocess


def first_line(*command):
    """What a program says first; '' where it is missing or fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ''
    return result.stdout.strip().splitlines()[0] if result.returncode == 0 and result.stdout.strip() else ''


def machine_of(raw, device, python):
    known = raw / 'machine.json'  # asking torch takes seconds
    if known.exists():
        return json.loads(known.read_text(encoding='utf-8'))
    machine = ask_machine(device, python)
    known.write_text(json.dumps(machine), encoding='utf-8')
    return machine


def ask_machine(device, python):
    nvcc = subprocess.run(['nvcc', '--version'], capture_output=True, text=True).stdout
    release = re.search(r'release [\d.]+, V([\d.]+)', nvcc)
    return {'device': device,
            'driver': first_line('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader'),
            'memory': first_line('nvidia-smi', '--query-gpu=memory.total', '--format=csv,noheader'),
            'torch': first_line(python, '-c', 'import torch; print(torch.__version__)'),
            'cudnn': first_line(python, '-c', 'import torch; print(torch.backends.cudnn.version())'),
            'nvcc': release.group(1) if release else '',
            'processor': next((line.split(':')[1].strip() for line in open('/proc/cpuinfo')
                               if line.startswith('model name')), ''),
            'commit': first_line('git', 'rev-parse', '--short=12', 'HEAD') or 'unknown',
            'changed': bool(first_line('git', 'status', '--porcelain'))}


def rows_of(raw):
    for path in sorted(raw.glob('*.tsv')):
        if path.name == 'steps.tsv':
            continue
        with open(path, newline='', encoding='utf-8') as file:
            for row in csv.reader(file, delimiter='\t', quoting=csv.QUOTE_NONE):
                if len(row) > 4:  # a program that was stopped may have left half a line
                    yield row


def finite(text):
    number = float(text)
    return number if math.isfinite(number) else None


def kernel_resources(build_log):
    """Registers, shared memory, stack and spilled bytes that ptxas told of every kernel, by name and architecture."""
    found, entry, stack = {}, None, (0, 0)
    if not build_log.exists():
        return []
    for line in build_log.read_text(encoding='utf-8', errors='replace').splitlines():
        if match := re.search(r"Compiling entry function '(\S+)' for '(\S+)'", line):
            entry = match.groups()
        elif match := re.search(r'(\d+) bytes stack frame, (\d+) bytes spill stores', line):
            stack = tuple(map(int, match.groups()))
        elif entry and (match := re.search(r'Used (\d+) registers', line)):
            shared = re.search(r'(\d+) bytes smem', line)
            found[entry] = {'registers': int(match.group(1)), 'shared': int(shared.group(1)) if shared else 0,
                            'stack': stack[0], 'spilled': stack[1]}
            entry = None
    names = demangled([entry[0] for entry in found])
    return [{'kernel': name, 'arch': entry[1], **numbers}
            for name, (entry, numbers) in sorted(zip(names, found.items()), key=lambda pair: (pair[0], pair[1][0]))]


def demangled(names):
    try:
        result = subprocess.run(['c++filt'], input='\n'.join(names), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return names
    # (anonymous namespace) has the parenthesis that would otherwise end the name.
    plain = [name.replace('(anonymous namespace)::', '') for name in result.stdout.splitlines()]
    return [re.sub(r'^void ', '', name.split('(')[0]).replace('ausm::', '') for name in plain]


def collect(raw, device, python):
    checks, times, values = [], [], []
    for row in rows_of(raw):
        if row[0] == 'check':
            checks.append({'part': row[1], 'what': row[2], 'error': finite(row[3]), 'bound': float(row[4])})
        elif row[0] == 'time' and len(row) > 5:
            times.append({'part': row[1], 'what': row[2], 'seconds': float(row[3]), 'bytes': float(row[4]),
                          'flops': float(row[5])})
        elif row[0] == 'value':
            values.append({'part': row[1], 'what': row[2], 'number': float(row[3]), 'unit': row[4]})
    steps = []
    if (raw / 'steps.tsv').exists():
        for line in (raw / 'steps.tsv').read_text(encoding='utf-8').splitlines():
            name, outcome, seconds, note = (line.split('\t') + [''] * 4)[:4]
            steps.append({'step': name, 'outcome': outcome, 'seconds': int(seconds), 'note': note})
    return {'date': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
            'machine': machine_of(raw, device, python), 'steps': steps, 'checks': checks, 'times': times,
            'values': values,
            'kernels': kernel_resources(raw.parent / 'ptxas.log')}


def failed(check):
    return check['error'] is None or check['error'] > check['bound']


def add_shares(data):
    """Times beside the copy's bytes per second (kernels) and the matrix product's operations per second (phases)."""
    copies = [t['bytes'] / t['seconds'] for t in data['times'] if t['part'] == 'copy' and t['seconds'] > 0]
    products = {}
    for t in data['times']:
        if t['what'].startswith('at::mm') and t['seconds'] > 0:
            dtype = t['what'].split(', ')[-1]
            products[dtype] = max(products.get(dtype, 0), t['flops'] / t['seconds'])
    for t in data['times']:
        if t['seconds'] <= 0:
            continue
        if t['bytes'] > 0 and copies:
            t['share_of_copy'] = t['bytes'] / t['seconds'] / max(copies)
        dtype = next((name for name in products if name in t['what']), None)
        if t['part'] == 'phases' and dtype:
            t['share_of_mm'] = t['flops'] / t['seconds'] / products[dtype]


def table(heads, rows):
    lines = ['| ' + ' | '.join(heads) + ' |', '| ' + ' | '.join('---' for _ in heads) + ' |']
    lines += ['| ' + ' | '.join(str(cell).replace('|', '/') for cell in row) + ' |' for row in rows]
    return '\n'.join(lines) + '\n'


def share(value):
    return f'{100 * value:.1f} %' if value is not None else ''


def markdown(data):
    machine = data['machine']
    bad = [c for c in data['checks'] if failed(c)]
    parts = sorted({c['part'] for c in data['checks']})
    text = [f"# {machine['device']}, {data['date'][:10]}\n",
            table(['what', 'value'], [(k, v) for k, v in machine.items() if v != '']),
            '## Steps\n', table(['step', 'outcome', 'seconds', 'note'],
                                [(s['step'], s['outcome'], s['seconds'], s['note']) for s in data['steps']]),
            '## Comparisons\n',
            table(['part', 'hold', 'of', 'largest share of the bound'],
                  [(p, sum(not failed(c) for c in data['checks'] if c['part'] == p),
                    sum(c['part'] == p for c in data['checks']),
                    share(max((c['error'] / c['bound'] for c in data['checks']
                               if c['part'] == p and c['bound'] > 0 and c['error'] is not None), default=None)))
                   for p in parts])]
    if bad:
        text += ['Out of bounds:\n', table(['part', 'what', 'error', 'bound'],
                                           [(c['part'], c['what'], c['error'], c['bound'])
                                            for c in bad])]
    kernels = [t for t in data['times'] if t['bytes'] > 0]
    if kernels:
        text += ['## Kernels\n', table(
            ['kernel', 'what', 'microseconds', 'GB/s', 'of the copy', 'GFLOP/s'],
            [(t['part'], t['what'], f"{1e6 * t['seconds']:.2f}", f"{1e-9 * t['bytes'] / t['seconds']:.0f}",
              share(t.get('share_of_copy')), f"{1e-9 * t['flops'] / t['seconds']:.0f}") for t in kernels
             if t['seconds'] > 0])]
    phases = [t for t in data['times'] if t['bytes'] == 0 and t['seconds'] > 0]
    if phases:
        text += ['## Phases and frames\n', table(
            ['part', 'what', 'milliseconds', 'TFLOP/s', 'of the matrix product'],
            [(t['part'], t['what'], f"{1e3 * t['seconds']:.3f}",
              f"{1e-12 * t['flops'] / t['seconds']:.2f}" if t['flops'] else '', share(t.get('share_of_mm')))
             for t in phases])]
    if data['values']:
        text += ['## Numbers\n', table(['part', 'what', 'number', 'unit'],
                                       [(v['part'], v['what'], f"{v['number']:.5g}", v['unit'])
                                        for v in data['values']])]
    if ratio := peer_ratio(data):
        text += [ratio + '\n']
    if data['kernels']:
        text += ['## Registers and shared memory, as ptxas tells\n', table(
            ['kernel', 'arch', 'registers', 'shared bytes', 'stack bytes', 'spilled bytes'],
            [(f"`{k['kernel']}`", k['arch'], k['registers'], k['shared'], k['stack'], k['spilled'])
             for k in data['kernels']])]
    return '\n'.join(text)


def peer_ratio(data):
    """One line that compares the whole-frame rate of one stream with the peer's at the same precision."""
    lines = []
    for peer in (v for v in data['values'] if v['part'] == 'peer'):
        dtype = 'bfloat16' if 'bfloat16' in peer['what'] else 'float32'
        ours = next((v for v in data['values'] if v['part'] == 'streams'
                     and v['what'] == f'{dtype}, 1 streams of 1 objects'), None)
        if ours and peer['number'] > 0:
            lines.append(f"One stream with one object, {dtype}: {ours['number']:.1f} frames/s; {peer['what']}: "
                         f"{peer['number']:.1f}; ratio {ours['number'] / peer['number']:.2f}. The peer segments single "
                         'pictures of 448x256 that lie on the GPU already, and with random weights it finds nothing, '
                         'so that its mask head idles; ours takes 1280x720 pictures from the host, tracks, and gives '
                         'full-size label maps.')
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('raw', type=pathlib.Path)
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('--device', required=True)
    parser.add_argument('--python', required=True)
    options = parser.parse_args()
    data = collect(options.raw, options.device, options.python)
    add_shares(data)
    data['peer'] = peer_ratio(data)
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"{data['date'][:10]}-{re.sub(r'[^a-z0-9]+', '-', options.device.lower()).strip('-')}"
    (options.out / f'{name}.json').write_text(json.dumps(data, indent=1) + '\n', encoding='utf-8')
    (options.out / f'{name}.md').write_text(markdown(data), encoding='utf-8')


main()
