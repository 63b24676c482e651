// The strictest yardstick of cold starts: what BareFunction does, in C. It creates a session with ONNX Runtime's C API, runs it once on
// zeros, and answers every event with the first score of another run, over a socket with the least HTTP that the Runtime API takes.
// usage: bare MODEL. The model is one that make-models.py writes: float32 "input" [1, 3, 224, 224], float32 "logits" [1, 1000].
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <onnxruntime_c_api.h>

static const OrtApi *ort;
static OrtSession *session;
static OrtValue *input;
static float zeros[3 * 224 * 224];
static char received[8 << 20];

static void check(int good, const char *what) { if (!good) { fprintf(stderr, "%s\n", what); exit(1); } }
static void try(OrtStatus *status) { check(status == NULL, status == NULL ? NULL : ort->GetErrorMessage(status)); }

static void load(const char *model) {
    OrtEnv *env; OrtSessionOptions *options; OrtMemoryInfo *memory; int64_t shape[] = { 1, 3, 224, 224 };
    ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    try(ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "bare", &env));
    try(ort->CreateSessionOptions(&options));
    try(ort->SetIntraOpNumThreads(options, 1));
    try(ort->SetInterOpNumThreads(options, 1));
    try(ort->AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"));
    try(ort->CreateSession(env, model, options, &session));
    try(ort->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    try(ort->CreateTensorWithDataAsOrtValue(memory, zeros, sizeof zeros, shape, 4, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input));
}

static float run(void) {
    const char *from[] = { "input" }, *to[] = { "logits" };
    OrtValue *output = NULL;
    float *scores, first;
    try(ort->Run(session, NULL, from, (const OrtValue *const *)&input, 1, to, 1, &output));
    try(ort->GetTensorMutableData(output, (void **)&scores));
    first = scores[0];
    ort->ReleaseValue(output);
    return first;
}

// Finds a header of the answer and returns its value.
static const char *header(const char *name) {
    const char *found = strcasestr(received, name);
    check(found != NULL, "The Runtime API's answer lacks a header.");
    return found + strlen(name);
}

// Sends a request and reads the whole answer.
static void call(int api, const char *request) {
    check(write(api, request, strlen(request)) > 0, "The request cannot be sent.");
    for (size_t length = 0, end = sizeof received - 1; length < end;) {
        ssize_t count = read(api, received + length, sizeof received - 1 - length);
        check(count > 0, "The Runtime API closed the connection.");
        received[length += count] = '\0';
        const char *body = strstr(received, "\r\n\r\n");
        if (body != NULL) { end = body + 4 - received + strtoul(header("content-length:"), NULL, 10); }
    }
}

int main(int count, char **arguments) {
    const char *value = getenv("AWS_LAMBDA_RUNTIME_API");
    char host[64], id[64], body[32], request[512]; int port, api = socket(AF_INET, SOCK_STREAM, 0);
    check(count == 2 && value != NULL && sscanf(value, "%63[^:]:%d", host, &port) == 2, "usage: AWS_LAMBDA_RUNTIME_API=IP:PORT bare MODEL");
    load(arguments[1]);
    run();
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host) };
    check(connect(api, (struct sockaddr *)&address, sizeof address) == 0, "The Runtime API cannot be reached.");
    for (;;) {
        sprintf(request, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s:%d\r\n\r\n", host, port);
        call(api, request);
        sscanf(header("lambda-runtime-aws-request-id:"), " %63s", id);
        int size = sprintf(body, "%g", run());
        sprintf(request, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: %d\r\n\r\n%s",
            id, host, port, size, body);
        call(api, request);
    }
}
