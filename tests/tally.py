# SPDX-License-Identifier: MIT
"""Chooses tests and counts test cases for tests/run.

usage: tally.py select BUILD quick|long|short [PATTERN ...]
                                        prints the tests whose name or suite matches a pattern, one a line; quick:
                                        without the suite "long"; long: all; short: those of the suite "short"
       tally.py targets BUILD TEST ...  prints what `meson compile` must make for these tests, one a line
       tally.py count BUILD             counts single cases of the last `meson test`

`count` names what failed, says what was skipped and why, and ends with "N passed, N failed, N skipped". Its status is 1
if anything failed or nothing ran. GoogleTest cases come from meson's JUnit log; whether a program as a whole succeeded
comes from the JSON log, because a crash, a time-out or a leak found at exit leaves no failed case behind.
"""
import collections
import fnmatch
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


def introspect(build, what):
    result = subprocess.run(['meson', 'introspect', what, build], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def select(build, which, patterns):
    tests = introspect(build, '--tests')
    names = collections.Counter(test['name'] for test in tests)
    twice = [name for name, number in names.items() if number > 1]
    if twice:
        sys.exit('tally.py: tests of one name overwrite each other\'s results: ' + ', '.join(twice))
    for test in tests:
        suites = [suite.split(':')[-1] for suite in test['suite']]
        if 'long' in suites and which != 'long' or which == 'short' and 'short' not in suites:
            continue
        names = [test['name'], *suites]
        if not patterns or any(fnmatch.fnmatch(name, pattern) for name in names for pattern in patterns):
            print(test['name'])


def targets(build, names):
    needed = {target for test in introspect(build, '--tests') if test['name'] in names for target in test['depends']}
    for target in introspect(build, '--targets'):
        if target['id'] in needed:
            folder = os.path.relpath(os.path.dirname(target['filename'][0]), os.path.abspath(build))
            kind = target['type'].replace(' ', '_')
            print(f'{folder}/{target["name"]}:{kind}')


def gtest_cases(build):
    """{test: [(case, 'passed' | 'failed' | 'skipped', reason)]}; meson calls a suite of cases project.test.suite."""
    cases = collections.defaultdict(list)
    for suite in ElementTree.parse(os.path.join(build, 'meson-logs/testlog.junit.xml')).iter('testsuite'):
        parts = suite.get('name').split('.')
        if len(parts) < 3:
            continue  # a test without single cases, counted from the JSON log
        for case in suite.iter('testcase'):
            if case.get('status') == 'notrun':
                continue
            state, reason = 'passed', ''
            skipped = case.find('skipped')
            if case.find('failure') is not None or case.find('error') is not None:
                state = 'failed'
            elif skipped is not None:
                state, reason = 'skipped', (skipped.get('message') or '').strip().split('\n')[-1]
            cases['.'.join(parts[1:-1])].append((f'{parts[-1]}.{case.get("name")}', state, reason))
    return cases


def results(build):
    """Every single result as (name, state, reason)."""
    cases = gtest_cases(build)
    with open(os.path.join(build, 'meson-logs/testlog.json'), encoding='utf-8') as log:
        for line in log:
            run = json.loads(line)
            name = run['name']
            verdict = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped'}.get(run['result'], 'failed')
            yield from cases[name]
            if not cases[name]:
                yield name, verdict, f'{name} (exit status {run["returncode"]})'
            elif verdict == 'failed' and all(state != 'failed' for _, state, _ in cases[name]):
                yield f'{name} ({run["result"]}, exit status {run["returncode"]})', 'failed', ''


def count(build):
    try:
        found = list(results(build))
    except (OSError, ElementTree.ParseError) as error:
        print(f'tally.py: no result of the tests: {error}', file=sys.stderr)
        return 1
    reasons = collections.Counter(reason for _, state, reason in found if state == 'skipped')
    for reason, number in reasons.items():
        print(f'skipped {number}: {reason}')
    for name, state, _ in found:
        if state == 'failed':
            print(f'failed: {name}')
    states = collections.Counter(state for _, state, _ in found)
    print(f'{states["passed"]} passed, {states["failed"]} failed, {states["skipped"]} skipped')
    return 1 if states['failed'] or not found else 0


def main():
    if len(sys.argv) >= 4 and sys.argv[1] == 'select' and sys.argv[3] in ('quick', 'long', 'short'):
        select(sys.argv[2], sys.argv[3], sys.argv[4:])
        return 0
    if len(sys.argv) >= 4 and sys.argv[1] == 'targets':
        targets(sys.argv[2], sys.argv[3:])
        return 0
    if len(sys.argv) == 3 and sys.argv[1] == 'count':
        return count(sys.argv[2])
    sys.exit(__doc__)


sys.exit(main())
