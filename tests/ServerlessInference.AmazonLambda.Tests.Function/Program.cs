// A function of ours inside Amazon's bootstrap. args: the folder of an image model; without, only the echo.
using Amazon.Lambda.RuntimeSupport;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.AmazonLambda;
using ServerlessInference.Lambda;

InferenceFunctionBuilder app = InferenceFunction.CreateBuilder();
if (args is [var model])
{
    app.Services.AddServerlessInference().AddModel("images", images => images.FromFileSystem(model).UseImageClassification());
    app.MapHttp("images");
}

app.UseWarmup().MapHandler((payload, context, _) => payload.Span.SequenceEqual("\"refuse\""u8)
    ? throw new InvalidInputException("The event says no.")
    : ValueTask.FromResult<ReadOnlyMemory<byte>>(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"requestId":"{{context.RequestId}}","function":"{{context.GetLambdaContext().FunctionName}}" """ +
        $$""","remainingMs":{{(long)context.RemainingTime.TotalMilliseconds}}}""")));
await using var handler = new AmazonLambdaHandler(app.Build());
using var wrapper = HandlerWrapper.GetHandlerWrapper(handler.HandleAsync);
using var bootstrap = new LambdaBootstrap(wrapper, handler.InitializeAsync);
await bootstrap.RunAsync();
