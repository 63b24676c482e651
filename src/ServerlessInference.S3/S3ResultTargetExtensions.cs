using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference;

/// <summary>Writes results to S3.</summary>
public static class S3ResultTargetExtensions
{
    /// <summary>Writes each result as a JSON object to S3: <see cref="ResultDocument"/>.</summary>
    /// <param name="target">The destination of results.</param>
    /// <param name="template">
    /// <c>s3://bucket/key</c>, with placeholders of <see cref="ResultTemplate"/>: <c>s3://labels/{key}.json</c>. Each record must get a key
    /// of its own.
    /// </param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentException">
    /// The template is invalid, or gives several records the same key; or an option is out of range.
    /// </exception>
    /// <remarks>
    /// The function's role needs <c>s3:PutObject</c>, and <c>s3:GetObject</c> to recognise what an earlier delivery has written.
    /// </remarks>
    /// <example>
    /// <code>
    /// // Writes the labels of s3://photos/2026/cat.jpg to s3://labels/2026/cat.jpg.json.
    /// app.MapS3Objects("products", results => results.ToS3("s3://labels/{key}.json"));
    /// </code>
    /// </example>
    public static ResultTarget ToS3(this ResultTarget target, string template, Action<S3ResultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var options = new S3ResultOptions();
        configure?.Invoke(options);
        S3ResultLayout layout = S3ResultLayout.Create(template, options);
        return target.To(services => new S3ResultSink(new S3ClientProvider(services, options.Region), layout));
    }
}
