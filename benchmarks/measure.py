#!/usr/bin/env python3
"""Starts programs in turns and measures them: functions behind a Runtime API of its own, and programs that just end.

usage: measure.py PLAN.json [--rounds 20] [--warm 30] [--cpus 0,1]

Every round starts every program once, each round beginning with another one, so that whatever slows the machine for a while slows all of
them. A first round that is not counted fills the page cache. Ratios are formed within each round; what is printed is their median, with
the quartiles in brackets.

PLAN.json: {"event": FILE, "programs": [{"name", "command": [...], "ends": true}], "ratios": [{"of", "to", "what", "limit"}]}
  event     the file that every invocation receives
  ends      the program is not a function: its time is that from its start to its end
  what      "cold" (process start to the first answer, or to the end) or "warm" (an event to its answer, median of a process)
  limit     optional: a median above it is reported, and the exit status is 1
Needs Python 3 alone.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

MILLISECOND = 1e6
TIMEOUT = 120


class RuntimeApi:
    """The calls of Lambda's Runtime API that a function makes, with the time of each. Answers as many invocations as it is told to."""

    def __init__(self, event, invocations):
        self.event, self.invocations = event, invocations
        self.finished, self.closed = threading.Event(), threading.Event()
        self.first_poll = self.first_answer = self.sent = self.failure = None
        self.handed_out, self.times = 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.closed.set()
        self.listener.close()

    def _accept(self):
        while not self.closed.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                if not self.closed.is_set():
                    raise
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            try:
                while line := stream.readline():
                    method, path, _ = line.decode().split()
                    headers = {}
                    while (header := stream.readline().strip()):
                        name, _, value = header.decode().partition(":")
                        headers[name.lower()] = value.strip()
                    body = read_body(stream, headers)
                    self._answer(connection, method, path, body, time.monotonic_ns())
            except ConnectionError:
                return  # The function was ended while it waited for an event.

    def _answer(self, connection, method, path, body, arrived):
        if method == "GET":
            self.first_poll = self.first_poll or arrived
            if self.handed_out == self.invocations:
                self.finished.set()
                self.closed.wait()
                return
            self.handed_out += 1
            head = (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(self.event)}\r\n"
                    f"Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-{self.handed_out:012d}\r\n"
                    f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + 60_000}\r\n"
                    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:benchmark\r\n\r\n")
            answer = head.encode() + self.event
            self.sent = time.monotonic_ns()
            connection.sendall(answer)
            return
        if path.endswith("/response"):
            self.first_answer = self.first_answer or arrived
            self.times.append((arrived - self.sent) / MILLISECOND)
        elif path.endswith("/error"):
            self.failure = body.decode(errors="replace")
            self.finished.set()
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


def read_body(stream, headers):
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return stream.read(int(headers.get("content-length", 0)))
    body = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return body


def start(program, cpus, api=None):
    # What a function finds on Lambda. ONNX Runtime reports nothing to anybody, from no program.
    environment = dict(os.environ, ORT_DISABLE_TELEMETRY="1", AWS_REGION="us-east-1", AWS_LAMBDA_FUNCTION_NAME="benchmark",
                       AWS_LAMBDA_FUNCTION_MEMORY_SIZE="1769", AWS_LAMBDA_FUNCTION_VERSION="$LATEST", _HANDLER="bootstrap")
    if api:
        environment["AWS_LAMBDA_RUNTIME_API"] = api.address
    command = (["taskset", "-c", cpus] if cpus else []) + program["command"]
    started = time.monotonic_ns()
    return started, subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def measure(program, event, invocations, cpus):
    """One process, as its times in milliseconds and its peak of memory in MiB."""
    if program.get("ends"):
        started, process = start(program, cpus)
        output, _ = process.communicate(timeout=TIMEOUT)
        if process.returncode:
            sys.exit(f"{program['name']}: ended with {process.returncode}\n{output.decode(errors='replace')}")
        return {"cold": (time.monotonic_ns() - started) / MILLISECOND}

    api = RuntimeApi(event, invocations)
    started, process = start(program, cpus, api)
    output = []

    def watch():
        output.append(process.stdout.read())
        process.wait()
        api.finished.set()

    threading.Thread(target=watch, daemon=True).start()
    in_time = api.finished.wait(TIMEOUT)
    peak = 0
    if in_time and process.poll() is None:
        with open(f"/proc/{process.pid}/status") as status:
            peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    process.kill()
    process.wait()
    api.close()
    if not in_time or api.failure or len(api.times) < invocations:
        why = api.failure or ("no answer in time" if not in_time else f"ended with {process.returncode}")
        sys.exit(f"{program['name']}: {why}\n{b''.join(output).decode(errors='replace')[-3000:]}")
    measured = {"cold": (api.first_answer - started) / MILLISECOND, "init": (api.first_poll - started) / MILLISECOND, "peak": peak}
    if invocations > 1:
        measured["warm"] = statistics.median(api.times[1:])
    return measured


def spread(values, digits):
    if len(values) < 2:
        return f"{values[0]:.{digits}f}"
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.{digits}f} [{low:.{digits}f}-{high:.{digits}f}]"


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("plan")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--warm", type=int, default=30)
    parser.add_argument("--cpus")
    options = parser.parse_args()
    with open(options.plan) as file:
        plan = json.load(file)
    with open(plan["event"], "rb") as file:
        event = file.read()
    programs, measured = plan["programs"], {program["name"]: [] for program in plan["programs"]}

    print(f"{options.rounds} rounds, {options.warm} warm invocations in each, processors: {options.cpus or 'all'}, "
          f"load average before: {os.getloadavg()[0]:.1f}", flush=True)
    for number in range(-1, options.rounds):
        for place in range(len(programs)):
            program = programs[(place + number) % len(programs)]
            result = measure(program, event, 1 + options.warm, options.cpus)
            if number >= 0:
                measured[program["name"]].append(result)

    width = max(map(len, measured))
    print(f"\n{'median [quartiles], ms':{width}}  {'start to first answer':24}  {'of it until ready':24}  {'warm':24}  peak, MiB")
    for name, rounds in measured.items():
        cells = [spread([one[what] for one in rounds], digits) if what in rounds[0] else ""
                 for what, digits in (("cold", 1), ("init", 1), ("warm", 3), ("peak", 0))]
        print(f"{name:{width}}  {cells[0]:24}  {cells[1]:24}  {cells[2]:24}  {cells[3]}".rstrip())

    kept = True
    print(f"\nratios, median of {options.rounds} pairs [quartiles]")
    for ratio in plan["ratios"]:
        of, to, what, limit = ratio["of"], ratio["to"], ratio["what"], ratio.get("limit")
        if not {of, to} <= measured.keys() or not all(what in measured[name][0] for name in (of, to)):
            continue
        pairs = [mine[what] / theirs[what] for mine, theirs in zip(measured[of], measured[to])]
        within = limit is None or statistics.median(pairs) <= limit
        kept &= within
        said = "" if limit is None else f"  (at most {limit:.2f}{'' if within else ': NOT KEPT'})"
        print(f"{what}  {of} to {to}: {spread(pairs, 3)}{said}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
