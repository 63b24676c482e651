using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class LifecycleOptionsTests
{
    private static ServiceProvider Build(Action<ModelOptions>? configure = null, params (string Key, string Value)[] configuration)
    {
        ServiceCollection services = TestModels.Services(
            "m", TinyModels.Double(), model => model.Configure(options => configure?.Invoke(options)));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            configuration.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))).Build());
        return services.BuildServiceProvider();
    }

    private static string Error(Action<ModelOptions> configure)
    {
        using ServiceProvider services = Build(configure);
        return Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m")).Message;
    }

    [Fact]
    public void ModelOptions_Defaults_CheckNothingAndKeepEverything()
    {
        var options = new ModelOptions();

        Assert.Null(options.CheckInterval);
        Assert.Equal(0.1, options.CheckJitter);
        Assert.Equal(ModelReplacement.Auto, options.Replacement);
        Assert.Equal(TimeSpan.Zero, options.ReplacementWait);
        Assert.Null(options.MemoryBytes);
        Assert.False(options.Pinned);
        Assert.Null(new ModelMemoryOptions().BudgetBytes);
        Assert.Null(new ModelMemoryOptions().ProcessLimitBytes);
    }

    [Fact]
    public void ModelOptions_OutOfBounds_SaysWhich()
    {
        Assert.Equal("Model 'm': CheckInterval is 00:00:00; it must be above zero and at most 30 " +
            "days.", Error(options => options.CheckInterval = TimeSpan.Zero));
        Assert.Equal("Model 'm': CheckInterval is 31.00:00:00; it must be above zero and at most 30 " +
            "days.", Error(options => options.CheckInterval = TimeSpan.FromDays(31)));
        Assert.Equal("Model 'm': ReplacementWait is -00:00:01; it must be zero or more and at most one " +
            "minute.", Error(options => options.ReplacementWait = TimeSpan.FromSeconds(-1)));
        Assert.Equal("Model 'm': ReplacementWait is 00:01:01; it must be zero or more and at most one " +
            "minute.", Error(options => options.ReplacementWait = TimeSpan.FromSeconds(61)));
        Assert.Equal("Model 'm': MemoryBytes is 0; it must be above zero.", Error(options => options.MemoryBytes = 0));
        Assert.Equal(
            "Model 'm': Replacement is 9; it must be one of Auto, SideBySide, UnloadFirst.",
            Error(options => options.Replacement = (ModelReplacement)9));
        Assert.Contains("CheckJitter", Error(options => options.CheckJitter = 0.6), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_InConfiguration_AreRead()
    {
        using ServiceProvider services = Build(
            null,
            ("ServerlessInference:Models:m:CheckInterval", "00:05:00"),
            ("ServerlessInference:Models:m:Replacement", "UnloadFirst"),
            ("ServerlessInference:Memory:BudgetBytes", "1000000"));

        ModelOptions options = services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m");

        Assert.Equal((TimeSpan.FromMinutes(5), ModelReplacement.UnloadFirst), (options.CheckInterval!.Value, options.Replacement));
        Assert.Equal(1_000_000, services.GetRequiredService<IOptions<ModelMemoryOptions>>().Value.BudgetBytes);
    }

    [Fact]
    public void ModelMemoryOptions_OutOfBounds_SaysWhich()
    {
        using ServiceProvider services = Build(
            null, ("ServerlessInference:Memory:BudgetBytes", "0"), ("ServerlessInference:Memory:ProcessLimitBytes", "-1"));

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<ModelMemoryOptions>>().Value);

        Assert.Equal(
            ["ServerlessInference:Memory:BudgetBytes is 0; it must be above zero.", "ServerlessInference:Memory:ProcessLimitBytes is -1; " +
                "it must be above zero."],
            error.Failures);
    }
}
