#!/usr/bin/env python3
"""compare.py [--rounds N] [--kinds jit,r2r,native] [--work FOLDER] [--no-publish]: what reading one parameter costs a program's start.

Publishes the program of this folder with each client (none, own, signer, sdk), runs them in turns against a server of its own, and prints the
medians of the time from the process's start to the answer, of its processor time and of what it allocated, the median of the differences to
"own" within each round, and the size of what was published. "then S3": until S3 has answered as well, as a function goes on; its client shares
AWSSDK.Core with the others.
"""
import argparse, http.server, json, os, platform, random, socketserver, statistics, subprocess, sys, threading, time

here = os.path.dirname(os.path.abspath(__file__))
clients = ("none", "own", "signer", "sdk")
rid = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
options = {
    "jit": [],
    "r2r": ["-r", rid, "-p:PublishReadyToRun=true", "--self-contained", "false"],
    "native": ["-r", rid, "-p:PublishAot=true"],
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GetParameter as Parameter Store does, and HEAD as S3 does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        name = json.loads(self.rfile.read(int(self.headers["content-length"])))["Name"]
        self.answer(json.dumps({"Parameter": {
            "ARN": f"arn:aws:ssm:us-east-1:123456789012:parameter{name}", "DataType": "text", "LastModifiedDate": 1.7e9, "Name": name,
            "Type": "String", "Value": f"s3://models{name}", "Version": 1}}).encode(), "application/x-amz-json-1.1")

    def do_HEAD(self):
        self.answer(b"", "binary/octet-stream", {"ETag": '"0123456789abcdef0123456789abcdef"', "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"})

    def answer(self, content, kind, headers={}):
        self.send_response(200)
        for key, value in {"content-type": kind, "content-length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def publish(kind, client, work):
    out = f"{work}/{kind}/{client}"
    command = ["dotnet", "publish", here, "-c", "Release", "-nologo", "-v", "quiet", "-o", out, f"-p:Client={client.capitalize()}",
               "--artifacts-path", f"{work}/build/{kind}-{client}", *options[kind]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def size(kind, client, work):
    """MB of what a function would be uploaded with: no symbols."""
    return sum(
        os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(f"{work}/{kind}/{client}") for file in files
        if not file.endswith((".dbg", ".pdb", ".xml")) and "onnxruntime" not in file.lower()) / 1e6


def run(program, arguments, environment):
    """Milliseconds from the process's start to its last line, milliseconds of processor time of the whole process, and kB that it allocated."""
    began = time.perf_counter()
    process = subprocess.Popen([program, "/models/shapes", *arguments], env=environment, stdout=subprocess.PIPE, text=True)
    lines = []
    for line in process.stdout:
        lines.append((line.split(), time.perf_counter() - began))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or len(lines) != 1 + len(arguments) or lines[-1][0][0] != "s3://models/models/shapes":
        sys.exit(f"{program} ended with {process.returncode} after {lines}")
    (_, _, allocated), wall = lines[-1]
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, int(allocated) / 1e3


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--kinds", default="jit,r2r,native")
    arguments.add_argument("--work", default=os.path.join(here, "../../artifacts/parameter-store"))
    arguments.add_argument("--no-publish", action="store_true", help="what the last run published is there")
    settings = arguments.parse_args()
    work = os.path.abspath(settings.work)
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    environment = {**os.environ, "AWS_ENDPOINT_URL_SSM": address, "AWS_ENDPOINT_URL_S3": address, "AWS_REGION": "us-east-1",
                   "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    environment.pop("AWS_SESSION_TOKEN", None)
    print(f"{settings.rounds} rounds, medians; 'more' is the median of the differences to own within a round")
    print(f"{'':26}{'ms':>9}{'more':>8}{'CPU ms':>9}{'more':>8}{'kB':>7}{'MB':>7}")
    for kind in settings.kinds.split(","):
        for client in clients:
            if not settings.no_publish:
                publish(kind, client, work)
        cases = [(client, then) for client in clients for then in ((), ("s3",))]
        runs = {case: [] for case in cases}
        for turn in range(-1, settings.rounds):  # the first round only fills the caches
            for client, then in random.sample(cases, len(cases)):
                measured = run(f"{work}/{kind}/{client}/ParameterStore", then, environment)
                if turn >= 0:
                    runs[client, then].append(measured)
        for client, then in sorted(cases, key=lambda case: (case[1], clients.index(case[0]))):
            row = f"{kind + ' ' + client + (', then S3' if then else ''):26}"
            for column in (0, 1):
                row += f"{statistics.median(each[column] for each in runs[client, then]):9.1f}"
                row += f"{statistics.median(mine[column] - own[column] for mine, own in zip(runs[client, then], runs['own', then])):+8.1f}"
            print(f"{row}{statistics.median(each[2] for each in runs[client, then]):7.0f}{size(kind, client, work):7.2f}", flush=True)


if __name__ == "__main__":
    main()
