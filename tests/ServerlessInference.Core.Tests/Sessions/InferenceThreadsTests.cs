using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class InferenceThreadsTests
{
    [Fact]
    public void Value_Default_LeavesTheChoiceToTheHost()
    {
        InferenceThreadOptions options = Options(new ServiceCollection());

        Assert.Equal((0, 1, false), (options.IntraOp, options.InterOp, options.AllowSpinning));
    }

    [Fact]
    public void Value_Configuration_IsReadAndCodeHasTheLastWord()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("ServerlessInference:Threads:IntraOp", "3"),
            new("ServerlessInference:Threads:InterOp", "2"),
            new("ServerlessInference:Threads:AllowSpinning", "true"),
        ]).Build());
        services.AddServerlessInference();
        services.Configure<InferenceThreadOptions>(options => options.IntraOp = 4);

        InferenceThreadOptions options = Options(services);

        Assert.Equal((4, 2, true), (options.IntraOp, options.InterOp, options.AllowSpinning));
    }

    [Theory]
    [InlineData(-1, 1, nameof(InferenceThreadOptions.IntraOp))]
    [InlineData(129, 1, nameof(InferenceThreadOptions.IntraOp))]
    [InlineData(0, 0, nameof(InferenceThreadOptions.InterOp))]
    public void Value_OutOfBounds_IsRefused(int intraOp, int interOp, string named)
    {
        var services = new ServiceCollection();
        services.Configure<InferenceThreadOptions>(options => (options.IntraOp, options.InterOp) = (intraOp, interOp));

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Options(services));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ThreadsOfItsOwnOrShared_AnswersAlike()
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx"), TinyModels.Classifier());
        using var trial = new SessionTrial();

        float[] shared = trial.Run(folder.Path, SessionTrial.Options(options => options.IntraOpThreads = 0));
        float[] own = trial.Run(folder.Path, SessionTrial.Options(options => options.IntraOpThreads = 2));

        Assert.Equal(own, shared);
        Assert.True(OrtRuntime.HasSharedThreads);
    }

    [Theory]
    [InlineData(1, ExecutionMode.ORT_SEQUENTIAL)]
    [InlineData(2, ExecutionMode.ORT_PARALLEL)]
    public void Create_SharedThreadsForOperatorsSideBySide_UsesThem(int interOp, ExecutionMode expected)
    {
        OrtRuntime.Start(NullLogger.Instance);

        using SessionOptions settings = SessionSettings.Create(new ModelOptions(), new InferenceThreadOptions { InterOp = interOp });

        Assert.Equal(expected, settings.ExecutionMode);
    }

    private static InferenceThreadOptions Options(ServiceCollection services)
    {
        services.AddServerlessInference();
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<InferenceThreadOptions>>().Value;
    }
}
