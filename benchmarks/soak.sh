#!/usr/bin/env bash
# soak.sh [INVOCATIONS]: sends that many warm invocations (20,000 unless said) to an echo function and to an image function, each a
# process of its own behind the local Runtime API, and prints how much their memory grew with each invocation, and their handles.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
prepare_build
report=$PWD/artifacts/soak.txt
rm -f "$report"
dotnet build tests/ServerlessInference.Tool.Tests -c Release -nologo -v quiet
SERVERLESS_INFERENCE_SOAK=${1:-20000} SERVERLESS_INFERENCE_SOAK_REPORT=$report \
  artifacts/bin/ServerlessInference.Tool.Tests/release/ServerlessInference.Tool.Tests -class '*.SoakTests' -noLogo || { cat "$report"; exit 1; }
cat "$report"
