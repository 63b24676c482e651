using ServerlessInference.DynamoDB;
using ServerlessInference.Results;

namespace ServerlessInference;

/// <summary>Writes results to DynamoDB.</summary>
public static class DynamoDbResultTargetExtensions
{
    /// <summary>Writes each result as an item of a table.</summary>
    /// <param name="target">The destination of results.</param>
    /// <param name="table">The table: a name or an ARN.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentException">A template is invalid, or an option is out of range.</exception>
    /// <remarks>
    /// The function's role needs <c>dynamodb:BatchWriteItem</c>, or <c>dynamodb:PutItem</c> with
    /// <see cref="DynamoDbResultOptions.WriteOnce"/>.
    /// </remarks>
    /// <example>
    /// <code>
    /// app.MapS3Objects("products", results => results.ToDynamoDb("labels", options => options.Attributes["Score"] = "{score}"));
    /// </code>
    /// </example>
    public static ResultTarget ToDynamoDb(this ResultTarget target, string table, Action<DynamoDbResultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var options = new DynamoDbResultOptions();
        configure?.Invoke(options);
        var items = new ItemFactory(table, options);
        return target.To(services => new DynamoDbResultSink(
            new DynamoDbClientProvider(services), items, (TimeProvider?)services.GetService(typeof(TimeProvider))));
    }
}
