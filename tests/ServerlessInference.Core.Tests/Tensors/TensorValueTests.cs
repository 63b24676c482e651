using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tests.Tensors;

public sealed class TensorValueTests
{
    [Fact]
    public void Create_Array_IsKeptAndNotCopied()
    {
        float[] elements = [1, 2, 3, 4];

        TensorValue tensor = TensorValue.Create(elements, 2, 2);
        elements[0] = 9;

        Assert.Equal(9f, tensor.Elements<float>()[0]);
        Assert.Equal("float32 [2, 2]", tensor.ToString());
        Assert.Equal(TensorElementType.Float, tensor.ElementType);
    }

    [Fact]
    public void Create_ShapeOfOtherCount_SaysBoth()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => TensorValue.Create(new float[3], 2, 2));

        Assert.StartsWith("A tensor [2, 2] has 4 elements; 3 were given.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_TypeThatNoTensorHolds_ListsWhatIsHeld()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => TensorValue.Create(new decimal[1], 1));

        Assert.Equal("No ONNX tensor holds System.Decimal. Use float, double, Half, an integer, bool or string.", error.Message);
    }

    [Fact]
    public void Elements_OtherType_SaysBoth()
    {
        ModelContractException error = Assert.Throws<ModelContractException>(() => { TensorValue.Create([1L], 1).Elements<int>(); });

        Assert.Equal("The tensor holds int64, not int32.", error.Message);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MaxValue, 2L)]
    [InlineData(1L << 20, 1L << 20, 1L << 20, 1L << 20)]
    public void Create_ShapeThatOverflows_Throws(params long[] shape) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorValue.Create(Array.Empty<float>(), shape));

    [Fact]
    public void Create_AxisOfZeroAmongLargeOnes_IsEmpty() =>
        Assert.Equal(0, TensorValue.Create(Array.Empty<float>(), 1 << 20, 0, 1 << 20).Length);

    [Fact]
    public void MapValue_OtherCounts_Throws() =>
        Assert.Throws<ArgumentException>(() => new MapValue(TensorValue.Create(["a"], 1), TensorValue.Create([1f, 2f], 2)));

    [Fact]
    public void NamedValues_UnknownName_ListsTheKnownOnes()
    {
        var values = new NamedValues { ["a"] = TensorValue.Create([1f], 1) };

        Assert.Equal("There is no value 'b'; there are 'a'.", Assert.Throws<ModelContractException>(() => values.Tensor("b")).Message);
    }
}
