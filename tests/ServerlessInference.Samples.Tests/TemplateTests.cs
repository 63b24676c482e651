using System.Text.RegularExpressions;
using ServerlessInference.Samples.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace ServerlessInference.Samples.Tests;

/// <summary>The samples' SAM templates: Lambda's limits, the least permissions, and what the programs need.</summary>
public sealed partial class TemplateTests
{
    // The actions that the samples' functions and jobs need, and no others.
    private static readonly string[] Actions =
    [
        "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject", "dynamodb:BatchWriteItem", "sqs:SendMessage",
        "ssm:GetParameter", "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "lambda:InvokeFunction", "sts:AssumeRole",
    ];

    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "template.yaml", SearchOption.AllDirectories)
        .Select(file => Path.GetFileName(Path.GetDirectoryName(file))!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Samples_OfTheFivePublishedSystems_AllHaveATemplate() =>
        Assert.Equal(
            ["BulkTagging", "ImageClassification", "ObjectDetection", "QuestionAnswering", "StreamScoring"],
            Samples.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Template_OfASample_KeepsLambdasLimits(string sample)
    {
        SamTemplate template = SamTemplate.Load(sample);

        Assert.Equal("AWS::Serverless-2016-10-31", template.Transform);
        Assert.Contains(template.Runtime, new[] { "dotnet10", "provided.al2023" });
        Assert.True(
            File.Exists(Repository.ProgramOf(template.Handler)), $"The handler is '{template.Handler}', and no such program was built.");
        Assert.InRange(template.Memory, 128, 10_240);
        Assert.InRange(template.Storage, 512, 10_240);
        Assert.InRange(template.Timeout, 1, template.Events.Any(one => one.Type is "Api" or "HttpApi") ? 29 : 900);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Template_OfASample_SetsEveryVariableThatTheProgramReads(string sample)
    {
        string program = File.ReadAllText(Path.Combine(Repository.Root, "samples", sample, "Program.cs"));
        var read = VariableName().Matches(program).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(SamTemplate.Load(sample).Variables.Select(name => name.TrimEnd('?')).Order(StringComparer.Ordinal), read);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Template_OfASample_AllowsOnlyWhatIsNeeded(string sample)
    {
        SamTemplate template = SamTemplate.Load(sample);

        Assert.DoesNotContain(template.Values, value => value.EndsWith("FullAccess", StringComparison.Ordinal));
        foreach (YamlMappingNode statement in template.Statements)
        {
            Assert.All(SamTemplate.Texts(statement["Action"]), action => Assert.Contains(action, Actions));
            if (statement.Children.TryGetValue("Resource", out YamlNode? resources))
            {
                Assert.All(SamTemplate.Texts(resources), resource => Assert.NotEqual("*", resource));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Template_OfASample_ReportsFailedRecordsOneByOne(string sample)
    {
        var batches = SamTemplate.Load(sample).Events.Where(one => one.Type is "SQS" or "Kinesis" or "DynamoDB");
        foreach ((string type, YamlMappingNode properties) in batches)
        {
            Assert.True(properties.Children.ContainsKey("FunctionResponseTypes"), $"The event of type {type} lacks FunctionResponseTypes.");
            Assert.Equal(["ReportBatchItemFailures"], SamTemplate.Texts(properties["FunctionResponseTypes"]));
        }
    }

    [GeneratedRegex("(?:Require|Variable)\\(\"([A-Z_]+)\"\\)")]
    private static partial Regex VariableName();
}
