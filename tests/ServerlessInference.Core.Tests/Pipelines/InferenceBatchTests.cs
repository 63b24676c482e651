using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

public sealed class InferenceBatchTests : IDisposable
{
    private readonly LoadedModel _model = new(
        new ModelIdentity("m", "v1", "memory:test"),
        new ModelDescription(
            [
                new ValueDescription("image", ValueKind.Tensor, TensorElementType.Float, [-1, 3, -1], ["n", "", ""]),
                new ValueDescription("text", ValueKind.Tensor, TensorElementType.String, [-1]),
            ],
            [
                new ValueDescription("scores", ValueKind.Tensor, TensorElementType.Float, [-1, 2]),
                new ValueDescription("maps", ValueKind.Sequence, TensorElementType.Float, []),
            ]),
        StubModelSource.Artifact([1]));

    private readonly InferenceBatch _batch;

    public InferenceBatchTests() => _batch = new InferenceBatch(_model, 2);

    public void Dispose() => _batch.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void CreateInput_AnySize_IsAlignedTo64Bytes(int length) =>
        Assert.Equal(0, Address(_batch.CreateInput<float>("image", 1, 3, length)) % 64);

    [Fact]
    public void CreateInput_SameOrSmallerShapeAgain_ReusesTheMemory()
    {
        nint first = Address(_batch.CreateInput<float>("image", 2, 3, 100));
        _batch.Clear();

        Assert.Equal(first, Address(_batch.CreateInput<float>("image", 2, 3, 100)));
        Assert.Equal(first, Address(_batch.CreateInput<float>("image", 1, 3, 50)));
        Assert.Equal(150, _batch.CreateInput<float>(0, 1, 3, 50).Length);
    }

    [Fact]
    public void CreateInput_LargerShape_GivesAllOfIt()
    {
        _batch.CreateInput<float>("image", 1, 3, 1).Fill(1);

        Span<float> larger = _batch.CreateInput<float>("image", 1, 3, 5000);
        larger.Fill(2);

        Assert.Equal(15_000, larger.Length);
    }

    [Fact]
    public void CreateInput_EmptyAxis_GivesNoElements() => Assert.True(_batch.CreateInput<float>("image", 0, 3, 5).IsEmpty);

    [Fact]
    public void CreateInput_OtherType_SaysBoth()
    {
        ModelContractException error = Assert.Throws<ModelContractException>(() => { _batch.CreateInput<long>("image", 1, 3, 5); });

        Assert.Equal(
            "Model 'm' declares the input 'image' float32 [n, 3, ?]; it was filled with int64. Change the code that fills the input, or " +
            "export the model accordingly.",
            error.Message);
    }

    [Theory]
    [InlineData("[1, 3]", 1, 3)]
    [InlineData("[1, 4, 5]", 1, 4, 5)]
    [InlineData("[]")]
    public void CreateInput_OtherShape_SaysBoth(string found, params int[] axes)
    {
        ModelContractException error = Assert.Throws<ModelContractException>(
            () => { _batch.CreateInput<float>("image", [.. axes.Select(axis => (long)axis)]); });

        Assert.Equal(
            $"Model 'm' declares the input 'image' float32 [n, 3, ?]; it was filled with {found}. Change the code that fills the input, " +
            "or export the model accordingly.",
            error.Message);
    }

    [Fact]
    public void CreateInput_NegativeAxis_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => { _batch.CreateInput<float>("image", 1, 3, -1); });

    [Fact]
    public void CreateInput_MoreThanFitsAnArray_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { _batch.CreateInput<float>("image", 1, 3, long.MaxValue / 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _batch.CreateInput<float>("image", 1, 3, 400_000_000); });
    }

    [Fact]
    public void GetInput_Created_IsTheSameMemory()
    {
        _batch.CreateInput<float>("image", 1, 3, 2)[5] = 7;

        Assert.Equal(7, _batch.GetInput<float>(0)[5]);
        Assert.Equal(6, _batch.GetInput<float>(0).Length);
    }

    [Fact]
    public void GetInput_AfterARefusedShape_IsNotThere()
    {
        _batch.CreateInput<float>("image", 1, 3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _batch.CreateInput<float>("image", 1, 3, 400_000_000); });

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => { _batch.GetInput<float>(0); });

        Assert.Equal("The input 'image' float32 [n, 3, ?] was not created for this batch. Call CreateInput first.", error.Message);
    }

    [Fact]
    public void GetInput_OtherType_SaysBoth() => Assert.Equal(
        "Input 'image' of model 'm' holds float32, not int64.", Assert.Throws<ModelContractException>(
            () => { _batch.GetInput<long>(0); }).Message);

    [Fact]
    public void CreateInput_UnknownName_ListsTheInputs()
    {
        ModelContractException error = Assert.Throws<ModelContractException>(() => { _batch.CreateInput<float>("pixels", 1, 3, 5); });

        Assert.Equal("Model 'm' has no input 'pixels'. Its inputs are 'image' float32 [n, 3, ?], 'text' string [?].", error.Message);
    }

    [Fact]
    public void CreateInput_IndexOutOfRange_SaysHowManyThereAre()
    {
        ModelContractException error = Assert.Throws<ModelContractException>(() => { _batch.CreateInput<float>(2, 1); });

        Assert.Equal("Model 'm' has 2 inputs; input 2 was filled.", error.Message);
    }

    [Fact]
    public void CreateStringInput_Strings_AreForgottenWithTheRequest()
    {
        _batch.CreateStringInput("text", 2)[0] = "secret";
        _batch.Clear();

        Assert.Null(_batch.CreateStringInput("text", 2)[0]);
    }

    [Fact]
    public void CreateStringInput_FloatInput_Throws() =>
        Assert.Throws<ModelContractException>(() => { _batch.CreateStringInput("image", 1, 3, 1); });

    [Fact]
    public void SetInput_OtherType_Throws()
    {
        ModelContractException error = Assert.Throws<ModelContractException>(
            () => _batch.SetInput("text", TensorValue.Create(new float[2], 2)));

        Assert.Equal(
            "Model 'm' declares the input 'text' string [?]; a tensor of float32 was given. Change the code that fills the input, or " +
            "export the model accordingly.",
            error.Message);
    }

    [Fact]
    public void SetInput_Sequence_Throws() =>
        Assert.Throws<ModelContractException>(() => _batch.SetInput("text", new SequenceValue([])));

    [Fact]
    public void GetOutput_SetByATest_IsRead()
    {
        _batch.SetOutput("scores", TensorValue.Create(new float[] { 1, 2, 3, 4 }, 2, 2));

        TensorView<float> view = _batch.GetOutput<float>("scores");

        Assert.Equal([3f, 4f], view.Row(1).ToArray());
        Assert.Equal([2L, 2], view.Shape.ToArray());
    }

    [Fact]
    public void GetOutput_NotRun_SaysSo()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => { _batch.GetOutput<float>("scores"); });

        Assert.Equal("Output 'scores' float32 [?, 2] is empty: the model 'm' has not run on this batch.", error.Message);
    }

    [Fact]
    public void GetOutput_OtherType_SaysBoth()
    {
        _batch.SetOutput("scores", TensorValue.Create(new float[2], 1, 2));

        ModelContractException error = Assert.Throws<ModelContractException>(() => { _batch.GetOutput<long>("scores"); });

        Assert.Equal("Output 'scores' of model 'm' holds float32, not int64.", error.Message);
    }

    [Fact]
    public void GetOutput_Sequence_PointsToGetOutputValue()
    {
        _batch.SetOutput("maps", new SequenceValue([]));

        ModelContractException error = Assert.Throws<ModelContractException>(() => { _batch.GetOutput<float>("maps"); });

        Assert.Equal("Output 'maps' sequence of model 'm' is not a tensor. Read it with GetOutputValue.", error.Message);
        Assert.Throws<ModelContractException>(() => { _batch.GetFloatOutput(1); });
    }

    [Fact]
    public void GetOutput_UnknownNameOrIndex_Throws()
    {
        Assert.Equal(
            "Model 'm' has no output 'boxes'. Its outputs are 'scores' float32 [?, 2], 'maps' sequence.",
            Assert.Throws<ModelContractException>(() => { _batch.GetOutput<float>("boxes"); }).Message);
        Assert.Equal(
            "Model 'm' has 2 outputs; output 7 was requested.", Assert.Throws<ModelContractException>(
                () => { _batch.GetOutputValue(7); }).Message);
    }

    [Fact]
    public void GetFloatOutput_HalvesAndDoubles_AreConverted()
    {
        _batch.SetOutput("scores", TensorValue.Create([(Half)1.5f, (Half)2], 1, 2));
        Assert.Equal([1.5f, 2f], _batch.GetFloatOutput(0).Elements.ToArray());

        _batch.SetOutput("scores", TensorValue.Create([0.25, 4d], 1, 2));
        Assert.Equal([0.25f, 4f], _batch.GetFloatOutput(0).Elements.ToArray());
    }

    [Fact]
    public void State_SameType_IsOneObjectThatIsKeptForTheNextRequest()
    {
        List<int> state = _batch.State(() => new List<int>());
        _batch.Clear();

        Assert.Same(state, _batch.State(() => new List<int>()));
        Assert.NotSame(state, _batch.State(() => new List<long>()));
    }

    [Fact]
    public void Fail_Twice_KeepsTheFirstError()
    {
        var first = new InvalidInputException("first");
        _batch.Fail(1, first);
        _batch.Fail(1, new InvalidInputException("second"));

        Assert.Same(first, _batch.GetFailure(1));
        Assert.Null(_batch.GetFailure(0));
        Assert.False(_batch.AllFailed);
        _batch.Fail(0, first);
        Assert.True(_batch.AllFailed);
    }

    [Fact]
    public void Fail_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _batch.Fail(2, new InvalidInputException()));
        Assert.Throws<ArgumentOutOfRangeException>(() => _batch.GetFailure(-1));
    }

    [Fact]
    public void Constructor_NoInputs_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceBatch(_model, 0));

    [Fact]
    public void Run_ModelOfATest_SaysThatItHasNoSession() =>
        Assert.Throws<InvalidOperationException>(() => _model.Run(_batch, TestContext.Current.CancellationToken));

    private static unsafe nint Address(Span<float> span) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
}
