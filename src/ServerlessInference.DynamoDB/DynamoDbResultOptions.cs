using Amazon.DynamoDBv2.Model;
using ServerlessInference.Results;

namespace ServerlessInference.DynamoDB;

/// <summary>
/// How results are written as items of a table. Endpoint and region come from the section <c>ServerlessInference:DynamoDB</c>.
/// </summary>
public sealed class DynamoDbResultOptions
{
    /// <summary>Gets or sets the attribute that is the table's partition key. Its type is S.</summary>
    /// <value>The default is <c>UUID</c>.</value>
    public string KeyAttribute { get; set; } = "UUID";

    /// <summary>Gets the other attributes of an item, and templates of their values (<see cref="ResultTemplate"/>).</summary>
    /// <value>
    /// The default is <c>ImageName</c> = <c>{key}</c>, <c>ObjectClass</c> = <c>{label}</c> and <c>Error</c> = <c>{error}</c>. The template
    /// <c>{score}</c> gives a number (N), every other template a string (S). Attributes with empty values are left out.
    /// </value>
    public IDictionary<string, string> Attributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ImageName"] = "{key}",
        ["ObjectClass"] = "{label}",
        ["Error"] = "{error}",
    };

    /// <summary>
    /// Gets or sets a function that creates items, instead of <see cref="Attributes"/>. If an item has no key attribute, it is added.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    public Func<SinkRecord, Dictionary<string, AttributeValue>>? Item { get; set; }

    /// <summary>Gets or sets a value indicating whether identifiers are random.</summary>
    /// <value>
    /// The default is <see langword="false"/>: they are derived from the record (<see cref="ResultIdentifier"/>), so that a redelivered
    /// record changes nothing. With <see langword="true"/> a redelivered record adds another item.
    /// </value>
    public bool RandomIds { get; set; }

    /// <summary>Gets or sets a value indicating whether an existing item is kept.</summary>
    /// <value>
    /// The default is <see langword="false"/>: items are written in batches, and a redelivered record writes the same item again. With
    /// <see langword="true"/> each item is written by a conditional put, which takes one request per item.
    /// </value>
    public bool WriteOnce { get; set; }

    /// <summary>Gets or sets how often items that the table did not process are sent again.</summary>
    /// <value>
    /// 0 to 20. The default is 8, with pauses that grow from 50 ms to 5 s. The invocation's deadline ends the attempts earlier.
    /// </value>
    public int MaxRetries { get; set; } = 8;
}
