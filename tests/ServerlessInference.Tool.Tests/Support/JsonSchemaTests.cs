using System.Text.Json;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>Tests of the validator itself, so that a schema test cannot pass because the validator accepts everything.</summary>
public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "1", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":"boolean"}""", "true", true)]
    [InlineData("""{"type":"object","required":["a"]}""", """{"b":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"b":"x"}""", false)]
    [InlineData("""{"additionalProperties":{"type":"number"}}""", """{"b":"x"}""", false)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", false)]
    [InlineData("""{"const":true}""", "false", false)]
    [InlineData("""{"minimum":1}""", "0", false)]
    [InlineData("""{"maximum":1}""", "2", false)]
    [InlineData("""{"items":{"type":"string"},"minItems":1}""", "[]", false)]
    [InlineData("""{"items":{"type":"string"}}""", "[1]", false)]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"number"}]}""", "true", false)]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"type":"string"}}}""", "1", false)]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"type":"string"}}}""", "\"1\"", true)]
    public void Validate_Keyword_Decides(string schema, string document, bool fits)
    {
        var problems = new JsonSchema(JsonDocument.Parse(schema).RootElement).Validate(JsonDocument.Parse(document).RootElement);

        Assert.Equal(fits, problems.Count == 0);
    }
}
