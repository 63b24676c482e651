using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda;
using ServerlessInference.Registration;
using ServerlessInference.Results;
using ServerlessInference.Vision;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>The names that blocks of the documentation use without declaring them. They are compiled, never run.</summary>
public static class Names
{
    public static InferenceFunctionBuilder app { get; } = null!;

    public static WebApplicationBuilder builder { get; } = null!;

    public static IServiceCollection services { get; } = null!;

    public static IServiceProvider provider { get; } = null!;

    public static IConfiguration configuration { get; } = null!;

    public static ModelBuilder model { get; } = null!;

    public static ResultTarget results { get; } = null!;

    public static IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification> products { get; } = null!;

    public static IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection> yolo { get; } = null!;

    public static InferenceResult<ObjectDetection> result { get; } = null!;

    public static byte[] photo { get; } = [];

    public static string question { get; } = "";

    public static string context { get; } = "";
}
