using Amazon.Lambda.Core;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.AmazonLambda;

/// <summary>
/// Amazon's context for a handler that runs in this library's own host. What the invocation's context does not contain is read from
/// Lambda's variables.
/// </summary>
internal sealed class SyntheticLambdaContext(InvocationContext context) : ILambdaContext, ILambdaLogger
{
    public string AwsRequestId => context.RequestId;

    // Amazon's type cannot be created outside of its bootstrap. Handlers find the caller's JSON in the InvocationContext.
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
