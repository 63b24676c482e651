"""s3_put.py BUCKET KEY=FILE...: makes a bucket on the S3 server of the tests and puts files there.

Signature version 4 of the AWS documentation ("Create a signed AWS API request"), path style.
"""
import datetime
import hashlib
import hmac
import os
import sys
import urllib.request


def variable(name):
    return os.environ["SERVERLESS_INFERENCE_S3_" + name]


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def put(path, body):
    endpoint, region = variable("ENDPOINT"), variable("REGION")
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": endpoint.split("//")[1], "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    canonical = "\n".join(["PUT", path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + variable("SECRET_KEY")).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = sign(key, part)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={variable('ACCESS_KEY')}/{scope}, SignedHeaders={names}, Signature={signature}"
    with urllib.request.urlopen(urllib.request.Request(endpoint + path, data=body, headers=headers, method="PUT")) as answer:
        answer.read()


bucket, *files = sys.argv[1:]
put("/" + bucket, b"")
for entry in files:
    name, _, file = entry.partition("=")
    with open(file, "rb") as stream:
        put(f"/{bucket}/{name}", stream.read())
