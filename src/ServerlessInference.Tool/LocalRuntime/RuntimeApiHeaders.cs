namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The Runtime API's headers. Source: AWS's page "Using the Lambda runtime API".</summary>
internal static class RuntimeApiHeaders
{
    public const string RequestId = "Lambda-Runtime-Aws-Request-Id";
    public const string DeadlineMs = "Lambda-Runtime-Deadline-Ms";
    public const string InvokedFunctionArn = "Lambda-Runtime-Invoked-Function-Arn";
    public const string TraceId = "Lambda-Runtime-Trace-Id";
    public const string ClientContext = "Lambda-Runtime-Client-Context";
    public const string ResponseMode = "Lambda-Runtime-Function-Response-Mode";
    public const string ErrorType = "Lambda-Runtime-Function-Error-Type";
    public const string ErrorBody = "Lambda-Runtime-Function-Error-Body";
    public const string Streaming = "streaming";
}
