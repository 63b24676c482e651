using ServerlessInference.Models.Prepared;
using ServerlessInference.Sessions;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Tests.Support;

/// <summary>A copy of the demo model, a small ResNet, with a model prepared of it.</summary>
internal sealed class PreparedDemo : IDisposable
{
    private readonly TestFolder _folder = new();

    private PreparedDemo()
    {
    }

    public string Folder => _folder.Path;

    public string Plain => Path.Combine(Folder, "model.onnx");

    public PreparedModel Prepared { get; private set; } = null!;

    public static async Task<PreparedDemo> CreateAsync(PreparationLevel level = PreparationLevel.All)
    {
        Assert.SkipWhen(ModelPreparation.Processor is null && level == PreparationLevel.All, "This processor is of no class that models " +
            "are prepared for.");
        var demo = new PreparedDemo();
        File.Copy(Path.Combine(Repository.DemoModel, "model.onnx"), demo.Plain);
        demo.Prepared = await ModelPreparation.WriteAsync(demo.Folder, demo.Folder, level, TestContext.Current.CancellationToken);
        return demo;
    }

    /// <summary>Writes another record in the place of the model's.</summary>
    public void Fake(Func<PreparedRecord, PreparedRecord> change) =>
        File.WriteAllBytes(Prepared.Record, change(PreparedRecord.TryRead(File.ReadAllBytes(Prepared.Record))!).ToJson());

    /// <summary>Gives model and record another name, as if they were for something else.</summary>
    public void Rename(Func<PreparedName, PreparedName> change)
    {
        Assert.True(PreparedName.TryParse(Path.GetFileName(Prepared.File), out PreparedName name));
        PreparedName other = change(name);
        File.Move(Prepared.File, Path.Combine(Folder, other.File));
        File.Move(Prepared.Record, Path.Combine(Folder, other.Record));
    }

    public void Dispose() => _folder.Dispose();
}
