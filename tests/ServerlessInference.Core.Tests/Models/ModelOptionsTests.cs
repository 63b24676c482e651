using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelOptionsTests
{
    private static ServiceCollection Services(IConfiguration? configuration, Action<ModelBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        if (configuration is not null)
        {
            services.AddSingleton(configuration);
        }

        services.AddServerlessInference().AddModel("resnet", model =>
        {
            if (configure is null)
            {
                model.FromLayer("resnet");
            }

            configure?.Invoke(model);
        });
        return services;
    }

    private static ModelOptions Options(IServiceCollection services) =>
        services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("resnet");

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build();

    [Fact]
    public void Defaults_AreAsDocumented()
    {
        var options = new ModelOptions();

        Assert.Null(options.File);
        Assert.True(options.Preload);
        Assert.Equal(16, options.MaxBatchSize);
        Assert.Equal(0, options.IntraOpThreads);
        Assert.Equal(1, options.InterOpThreads);
        Assert.False(options.AllowSpinning);
        Assert.Equal(GraphOptimizationLevel.ORT_ENABLE_ALL, options.GraphOptimization);
        Assert.Equal(TimeSpan.FromMinutes(10), options.LoadTimeout);
        Assert.Empty(options.CustomOperatorLibraries);
        Assert.Empty(options.Sources);
        Assert.Equal(PreparedModelUse.IfAvailable, options.Prepared);
        Assert.Null(options.VerifyPrepared);
        Assert.Equal(ModelLoading.Auto, options.Loading);
        Assert.True(options.Prepacking);
        Assert.Equal(MemoryArena.Small, options.Arena);
        Assert.True(options.ShrinkArena);
        Assert.Empty(options.ExecutionProviders);
        Assert.Empty(options.WarmupAxes);
        Assert.Equal(24, typeof(ModelOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Length);
    }

    [Theory]
    [InlineData(nameof(ModelOptions.MaxBatchSize), 1, 4096)]
    [InlineData(nameof(ModelOptions.IntraOpThreads), 0, 128)]
    [InlineData(nameof(ModelOptions.InterOpThreads), 1, 128)]
    public void Bounds_AreInclusive(string setting, int lowest, int highest)
    {
        string key = $"ServerlessInference:Models:resnet:{setting}";
        Assert.NotNull(Options(Services(Configuration((key, $"{lowest}")))));
        Assert.NotNull(Options(Services(Configuration((key, $"{highest}")))));
        foreach (int outside in new[] { lowest - 1, highest + 1 })
        {
            OptionsValidationException error =
                Assert.Throws<OptionsValidationException>(() => Options(Services(Configuration((key, $"{outside}")))));
            Assert.Equal($"{setting}: The field resnet.{setting} must be between {lowest} and {highest}.", error.Message);
        }
    }

    [Fact]
    public void SessionSettings_InConfiguration_AreRead()
    {
        const string Section = "ServerlessInference:Models:resnet:";
        ModelOptions options = Options(Services(Configuration(
            (Section + "Prepared", "Required"),
            (Section + "Loading", "mapped"),
            (Section + "Arena", "None"),
            (Section + "Prepacking", "false"),
            (Section + "ExecutionProviders:0:Name", "CUDA"),
            (Section + "ExecutionProviders:0:Options:device_id", "1"),
            (Section + "WarmupAxes:sequence_length", "128"))));

        Assert.Equal(PreparedModelUse.Required, options.Prepared);
        Assert.Equal(ModelLoading.Mapped, options.Loading);
        Assert.Equal(MemoryArena.None, options.Arena);
        Assert.False(options.Prepacking);
        ExecutionProviderOptions provider = Assert.Single(options.ExecutionProviders);
        Assert.Equal("CUDA", provider.Name);
        Assert.Equal("1", provider.Options["device_id"]);
        Assert.Equal(128, options.WarmupAxes["sequence_length"]);
    }

    [Fact]
    public void SessionSettings_OutOfBounds_AreAllReported()
    {
        ServiceCollection services = Services(null, model => model.Configure(options =>
        {
            options.Sources.Add(new ModelSourceOptions { Uri = "layer:a" });
            options.Prepared = (PreparedModelUse)9;
            options.Loading = (ModelLoading)9;
            options.Arena = (MemoryArena)9;
            options.ExecutionProviders.Add(new ExecutionProviderOptions());
            options.WarmupAxes["n"] = 0;
        }));

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Options(services));

        Assert.Equal(
            [
                "Name: The resnet.ExecutionProviders[0].Name field is required.",
                "Model 'resnet': Prepared is 9; it must be one of IfAvailable, Never, Required.",
                "Model 'resnet': Loading is 9; it must be one of Auto, Path, Bytes, Mapped.",
                "Model 'resnet': Arena is 9; it must be one of Small, Default, None.",
                "Model 'resnet': the length of the axis 'n' in WarmupAxes is 0; it must be at least 1.",
            ],
            error.Failures);
    }

    [Theory]
    [InlineData("00:00:00", "00:00:00")]
    [InlineData("1.00:00:00.0000001", "1.00:00:00.0000001")]
    public void LoadTimeout_OutOfBounds_ReportsValueAndBounds(string value, string found)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => Options(Services(Configuration(("ServerlessInference:Models:resnet:LoadTimeout", value)))));

        Assert.Equal($"Model 'resnet': LoadTimeout is {found}; it must be above zero and at most one day.", error.Message);
    }

    [Fact]
    public void Validate_SeveralMistakes_AreAllReported()
    {
        ServiceCollection services = Services(null, model => model.Configure(options =>
        {
            options.MaxBatchSize = 0;
            options.LoadTimeout = TimeSpan.Zero;
            options.GraphOptimization = (GraphOptimizationLevel)7;
            options.Sources.Add(new ModelSourceOptions { Uri = "layer:a", Deadline = TimeSpan.FromSeconds(-1) });
            options.Sources.Add(new ModelSourceOptions());
        }));
        IStartupValidator validator = services.BuildServiceProvider().GetRequiredService<IStartupValidator>();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(validator.Validate);

        Assert.Equal(
            [
                "MaxBatchSize: The field resnet.MaxBatchSize must be between 1 and 4096.",
                "Uri: The resnet.Sources[1].Uri field is required.",
                "Model 'resnet': LoadTimeout is 00:00:00; it must be above zero and at most one day.",
                "Model 'resnet': the deadline of source 0 is -00:00:01; it must be above zero.",
                "Model 'resnet': GraphOptimization is 7; it must be one of ORT_DISABLE_ALL, ORT_ENABLE_BASIC, " +
                    "ORT_ENABLE_EXTENDED, ORT_ENABLE_LAYOUT, ORT_ENABLE_ALL.",
            ],
            error.Failures);
    }

    [Fact]
    public void Validate_NoSource_ExplainsHowToAddOne()
    {
        IStartupValidator validator = Services(null, _ => { }).BuildServiceProvider().GetRequiredService<IStartupValidator>();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(validator.Validate);

        Assert.Equal(
            "Model 'resnet' has no source. Add one in code (FromLayer, FromFileSystem, From…) or in configuration " +
            "(ServerlessInference:Models:resnet:Sources:0:Uri).",
            error.Message);
    }

    [Fact]
    public void Configuration_Section_SetsEveryOption()
    {
        const string Section = "ServerlessInference:Models:resnet:";
        ModelOptions options = Options(Services(Configuration(
            (Section + "File", "onnx/model_quantized.onnx"),
            (Section + "Preload", "false"),
            (Section + "MaxBatchSize", "8"),
            (Section + "IntraOpThreads", "3"),
            (Section + "InterOpThreads", "2"),
            (Section + "AllowSpinning", "true"),
            (Section + "GraphOptimization", "ORT_ENABLE_BASIC"),
            (Section + "LoadTimeout", "00:00:20"),
            (Section + "Sources:0:Uri", "layer:resnet"),
            (Section + "Sources:1:Uri", "efs:/mnt/resnet"),
            (Section + "Sources:1:Deadline", "00:00:02")), _ => { }));

        Assert.Equal("onnx/model_quantized.onnx", options.File);
        Assert.False(options.Preload);
        Assert.Equal(8, options.MaxBatchSize);
        Assert.Equal(3, options.IntraOpThreads);
        Assert.Equal(2, options.InterOpThreads);
        Assert.True(options.AllowSpinning);
        Assert.Equal(GraphOptimizationLevel.ORT_ENABLE_BASIC, options.GraphOptimization);
        Assert.Equal(TimeSpan.FromSeconds(20), options.LoadTimeout);
        Assert.Equal(["layer:resnet", "efs:/mnt/resnet"], options.Sources.Select(source => source.Uri));
        Assert.Equal([null, TimeSpan.FromSeconds(2)], options.Sources.Select(source => source.Deadline));
    }

    [Fact]
    public void Configuration_Sources_BecomeAChainWithDeadlines()
    {
        ServiceCollection services = Services(
            Configuration(
                ("ServerlessInference:Models:resnet:Sources:0:Uri", "layer:resnet"),
                ("ServerlessInference:Models:resnet:Sources:1:Uri", "efs:/mnt/resnet")),
            _ => { });

        Assert.Equal(
            "layer:/opt/resnet, then efs:/mnt/resnet",
            services.BuildServiceProvider().GetRequiredKeyedService<IModelSource>("resnet").Description);
    }

    [Fact]
    public void Precedence_SeveralOrigins_IsCodeThenEnvironmentThenFile()
    {
        using var folder = new TestFolder();
        string file = folder.Write(
            "appsettings.json",
            """{ "ServerlessInference": { "Models": { "resnet": { "MaxBatchSize": 2, "IntraOpThreads": 2, "InterOpThreads": 2 } } } }""");
        string prefix = $"CORETESTS{Guid.NewGuid():N}_";
        try
        {
            Environment.SetEnvironmentVariable(prefix + "ServerlessInference__Models__resnet__MaxBatchSize", "3");
            Environment.SetEnvironmentVariable(prefix + "ServerlessInference__Models__resnet__IntraOpThreads", "3");
            IConfiguration configuration = new ConfigurationBuilder().AddJsonFile(file).AddEnvironmentVariables(prefix).Build();

            ModelOptions options = Options(Services(configuration, model => model.FromLayer("resnet").Configure(o => o.MaxBatchSize = 4)));

            Assert.Equal([4, 3, 2], [options.MaxBatchSize, options.IntraOpThreads, options.InterOpThreads]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(prefix + "ServerlessInference__Models__resnet__MaxBatchSize", null);
            Environment.SetEnvironmentVariable(prefix + "ServerlessInference__Models__resnet__IntraOpThreads", null);
        }
    }

    [Fact]
    public void AddModel_CustomSection_IsBound()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("resnet", Configuration(("MaxBatchSize", "5"), ("Sources:0:Uri", "layer:own")));

        Assert.Equal(5, Options(services).MaxBatchSize);
        Assert.Equal("layer:own", Assert.Single(Options(services).Sources).Uri);
    }

    [Fact]
    public void AddModel_SectionBoundByDefaultToo_BindsItsSourcesOnce()
    {
        IConfiguration configuration = Configuration(("ServerlessInference:Models:resnet:Sources:0:Uri", "layer:a"));
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddServerlessInference().AddModel("resnet", configuration.GetSection("ServerlessInference:Models:resnet"));

        Assert.Single(Options(services).Sources);
    }

    [Theory]
    [InlineData("MaxBatchSize", "many", "ServerlessInference:Models:resnet:MaxBatchSize is 'many'; a whole number was expected.")]
    [InlineData("MemoryBytes", "1e9", "ServerlessInference:Models:resnet:MemoryBytes is '1e9'; a whole number was expected.")]
    [InlineData("Preload", "ja", "ServerlessInference:Models:resnet:Preload is 'ja'; true or false was expected.")]
    [InlineData(
        "CheckInterval", "soon", "ServerlessInference:Models:resnet:CheckInterval is 'soon'; a time such as 00:01:30 was expected.")]
    [InlineData("CheckJitter", "some", "ServerlessInference:Models:resnet:CheckJitter is 'some'; a number such as 0.5 was expected.")]
    [InlineData(
        "prepared",
        "Sometimes",
        "ServerlessInference:Models:resnet:prepared is 'Sometimes'; one of IfAvailable, Never, Required was expected.")]
    public void Configuration_ValueThatCannotBeConverted_SaysWhatWasExpected(string setting, string value, string expected)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => Options(Services(Configuration(("ServerlessInference:Models:resnet:" + setting, value)))));

        Assert.Equal(expected, Assert.Single(error.Failures));
    }

    [Fact]
    public void Configuration_MisspeltSetting_IsNamedWithTheKnownOnes()
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => Options(Services(Configuration(("ServerlessInference:Models:resnet:MaxBatchSzie", "4")))));

        Assert.StartsWith(
            "ServerlessInference:Models:resnet:MaxBatchSzie is not a setting. The settings here are AllowSpinning, Arena, CheckInterval, ",
            Assert.Single(error.Failures),
            StringComparison.Ordinal);
        Assert.Contains(", MaxBatchSize, ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_MistakeWithinAList_HasItsPath()
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Options(Services(Configuration(
            ("ServerlessInference:Models:resnet:Sources:0:Uri", "layer:a"),
            ("ServerlessInference:Models:resnet:Sources:0:Deadline", "later")))));

        Assert.Contains("ServerlessInference:Models:resnet:Sources:0:Deadline", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_SectionOfYourChoice_ReportsTheSameMistakes()
    {
        IConfiguration configuration = Configuration(
            ("my:Uri", "x"), ("my:MaxBatchSize", "abc"), ("my:LoadTimeout", "0"), ("my:Sources:0:Uri", "layer:a"));
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("resnet", configuration.GetSection("my"));

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Options(services));

        Assert.Contains("my:MaxBatchSize is 'abc'; a whole number was expected.", error.Failures);
        Assert.Contains(error.Failures, failure => failure.StartsWith("my:Uri is not a setting.", StringComparison.Ordinal));
        Assert.Contains("Model 'resnet': LoadTimeout is 00:00:00; it must be above zero and at most one day.", error.Failures);
        Assert.Equal(3, error.Failures.Count());
    }

    [Fact]
    public void Validate_MistakesOfEveryKindInSeveralSections_AreReportedAtOnce()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Configuration(
            ("ServerlessInference:Models:a:MaxBatchSize", "abc"),
            ("ServerlessInference:Models:a:Prepared", "Sometimes"),
            ("ServerlessInference:Models:a:IntraOpThreads", "999"),
            ("ServerlessInference:Models:a:Sources:0:Uri", "layer:a"),
            ("ServerlessInference:Models:b:LoadTimeout", "00:00:00"),
            ("ServerlessInference:Memory:BudgetBytes", "0"),
            ("ServerlessInference:Memory:Budget", "5"),
            ("ServerlessInference:Store:MaxBytes", "much"),
            ("ServerlessInference:Threads:InterOp", "0")));
        services.AddServerlessInference().AddModel("a", _ => { }).AddModel("b", model => model.FromLayer("b"));
        IStartupValidator validator = services.BuildServiceProvider().GetRequiredService<IStartupValidator>();

        AggregateException error = Assert.Throws<AggregateException>(validator.Validate);

        string[] failures = [.. error.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)];
        Assert.Equal(
            [
                "InterOp: The field InferenceThreadOptions.InterOp must be between 1 and 128.",
                "IntraOpThreads: The field a.IntraOpThreads must be between 0 and 128.",
                "Model 'b': LoadTimeout is 00:00:00; it must be above zero and at most one day.",
                "ServerlessInference:Memory:Budget is not a setting. The settings here are BudgetBytes, ProcessLimitBytes.",
                "ServerlessInference:Memory:BudgetBytes is 0; it must be above zero.",
                "ServerlessInference:Models:a:MaxBatchSize is 'abc'; a whole number was expected.",
                "ServerlessInference:Models:a:Prepared is 'Sometimes'; one of IfAvailable, Never, Required was expected.",
                "ServerlessInference:Store:MaxBytes is 'much'; a whole number was expected.",
            ],
            failures.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_AfterUnknownModel_NamesIt()
    {
        ServiceCollection services = Services(null, model => model.FromLayer("resnet").After("encoder"));

        var exception = Assert.Throws<OptionsValidationException>(() => Options(services));

        Assert.Equal(
            "Model 'resnet' runs after 'encoder', which is not registered. Add that model, or correct its name in After.",
            Assert.Single(exception.Failures));
    }
}
