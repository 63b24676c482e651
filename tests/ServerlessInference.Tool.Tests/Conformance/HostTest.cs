using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Conformance;

/// <summary>The host of ServerlessInference.Lambda as a process in the local execution environment.</summary>
public abstract class HostTest : EnvironmentTest
{
    private protected static string Program { get; } = Repository.ProgramOf("ServerlessInference.HostFunction");

    private protected static string ImageModel { get; } = Repository.DemoModel;

    private protected ExecutionEnvironment CreateHost(
        int concurrency = 1,
        int memory = 1769,
        TimeSpan? timeout = null,
        params (string Name, string Value)[] variables) => Create(settings =>
        {
            Dictionary<string, string> all = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
            if (concurrency > 1)
            {
                all["AWS_LAMBDA_MAX_CONCURRENCY"] = concurrency.ToString(CultureInfo.InvariantCulture);
                all["AWS_LAMBDA_INITIALIZATION_TYPE"] = "lambda-managed-instances";
            }

            return settings with
            {
                Command = [Program],
                MaxConcurrency = concurrency,
                MemoryMB = memory,
                Timeout = timeout ?? settings.Timeout,
                Variables = all,
            };
        });

    /// <summary>Creates an HTTP event with a file as its body.</summary>
    private protected static byte[] ImageEvent(string path, string contentType = "image/jpeg") => JsonSerializer.SerializeToUtf8Bytes(new
    {
        version = "2.0",
        rawPath = "/",
        headers = new Dictionary<string, string> { ["content-type"] = contentType },
        requestContext = new { http = new { method = "POST" } },
        body = Convert.ToBase64String(File.ReadAllBytes(path)),
        isBase64Encoded = true,
    });

    private protected static int PidOf(InvocationResult result) => Json(result).GetProperty("pid").GetInt32();
}
