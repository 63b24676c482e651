using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

public sealed class NamedValuesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<TensorElementType> Types => new(
        TensorElementType.Float, TensorElementType.Double, TensorElementType.Float16, TensorElementType.BFloat16, TensorElementType.Bool,
        TensorElementType.Int8, TensorElementType.Int16, TensorElementType.Int32, TensorElementType.Int64, TensorElementType.UInt8,
        TensorElementType.UInt16, TensorElementType.UInt32, TensorElementType.UInt64, TensorElementType.String);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task RunAsync_Identity_GivesEveryTypeBack(TensorElementType type)
    {
        TensorValue value = Sample(type, 3);

        TensorValue answer = await RunAsync(TinyModels.Identity(type, "n"), value);

        Assert.Equal(type, answer.ElementType);
        Assert.Equal([3L], answer.Shape.ToArray());
        AssertSame(value, answer);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task RunAsync_Scalar_HasNoAxes(TensorElementType type)
    {
        TensorValue value = Sample(type, null);

        TensorValue answer = await RunAsync(TinyModels.Identity(type), value);

        Assert.True(answer.Shape.IsEmpty);
        Assert.Equal(1, answer.Length);
        AssertSame(value, answer);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task RunAsync_EmptyAxis_HasNoElements(TensorElementType type)
    {
        TensorValue answer = await RunAsync(TinyModels.Identity(type, "n"), Sample(type, 0));

        Assert.Equal(0, answer.Length);
        Assert.Equal([0L], answer.Shape.ToArray());
    }

    [Fact]
    public async Task RunAsync_StringsBeyondAscii_ComeBackWhole()
    {
        TensorValue answer = await RunAsync(
            TinyModels.Identity(TensorElementType.String, "n", "m"), TensorValue.Create(["größe", "日本語", "👩‍🔬", ""], 2, 2));

        Assert.Equal(["größe", "日本語", "👩‍🔬", ""], answer.Elements<string>().ToArray());
        Assert.Equal([2L, 2], answer.Shape.ToArray());
    }

    [Fact]
    public async Task RunAsync_SequenceOutput_GivesItsTensors()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Sequence()).BuildServiceProvider();

        InferenceResult<NamedValues> result = await services.Named("m").RunAsync(
            new NamedValues { ["a"] = TensorValue.Create([1f, 2f], 2), ["b"] = TensorValue.Create([3f], 1) }, Token);

        SequenceValue both = Assert.IsType<SequenceValue>(result.Value["both"]);
        Assert.Equal([1f, 2f], ((TensorValue)both.Items[0]).Elements<float>().ToArray());
        Assert.Equal([3f], ((TensorValue)both.Items[1]).Elements<float>().ToArray());
        Assert.Equal(
            "The value 'both' is a sequence, not a tensor.", Assert.Throws<ModelContractException>(
                () => result.Value.Tensor("both")).Message);
    }

    [Fact]
    public async Task RunAsync_ZipMap_GivesAMapForEachRow()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.ZipMap()).BuildServiceProvider();

        InferenceResult<NamedValues> result = await services.Named("m").RunAsync(
            new NamedValues { ["x"] = TensorValue.Create([0.25f, 0.75f, 1f, 0f], 2, 2) }, Token);

        SequenceValue maps = Assert.IsType<SequenceValue>(result.Value["maps"]);
        Assert.Equal(2, maps.Items.Count);
        MapValue first = Assert.IsType<MapValue>(maps.Items[0]);
        Assert.Equal(["no", "yes"], first.Keys.Elements<string>().ToArray());
        Assert.Equal([0.25f, 0.75f], first.Values.Elements<float>().ToArray());
    }

    [Fact]
    public async Task RunAsync_MissingInput_NamesItAndAll()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.SumAndDifference()).BuildServiceProvider();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            async () => await services.Named("m").RunAsync(new NamedValues { ["a"] = TensorValue.Create([1f], 1) }, Token));

        Assert.Equal("The input 'b' float32 [n] of model 'm' is missing. Its inputs are 'a' float32 [n], 'b' float32 [n].", error.Message);
    }

    [Fact]
    public async Task RunAsync_UnknownInput_ListsTheInputs()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double()).BuildServiceProvider();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            async () => await services.Named("m").RunAsync(new NamedValues { ["z"] = TensorValue.Create([1f], 1) }, Token));

        Assert.Equal("Model 'm' has no input 'z'. Its inputs are 'x' float32 [n, 4].", error.Message);
    }

    [Fact]
    public async Task RunBatchAsync_OneInputThatTheModelCannotRun_TheOthersAreAnswered()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.SumAndDifference()).BuildServiceProvider();
        NamedValues good = new() { ["a"] = TensorValue.Create([1f, 2f], 2), ["b"] = TensorValue.Create([3f, 4f], 2) };
        NamedValues bad = new() { ["a"] = TensorValue.Create([1f, 2f], 2), ["b"] = TensorValue.Create([3f, 4f, 5f], 3) };

        IReadOnlyList<InferenceResult<NamedValues>> results = await services.Named("m").RunBatchAsync([good, bad, good], Token);

        Assert.Equal([true, false, true], results.Select(result => result.IsSuccess));
        Assert.IsAssignableFrom<InferenceException>(results[1].Error);
        Assert.Equal([4f, 6f], results[2].Value.Tensor("sum").Elements<float>().ToArray());
    }

    private static async Task<TensorValue> RunAsync(byte[] model, TensorValue x)
    {
        await using ServiceProvider services = TestModels.Services("m", model).BuildServiceProvider();
        return (await services.Named("m").RunAsync(new NamedValues { ["x"] = x }, Token)).Value.Tensor("y");
    }

    private static TensorValue Sample(TensorElementType type, int? length) => type switch
    {
        TensorElementType.Float => Of([1.5f, float.NegativeInfinity, -0f], length),
        TensorElementType.Double => Of([Math.PI, double.MaxValue, -0.0], length),
        TensorElementType.Float16 => Of([(Half)0.1f, Half.MaxValue, Half.Epsilon], length),
        TensorElementType.BFloat16 => Of([(BFloat16)1.5f, (BFloat16)(-2f), (BFloat16)0f], length),
        TensorElementType.Bool => Of([true, false, true], length),
        TensorElementType.Int8 => Of(new sbyte[] { sbyte.MinValue, 0, sbyte.MaxValue }, length),
        TensorElementType.Int16 => Of(new short[] { short.MinValue, 0, short.MaxValue }, length),
        TensorElementType.Int32 => Of(new[] { int.MinValue, 0, int.MaxValue }, length),
        TensorElementType.Int64 => Of(new[] { long.MinValue, 0, long.MaxValue }, length),
        TensorElementType.UInt8 => Of(new byte[] { 0, 128, 255 }, length),
        TensorElementType.UInt16 => Of(new ushort[] { 0, 1, ushort.MaxValue }, length),
        TensorElementType.UInt32 => Of(new uint[] { 0, 1, uint.MaxValue }, length),
        TensorElementType.UInt64 => Of(new ulong[] { 0, 1, ulong.MaxValue }, length),
        _ => Of(["a", "", "é"], length),
    };

    private static TensorValue Of<T>(T[] values, int? length) =>
        length is { } axis ? TensorValue.Create(values[..axis], axis) : TensorValue.Create(values[..1]);

    private static void AssertSame(TensorValue expected, TensorValue actual)
    {
        if (expected.ElementType == TensorElementType.String)
        {
            Assert.Equal(expected.Elements<string>().ToArray(), actual.Elements<string>().ToArray());
        }
        else
        {
            Assert.Equal(expected.Bytes().ToArray(), actual.Bytes().ToArray());
        }
    }
}
