#!/usr/bin/env bash
# threads.sh [RUNS]: a model's run with 1 and 2 threads, sleeping and spinning, on one processor and on two (taskset), and within a
# share of CPU time (a quota of the kernel, as AWS Lambda sets it by memory). Models by benchmarks/make-models.py.
# Quotas need root and a cgroup file system that can be written; without them that part is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
runs=${1:-100}
prepare_build
work=$PWD/artifacts/threads
mkdir -p "$work"
dotnet build benchmarks/Threads -c Release -nologo -v quiet
program=$PWD/artifacts/bin/Threads/release/Threads
[ -e "$work/resnet50.onnx" ] || benchmarks/make-models.py "$work" >/dev/null

group=
if [ -w /sys/fs/cgroup/cpu ] && mkdir -p /sys/fs/cgroup/cpu/threads-$$ 2>/dev/null; then
  group=/sys/fs/cgroup/cpu/threads-$$
elif [ -e /sys/fs/cgroup/cgroup.controllers ] && mkdir -p /sys/fs/cgroup/threads-$$ 2>/dev/null && [ -e /sys/fs/cgroup/threads-$$/cpu.max ]; then
  group=/sys/fs/cgroup/threads-$$
fi
trap '[ -z "$group" ] || rmdir "$group" 2>/dev/null || true' EXIT

quota() { # percent of a processor, command
  local percent=$1
  shift
  if [ -e "$group/cpu.max" ]; then echo "$((percent * 1000)) 100000" >"$group/cpu.max"; else
    echo 100000 >"$group/cpu.cfs_period_us"
    echo $((percent * 1000)) >"$group/cpu.cfs_quota_us"
  fi
  (echo $BASHPID >"$group/cgroup.procs" && exec "$@")
}

for model in squeezenet resnet50; do
  for threads in 1 2; do
    for spin in 0 1; do
      [ $threads = 2 ] || [ $spin = 0 ] || continue
      name="$model, $threads thread$([ $threads = 1 ] || echo s), $([ $spin = 1 ] && echo spinning || echo sleeping)"
      printf '%s, processor 0:          %s\n' "$name" "$(taskset -c 0 "$program" "$work/$model.onnx" $threads $spin "$runs")"
      printf '%s, all processors:       %s\n' "$name" "$("$program" "$work/$model.onnx" $threads $spin "$runs")"
      [ -z "$group" ] || for percent in 50 100 150; do
        printf '%s, %3d %% of a processor: %s\n' "$name" $percent "$(quota $percent "$program" "$work/$model.onnx" $threads $spin "$runs")"
      done
    done
  done
done
