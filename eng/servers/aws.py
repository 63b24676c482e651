#!/usr/bin/env python3
"""Asks the local servers of the samples, signed as AWS's own clients sign.

    aws.py s3 METHOD PATH [FILE]        # PATH is BUCKET or BUCKET/KEY, with a query if need be; FILE is what is put there
    aws.py dynamodb OPERATION JSON

The answer goes to standard output. Endpoints and keys come from the variables that start_servers (eng/common.sh) sets. Signature Version 4 is described in the
AWS General Reference, "Signing AWS API requests"; nothing but Python's standard library is needed.
"""
import datetime
import hashlib
import hmac
import mimetypes
import os
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request

access, secret = os.environ["SERVERLESS_INFERENCE_S3_ACCESS_KEY"], os.environ["SERVERLESS_INFERENCE_S3_SECRET_KEY"]
region = os.environ.get("SERVERLESS_INFERENCE_S3_REGION", "us-east-1")


def endpoint(service):
    return os.environ[f"SERVERLESS_INFERENCE_{service.upper()}_ENDPOINT"].rstrip("/")


def signed(service, method, path, query, digest, more):
    """The headers of a request, with its signature."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    headers = {"host": urllib.parse.urlsplit(endpoint(service)).netloc, "x-amz-content-sha256": digest, "x-amz-date": now, **more}
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, path, query, *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"}


def ask(service, method, path, body, headers):
    path, _, query = path.partition("?")
    path = "/" + urllib.parse.quote(path)
    headers = signed(service, method, path, query, hashlib.sha256(body).hexdigest(), headers)
    url = endpoint(service) + path + ("?" + query if query else "")
    with urllib.request.urlopen(urllib.request.Request(url, data=body or None, headers=headers, method=method)) as answer:
        shutil.copyfileobj(answer, sys.stdout.buffer)


def main(service, what, where, *rest):
    try:
        if service == "dynamodb":
            ask(service, "POST", "", where.encode(), {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810." + what})
        else:
            body = b""
            if rest:
                with open(rest[0], "rb") as file:
                    body = file.read()
            # Without a type of its own, urllib would call every object a form (application/x-www-form-urlencoded).
            kind = mimetypes.guess_type(where.partition("?")[0])[0] or "application/octet-stream"
            ask(service, what, where, body, {"content-type": kind} if rest else {})
    except urllib.error.HTTPError as error:
        sys.exit(f"{service} answered {what} {where} with {error.code}: {error.read().decode(errors='replace')}")
    except urllib.error.URLError as error:
        sys.exit(f"{service} at {endpoint(service)} cannot be reached: {error.reason}")


if len(sys.argv) < 4:
    sys.exit(__doc__)
main(*sys.argv[1:])
