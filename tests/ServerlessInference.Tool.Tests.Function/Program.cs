using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.Tests.Function;

// A function for the tests of the local runtime, written against the Runtime API alone. TEST_INIT chooses what happens during
// init, the event's "do" what happens with an event.
var api = new Uri($"http://{Variable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/");
using var client = new HttpClient { BaseAddress = api, Timeout = Timeout.InfiniteTimeSpan };
Directory.CreateDirectory(Variable("TMPDIR"));
var startsFile = Path.Combine(Variable("TMPDIR"), "starts");
var starts = 1 + (File.Exists(startsFile) ? int.Parse(File.ReadAllText(startsFile), null) : 0);
File.WriteAllText(startsFile, $"{starts}");
Console.WriteLine($"function start {starts}");

switch (Environment.GetEnvironmentVariable("TEST_INIT"))
{
    case "error":
        await PostAsync("init/error", """{"errorMessage":"no model","errorType":"Function.NoModel","stackTrace":[]}""", "Function.NoModel");
        return 1;
    case "exit":
        return 7;
    case "hang":
        await Task.Delay(Timeout.Infinite);
        break;
    case "hang-once" when starts == 1:
        await Task.Delay(Timeout.Infinite);
        break;
    case "exit-once" when starts == 1:
        return 7;
}

// Managed Instances let a process poll several times at once; elsewhere there is one loop.
var count = 0;
var arrived = 0;
var met = new TaskCompletionSource();
var loops = int.TryParse(Variable("AWS_LAMBDA_MAX_CONCURRENCY"), out var concurrency) ? concurrency : 1;
await Task.WhenAll(Enumerable.Range(0, loops).Select(_ => LoopAsync()));
return 0;

async Task LoopAsync()
{
    while (true)
    {
        using var next = await client.GetAsync("invocation/next");
        next.EnsureSuccessStatusCode();
        var id = Header(next, "Lambda-Runtime-Aws-Request-Id") ?? throw new InvalidOperationException("The invocation has no request id.");
        await HandleAsync(next, id, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), await next.Content.ReadAsStringAsync());
    }
}

async Task HandleAsync(HttpResponseMessage next, string id, long received, string payload)
{
    using var sent = JsonDocument.Parse(payload);
    using var json = HttpBody(sent.RootElement) is { } body ? JsonDocument.Parse(body) : JsonDocument.Parse(payload);
    Interlocked.Increment(ref count);
    var action =
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("do", out var name) ? name.GetString() : null;
    var number = action is not null && json.RootElement.TryGetProperty("n", out var n) ? n.GetInt32() : 0;
    switch (action)
    {
        case "hang":
            await Task.Delay(Timeout.Infinite);
            break;
        case "throw":
            await PostAsync(
                $"invocation/{id}/error",
                """{"errorMessage":"bad input","errorType":"InvalidInput","stackTrace":[]}""",
                "Function.InvalidInput");
            break;
        case "exit":
            Environment.Exit(number);
            break;
        case "exit-after-answer":
            await PostAsync($"invocation/{id}/response", """{"exits":true}""", null);
            Environment.Exit(number);
            break;
        case "bytes":
            await PostAsync($"invocation/{id}/response", new string('x', number), null);
            break;
        case "stream":
            await StreamAsync(id);
            break;
        case "raw":
            await PostAsync($"invocation/{id}/response", json.RootElement.GetProperty("body").GetString() ?? "", null);
            break;
        case "meet": // answers once n invocations are here at the same time
            if (Interlocked.Increment(ref arrived) == number)
            {
                met.SetResult();
            }

            await met.Task;
            await PostAsync($"invocation/{id}/response", "{}", null);
            break;
        case "spawn": // starts a process of its own and answers its id
            using (var child = Process.Start("sleep", "600"))
            {
                await PostAsync($"invocation/{id}/response", $$"""{"child":{{child.Id}}}""", null);
            }

            break;
        default:
            await PostAsync($"invocation/{id}/response", Describe(next, received, payload), null);
            break;
    }
}

string Describe(HttpResponseMessage next, long received, string payload)
{
    var answer = new Answer(
        count,
        starts,
        Environment.ProcessId,
        long.Parse(Header(next, "Lambda-Runtime-Deadline-Ms") ?? "0", null) - received,
        Header(next, "Lambda-Runtime-Invoked-Function-Arn"),
        Header(next, "Lambda-Runtime-Trace-Id"),
        Header(next, "Lambda-Runtime-Client-Context"),
        Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(key => key.StartsWith("AWS_", StringComparison.Ordinal) || key.StartsWith("TEST_", StringComparison.Ordinal)
                || key is "_HANDLER" or "LAMBDA_TASK_ROOT" or "TZ" or "TMPDIR")
            .ToDictionary(key => key, Variable),
        JsonDocument.Parse(payload).RootElement);
    return JsonSerializer.Serialize(answer, AnswerContext.Default.Answer);
}

async Task PostAsync(string path, string body, string? errorType)
{
    var content = new StringContent(body, Encoding.UTF8, "application/json");
    using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
    if (errorType is not null)
    {
        request.Headers.Add("Lambda-Runtime-Function-Error-Type", errorType);
    }

    using var answer = await client.SendAsync(request);
    Console.Error.WriteLine($"{path.Split('/')[^1]}: {(int)answer.StatusCode}");
}

async Task StreamAsync(string id)
{
    using var request = new HttpRequestMessage(HttpMethod.Post, $"invocation/{id}/response")
    {
        Content = new StringContent("{\"statusCode\":201,\"headers\":{\"content-type\":\"text/plain\"}}\0\0\0\0\0\0\0\0streamed"),
    };
    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.awslambda.http-integration-response");
    request.Headers.TransferEncodingChunked = true;
    request.Headers.Add("Lambda-Runtime-Function-Response-Mode", "streaming");
    using var answer = await client.SendAsync(request);
    answer.EnsureSuccessStatusCode();
}

// With TEST_HTTP, what is to be done stands in the body of an HTTP event.
static string? HttpBody(JsonElement sent) =>
    Variable("TEST_HTTP").Length > 0 && sent.TryGetProperty("body", out var body) ? body.GetString() : null;

static string? Header(HttpResponseMessage response, string name) =>
    response.Headers.TryGetValues(name, out var values) ? values.First() : null;

static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
