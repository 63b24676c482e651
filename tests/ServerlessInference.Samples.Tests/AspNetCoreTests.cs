using System.Diagnostics;
using System.Net;
using System.Text.Json;
using AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Sessions;

namespace ServerlessInference.Samples.Tests;

public sealed class AspNetCoreTests : IAsyncLifetime
{
    private readonly WebApplication _app = ShapesApp.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning"]);
    private readonly HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task PostShapes_SampleImage_AnswersItsShapeAndTheModelsVersion()
    {
        byte[] image = await File.ReadAllBytesAsync(
            Path.Combine(Repository.DemoModel, "samples", "ring-300x200.jpg"), TestContext.Current.CancellationToken);

        using HttpResponseMessage response = await _client.PostAsync(
            "/shapes", new ByteArrayContent(image), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("ring", answer.RootElement.GetProperty("top")[0].GetProperty("label").GetString());
        Assert.NotEqual(string.Empty, answer.RootElement.GetProperty("modelVersion").GetString());
    }

    [Fact]
    public async Task PostShapes_Tiff_Answers415WithTheFormatsName()
    {
        using HttpResponseMessage response = await _client.PostAsync(
            "/shapes", new ByteArrayContent("II*\0\b\0\0\0"u8.ToArray()), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("Tiff", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetHealth_ModelLoaded_IsHealthy()
    {
        await _app.Services.GetRequiredService<IModelRegistry>().PreloadAsync(TestContext.Current.CancellationToken);

        string health = await _client.GetStringAsync("/health", TestContext.Current.CancellationToken);

        Assert.Equal("Healthy", health);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(null, false)]
    [InlineData("0", true)]
    public async Task Program_ModelLoaded_WritesTelemetryOnlyWhereItIsSwitchedOn(string? value, bool reports)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "where ONNX Runtime keeps what it reports is known for Linux only");
        using var home = new EmptyHome();

        using Process program = home.Start(value, Repository.ProgramOf("AspNetCore"), "--urls", "http://127.0.0.1:0");
        string? line;
        do
        {
            line = await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
        }
        while (!line.Contains("Loaded model shapes", StringComparison.Ordinal));

        program.Kill();
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(reports, home.Files.Any());
    }
}
