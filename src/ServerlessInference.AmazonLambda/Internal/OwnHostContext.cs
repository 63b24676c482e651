using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>Amazon's context for a handler that runs in our own host. What only Amazon's bootstrap knows is read from Lambda's variables.</summary>
internal sealed class OwnHostContext(InvocationContext context) : ILambdaContext, ILambdaLogger
{
    public string AwsRequestId => context.RequestId;

    // The caller's JSON is in the invocation's own context; Amazon's type for it cannot be made outside of its bootstrap.
    public IClientContext? ClientContext => null;

    public string FunctionName => Variable("AWS_LAMBDA_FUNCTION_NAME");

    public string FunctionVersion => Variable("AWS_LAMBDA_FUNCTION_VERSION");

    public ICognitoIdentity? Identity => null;

    public string InvokedFunctionArn => context.InvokedFunctionArn;

    public ILambdaLogger Logger => this;

    public string LogGroupName => Variable("AWS_LAMBDA_LOG_GROUP_NAME");

    public string LogStreamName => Variable("AWS_LAMBDA_LOG_STREAM_NAME");

    public int MemoryLimitInMB => int.TryParse(Variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), out int memory) ? memory : 0;

    public TimeSpan RemainingTime => context.RemainingTime;

    public string TraceId => context.TraceId ?? string.Empty;

    public void Log(string message) => Console.Write(message);

    public void LogLine(string message) => Console.WriteLine(message);

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? string.Empty;
}
