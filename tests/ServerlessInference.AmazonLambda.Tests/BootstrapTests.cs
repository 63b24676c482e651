using System.Diagnostics;
using System.Text.Json;

namespace ServerlessInference.AmazonLambda.Tests;

/// <summary>The function inside Amazon's own bootstrap, as a process behind the tool's local Runtime API.</summary>
public sealed class BootstrapTests
{
    [Fact(Timeout = 120_000)]
    public async Task Run_Events_AreAnsweredThroughAmazonsBootstrap()
    {
        (JsonElement direct, JsonElement refused, JsonElement warm) = await InvokeAsync(
            ["{}", "\"refuse\"", """{"ping":true}"""], model: null, TestContext.Current.CancellationToken);

        JsonElement answer = direct.GetProperty("response");
        Assert.Equal(direct.GetProperty("requestId").GetString(), answer.GetProperty("requestId").GetString());
        Assert.Equal("local-function", answer.GetProperty("function").GetString());
        Assert.InRange(answer.GetProperty("remainingMs").GetInt64(), 1, 30_000);
        Assert.Equal("InvocationFailedException", refused.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("InvalidInputException: The event says no.", refused.GetProperty("error").GetProperty("message").GetString());
        Assert.True(warm.GetProperty("response").GetProperty("warmup").GetBoolean());
    }

    [Fact(Timeout = 120_000)]
    public async Task Run_ImageModel_AnswersHttp()
    {
        string photo = Path.Combine(Repository.DemoModel, "samples", "star-256x256.jpg");
        string image = Convert.ToBase64String(await File.ReadAllBytesAsync(photo, TestContext.Current.CancellationToken));
        string @event = $$$"""
            {"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"POST"}},"body":"{{{image}}}","isBase64Encoded":true}
            """;

        (JsonElement cold, _, JsonElement warm) = await InvokeAsync(
            [@event, @event, """{"ping":true}"""], Repository.DemoModel, TestContext.Current.CancellationToken);

        JsonElement answer = cold.GetProperty("response");
        Assert.Equal(200, answer.GetProperty("statusCode").GetInt32());
        Assert.Equal(
            "star",
            JsonDocument.Parse(
                answer
                    .GetProperty("body")
                    .GetString()!).RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString());
        Assert.True(warm.GetProperty("response").GetProperty("wasWarm").GetBoolean());
    }

    private static async Task<(JsonElement First, JsonElement Second, JsonElement Third)> InvokeAsync(
        string[] events, string? model, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("bootstrap-test-").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(
                Path.Combine(Path.GetDirectoryName(Repository.ProgramOf("ServerlessInference.Tool"))!, "serverless-inference.dll"));
            start.ArgumentList.Add("invoke");
            for (int i = 0; i < events.Length; i++)
            {
                string file = Path.Combine(folder, $"{i}.json");
                await File.WriteAllTextAsync(file, events[i], cancellationToken);
                start.ArgumentList.Add("--event");
                start.ArgumentList.Add(file);
            }

            start.ArgumentList.Add("--");
            start.ArgumentList.Add(Repository.ProgramOf("ServerlessInference.AmazonLambda.Tests.Function"));
            if (model is not null)
            {
                start.ArgumentList.Add(model);
            }

            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            JsonElement[] documents =
                [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
            return documents is [var first, var second, var third] ? (
                first, second, third) : throw new InvalidOperationException(output + await error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
