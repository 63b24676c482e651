using System.Text;
using ServerlessInference.Results;

namespace ServerlessInference.Tests.Results;

public sealed class ResultTemplateTests
{
    [Theory]
    [InlineData("{bucket}/{key}", "photos/in/a.b.jpg")]
    [InlineData("{folder}|{name}|{stem}|{extension}", "in/|a.b.jpg|a.b|.jpg")]
    [InlineData("{version} {origin} {id}", "v1 queue message-1")]
    [InlineData("{model}-{modelVersion}", "animals-7")]
    [InlineData("{date} {date:yyyy/MM/dd/HH} {time}", "2026-01-02 2026/01/02/03 2026-01-02T03:04:05.678Z")]
    [InlineData("{label} {score} {result.1.label} {result.0.nothing}{result.9}", "cat 0.9 dog ")]
    [InlineData("{error}", "")]
    [InlineData("{batch}", "first")]
    [InlineData("{{key}} and }}", "{key} and }")]
    [InlineData("plain", "plain")]
    public void Expand_Object_ReplacesPlaceholders(string template, string expected) =>
        Assert.Equal(expected, ResultTemplate.Parse(template).Expand(Record(), "first"));

    [Theory]
    [InlineData("{bucket} {key} {name} {stem} {folder}{version}", "inputs sequence-1 sequence-1 sequence-1 ")]
    [InlineData("{origin}", "inputs")]
    [InlineData("{batch}", "sequence-1")]
    public void Expand_OtherRecord_UsesItsIdAndOrigin(string template, string expected)
    {
        SinkRecord record = Record() with
        {
            SourceObject = null,
            Id = "sequence-1",
            Origin = "arn:aws:kinesis:eu-central-1:123456789012:stream/inputs",
        };

        Assert.Equal(expected, ResultTemplate.Parse(template).Expand(record));
    }

    [Theory]
    [InlineData("arn:aws:sqs:eu-central-1:123456789012:queue.fifo", "queue.fifo")]
    [InlineData("arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000", "orders")]
    [InlineData("s3://photos", "photos")]
    [InlineData("http", "http")]
    public void Expand_Origin_ReturnsItsName(string origin, string expected) =>
        Assert.Equal(expected, ResultTemplate.Parse("{origin}").Expand(Record() with { Origin = origin }));

    [Theory]
    [InlineData(
        """{"label":"square","probabilities":[{"index":0,"label":"circle","score":0.2},{"index":1,"label":"square","score":0.8}]}""",
        "square 0.8")]
    [InlineData("""{"width":10,"objects":[{"label":"car","score":0.7,"box":{"label":"x"}}]}""", "car 0.7")]
    [InlineData("""{"answer":"Paris","score":0.5}""", " 0.5")]
    [InlineData("""{"Label":"a"}""", "a ")]
    [InlineData("5", " ")]
    public void Expand_LabelAndScore_BelongTogether(string json, string expected) =>
        Assert.Equal(expected, ResultTemplate.Parse("{label} {score}").Expand(Record() with { Json = Encoding.UTF8.GetBytes(json) }));

    [Fact]
    public void Expand_Error_ShowsMessageOfInvalidInputOnly()
    {
        var model = new ModelIdentity("animals", "not asked", "none");

        SinkRecord invalid = Record() with
        {
            Result = InferenceResult.Failed<string>(new InvalidInputException("No image."), model),
            Json = default,
        };
        SinkRecord failed = invalid with { Result = InferenceResult.Failed<string>(new IOException("secret"), model) };

        Assert.Equal("InvalidInputException: No image.", ResultTemplate.Parse("{error}").Expand(invalid));
        Assert.Equal(
            "IOException: The input could not be answered; the function's log says why.",
            ResultTemplate.Parse("{error}{label}").Expand(failed));
    }

    [Theory]
    [InlineData("{nothing}", "has the unknown placeholder '{nothing}'. The placeholders are {bucket}, {key}")]
    [InlineData("{key:x}", "the unknown placeholder '{key:x}'")]
    [InlineData("a{key", "has a brace at 1")]
    [InlineData("a}", "has a brace at 1")]
    [InlineData("{date:%}", "the invalid date format '%'")]
    public void Parse_InvalidTemplate_ExplainsWhy(string template, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => ResultTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void PrefixAndSuffix_Template_AreTheTextsAroundPlaceholders()
    {
        var template = ResultTemplate.Parse("a/{key}-{date}.json");

        Assert.Equal(("a/", ".json", true, false), (template.Prefix, template.Suffix, template.Has("date"), template.Has("id")));
        Assert.Equal(("plain", "plain"), (ResultTemplate.Parse("plain").Prefix, ResultTemplate.Parse("plain").Suffix));
        Assert.Equal((string.Empty, string.Empty), (ResultTemplate.Parse("{key}").Prefix, ResultTemplate.Parse("{key}").Suffix));
    }

    internal static SinkRecord Record() => new(
        "arn:aws:sqs:eu-central-1:123456789012:queue",
        "message-1",
        new InferenceResult<string>("x", new ModelIdentity("animals", "7", "test:")),
        """[{"label":"cat","score":0.9},{"label":"dog","score":0.1}]"""u8.ToArray())
    {
        SourceObject = new ObjectReference("photos", "in/a.b.jpg", "v1"),
        Time = new DateTimeOffset(2026, 1, 2, 5, 4, 5, 678, TimeSpan.FromHours(2)),
    };
}
