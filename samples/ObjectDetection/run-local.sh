#!/usr/bin/env bash
# Warms the function up and detects shapes in a scene, with a folder that stands for EFS and without it. A few lines of Python stand for Parameter Store.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" ObjectDetection

put "$bucket/models/detector/v1/model.onnx" models/shapes-detector/model.onnx
mkdir -p "$work/mount/models/detector/v1" && cp models/shapes-detector/model.onnx "$work/mount/models/detector/v1/"
python3 - "$bucket" "$work/port" <<'PYTHON' &
# Answers GetParameter as Parameter Store does, without looking at the signature.
import http.server, json, sys
class Parameters(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        name = json.loads(self.rfile.read(int(self.headers["content-length"])))["Name"]
        body = json.dumps({"Parameter": {"Name": name, "Type": "String", "Value": f"s3://{sys.argv[1]}/models/detector/v1/", "Version": 1}}).encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Parameters)
open(sys.argv[2], "w").write(str(server.server_port))
server.serve_forever()
PYTHON
parameters=$!
trap 'kill $parameters; stop_servers "$PWD/artifacts/servers"; rm -rf "$work"' EXIT
while [ ! -s "$work/port" ]; do sleep 0.1; done

eng/http-event.sh models/shapes-detector/samples/scene-01.jpg >"$work/scene.json"
printf '{"source":"aws.events","detail-type":"Scheduled Event","detail":{"bucket":"%s","path":"models/detector/v1/"}}' "$bucket" >"$work/warm-up.json"
for mount in "$work/mount" /nowhere; do
  step "the model's mount is $mount"
  "$tool" invoke --quiet --event "$work/warm-up.json" --event "$work/scene.json" "${variables[@]}" \
    --env "AWS_ENDPOINT_URL_SSM=http://127.0.0.1:$(cat "$work/port")" --env MODEL_PARAMETER=/detector --env "MODEL_LOCATIONS=s3://$bucket/models/" \
    --env MODEL_CHECK_SECONDS=60 --env "MODELS_MOUNT=$mount" -- "$program" | answers
done
