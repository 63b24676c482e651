using System.Diagnostics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.OpenTelemetry.Tests;

[Collection(nameof(TracedFunction))]
public sealed class ModelSpanTests
{
    [Fact]
    public void Span_OfAModelsRun_HasTheAttributesOfInference()
    {
        List<Activity> exported = [];
        using (FunctionTelemetry.Create(new() { FunctionName = "test" }, tracing => tracing.AddInMemoryExporter(exported), metrics: null))
        {
            using var source = new ActivitySource("ServerlessInference");
            source.StartActivity("inference")!.SetTag("model", "shapes").SetTag("model.version", "7").Dispose();
            source.StartActivity("model.load")!.SetTag("model", "shapes").Dispose();
        }

        Activity run = exported[0];
        Assert.Equal("inference", run.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("onnxruntime", run.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("shapes", run.GetTagItem("gen_ai.request.model"));
        Assert.Equal("shapes@7", run.GetTagItem("gen_ai.response.model"));
        Assert.Null(exported[1].GetTagItem("gen_ai.request.model"));
    }

    [Fact]
    public void Resource_OfAFunction_DescribesIt()
    {
        var variables = new Dictionary<string, string?>
        {
            ["AWS_REGION"] = "eu-central-1",
            ["AWS_LAMBDA_LOG_STREAM_NAME"] = "2026/11/28/[7]ab",
        };
        var environment = new LambdaEnvironment { FunctionName = "tagger", FunctionVersion = "7", MemorySize = 1769 };

        Resource resource = FunctionTelemetry.Describe(environment, name => variables.GetValueOrDefault(name)).Build();

        Dictionary<string, object> attributes = resource.Attributes.ToDictionary();
        Assert.Equal("tagger", attributes["service.name"]);
        Assert.Equal("aws_lambda", attributes["cloud.platform"]);
        Assert.Equal("eu-central-1", attributes["cloud.region"]);
        Assert.Equal("7", attributes["faas.version"]);
        Assert.Equal("2026/11/28/[7]ab", attributes["faas.instance"]);
        Assert.Equal(1769L * 1024 * 1024, attributes["faas.max_memory"]);
    }
}
