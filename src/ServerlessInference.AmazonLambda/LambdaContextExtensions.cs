using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>Gives handlers Amazon's context.</summary>
public static class LambdaContextExtensions
{
    /// <summary>Gets the context that Amazon's bootstrap gave; in our own host, one that says the same as the invocation's context.</summary>
    /// <param name="context">The invocation's context.</param>
    /// <returns>Amazon's context, valid until the invocation ends.</returns>
    public static ILambdaContext GetLambdaContext(this InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.HostContext as ILambdaContext ?? new OwnHostContext(context);
    }
}
