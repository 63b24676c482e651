using System.Diagnostics;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.OpenTelemetry;

/// <summary>An invocation that has a span.</summary>
internal sealed class TracedInvocation(Activity activity, InvocationContext context, bool exportsBeforeAnswer)
{
    public Activity Activity { get; } = activity;

    public InvocationContext Context { get; } = context;

    /// <summary>Gets a value indicating whether spans are exported before the answer, because nothing runs after it.</summary>
    public bool ExportsBeforeAnswer { get; } = exportsBeforeAnswer;
}
