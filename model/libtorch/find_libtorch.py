# SPDX-License-Identifier: MIT
"""Tells the build where LibTorch is, without importing torch.

usage: find_libtorch.py [FOLDER]

FOLDER has LibTorch's include/ and lib/; empty or absent: the torch package of the interpreter that runs this script.
Prints one line, `root|version|cuda|cudart|rpath`:

    root     folder with include/ and lib/
    version  LibTorch's version from its headers, for example 2.15.0
    cuda     major version of the CUDA runtime that libtorch_cuda.so loads, empty in a CPU-only set-up
    cudart   full path of that CUDA runtime, empty in a CPU-only set-up
    rpath    folders that a program linked with LibTorch needs as its RPATH, separated by colons

Ends with status 1 and one line that names the next step when there is no usable LibTorch.
"""
import importlib.util
import os
import re
import subprocess
import sys

VERSION_HEADERS = ('include/torch/headeronly/version.h', 'include/torch/csrc/api/include/torch/version.h')


def fail(reason, step='run ./setup'):
    sys.exit(f'find_libtorch.py: {reason}; next step: {step}')


def package_folder():
    """The torch package of this interpreter; find_spec imports nothing, so torch's own needs may be absent."""
    spec = importlib.util.find_spec('torch')
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        fail(f'no torch package for {sys.executable}', 'run ./setup, or give -Dpython or -Dlibtorch')
    return places[0]


def loader_view(library):
    """What the dynamic loader finds for a library: {needed name: path, or None where it is missing}."""
    # LD_LIBRARY_PATH belongs to the shell that configures, not to the programs that are built.
    env = {name: value for name, value in os.environ.items() if name != 'LD_LIBRARY_PATH'}
    try:
        result = subprocess.run(['ldd', library], capture_output=True, text=True, env=env)
    except FileNotFoundError:
        fail('the program ldd is missing', 'install the package libc-bin')
    if result.returncode != 0:
        fail(f'{library} is not a shared library of this machine ({result.stderr.strip()})')
    found = {}
    for name, path in re.findall(r'^\s*(\S+) => (not found|.+? (?=\())', result.stdout, re.MULTILINE):
        found[name] = None if path == 'not found' else path.strip()
    return found


def header_version(root):
    text = ''
    for header in VERSION_HEADERS:
        path = os.path.join(root, header)
        if os.path.exists(path):
            with open(path, encoding='utf-8') as file:
                text += file.read()
    parts = [re.search(rf'#define TORCH_VERSION_{part} (\d+)', text) for part in ('MAJOR', 'MINOR', 'PATCH')]
    if not all(parts):
        fail(f'no version in the headers of {root}')
    return '.'.join(part.group(1) for part in parts)


def cuda_runtime(lib):
    """(major version, path) of the very libcudart that libtorch_cuda.so loads; ('', '') where it cannot be loaded."""
    library = os.path.join(lib, 'libtorch_cuda.so')
    if not os.path.exists(library):
        return '', ''
    view = loader_view(library)
    runtime = next((name for name in view if re.match(r'libcudart.*\.so', name)), None)
    if runtime is None or None in view.values():
        return '', ''
    path = os.path.join(os.path.realpath(os.path.dirname(view[runtime])), runtime)
    major = re.search(r'\.so\.(\d+)', runtime)
    if not major:
        fail(f'the name {runtime} has no version number')
    return major.group(1), path


def main():
    root = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else package_folder())
    lib = os.path.join(root, 'lib')
    library = os.path.join(lib, 'libtorch_cpu.so')
    if not os.path.exists(library):
        fail(f'no lib/libtorch_cpu.so in {root}', 'run ./setup, or give -Dlibtorch the folder with include/ and lib/')
    if '|' in root or ':' in root:
        fail(f'the path {root} has a | or : in it', 'move the project to another folder')
    missing = [name for name, path in loader_view(library).items() if path is None]
    if missing:
        fail(f'{library} cannot be loaded, it misses ' + ', '.join(missing))
    cuda, cudart = cuda_runtime(lib)
    rpath = [lib]
    if cudart and os.path.dirname(cudart) != lib:
        rpath.append(os.path.dirname(cudart))
    print('|'.join([root, header_version(root), cuda, cudart, ':'.join(rpath)]))


main()
