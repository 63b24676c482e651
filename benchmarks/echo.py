#!/usr/bin/env python3
"""Measures an echo function next to a bare socket loop and an empty program, in turns. Run by echo.sh."""
import json, os, re, statistics, subprocess, sys, time

work, bench, options = sys.argv[1], sys.argv[2], sys.argv[3:] or ['--cold', '5', '--warm', '3000', '--rounds', '1']
json.dump({'Text': 'x' * 1012}, open(f'{work}/event.json', 'w'))
cases = [('bare socket loop', 'BareEcho/BareEcho'), ('echo function', 'EchoFunction/EchoFunction'), ('echo, from packages', 'EchoFunctionFromPackages/EchoFunction'), ('echo, ReadyToRun', 'EchoFunctionReadyToRun/EchoFunction')]
json.dump([{'name': name, 'cmd': [f'{work}/{program}']} for name, program in cases if os.path.exists(f'{work}/{program}')], open(f'{work}/cases.json', 'w'))
empty, cold, warm = [], {}, {}
for _ in range(5):
    for _ in range(5):
        start = time.monotonic_ns()
        subprocess.run([f'{work}/EmptyProgram/EmptyProgram'], check=True)
        empty.append((time.monotonic_ns() - start) / 1e6)
    out = subprocess.run([sys.executable, bench, f'{work}/cases.json', '--event', f'{work}/event.json', *options], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines()[1:]:
        name = line[:24].strip()
        cold.setdefault(name, []).append(float(re.search(r'cold=([\d.]+)', line)[1]))
        warm.setdefault(name, []).append(float(re.search(r'warm=([\d.]+)', line)[1]))
base = statistics.median(empty)
print(f'empty program, process time: {base:.1f} ms [{min(empty):.1f}-{max(empty):.1f}]')
for name in cold:
    c, w = statistics.median(cold[name]), statistics.median(warm[name])
    print(f'{name:20s} start to first answer {c:.1f} ms ({c / base:.2f}x the empty program), warm p50 {w:.3f} ms')
bare, echo = (statistics.median(warm[name]) for name in ('bare socket loop', 'echo function'))
shipped = next(name for name in ('echo, from packages', 'echo function') if name in cold)
print(f'warm p50, echo function to bare loop: {echo / bare:.2f}x (wanted: at most 1.30x); start, {shipped}: {statistics.median(cold[shipped]) / base:.2f}x (wanted: at most 2.20x)')
