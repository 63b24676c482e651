using Microsoft.ML.OnnxRuntime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Parity.Tests.Models;

/// <summary>Models of other exporters with unusual inputs and outputs.</summary>
public sealed class MiscModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Float16Model_Runs()
    {
        (ModelDescription description, NamedValues outputs) = await RunOnSamplesAsync("misc/example_float16.onnx");

        Assert.Contains(description.Inputs, input => input.ElementType is TensorElementType.Float16 or TensorElementType.BFloat16);
        Assert.All(description.Outputs, output => Assert.Equal(output.ElementType, outputs.Tensor(output.Name).ElementType));
    }

    [Fact]
    public async Task MultitypeModel_Runs()
    {
        (_, NamedValues outputs) = await RunOnSamplesAsync("misc/example_multitype.onnx");

        Assert.Equal([1L, 2, 2], outputs.Tensor("OutputA").Shape.ToArray());
        Assert.Equal(TensorElementType.Int16, outputs.Tensor("OutputA").ElementType);
        Assert.Equal(TensorElementType.Int64, outputs.Tensor("OutputB").ElementType);
    }

    [Fact]
    public async Task SeveralInputsAndOutputs_Run()
    {
        (ModelDescription description, NamedValues outputs) = await RunOnSamplesAsync("misc/example_several_inputs_and_outputs.onnx");

        Assert.True(description.Inputs.Count > 1);
        Assert.True(description.Outputs.Count > 1);
        Assert.Equal(description.Outputs.Select(output => output.Name).Order(), outputs.Keys.Order());
    }

    [Fact]
    public async Task DynamicAxes_AnyNumberOfRows_ReturnsAsManyAnswers()
    {
        NamedValues outputs = await ReferenceModels.RunAsync(
            Reference.File("misc/example_dynamic_axes.onnx"),
            new NamedValues { ["input_vectors"] = TensorValue.Create(Enumerable.Repeat(1f, 70).ToArray(), 7, 10) });

        Assert.Equal([7L], outputs.Tensor("output_scalars").Shape.ToArray());
        Assert.All(outputs.Tensor("output_scalars").Elements<float>().ToArray(), number => Assert.Equal(10f, number));
    }

    [Fact]
    public async Task ZeroDimensionOutput_IsEmpty()
    {
        NamedValues outputs = await ReferenceModels.RunAsync(
            Reference.File("misc/example_0_dim_output.onnx"), new NamedValues { ["x"] = TensorValue.Create(new float[16], 2, 8) });

        TensorValue y = outputs.Tensor("y");
        Assert.Equal(8, y.Shape[^1]);
        Assert.Contains(0, y.Shape.ToArray());
        Assert.Equal(0, y.Length);
    }

    [Fact]
    public async Task StringModel_LocaleIsAvailableOrExplained()
    {
        try
        {
            NamedValues outputs = await ReferenceModels.RunAsync(
                Reference.File("misc/example_strings.onnx"), new NamedValues { ["input"] = TensorValue.Create(["Hello", "WORLD"], 2) });

            Assert.Equal(["hello", "world"], outputs.Tensor("output_lower").Elements<string>().ToArray());
            Assert.Equal(["HELLO", "WORLD"], outputs.Tensor("output_upper").Elements<string>().ToArray());
        }
        catch (ModelLoadException error)
        {
            Assert.Contains("it requires a locale that this system does not have", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ExtensionOperator_IsNamed()
    {
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            () => ReferenceModels.RunAsync(Reference.File("misc/example_needs_extensions.onnx"), []));

        Assert.Contains(
            $"it uses an operator that ONNX Runtime {OrtEnv.Instance().GetVersionString()} does not have. " +
            "Register the library with that operator",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("ai.onnx.contrib:StringUpper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShapesResnet_DemoModel_RunsInBatches()
    {
        await using ServiceProvider services = ReferenceModels.Services(ReferenceModels.DemoModel());
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync("m", Token);
        ValueDescription input = Assert.Single(lease.Model.Description.Inputs);
        var pipeline = services.GetRequiredService<IInferencePipeline<NamedValues, NamedValues>>();
        float[] pixels = [.. Enumerable.Range(0, 3 * 64 * 64).Select(i => i % 7 - 3f)];

        TensorValue one = Assert.IsType<TensorValue>(Assert.Single(await RunAsync(1)).Value);
        TensorValue three = Assert.IsType<TensorValue>(Assert.Single(await RunAsync(3)).Value);

        Assert.True(input.HasDynamicBatch);
        Assert.Equal([1L, 10], one.Shape.ToArray());
        Assert.Equal([3L, 10], three.Shape.ToArray());
        for (int i = 0; i < three.Length; i++)
        {
            Assert.Equal(one.Elements<float>()[i % 10], three.Elements<float>()[i], 1e-4f);
        }

        async Task<NamedValues> RunAsync(int count) => (await pipeline.RunAsync(
            new NamedValues
            {
                [input.Name] = TensorValue.Create(Enumerable.Repeat(pixels, count).SelectMany(image => image).ToArray(), count, 3, 64, 64),
            },
            Token)).Value;
    }

    /// <summary>Runs a model on inputs of its declared types and shapes, all zero.</summary>
    private static async Task<(ModelDescription Description, NamedValues Outputs)> RunOnSamplesAsync(string name)
    {
        await using ServiceProvider services = ReferenceModels.Services(Reference.File(name));
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync("m", Token);
        NamedValues inputs = [];
        foreach (ValueDescription input in lease.Model.Description.Inputs)
        {
            inputs[input.Name] = Zeros(input);
        }

        var pipeline = services.GetRequiredService<IInferencePipeline<NamedValues, NamedValues>>();
        return (lease.Model.Description, (await pipeline.RunAsync(inputs, Token)).Value);
    }

    private static TensorValue Zeros(ValueDescription input)
    {
        long[] shape = [.. input.Shape.ToArray().Select(axis => Math.Max(axis, 1))];
        int count = (int)shape.Aggregate(1L, (product, axis) => product * axis);
        return input.ElementType switch
        {
            TensorElementType.Float => TensorValue.Create(new float[count], shape),
            TensorElementType.Double => TensorValue.Create(new double[count], shape),
            TensorElementType.Float16 => TensorValue.Create(new Half[count], shape),
            TensorElementType.BFloat16 => TensorValue.Create(new Microsoft.ML.OnnxRuntime.BFloat16[count], shape),
            TensorElementType.UInt8 => TensorValue.Create(new byte[count], shape),
            TensorElementType.Int64 => TensorValue.Create(new long[count], shape),
            TensorElementType.Int32 => TensorValue.Create(new int[count], shape),
            _ => throw new NotSupportedException(input.ToString()),
        };
    }
}
