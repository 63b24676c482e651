using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Sessions.Prepared;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions.Prepared;

/// <summary>Where the weights of prepared models lie, and that nothing else of them changes.</summary>
public sealed class WeightAlignmentTests : IDisposable
{
    private const int CacheLine = 64;

    private readonly TestFolder _folder = new();
    private readonly SessionTrial _trial = new();

    public void Dispose()
    {
        _trial.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task WriteAsync_WeightsOfManySizes_LieOnCacheLines()
    {
        float[][] weights = [.. new[] { 16, 17, 1, 100, 33, 1000, 3 }.Select((length, seed) => Numbers(length, seed))];
        (byte[] file, PreparedModel prepared) = await PrepareAsync(graph =>
        {
            graph.Input("x", TensorElementType.Float, "n", 1).Output("y", TensorElementType.Float, "n", 1);
            string last = "x";
            for (int i = 0; i < weights.Length; i++)
            {
                graph.Weights($"w{i}", weights[i], weights[i].Length)
                    .Node("Mul", [last, $"w{i}"], [$"m{i}"])
                    .Node("ReduceMax", [$"m{i}"], [$"r{i}"], null, ("axes", new long[] { 1 }));
                last = $"r{i}";
            }

            graph.Node("Identity", [last], ["y"]);
        });

        Assert.True(prepared.Aligned);
        foreach (float[] values in weights.Where(values => values.Length * sizeof(float) >= CacheLine))
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<float>(values);
            int at = file.AsSpan().IndexOf(bytes);
            Assert.True(at > 0, $"The {values.Length} weights are not in the file.");
            Assert.Equal(-1, file.AsSpan(at + 1).IndexOf(bytes));
            Assert.Equal(0, at % CacheLine);
        }

        AssertAnswersAsPlain();
    }

    [Fact]
    public async Task WriteAsync_GraphsInGraphs_AreFollowed()
    {
        float[] inThen = Numbers(64, 1), inElse = Numbers(64, 2), condition = [0.5f];
        (byte[] file, PreparedModel prepared) = await PrepareAsync(graph => graph
            .Input("x", TensorElementType.Float, 1, 64)
            .Output("y", TensorElementType.Float, 1, 64)
            .Weights("half", condition, 1)
            .Node("ReduceMean", ["x"], ["mean"], null, ("axes", new long[] { 0, 1 }), ("keepdims", 0L))
            .Node("Less", ["mean", "half"], ["small"])
            .Node("If", ["small"], ["y"], null, ("then_branch", Branch("a", inThen)), ("else_branch", Branch("b", inElse))));

        Assert.True(prepared.Aligned);
        Assert.Equal(0, file.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(inThen)) % CacheLine);
        Assert.Equal(0, file.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(inElse)) % CacheLine);
        AssertAnswersAsPlain();

        static OnnxGraphBuilder Branch(string name, float[] weights) => new OnnxGraphBuilder()
            .Weights(name, weights, 1, weights.Length)
            .Output($"{name}_out", TensorElementType.Float, 1, weights.Length)
            .Node("Mul", ["x", name], [$"{name}_out"]);
    }

    [Fact]
    public async Task WriteAsync_DemoModel_IsAlignedAndAnswersAsThePlainOne()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();

        Assert.True(demo.Prepared.Aligned);
        Assert.Equal(
            _trial.Run(demo.Folder, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Never)),
            _trial.Run(demo.Folder, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Required)));
    }

    [Fact]
    public async Task TryAlign_AlignedFile_StaysAsItIs()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        byte[] before = await File.ReadAllBytesAsync(demo.Prepared.File, TestContext.Current.CancellationToken);

        Assert.True(WeightAlignment.TryAlign(demo.Prepared.File));

        Assert.Equal(before, await File.ReadAllBytesAsync(demo.Prepared.File, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("identifier")]
    [InlineData("empty")]
    [InlineData("field")]
    public async Task TryAlign_UnknownFormat_LeavesTheFile(string unknown)
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        byte[] file = await File.ReadAllBytesAsync(demo.Prepared.File, TestContext.Current.CancellationToken);
        int root = BitConverter.ToInt32(file);
        int fields = root - BitConverter.ToInt32(file, root);
        switch (unknown)
        {
            case "version":
                int version = root + BitConverter.ToUInt16(file, fields + 4);
                file[version + BitConverter.ToInt32(file, version) + 4]++;
                break;
            case "identifier":
                file[4]++;
                break;
            case "field":
                // One field more than is known: the list grows over what stands behind it, and its last entry is not zero.
                int size = BitConverter.ToUInt16(file, fields);
                BitConverter.TryWriteBytes(file.AsSpan(fields), (ushort)(size + 2));
                BitConverter.TryWriteBytes(file.AsSpan(fields + size), (ushort)4);
                break;
            default:
                file = [];
                break;
        }

        string path = Path.Combine(_folder.Path, "unknown.ort");
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);

        Assert.False(WeightAlignment.TryAlign(path));

        Assert.Equal(file, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    private async Task<(byte[] File, PreparedModel Prepared)> PrepareAsync(Action<OnnxGraphBuilder> graph)
    {
        await File.WriteAllBytesAsync(
            Path.Combine(_folder.Path, "model.onnx"), new OnnxModelBuilder().With(graph).Build(), TestContext.Current.CancellationToken);
        PreparedModel prepared = await ModelPreparation.WriteAsync(
            _folder.Path, _folder.Path, PreparationLevel.Extended, TestContext.Current.CancellationToken);
        return (await File.ReadAllBytesAsync(prepared.File, TestContext.Current.CancellationToken), prepared);
    }

    private void AssertAnswersAsPlain() => Assert.Equal(
        _trial.Run(_folder.Path, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Never)),
        _trial.Run(_folder.Path, SessionTrial.Options(options => options.Prepared = PreparedModelUse.Required)));

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 0.5f)];
    }
}
