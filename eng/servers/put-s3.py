#!/usr/bin/env python3
"""put-s3.py BUCKET [KEY FILE]…: makes a bucket on the server of SERVERLESS_INFERENCE_S3_ENDPOINT and puts files there.

Signed with AWS Signature Version 4 (AWS General Reference, "Signing AWS API requests"), by the standard library alone."""
import datetime
import hashlib
import hmac
import os
import sys
import urllib.parse
import urllib.request

endpoint = os.environ["SERVERLESS_INFERENCE_S3_ENDPOINT"].rstrip("/")
access, secret = os.environ["SERVERLESS_INFERENCE_S3_ACCESS_KEY"], os.environ["SERVERLESS_INFERENCE_S3_SECRET_KEY"]
region = os.environ.get("SERVERLESS_INFERENCE_S3_REGION", "us-east-1")


def put(path, body):
    path = "/" + urllib.parse.quote(path)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": urllib.parse.urlsplit(endpoint).netloc, "x-amz-content-sha256": digest, "x-amz-date": now}
    names = ";".join(sorted(headers))
    canonical = "\n".join(["PUT", path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    with urllib.request.urlopen(urllib.request.Request(endpoint + path, data=body, headers=headers, method="PUT")) as answer:
        answer.read()


bucket, *rest = sys.argv[1:]
put(bucket, b"")
for name, file in zip(rest[::2], rest[1::2]):
    with open(file, "rb") as content:
        put(f"{bucket}/{name}", content.read())
