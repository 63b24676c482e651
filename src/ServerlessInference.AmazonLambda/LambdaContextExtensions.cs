using Amazon.Lambda.Core;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.AmazonLambda;

/// <summary>Gives handlers access to Amazon's context.</summary>
public static class LambdaContextExtensions
{
    /// <summary>
    /// Gets the context of Amazon's bootstrap. In this library's own host, it is one with the data of the invocation's context.
    /// </summary>
    /// <param name="context">The invocation's context.</param>
    /// <returns>Amazon's context, valid until the invocation ends.</returns>
    public static ILambdaContext GetLambdaContext(this InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.HostContext as ILambdaContext ?? new SyntheticLambdaContext(context);
    }
}
