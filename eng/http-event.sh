#!/usr/bin/env bash
# http-event.sh FILE [PATH]: prints the event that API Gateway (payload format 2.0) sends for a POST of the file.
set -euo pipefail
file=${1:?a file} path=${2:-/}
printf '{"version":"2.0","routeKey":"$default","rawPath":"%s","rawQueryString":"","headers":{"content-type":"application/octet-stream"},"requestContext":{"http":{"method":"POST","path":"%s","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"eng"},"requestId":"local","stage":"$default"},"isBase64Encoded":true,"body":"' "$path" "$path"
base64 -w 0 "$file"
printf '"}\n'
