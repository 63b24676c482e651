using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tests.Tensors;

public sealed class TensorJsonTests
{
    public static TheoryData<TensorElementType, string> Elements => new()
    {
        { TensorElementType.Float, "[1.5,-2,\"NaN\",\"Infinity\",\"-Infinity\"]" },
        { TensorElementType.Double, "[1.5,-2,\"NaN\",\"Infinity\",\"-Infinity\"]" },
        { TensorElementType.Float16, "[1.5,-2,\"NaN\",\"Infinity\",\"-Infinity\"]" },
        { TensorElementType.BFloat16, "[1.5,-2,\"NaN\",\"Infinity\",\"-Infinity\"]" },
        { TensorElementType.Bool, "[true,false]" },
        { TensorElementType.String, "[\"a\",\"\"]" },
        { TensorElementType.Int8, "[-128,127]" },
        { TensorElementType.Int16, "[-32768,32767]" },
        { TensorElementType.Int32, "[-2147483648,2147483647]" },
        { TensorElementType.Int64, "[-9223372036854775808,9223372036854775807]" },
        { TensorElementType.UInt8, "[0,255]" },
        { TensorElementType.UInt16, "[0,65535]" },
        { TensorElementType.UInt32, "[0,4294967295]" },
        { TensorElementType.UInt64, "[0,18446744073709551615]" },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void ReadAndWrite_EveryElementType_AreInverse(TensorElementType type, string data)
    {
        ValueDescription input = Input(type, -1);

        TensorValue tensor = Read(input, data);
        string written = Write(tensor);

        Assert.Equal(type, tensor.ElementType);
        Assert.Equal($$"""{"dtype":"{{input.ElementTypeName}}","shape":[{{tensor.Length}}],"data":{{data}}}""", written);
        Assert.Equal(written, Write(Read(input, written)));
    }

    [Theory]
    [InlineData("[[1,2],[3,4],[5,6]]", new long[] { 3, 2 })]
    [InlineData("[[[1],[2],[3]],[[4],[5],[6]]]", new long[] { 2, 3, 1 })]
    [InlineData("""{"shape":[3,2],"data":[1,2,3,4,5,6]}""", new long[] { 3, 2 })]
    [InlineData("""{"data":[1,2,3,4,5,6],"other":{"a":[1]},"shape":[6,1]}""", new long[] { 6, 1 })]
    [InlineData("""{"data":[[1,2,3],[4,5,6]]}""", new long[] { 2, 3 })]
    [InlineData("""{"shape":[6],"data":[[1,2,3],[4,5,6]]}""", new long[] { 6 })]
    public void Read_ArraysOfAnyForm_GiveShapeAndRowMajorElements(string json, long[] shape)
    {
        TensorValue tensor = Read(Input(TensorElementType.Int32, -1), json);

        Assert.Equal(shape, tensor.Shape.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.Elements<int>().ToArray());
    }

    [Theory]
    [InlineData("7", new long[0], 1)]
    [InlineData("[]", new long[] { 0 }, 0)]
    [InlineData("[[],[]]", new long[] { 2, 0 }, 0)]
    public void Read_SingleValueOrEmptyArrays_HasTheirShape(string json, long[] shape, int length)
    {
        TensorValue tensor = Read(Input(TensorElementType.Int32, -1), json);

        Assert.Equal(shape, tensor.Shape.ToArray());
        Assert.Equal(length, tensor.Length);
    }

    [Theory]
    [InlineData("[[1,2],[3]]", "The arrays of the input 'x' have different lengths.")]
    [InlineData("[[1],2]", "The arrays of the input 'x' are not nested to the same depth.")]
    [InlineData("[1,[2]]", "The arrays of the input 'x' are not nested to the same depth.")]
    [InlineData("[[],1]", "The arrays of the input 'x' are not nested to the same depth.")]
    [InlineData(
        """{"shape":[2]}""",
        "The input 'x' is an object without \"data\"; {\"shape\":[…],\"data\":[…]} or nested arrays were expected.")]
    public void Read_ArraysThatFormNoTensor_SaysWhy(string json, string expected) =>
        Assert.Equal(expected, Error(Input(TensorElementType.Int32, -1), $$"""{"x":{{json}}}""").Message);

    [Theory]
    [InlineData(TensorElementType.Int32, "[1.5]")]
    [InlineData(TensorElementType.Int8, "[128]")]
    [InlineData(TensorElementType.UInt8, "[-1]")]
    [InlineData(TensorElementType.Int32, "[\"1\"]")]
    [InlineData(TensorElementType.Int32, "[null]")]
    [InlineData(TensorElementType.Float, "[\"nan\"]")]
    [InlineData(TensorElementType.Float, "[{}]")]
    [InlineData(TensorElementType.Bool, "[2]")]
    [InlineData(TensorElementType.String, "[1]")]
    [InlineData(TensorElementType.Int32, "{\"shape\":[3],\"data\":[1,2]}")]
    [InlineData(TensorElementType.Int32, "{\"shape\":[-1],\"data\":[1]}")]
    [InlineData(TensorElementType.Int32, "{\"shape\":[9223372036854775807,2],\"data\":[1]}")]
    [InlineData(TensorElementType.Int32, "{\"shape\":2,\"data\":[1,2]}")]
    [InlineData(TensorElementType.Int32, "{\"dtype\":\"int64\",\"data\":[1,2]}")]
    public void Read_ValueThatDoesNotFit_NamesTheInput(TensorElementType type, string json)
    {
        ValueDescription input = Input(type, -1);

        Assert.StartsWith(
            $"The input {input} does not accept what was given: ", Error(input, $$"""{"x":{{json}}}""").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The input is not valid JSON: ")]
    [InlineData("{", "The input is not valid JSON: ")]
    [InlineData("{\"x\":[1}", "The input is not valid JSON: ")]
    [InlineData("{\"x\":[1]} 2", "The input is not valid JSON: ")]
    [InlineData("[1]", "The input is a JSON array; an object with the names of the model's inputs was expected: 'x' int32 [?].")]
    [InlineData("{\"y\":[1]}", "The model has no input 'y'. Its inputs are 'x' int32 [?].")]
    [InlineData("{\"x\":[1],\"x\":[2]}", "The input 'x' is given twice.")]
    public void Read_OtherJson_SaysWhatIsWrong(string json, string expected) =>
        Assert.StartsWith(expected, Error(Input(TensorElementType.Int32, -1), json).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NameThatIsNotUtf8_IsInvalidInput() => Assert.Throws<InvalidInputException>(
        () => TensorJson.Read(
            [(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'], [Input(TensorElementType.Int32, -1)]));

    [Fact]
    public void Read_InputThatIsNotATensor_IsInvalidInput() => Assert.EndsWith(
        "is of a type that cannot be given as JSON.",
        Error(new ValueDescription("x", ValueKind.Sequence, TensorElementType.Float, []), """{"x":[1]}""").Message,
        StringComparison.Ordinal);

    [Fact]
    public void Write_SequenceOfMaps_IsAnArrayOfObjects()
    {
        var map = new MapValue(TensorValue.Create(["no", "yes"], 2), TensorValue.Create([0.25f, float.NaN], 2));
        var numbered = new MapValue(TensorValue.Create([3L], 1), TensorValue.Create([1f], 1));

        Assert.Equal("""[{"no":0.25,"yes":"NaN"},{"3":1}]""", Write(new SequenceValue([map, numbered])));
    }

    [Fact]
    public void Write_NamedValues_IsAnObject()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            TensorJson.Write(writer, new NamedValues { ["a"] = TensorValue.Create([1], 1), ["b"] = TensorValue.Create([(BFloat16)2f]) });
        }

        Assert.Equal(
            """{"a":{"dtype":"int32","shape":[1],"data":[1]},"b":{"dtype":"bfloat16","shape":[],"data":[2]}}""",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static ValueDescription Input(TensorElementType type, params long[] shape) => new("x", ValueKind.Tensor, type, shape);

    private static TensorValue Read(ValueDescription input, string json) =>
        TensorJson.Read(Encoding.UTF8.GetBytes($$"""{"x":{{json}}}"""), [input]).Tensor("x");

    private static InvalidInputException Error(ValueDescription input, string json) =>
        Assert.Throws<InvalidInputException>(() => TensorJson.Read(Encoding.UTF8.GetBytes(json), [input]));

    private static string Write(InferenceValue value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            TensorJson.Write(writer, value);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
