using ServerlessInference.Results;
using ServerlessInference.S3;
using ServerlessInference.S3.Internal;

namespace ServerlessInference;

/// <summary>Sends results to S3.</summary>
public static class S3ResultTargetExtensions
{
    /// <summary>Writes each result as a JSON object to S3: <see cref="ResultDocument"/>.</summary>
    /// <param name="target">Where results go.</param>
    /// <param name="template"><c>s3://bucket/key</c>, with placeholders of <see cref="ResultTemplate"/>: <c>s3://labels/{key}.json</c>. The key must tell records apart.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentException">The template is none, or does not tell records apart; or an option is out of its bounds.</exception>
    /// <remarks>The function's role needs <c>s3:PutObject</c>, and <c>s3:GetObject</c> to see what an earlier delivery has written.</remarks>
    public static ResultTarget ToS3(this ResultTarget target, string template, Action<S3ResultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var options = new S3ResultOptions();
        configure?.Invoke(options);
        S3ResultLayout layout = S3ResultLayout.Create(template, options);
        return target.To(services => new S3ResultSink(new S3ClientProvider(services, options.Region), layout));
    }
}
