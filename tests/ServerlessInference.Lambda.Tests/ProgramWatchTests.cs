using System.Text;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Runtime;

namespace ServerlessInference.Lambda.Tests;

public sealed class ProgramWatchTests
{
    [Fact]
    public async Task ReportAsync_ExceptionOfTheProgram_IsLoggedAndPostedAsAnInitError()
    {
        await using var api = new FakeRuntimeApi();
        using var log = new MemoryStream();

        await new ProgramWatch(api.Environment()).ReportAsync(new InvalidOperationException("RESULTS_BUCKET is not set."), () => log);

        FakeRuntimeApi.Post post = await api.InitError.Task;
        string text = Encoding.UTF8.GetString(log.ToArray());
        Assert.Equal("InvalidOperationException", post.ErrorType);
        Assert.Contains("Its log says why", post.Body, StringComparison.Ordinal);
        Assert.Contains("FATAL\tServerlessInference.Lambda\tThe function cannot be initialised", text, StringComparison.Ordinal);
        Assert.Contains("RESULTS_BUCKET is not set.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_EnvironmentOfATestOrOutsideOfLambda_WatchesNothing()
    {
        Assert.Null(ProgramWatch.Begin(new LambdaEnvironment { RuntimeApi = "127.0.0.1:1" }));
        Assert.Null(ProgramWatch.Begin(LambdaEnvironment.Read()));
    }
}
