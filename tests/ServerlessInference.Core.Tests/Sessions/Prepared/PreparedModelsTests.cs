using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions.Prepared;

/// <summary>Which prepared model is used, and that one that does not fit never is.</summary>
public sealed class PreparedModelsTests : IDisposable
{
    private readonly SessionTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    private static bool IsMapped(string file) =>
        OperatingSystem.IsLinux() && File.ReadAllText("/proc/self/maps").Contains(file, StringComparison.Ordinal);

    [Fact]
    public async Task Create_PreparedModel_IsMappedAndAnswersAsThePlainOne()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        float[] plain = _trial.Run(Repository.DemoModel, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Never));
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact);

        Assert.Equal(plain, SessionTrial.Run(session, artifact));
        Assert.Empty(_trial.Warnings);
        Assert.Equal(ReadOnlyFileSystem.Contains(demo.Prepared.File), IsMapped(demo.Prepared.File));
    }

    [Fact]
    public async Task Create_LoadingIsMapped_MapsTheFileInPlace()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Models are mapped on Linux.");
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact, SessionTrial.Options(options => options.Loading = ModelLoading.Mapped));

        Assert.True(IsMapped(demo.Prepared.File));
    }

    [Fact]
    public async Task Run_PreparedModelOverwrittenAndTruncatedInPlace_AnswersAsBefore()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact);
        float[] before = SessionTrial.Run(session, artifact);

        using (FileStream file = File.OpenWrite(demo.Prepared.File))
        {
            byte[] garbage = new byte[file.Length];
            new Random(3).NextBytes(garbage);
            file.Write(garbage);
            file.Flush();
            Assert.Equal(before, SessionTrial.Run(session, artifact));
            file.SetLength(0);
        }

        Assert.Equal(before, SessionTrial.Run(session, artifact));
    }

    [Theory]
    [InlineData(0.0001, true)]
    [InlineData(0.5, true)]
    [InlineData(0.9999, true)]
    [InlineData(0.5, false)]
    public async Task Create_OneBitDiffers_TakesThePlainOneAndSaysWhy(double place, bool hasChecksum) => await RefusedAsync(
        demo =>
        {
            byte[] bytes = File.ReadAllBytes(demo.Prepared.File);
            bytes[(int)(place * bytes.Length)] ^= 0x10;
            File.WriteAllBytes(demo.Prepared.File, bytes);
            demo.Fake(record => record with { Result = record.Result with { Crc32C = hasChecksum ? record.Result.Crc32C : null } });
        },
        $"does not have the content that its record states: its {(hasChecksum ? "CRC-32C" : "SHA-256")} is ");

    [Fact]
    public async Task Create_OneBitDiffersWithoutAPlainModel_SaysWhy()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        File.Delete(demo.Plain);
        demo.Fake(record => record with { Result = record.Result with { Crc32C = "00000000" } });
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);

        ModelLoadException error = Assert.Throws<ModelLoadException>(() => _trial.Load(artifact));

        Assert.Contains("does not have the content that its record states", error.Message, StringComparison.Ordinal);
        Assert.Contains("rename the new file over the old one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_VerificationIsOff_DoesNotCompareTheContent()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        demo.Fake(record => record with { Result = record.Result with { Crc32C = "00000000" } });
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact, SessionTrial.Options(options => options.VerifyPrepared = false));

        Assert.Empty(_trial.Warnings);
    }

    [Fact]
    public async Task Create_PreparedModel_DescribesItselfAsThePlainOne()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession prepared = _trial.Load(artifact);
        using OnnxSession plain = _trial.Load(artifact, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Never));

        Assert.Equal(
            plain.Description.Inputs.Select(input => input.ToString()), prepared.Description.Inputs.Select(input => input.ToString()));
        Assert.Equal(
            plain.Description.Outputs.Select(output => output.ToString()),
            prepared.Description.Outputs.Select(output => output.ToString()));
        Assert.Equal(plain.Description.Metadata, prepared.Description.Metadata);
        Assert.Equal(plain.Description.Producer, prepared.Description.Producer);
    }

    [Fact]
    public async Task Create_RecordOfAnotherOnnxRuntime_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => demo.Fake(record => record with { OnnxRuntime = "1.28.1" }), "its record is for ONNX Runtime 1.28.1");

    [Fact]
    public async Task Create_NameOfAnotherOnnxRuntime_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => demo.Rename(name => name with { OnnxRuntime = "1.28.1" }), "it is for ONNX Runtime 1.28.1");

    [Fact]
    public async Task Create_NameOfAnotherProcessor_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => demo.Rename(name => name with { Processor = Other }), $"is for {Other} processors");

    [Fact]
    public async Task Create_RecordOfAnotherProcessor_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => demo.Fake(record => record with { Processor = Other }), $"its record is for {Other} processors");

    [Fact]
    public async Task Create_RecordOfAnotherLength_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => demo.Fake(record => record with { Result = record.Result with { Length = 1 } }), "its record says 1;");

    [Fact]
    public async Task Create_RecordOfAnotherDigest_TakesThePlainOneWhereDigestsAreVerified() =>
        await RefusedAsync(
            demo => demo.Fake(record => record with { Result = record.Result with { Sha256 = new string('0', 64) } }),
            "its SHA-256 is not the one in its record",
            options => options.VerifyPrepared = true);

    [Fact]
    public async Task Create_RecordOfAnotherSourceDigest_TakesThePlainOneWhereDigestsAreVerified() =>
        await RefusedAsync(
            demo => demo.Fake(record => record with { Source = record.Source with { Sha256 = new string('0', 64) } }),
            "the SHA-256 of 'model.onnx' is not the one in its record",
            options => options.VerifyPrepared = true);

    [Fact]
    public async Task Create_TruncatedFile_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => Truncate(demo, 1000), "it has 1,000 bytes");

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task Create_TruncatedFileWithItsLengthInTheRecord_TakesThePlainOneAndSaysWhy(int length) => await RefusedAsync(
        demo =>
        {
            Truncate(demo, length);
            demo.Fake(record => record with { Result = record.Result with { Length = length } });
        },
        ".ort' is not used");

    [Fact]
    public async Task Create_NoRecord_TakesThePlainOneAndSaysWhy() =>
        await RefusedAsync(demo => File.Delete(demo.Prepared.Record), "is not next to it");

    [Theory]
    [InlineData("")]
    [InlineData("no record")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format": 2}""")]
    [InlineData("""{"format": "x", "source": 1}""")]
    public async Task Create_RecordThatIsNone_TakesThePlainOneAndSaysWhy(string record) =>
        await RefusedAsync(demo => File.WriteAllText(demo.Prepared.Record, record), "is not a record of format 1");

    [Fact]
    public async Task Create_OtherPlainModelOfTheSameLength_TakesThatOneAndSaysWhy() => await RefusedAsync(
        demo =>
        {
            // In the last weights, as a model that was trained on has it.
            byte[] model = File.ReadAllBytes(demo.Plain);
            model[^4000] ^= 1;
            File.WriteAllBytes(demo.Plain, model);
        },
        "'model.onnx' is not the model that it was prepared from",
        sameAnswer: false);

    [Fact]
    public async Task Create_NotAsked_TakesThePlainOneWithoutAWord()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        File.WriteAllBytes(demo.Prepared.File, [1, 2, 3]);

        Assert.NotEmpty(_trial.Run(demo.Folder, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Never)));
        Assert.Empty(_trial.Warnings);
    }

    [Fact]
    public async Task Create_SeveralVariants_TakesTheProcessorsOwn()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync(PreparationLevel.Extended);
        PreparedModel own = await ModelPreparation.WriteAsync(
            demo.Folder, demo.Folder, PreparationLevel.All, TestContext.Current.CancellationToken);
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact, SessionTrial.Options(options => options.Loading = ModelLoading.Mapped));

        Assert.Empty(_trial.Warnings);
        Assert.NotEqual(own.File, demo.Prepared.File);
        Assert.True(IsMapped(own.File));
    }

    [Theory]
    [InlineData("another")]
    [InlineData(null)]
    public async Task Create_VariantForEveryProcessor_ServesThoseWithoutOneOfTheirOwn(string? processor)
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync(PreparationLevel.Extended);
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(
            artifact, SessionTrial.Options(options => options.Loading = ModelLoading.Mapped), processor);

        Assert.True(IsMapped(demo.Prepared.File));
    }

    [Fact]
    public async Task Create_OwnVariantIsDamaged_TakesTheOneForEveryProcessorAndSaysWhy()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        await ModelPreparation.WriteAsync(demo.Folder, demo.Folder, PreparationLevel.Extended, TestContext.Current.CancellationToken);
        Truncate(demo, 1000);

        Assert.NotEmpty(_trial.Run(demo.Folder));
        Assert.Contains("it has 1,000 bytes", Assert.Single(_trial.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithoutThePlainModel_TakesThePreparedOne()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        await ModelPreparation.WriteAsync(demo.Folder, demo.Folder, PreparationLevel.Extended, TestContext.Current.CancellationToken);
        File.Delete(demo.Plain);

        Assert.NotEmpty(_trial.Run(demo.Folder));
        Assert.NotEmpty(_trial.Run(demo.Folder, SessionTrial.Options(options => options.File = "model.onnx")));
        Assert.NotEmpty(_trial.Run(demo.Folder, SessionTrial.Options(options => options.File = Path.GetFileName(demo.Prepared.File))));
        Assert.Empty(_trial.Warnings);
    }

    [Fact]
    public async Task AcquireAsync_WithoutThePlainModelThatTheOptionsName_TakesThePreparedOne()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        File.Delete(demo.Plain);
        await using ServiceProvider services = TestModels.Services(
            "m", new FileSystemModelSource(demo.Folder), model => model.Configure(options => options.File = "model.onnx"))
                .BuildServiceProvider();

        Assert.Equal("m", (await services.Registry().WarmUpAsync("m", TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public async Task Create_WithoutThePlainModelAndNoneThatFits_SaysWhy()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        File.Delete(demo.Plain);

        ModelLoadException error = Assert.Throws<ModelLoadException>(() => _trial.Run(demo.Folder, processor: "another"));

        Assert.Contains($"is for {demo.Prepared.Processor} processors, and this one is another", error.Message, StringComparison.Ordinal);
        Assert.Contains("serverless-inference optimize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_RequiredAndNoneThatFits_SaysWhy()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        ModelOptions required = SessionTrial.Options(options => options.Prepared = PreparedModelUse.Required);

        Assert.NotEmpty(_trial.Run(demo.Folder, required));
        Assert.Throws<ModelLoadException>(() => _trial.Run(demo.Folder, required, processor: "another"));
        Assert.Contains(
            "has no prepared model of 'model.onnx'",
            Assert.Throws<ModelLoadException>(() => _trial.Run(Repository.DemoModel, required)).Message, StringComparison.Ordinal);
    }

    private static string Other => ModelPreparation.Processor == "avx2" ? "avx512" : "avx2";

    private static void Truncate(PreparedDemo demo, int length)
    {
        using FileStream file = File.OpenWrite(demo.Prepared.File);
        file.SetLength(length);
    }

    private async Task RefusedAsync(
        Action<PreparedDemo> fake, string reason, Action<ModelOptions>? configure = null, bool sameAnswer = true)
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        fake(demo);

        float[] answer = _trial.Run(demo.Folder, SessionTrial.Options(configure));

        string warning = Assert.Single(_trial.Warnings);
        Assert.Contains(reason, warning, StringComparison.Ordinal);
        Assert.StartsWith("The plain model model.onnx from file:", warning, StringComparison.Ordinal);
        if (sameAnswer)
        {
            Assert.Equal(_trial.Run(Repository.DemoModel), answer);
        }
    }
}
