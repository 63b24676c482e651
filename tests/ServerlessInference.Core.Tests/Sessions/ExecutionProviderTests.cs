using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class ExecutionProviderTests : IDisposable
{
    private readonly SessionTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("CPU")]
    [InlineData("cpu")]
    [InlineData("CPUExecutionProvider")]
    public void Create_Cpu_Works(string name) =>
        Assert.Equal(_trial.Run(Repository.DemoModel), _trial.Run(Repository.DemoModel, Providers(name)));

    [Theory]
    [InlineData("NoSuch")]
    [InlineData("CoreML")]
    public void Create_ProviderThatIsNotThere_ListsWhatIs(string name)
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => _trial.Run(Repository.DemoModel, Providers(name)));

        Assert.Contains($"has no execution provider '{name}'. This native library has " +
            "'CPUExecutionProvider'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_PreparedModelAndAProviderThatIsNotTheCpu_UsesThePlainModel()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();

        Assert.Contains(
            "NoSuch", Assert.Throws<ModelLoadException>(() => _trial.Run(demo.Folder, Providers("NoSuch"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("prepared models are for the CPU", Assert.Single(_trial.Warnings), StringComparison.Ordinal);
    }

    private static ModelOptions Providers(string name) =>
        SessionTrial.Options(options => options.ExecutionProviders.Add(new ExecutionProviderOptions { Name = name }));
}
