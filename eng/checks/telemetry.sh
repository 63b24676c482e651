#!/usr/bin/env bash
# telemetry.sh FUNCTION: starts a published function in an empty home folder and shows that ONNX Runtime's telemetry is off, that a value
# which the environment sets is respected (so that the first part can fail), and, where it may mount, that the function answers without a
# shell and a machine id.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
function=${1:?the program of a function that answers GET /}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}' >"$work/event.json"

# Where one of these is set, ONNX Runtime is silent by itself.
unset CI TF_BUILD GITHUB_ACTIONS GITLAB_CI CIRCLECI TRAVIS JENKINS_URL CODEBUILD_BUILD_ID BUILDKITE TEAMCITY_VERSION APPVEYOR \
  BITBUCKET_BUILD_NUMBER SYSTEM_TEAMFOUNDATIONCOLLECTIONURI ORT_RUNNING_UNIT_TESTS ORT_DISABLE_TELEMETRY

run() { # home folder, words before the function…
  local home=$1; shift
  mkdir "$home"
  # The tool keeps its own home folder: only what the function writes counts.
  artifacts/bin/ServerlessInference.Tool/release/serverless-inference invoke --quiet --event "$work/event.json" --env "HOME=$home" \
    ${telemetry:+--env "ORT_DISABLE_TELEMETRY=$telemetry"} -- "$@" "$function" | tee "$work/answer"
  grep -qF '"statusCode":200' "$work/answer" || { echo "the function should answer with 200"; exit 1; }
}
expect_nothing() { # home folder
  if find "$1" -mindepth 1 | grep .; then echo "the function wrote into its home folder"; exit 1; fi
}

run "$work/off"
expect_nothing "$work/off"
telemetry=0 run "$work/on"
find "$work/on" -name onnxruntime.db | grep -q . || { echo "telemetry that was switched on wrote nothing: this check is blind"; exit 1; }

shell_less='set -e; mount --make-rprivate /; mount --bind /dev/null "$(readlink -f /bin/sh)"
for id in /etc/machine-id /var/lib/dbus/machine-id; do if [ -e $id ]; then mount --bind /dev/null $id; fi; done; exec "$0"'
if unshare --mount true 2>/dev/null; then
  run "$work/shell-less" unshare --mount bash -c "$shell_less"
  expect_nothing "$work/shell-less"
  echo "telemetry is off, can be switched on, and the function starts without a shell"
else
  echo "telemetry is off and can be switched on; the start without a shell was left out, which takes the right to mount"
fi
