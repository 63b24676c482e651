using System.Text;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Models;

/// <summary>Tests with class names in the form written by Python's <c>repr</c>, as found in ONNX metadata.</summary>
public sealed class ModelLabelsPythonTests
{
    [Theory]
    [InlineData("{0: 'person', 1: \"jack-o'-lantern\"}", "person", "jack-o'-lantern")]
    [InlineData("{1: 'b', 0: 'a'}", "a", "b")]
    [InlineData("['person', 'bicycle']", "person", "bicycle")]
    [InlineData("[\"jack-o'-lantern\", 'bicycle']", "jack-o'-lantern", "bicycle")]
    [InlineData("[ 'one', ]", "one")]
    [InlineData("[\"a\", \"b, 'c'\"]", "a", "b, 'c'")]
    public void Parse_PythonLiteral_ReturnsTheNames(string text, params string[] expected) =>
        Assert.Equal(expected, ModelLabels.Parse(Encoding.UTF8.GetBytes(text), "metadata"));

    [Theory]
    [InlineData("['person'")]
    [InlineData("['person' 'bicycle']")]
    [InlineData("['person', 3]")]
    [InlineData("{0: 'a', 2: 'c'}")]
    public void Parse_DamagedPythonLiteral_ThrowsModelLoadException(string text) =>
        Assert.Throws<ModelLoadException>(() => ModelLabels.Parse(Encoding.UTF8.GetBytes(text), "metadata"));
}
