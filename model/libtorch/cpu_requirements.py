# SPDX-License-Identifier: MIT
"""Prints what libtorch_cpu.so needs beside the installed torch wheel, one pip requirement per line.

The list comes from the wheel's own metadata, so it holds for every release. A CPU wheel needs nothing. In a CUDA wheel
libtorch_cpu.so itself loads libcudart and libcupti, which the metadata names as extras of cuda-toolkit (since 2.11) or
as packages nvidia-cuda-runtime* and nvidia-cuda-cupti* (before). Nothing else of the 4.5 GB of CUDA packages is needed
to run on a CPU.
"""
import importlib.metadata
import re

CPU_EXTRAS = {'cudart', 'cupti'}

for line in importlib.metadata.requires('torch') or []:
    requirement, _, marker = line.partition(';')
    if 'extra ==' in marker:
        continue
    toolkit = re.match(r'cuda-toolkit\[([^]]*)\](.*)', requirement.strip())
    if toolkit:
        extras = CPU_EXTRAS & {extra.strip() for extra in toolkit.group(1).split(',')}
        print(f'cuda-toolkit[{",".join(sorted(extras))}]{toolkit.group(2).strip()}')
    elif re.match(r'nvidia-cuda-(runtime|cupti)', requirement):
        print(requirement.strip())
